"""Kinds that reach out of the chat: a task on her phone, a pause, a person, a badge."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flows import events as ev
from flows.engine.kind import AGAIN, WAIT, Next, StepKind, StepPrompt, request_help
from flows.engine.stage import Stage
from flows.model import Award, Help, Pair, Task, Wait


class TaskKind(StepKind[Task]):
    def prompt(self, stage: Stage, step: Task) -> StepPrompt:
        listed = (f"{at}. {stage.words(part)}" for at, part in enumerate(step.steps, 1))
        done = stage.words(step.done) if step.done else stage.phrase("label_done")
        stuck = stage.words(step.stuck.label) if step.stuck.label else stage.phrase("label_stuck")
        choices = ev.Choice("done", done), ev.Choice("stuck", stuck), ev.Choice("later", stage.phrase("label_later"))
        return "\n".join((stage.shown(step), *listed)), choices

    def tap(self, stage: Stage, step: Task, choice: str) -> Next:
        match choice:
            case "done" if step.proof == "photo" and stage.session.sub != "proof":
                return self._ask_proof(stage, step)
            case "done":
                return self._done(stage, step)
            case "stuck":
                return self._stuck(stage, step)
            case "later":
                return self._later(stage, step)
        return AGAIN

    def sent(self, stage: Stage, step: Task, kind: str) -> Next:
        return self._done(stage, step) if kind == "photo" and step.proof == "photo" else AGAIN

    def _done(self, stage: Stage, step: Task) -> Next:
        stage.emit(ev.TaskDone(step.id))
        if step.checkin_s:
            at = stage.universe.now + timedelta(seconds=step.checkin_s)
            stage.emit(ev.CheckinPlanned(stage.session.lesson, stage.session.version, step.id, at))
        stage.say(step.id, stage.phrase("task_done"))
        return step.verify or step.next

    def _ask_proof(self, stage: Stage, step: Task) -> Next:
        """Asked once: who cannot send a photo is believed."""
        _, choices = self.prompt(stage, step)
        stage.ask(step, stage.phrase("task_proof"), choices)
        stage.change(sub="proof")
        return WAIT

    def _stuck(self, stage: Stage, step: Task) -> Next:
        times = stage.session.tries + 1
        stage.change(tries=times)
        stage.emit(ev.TaskStuck(step.id, times))
        enough = step.stuck.after_tries and times >= step.stuck.after_tries
        if step.stuck.go and enough:
            return step.stuck.go
        if times <= len(step.stuck.hints):
            stage.say(step.id, stage.words(step.stuck.hints[times - 1]))
        elif step.stuck.go:
            return step.stuck.go
        else:
            stage.say(step.id, stage.phrase("task_stuck_end"))
            request_help(stage, step)
        _, choices = self.prompt(stage, step)
        stage.ask(step, stage.phrase("task_again"), choices)  # the steps stand just above; "nói lại" shows them again
        return WAIT

    def _later(self, stage: Stage, step: Task) -> Next:
        remind_at = stage.universe.now + timedelta(seconds=step.later.remind_s) if step.later.times else None
        stage.change(remind_at=remind_at, reminded=0)
        stage.emit(ev.TaskPostponed(step.id, remind_at))
        stage.say(step.id, stage.phrase("task_later"))
        return WAIT


class WaitKind(StepKind[Wait]):
    """She is not shut out: whoever does not want to wait taps the one button."""

    def enter(self, stage: Stage, step: Wait) -> Next:
        if self._ends_at(stage, step) <= stage.universe.now or (step.skip_if and stage.holds(step.skip_if)):
            return step.next
        stage.change(step=step.id, remind_at=None)
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: Wait, *, fresh: bool = True) -> None:
        at = self._until(stage, step)
        super().put(stage, step, fresh=fresh)
        stage.change(remind_at=at)

    def prompt(self, stage: Stage, step: Wait) -> StepPrompt:
        until = self._until(stage, step).astimezone(stage.book.zone)
        if until <= stage.universe.now:
            return stage.phrase("waiting_over"), (ev.Choice("next", stage.phrase("label_continue")),)
        comes = until if stage.lesson.emergency else stage.book.awake(until).astimezone(stage.book.zone)
        text = stage.shown(step) or stage.phrase("waiting", luc=f"{comes:%H:%M %d/%m}")
        return text, (ev.Choice("next", stage.phrase("label_continue")),)

    def tap(self, stage: Stage, step: Wait, choice: str) -> Next:
        return step.next if choice == "next" else AGAIN

    def due(self, stage: Stage, step: Wait) -> Next:
        return step.next

    def _until(self, stage: Stage, step: Wait) -> datetime:
        """When the wait that is under way ends; a newer text of it changes nothing about that."""
        session = stage.session
        under_way = session.remind_at if session.step == step.id and session.waiting else None
        return under_way or self._ends_at(stage, step)

    def _ends_at(self, stage: Stage, step: Wait) -> datetime:
        now = stage.universe.now.astimezone(stage.book.zone)
        at = _until(now, step.until) if step.until else now + timedelta(seconds=step.for_s)
        return _within(at, step.window) if step.window and at > now else at


class HelpKind(StepKind[Help]):
    """`sub` is "called" once a person has been asked for."""

    def enter(self, stage: Stage, step: Help) -> Next:
        if step.offer:
            self.put(stage, step)
            return WAIT
        return self._call(stage, step)

    def prompt(self, stage: Stage, step: Help) -> StepPrompt:
        if step.offer and stage.session.sub != "called":
            yes, no = stage.phrase("label_help"), stage.phrase("label_skip")
            return stage.words(step.offer), (ev.Choice("yes", yes), ev.Choice("no", no))
        on = stage.phrase("label_on" if stage.lesson.emergency else "label_continue")
        return stage.phrase("help_called"), (ev.Choice("next", on),)

    def tap(self, stage: Stage, step: Help, choice: str) -> Next:
        return self._call(stage, step) if choice == "yes" else step.next

    def due(self, stage: Stage, step: Help) -> Next:
        """Nobody came in time."""
        return AGAIN if stage.session.sub != "called" else step.fallback or step.next or AGAIN

    def _call(self, stage: Stage, step: Help) -> Next:
        stage.change(sub="called")
        stage.say(step.id, stage.shown(step))
        request_help(stage, step, step.need, step.topic, step.sla_s, keeps_place=False)
        due_at = stage.universe.now + timedelta(seconds=step.sla_s)
        stage.change(step=step.id, remind_at=due_at if step.sla_s and (step.fallback or step.next) else None)
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: Help, *, fresh: bool = True) -> None:
        session = stage.session
        super().put(stage, step, fresh=fresh)
        if session.sub == "called":
            stage.change(remind_at=session.remind_at if session.step == step.id else None)


class PairKind(StepKind[Pair]):
    """Waits until she has a partner; she may go on without. Nobody within `accept_in_s`: at `on_none`."""

    def enter(self, stage: Stage, step: Pair) -> Next:
        session = stage.session
        stage.say(step.id, stage.shown(step))
        wish = step.role, step.match, step.prefer_previous, step.accept_in_s
        stage.emit(ev.PairingWished(session.lesson, session.version, step.id, *wish))
        due_at = stage.universe.now + timedelta(seconds=step.accept_in_s)
        self.put(stage, step)
        stage.change(remind_at=due_at if step.accept_in_s else stage.session.remind_at)
        return WAIT

    def prompt(self, stage: Stage, step: Pair) -> StepPrompt:
        return stage.phrase("pair_called"), (ev.Choice("next", stage.phrase("label_continue")),)

    def put(self, stage: Stage, step: Pair, *, fresh: bool = True) -> None:
        """Shown again, it waits no longer than it did."""
        before = stage.session
        super().put(stage, step, fresh=fresh)
        if before.step == step.id and before.waiting:
            stage.change(remind_at=before.remind_at)

    def tap(self, stage: Stage, step: Pair, choice: str) -> Next:
        return step.next

    def met(self, stage: Stage, step: Pair) -> Next:
        return step.next

    def due(self, stage: Stage, step: Pair) -> Next:
        return (step.on_none or step.next or AGAIN) if step.accept_in_s else AGAIN


class AwardKind(StepKind[Award]):
    def enter(self, stage: Stage, step: Award) -> Next:
        certificate = step.certificate
        if not stage.session.keeps:
            return step.next  # without her consent nothing is kept, so nothing is given
        given = [("badge", step.badge)] if step.badge else []
        if certificate and (not certificate.requires or stage.holds(certificate.requires)):
            given.append(("certificate", certificate.template))
        for kind, name in given:
            session = stage.session
            stage.emit(ev.Awarded(kind, name, session.lesson, session.version, session.score))
        if given:
            stage.say(step.id, stage.shown(step))
        if step.badge:
            stage.say(step.id, stage.phrase("badge", huy_hieu=stage.words(step.badge)))
        if len(given) > bool(step.badge):
            stage.say(step.id, stage.phrase("certificate", bai=stage.lesson.title))
        return step.next


def _until(now: datetime, until: str) -> datetime:
    """The next time it is `HH:MM`, or the start of a day, or that instant."""
    if "-" not in until:
        at = datetime.combine(now.date(), time.fromisoformat(until), now.tzinfo)
        return at if at > now else at + timedelta(days=1)
    return datetime.fromisoformat(until).replace(tzinfo=now.tzinfo)


def _within(at: datetime, window: tuple[str, str]) -> datetime:
    """That instant, or the next one inside the window of the day."""
    begins, ends = (datetime.combine(at.date(), time.fromisoformat(edge), at.tzinfo) for edge in window)
    if at < begins:
        return begins
    return at if at < ends else begins + timedelta(days=1)
