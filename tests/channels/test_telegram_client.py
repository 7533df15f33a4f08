"""The client and the channel over real loopback HTTP: which answer becomes which decision."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.base import (
    Button,
    LearnerGone,
    Misconfigured,
    Outgoing,
    SendError,
    SendRefused,
    Tap,
    Throttled,
    Unreachable,
    Update,
)
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import BotApi, Occupied, _result
from bot.channels.transport import HttpAnswer
from tests.support.fake_telegram import FakeTelegram, Learner
from tests.support.fake_telegram.bots import CALLBACK_KEPT_S

SAY = {"chat_id": 5, "text": "Chào chị"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.learner(5)
        yield server
    assert server.violations == []


@pytest.fixture
async def api(fake: FakeTelegram) -> AsyncIterator[BotApi]:
    client = BotApi(fake.token, api_base=fake.url, call_s=2.0)
    yield client
    await client.close()


@pytest.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(fake.token, api_base=fake.url + "/")
    yield made
    await made.close()


@pytest.fixture
def lan(fake: FakeTelegram) -> Learner:
    return fake.learner(5)


ANSWERS: list[tuple[int, str, dict[str, Any], type[SendError] | None]] = [
    (429, "Too Many Requests: retry after 7", {"retry_after": 7}, Throttled),
    (500, "Internal Server Error", {}, Unreachable),
    (502, "Bad Gateway", {}, Unreachable),
    (504, "Gateway Timeout", {}, Unreachable),
    (403, "Forbidden: bot was blocked by the user", {}, LearnerGone),
    (403, "Forbidden: user is deactivated", {}, LearnerGone),
    (403, "Forbidden: bot can't initiate conversation with a user", {}, LearnerGone),
    (400, "Bad Request: chat not found", {}, LearnerGone),
    (400, "Bad Request: user is deactivated", {}, LearnerGone),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -100}, LearnerGone),
    (401, "Unauthorized", {}, Misconfigured),
    (404, "Not Found", {}, Misconfigured),
    (409, "Conflict: terminated by other getUpdates request", {}, Occupied),
    (400, "Bad Request: message is too long", {}, SendRefused),
    (400, "Bad Request: can't parse reply keyboard markup JSON object", {}, SendRefused),
    (413, "Request Entity Too Large", {}, SendRefused),
    (400, "Bad Request: message is not modified: same", {}, None),
    (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", {}, None),
]


@pytest.mark.parametrize(("code", "words", "parameters", "decision"), ANSWERS, ids=[f"{a[0]} {a[1]}" for a in ANSWERS])
async def test_which_answer_becomes_which_decision(
    fake: FakeTelegram, api: BotApi, code: int, words: str, parameters: Any, decision: type[SendError] | None
) -> None:
    fake.faults.answer(code, words, parameters=parameters)
    if decision is None:
        assert await api.call("sendMessage", SAY) is None
        return
    with pytest.raises(decision) as caught:
        await api.call("sendMessage", SAY)
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("parameters", "wait_s"),
    [({}, 1), ({"retry_after": "x"}, 1), ({"retry_after": -5}, 1), ({"retry_after": 1e9}, 3600)],
)
async def test_a_strange_retry_after_is_bounded(
    fake: FakeTelegram, api: BotApi, parameters: dict[str, Any], wait_s: float
) -> None:
    fake.faults.answer(429, "Too Many Requests", parameters=parameters)
    with pytest.raises(Throttled) as caught:
        await api.call("sendMessage", SAY)
    assert caught.value.retry_after == wait_s


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_an_answer_without_sense_means_try_later(body: bytes) -> None:
    with pytest.raises(Unreachable):
        _result(HttpAnswer(200, None, body))


@pytest.mark.parametrize("after", [False, True])
async def test_a_broken_connection_means_try_later(fake: FakeTelegram, api: BotApi, lan: Learner, after: bool) -> None:
    fake.faults.drop(after=after)
    with pytest.raises(Unreachable):
        await api.call("sendMessage", SAY)
    assert len(lan.inbox) == (1 if after else 0)
    await api.call("sendMessage", SAY)


async def test_no_answer_means_try_later(fake: FakeTelegram) -> None:
    fake.faults.hang(30)
    api = BotApi(fake.token, api_base=fake.url, call_s=0.2)
    with pytest.raises(Unreachable):
        await api.call("sendMessage", SAY)
    await api.close()


async def test_a_killed_server_means_try_later_and_it_comes_back(fake: FakeTelegram, api: BotApi) -> None:
    await api.call("sendMessage", SAY)
    await fake.stop()
    with pytest.raises(Unreachable):
        await api.call("sendMessage", SAY)
    await fake.start()
    await api.call("sendMessage", SAY)


@pytest.mark.parametrize("token", ["41:ANOTHER", "nonsense"])
async def test_a_wrong_token(fake: FakeTelegram, token: str) -> None:
    api = BotApi(token, api_base=fake.url)
    with pytest.raises(Misconfigured, match="mã bot"):
        await api.call("getMe", {})
    await api.close()


@pytest.mark.parametrize("token", ["", "42", "abc:def", "42:ab cd", "42:AAA\n", "４２:AAAA"])
def test_what_cannot_be_a_token_is_said_at_once(token: str) -> None:
    with pytest.raises(Misconfigured, match="BotFather") as caught:
        TelegramChannel(token)
    assert not token or token not in str(caught.value)


async def test_the_token_is_nowhere_to_be_read(fake: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = fake.token.partition(":")[2]
    api = BotApi(fake.token, api_base=fake.url, call_s=0.2)
    seen = [repr(api), repr(vars(TelegramChannel(fake.token))["api"])]
    fake.faults.hang(30)
    fake.faults.drop(after=False)
    fake.faults.answer(400, "Bad Request: message is too long")
    for _ in range(3):
        try:
            await api.call("sendMessage", SAY)
        except SendError as error:
            seen += traceback.format_exception(error)
            assert error.__context__ is None
    fake.faults.drop(after=False, method="sendPhoto")
    picture = api.call("sendPhoto", {"chat_id": 5, "photo": "attach://x"}, files={"x": ("x.jpg", b"x")})
    for asked in (picture, api.download("photos/nobody.jpg", 9)):
        with pytest.raises(SendError) as caught:
            await asked
        seen += traceback.format_exception(caught.value)
    await fake.stop()
    try:
        await api.call("sendMessage", SAY)
    except SendError as error:
        seen += traceback.format_exception(error)
    await api.close()
    await fake.start()
    assert secret not in "".join(seen) + caplog.text


# --- the channel -------------------------------------------------------------------------------------


async def test_a_message_with_buttons_arrives(fake: FakeTelegram, channel: TelegramChannel, lan: Learner) -> None:
    assert channel.name == "telegram:42"
    await channel.send(Outgoing(channel.name, "5", 1, "Chào chị", (Button("c:yes", "Đồng ý"),)))
    message = await lan.expect("Chào")
    assert message.buttons == (("Đồng ý", "c:yes"),)


async def test_a_message_in_parts_goes_on_where_it_failed(
    fake: FakeTelegram, channel: TelegramChannel, lan: Learner
) -> None:
    long = Outgoing(channel.name, "5", 1, "\n\n".join(str(at) * 2000 for at in range(5)))
    await channel.api.call("getMe", {})
    fake.on_sent = lambda chat_id, params: fake.faults.throttle(1) if len(lan.inbox) == 1 else None
    with pytest.raises(Throttled):
        await channel.send(long)
    fake.on_sent = None
    await channel.send(long)
    assert [message.text[0] for message in lan.inbox] == ["0", "2", "4"]


async def test_a_text_full_of_oddities_arrives_as_it_is(channel: TelegramChannel, lan: Learner) -> None:
    text = "Ơ <b>*_[`\\ \u202e đảo \u0007 👩‍👧 \"'{}"
    await channel.send(Outgoing(channel.name, "5", 1, text))
    assert (await lan.expect()).text == text


async def test_taps_are_answered_and_old_ones_do_no_harm(
    fake: FakeTelegram, channel: TelegramChannel, lan: Learner
) -> None:
    lan.tap_token("c:yes")
    queries = await channel.api.call("getUpdates", {})
    receipt = queries[0]["callback_query"]["id"]
    at = fake.bot.clock()

    def tap(of: str) -> Update:
        return Update(channel.name, "1", "5", Tap("c:yes"), datetime.fromtimestamp(at, UTC), of)

    await channel.acknowledge([tap(receipt), tap(receipt), tap("unknown"), tap("")])
    await channel.close()
    assert fake.bot.answered == [{"callback_query_id": receipt}]
    assert fake.counts["answerCallbackQuery"] == 3


async def test_acknowledging_does_not_wait(fake: FakeTelegram, channel: TelegramChannel, lan: Learner) -> None:
    fake.faults.hang(30, method="answerCallbackQuery", times=100)
    taps = [Update(channel.name, str(n), "5", Tap("x"), datetime.fromtimestamp(0, UTC), str(n)) for n in range(100)]
    async with asyncio.timeout(0.5):
        await channel.acknowledge(taps)
    assert fake.counts["answerCallbackQuery"] == 0, "they leave in the background"


async def test_a_tap_that_waited_too_long_is_thrown_away_by_telegram() -> None:
    now = [1_795_300_000.0]
    async with FakeTelegram(clock=lambda: now[0]) as fake:
        api = BotApi(fake.token, api_base=fake.url)
        fake.learner(5).tap_token("c:yes")
        fake.learner(5).say("xin chào")
        now[0] += CALLBACK_KEPT_S + 1
        updates = await api.call("getUpdates", {})
        await api.close()
    assert [json.dumps(update)[:30] for update in updates] == ['{"update_id": 1001, "message":']


async def test_what_a_person_sent_is_fetched_by_its_id(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.bot.files["AwACAg"] = b"OggS" + bytes(2_000)
    assert await channel.fetch("AwACAg", 5_000) == fake.bot.files["AwACAg"]
    with pytest.raises(SendRefused):
        await channel.fetch("AwACAg", 1_000)
    with pytest.raises(SendRefused):
        await channel.fetch("nobody-knows", 5_000)
