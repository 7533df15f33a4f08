"""The client and the channel over real loopback HTTP: which answer becomes which decision."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator

import pytest

from bot.channels.base import (
    Attachment,
    LearnerGone,
    Misconfigured,
    Outgoing,
    SendError,
    SendRefused,
    Throttled,
    Unreachable,
)
from bot.channels.transport import HttpAnswer
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.client import NotThere, WebhookInTheWay, ZaloBotApi
from tests.support.fake_zalo_bot import TOKEN, FakeZaloBot, Fault, Learner, Variants

SECRET = TOKEN.partition(":")[2]


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot() as server:
        yield server


@pytest.fixture
async def api(fake: FakeZaloBot) -> AsyncIterator[ZaloBotApi]:
    client = ZaloBotApi(fake.token, api_base=fake.url, call_s=2.0)
    yield client
    await client.close()


@pytest.fixture
async def channel(fake: FakeZaloBot) -> AsyncIterator[ZaloBotChannel]:
    made = ZaloBotChannel(fake.token, lambda file: "", api_base=fake.url + "/")
    yield made
    await made.api.close()


@pytest.fixture
def lan(fake: FakeZaloBot) -> Learner:
    return fake.learner(5)


def said(lan: Learner, text: str = "Chào chị") -> dict[str, str]:
    return {"chat_id": lan.chat_id, "text": text}


ANSWERS: list[tuple[int, int, str, type[SendError]]] = [
    (400, 400, "Bad request", SendRefused),
    (400, 200, "Bad request", SendRefused),
    (400, 400, "Bad request: chat not found", LearnerGone),
    (401, 401, "Unauthorized", Misconfigured),
    (403, 403, "Internal server error", Unreachable),
    (403, 403, "Forbidden", LearnerGone),
    (404, 404, "Not Found", Misconfigured),
    (408, 408, "Request timeout", Unreachable),
    (408, 200, "Request timeout", Unreachable),
    (413, 413, "Too large", SendRefused),
    (429, 429, "Quota exceeded", Throttled),
    (429, 200, "Quota exceeded", Throttled),
    (500, 500, "", Unreachable),
    (503, 503, "", Unreachable),
]


@pytest.mark.parametrize(("code", "status", "words", "decision"), ANSWERS, ids=[f"{a[:3]}" for a in ANSWERS])
async def test_which_answer_becomes_which_decision(
    fake: FakeZaloBot, api: ZaloBotApi, lan: Learner, code: int, status: int, words: str, decision: type[SendError]
) -> None:
    fake.fails(Fault("answer", code=code, status=status, description=words))
    with pytest.raises(decision):
        await api.call("sendMessage", said(lan))
    assert (await api.call("sendMessage", said(lan)))["message_id"], "the next one is taken"


@pytest.mark.parametrize("idle_status", [200, 408])
async def test_a_poll_to_which_nothing_came_is_no_failure(idle_status: int) -> None:
    async with FakeZaloBot(Variants(idle_status=200 if idle_status == 200 else 408)) as fake:
        api = ZaloBotApi(fake.token, api_base=fake.url)
        assert await api.poll(0) is None
        fake.learner(5).say("xin chào")
        assert (await api.poll(0))["event_name"] == "message.text.received"
        await api.close()


async def test_a_webhook_is_looked_for_and_may_be_in_the_way(fake: FakeZaloBot, api: ZaloBotApi) -> None:
    assert await api.webhook() == ""
    given = {"url": "https://camtay.example/zalo-bot", "secret_token": "x" * 8}
    await api.call("setWebhook", given)
    assert await api.webhook() == given["url"]
    fake.variants.with_webhook = "error"
    with pytest.raises(WebhookInTheWay):
        await api.poll(0)
    with pytest.raises(SendRefused):
        await api.call("setWebhook", given | {"secret_token": "short"})
    with pytest.raises(NotThere):
        fake.fails(Fault("answer", "getMe", code=404, description="Not Found"))
        await api.call("getMe")


async def test_what_is_refused_for_being_too_much_is_asked_for_ever_more_rarely(
    fake: FakeZaloBot, api: ZaloBotApi, lan: Learner
) -> None:
    """Nobody says whether it is the second's limit or the month's; what is said is heard."""

    async def pause() -> float:
        with pytest.raises(Throttled) as caught:
            await api.call("sendMessage", said(lan))
        return caught.value.retry_after

    fake.fails(Fault("answer", code=429, description="Quota exceeded", times=13))
    assert [await pause() for _ in range(13)] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    await api.call("sendMessage", said(lan))
    fake.fails(Fault("answer", code=429, description="Quota exceeded"))
    assert await pause() == 2, "something was taken meanwhile"
    fake.fails(Fault("answer", code=429, description="Monthly quota exceeded"))
    assert await pause() == 3600
    fake.fails(Fault("answer", code=429, description="", headers={"Retry-After": "7"}))
    assert await pause() == 7


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_an_answer_without_sense_means_try_later(body: bytes) -> None:
    with pytest.raises(Unreachable):
        ZaloBotApi(TOKEN, api_base="http://127.0.0.1:9")._result(HttpAnswer(200, None, body))


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_broken_line_means_try_later(fake: FakeZaloBot, api: ZaloBotApi, lan: Learner, kind: str) -> None:
    fake.fails(Fault("drop_before" if kind == "drop_before" else "drop_after"))
    with pytest.raises(Unreachable):
        await api.call("sendMessage", said(lan))
    assert len(lan.inbox) == (kind == "drop_after")
    await fake.stop()
    with pytest.raises(Unreachable):
        await api.call("sendMessage", said(lan))
    await fake.start()
    await api.call("sendMessage", said(lan))


@pytest.mark.parametrize("token", ["", "42", "abc:def", "42:ab cd", "42:AAA\n", "４２:AAAA", "42:../../x"])
def test_what_cannot_be_a_token_is_said_at_once(token: str) -> None:
    with pytest.raises(Misconfigured, match="Zalo Bot Creator") as caught:
        ZaloBotChannel(token, lambda file: "", api_base="http://127.0.0.1:9")
    assert not token or token not in str(caught.value)


async def test_the_token_is_nowhere_to_be_read(
    fake: FakeZaloBot, lan: Learner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = ZaloBotApi(fake.token, api_base=fake.url, call_s=0.2)
    seen = [repr(api), repr(vars(ZaloBotChannel(fake.token, lambda file: "", api_base=fake.url))["api"])]

    async def fails(method: str = "sendMessage") -> None:
        try:
            await api.call(method, said(lan))
        except SendError as error:
            seen.extend(traceback.format_exception(error))
            assert error.__context__ is None and error.__cause__ is None

    for fault in (
        Fault("hang"),
        Fault("drop_before"),
        Fault("answer", code=400, description=f"no such path /bot{fake.token}/x"),
        Fault("answer", code=502),
        Fault("answer", code=401, description=fake.token),
    ):
        fake.fails(fault)
        await fails()
    try:
        fake.fails(Fault("answer", "getUpdates", code=400, description=f"webhook at {fake.token}"))
        await api.poll(0)
    except WebhookInTheWay as error:
        seen.extend(traceback.format_exception(error))
    try:
        await api.download("https://127.0.0.1/x", 10)
    except SendError as error:
        seen.extend(traceback.format_exception(error))
    await fake.stop()
    await fails()
    await api.close()
    assert len(seen) > 10 and SECRET not in "".join(seen) + caplog.text


# --- the channel -------------------------------------------------------------------------------------


async def test_a_message_in_parts_goes_on_where_it_failed(channel: ZaloBotChannel, fake: FakeZaloBot, lan: Learner):
    assert channel.name == "zalo_bot:1234568"
    long = Outgoing(channel.name, lan.chat_id, 1, "\n\n".join(str(at) * 900 for at in range(5)))
    fake.variants.quota = 1
    with pytest.raises(Throttled):
        await channel.send(long)
    fake.variants.quota = None
    await channel.send(long)
    assert [message.text[0] for message in lan.inbox] == ["0", "2", "4"]


async def test_a_picture_that_is_refused_goes_in_words(channel: ZaloBotChannel, lan: Learner) -> None:
    photo = Attachment("photo", ref="https://refused.example/a.jpg", words="Nút xanh ở góc phải")
    out = Outgoing(channel.name, lan.chat_id, 1, "Bấm vào đây.", media=(photo,))
    with pytest.raises(SendRefused):
        await channel.send(out)
    await channel.send(out, plain=True)
    assert [message.text for message in lan.inbox] == ["Nút xanh ở góc phải\n\nBấm vào đây."]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "file:///etc/passwd",
        "http://f4.example.vn/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://localhost/a",
        "https://db.internal/a",
        "https://10.0.0.1/",
        "AgACAg",
    ],
)
async def test_nothing_is_fetched_from_our_own_network(channel: ZaloBotChannel, address: str) -> None:
    with pytest.raises(SendRefused):
        await channel.fetch(address, 1_000)


async def test_what_is_fetched_is_bounded(channel: ZaloBotChannel, fake: FakeZaloBot) -> None:
    with pytest.raises(SendRefused):
        await channel.fetch(f"{fake.url}/nothing-here", 1_000)
