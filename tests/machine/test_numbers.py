"""On a channel without buttons a typed number means exactly one thing: what was shown with it last.

A learner, who is an instructor too, goes through a lesson while offers, a menu and confirmations come in between in any
order. What each number means is read off the texts, as she does, and compared with what typing it does.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.channels.base import Body, Notice, NoticesDue, Tap, Text
from bot.conversation.policy import dispatch, numbering, open_question
from bot.conversation.policy.numbering import KEPT
from bot.tutor import notices, waits
from bot.tutor.command import ServiceCommand
from bot.tutor.state import ConversationState
from bot.tutor.state_codec import dump, load
from bot.tutor.turn import Person, PersonForgotten, TurnContext
from bot.tutor.waits import PendingMatter
from flows import events as ev
from flows.engine.buttons import OTHER
from flows.profiles import profile_of
from tests.support.builders import book, lesson
from tests.support.world import universe

CHANNEL = "zalo_bot:7"
LINE = re.compile(r"^(\d{1,3})\. (.+)$", re.MULTILINE)
BOOK = book(
    lesson(
        """
        - {say: mo, text: Mở đầu, wait_tap: Tiếp}
        - quiz: hoi
          text: Ba màu nào?
          options:
            - {id: a, text: Xanh lá, right: true}
            - {id: b, text: Xanh lam}
            - {id: c, text: Đỏ}
        - ask: tuoi
          text: Nhà có mấy người?
          save: so
          type: number
        - {say: cuoi, text: Gần xong, wait_tap: Xong}
        - {end: het, text: Hết}
        """
    )
)
HER = Person("p1", "Hoa", "chị/em", "agreed", is_instructor=True)


def offer_of(which: int) -> NoticesDue:
    buttons = ((f"o:accept:{which}", "label_accept"), (f"o:later:{which}", "label_offer_later"))
    values = {"ten_hv": f"Lan {which}", "khu": "ấp 3", "han": "09:00"}
    return NoticesDue((Notice("offer_pair", values, buttons),))


def is_aside(number: str) -> bool:
    """Three digits, the first a 0; 0 by itself is of the question, it opens everything else that can be done there."""
    return len(number) == 3 and number.startswith("0")


class Numbers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = ConversationState()
        self.count = 0
        self.asides: dict[str, str] = {}
        self.plain: dict[str, str] = {}
        self.matters: tuple[PendingMatter, ...] = ()

    def turn(self, state: ConversationState | None = None) -> TurnContext:
        return TurnContext(BOOK, universe(seed=str(self.count)), HER, state or self.state, CHANNEL)

    def does(self, body: Body) -> None:
        """One update, as the conversation deals with it; then the numbers are read off the texts."""
        self.count += 1
        turn = self.turn()
        answer(turn, body)
        if self.matters:
            waits.pin(turn, self.matters)
        before = list(turn.replies)
        if any(isinstance(event, PersonForgotten) for event in turn.events):  # and what was shown to her
            self.asides, self.plain = {}, {}
        turn.change(**numbering.number(turn, answering=not isinstance(body, NoticesDue)))
        for reply, was in zip(turn.replies, before, strict=True):
            assert not reply.buttons, "there is nothing to tap on this channel"
            tokens = {button.label: button.token for button in was.buttons}
            shown = [(number, tokens[label]) for number, label in LINE.findall(reply.text) if label in tokens]
            assert len(shown) == len(was.buttons) == len(dict(shown)), "each choice has a number of its own"
            self.read(dict(shown))
        self.state = load(dump(turn.state))

    def read(self, shown: dict[str, str]) -> None:
        plain = {number: token for number, token in shown.items() if not is_aside(number)}
        asks_words = any(is_aside(number) and token.endswith(f":{OTHER}") for number, token in shown.items())
        self.plain = plain if asks_words else plain or self.plain  # then a bare number is her answer
        for number in shown.keys() - plain.keys():
            self.asides.pop(number, None)
            self.asides[number] = shown[number]

    @rule()
    def opens_the_lesson(self) -> None:
        self.does(Tap("m:thu"))

    @rule(which=st.integers(1, 60))
    def is_asked_to_help(self, which: int) -> None:
        self.does(offer_of(which))

    @rule(words=st.sampled_from(["menu", "dừng", "xóa dữ liệu", "tiếp tục", "hôm nay trời đẹp", "đổi xưng hô", "xong"]))
    def says(self, words: str) -> None:
        self.does(Text(words))

    @rule(taken=st.sampled_from([(), (PendingMatter("mine", "r1", "Lan"),), (PendingMatter("call", "r2", "Mai"),)]))
    def something_waits(self, taken: tuple[PendingMatter, ...]) -> None:
        self.matters = taken

    @precondition(lambda self: self.asides or self.plain)
    @rule(data=st.data())
    def types_a_number(self, data: st.DataObject) -> None:
        self.does(Text(data.draw(st.sampled_from(sorted({*self.asides, *self.plain})))))

    @rule(number=st.sampled_from(["0", "1", "2", "3", "4", "7", "11", "12", "21", "65", "011", "018", "099"]))
    def types_any_number(self, number: str) -> None:
        self.does(Text(number))

    @invariant()
    def a_number_beside_the_question_means_what_was_shown_with_it(self) -> None:
        for at, (number, token) in enumerate(reversed(self.asides.items())):
            meant = numbering.typed(self.turn(), number)
            assert meant == token or (meant == "" and at >= KEPT), (number, meant, token)

    @invariant()
    def a_number_of_a_question_never_means_another_thing(self) -> None:
        for number in map(str, range(10)):
            assert numbering.typed(self.turn(), number) in (self.plain.get(number), None)

    @invariant()
    def the_question_of_the_lesson_is_answered_by_its_own_numbers(self) -> None:
        run = self.state.open_run
        own = f"s:{run.seq}:" if run and not self.state.pending else "-"
        for number, token in self.plain.items():
            if token.startswith(own):
                assert numbering.typed(self.turn(), number) == token

    @invariant()
    def typing_a_number_does_what_a_tap_would_do(self) -> None:
        for number, token in list(self.asides.items())[-3:]:
            typed, tapped = self.turn(), self.turn()
            answer(typed, Text(number))
            answer(tapped, Tap(token))
            assert (said(typed), bare(typed)) == (said(tapped), bare(tapped)), number

    @invariant()
    def a_number_that_was_not_shown_chooses_nothing_beside_the_lesson(self) -> None:
        for number in ("0", "1", "2", "9", "65"):
            if numbering.typed(self.turn(), number) is None and self.state.open_run:
                turn = self.turn()
                answer(turn, Text(number))
                assert not any(isinstance(event, ServiceCommand) for event in turn.events), number
                assert turn.person == HER


def answer(turn: TurnContext, body: Body) -> None:
    """As the conversation does it, but for what the office would carry out."""
    outcome = dispatch.answer(turn, body)
    if outcome.shows_again:
        open_question.show_again(turn)
        notices.also(turn, outcome.under)
    waits.under(turn, outcome.pinned)


def said(turn: TurnContext) -> list[object]:
    return [*turn.replies, *(event for event in turn.events if not isinstance(event, ev.Heard))]


def bare(turn: TurnContext) -> ConversationState:
    return replace(turn.state, amendable="", run=None)


TestNumbers = Numbers.TestCase
TestNumbers.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_this_channel_has_no_buttons() -> None:
    assert profile_of(CHANNEL).numbers and not profile_of(CHANNEL).buttons
