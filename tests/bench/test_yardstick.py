"""The bench measures with its own Bot API: what it promises to bots must hold, or its figures say nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bench.fakeapi import FakeApi
from bench.learners import Crowd, percentile
from bench.script import ECHO, LAST, LESSON, POINTS, PROMPTS, begin, graded


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi(lambda *_: None)
    await fake.open()
    yield fake
    await fake.close()


async def call(api: FakeApi, method: str, **fields: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.post(f"{api.base}/bot1:x/{method}", json=fields) as answer:
        result: dict[str, Any] = await answer.json()
        return result


async def test_an_update_comes_again_until_it_is_confirmed(api: FakeApi) -> None:
    api.push(1, "message", '{"text":"a"}')
    api.push(1, "message", '{"text":"b"}')
    first = (await call(api, "getUpdates"))["result"]
    assert [update["message"]["text"] for update in first] == ["a", "b"]
    assert (await call(api, "getUpdates"))["result"] == first
    assert (await call(api, "getUpdates", offset=first[0]["update_id"] + 1))["result"] == first[1:]
    assert (await call(api, "getUpdates", offset=first[1]["update_id"] + 1))["result"] == []


async def test_a_long_poll_is_answered_by_the_next_update_and_ended_by_another_poller(api: FakeApi) -> None:
    early = asyncio.create_task(call(api, "getUpdates", timeout=20))
    await asyncio.sleep(0.1)
    late = asyncio.create_task(call(api, "getUpdates", timeout=20))
    assert (await early)["error_code"] == 409
    api.push(1, "message", "{}")
    assert len((await late)["result"]) == 1


async def test_form_multipart_and_json_are_the_same_call() -> None:
    said: list[tuple[int, str, str]] = []
    api = FakeApi(lambda chat, text, markup, message_id: said.append((chat, text, markup)))
    await api.open()
    fields = {"chat_id": "7", "text": "Chào chị, 1 & 2 = 3 ✅", "reply_markup": '{"inline_keyboard":[]}'}
    multipart = aiohttp.FormData(fields)
    multipart.add_field("file", b"x", filename="x.bin")
    async with aiohttp.ClientSession() as session:
        for body in (
            {"data": fields},
            {"data": multipart},
            {"json": {**fields, "reply_markup": {"inline_keyboard": []}}},
        ):
            async with session.post(f"{api.base}/bot1:x/sendMessage", **body) as answer:
                assert (await answer.json())["result"]["text"] == fields["text"]
    await api.close()
    assert said == [(7, fields["text"], fields["reply_markup"])] * 3


async def test_the_webhook_keeps_the_order_of_a_chat_and_tries_again(api: FakeApi) -> None:
    got: list[tuple[str, str]] = []
    all_there = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        update = await request.json()
        got.append((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        if len(got) == 4:
            all_there.set()
        return web.Response(status=503 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    await call(api, "setWebhook", url=f"http://127.0.0.1:{port}/hook", secret_token="s")
    assert (await call(api, "getUpdates"))["error_code"] == 409
    for text in "abc":
        api.push(1, "message", f'{{"text":"{text}"}}')
    await asyncio.wait_for(all_there.wait(), 10)
    assert got == [("a", "s"), ("a", "s"), ("b", "s"), ("c", "s")]
    await api.close()
    await runner.cleanup()


async def test_a_learner_waits_for_her_answer_and_what_comes_twice_is_counted() -> None:
    api = FakeApi(lambda *heard: crowd.heard(*heard))
    crowd = Crowd(api, ECHO[:2], 1, 5)
    crowd.all_at_once()
    crowd.heard(5, "something else", "", 2)
    crowd.heard(5, "/start", "", 3)
    crowd.heard(5, "/start", "", 4)
    assert (crowd.done, crowd.doubled, sum(crowd.odd.values())) == (0, 1, 1)
    crowd.heard(5, "0:tiep", "", 5)
    assert crowd.finished.is_set() and len(crowd.latencies) == 2


def test_the_lesson_of_the_peers_can_be_played_to_its_end() -> None:
    turn = begin()
    for action in LESSON[1:]:
        label = {answer.label: answer.id for answer in turn.answers}
        turn = graded(turn.at, turn.points, label.get(action.what, action.what))
        assert action.reply.search(turn.text)
    assert (turn.at, turn.points) == (len(PROMPTS), POINTS)
    assert turn.text == LAST.format(points=POINTS)


def test_percentile_of_few_and_none() -> None:
    assert percentile([], 0.99) == 0.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
