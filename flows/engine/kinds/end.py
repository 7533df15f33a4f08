"""End: finish the lesson."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from flows.engine.kinds.facets import Edge, KindLook, StepPath, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import Next, StepKind
from flows.engine.kinds.leaving import finish
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage
from flows.model import End, Outcome
from flows.saying import say
from flows.yaml.fields import Fields


class EndKind(StepKind[End]):
    step = End
    look = KindLook("kết thúc", "M4 22V3h14l-3 4 3 4H4", '((("', corner=22)
    words = KindWords(
        about="Kết thúc bài, kèm câu nhớ.",
        snippet={"text": '"${2:Câu nhớ.}"'},
        keys={
            "outcome": "Kết quả — học xong, nghỉ giữa chừng, hay chuyển cho người.",
            "then": "Bài kế — mã bài mời học tiếp.",
            "rate": "Xin chấm sao — ví dụ 1-5.",
        },
        enums={
            "outcome": {
                "completed": "Học xong.",
                "stopped": "Nghỉ giữa chừng.",
                "referred": "Chuyển cho người giúp.",
            },
        },
    )

    def read(self, fields: Fields, common: CommonFields) -> End:
        """`rate` is written "1-5" (3 to 5 stars) and kept as the number of stars, 0 where none are asked for."""
        stars = fields.matching("rate", RATING, say("viết 1-5")) or "1-0"
        return End(
            **common,
            outcome=fields.one_of("outcome", get_args(Outcome), "completed"),
            then=fields.lesson_id("then"),
            rate=int(stars.partition("-")[2]),
        )

    # --- what it holds ---

    def waits(self, step: End) -> bool:
        """Never: nothing of the lesson comes after it."""
        return False

    def edges(self, step: End, on: WayOn) -> Iterable[Edge]:
        """None: no way leads on."""
        return ()

    def ends(self, step: End) -> bool:
        """Always."""
        return True

    def outcome(self, step: End) -> Outcome | None:
        """As written, "completed" where the editor says nothing."""
        return step.outcome

    def lessons(self, step: End) -> Iterator[tuple[StepPath, str]]:
        """The lesson to be offered next (`then`), if any."""
        if step.then:
            yield ("then",), step.then

    # --- what it does ---

    def enter(self, stage: Stage, step: End) -> Next:
        """Say the closing words and finish; a lesson that was called gives back to its caller instead."""
        stage.tell(step)
        return finish(stage, step.outcome, step.then, step.rate)


RATING = re.compile(r"1-[3-5]")
