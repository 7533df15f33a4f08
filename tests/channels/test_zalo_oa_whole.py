"""The whole tutor on an Official Account that plays what sources disagree about, one way and the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.channels.conformance.test_channels import meets, rows, takes_lesson
from tests.channels.conformance.under_test import sees, serving
from tests.channels.conformance.zalo_oa import ZaloOaPhone, ZaloOaUnderTest

VARIANTS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "text inside, mac=, time in the body": ("inside", {"buttons": "inside", "timestamp": "body", "mac": True}),
    "text beside, bare, time in the header": ("beside", {"buttons": "beside", "timestamp": "header", "mac": False}),
    "the other shape is set": ("inside", {"buttons": "beside"}),
    "buttons are refused": ("beside", {"buttons": "refused"}),
    "no buttons, each event twice": ("none", {"buttons": "refused", "twice": True}),
}


class Varied(ZaloOaUnderTest):
    def __init__(self, buttons: str, switches: Mapping[str, Any]) -> None:
        super().__init__()
        self.buttons = buttons
        self.fake.account.switches.windows = False  # she taps faster than anybody reads
        for name, value in switches.items():
            setattr(self.fake.account.switches, name, value)

    def flags(self, port: int) -> Mapping[str, str]:
        return {**super().flags(port), "zalo_oa.buttons": self.buttons}


@pytest.mark.parametrize("name", VARIANTS)
async def test_a_lesson_goes_the_same_way_whatever_is_true(tmp_path: Path, name: str) -> None:
    async with Varied(*VARIANTS[name]) as channel, serving(channel, tmp_path / "data") as app:
        phone = channel.phone(app)
        assert isinstance(phone, ZaloOaPhone)
        await meets(phone)
        await takes_lesson(phone)
        seen = await sees(phone, "Bước cuối")
        for words in ("Bước một", "Bước hai", "Bước ba", "Bước bốn", "Bước năm", "Bước cuối"):
            assert sum(words in text for text in seen) == 1, words
        assert [row["right"] for row in await rows(app, "attempt")] == [1, 1]
        taken = channel.buttons == channel.fake.account.switches.buttons
        assert any(each.buttons for each in phone.person.inbox) is taken
        assert "#camtay" not in str([await rows(app, table) for table in ("attempt", "session")])


async def test_who_may_not_be_written_to_gets_what_waits_with_her_next_word(tmp_path: Path) -> None:
    async with ZaloOaUnderTest() as channel, serving(channel, tmp_path / "data") as app:
        channel.fake.account.switches.follow_opens = False
        lan = channel.phone(app)
        assert isinstance(lan, ZaloOaPhone)
        await lan.begins()
        mai = channel.phone(app)
        await mai.says("xin chào")
        await sees(mai, "Đồng ý")
        assert await lan.seen() == [], "following is no word that may be answered"
        await lan.says("xin chào")
        await sees(lan, "Đồng ý")
        assert [row["away"] for row in await rows(app, "identity")] == [0, 0]
