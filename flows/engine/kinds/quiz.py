"""Quiz: a checked answer, tapped or typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import get_args

from flows import events as ev
from flows.engine.asking_back import YES, ask_back, asked_back, question, settled
from flows.engine.kinds import form
from flows.engine.kinds.facets import (
    LONGEST_ANSWER,
    PHRASE,
    Edge,
    KindLook,
    MessageOnChannel,
    StepPath,
    StepText,
    Way,
    WayOn,
)
from flows.engine.kinds.kind import (
    AGAIN,
    WAIT,
    Next,
    StepKind,
    chosen,
    is_pictured,
    label_of,
    labels,
    option_messages,
    option_of,
    option_replies,
    option_texts,
)
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Option, Quiz, QuizType, SourcePosition
from flows.run import Run
from flows.saying import say
from flows.words.ear.ear import reply_of
from flows.words.understand import Answered, Own, Words, positions, understand
from flows.words.values.reading import read_sum, sums_of
from flows.words.values.value import Value
from flows.yaml.fields import Fields


class QuizKind(StepKind[Quiz]):
    step = Quiz
    look = KindLook("hỏi", "M8 8a4 4 0 1 1 6 3.5c-1.5 1-2 1.5-2 3.5M12 19v.5", '{{"')
    words = KindWords(
        about="Câu hỏi có đáp án. Lựa chọn nào cũng có lời đáp (say).",
        snippet={
            "text": '"${2:Câu hỏi?}"',
            "options": [
                {"id": "${3:sai}", "text": '"${4:Chữ trên nút}"', "say": '"${5:Giải thích nhẹ nhàng.}"'},
                {"id": "${6:dung}", "text": '"${7:Chữ trên nút}"', "right": True, "say": '"${8:Đúng rồi.}"'},
            ],
            "tries": 2,
            "hints": ['"${9:Gợi ý}"'],
            "out_of_tries": "${10:buoc_giai_thich}",
        },
        keys={
            "type": "Loại câu hỏi — một đáp án, nhiều đáp án, đúng sai, xếp thứ tự, gõ số, gõ chữ.",
            "options": "Các lựa chọn — ít nhất 2, nên nhiều nhất 4. "
            "Đáp án đúng đừng lúc nào cũng đứng đầu hay dài nhất.",
            "options.id": "Mã lựa chọn — chữ thường không dấu, số, gạch dưới; không đổi khi đã có người học.",
            "options.text": "Chữ trên nút — ngắn thôi.",
            "options.icon": "Hình nhỏ — một biểu tượng đứng trước chữ.",
            "options.right": "Đáp án đúng — ghi true ở lựa chọn đúng.",
            "options.say": "Lời đáp — nói khi học viên chọn cái này; chọn nhầm thì giải thích nhẹ nhàng.",
            "options.next": "Bước sau — chọn cái này thì sang bước nào.",
            "options.ways": "Cách nói khác — học viên gõ vậy cũng là chọn cái này.",
            **form.OPTION_WORDS,
            "accept": "Đáp án được nhận — cho loại number và text: các cách trả lời đúng.",
            "say": "Lời khen đúng — nói khi trả lời đúng, cho loại number, text, many, order.",
            "tries": "Trả lời mấy lần — hết thì sang out_of_tries; 0: không giới hạn.",
            "hints": "Gợi ý — từng nấc, nấc sau rõ hơn nấc trước.",
            "out_of_tries": "Hết lượt thì — mã bước giải thích nhẹ nhàng.",
            "points": "Điểm — được mấy điểm khi đúng.",
            "skill": "Kỹ năng — tên để ôn lại sau này.",
        },
        enums={
            "type": {
                "one": "Một đáp án đúng.",
                "many": "Nhiều đáp án đúng, gõ các số.",
                "true_false": "Đúng hay sai: hai lựa chọn.",
                "order": "Xếp thứ tự, gõ các số theo thứ tự.",
                "number": "Gõ một con số, có accept.",
                "text": "Gõ chữ, có accept.",
            },
        },
    )
    needs_text = True
    responds = True

    def read(self, fields: Fields, common: form.CommonFields) -> Quiz:
        """Options and `accept` must suit the type: neither both nor too few, nor more than two for true_false."""
        quiz_type: QuizType = fields.one_of("type", get_args(QuizType), "one")
        step = Quiz(
            **common,
            type=quiz_type,
            options=form.read_options(fields, _read_option),
            accept=fields.texts("accept"),
            say=fields.text("say"),
            tries=fields.number("tries", 3, 0, 20),
            hints=fields.texts("hints"),
            out_of_tries=fields.step_id("out_of_tries"),
            points=fields.number("points", 1, 0, 100),
            skill=fields.name("skill"),
        )
        form.tell_lost_spots(fields, common, step.options)
        typed = quiz_type in ("number", "text")
        if typed and fields.has("options"):
            fields.tell(
                "E003",
                fields.node.key_place("options"),
                say("câu hỏi loại {quiz_type} không có options", quiz_type=quiz_type),
                say("hãy viết accept: […]"),
            )
        if not typed and fields.has("accept"):
            fields.tell(
                "E003",
                fields.node.key_place("accept"),
                say("câu hỏi loại {quiz_type} không có accept", quiz_type=quiz_type),
                say("hãy viết options"),
            )
        if not typed and len(step.options) < 2 and not fields.slipped("options"):
            fields.tell("E003", fields.node.place, say("câu hỏi cần ít nhất 2 lựa chọn"), say("hãy thêm vào options"))
        if quiz_type == "true_false" and len(step.options) > 2:
            fields.tell(
                "E003",
                fields.node.key_place("options"),
                say("câu đúng/sai chỉ có 2 lựa chọn"),
                say("hãy bỏ bớt, hoặc type: one"),
            )
        return step

    # --- what it holds ---

    def edges(self, step: Quiz, on: WayOn) -> Iterable[Edge]:
        """The ways of the options that lead on, or a single one where it is typed; and `out_of_tries`."""
        tapped = is_tapped(step)
        if tapped and not step.options:
            yield on.edge(waits=True)  # they are missing, and that is told
            return
        for at, option in enumerate(step.options if tapped else ()):
            if option.next:
                yield Edge(option.next, ("options", at, "next"), waits=True)
            elif option.right:
                yield on.edge(waits=True)
        if not tapped:
            yield on.edge(waits=True)
        if step.out_of_tries:
            yield Edge(step.out_of_tries, ("out_of_tries",), waits=True)
        elif tapped and step.tries:
            yield on.edge(waits=True)

    def options(self, step: Quiz) -> tuple[Option, ...]:
        """The options in the order of the file; empty for number and text."""
        return step.options

    def texts(self, step: Quiz) -> Iterator[StepText]:
        """Labels and replies of the options, the praise, the hints."""
        yield from option_texts(step, step.options)
        yield StepText(step, ("say",), step.say, "said")
        yield from (StepText(step, ("hints", at), text, "said") for at, text in enumerate(step.hints))

    def wants(self, step: Quiz) -> str:
        """ "" for taps, "positions" for many and order, else number or text."""
        return "" if is_tapped(step) else "positions" if step.type in ("many", "order") else step.type

    def writes_freely(self, step: Quiz) -> bool:
        """Whether the quiz is answered by typing."""
        return not is_tapped(step)

    def points(self, step: Quiz) -> int:
        """What a right answer earns, however many tries it took."""
        return step.points

    def messages(self, step: Quiz) -> Iterator[MessageOnChannel]:
        """The question as buttons, or as a list with room for the tutor's own words; then replies and hints."""
        if self.wants(step) == "positions":
            listed = "\n".join((step.text, *(f"{at}. {option.text}" for at, option in enumerate(step.options, 1))))
            yield MessageOnChannel(("text",), listed + "x" * PHRASE, (), is_pictured(step))
            yield from option_replies(step.options)
        else:
            yield from option_messages(step, step.options)
        yield from (MessageOnChannel(("hints", at), text) for at, text in enumerate(step.hints))

    def arrows(self, step: Quiz, field: StepPath) -> Sequence[tuple[str, str]]:
        """Options by their label, right ones marked; for typed answers what is accepted."""
        match field:
            case ("options", int(at), *_):
                return [_arrow(step.options[at])]
            case () | ("next",) if is_tapped(step):
                right = [_arrow(option) for option in step.options if option.right and not option.next]
                return right + _given_up(step) or [("next", "")]
            case () | ("next",):
                return [("right", ", ".join(step.accept)), *_given_up(step)]
        return super().arrows(step, field)

    def ways(self, step: Quiz) -> Iterator[tuple[Way, SourcePosition]]:
        """Each option, or right and wrong where it is typed; and running out of tries."""
        if is_tapped(step):
            yield from ((Way(step.id, "option", option.id), option.place) for option in step.options)
        else:
            yield from ((Way(step.id, kind), step.place) for kind in ("right", "wrong"))
        if step.tries:
            yield Way(step.id, "out_of_tries"), step.place

    def taken(self, step: Quiz, before: Run, after: Run, events: Sequence[ev.Event]) -> Iterator[Way]:
        """The option, whether the answer was right, and whether it was the last try."""
        if (choice := chosen(before, after)) is not None:
            yield Way(step.id, "option", choice)
        for event in events:
            if isinstance(event, ev.AnswerGraded):
                yield Way(step.id, "right" if event.right else "wrong")
        if _ran_out(step, before, after, events):
            yield Way(step.id, "out_of_tries")

    # --- what it does ---

    def accepts(self, stage: Stage, step: Quiz, text: str) -> bool:
        """Whether the text is a number among the accepted answers or the labels: then it is no secret."""
        accepted = sums_of((*step.accept, *(option.text for option in step.options)))
        given = read_sum(text, accepted)
        return given is not None and given.value in accepted

    def prompt(self, stage: Stage, step: Quiz) -> StepPrompt:
        """The question with buttons, alone, or with a list; or whether a doubtful number was meant."""
        if is_tapped(step):
            return StepPrompt(stage.words(step.text), self.choices(stage, step), stage.exhibits(step))
        if (value := asked_back(stage)) is not None:
            return question(stage, value)
        text, exhibits = stage.words(step.text), stage.exhibits(step)
        if step.type in ("number", "text"):
            return StepPrompt(text, (), exhibits)
        shown = _shown(stage, step)
        listed = "\n".join(f"{at}. {stage.words(option.text)}" for at, option in enumerate(shown, 1))
        how = stage.phrase("type_numbers" if step.type == "many" else "type_order")
        return StepPrompt(f"{text}\n{listed}\n{how}", (), exhibits)

    def choices(self, stage: Stage, step: Quiz) -> tuple[ev.Choice, ...]:
        """A button for each option, where it is answered by one."""
        return labels(stage, step, step.options) if is_tapped(step) else super().choices(stage, step)

    def is_alike(self, step: Quiz) -> bool:
        """Unless it is shuffled for each run."""
        return step.type != "order"

    def tap(self, stage: Stage, step: Quiz, choice: str) -> Next:
        """Grade the tapped option and say its reply; or yes or no to a number that was asked back."""
        if not is_tapped(step) and (value := settled(stage)) is not None:
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
        """Grade typed words; "I cannot" costs a try without being wrong; AGAIN where they are no answer at all."""
        settled(stage)
        right = _accepts(stage, step, text)
        if not right and _is_stuck(stage, text):
            stage.change(tries=stage.run.tries + 1)
            return self._missed(stage, step)
        if right is None:
            return AGAIN
        if step.type == "number" and (doubt := _doubt(step, text)) and stage.run.keeps:
            ask_back(stage, doubt)
            self.put(stage, step)
            return WAIT
        return self._graded(stage, step, text, right=right)

    def _graded(self, stage: Stage, step: Quiz, text: str, *, right: bool) -> Next:
        stage.grade(step, text[:LONGEST_ANSWER], right=right, points=step.points, skill=step.skill)
        if right:
            stage.say(step.id, stage.words(step.say) or stage.phrase("right"))
            return step.next
        stage.say(step.id, stage.phrase({"number": "wrong_number", "text": "wrong_typed"}.get(step.type, "wrong")))
        return self._missed(stage, step)

    def _missed(self, stage: Stage, step: Quiz) -> Next:
        tries = stage.run.tries
        if step.tries and tries >= step.tries:
            if step.out_of_tries:
                return step.out_of_tries
            stage.say(step.id, stage.phrase("reveal", dap_an=_answer(stage, step)))
            return step.next
        if tries <= len(step.hints):
            hint = stage.words(step.hints[tries - 1])
            stage.say(step.id, stage.phrase("hint", goi_y=hint), stage.recordings_of(hint))
        self.put(stage, step)
        return WAIT


