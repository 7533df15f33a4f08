"""Kinds that want an answer: quiz, ask, and review, which puts quizzes of earlier lessons again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from random import Random

from flows import events as ev
from flows.engine.kind import AGAIN, MAX_ANSWER, WAIT, Kind, Next, Prompt, labels, option_of
from flows.engine.reviews import due_questions
from flows.engine.stage import Stage
from flows.model import Ask, Option, Quiz, Review, Step
from flows.words.understand import Answered, Own, amount, positions, understand

SENT = "co"


class QuizKind(Kind[Quiz]):
    def prompt(self, stage: Stage, step: Quiz) -> Prompt:
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
        option = option_of(step.options, choice)
        if option is None:
            return AGAIN
        stage.grade(step, option.id, right=option.right, points=step.points, skill=step.skill)
        stage.say(step.id, stage.words(option.say) or stage.phrase("right" if option.right else "wrong"))
        if option.right or option.next:
            return option.next or step.next
        return self._missed(stage, step)

    def typed(self, stage: Stage, step: Quiz, text: str) -> Next:
        right = _accepts(stage, step, text)
        if not right and is_stuck(stage, text):
            stage.change(tries=stage.session.tries + 1)
            return self._missed(stage, step)
        if right is None:
            return AGAIN
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


class AskKind(Kind[Ask]):
    def typed(self, stage: Stage, step: Ask, text: str) -> Next:
        value = _read(stage, step, text)
        if value is None or (step.check and not stage.holds(step.check, value=value)):
            stage.say(step.id, stage.words(step.retry_text) or stage.phrase(_RETRY.get(step.type, "ask_retry")))
            self.put(stage, step)
            return WAIT
        stage.save(step.id, step.save, value, private=step.private)
        return step.next

    def sent(self, stage: Stage, step: Ask, kind: str) -> Next:
        """Of what is no text only that it came is kept."""
        if kind != step.type:
            return AGAIN
        stage.save(step.id, step.save, SENT, private=step.private)
        return step.next


class ReviewKind(Kind[Review]):
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

    def prompt(self, stage: Stage, step: Review) -> Prompt:
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
        stage.change(queue=stage.session.queue[1:], tries=0)
        return self._next(stage, step)

    def _next(self, stage: Stage, step: Review) -> Next:
        self._drop_gone(stage, step)
        if not stage.session.queue:
            return step.next
        self.put(stage, step)
        return WAIT

    def _drop_gone(self, stage: Stage, step: Review) -> None:
        while stage.session.queue and self._quiz(stage, step) is None:
            stage.change(queue=stage.session.queue[1:])

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
    own = (Own("stuck", stage.book.words.answers.get("stuck", ())),)
    return isinstance(understand(stage.book.words, text, own, numbered=False), Answered)


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
        words = stage.book.words
        given = amount(text, words)
        return None if given is None else given in {amount(accepted, words) for accepted in step.accept}
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


def _read(stage: Stage, step: Ask, text: str) -> str | None:
    """The value in a free answer, normalised (date: YYYY-MM-DD; phone: ten digits); None when it is not one."""
    match step.type:
        case "number":
            given = amount(text, stage.book.words)
            return None if given is None else str(given)
        case "date":
            return _read_date(text)
        case "phone_vn":
            digits = re.sub(r"[ .\-()]", "", text).replace("+84", "0", 1)
            return digits if re.fullmatch(r"0[2-9]\d{8,9}", digits) else None
        case "text" | "place":
            value = " ".join(text.split())
            return value if 0 < len(value) <= MAX_ANSWER else None
        case "photo" | "voice":
            return None


def _read_date(text: str) -> str | None:
    found = re.fullmatch(r"\s*(\d{1,2})[ /.\-](\d{1,2})[ /.\-](\d{4})\s*", text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return None
