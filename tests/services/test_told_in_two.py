"""A password told in two messages: the one that announces it, then the bare word; neither may be kept."""

from __future__ import annotations

import pytest

from bot.channels.base import Text
from bot.conversation.policy.dispatch import answer
from bot.tutor.state import ConversationState
from bot.tutor.state_codec import dump, load
from bot.tutor.turn import Person, TurnContext
from flows import events as ev
from tests.support.builders import real_book
from tests.support.world import universe


def says(state: ConversationState, text: str) -> TurnContext:
    """What stands in the turn after one more message; the talk goes through the form in which it is stored."""
    turn = TurnContext(
        real_book(), universe(), Person("p1", "Lan", "chị/em", "agreed"), load(dump(state)), "telegram:1"
    )
    answer(turn, Text(text))
    return turn


def kept(turn: TurnContext) -> str:
    return repr([event for event in turn.events if isinstance(event, ev.Heard)]) + dump(turn.state)


@pytest.mark.parametrize(
    "announced", ["mật khẩu của chị là", "mk zalo:", "mat khau nè", "Mật khẩu vneid của tui là...", "mã pin của chị là"]
)
@pytest.mark.parametrize("secret", ["hoa mai", "hoamai62", "lan anh 75", "1962"])
def test_what_was_announced_is_hidden(announced: str, secret: str):
    first = says(ConversationState(), announced)
    second = says(first.state, secret)
    assert secret not in kept(second)
    assert any(isinstance(event, ev.SecretMasked) for event in second.events)
    assert not second.state.announced


@pytest.mark.parametrize("before", ["mật khẩu là gì", "chị quên mật khẩu", "chào em", "mật khẩu của chị sai"])
def test_nothing_else_announces(before: str):
    second = says(says(ConversationState(), before).state, "hoa mai")
    assert "hoa mai" in kept(second)


@pytest.mark.parametrize("said", ["menu", "em ơi giúp chị với", "quên rồi", "chị không nhớ"])
def test_what_is_no_password_is_heard_as_it_is(said: str):
    second = says(says(ConversationState(), "mật khẩu của chị là").state, said)
    assert not any(isinstance(event, ev.SecretMasked) for event in second.events)
