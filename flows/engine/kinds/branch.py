"""Branch: decide where to go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from flows.engine.kinds.facets import Edge, KindLook, OwnCondition, StepPath, Way, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import Next, StepKind
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage
from flows.model import Branch, Case, SourcePosition
from flows.yaml.fields import Fields


class BranchKind(StepKind[Branch]):
    step = Branch
    look = KindLook("rẽ", "M12 2l10 10-10 10L2 12z", '{"', corner=0)
    words = KindWords(
        about="Rẽ theo điều kiện; không trường hợp nào đúng thì theo else.",
        snippet={
            "cases": [{"when": '"${2:score > 0}"', "go": "${3:buoc}"}],
            "else": "${4:buoc}",
        },
        keys={
            "cases": "Các trường hợp — cái đầu tiên đúng thì theo.",
            "cases.when": "Khi — điều kiện, ví dụ: score >= 2.",
            "cases.go": "Sang bước — mã bước.",
            "split": "Chia nhóm — mã bước: phần, để so hai cách dạy. Một người luôn theo một đường.",
            "else": "Còn lại — mã bước khi không trường hợp nào đúng; lúc nào cũng phải ghi.",
        },
    )

    def read(self, fields: Fields, common: CommonFields) -> Branch:
        """A `branch` needs `cases` or `split`; a case stands where its condition does. The rules see to `else`."""
        cases: list[Case] = []
        for row in fields.mappings("cases"):
            place = row.node.get("when") or row.node
            cases.append(Case(row.text("when", required=True), row.step_id("go", required=True) or "", place.place))
            row.done()
        split = fields.shares("split")
        if not fields.has("cases") and not split:
            fields.missing("cases")
        return Branch(**common, cases=tuple(cases), otherwise=fields.step_id("else") or "", split=split)

    # --- what it holds ---

    def waits(self, step: Branch) -> bool:
        """Never: a branch decides from what is known already."""
        return False

    def edges(self, step: Branch, on: WayOn) -> Iterable[Edge]:
        """One way for each case and share; and `else`, or the step below where it is missing, unless chance decides."""
        yield from (Edge(case.go, ("cases", at, "go"), waits=False) for at, case in enumerate(step.cases))
        yield from (Edge(to, ("split", to), waits=False) for to in step.split)
        if not step.split:  # a missing else is told, and taken for the step below
            yield Edge(step.otherwise or on.below, ("else",), waits=False)

    def conditions(self, step: Branch) -> Iterator[OwnCondition]:
        """The condition of every case, in their order."""
        yield from (OwnCondition(("cases", at, "when"), case.when) for at, case in enumerate(step.cases))

    def arrows(self, step: Branch, field: StepPath) -> Sequence[tuple[str, str]]:
        """A case is labelled by its condition, a share by its percentage of all shares."""
        match field:
            case ("cases", int(at), *_):
                return [("case", step.cases[at].when)]
            case ("split", str(to)):
                return [("split", f"{round(100 * step.split[to] / max(1, sum(step.split.values())))} %")]
        return super().arrows(step, field)

    def ways(self, step: Branch) -> Iterator[tuple[Way, SourcePosition]]:
        """Each case by its condition, each share by its step, and `else`."""
        yield from ((Way(step.id, "case", case.when), case.place) for case in step.cases)
        yield from ((Way(step.id, "case", to), step.place) for to in step.split)
        if step.otherwise and not step.split:
            yield Way(step.id, "else"), step.place

    def led(self, step: Branch, to: str) -> Iterator[Way]:
        """All cases and shares that lead to the step `to`, and `else` where it does: which one held is not seen."""
        yield from (Way(step.id, "case", case.when) for case in step.cases if case.go == to)
        yield from (Way(step.id, "case", way) for way in step.split if way == to)
        if step.otherwise == to:
            yield Way(step.id, "else")

    # --- what it does ---

    def enter(self, stage: Stage, step: Branch) -> Next:
        """The first case that holds, else a drawn share, else `else`."""
        found = next((case.go for case in step.cases if stage.holds(case.when)), None)
        return found or (self._drawn(stage, step) if step.split else step.otherwise)

    def _drawn(self, stage: Stage, step: Branch) -> str:
        """By chance, but one learner always draws the same."""
        who = stage.run.learner or stage.run.run_id
        ways = list(step.split)
        return Random(f"{who}:{stage.lesson.id}:{step.id}").choices(ways, [step.split[way] for way in ways])[0]
