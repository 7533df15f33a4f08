"""Recorded payloads -> Update, and python-telegram-bot as a second, independent reader of the same payloads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import telegram
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Began, Body, Edited, Left, Media, Returned, Tap, Text, Update
from bot.channels.telegram.parse import Dropped, parse_update, update_id_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "support" / "fake_telegram" / "updates"

EXPECTED: dict[str, Body | Dropped] = {
    "text": Text("Dạ chị làm xong rồi 👍🏽"),
    "text_reply": Text("không thấy nút đó"),
    "text_forwarded": Text("Bạn đã trúng thưởng, bấm https://example.com/qua", forwarded=True),
    "start": Began(),
    "start_payload": Began("hoc_V1-a"),
    "command": Text("menu"),
    "command_named": Text("giup em vừa bị lừa"),
    "sticker": Media("sticker"),
    "photo": Media("photo", "big", "Màn hình của chị đây"),
    "voice": Media("voice", "CAACAgIAAxkBAAIBY2Z"),
    "video": Media("video"),
    "video_note": Media("video"),
    "animation": Media("video"),
    "audio": Media("file"),
    "document": Media("file"),
    "location": Media("place"),
    "venue": Media("place"),
    "contact": Media("contact"),
    "dice": Media("other"),
    "poll": Media("other"),
    "tap": Tap("s:12:b"),
    "tap_inaccessible": Tap("m:l1-nhan-dien"),
    "tap_no_message": Tap("c:yes"),
    "member_kicked": Left(),
    "member_back": Returned(),
    "tap_inline": Dropped.IGNORED,
    "tap_game": Dropped.IGNORED,
    "tap_group": Dropped.IGNORED,
    "service_pin": Dropped.IGNORED,
    "service_timer": Dropped.IGNORED,
    "group_text": Dropped.IGNORED,
    "edited": Edited("xong rồi ạ"),
    "edited_caption": Edited("tôi bị lừa mất tiền rồi"),
    "edited_place": Dropped.IGNORED,
    "album": Media("photo", "big", "", "13960841250217301"),
    "photo_forwarded": Media("photo", "big", "Bạn trúng thưởng", "", forwarded=True),
    "channel_post": Dropped.IGNORED,
    "reaction": Dropped.IGNORED,
    "inline_query": Dropped.IGNORED,
    "future_kind": Dropped.IGNORED,
}


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


def parsed(raw: Any) -> Update | Dropped:
    return parse_update(raw, "telegram:42", NOW)


def test_every_recording_has_its_row() -> None:
    assert {path.stem for path in RECORDED.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_update(name: str) -> None:
    ours = parsed(recorded(name))
    assert (ours.body if isinstance(ours, Update) else ours) == EXPECTED[name]


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize("name", EXPECTED)
def test_python_telegram_bot_reads_the_same(name: str) -> None:
    """PTB's model of the Bot API was written by others: a misreading of ours would show here."""
    raw = recorded(name)
    theirs = telegram.Update.de_json(raw, None)
    assert theirs.update_id == update_id_of(raw)
    ours = parsed(raw)
    if isinstance(ours, Dropped):
        return
    assert theirs.effective_user is not None
    assert theirs.effective_user.id == int(ours.chat_id)
    assert ours.update_id == str(theirs.update_id)
    match ours.body:
        case Tap(token):
            assert theirs.callback_query is not None
            assert (theirs.callback_query.data, theirs.callback_query.id) == (token, ours.receipt)
        case Left():
            assert theirs.my_chat_member is not None
            assert theirs.my_chat_member.new_chat_member.status == telegram.ChatMember.BANNED
            assert theirs.my_chat_member.date == ours.at
        case Returned():
            assert theirs.my_chat_member is not None
            assert theirs.my_chat_member.new_chat_member.status == telegram.ChatMember.MEMBER
            assert theirs.my_chat_member.date == ours.at
        case Edited(text, number):
            assert theirs.edited_message is not None
            assert number == str(theirs.edited_message.message_id)
            assert text in (theirs.edited_message.text, theirs.edited_message.caption)
            assert theirs.edited_message.edit_date == ours.at
        case body:
            assert theirs.message is not None
            assert theirs.message.chat.type == telegram.Chat.PRIVATE
            assert theirs.message.date == ours.at
            assert isinstance(body, Media) == (theirs.message.text is None)
            if isinstance(body, Text):
                assert body.message == str(theirs.message.message_id)
            if name.startswith("text"):
                assert body == Text(theirs.message.text or "", theirs.message.forward_origin is not None)
            if isinstance(body, Media):
                words, album = theirs.message.caption or "", theirs.message.media_group_id or ""
                assert (body.caption, body.album) == (words, album)
                assert body.forwarded == (theirs.message.forward_origin is not None)


def message(**changes: Any) -> dict[str, Any]:
    person = {"id": 5, "type": "private"}
    base = {"message_id": 1, "from": {"id": 5}, "chat": person, "date": 1_795_300_000, "text": "ừ"}
    return {"update_id": 7, "message": base | changes}


