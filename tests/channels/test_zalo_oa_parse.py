"""Payload of the webhook in, Update out; nothing that anybody posts may raise."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Began, Body, Left, Media, Tap, Text, Update
from bot.channels.zalo_oa.parse import STALE, TAPPED, DroppedEvent, parse_event

NAME = "zalo_oa:579745863508352884"
SENT_AT = datetime(2023, 11, 3, 9, 31, 21, 354_000, tzinfo=UTC)
NOW = SENT_AT + timedelta(seconds=2)


def sent(name: str, message: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An event as published samples show it."""
    return {
        "app_id": "360846524940903967",
        "user_id_by_app": "552177279717587730",
        "event_name": name,
        "sender": {"id": "246845883529197922"},
        "recipient": {"id": "579745863508352884"},
        "message": {"msg_id": "96d3cdf3af150460909", **message},
        "timestamp": "1699003881354",
        **more,
    }


def with_file(kind: str, url: str, text: str = "") -> dict[str, Any]:
    return {"text": text, "attachments": [{"type": kind, "payload": {"url": url, "thumbnail": url}}]}


def follow(name: str, **more: Any) -> dict[str, Any]:
    return {
        "app_id": "360846524940903967",
        "event_name": name,
        "oa_id": "579745863508352884",
        "follower": {"id": "246845883529197922"},
        "timestamp": "1699003881354",
        **more,
    }


JPG, M4A = "https://f20-zpc.zdn.vn/8844/anh.jpg", "https://f21-voice.zdn.vn/ghi-am.m4a"
BODIES: list[tuple[str, dict[str, Any], Body]] = [
    ("words", sent("user_send_text", {"text": "chào em"}), Text("chào em")),
    ("words with a NUL", sent("user_send_text", {"text": "a\x00b"}), Text("ab")),
    ("half of an emoji", sent("user_send_text", {"text": "a\ud83d"}), Text("a\ufffd")),
    ("a number", sent("user_send_text", {"text": " 2 "}), Text(" 2 ")),
    ("a tap, hidden", sent("user_send_text", {"text": f"{TAPPED}s:7:dung"}), Tap("s:7:dung")),
    ("a tap with blanks", sent("user_send_text", {"text": f" {TAPPED}c:yes\n"}), Tap("c:yes")),
    ("our mark alone", sent("user_send_text", {"text": TAPPED}), Tap("")),
    ("the mark in a sentence", sent("user_send_text", {"text": f"gõ {TAPPED}c:yes"}), Text(f"gõ {TAPPED}c:yes")),
    ("a picture", sent("user_send_image", with_file("image", JPG, "hóa đơn")), Media("photo", JPG, "hóa đơn")),
    ("a recording", sent("user_send_audio", with_file("audio", M4A)), Media("voice", M4A)),
    ("a picture from nowhere", sent("user_send_image", with_file("image", "file:///etc/passwd")), Media("photo")),
    ("a picture without any", sent("user_send_image", {"attachments": []}), Media("photo")),
    ("odd attachments", sent("user_send_image", {"attachments": {"payload": 1}}), Media("photo")),
    ("a GIF", sent("user_send_gif", with_file("gif", JPG)), Media("sticker")),
    ("a sticker", sent("user_send_sticker", with_file("sticker", JPG)), Media("sticker")),
    ("a video", sent("user_send_video", with_file("video", JPG)), Media("video")),
    ("a file", sent("user_send_file", with_file("file", JPG)), Media("file")),
    ("a place", sent("user_send_location", {"attachments": [{"type": "location"}]}), Media("place")),
    ("a card", sent("user_send_business_card", {}), Media("contact")),
    ("a kind of tomorrow", sent("user_send_hologram", {"text": "cứu tôi với"}), Media("other", "", "cứu tôi với")),
    ("follows", follow("follow"), Began()),
    ("unfollows", follow("unfollow"), Left()),
]