QUIZ = QuizKind()


def is_tapped(step: Quiz) -> bool:
    """Whether the quiz is answered by a button."""
    return step.type in ("one", "true_false")


def _read_option(fields: Fields) -> Option:
    return Option(
        id=form.option_id(fields),
        text=fields.text("text", required=True),
        place=fields.node.place,
        icon=fields.text("icon"),
        right=fields.flag("right"),
        say=fields.text("say"),
        next=fields.step_id("next"),
        voice=form.read_voice(fields),
        ways=fields.texts("ways"),
        spot=form.read_spot(fields),
        src=fields.sources("src"),
    )


def _arrow(option: Option) -> tuple[str, str]:
    return "right" if option.right else "option", label_of(option)


def _given_up(step: Quiz) -> list[tuple[str, str]]:
    """The label for the last try used up without a step of its own: the learner is told the answer and goes on."""
    return [("out_of_tries", "")] if step.tries and not step.out_of_tries else []


def _ran_out(step: Quiz, before: Run, after: Run, events: Sequence[ev.Event]) -> bool:
    """Whether the tries ran out in this sprint: wrong, or stuck, for the last time, and led on."""
    if not step.tries or before.tries + 1 < step.tries or not _has_moved(before, after):
        return False
    graded = next((event for event in events if isinstance(event, ev.AnswerGraded)), None)
    if graded is None:  # she said that she cannot
        return not is_tapped(step) and not any(isinstance(event, ev.Commanded) for event in events)
    chosen = next((option for option in step.options if option.id == graded.answer), None)
    return not graded.right and not (chosen and chosen.next)


