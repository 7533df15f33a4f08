"""Help: ask a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import get_args

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, StepText, Way, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, WAIT, Next, StepKind, request_help
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Help, HelpNeed, SourcePosition
from flows.yaml.fields import Fields


class HelpKind(StepKind[Help]):
    """`sub` is "called" once a person has been asked for."""

    step = Help
    look = KindLook("nhờ người", "M12 3a9 9 0 1 0 .01 0M12 8a4 4 0 1 0 .01 0", '[/"')
    words = KindWords(
        about="Nhờ người thật giúp.",
        snippet={
            "kind": "${2:learning}",
            "text": '"${3:{Em\\} nhờ người giúp {chị\\} nhé.}"',
            "sla": "2h",
            "fallback": "${4:buoc}",
        },
        keys={
            "kind": "Cần giúp chuyện gì — máy móc, bài học, hay an toàn.",
            "topic": "Chủ đề — tên để tìm đúng người giúp.",
            "offer": "Lời hỏi trước — hỏi học viên có muốn gọi người giúp không.",
            "sla": "Hẹn trong — quá hạn mà chưa có ai thì sang fallback.",
            "fallback": "Không có ai thì — mã bước đi tiếp.",
            "share": "Cho người giúp biết — bước đang học, số lần thử; không bao giờ là câu trả lời.",
        },
        enums={
            "kind": {
                "tech": "Máy móc, mạng.",
                "learning": "Bài học.",
                "safety": "An toàn: được giúp trước hết.",
            },
            "share": {"step": "Bước đang học.", "tries": "Số lần đã thử."},
        },
    )
    needs_text = True
    may_go_back_to = False
    counts_anew = False

    def read(self, fields: Fields, common: CommonFields) -> Help:
        """An unknown `kind` of need is told as E701 and taken for "learning"; `sla` becomes seconds, 0 where unsaid."""
        return Help(
            **common,
            need=fields.one_of("kind", get_args(HelpNeed), "learning", code="E701"),
            topic=fields.name("topic") or "",
            offer=fields.text("offer"),
            sla_s=fields.duration_s("sla", 0),
            fallback=fields.step_id("fallback"),
            share=fields.some_of("share", ("step", "tries")) or ("step", "tries"),
        )

    # --- what it holds ---

    def edges(self, step: Help, on: WayOn) -> Iterable[Edge]:
        """The way on after a tap, and `fallback` when nobody came in time; both after waiting."""
        yield on.edge(waits=True)
        if step.fallback:
            yield Edge(step.fallback, ("fallback",), waits=True)

    def texts(self, step: Help) -> Iterator[StepText]:
        """The question whether to call somebody (`offer`)."""
        yield StepText(step, ("offer",), step.offer, "said")

    def topic(self, step: Help) -> str | None:
        """As written; "" asks for anybody."""
        return step.topic

    def summary(self, step: Help) -> str:
        """The topic, if any."""
        return f"topic: {step.topic}" if step.topic else ""

    def ways(self, step: Help) -> Iterator[tuple[Way, SourcePosition]]:
        """Yes and no where it is offered first; `due` where there is a deadline and a fallback."""
        kinds = ("yes", "no") if step.offer else ()
        waited = ("due",) if step.sla_s and step.fallback else ()
        yield from ((Way(step.id, kind), step.place) for kind in (*kinds, *waited))

    # --- what it does ---

    def enter(self, stage: Stage, step: Help) -> Next:
        """Ask first where there is an `offer`, else call a person at once."""
        if step.offer:
            self.put(stage, step)
            return WAIT
        return self._call(stage, step)

    def prompt(self, stage: Stage, step: Help) -> StepPrompt:
        """The offer with yes and no; once a person is called, that somebody is coming, with a button to go on."""
        if step.offer and stage.run.sub != "called":
            yes, no = stage.phrase("label_help"), stage.phrase("label_skip")
            return StepPrompt(stage.words(step.offer), (ev.Choice("yes", yes), ev.Choice("no", no)))
        on = stage.phrase("label_on" if stage.lesson.emergency else "label_continue")
        return StepPrompt(stage.phrase("help_called"), (ev.Choice("next", on),))

    def tap(self, stage: Stage, step: Help, choice: str) -> Next:
        """ "yes" calls a person and waits; "no" and "next" go on."""
        return self._call(stage, step) if choice == "yes" else step.next

    def due(self, stage: Stage, step: Help) -> Next:
        """Nobody came in time."""
        return AGAIN if stage.run.sub != "called" else step.fallback or step.next or AGAIN

    def _call(self, stage: Stage, step: Help) -> Next:
        stage.change(sub="called")
        stage.tell(step)
        request_help(stage, step, step.need, step.topic, step.sla_s)
        due_at = stage.universe.now + timedelta(seconds=step.sla_s)
        stage.change(step=step.id, remind_at=due_at if step.sla_s and (step.fallback or step.next) else None)
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: Help, *, fresh: bool = True) -> None:
        """Show the step as it waits now; the deadline of a call under way stays what it was."""
        deadline = stage.run.remind_at if stage.run.step == step.id else None
        super().put(stage, step, fresh=fresh)
        if stage.run.sub == "called":
            stage.change(remind_at=deadline)