@pytest.mark.parametrize(("name", "event", "body"), BODIES, ids=[row[0] for row in BODIES])
def test_what_a_person_did(name: str, event: dict[str, Any], body: Body) -> None:
    number = event["message"]["msg_id"] if "message" in event else None
    update = parse_event(event, NAME, NOW)
    assert isinstance(update, Update)
    of_follow = f"{event['event_name']}:246845883529197922:1699003881354"
    assert update == Update(NAME, number or of_follow, "246845883529197922", body, SENT_AT)
    assert parse_event(json.loads(json.dumps(event)), NAME, NOW) == update, "the same when it is sent again"


DROPPED: list[tuple[str, object, DroppedEvent]] = [
    ("what we sent", sent("oa_send_text", {"text": "chào chị"}), DroppedEvent.IGNORED),
    ("received", sent("user_received_message", {}), DroppedEvent.IGNORED),
    ("seen", {"event_name": "user_seen_message", "message": {"msg_ids": ["a"]}}, DroppedEvent.IGNORED),
    ("an event of tomorrow", {"event_name": "oa_dances"}, DroppedEvent.IGNORED),
    ("to another account", sent("user_send_text", {"text": "a"}, recipient={"id": "1"}), DroppedEvent.IGNORED),
    ("follows another account", follow("follow", oa_id="1"), DroppedEvent.IGNORED),
    ("without a message", sent("user_send_text", {}) | {"message": None}, DroppedEvent.MALFORMED),
    ("without an id", sent("user_send_text", {"text": "a", "msg_id": ""}), DroppedEvent.MALFORMED),
    ("a text that is none", sent("user_send_text", {"text": 7}), DroppedEvent.MALFORMED),
    ("from nobody", sent("user_send_text", {"text": "a"}, sender={}), DroppedEvent.MALFORMED),
    ("an id of ten pages", sent("user_send_text", {"text": "a"}, sender={"id": "9" * 201}), DroppedEvent.MALFORMED),
    ("without a name", {}, DroppedEvent.MALFORMED),
    ("no object", [], DroppedEvent.MALFORMED),
    ("nothing", None, DroppedEvent.MALFORMED),
]


@pytest.mark.parametrize(("name", "event", "why"), DROPPED, ids=[row[0] for row in DROPPED])
def test_what_is_nothing_of_ours(name: str, event: object, why: DroppedEvent) -> None:
    assert parse_event(event, NAME, NOW) is why


@pytest.mark.parametrize("minutes", [-60 * 24 * 6, -300, -5, 5, 300, 60 * 24 * 400])
def test_a_clock_that_is_off_shuts_nobody_out(minutes: int) -> None:
    received_at = SENT_AT - timedelta(minutes=minutes)
    update = parse_event(sent("user_send_text", {"text": "a"}), NAME, received_at)
    assert isinstance(update, Update) and update.at == min(SENT_AT, received_at)


def test_what_was_signed_long_ago_is_a_replay() -> None:
    event = sent("user_send_text", {"text": "a"})
    assert parse_event(event, NAME, SENT_AT + STALE + timedelta(seconds=1)) is DroppedEvent.STALE


@pytest.mark.parametrize("stamp", ["", "soon", "1", 17, None, "9" * 40, -4, "1e9", "²"])
def test_an_impossible_time_gives_way_to_ours(stamp: object) -> None:
    update = parse_event(sent("user_send_text", {"text": "a"}, timestamp=stamp), NAME, NOW)
    assert isinstance(update, Update) and update.at == NOW


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = ("event_name", "sender", "recipient", "message", "timestamp", "follower", "oa_id")


@given(st.sampled_from([each[1] for each in BODIES]), st.sampled_from(_FIELDS), _JSON)
def test_nothing_that_is_posted_raises(event: dict[str, Any], field: str, value: object) -> None:
    found = parse_event({**event, field: value}, NAME, NOW)
    assert isinstance(found, Update | DroppedEvent)
    if isinstance(found, Update):
        found.chat_id.encode(), found.update_id.encode()