@pytest.mark.parametrize(
    ("written", "body"),
    [
        ("/start", Began()),
        ("/START abc", Began("abc")),
        ("/start@camtay_bot  abc ", Began("abc")),
        ("/start chị cần giúp", Began()),
        ("/start " + "a" * 65, Began()),
        ("/tam_dung", Text("tam dung")),
        ("/", Text("/")),
        ("/ menu", Text("/ menu")),
        ("/đi", Text("/đi")),
        ("1/2", Text("1/2")),
        ("a\x00b", Text("ab")),
        ("\ud83d\ude00 \ud800", Text("😀 \ufffd")),
        ("x" * 100_000, Text("x" * 100_000)),
    ],
)
def test_words(written: str, body: Body) -> None:
    update = parsed(message(text=written))
    assert isinstance(update, Update)
    assert update.body == body


@pytest.mark.parametrize("date", [None, 0, -1, 1, 2**33, 2**63, 10**400, "1795300000", 1.5, True, [], 1_999_999_999])
def test_a_hostile_date_gives_way_to_the_time_of_arrival(date: Any) -> None:
    update = parsed(message(date=date))
    assert isinstance(update, Update)
    assert update.at == NOW


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"update_id": "7", "message": {}},
        {"update_id": True},
        {"update_id": -1, "message": {}},
        {"update_id": 7, "message": None},
        {"update_id": 7, "message": {"text": "x"}},
        message(chat=[]),
        message(chat={"id": "5", "type": "private"}),
        message(chat={"id": 0, "type": "private"}),
        message(chat={"id": 2**64, "type": "private"}),
        message(**{"from": 5}),
        message(text=None),
        message(text={"a": 1}),
        {"update_id": 7, "message": {"chat": {"id": 5, "type": "private"}, "photo": [], "caption": 5}},
        {"update_id": 7, "edited_message": {"chat": {"id": 5, "type": "private"}, "text": []}},
        {"update_id": 7, "edited_message": None},
        {"update_id": 7, "callback_query": {"from": {"id": 5}, "data": "x"}},
        {"update_id": 7, "callback_query": {"id": "1", "from": {"id": 5}, "data": 4}},
        {"update_id": 7, "callback_query": {"id": "1", "from": {"id": 5}, "data": "x", "message": []}},
        {"update_id": 7, "my_chat_member": {"chat": {"id": 5, "type": "private"}}},
    ],
)
def test_malformed_is_dropped(raw: Any) -> None:
    assert parsed(raw) is Dropped.MALFORMED


@pytest.mark.parametrize("album", [5, None, [], "", "a b", "x" * 65, "\x00", "a:b"])
def test_an_album_that_cannot_be_held_is_none(album: Any) -> None:
    raw = message(photo=[{"file_id": "big"}], media_group_id=album)
    del raw["message"]["text"]
    update = parsed(raw)
    assert isinstance(update, Update) and update.body == Media("photo", "big")


@pytest.mark.parametrize(
    ("written", "body"),
    [
        ("/giup tôi bị lừa", Edited("giup tôi bị lừa")),
        ("/start", Dropped.IGNORED),
        ("", Dropped.IGNORED),
        ("a\x00b", Edited("ab")),
    ],
)
def test_an_edit(written: str, body: Body | Dropped) -> None:
    update = parsed({"update_id": 7, "edited_message": message(text=written)["message"]})
    assert (update.body if isinstance(update, Update) else update) == body


def test_a_command_that_was_forwarded_is_no_command() -> None:
    update = parsed(message(text="/start abc", forward_origin={"type": "hidden_user"}))
    assert isinstance(update, Update) and update.body == Text("/start abc", forwarded=True)


def test_another_ones_name_on_a_message_is_ignored() -> None:
    assert parsed(message(**{"from": {"id": 6}})) is Dropped.IGNORED


KEYS = st.sampled_from(
    [
        "update_id",
        "message",
        "callback_query",
        "my_chat_member",
        "chat",
        "from",
        "id",
        "type",
        "date",
        "text",
        "data",
        "sticker",
        "photo",
        "caption",
        "media_group_id",
        "forward_origin",
        "edit_date",
        "new_chat_member",
        "status",
        "inline_message_id",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["private", "kicked"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner), max_leaves=20
)


@settings(max_examples=300)
@given(JSON)
def test_any_json_is_survived(raw: Any) -> None:
    assert isinstance(parsed(raw), (Update, Dropped))


@settings(max_examples=300)
@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]),
    st.dictionaries(KEYS, JSON),
    st.integers(0, 2**63 - 1),
)
def test_any_content_under_a_known_kind_is_survived(kind: str, content: Any, number: int) -> None:
    assert isinstance(parsed({"update_id": number, kind: content}), (Update, Dropped))


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=50))
def test_what_comes_through_can_be_stored(text: str) -> None:
    update = parsed(message(text=text))
    assert isinstance(update, Update)
    if isinstance(update.body, Text):
        assert "\x00" not in update.body.text
        update.body.text.encode()
