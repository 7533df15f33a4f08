"""Set: remember values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.engine.kinds.facets import Edge, KindLook, SavedValue, StepText, WayOn, saved_as_written
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import Next, StepKind, remember
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage
from flows.model import Set
from flows.yaml.fields import Fields


class SetKind(StepKind[Set]):
    step = Set
    look = KindLook("nhớ", "M4 4h16v16H4zM4 9h16M9 9v11", '[("', corner=0)
    words = KindWords(
        about="Ghi nhớ giá trị để dùng về sau.",
        snippet={"values": {"${2:ten}": "${3:gia_tri}"}},
        keys={
            "values": "Giá trị — tên biến: giá trị.",
        },
    )

    def read(self, fields: Fields, common: CommonFields) -> Set:
        """A `set` without `values` is told as a fault."""
        values = fields.values("values")
        if not fields.has("values"):
            fields.missing("values")
        return Set(**common, values=values)

    # --- what it holds ---

    def waits(self, step: Set) -> bool:
        """Never: nothing is said."""
        return False

    def edges(self, step: Set, on: WayOn) -> Iterable[Edge]:
        """One way on, with all its variables set."""
        return (on.edge(waits=False, sets=tuple(step.values)),)

    def texts(self, step: Set) -> Iterator[StepText]:
        """The values, which may hold placeholders."""
        yield from (StepText(step, ("values", key), value, "value") for key, value in step.values.items())

    def values(self, step: Set) -> Iterable[SavedValue]:
        """Each variable with its value as written."""
        return saved_as_written(step.values)

    def summary(self, step: Set) -> str:
        """All assignments, "name = value"."""
        return ", ".join(f"{name} = {value}" for name, value in step.values.items())

    # --- what it does ---

    def enter(self, stage: Stage, step: Set) -> Next:
        """Save the values, placeholders filled in now, and go on."""
        remember(stage, step, step.values)
        return step.next
