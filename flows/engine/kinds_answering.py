"""Kinds that want an answer: quiz, ask, and review, which puts quizzes of earlier lessons again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from flows import events as ev
from flows.engine.asking_back import (
    MISSES_TO_OFFER,
    SKIP,
    YES,
    ask_back,
    asked_back,
    question,
    settled,
)
from flows.engine.kind import AGAIN, MAX_ANSWER, WAIT, Next, StepKind, StepPrompt, labels, option_of
from flows.engine.reviews import due_questions
from flows.engine.stage import Stage
from flows.model import Ask, Option, Quiz, Review, Step
from flows.words.ear.ear import reply_of
from flows.words.understand import Answered, Own, fold, positions, understand
from flows.words.values.reading import read_sum, read_value, sums_of
from flows.words.values.value import Value, ValueKind

SENT = "co"
FREE = frozenset({"text", "place"})  # types where any words are an answer
MAX_PASSING = 10  # words: who writes more tells something


class QuizKind(StepKind[Quiz]):
    def prompt(self, stage: Stage, step: Quiz) -> StepPrompt:
        if (value := asked_back(stage)) is not None:
            return question(stage, value)
        text = stage.shown(step)
        if step.type in ("one", "true_false"):
            return text, labels(stage, step.options)
        if step.type in ("number", "text"):
            return text, ()
        shown = _shown(stage, step)
        listed = "\n".join(f"{at}. {stage.words(option.text)}" for at, option in enumerate(shown, 1))
        how = stage.phrase("type_numbers" if step.type == "many" else "type_order")
        return f"{text}\n{listed}\n{how}", ()

    def tap(self, stage: Stage, step: Quiz, choice: str) -> Next:
        if (value := settled(stage)) is not None:
            if choice == YES:
                return self._graded(stage, step, str(value.value), right=value.value in sums_of(step.accept))
            self.put(stage, step)
            return WAIT
        option = option_of(step.options, choice)
        if option is None:
            return AGAIN
        stage.grade(step, option.id, right=option.right, points=step.points, skill=step.skill)
        stage.say(step.id, stage.words(option.say) or stage.phrase("right" if option.right else "wrong"))
        if option.right or option.next:
            return option.next or step.next
        return self._missed(stage, step)

    def typed(self, stage: Stage, step: Quiz, text: str) -> Next:
        settled(stage)
        right = _accepts(stage, step, text)
        if not right and is_stuck(stage, text):
            stage.change(tries=stage.session.tries + 1)
            return self._missed(stage, step)
        if right is None:
            return AGAIN
        if step.type == "number" and (doubt := _doubt(step, text)) and stage.session.keeps:
            ask_back(stage, doubt)
            self.put(stage, step)
            return WAIT
        return self._graded(stage, step, text, right=right)

    def _graded(self, stage: Stage, step: Quiz, text: str, *, right: bool) -> Next:
        stage.grade(step, text[:MAX_ANSWER], right=right, points=step.points, skill=step.skill)
        if right:
            stage.say(step.id, stage.words(step.say) or stage.phrase("right"))
            return step.next
        stage.say(step.id, stage.phrase({"number": "wrong_number", "text": "wrong_typed"}.get(step.type, "wrong")))
        return self._missed(stage, step)

    def _missed(self, stage: Stage, step: Quiz) -> Next:
        tries = stage.session.tries
        if step.tries and tries >= step.tries:
            if step.out_of_tries:
                return step.out_of_tries
            stage.say(step.id, stage.phrase("reveal", dap_an=_answer(stage, step)))
            return step.next
        if tries <= len(step.hints):
            stage.say(step.id, stage.phrase("hint", goi_y=stage.words(step.hints[tries - 1])))
        self.put(stage, step)
        return WAIT


class AskKind(StepKind[Ask]):
    """After some answers that were none she may pass the question over; nobody is asked for ever."""

    def prompt(self, stage: Stage, step: Ask) -> StepPrompt:
        if (value := asked_back(stage)) is not None:
            return question(stage, value)
        offered = stage.session.misses >= MISSES_TO_OFFER
        return stage.shown(step), (ev.Choice(SKIP, stage.phrase("label_skip")),) if offered else ()

    def tap(self, stage: Stage, step: Ask, choice: str) -> Next:
        value = settled(stage)
        if value is None:
            return self._passed_over(stage, step) if choice == SKIP else AGAIN
        if choice == YES:
            stage.save(step.id, step.save, str(value.value), private=step.private)
            return step.next
        return self._missed(stage, step)

    def typed(self, stage: Stage, step: Ask, text: str) -> Next:
        settled(stage)
        value = read_answer(stage, step, text)
        if value is None and _passes(stage, text):
            return self._passed_over(stage, step)
        if value is None or (step.check and not stage.holds(step.check, value=str(value.value))):
            return self._missed(stage, step)
        if not value.certain:
            if step.private or not stage.session.keeps:
                return self._missed(stage, step)
            ask_back(stage, value)
            self.put(stage, step)
            return WAIT
        stage.save(step.id, step.save, str(value.value), private=step.private)
        return step.next

    def _missed(self, stage: Stage, step: Ask) -> Next:
        stage.change(misses=stage.session.misses + 1)
        stage.say(step.id, stage.words(step.retry_text) or stage.phrase(_RETRY.get(step.type, "ask_retry")))
        self.put(stage, step)
        return WAIT

    def _passed_over(self, stage: Stage, step: Ask) -> Next:
        """On without a value: what depends on it takes the way of somebody who has none."""
        stage.say(step.id, stage.phrase("ask_passed_over"))
        return step.next

    def sent(self, stage: Stage, step: Ask, kind: str) -> Next:
        """Of what is no text only that it came is kept."""
        if kind != step.type:
            return AGAIN
        stage.save(step.id, step.save, SENT, private=step.private)
        return step.next


class ReviewKind(StepKind[Review]):
    """Asks due questions one after the other; each is graded as an answer to the quiz it came from."""

    def enter(self, stage: Stage, step: Review) -> Next:
        cards, now = stage.session.cards, stage.universe.now
        queue = due_questions(stage.book, cards, now, step.skills, step.most, stage.session.lang)
        if not queue:
            stage.say(step.id, stage.words(step.empty) or stage.phrase("review_empty"))
            return step.next
        stage.say(step.id, stage.shown(step))
        current = stage.book.current
        stage.change(queue=tuple(f"{key}@{current[key.partition('/')[0]]}" for key in queue))
        return self._next(stage, step)

    def put(self, stage: Stage, step: Review, *, fresh: bool = True) -> None:
        """A question that is gone since is passed over; its buttons must not answer the next one."""
        before = stage.session.queue
        self._drop_gone(stage, step)
        super().put(stage, step, fresh=fresh or stage.session.queue != before)

    def asked(self, stage: Stage, step: Review) -> Step:
        return self._quiz(stage, step) or step

    def prompt(self, stage: Stage, step: Review) -> StepPrompt:
        quiz = self._quiz(stage, step)
        if quiz is None:
            return stage.phrase("review_over"), (ev.Choice("next", stage.phrase("label_continue")),)
        return QUIZ.prompt(stage, quiz)

    def tap(self, stage: Stage, step: Review, choice: str) -> Next:
        quiz = self._quiz(stage, step)
        return self._next(stage, step) if quiz is None else self._on(stage, step, QUIZ.tap(stage, quiz, choice))

    def typed(self, stage: Stage, step: Review, text: str) -> Next:
        quiz = self._quiz(stage, step)
        return AGAIN if quiz is None else self._on(stage, step, QUIZ.typed(stage, quiz, text))

    def _on(self, stage: Stage, step: Review, to: Next) -> Next:
        if to in (WAIT, AGAIN):
            return to
        stage.change(queue=stage.session.queue[1:], tries=0, sub="")
        return self._next(stage, step)

    def _next(self, stage: Stage, step: Review) -> Next:
        self._drop_gone(stage, step)
        if not stage.session.queue:
            return step.next
        self.put(stage, step)
        return WAIT

    def _drop_gone(self, stage: Stage, step: Review) -> None:
        while stage.session.queue and self._quiz(stage, step) is None:
            stage.change(queue=stage.session.queue[1:], sub="")

    def _quiz(self, stage: Stage, step: Review) -> Quiz | None:
        """The question at the head of the queue, as one of this step: no points, no ways of its own.

        It is that of the version she was asked in: an answer is graded by the words she was shown.
        """
        if not stage.session.queue:
            return None
        key, _, version = stage.session.queue[0].partition("@")
        lesson_id, _, quiz_id = key.partition("/")
        number = int(version) if version.isdigit() else stage.book.current.get(lesson_id, 0)
        lesson = stage.book.lesson(lesson_id, number, stage.session.lang)
        quiz = lesson.step(quiz_id) if lesson else None
        if not isinstance(quiz, Quiz):
            return None
        stage.asks = (lesson_id, number, quiz_id)
        options = tuple(replace(option, next=None) for option in quiz.options)
        bare = replace(quiz, id=step.id, next=None, out_of_tries=None, points=0, options=options)
        return replace(bare, tries=min(quiz.tries or REVIEW_TRIES, REVIEW_TRIES))


REVIEW_TRIES = 2

QUIZ = QuizKind()


def is_stuck(stage: Stage, text: str) -> bool:
    """She says that she cannot, where words are asked for: no wrong answer."""
    words = stage.book.words
    own = (Own("stuck", (*words.answers.get("stuck", ()), *words.answers.get("confused", ()))),)
    return (
        isinstance(understand(words, text, own, numbered=False), Answered) or reply_of(words.ear, text).kind == "stuck"
    )


def _shown(stage: Stage, step: Quiz) -> tuple[Option, ...]:
    """The options as listed: `order` is shuffled by the run, so that it stays the same on every repeat."""
    options = list(step.options)
    if step.type == "order":
        chance = Random(f"{stage.session.run_id}:{step.id}")
        chance.shuffle(options)
        if options == list(step.options) and len(options) > 1:
            options.reverse()
    return tuple(options)


def _accepts(stage: Stage, step: Quiz, text: str) -> bool | None:
    """Whether typed words are right; None when they are no answer at all."""
    if step.type in ("one", "true_false"):
        return None
    if step.type == "number":
        accepted = sums_of(step.accept)
        given = read_sum(text, accepted)
        return None if given is None else given.value in accepted
    if step.type == "text":
        meaning = understand(stage.book.words, text, (Own("accept", step.accept),), numbered=False)
        return isinstance(meaning, Answered)
    shown = _shown(stage, step)
    chosen = positions(text, len(shown), stage.book.words)
    if chosen is None:
        return None
    ids = [shown[at].id for at in chosen]
    if step.type == "many":
        return set(ids) == {option.id for option in step.options if option.right}
    return ids == [option.id for option in step.options]


def _doubt(step: Quiz, text: str) -> Value | None:
    """The number she may have meant otherwise."""
    given = read_sum(text, sums_of(step.accept))
    return given if given is not None and not given.certain else None


def _answer(stage: Stage, step: Quiz) -> str:
    if step.type == "order":
        return " → ".join(stage.words(option.text) for option in step.options)
    if step.options:
        return ", ".join(stage.words(option.text) for option in step.options if option.right)
    return step.accept[0] if step.accept else ""


_RETRY = {
    "number": "ask_retry_number",
    "date": "ask_retry_date",
    "phone_vn": "ask_retry_phone_vn",
    "photo": "ask_retry_photo",
    "voice": "ask_retry_voice",
}


_KINDS: Mapping[str, ValueKind] = {"number": "number", "date": "date", "phone_vn": "phone"}


def read_answer(stage: Stage, step: Ask, text: str) -> Value | None:
    """The value in a free answer; None when it is not one."""
    if step.type in _KINDS:
        return read_value(text, _KINDS[step.type], today=stage.today)
    value = " ".join(text.split())
    return Value("text", value) if step.type in FREE and 0 < len(value) <= MAX_ANSWER else None


def _passes(stage: Stage, text: str) -> bool:
    """She does not know, has none, or wants to go on without it."""
    words = stage.book.words
    said = fold(words, text)
    ways = (f" {' '.join(fold(words, way))} " for way in words.answers.get("pass", ()))
    return len(said) <= MAX_PASSING and any(way in f" {' '.join(said)} " for way in ways)
