"""Task: one thing to do on your own phone, then tap Done; Stuck and Again are always there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import get_args

from flows import events as ev
from flows.engine.buttons import HUMAN, REPEAT
from flows.engine.kinds.facets import Edge, KindLook, MessageOnChannel, StepPath, StepText, Way, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, WAIT, Next, StepKind, is_pictured, request_help
from flows.engine.kinds.words import SAID_AS, SNIPPET_TEXT, KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Later, Proof, SourcePosition, Stuck, Task
from flows.saying import say
from flows.yaml.fields import Fields

STUCK_ALONE = 2  # so often is somebody left to try again before a person is offered


class TaskKind(StepKind[Task]):
    step = Task
    look = KindLook("tự làm", "M7 2h10v20H7zM10 19h4", '[["', double=True)
    words = KindWords(
        about="Một việc làm thật trên máy, một cái bấm. Luôn có bốn nút: xong, kẹt, nói lại, việc khác.",
        snippet={
            "text": SNIPPET_TEXT,
            "done": '"Xong rồi"',
            "stuck": {"hints": ['"${3:Gợi ý}"'], "go": "${4:buoc_khi_ket}"},
        },
        keys={
            "steps": "Các việc — của bài cũ; bài mới mỗi việc là một bước riêng, viết trong text.",
            "done": "Chữ nút xong — ví dụ “Xong rồi”.",
            "ways": "Cách nói khác của nút xong — học viên gõ vậy cũng là xong.",
            "later": "Nghỉ chút — nhắc lại lúc nào, mấy lần, bằng lời gì.",
            "later.remind": "Nhắc sau — ví dụ 1d.",
            "later.times": "Nhắc mấy lần — nên nhiều nhất 3.",
            "later.text": f"Lời nhắc — {SAID_AS}",
            "stuck": "Khi kẹt — gợi ý từng nấc, rồi sang bước go.",
            "stuck.hints": "Gợi ý — nấc sau rõ hơn nấc trước.",
            "stuck.go": "Hết gợi ý thì — mã bước sang tiếp.",
            "stuck.after_tries": "Sau mấy lần — tự hỏi có kẹt không.",
            "stuck.label": "Chữ nút kẹt — không ghi thì là “Chưa thấy”.",
            "stuck.ways": "Cách nói khác của nút kẹt — học viên gõ vậy cũng là kẹt.",
            "proof": "Làm chứng — tin lời, xin ảnh, hay hỏi một câu.",
            "verify": "Câu hỏi kiểm — mã quiz hỏi sau khi làm xong.",
            "checkin": "Hỏi thăm sau — ví dụ 1d: hôm sau hỏi dùng được chưa.",
        },
        enums={
            "proof": {
                "none": "Không cần.",
                "self": "Học viên bấm xong là tin.",
                "photo": "Xin một ảnh màn hình.",
                "question": "Hỏi một câu, ghi ở verify.",
            },
        },
    )
    needs_text = True
    responds = True
    shows_tries = True

    def read(self, fields: Fields, common: CommonFields) -> Task:
        """`proof: question` without `verify` is told as a fault."""
        later, stuck = fields.mapping("later"), fields.mapping("stuck")
        task = Task(
            **common,
            steps=fields.texts("steps"),
            done=fields.text("done"),
            ways=fields.texts("ways"),
            later=_later(later) if later else Later(),
            stuck=_stuck(stuck) if stuck else Stuck(),
            proof=fields.one_of("proof", get_args(Proof), "self"),
            verify=fields.step_id("verify"),
            checkin_s=fields.duration_s("checkin", 0),
        )
        for inner in (later, stuck):
            if inner:
                inner.done()
        if task.proof == "question" and not task.verify:
            fields.tell(
                "E003",
                fields.node.key_place("proof"),
                say("proof: question cần có verify"),
                say("hãy thêm verify: mã-quiz"),
            )
        return task

    # --- what it holds ---

    def edges(self, step: Task, on: WayOn) -> Iterable[Edge]:
        """On to the quiz `verify` where there is one, else the way on; and where somebody who is really stuck goes."""
        yield Edge(step.verify, ("verify",), waits=True) if step.verify else on.edge(waits=True)
        if step.stuck.go:
            yield Edge(step.stuck.go, ("stuck", "go"), waits=True)

    def texts(self, step: Task) -> Iterator[StepText]:
        """What to do, line by line; the labels of Done and Stuck; the reminder; the hints."""
        yield from (StepText(step, ("steps", at), text, "item") for at, text in enumerate(step.steps))
        yield StepText(step, ("done",), step.done, "label")
        yield StepText(step, ("later", "text"), step.later.text, "said")
        yield StepText(step, ("stuck", "label"), step.stuck.label, "label")
        yield from (StepText(step, ("stuck", "hints", at), text, "said") for at, text in enumerate(step.stuck.hints))

    def wants(self, step: Task) -> str:
        """ "photo" where one is the proof, else nothing but taps."""
        return "photo" if step.proof == "photo" else ""

    def messages(self, step: Task) -> Iterator[MessageOnChannel]:
        """What to do with its buttons in their usual Vietnamese words, then the reminder and the hints."""
        listed = "\n".join((step.text, *(f"{at}. {text}" for at, text in enumerate(step.steps, 1))))
        buttons = step.done or "Xong rồi", step.stuck.label or "Chưa thấy", "Cần người giúp", "Nói lại"
        yield MessageOnChannel(("text",), listed, buttons, is_pictured(step))
        yield MessageOnChannel(("later", "text"), step.later.text)
        yield from (MessageOnChannel(("stuck", "hints", at), text) for at, text in enumerate(step.stuck.hints))

    def spoken_ways(self, step: Task) -> Mapping[str, tuple[str, ...]]:
        """What the editor lets be typed instead of Done and of Stuck."""
        return {"done": step.ways, "stuck": step.stuck.ways}

    def arrows(self, step: Task, field: StepPath) -> Sequence[tuple[str, str]]:
        """The way of somebody stuck carries its button's label."""
        return [("stuck", step.stuck.label)] if field[:1] == ("stuck",) else super().arrows(step, field)

    def ways(self, step: Task) -> Iterator[tuple[Way, SourcePosition]]:
        """Done, stuck and put off."""
        yield from ((Way(step.id, kind), step.place) for kind in ("done", "stuck", "later"))

    # --- what it does ---

    def reminders(self, stage: Stage, step: Task) -> tuple[timedelta, ...]:
        """Every `remind` of `later`, as many `times` as the editor says."""
        return (timedelta(seconds=step.later.remind_s),) * step.later.times

    def reminder(self, step: Task) -> str:
        """The words of `later`; empty: the usual ones."""
        return step.later.text

    def prompt(self, stage: Stage, step: Task) -> StepPrompt:
        """What to do with the buttons Done, Stuck and Again, a person among them from the second "stuck" on.

        In an emergency lesson a person is always offered, and Later is the last.
        """
        text = stage.words(step.text)
        if step.steps:
            text = "\n".join((text, *(f"{at}. {stage.words(part)}" for at, part in enumerate(step.steps, 1))))
        return StepPrompt(text, self.choices(stage, step), stage.exhibits(step))

    def is_alike(self, step: Task) -> bool:
        """Always."""
        return True

    def choices(self, stage: Stage, step: Task) -> tuple[ev.Choice, ...]:
        """Done, Stuck, Again, and a person from the second "stuck" on."""
        stuck = stage.words(step.stuck.label) if step.stuck.label else stage.phrase("label_stuck")
        done = stage.words(step.done) if step.done else stage.phrase("label_done")
        own = ev.Choice("done", done), ev.Choice("stuck", stuck)
        if stage.lesson.emergency:
            return (*own, _later_choice(stage))
        person = (ev.Choice(HUMAN, stage.phrase("label_person")),) if stage.run.tries >= STUCK_ALONE else ()
        return (*own, *person, ev.Choice(REPEAT, stage.phrase("label_repeat")))

    def unshown(self, stage: Stage, step: Task) -> tuple[ev.Choice, ...]:
        """Later: it is said, or tapped on a telephone that still shows it; "rest" among the others means it too."""
        return () if stage.lesson.emergency else (_later_choice(stage),)

    def tap(self, stage: Stage, step: Task, choice: str) -> Next:
        """Done asks for the photo first where that is the proof; Stuck gives the next hint; Later puts the task off."""
        match choice:
            case "done" if step.proof == "photo" and stage.run.sub != "proof":
                return self._ask_proof(stage, step)
            case "done":
                return self._done(stage, step)
            case "stuck":
                return self._stuck(stage, step)
            case "later":
                return self._later(stage, step)
        return AGAIN

    def sent(self, stage: Stage, step: Task, kind: str) -> Next:
        """A photo proves the task done where a photo is asked for; AGAIN otherwise."""
        return self._done(stage, step) if kind == "photo" and step.proof == "photo" else AGAIN

    def _done(self, stage: Stage, step: Task) -> Next:
        stage.emit(ev.TaskDone(step.id))
        if step.checkin_s:
            at = stage.universe.now + timedelta(seconds=step.checkin_s)
            stage.emit(ev.CheckinPlanned(stage.run.lesson, stage.run.version, step.id, at))
        to = step.verify or step.next
        if not isinstance(stage.lesson.step(to or stage.lesson.below(step.id) or ""), Task):
            stage.say(
                step.id, stage.phrase("task_done")
            )  # once for several in a row: praise for each tap sounds hollow
        return to

    def _ask_proof(self, stage: Stage, step: Task) -> Next:
        """Asked once: who cannot send a photo is believed."""
        self.ask(stage, step, StepPrompt(stage.phrase("task_proof"), self.choices(stage, step)))
        stage.change(sub="proof")
        return WAIT

    def _stuck(self, stage: Stage, step: Task) -> Next:
        times = stage.run.tries + 1
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
        # The steps stand just above; "nói lại" shows them again.
        self.ask(stage, step, StepPrompt(stage.phrase("task_again"), self.choices(stage, step)))
        return WAIT

    def _later(self, stage: Stage, step: Task) -> Next:
        remind_at = stage.universe.now + timedelta(seconds=step.later.remind_s) if step.later.times else None
        stage.change(remind_at=remind_at, reminded=0)
        stage.say(step.id, stage.phrase("task_later"))
        stage.emit(ev.TaskPostponed(step.id, remind_at))
        return WAIT


def _later_choice(stage: Stage) -> ev.Choice:
    return ev.Choice("later", stage.phrase("label_later"))


def _later(fields: Fields) -> Later:
    return Later(fields.duration_s("remind", 86_400), fields.number("times", 2, 0, 10), fields.text("text"))


def _stuck(fields: Fields) -> Stuck:
    hints, go = fields.texts("hints"), fields.step_id("go")
    return Stuck(hints, go, fields.number("after_tries", 0, 0, 20), fields.text("label"), fields.texts("ways"))
