"""Ask: free input into a variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from flows import events as ev
from flows.engine.asking_back import MISSES_TO_OFFER, SKIP, YES, ask_back, asked_back, question, settled
from flows.engine.kinds.facets import LONGEST_ANSWER, Edge, KindLook, OwnCondition, SavedValue, StepText, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, WAIT, Next, StepKind
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Ask, AskType
from flows.words.masking import mask
from flows.words.understand import fold
from flows.words.values.reading import read_value
from flows.words.values.value import Value, ValueKind
from flows.yaml.fields import Fields


class AskKind(StepKind[Ask]):
    """After some answers that were none the learner may pass the question over; nobody is asked for ever."""

    step = Ask
    put_off_by = SKIP
    look = KindLook("xin nhập", "M4 20l1-5L16 4l4 4L9 19zM13 7l4 4", '[/"')
    words = KindWords(
        about="Hỏi học viên một điều, học viên gõ hay gửi để trả lời.",
        snippet={"type": "${2:text}", "text": '"${3:Câu hỏi?}"', "save": "${4:ten_bien}"},
        keys={
            "type": "Loại câu trả lời — chữ, số, ngày, số điện thoại, ảnh, giọng nói, nơi ở.",
            "save": "Ghi vào biến — tên biến giữ câu trả lời.",
            "check": "Kiểm lại — điều kiện về value, ví dụ: value != ''.",
            "retry_text": "Hỏi lại — lời nói khi câu trả lời chưa hợp.",
            "private": "Điều riêng tư — ghi true thì không ghi lại, không gửi cho ai.",
        },
        enums={
            "type": {
                "text": "Chữ.",
                "number": "Con số.",
                "date": "Ngày tháng năm.",
                "phone_vn": "Số điện thoại 10 số.",
                "photo": "Ảnh.",
                "voice": "Tin nhắn giọng nói.",
                "place": "Tên nơi chốn.",
            },
        },
    )
    needs_text = True
    shows_tries = True

    def read(self, fields: Fields, common: CommonFields) -> Ask:
        """An `ask` without `save` is told as a fault: its answer would be lost."""
        return Ask(
            **common,
            type=fields.one_of("type", get_args(AskType), "text"),
            save=fields.name("save", required=True) or "",
            check=fields.optional("check"),
            retry_text=fields.text("retry_text"),
            private=fields.flag("private"),
        )

    # --- what it holds ---

    def edges(self, step: Ask, on: WayOn) -> Iterable[Edge]:
        """One way on, after an answer, with the variable `save` set."""
        return (on.edge(waits=True, sets=(step.save,)),)

    def texts(self, step: Ask) -> Iterator[StepText]:
        """What is said when an answer does not fit (`retry_text`)."""
        yield StepText(step, ("retry_text",), step.retry_text, "said")

    def conditions(self, step: Ask) -> Iterator[OwnCondition]:
        """`check`, which looks at the answer just given, as `value`."""
        if step.check is not None:
            yield OwnCondition(("check",), step.check, of_answer=True)

    def values(self, step: Ask) -> Iterable[SavedValue]:
        """The variable `save`; how much is kept of it depends on the type (of free words `LONGEST_ANSWER`)."""
        return (SavedValue(step.save, None, _KEPT.get(step.type, LONGEST_ANSWER)),) if step.save else ()

    def is_private(self, step: Ask) -> bool:
        """As the editor has marked the step: the answer is used in this run and never stored."""
        return step.private

    def wants(self, step: Ask) -> str:
        """The step's `type`: text, number, date, phone_vn, photo, voice or place."""
        return step.type

    def writes_freely(self, step: Ask) -> bool:
        """Always: the buttons of an `ask` only confirm a value or pass the question over."""
        return True

    # --- what it does ---

    def accepts(self, stage: Stage, step: Ask, text: str) -> bool:
        """A number that is asked for; but six bare digits that end in no thousands are a code."""
        is_code = text.strip().isdigit() and len(text.strip()) == 6 and not text.strip().endswith("000")
        value = _read_answer(stage, step, text) if step.type not in FREE else None
        return value is not None and mask(text, stage.book.nouns).kinds == ("otp",) and not is_code

    def prompt(self, stage: Stage, step: Ask) -> StepPrompt:
        """The question, with a way past it from the second miss on; or whether a doubtful value was meant."""
        if (value := asked_back(stage)) is not None:
            return question(stage, value)
        offered = stage.run.misses >= MISSES_TO_OFFER
        past = (ev.Choice(SKIP, stage.phrase("label_skip")),) if offered else ()
        return StepPrompt(stage.words(step.text), past, stage.exhibits(step))

    def is_alike(self, step: Ask) -> bool:
        """Always."""
        return True

    def tap(self, stage: Stage, step: Ask, choice: str) -> Next:
        """Yes saves the value that was asked back, no asks the question again; "skip" goes on without a value."""
        value = settled(stage)
        if value is None or choice == SKIP:
            return self._passed_over(stage, step) if choice == SKIP else AGAIN
        if choice == YES:
            stage.save(step.id, step.save, str(value.value), private=step.private)
            return step.next
        return self._missed(stage, step)

    def typed(self, stage: Stage, step: Ask, text: str) -> Next:
        """Save what is read for certain and passes `check`; a doubtful value is asked back, anything else is a miss.

        Where nothing may be kept (a private answer, no consent) a doubtful value is a miss too.
        """
        settled(stage)
        value = _read_answer(stage, step, text)
        if value is None and _passes(stage, text):
            return self._passed_over(stage, step)
        if value is None or (step.check and not stage.holds(step.check, value=str(value.value))):
            return self._missed(stage, step)
        if not value.certain:
            if step.private or not stage.run.keeps:
                return self._missed(stage, step)
            ask_back(stage, value)
            self.put(stage, step)
            return WAIT
        stage.save(step.id, step.save, str(value.value), private=step.private)
        return step.next

    def _missed(self, stage: Stage, step: Ask) -> Next:
        stage.change(misses=stage.run.misses + 1)
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


_KEPT = {"number": 12, "date": 10, "phone_vn": 12, "photo": 2, "voice": 2}  # characters that are kept


_RETRY = {
    "number": "ask_retry_number",
    "date": "ask_retry_date",
    "phone_vn": "ask_retry_phone_vn",
    "photo": "ask_retry_photo",
    "voice": "ask_retry_voice",
}
_KINDS: Mapping[str, ValueKind] = {"number": "number", "date": "date", "phone_vn": "phone"}

SENT = "co"
FREE = frozenset({"text", "place"})  # types where any words are an answer
MAX_PASSING = 10  # words: who writes more tells something


def _read_answer(stage: Stage, step: Ask, text: str) -> Value | None:
    """The value in a free answer; None when it is not one."""
    if step.type in _KINDS:
        return read_value(text, _KINDS[step.type], today=stage.today)
    value = " ".join(text.split())
    return Value("text", value) if step.type in FREE and 0 < len(value) <= LONGEST_ANSWER else None


def _passes(stage: Stage, text: str) -> bool:
    """Whether the learner does not know, has none, or wants to go on without it."""
    words = stage.book.words
    said = fold(words, text)
    ways = (f" {' '.join(fold(words, way))} " for way in words.answers.get("pass", ()))
    return len(said) <= MAX_PASSING and any(way in f" {' '.join(said)} " for way in ways)
