"""The steps of a lesson in YAML: each is read by its kind."""

from __future__ import annotations

from flows.engine.kinds.form import read_common
from flows.engine.kinds.table import NAMED
from flows.model import Step
from flows.saying import say
from flows.yaml.fields import Fields, did_you_mean, one_of
from flows.yaml.strictyaml import Mapping, Sequence, YamlNode

MAX_STEPS = 200


def read_steps(fields: Fields) -> tuple[tuple[Step, ...], bool]:
    """The steps, and whether all could be read."""
    nodes = fields.items("steps", most=MAX_STEPS)
    if not nodes and (not fields.has("steps") or isinstance(fields.node.get("steps"), Sequence)):
        fields.missing("steps")
    steps: list[Step] = []
    seen: dict[str, int] = {}
    whole = len(nodes) > 0
    for node in nodes:
        step = _step(fields, node)
        if step is None:
            whole = False
        elif step.id in seen:
            message = say("mã bước “{id}” đã có ở dòng {seen}", id=step.id, seen=seen[step.id])
            fields.tell("E004", step.place, message, say("mỗi bước một mã riêng"))
            whole = False
        else:
            seen[step.id] = step.place.line
            steps.append(step)
    return tuple(steps), whole


def _step(parent: Fields, node: YamlNode) -> Step | None:
    fields = parent.fields_of(node, "steps")
    return None if fields is None else read_step(fields)


def read_step(fields: Fields) -> Step | None:
    """One step of whatever kind its first key names; None when it cannot be one."""
    first, name = next(iter(fields.node.entries), ""), kind_named(fields.node)
    if first != name:
        message = say("không có loại bước nào tên “{kind}”", kind=first)
        if name:
            message = say("loại bước phải đứng đầu bước, không phải “{kind}”", kind=first)
        fields.tell("E002", fields.node.key_place(first), message, _kind_hint(fields, first))
    kind = NAMED.get(name)
    if kind is None:
        return None
    step_id = fields.step_id(name, required=True)
    step: Step = kind.read(fields, read_common(fields, step_id or "", needs_text=kind.needs_text))
    fields.done()
    return step if step_id else None


def kind_named(node: Mapping) -> str:
    """The name of a step's kind: its first key, else any key that is one; empty where there is none."""
    first = next(iter(node.entries), "")
    later = [key for key in node.entries if key in NAMED]
    others = [key for key in later if key != "say"]  # a quiz may say something too
    return first if first in NAMED else next(iter(others or later), "")


def _kind_hint(fields: Fields, kind: str) -> str:
    if later := kind_named(fields.node):
        return say("hãy đưa dòng “{later}: …” lên đầu bước", later=later)
    return did_you_mean(kind, NAMED) or one_of(NAMED)