def _has_moved(before: Run, after: Run) -> bool:
    return after.path != before.path and (after.step != before.step or not after.waiting)


def _is_stuck(stage: Stage, text: str) -> bool:
    """Whether the learner says "I cannot" where words are asked for: no wrong answer."""
    words = stage.book.words
    own = (_stuck_ways(words),)
    return (
        isinstance(understand(words, text, own, numbered=False), Answered) or reply_of(words.ear, text).kind == "stuck"
    )


@lru_cache(maxsize=4)
def _stuck_ways(words: Words) -> Own:
    return Own("stuck", (*words.answers.get("stuck", ()), *words.answers.get("confused", ())))


def _shown(stage: Stage, step: Quiz) -> tuple[Option, ...]:
    """The options as listed: `order` is shuffled by the run, so that it stays the same on every repeat."""
    options = list(step.options)
    if step.type == "order":
        chance = Random(f"{stage.run.run_id}:{step.id}")
        chance.shuffle(options)
        if options == list(step.options) and len(options) > 1:
            options.reverse()
    return tuple(options)


def _accepts(stage: Stage, step: Quiz, text: str) -> bool | None:
    """Whether typed words are right; None when they are no answer at all."""
    if is_tapped(step):
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
    """The number where the learner may have meant another."""
    given = read_sum(text, sums_of(step.accept))
    return given if given is not None and not given.certain else None


def _answer(stage: Stage, step: Quiz) -> str:
    if step.type == "order":
        return " → ".join(stage.words(option.text) for option in step.options)
    if step.options:
        return ", ".join(stage.words(option.text) for option in step.options if option.right)
    return step.accept[0] if step.accept else ""
