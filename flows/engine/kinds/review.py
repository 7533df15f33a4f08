"""Review: questions of earlier lessons that are due again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, StepText, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, WAIT, Next, StepKind
from flows.engine.kinds.quiz import QUIZ
from flows.engine.kinds.reviews import due_questions
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Quiz, Review, Step
from flows.yaml.fields import Fields


class ReviewKind(StepKind[Review]):
    """Asks due questions one after the other; each is graded as an answer to the quiz it came from."""

    step = Review
    look = KindLook("ôn", "M20 12a8 8 0 1 1-3-6.2M20 2v5h-5", '{{"')
    words = KindWords(
        about="Ôn lại những câu cũ đã tới ngày.",
        snippet={"max": 3},
        keys={
            "max": "Nhiều nhất mấy câu — từ 1 đến 10.",
            "skills": "Chỉ kỹ năng — danh sách tên; không ghi thì mọi kỹ năng.",
            "empty": "Khi không có câu nào — lời nói khi chưa có gì để ôn.",
        },
    )

    def read(self, fields: Fields, common: CommonFields) -> Review:
        """`max` is 3 unless the editor says otherwise, at most 10; no `skills` means all of them."""
        return Review(
            **common, most=fields.number("max", 3, 1, 10), skills=fields.texts("skills"), empty=fields.text("empty")
        )

    # --- what it holds ---

    def edges(self, step: Review, on: WayOn) -> Iterable[Edge]:
        """One way on, taken at once where no question is due."""
        return (on.edge(waits=False),)

    def texts(self, step: Review) -> Iterator[StepText]:
        """What is said where no question is due (`empty`)."""
        yield StepText(step, ("empty",), step.empty, "said")

    # --- what it does ---

    def reminders(self, stage: Stage, step: Review) -> tuple[timedelta, ...]:
        """None: what is not answered is due again, and invited to once a day at most."""
        return ()

    def enter(self, stage: Stage, step: Review) -> Next:
        """Queue what the run was given, else what is due, each with the version it is asked in, and put the first;
        none: go on.
        """
        cards, today = stage.run.cards, stage.today
        queue = stage.run.queue or due_questions(stage.book, cards, today, step, stage.run.lang)
        if not queue:
            stage.say(step.id, stage.words(step.empty) or stage.phrase("review_empty"))
            return step.next
        stage.tell(step)
        current = stage.book.current
        stage.change(queue=tuple(f"{key}@{current.get(key.partition('/')[0], 0)}" for key in queue))
        return self._next(stage, step)

    def put(self, stage: Stage, step: Review, *, fresh: bool = True) -> None:
        """Show the prompt; a question that is gone since is passed over, and its buttons must not answer the next
        one.
        """
        before = stage.run.queue
        self._drop_gone(stage, step)
        super().put(stage, step, fresh=fresh or stage.run.queue != before)

    def asked(self, stage: Stage, step: Review) -> Step:
        """The quiz at the head of the queue, as a quiz of this step; the step itself when none is left."""
        return self._quiz(stage, step) or step

    def prompt(self, stage: Stage, step: Review) -> StepPrompt:
        """The prompt of the quiz at the head of the queue; a button to go on when none is left."""
        quiz = self._quiz(stage, step)
        if quiz is None:
            return StepPrompt(stage.phrase("review_over"), (ev.Choice("next", stage.phrase("label_continue")),))
        return QUIZ.prompt(stage, quiz)

    def tap(self, stage: Stage, step: Review, choice: str) -> Next:
        """Answer the quiz at the head of the queue; once it is done, the next one is put."""
        quiz = self._quiz(stage, step)
        return self._next(stage, step) if quiz is None else self._on(stage, step, QUIZ.tap(stage, quiz, choice))

    def typed(self, stage: Stage, step: Review, text: str) -> Next:
        """As a typed answer to the quiz at the head of the queue; AGAIN when none is left."""
        quiz = self._quiz(stage, step)
        return AGAIN if quiz is None else self._on(stage, step, QUIZ.typed(stage, quiz, text))

    def _on(self, stage: Stage, step: Review, to: Next) -> Next:
        if to in (WAIT, AGAIN):
            return to
        stage.change(queue=stage.run.queue[1:], tries=0, sub="")
        return self._next(stage, step)

    def _next(self, stage: Stage, step: Review) -> Next:
        self._drop_gone(stage, step)
        if not stage.run.queue:
            return step.next
        self.put(stage, step)
        return WAIT

    def _drop_gone(self, stage: Stage, step: Review) -> None:
        while stage.run.queue and self._quiz(stage, step) is None:
            stage.change(queue=stage.run.queue[1:], sub="")

    def _quiz(self, stage: Stage, step: Review) -> Quiz | None:
        """The question at the head of the queue, as one of this step: no points, no ways of its own.

        It is that of the version the learner was asked in: an answer is graded by the words that were shown.
        """
        if not stage.run.queue:
            return None
        key, _, version = stage.run.queue[0].partition("@")
        lesson_id, _, quiz_id = key.partition("/")
        number = int(version) if version.isdigit() else stage.book.current.get(lesson_id, 0)
        lesson = stage.book.lesson(lesson_id, number, stage.run.lang)
        quiz = lesson.step(quiz_id) if lesson else None
        if not isinstance(quiz, Quiz):
            return None
        stage.asks = (lesson_id, number, quiz_id)
        options = tuple(replace(option, next=None) for option in quiz.options)
        bare = replace(quiz, id=step.id, next=None, out_of_tries=None, points=0, options=options)
        return replace(bare, tries=min(quiz.tries or step.tries, step.tries))
