"""A hint, an option, a step more or less, as the gentle form writes them into a lesson. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from bot.studio.policy.adding import with_item, with_step, without_item
from bot.studio.policy.fields import FormField, FormStep, steps_in
from bot.studio.policy.splicing import YamlPath, cleaned, value_at
from flows.engine.kinds.table import kind_of
from flows.reading.forms import kind_named
from flows.reading.loader import LessonDraft, read_draft
from flows.words.keys import plain_of
from flows.yaml.strictyaml import Mapping as Table
from flows.yaml.strictyaml import Sequence

HINTS: Mapping[str, YamlPath] = {"quiz": ("hints",), "task": ("stuck", "hints")}
"""Kind of a step that has hints → where they stand in it."""
STEPS = ("say", "quiz")
"""The kinds of step that can be begun in the form; all others are written."""
ID_WORDS = 4


def with_hint(text: str, step_id: str, hint: str) -> str | None:
    """The lesson with one more hint at a step; None where it has none, or none can be written."""
    at, node = _step(text, step_id)
    where = HINTS.get(kind_named(node)) if node else None
    return _proved(text, with_item(text, ("steps", at, *where), _plain(hint))) if where and _plain(hint) else None


def with_option(text: str, step_id: str, label: str, reply: str) -> str | None:
    """The lesson with one more option at a step that has some; `reply` is said to it."""
    at, node = _step(text, step_id)
    options = node.get("options") if node else None
    if not isinstance(options, Sequence) or not _plain(label):
        return None
    taken = {value_at(each, ("id",)) or "" for each in options.items}
    words = {"id": new_id(label, taken), "text": _plain(label), **({"say": _plain(reply)} if _plain(reply) else {})}
    return _proved(text, with_item(text, ("steps", at, "options"), words))


def with_new_step(text: str, above: str, kind: str, words: str, right: str, wrong: str) -> str | None:
    """The lesson with one more step below another; `right` and `wrong` are the answers of a quiz, none of what only
    tells."""
    at, node = _step(text, above)
    is_whole = _plain(words) and (kind == "say" or (_plain(right) and _plain(wrong)))
    if node is None or kind not in STEPS or not is_whole:
        return None
    step_id = new_id(words, {name for name, _ in steps_in(_draft(text).page or node)})
    block = f"- {kind}: {step_id}\n  src: none\n  text: {_quoted(words)}\n"
    if kind == "say":
        return _proved(text, with_step(text, at, f'{block}  wait_tap: "Tiếp"\n'))
    options = f"{{id: chua, text: {_quoted(wrong)}}}", f"{{id: dung, text: {_quoted(right)}, right: true}}"
    block += "  options:\n" + "".join(f"    - {each}\n" for each in options)
    return _proved(text, with_step(text, at, block))


def without_field(text: str, field: FormField) -> str | None:
    """The lesson without the hint that a field holds, or without the option that it belongs to."""
    return _proved(text, without_item(text, field.path[:4] if field.group else field.path))


def without_step(text: str, step_id: str) -> str | None:
    """The lesson without a step; who leads to it is told by the checker."""
    at, node = _step(text, step_id)
    return _proved(text, without_item(text, ("steps", at))) if node else None


def hinted(draft: LessonDraft) -> set[str]:
    """The steps that take hints."""
    return {step.id for step in draft.lesson.steps if kind_of(step).name in HINTS} if draft.lesson else set()


def is_hint(field: FormField) -> bool:
    """Whether a field is one of several hints, that can be left out."""
    return field.path[-2:-1] == ("hints",)


def first_of_option(step: FormStep, field: FormField) -> bool:
    """Whether a field is the first of its option."""
    return bool(field.group) and next(each for each in step.fields if each.group == field.group) == field


def new_id(words: str, taken: Collection[str]) -> str:
    """An id from words that is not among `taken`."""
    parts = re.findall(r"[a-z0-9]+", plain_of(re.sub(r"\{[^}]*\}", " ", words)).replace("đ", "d"))[:ID_WORDS]
    base = "_".join(parts)[:30] or "moi"
    base = base if base[0].isalpha() else f"b_{base}"
    return next(each for at in range(1, len(taken) + 2) if (each := base if at == 1 else f"{base}_{at}") not in taken)


def _step(text: str, step_id: str) -> tuple[int, Table | None]:
    page = _draft(text).page
    return next((found for name, found in steps_in(page) if name == step_id), (-1, None)) if page else (-1, None)


def _draft(text: str) -> LessonDraft:
    return read_draft(text.encode(), "", (), hashed=False)


def _proved(before: str, after: str | None) -> str | None:
    """The text, where it is read as well as it was: a question with a single option is none."""
    if after is None:
        return None
    was, now = (sum(each.severity == "error" for each in _draft(text).problems) for text in (before, after))
    return after if now <= was else None


def _plain(typed: str) -> str:
    return " ".join(cleaned(typed).split())


def _quoted(typed: str) -> str:
    return '"' + _plain(typed).replace("\\", "\\\\").replace('"', '\\"') + '"'
