"""Three people on every channel: offers, letters that go between them, a cry, an announcement, a meeting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import App
from bot.people.policy.permissions import OPERATOR
from storage.engine.database import Connection
from storage.people import areas
from storage.people.areas import AreaRow
from tests.channels.conformance.known import KNOWN
from tests.channels.conformance.under_test import Phone, UnderTest, sees, serving
from tests.support.builders import LESSONS

pytestmark = pytest.mark.timeout(180)

WARD, BRANCH = "w26041", "b1"
NEWS = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."


@dataclass(frozen=True, slots=True)
class Three:
    """A learner, an instructor and an officer of one ward, each at a phone of the same channel."""

    lan: Phone
    hoa: Phone
    cuc: Phone
    app: App


@pytest.fixture(params=[each for each in KNOWN if not each.is_twin], ids=lambda each: each.__name__)
async def three(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Three]:
    async with request.param() as channel, serving(channel, tmp_path / "data", lessons=LESSONS) as app:

        def branch(connection: Connection) -> None:
            areas.add(connection, [AreaRow(BRANCH, WARD, "branch", "Chi hội 1", "", f"/dong-nai/{WARD}/{BRANCH}/")])

        await app.database.transact(branch)
        yield await meet(channel, app)


async def meet(channel: UnderTest, app: App) -> Three:
    lan, hoa, cuc = (channel.phone(app) for _ in range(3))
    for phone, name, role in ((lan, "Lan", "learner"), (hoa, "Hoa", "instructor"), (cuc, "Cúc", "officer")):
        made = await app.officers.people.invite(OPERATOR, role, BRANCH if role == "learner" else WARD)
        await joins(phone, name, made.code)
        if role != "learner":
            await sees(phone, "Đúng là tôi")
            await phone.picks("Đúng là tôi")
    await sees(hoa, "Tôi hứa")
    await hoa.picks("Tôi hứa")
    await sees(hoa, "Đổi giờ")
    await sees(cuc, "mời chị làm cán bộ phụ trách")
    await sees(lan, "mời chị cùng học")
    return Three(lan, hoa, cuc, app)


async def joins(phone: Phone, name: str, code: str) -> None:
    await phone.begins()
    await sees(phone, "Đồng ý")
    await phone.picks("Đồng ý")
    await sees(phone, "Bỏ qua")
    await phone.says(name)
    await sees(phone, "Gọi chị, xưng em")
    await phone.picks("Gọi chị, xưng em")
    await sees(phone, "học bài nào")
    await phone.says(code)


async def test_a_request_is_offered_taken_and_letters_go_between_the_two(three: Three) -> None:
    await three.lan.says("nhờ người chỉ")
    await sees(three.hoa, "Có chị Lan (hội viên)")
    await three.hoa.picks("Nhận giúp")
    await sees(three.lan, "Có người chỉ cho chị rồi: chị Hoa")
    await three.lan.picks("Nhắn tin")
    await sees(three.lan, "Thôi nhắn")
    await three.lan.says("Em không thấy nút Tiếp tục")
    await sees(three.hoa, "💬 chị Lan (hội viên): Em không thấy nút Tiếp tục")
    await three.hoa.picks("Trả lời")
    await sees(three.hoa, "Thôi nhắn")
    await three.hoa.says("chị đọc mã OTP cho em")
    await sees(three.hoa, "chưa gửi đi")
    await sees(three.cuc, "đã giữ lại một tin")
    assert not any("OTP cho em" in text for text in await three.lan.seen())
    assert three.app.intake.set_aside == 0


async def test_a_cry_reaches_who_can_help_and_is_told_when_taken(three: Three) -> None:
    await three.lan.says("tôi bị lừa mất tiền rồi")
    await sees(three.lan, "cúp máy liền")
    await sees(three.cuc, "KHẨN: chị Lan")
    await three.cuc.picks("Tôi lo việc này")
    await sees(three.lan, "Chị Cúc (cán bộ Hội) đã nhận việc của chị")
    for phone in (three.lan, three.cuc):
        assert sum("đã nhận việc" in text for text in await phone.seen()) <= 1, "told once"


async def test_an_announcement_is_read_by_everybody_once(three: Three) -> None:
    news = three.app.officers.announcements
    shown = await news.draft(OPERATOR, WARD, NEWS, "")
    await news.send(OPERATOR, shown.row.announcement_id)
    for phone in (three.lan, three.hoa, three.cuc):
        assert sum(NEWS in text for text in await sees(phone, NEWS)) == 1


async def test_a_branch_meets_around_one_phone(three: Three) -> None:
    await three.cuc.says("họp chi hội")
    await sees(three.cuc, "Họp ở Chi hội 1")
    await three.cuc.picks("Chậm mà chắc")
    await sees(three.cuc, "Tiếp")
    await three.cuc.says("điểm danh")
    await sees(three.cuc, "☐ Lan")
    await three.cuc.picks("☐ Lan")
    await sees(three.cuc, "☑ Lan")
    await three.cuc.picks("Xong")
    await sees(three.cuc, "buổi họp ở Chi hội 1 có 1 người")
