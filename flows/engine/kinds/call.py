"""Call: another lesson in the middle of this one, or instead of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, SavedValue, StepPath, StepText, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import Next, StepKind
from flows.engine.kinds.leaving import finish, go_on
from flows.engine.kinds.words import KindWords
from flows.engine.stage import MAX_STACK, Stage
from flows.model import Call
from flows.yaml.fields import Fields


class CallKind(StepKind[Call]):
    step = Call
    look = KindLook("bài con", "M3 4h12v12H3zM9 9h12v12H9z", '[["')
    words = KindWords(
        about="Học một bài khác ở giữa bài này, xong thì quay lại.",
        snippet={"lesson": "${2:ma-bai}"},
        keys={
            "lesson": "Bài được gọi — mã bài.",
            "with": "Đưa theo — tên biến: giá trị cho bài kia.",
            "save": "Ghi kết quả vào biến — giá trị là completed, stopped hoặc referred.",
            "return": "Có quay lại không — ghi false thì sang hẳn bài kia.",
        },
    )

    def read(self, fields: Fields, common: CommonFields) -> Call:
        """A `call` names another lesson, as an id; whether that lesson exists is for the rules of the shelf."""
        return Call(
            **common,
            lesson=fields.lesson_id("lesson", required=True) or "",
            values=fields.values("with"),
            save=fields.name("save"),
            returns=fields.one_of("return", ("true", "false"), "true") == "true",
        )

    # --- what it holds ---

    def waits(self, step: Call) -> bool:
        """Never itself: the lesson that is called may."""
        return False

    def edges(self, step: Call, on: WayOn) -> Iterable[Edge]:
        """One way on after the called lesson, its outcome in `save`; none where the learner is handed over."""
        return (on.edge(waits=False, sets=(step.save,) if step.save else ()),) if step.returns else ()

    def texts(self, step: Call) -> Iterator[StepText]:
        """The values given to the called lesson, each filled in before it begins."""
        yield from (StepText(step, ("with", key), value, "value") for key, value in step.values.items())

    def values(self, step: Call) -> Iterable[SavedValue]:
        """The variable `save`, which takes an outcome (completed, stopped, referred)."""
        return (SavedValue(step.save, None, LONGEST_OUTCOME),) if step.save else ()

    def ends(self, step: Call) -> bool:
        """Whether the learner does not come back: `return: false` ends this lesson."""
        return not step.returns

    def lessons(self, step: Call) -> Iterator[tuple[StepPath, str]]:
        """The lesson that is called."""
        yield ("lesson",), step.lesson

    def summary(self, step: Call) -> str:
        """The id of the called lesson."""
        return f"lesson: {step.lesson}" if step.lesson else ""

    def arrows(self, step: Call, field: StepPath) -> Sequence[tuple[str, str]]:
        """One arrow, labelled with the id of the called lesson."""
        return [("call", step.lesson)]

    # --- what it does ---

    def enter(self, stage: Stage, step: Call) -> Next:
        """Begin the called lesson inside this one, or end this one and hand the learner over (`return: false`).

        A lesson that is missing, under way already or nested deeper than `MAX_STACK` is passed over with `RunFailed`.
        """
        stage.tell(step)
        if not step.returns and not stage.run.stack:
            return finish(stage, "completed", None, handed_over_to=step.lesson)
        run, lesson = stage.run, stage.book.lesson(step.lesson, None, stage.run.lang)
        inside = {run.lesson, *(frame.lesson for frame in run.stack)}
        if lesson is None or step.lesson in inside or len(run.stack) >= MAX_STACK:
            stage.emit(ev.RunFailed(run.run_id, "call", f"{step.id}: {step.lesson}"))
            return go_on(stage, step, step.next)  # without it, rather than not at all
        given = {name: stage.words(value) for name, value in step.values.items()}
        stage.push(step.id, lesson, stage.book.current[step.lesson], given)
        return lesson.steps[0].id


LONGEST_OUTCOME = len("completed")
