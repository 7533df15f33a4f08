"""Wait: a pause, or until a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, OwnCondition, StepPath, Way, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, WAIT, Next, StepKind
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import SourcePosition, Wait
from flows.saying import say
from flows.yaml.fields import Fields


class WaitKind(StepKind[Wait]):
    """Nobody is shut out: a learner who does not want to wait taps the one button."""

    step = Wait
    look = KindLook("chờ", "M12 2a10 10 0 1 0 .01 0M12 6v6l4 3", '>"')
    words = KindWords(
        about="Nghỉ một lúc, hoặc tới một giờ hẹn.",
        snippet={"for": "${2:1d}", "window": "08:00-20:00"},
        keys={
            "for": "Nghỉ bao lâu — ví dụ 1d. Ghi for hoặc until, một thôi.",
            "until": "Nghỉ tới lúc — giờ 20:00, ngày 2026-12-24, hoặc cả hai.",
            "window": "Trong khoảng giờ — ví dụ 08:00-20:00.",
            "skip_if": "Khỏi chờ khi — điều kiện để đi tiếp ngay.",
        },
    )
    may_go_back_to = False

    def read(self, fields: Fields, common: CommonFields) -> Wait:
        """A `wait` needs exactly one of `for` and `until`; both or neither is told as a fault."""
        pause, until = fields.duration_s("for", 0), fields.moment("until")
        if fields.has("for") == fields.has("until"):
            fields.tell("E003", fields.node.place, say("wait cần đúng một mục: for hoặc until"), say("ví dụ: for: 1d"))
        return Wait(
            **common, for_s=pause, until=until, window=fields.hours("window"), skip_if=fields.optional("skip_if")
        )

    # --- what it holds ---

    def edges(self, step: Wait, on: WayOn) -> Iterable[Edge]:
        """One way on, after waiting unless `skip_if` may let the learner through at once."""
        return (on.edge(waits=step.skip_if is None),)

    def conditions(self, step: Wait) -> Iterator[OwnCondition]:
        """`skip_if`, under which there is no wait."""
        if step.skip_if is not None:
            yield OwnCondition(("skip_if",), step.skip_if)

    def arrows(self, step: Wait, field: StepPath) -> Sequence[tuple[str, str]]:
        """One arrow with the length of the pause, one more with the condition that skips it."""
        return [("wait", _span(step)), *([("skip_if", step.skip_if)] if step.skip_if else [])]

    def ways(self, step: Wait) -> Iterator[tuple[Way, SourcePosition]]:
        """On by the button, or by the time."""
        yield from ((Way(step.id, kind), step.place) for kind in ("next", "due"))

    # --- what it does ---

    def reminders(self, stage: Stage, step: Wait) -> tuple[timedelta, ...]:
        """None: the step has a time of its own."""
        return ()

    def enter(self, stage: Stage, step: Wait) -> Next:
        """Wait until the time has come; go on at once where it is past already or `skip_if` holds."""
        if self._ends_at(stage, step) <= stage.universe.now or (step.skip_if and stage.holds(step.skip_if)):
            return step.next
        stage.change(step=step.id, remind_at=None)
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: Wait, *, fresh: bool = True) -> None:
        """Show the wait; when it ends stays what it was."""
        at = self._until(stage, step)
        super().put(stage, step, fresh=fresh)
        stage.change(remind_at=at)

    def prompt(self, stage: Stage, step: Wait) -> StepPrompt:
        """Until when, outside the quiet hours unless in an emergency, or that it is over; one button to go on."""
        until, on = self._until(stage, step).astimezone(stage.book.zone), _on(stage)
        if until <= stage.universe.now:
            return StepPrompt(stage.phrase("waiting_over"), on)
        comes = until if stage.lesson.emergency else stage.book.awake(until).astimezone(stage.book.zone)
        text = stage.words(step.text) or stage.phrase("waiting", luc=f"{comes:%H:%M %d/%m}")
        return StepPrompt(text, on, stage.exhibits(step))

    def tap(self, stage: Stage, step: Wait, choice: str) -> Next:
        """Go on before the time."""
        return step.next if choice == "next" else AGAIN

    def due(self, stage: Stage, step: Wait) -> Next:
        """The time has come: go on."""
        return step.next

    def _until(self, stage: Stage, step: Wait) -> datetime:
        """When the wait that is under way ends; a newer text of it changes nothing about that."""
        run = stage.run
        under_way = run.remind_at if run.step == step.id and run.waiting else None
        return under_way or self._ends_at(stage, step)

    def _ends_at(self, stage: Stage, step: Wait) -> datetime:
        now = stage.universe.now.astimezone(stage.book.zone)
        at = _until(now, step.until) if step.until else now + timedelta(seconds=step.for_s)
        return _within(at, step.window) if step.window and at > now else at


def _on(stage: Stage) -> tuple[ev.Choice, ...]:
    return (ev.Choice("next", stage.phrase("label_continue")),)


def _span(step: Wait) -> str:
    """How long a pause is: "1 ngày", "tới 20:00", inside which hours."""
    units = ((86_400, "ngày"), (3_600, "giờ"), (60, "phút"), (1, "giây"))
    size, unit = next(((size, unit) for size, unit in units if step.for_s and step.for_s % size == 0), (1, "giây"))
    until = f"tới {step.until}" if step.until else f"{step.for_s // size} {unit}"
    return until + (f", trong khoảng {step.window[0]}-{step.window[1]}" if step.window else "")


def _until(now: datetime, until: str) -> datetime:
    """The next time it is `HH:MM`, or the start of a day, or that instant."""
    if "-" not in until:
        at = datetime.combine(now.date(), time.fromisoformat(until), now.tzinfo)
        return at if at > now else at + timedelta(days=1)
    return datetime.fromisoformat(until).replace(tzinfo=now.tzinfo)


def _within(at: datetime, window: tuple[str, str]) -> datetime:
    """The instant, or the next one inside the window of the day."""
    begins, ends = (datetime.combine(at.date(), time.fromisoformat(edge), at.tzinfo) for edge in window)
    if at < begins:
        return begins
    return at if at < ends else begins + timedelta(days=1)
