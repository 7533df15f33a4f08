"""What an author may do to a lesson while people are inside: one random edit of its YAML, as a plain tree."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

Tree = dict[str, Any]
Edit = Callable[[Tree, Random], str]

WORDS = ("Xem tiếp nhé {chị}.", "Chỗ này {chị} nhìn kỹ.", "Bấm nút đỏ.", "Mình thử lại nha {chị} {ten}.")


def to_yaml(tree: Tree) -> str:
    """The lesson as YAML: JSON is YAML too, and every scalar stays the text it is."""
    head = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in tree.items() if key != "steps"]
    steps = [f"  - {json.dumps(step, ensure_ascii=False)}" for step in tree["steps"]]
    return "\n".join([*head, "steps:", *steps]) + "\n"


def edit(tree: Tree, chance: Random) -> tuple[Tree, str]:
    """A copy with one edit, and what was done. It may be no lesson any more: then nothing is published."""
    new = copy.deepcopy(tree)
    return new, chance.choice(EDITS)(new, chance)


def kind_of(step: Tree) -> str:
    return next(iter(step))


def id_of(step: Tree) -> str:
    return str(step[kind_of(step)])


def _step(tree: Tree, chance: Random) -> Tree:
    return chance.choice(tree["steps"])


def _new_id(tree: Tree, chance: Random) -> str:
    taken = {id_of(step) for step in tree["steps"]}
    while (name := f"n{chance.randrange(10_000)}") in taken:
        pass
    return name


def change_text(tree: Tree, chance: Random) -> str:
    step = _step(tree, chance)
    step["text"] = chance.choice(WORDS)
    for option in step.get("options", ()):
        if chance.random() < 0.3:
            option["say"] = chance.choice(WORDS)
    return f"text of {id_of(step)}"


def change_label(tree: Tree, chance: Random) -> str:
    step = _step(tree, chance)
    for option in step.get("options", ()):
        option["text"] = f"{option['text']} {chance.randrange(100)}"
    return f"labels of {id_of(step)}"


def _rename(tree: Tree, chance: Random, *, was: bool) -> str:
    step = _step(tree, chance)
    old, new = id_of(step), _new_id(tree, chance)
    step[kind_of(step)] = new
    step.pop("was", None)
    if was:
        step["was"] = old
    _repoint(tree, old, new)
    return f"{old} renamed {new}{' with was' if was else ''}"


def _repoint(node: Any, old: str, new: str) -> None:
    """Every way to the step leads to its new name."""
    if isinstance(node, list):
        for part in node:
            _repoint(part, old, new)
    elif isinstance(node, dict):
        for key, value in list(node.items()):
            if key in ("next", "go", "else", "out_of_tries", "verify", "fallback", "on_none") and value == old:
                node[key] = new
            elif key == "split" and old in value:
                value[new] = value.pop(old)
            else:
                _repoint(value, old, new)


def rename_with_was(tree: Tree, chance: Random) -> str:
    return _rename(tree, chance, was=True)


def rename_without_was(tree: Tree, chance: Random) -> str:
    return _rename(tree, chance, was=False)


def delete(tree: Tree, chance: Random) -> str:
    at = chance.randrange(len(tree["steps"]))
    gone = tree["steps"].pop(at)
    if tree["steps"]:
        _repoint(tree, id_of(gone), id_of(tree["steps"][min(at, len(tree["steps"]) - 1)]))
    return f"{id_of(gone)} deleted"


def merge(tree: Tree, chance: Random) -> str:
    """One step takes another's place, and says so, though it has been there all along."""
    gone, kept = chance.choice(tree["steps"]), _step(tree, chance)
    if gone is kept:
        return "nothing"
    tree["steps"].remove(gone)
    kept["was"] = id_of(gone)
    _repoint(tree, id_of(gone), id_of(kept))
    return f"{id_of(gone)} merged into {id_of(kept)}"


def insert(tree: Tree, chance: Random) -> str:
    new = _new_id(tree, chance)
    made: list[Tree] = [
        {"say": new, "text": "Thêm."},
        {"say": new, "text": "Thêm.", "wait_tap": "Tiếp"},
        {"task": new, "text": "Làm thử.", "stuck": {"hints": ["Nhìn kỹ."]}},
        {"quiz": new, "text": "Hỏi thêm?", "options": _options(), "hints": ["Nghĩ kỹ."]},
        {"ask": new, "text": "Viết gì đó.", "save": f"v_{new}"},
        {"wait": new, "for": "1d"},
        {"set": new, "values": {f"v_{new}": "x"}},
    ]
    step = chance.choice(made)
    if chance.random() < 0.4:
        step["checkpoint"] = "true"
    tree["steps"].insert(chance.randrange(len(tree["steps"])), step)
    return f"{new} inserted"


def _options() -> list[Tree]:
    return [
        {"id": "co", "text": "Cam", "right": "true", "say": "Phải."},
        {"id": "khong", "text": "Mận", "say": "Chưa."},
    ]


def change_kind(tree: Tree, chance: Random) -> str:
    at = chance.randrange(len(tree["steps"]))
    step = tree["steps"][at]
    name, text = id_of(step), step.get("text") or "Đổi."
    others: list[Tree] = [
        {"say": name, "text": text, "wait_tap": "Tiếp"},
        {"quiz": name, "text": text, "options": _options()},
        {"task": name, "text": text},
        {"choose": name, "text": text, "options": [{"id": "a", "text": "Xoài"}, {"id": "b", "text": "Vải"}]},
    ]
    new = chance.choice([other for other in others if kind_of(other) != kind_of(step)])
    if "checkpoint" in step:
        new["checkpoint"] = step["checkpoint"]
    tree["steps"][at] = new
    return f"{name} became {kind_of(new)}"


def reorder_options(tree: Tree, chance: Random) -> str:
    step = _step(tree, chance)
    chance.shuffle(step.get("options", []))
    return f"options of {id_of(step)} shuffled"


def move_step(tree: Tree, chance: Random) -> str:
    step = tree["steps"].pop(chance.randrange(len(tree["steps"])))
    tree["steps"].insert(chance.randrange(len(tree["steps"]) + 1), step)
    return f"{id_of(step)} moved"


def toggle_checkpoint(tree: Tree, chance: Random) -> str:
    step = _step(tree, chance)
    if step.pop("checkpoint", None) is None:
        step["checkpoint"] = "true"
    return f"checkpoint of {id_of(step)}"


def change_points(tree: Tree, chance: Random) -> str:
    for step in tree["steps"]:
        if kind_of(step) == "quiz":
            step["points"] = str(chance.randrange(4))
    return "points"


EDITS: tuple[Edit, ...] = (
    change_text, change_label, rename_with_was, rename_without_was, delete, merge, insert, change_kind, reorder_options,
    move_step, toggle_checkpoint, change_points,
)  # fmt: skip
