"""Pair: wish for a 1+1 partner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, WAIT, Next, StepKind
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Pair
from flows.yaml.fields import Fields


class PairKind(StepKind[Pair]):
    """Waits until the learner has a partner, or goes on without. Nobody within `accept_in_s`: at `on_none`."""

    step = Pair
    look = KindLook(
        "ghép đôi", "M8 4a3 3 0 1 0 .01 0M16 4a3 3 0 1 0 .01 0M3 20c0-6 10-6 10 0M11 20c0-6 10-6 10 0", '[/"'
    )
    words = KindWords(
        about="Ghép đôi 1+1 với một người hướng dẫn.",
        snippet={"on_none": "${2:buoc}"},
        keys={
            "role": "Vai — ghi instructor (hướng dẫn viên) hoặc officer (cán bộ).",
            "match": "Giống nhau về — xã/phường, tiếng, giới, chủ đề.",
            "prefer": "Ưu tiên — ghi previous: người đã ghép lần trước.",
            "accept_in": "Chờ nhận lời — quá hạn thì tìm người khác.",
            "on_none": "Không có ai thì — mã bước đi tiếp.",
        },
        enums={
            "match": {
                "ward": "Cùng xã/phường.",
                "language": "Cùng tiếng.",
                "gender": "Cùng giới.",
                "topic": "Cùng chủ đề.",
            },
            "prefer": {"previous": "Người đã ghép lần trước.", "none": "Ai cũng được."},
        },
    )
    counts_anew = False

    def read(self, fields: Fields, common: CommonFields) -> Pair:
        """`accept_in` becomes seconds, 0 for no deadline; whether the role exists is for the rules."""
        return Pair(
            **common,
            role=fields.name("role") or "instructor",
            match=fields.some_of("match", ("ward", "language", "gender", "topic")),
            prefer_previous=fields.one_of("prefer", ("previous", "none"), "none") == "previous",
            accept_in_s=fields.duration_s("accept_in", 0),
            on_none=fields.step_id("on_none"),
        )

    # --- what it holds ---

    def edges(self, step: Pair, on: WayOn) -> Iterable[Edge]:
        """The way on and `on_none`, both without an answer: a partner or the deadline may come of itself."""
        yield on.edge(waits=False)
        if step.on_none:
            yield Edge(step.on_none, ("on_none",), waits=False)

    def topic(self, step: Pair) -> str | None:
        """On anything: a pairing is not about one question."""
        return ""

    def summary(self, step: Pair) -> str:
        """The role of the partner."""
        return f"role: {step.role}" if step.role else ""

    # --- what it does ---

    def enter(self, stage: Stage, step: Pair) -> Next:
        """Tell the shell of the wish and wait, until `accept_in_s` is over where it is set."""
        run = stage.run
        stage.tell(step)
        wish = step.role, step.match, step.prefer_previous, step.accept_in_s
        stage.emit(ev.PairingWished(run.lesson, run.version, step.id, *wish))
        due_at = stage.universe.now + timedelta(seconds=step.accept_in_s)
        self.put(stage, step)
        stage.change(remind_at=due_at if step.accept_in_s else stage.run.remind_at)
        return WAIT

    def prompt(self, stage: Stage, step: Pair) -> StepPrompt:
        """That a partner is being looked for, with a button to go on without one."""
        return StepPrompt(stage.phrase("pair_called"), (ev.Choice("next", stage.phrase("label_continue")),))

    def put(self, stage: Stage, step: Pair, *, fresh: bool = True) -> None:
        """Show the prompt; shown again, it waits no longer than it did."""
        waits = stage.run.step == step.id and stage.run.waiting
        remind_at = stage.run.remind_at
        super().put(stage, step, fresh=fresh)
        if waits:
            stage.change(remind_at=remind_at)

    def tap(self, stage: Stage, step: Pair, choice: str) -> Next:
        """Go on without a partner; the wish itself stays open."""
        return step.next

    def met(self, stage: Stage, step: Pair) -> Next:
        """Go on with the partner who has been found."""
        return step.next

    def due(self, stage: Stage, step: Pair) -> Next:
        """Nobody has accepted in time: on at `on_none`; without a deadline it is only a reminder."""
        return (step.on_none or step.next or AGAIN) if step.accept_in_s else AGAIN
