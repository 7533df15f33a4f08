"""Raw events of the Bot Platform -> updates: tables, and whatever else may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Body, Media, Text, Update
from bot.channels.zalo_bot.parse import LeftOut, parse_event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
SENT = 1_750_316_131_602
MESSAGE: dict[str, Any] = {
    "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "Ted", "is_bot": False},
    "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
    "message_id": "2d758cb5e222177a4e35",
    "date": SENT,
}


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {"event_name": f"message.{name}.received", "message": {**MESSAGE, **fields}}


def parsed(raw: object) -> Update | LeftOut:
    return parse_event(raw, "zalo_bot:1", NOW)


BODIES: list[tuple[dict[str, Any], Body]] = [
    (event("text", text="Xin chào"), Text("Xin chào")),
    (event("text", text="a\x00b\ud800"), Text("ab\ufffd")),
    (event("link", text="https://x.vn"), Text("https://x.vn")),
    (event("mention", text="chị ơi"), Text("chị ơi")),
    (event("image", photo_url="https://f.vn/1.jpg"), Media("photo", "https://f.vn/1.jpg")),
    (event("image", photo="https://f.vn/2.jpg", caption="giấy này"), Media("photo", "https://f.vn/2.jpg", "giấy này")),
    (event("image", photo_url="https://f.vn/1.jpg", photo="https://f.vn/2.jpg"), Media("photo", "https://f.vn/1.jpg")),
    (event("image", photo_url="", photo=["x"]), Media("photo")),
    (event("image", photo_url="javascript:alert(1)"), Media("photo")),
    (event("sticker", sticker="bfe458", url="https://s.vn/x"), Media("sticker")),
    (event("voice", voice_url="https://v.vn/1.aac"), Media("voice", "https://v.vn/1.aac")),
    (event("unsupported"), Media("other")),
    (event("link"), Media("other")),
]


@pytest.mark.parametrize(("raw", "body"), BODIES, ids=[json.dumps(raw)[16:60] for raw, _ in BODIES])
@pytest.mark.parametrize("is_wrapped", [True, False])
def test_what_a_person_did_in_either_envelope(raw: dict[str, Any], body: Body, is_wrapped: bool) -> None:
    update = parsed({"ok": True, "result": raw} if is_wrapped else raw)
    assert isinstance(update, Update)
    assert update.body == body
    assert (update.channel, update.update_id) == ("zalo_bot:1", "2d758cb5e222177a4e35")
    assert update.chat_id == "6ede9afa66b88fe6d6a9"
    assert update.at == datetime(2025, 6, 19, 6, 55, 31, 602_000, UTC)


@pytest.mark.parametrize(
    "raw",
    [
        {"event_name": "message.unsupported.received"},
        {"event_name": "message.unsupported.received", "message": None},
        event("text", text="chào cả nhà", chat={"id": "g1", "chat_type": "GROUP"}),
        event("text", text="chào cả nhà", chat={"id": "6ede9afa66b88fe6d6a9", "chat_type": "GROUP"}),
        event("text", text="chào", chat={"id": "another", "chat_type": "PRIVATE"}),
        event("text", text="chào", **{"from": {"id": "6ede9afa66b88fe6d6a9", "is_bot": True}}),
        event("reaction", text="Xin chào"),
        event("seen"),
        {"event_name": "user.followed", "message": MESSAGE},
    ],
)
def test_what_is_none_of_our_business(raw: dict[str, Any]) -> None:
    assert parsed(raw) is LeftOut.IGNORED


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"ok": True, "result": None},
        {"ok": True, "result": []},
        {"event_name": 5, "message": MESSAGE},
        {"event_name": "message.text.received", "message": []},
        event("text"),
        event("text", text=5),
        event("image", photo_url="https://f.vn/1.jpg", caption={}),
        event("text", text="x", chat=None),
        event("text", text="x", message_id={}),
        event("text", text="x", message_id="x" * 500),
        event("text", text="x", **{"from": {"id": ""}}),
    ],
)
def test_what_the_platform_does_not_describe(raw: object) -> None:
    assert parsed(raw) is LeftOut.MALFORMED


@pytest.mark.parametrize("date", [None, "1750316131602", 0, -1, 10**20, True, 1e300, int(NOW.timestamp() + 9) * 1000])
def test_an_impossible_date_gives_way(date: object) -> None:
    update = parsed(event("text", text="x", date=date))
    assert isinstance(update, Update) and update.at == NOW


def test_a_number_is_an_id_too_and_what_has_none_gets_one_that_stays_the_same() -> None:
    numbered = parsed(event("text", text="x", message_id=77))
    assert isinstance(numbered, Update) and numbered.update_id == "77"
    bare = event("text", text="x")
    del bare["message"]["message_id"]
    first, again = parsed(bare), parsed(json.loads(json.dumps({"ok": True, "result": bare})))
    other = parsed({**bare, "message": {**bare["message"], "date": SENT + 1}})
    assert isinstance(first, Update) and isinstance(again, Update) and isinstance(other, Update)
    assert first.update_id == again.update_id != other.update_id


@given(JSON)
def test_whatever_comes_nothing_is_raised(raw: object) -> None:
    for each in (raw, {"ok": True, "result": raw}, {"event_name": "message.text.received", "message": raw}):
        assert isinstance(parsed(each), Update | LeftOut)


@given(st.sampled_from(["from", "chat", "text", "message_id", "date", "caption", "photo_url"]), JSON)
def test_whatever_a_field_holds_what_comes_out_can_be_kept(field: str, value: object) -> None:
    for name in ("text", "image", "voice", "link"):
        update = parsed(event(name, **{"text": "chào", field: value}))
        if isinstance(update, Update):
            assert update.update_id and update.chat_id and update.at <= NOW + timedelta(seconds=1)
            repr(update).encode()
