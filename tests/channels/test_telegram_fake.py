"""The fake server itself, read by libraries that others wrote: what they misread, we would have got wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import telegram
import telegram.error
from telegram.constants import KeyboardButtonStyle

from bot.channels.base import Button, Outgoing
from bot.channels.telegram.render import render
from tests.support.fake_telegram import FakeTelegram, Limits
from tests.support.fake_telegram.contract import METHODS, violations
from tests.support.fake_telegram.control import control
from tests.support.fake_telegram.methods import METHODS_DONE, SENDING

SAY = {"chat_id": 5, "text": "Chào chị"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def reader(fake: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    """python-telegram-bot, talking to the fake."""
    async with telegram.Bot(fake.token, base_url=f"{fake.url}/bot") as bot:
        yield bot
    assert fake.violations == []


async def post(fake: FakeTelegram, method: str, params: dict[str, Any]) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{fake.url}/bot{fake.token}/{method}", json=params) as response,
    ):
        answer: dict[str, Any] = await response.json()
        assert answer["ok"] == (response.status == 200)
        return answer


# --- python-telegram-bot as a reader -----------------------------------------------------------------


async def test_ptb_knows_the_bot(reader: telegram.Bot) -> None:
    me = await reader.get_me()
    assert (me.id, me.is_bot, me.username) == (42, True, "camtay_42_bot")


async def test_ptb_reads_what_a_learner_does(fake: FakeTelegram, reader: telegram.Bot) -> None:
    lan = fake.learner(5)
    await reader.send_message(5, "Chọn:", reply_markup=keyboard())
    lan.start("abc")
    lan.tap("Sai")
    for kind in ("sticker", "photo", "voice", "video", "video_note", "animation", "audio", "document"):
        lan.send(kind)
    for kind in ("location", "venue", "contact", "dice"):
        lan.send(kind)
    lan.block()
    updates = await reader.get_updates(timeout=0)
    assert updates[0].message is not None
    assert updates[0].message.text == "/start abc"
    query = updates[1].callback_query
    assert query is not None
    assert query.data == "s:1:b"
    assert query.from_user.id == 5
    read = [update.message.effective_attachment for update in updates[2:-1] if update.message]
    assert all(read)
    member = updates[-1].my_chat_member
    assert member is not None
    assert member.new_chat_member.status == "kicked"


async def test_ptb_confirms_by_offset(fake: FakeTelegram, reader: telegram.Bot) -> None:
    for word in ("một", "hai", "ba"):
        fake.learner(5).say(word)
    first = await reader.get_updates(limit=2)
    again = await reader.get_updates(limit=2)
    rest = await reader.get_updates(offset=first[-1].update_id + 1)
    assert [update.update_id for update in first] == [update.update_id for update in again] == [1000, 1001]
    assert [update.update_id for update in rest] == [1002]
    fake.learner(5).say("bốn")
    last = await reader.get_updates(offset=-1)
    assert [update.update_id for update in last] == [1003]
    assert len(fake.bot.queue) == 1


def keyboard() -> telegram.InlineKeyboardMarkup:
    rows = [[telegram.InlineKeyboardButton(label, callback_data=token)] for label, token in BUTTONS]
    return telegram.InlineKeyboardMarkup(rows)


BUTTONS = (("Đúng", "s:1:a"), ("Sai", "s:1:b"))


async def test_ptb_sends_what_a_learner_sees(fake: FakeTelegram, reader: telegram.Bot) -> None:
    lan = fake.learner(5)
    sent = await reader.send_message(5, "Chọn:", reply_markup=keyboard())
    assert sent.text == "Chọn:"
    assert (await lan.expect("Chọn")).buttons == BUTTONS
    with pytest.raises(telegram.error.BadRequest, match="not modified"):
        await reader.edit_message_text("Chọn:", 5, sent.message_id, reply_markup=keyboard())
    await reader.edit_message_text("Đã chọn", 5, sent.message_id)
    assert lan.inbox[0].text == "Đã chọn"


async def test_ours_and_theirs_ask_for_the_same(fake: FakeTelegram, reader: telegram.Bot) -> None:
    """PTB reads our JSON as the objects it would have built itself."""
    fake.learner(5)
    ours = render(Outgoing("telegram:42", "5", 1, "Chọn:", tuple(Button(t, label) for label, t in BUTTONS)))[0][1]
    await reader.send_message(5, "Chọn:", reply_markup=keyboard())
    theirs = fake.calls[-1][1]
    assert {name: theirs[name] for name in ours} == ours
    assert telegram.InlineKeyboardMarkup.de_json(ours["reply_markup"], None) == keyboard()


async def test_ptb_answers_a_query_once(fake: FakeTelegram, reader: telegram.Bot) -> None:
    fake.learner(5).tap_token("c:yes")
    query = (await reader.get_updates())[0].callback_query
    assert query is not None
    assert await reader.answer_callback_query(query.id)
    with pytest.raises(telegram.error.BadRequest, match="too old"):
        await reader.answer_callback_query(query.id)


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_ptb_reads_our_refusals(fake: FakeTelegram, reader: telegram.Bot) -> None:
    lan = fake.learner(5)
    fake.faults.throttle(7)
    with pytest.raises(telegram.error.RetryAfter) as caught:
        await reader.send_message(5, "x")
    assert int(caught.value._retry_after.total_seconds()) == 7
    lan.block()
    with pytest.raises(telegram.error.Forbidden):
        await reader.send_message(5, "x")
    with pytest.raises(telegram.error.BadRequest, match=r"[Cc]hat not found"):
        await reader.send_message(6, "x")
    await reader.set_webhook("https://camtay.example/telegram", secret_token="abc", max_connections=7)
    assert (await reader.get_webhook_info()).url == "https://camtay.example/telegram"
    with pytest.raises(telegram.error.Conflict):
        await reader.get_updates()
    await reader.delete_webhook()


async def test_only_what_was_asked_for_comes(fake: FakeTelegram, reader: telegram.Bot) -> None:
    await reader.get_updates(allowed_updates=["callback_query"])
    fake.learner(5).say("chào")
    fake.learner(5).tap_token("c:yes")
    assert [update.callback_query is not None for update in await reader.get_updates()] == [True]
    await reader.get_updates(allowed_updates=[])
    fake.learner(5).say("chào")
    assert len(await reader.get_updates()) == 2


async def test_a_second_poller_ends_the_first_ones_wait(fake: FakeTelegram, reader: telegram.Bot) -> None:
    waiting = asyncio.create_task(post(fake, "getUpdates", {"timeout": 30}))
    await asyncio.sleep(0.05)
    fake.learner(5).say("chào")
    assert len((await waiting)["result"]) == 1
    waiting = asyncio.create_task(post(fake, "getUpdates", {"timeout": 30, "offset": 1001}))
    await asyncio.sleep(0.05)
    await reader.get_updates(timeout=0)
    assert (await waiting)["error_code"] == 409


JPEG, OGG, MP4 = b"\xff\xd8\xff\xe0" + b"x" * 40, b"OggS" + b"x" * 40, b"\x00\x00\x00\x18ftypmp42" + b"x" * 40


async def test_ptb_uploads_and_sends_again_by_id(fake: FakeTelegram, reader: telegram.Bot) -> None:
    lan = fake.learner(5)
    photo = await reader.send_photo(5, JPEG, caption="Nút gửi ở đây", protect_content=True)
    voice = await reader.send_voice(5, OGG)
    video = await reader.send_video(5, MP4)
    assert photo.caption == "Nút gửi ở đây" and photo.has_protected_content
    assert voice.voice is not None and video.video is not None
    again = await reader.send_photo(5, photo.photo[-1].file_id)
    assert again.photo[-1].file_id == photo.photo[-1].file_id
    assert fake.bot.files.uploads == 3
    assert [message.kind for message in lan.inbox] == ["photo", "voice", "video", "photo"]
    assert (await reader.send_voice(5, b"RIFF of a recorder")).voice is None, "Telegram makes a document of it"


async def test_ptb_sends_an_album(fake: FakeTelegram, reader: telegram.Bot) -> None:
    lan = fake.learner(5)
    known = (await reader.send_photo(5, JPEG)).photo[-1].file_id
    items = [telegram.InputMediaPhoto(known), telegram.InputMediaPhoto(JPEG + b"2", caption="hai")]
    sent = await reader.send_media_group(5, items)
    assert len({message.media_group_id for message in sent}) == 1 and sent[0].media_group_id
    assert [(message.text, message.kind) for message in lan.inbox[1:]] == [("", "photo"), ("hai", "photo")]
    with pytest.raises(telegram.error.BadRequest, match=r"message #2 .*wrong file identifier"):
        await reader.send_media_group(5, [telegram.InputMediaPhoto(known), telegram.InputMediaPhoto("gone")])
    assert len(lan.inbox) == 3, "all of an album or nothing"


async def test_files_are_one_bots_own_of_one_kind_and_sound() -> None:
    async with FakeTelegram(["42:ONE", "43:TWO"]) as fake:
        one, two = fake.bots.values()
        for bot in (one, two):
            fake.learner(5, bot=bot)
        async with (
            telegram.Bot(one.token, base_url=f"{fake.url}/bot") as first,
            telegram.Bot(two.token, base_url=f"{fake.url}/bot") as second,
        ):
            file_id = (await first.send_photo(5, JPEG)).photo[-1].file_id
            for send, what, words in (
                (second.send_photo, file_id, "wrong file identifier"),
                (first.send_voice, file_id, "can't use file of type Photo as VoiceNote"),
                (first.send_photo, b"", "non-empty"),
                (first.send_photo, b"<html>", "IMAGE_PROCESS_FAILED"),
                (first.send_photo, JPEG + b"x" * 10 * 1024 * 1024, "too big for a photo"),
            ):
                with pytest.raises(telegram.error.BadRequest, match=f"(?i){words}"):
                    await send(5, what)
            one.files.forget()
            with pytest.raises(telegram.error.BadRequest, match=r"(?i)wrong file identifier"):
                await first.send_photo(5, file_id)
        assert fake.violations == []


async def test_ptb_fetches_what_a_learner_sent(fake: FakeTelegram) -> None:
    fake.learner(5).send("voice", file_id="SAID", content=OGG)
    fake.learner(5).send("video", file_id="LONG", size=21 * 1024 * 1024)
    address = f"{fake.url}/bot", f"{fake.url}/file/bot"
    async with telegram.Bot(fake.token, base_url=address[0], base_file_url=address[1]) as reader:
        updates = await reader.get_updates(timeout=0)
        assert updates[0].message is not None and updates[0].message.voice is not None
        file = await reader.get_file(updates[0].message.voice.file_id)
        assert bytes(await file.download_as_bytearray()) == OGG
        with pytest.raises(telegram.error.BadRequest, match="too big"):
            await reader.get_file("LONG")
        with pytest.raises(telegram.error.BadRequest, match=r"(?i)wrong file_id"):
            await reader.get_file("other")


async def test_ptb_reads_our_tones_and_copies_as_its_own(fake: FakeTelegram, reader: telegram.Bot) -> None:
    lan = fake.learner(5)
    buttons = (
        Button("d:yes", "Xóa hết", tone="danger"),
        Button("o:take:1", "Nhận", tone="right"),
        Button("d:no", "Thôi"),
    )
    message = Outgoing("telegram:42", "5", 1, "Mã", buttons, private=True, copies=(("Chép", "k7qf-9fht"),))
    ((_, ours),) = render(message)
    rows = [
        [telegram.InlineKeyboardButton("Xóa hết", callback_data="d:yes", style=KeyboardButtonStyle.DANGER)],
        [telegram.InlineKeyboardButton("Nhận", callback_data="o:take:1", style=KeyboardButtonStyle.SUCCESS)],
        [telegram.InlineKeyboardButton("Thôi", callback_data="d:no")],
        [telegram.InlineKeyboardButton("Chép", copy_text=telegram.CopyTextButton("k7qf-9fht"))],
    ]
    markup = telegram.InlineKeyboardMarkup(rows)
    assert telegram.InlineKeyboardMarkup.de_json(ours["reply_markup"], None) == markup
    await reader.send_message(5, "Mã", reply_markup=markup, protect_content=True)
    theirs = fake.calls[-1][1]
    assert {name: theirs[name] for name in ours} == ours
    seen = lan.inbox[-1]
    assert (seen.styles, seen.copies, seen.is_protected) == (("danger", "success", ""), (("Chép", "k7qf-9fht"),), True)


async def test_ptb_reads_a_group(fake: FakeTelegram, reader: telegram.Bot) -> None:
    group = fake.group(title="Tổ 5")
    group.add_bot()
    group.say("/menu@camtay_42_bot")
    group.say("cảm ơn em", to_bot=True)
    added, command, reply = await reader.get_updates(timeout=0)
    assert added.my_chat_member is not None and added.my_chat_member.chat.title == "Tổ 5"
    assert command.message is not None and command.message.chat.type == "supergroup"
    assert reply.message is not None and reply.message.reply_to_message is not None
    assert (await reader.send_message(group.chat_id, "Em chào")).chat.title == "Tổ 5"


async def test_ptb_reads_the_webhook_as_telegram_sees_it(fake: FakeTelegram, reader: telegram.Bot) -> None:
    await reader.set_webhook("https://camtay.example/telegram", allowed_updates=["message"], max_connections=7)
    fake.bot.webhook_error = "SSL error {error:0A000086:SSL routines::certificate verify failed}"
    info = await reader.get_webhook_info()
    assert (info.ip_address, info.max_connections, info.allowed_updates) == ("203.0.113.7", 7, ("message",))
    assert info.last_error_message is not None and info.last_error_date is not None


# --- the table ---------------------------------------------------------------------------------------


def test_every_method_of_the_table_does_something() -> None:
    assert set(METHODS) == {*METHODS_DONE, *SENDING, "getUpdates"}


ROW = [{"text": "Đúng", "callback_data": "x"}]

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("sendPigeon", {}, "unknown method"),
    ("sendMessage", {"text": "x"}, "chat_id is missing"),
    ("sendMessage", {"chat_id": 5}, "text is missing"),
    ("sendMessage", SAY | {"colour": "red"}, "unknown field colour"),
    ("sendMessage", SAY | {"chat_id": 5.5}, "chat_id is not Integer or String"),
    ("sendMessage", SAY | {"chat_id": True}, "chat_id is not Integer or String"),
    ("sendMessage", SAY | {"text": 5}, "text is not String"),
    ("sendMessage", SAY | {"text": ""}, "text has 0"),
    ("sendMessage", SAY | {"text": "ă" * 4097}, "text has 4097"),
    ("sendMessage", SAY | {"text": "👍" * 2049}, "text has 4098"),
    ("sendMessage", SAY | {"protect_content": "yes"}, "protect_content is not Boolean"),
    ("sendMessage", SAY | {"reply_markup": "{}"}, "reply_markup is not"),
    ("sendMessage", SAY | {"reply_markup": {"inline_keyboard": ROW}}, "reply_markup is not"),
    ("sendMessage", SAY | {"reply_markup": {"inline_keyboard": [[{"text": "Đúng"}]]}}, "exactly one action"),
    ("sendMessage", SAY | {"reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}}, "text is missing"),
    (
        "sendMessage",
        SAY | {"reply_markup": {"inline_keyboard": [[{"text": "Đúng", "callback_data": "ă" * 33}]]}},
        "callback_data has 66",
    ),
    (
        "sendMessage",
        SAY | {"reply_markup": {"inline_keyboard": [[{"text": "Đúng", "callback_data": "x", "style": "right"}]]}},
        "style is none of danger, success, primary",
    ),
    (
        "sendMessage",
        SAY | {"reply_markup": {"inline_keyboard": [[{"text": "Chép", "copy_text": {"text": "x" * 257}}]]}},
        "text has 257",
    ),
    ("sendPhoto", {"chat_id": 5, "photo": "F", "caption": "ă" * 1025}, "caption has 1025"),
    ("sendMediaGroup", {"chat_id": 5, "media": [{"type": "photo", "media": "F"}]}, "media has 1"),
    ("sendMediaGroup", {"chat_id": 5, "media": [{"type": "photo", "media": "F"}] * 11}, "media has 11"),
    ("sendMediaGroup", {"chat_id": 5, "media": [{"type": "voice", "media": "F"}] * 2}, "media is not"),
    (
        "sendMediaGroup",
        {"chat_id": 5, "media": [{"type": "photo", "media": "F"}] * 2, "reply_markup": {}},
        "unknown field reply_markup",
    ),
    ("answerCallbackQuery", {"callback_query_id": 5}, "callback_query_id is not String"),
    ("answerCallbackQuery", {"callback_query_id": "5", "text": "x" * 201}, "text has 201"),
    ("getUpdates", {"limit": 0}, "limit has 0"),
    ("getUpdates", {"allowed_updates": "message"}, "allowed_updates is not Array of String"),
    ("setWebhook", {"url": "https://x.example", "secret_token": "a b"}, "not allowed"),
    ("setWebhook", {"url": "https://x.example", "max_connections": 101}, "max_connections has 101"),
    ("setMyCommands", {"commands": [{"command": "Giúp", "description": "x"}]}, "not allowed"),
    ("setMyCommands", {"commands": [{"command": "giup"}]}, "description is missing"),
]


@pytest.mark.parametrize(("method", "params", "words"), WRONG, ids=[f"{row[0]}: {row[2]}" for row in WRONG])
def test_what_the_table_finds(method: str, params: dict[str, Any], words: str) -> None:
    found = violations(method, params)
    assert len(found) == 1
    assert words in found[0]


def test_what_the_table_lets_through() -> None:
    assert violations("sendMessage", SAY | {"text": "ă" * 4096, "reply_markup": {"inline_keyboard": [ROW]}}) == []
    assert violations("sendMessage", SAY | {"reply_markup": {"remove_keyboard": True}}) == []
    mixed = [{"type": "photo", "media": "F"}, {"type": "video", "media": "G", "caption": "x" * 1024}]
    assert violations("sendMediaGroup", {"chat_id": 5, "media": mixed}) == []
    assert violations("setMyCommands", {"commands": [], "scope": {"type": "all_private_chats"}}) == []


async def test_a_violation_is_refused_and_kept(fake: FakeTelegram) -> None:
    fake.learner(5)
    answer = await post(fake, "sendMessage", SAY | {"colour": "red"})
    assert answer["error_code"] == 400
    assert fake.violations == ["sendMessage: unknown field colour"]
    assert fake.learner(5).inbox == []
    assert (await post(fake, "sendPigeon", {}))["error_code"] == 404
    assert fake.violations[1:] == ["sendPigeon: unknown method"]


# --- limits and the door for other processes ---------------------------------------------------------


async def test_telegrams_rate_limits() -> None:
    now = [1_795_300_000.0]
    async with FakeTelegram(clock=lambda: now[0], limits=Limits(per_second=5, burst=3)) as fake:
        for chat_id in range(1, 8):
            fake.learner(chat_id)
        one_chat = [(await post(fake, "sendMessage", {"chat_id": 1, "text": "x"}))["ok"] for _ in range(4)]
        assert one_chat == [True, True, True, False]
        now[0] += 1
        refused = await post(fake, "sendMessage", {"chat_id": 1, "text": "x"})
        assert refused["ok"]
        refused = await post(fake, "sendMessage", {"chat_id": 1, "text": "x"})
        assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})
        others = [(await post(fake, "sendMessage", {"chat_id": c, "text": "x"}))["ok"] for c in range(2, 8)]
        assert others == [True, True, True, True, False, False]


async def test_learners_of_another_process(fake: FakeTelegram) -> None:
    fake.control = control(fake)

    async def ask(verb: str, **what: Any) -> Any:
        address = f"{fake.url}/control/{verb}"
        async with aiohttp.ClientSession() as session, session.post(address, data=json.dumps(what)) as response:
            return await response.json() if response.status == 200 else response.status

    assert await ask("start", chat_id=5, payload="") == {"update_id": 1000}
    await post(fake, "sendMessage", SAY | {"reply_markup": {"inline_keyboard": [ROW]}})
    assert (await ask("inbox", chat_id=5))[0]["buttons"] == [["Đúng", "x"]]
    assert await ask("tap", chat_id=5, choice="Đúng") == {"update_id": 1001}
    assert await ask("tap", chat_id=5, choice="Sai") == 409
    assert await ask("dance", chat_id=5) == 404
    assert (await ask("fault", kind="answer", code=502, times=1))["times"] == 1
    assert (await ask("state"))["counts"] == {"sendMessage": 1}
