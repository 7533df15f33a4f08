"""First contact: a machine says so, three lines and two buttons, a name, a form of address; and the no."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.shelf.shelf import plain_book
from tests.support.builders import HELPER, book, facts, lesson, real_book, shelf
from tests.support.harness import TELEGRAM, WEB, tutor

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


@CHANNELS
async def test_the_first_word_is_answered_by_a_machine_that_says_so(tmp_path: Path, channel: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner("1", channel).say("xin chào")
        assert "máy trả lời tự động" in lan.said
        assert len(lan.turn) == 1 and lan.last.labels == ("Đồng ý", "Không")
        assert lan.said.endswith(t.book.phrase("consent")) and len(t.book.phrase("consent").splitlines()) == 3


@CHANNELS
async def test_yes_then_name_then_address_then_menu(tmp_path: Path, channel: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner("1", channel).begins()
        assert "tên gì" in (await lan.tap("Đồng ý")).said
        await lan.say("lan")
        assert len(lan.buttons) == 9
        await lan.tap_token("a:3")
        assert "bác Lan" in lan.said
        assert "Làm quen với Cầm Tay" in lan.buttons
        (person,) = await t.rows("person")
        assert (person["name"], person["address"], person["consent"]) == ("Lan", "bác/cháu", "agreed")
        (consent,) = await t.rows("consent")
        assert (consent["answer"], consent["channel"]) == ("agreed", channel) and consent["wording"]


@pytest.mark.parametrize("typed", ["đồng ý", "dong y", "Đồng ý luôn nha", "có", "1", "dạ được"])
async def test_consent_can_be_typed(tmp_path: Path, typed: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        assert "tên gì" in (await lan.say(typed)).said


@pytest.mark.parametrize("typed", ["không", "ko", "hổng", "khong dong y", "2", "thôi"])
async def test_refusal_can_be_typed_and_she_learns_all_the_same(tmp_path: Path, typed: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.say(typed)
        assert "không lưu" in lan.said and "30 ngày" in lan.said
        await lan.tap("Làm quen với Cầm Tay")
        assert "Tiếp" in lan.buttons


@pytest.mark.parametrize("typed", ["gì vậy em", "menu", "ai đó", "🎉", "x" * 500])
async def test_anything_else_asks_again(tmp_path: Path, typed: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.say(typed)
        assert lan.said


async def test_of_her_who_said_no_nothing_is_kept_but_her_place(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        for channel in (TELEGRAM, WEB):
            lan = await t.learner("chat9", channel).say("em tên Hoa Sữa nè")
            await lan.tap("Không")
            await lan.opens("m0-khoi-dong")
            await lan.tap("Tiếp")
            await lan.tap("Tiếp")
            await lan.tap("Hiện rồi")
            await lan.say("trời ơi hoa sữa")
            await lan.say("xong")
            await lan.tap("Nhớ rồi")
            kept = (await t.everything()).casefold()
            assert "hoa sữa" not in kept and "trời" not in kept
            assert not await t.rows("attempt") and not await t.rows("run") and not await t.rows("outbox")
            states = [row["state"] for row in await t.rows("session")]
            assert all('"step":"tro_lai"' in str(state) for state in states)
            assert all(
                word not in str(state) for state in states for word in ('"earned"', '"vars"', '"name"', '"path"')
            )
        log = await t.rows("chat_log")
        assert all(row["who"] == "tutor" for row in log) and len(log) == 1


async def test_after_a_no_her_place_survives_a_restart(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.tap("Không")
        await lan.opens("m0-khoi-dong")
        await lan.tap("Tiếp")
        await t.crash()
        await lan.tap("Tiếp")
        assert "bàn phím hiện lên" in lan.said


async def test_emergency_words_work_before_any_consent(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("toi bi lua roi em oi")
        assert "máy trả lời tự động" in lan.said and "đừng chuyển thêm đồng nào" in lan.said
        await lan.tap("Tiếp")
        assert "Việc 2" in lan.said
        assert not await t.rows("run") and "lua roi" not in await t.everything()


async def test_emergency_while_consent_is_asked(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.say("lỡ đọc mã otp rồi")
        assert "Việc 1" in lan.said


async def test_emergency_without_an_emergency_lesson_still_helps(tmp_path: Path):
    async with tutor(tmp_path, book(lesson("- {end: het, text: Hết}"))) as t:
        lan = await t.learner().say("tôi bị lừa rồi")
        assert "đừng chuyển thêm" in lan.said and "cô Hoa" in lan.said


async def test_consent_is_asked_once_the_emergency_is_over(tmp_path: Path):
    short = lesson("- {say: s, text: Gọi ngân hàng, wait_tap: Gọi rồi}\n- end: het", header="emergency: true\n")
    async with tutor(tmp_path, book(short)) as t:
        lan = await t.learner().say("tôi bị lừa rồi")
        await lan.tap("Gọi rồi")
        assert lan.last.labels == ("Đồng ý", "Không")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("lan", "Lan"),
        ("Nguyễn Thị  Hoa", "Nguyễn Thị Hoa"),
        ("Dung", "Dung"),
        ("dũng", "Dũng"),
        ("H'Bia", "H'Bia"),
        ("a" * 31, ""),
        ("Lan 079163001234", ""),
        ("123456", ""),
        ("<b>x</b>", ""),
        ("🎉", ""),
        ("{hotline_vneid}", ""),
        ("mật khẩu là abc", ""),
        ("Công an xã", ""),
        ("cong an", ""),
        ("C.Ô.N.G A.N", ""),
        ("Cán bộ Hội", ""),
        ("chị Hạnh ngân hàng", ""),
        ("Cầm Tay", ""),
        ("VNeID", ""),
        ("Admin", ""),
        ("Cẩm Tây", "Cẩm Tây"),
        ("nguyen thi hong", "Nguyen Thi Hong"),
        ("Tran Thi Lam", "Tran Thi Lam"),
        ("Nguyễn Thị Được", "Nguyễn Thị Được"),
        ("Lê Thị Sao", "Lê Thị Sao"),
        ("Hội", "Hội"),
        ("Công Thị Ánh", "Công Thị Ánh"),
        ("Cán Thị Bộ", "Cán Thị Bộ"),
    ],
)
async def test_names(tmp_path: Path, typed: str, kept: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.tap("Đồng ý")
        await lan.say(typed)
        (person,) = await t.rows("person")
        assert person["name"] == kept
        assert lan.said
        if kept:
            assert len(lan.buttons) == 9
        assert "079163001234" not in await t.everything()


async def test_a_name_can_be_skipped(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets(name="")
        assert "{" not in lan.said and "chị  " not in lan.said


async def test_the_old_no_button_takes_nothing_from_her_who_agreed(tmp_path: Path):
    """A tap on an older prompt never acts: here it would cost her name and her answers."""
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await t.passes(days=20)
        await lan.tap_token("c:no")
        (person,) = await t.rows("person")
        assert (person["consent"], person["name"]) == ("agreed", "Lan")
        assert lan.said


async def test_a_double_yes_is_harmless(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.tap_token("c:yes")
        await lan.tap_token("c:yes")
        assert len(await t.rows("consent")) == 1
        await lan.say("Lan")
        assert len(lan.buttons) == 9


async def test_who_declined_can_agree_later(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.tap("Không")
        await lan.say("đồng ý lưu")
        assert lan.last.labels == ("Đồng ý", "Không")
        await lan.tap("Đồng ý")
        assert "tên gì" in lan.said
        assert [row["answer"] for row in await t.rows("consent")] == ["declined", "agreed"]


async def test_who_declined_can_decline_again(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().say("alo")
        await lan.tap("Không")
        await lan.say("đồng ý lưu")
        await lan.tap("Không")
        assert "không lưu" in lan.said and "Làm quen với Cầm Tay" in lan.buttons


async def test_agreeing_twice_is_answered(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await lan.say("đồng ý lưu")
        assert lan.said and "Đồng ý" not in lan.buttons


async def test_the_form_of_address_can_be_changed_inside_a_lesson(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await lan.opens("v1-vneid-la-gi")
        await lan.say("đổi cách gọi")
        await lan.tap_token("a:5")
        assert "máy em dùng được" in lan.said and lan.last.labels == ("Tiếp",)


@pytest.mark.parametrize("helper", [True, False])
async def test_help_names_the_helper_where_one_is_configured(tmp_path: Path, helper: bool):
    known = plain_book(shelf(), {**facts(), **HELPER}) if helper else real_book()
    async with tutor(tmp_path, known) as t:
        lan = await t.learner().meets()
        for _ in range(2):  # from the menu, then inside a lesson
            await lan.say("giúp")
            assert ("cô Hoa, số 0912 345 678" in lan.said) is helper
            assert helper or "nhờ thêm người nhà" in lan.said
            await lan.opens("v1-vneid-la-gi")
        await lan.say("giup toi voi")
        assert lan.last.labels == ("Tiếp",)


async def test_people_without_consent_are_forgotten_after_thirty_days_and_who_answered_nothing_after_three(
    tmp_path: Path,
):
    async with tutor(tmp_path, real_book()) as t:
        await t.learner("khong").say("alo")
        await t.learner("khong").tap("Không")
        await t.learner("im").say("alo")
        await t.learner("co").meets()
        t.clock.passes(days=2)
        await t.ticker.sweep()
        assert len(await t.rows("person")) == 3
        t.clock.passes(days=27)
        await t.ticker.sweep()
        assert sorted(row["chat_id"] for row in await t.rows("identity")) == ["co", "khong"]
        t.clock.passes(days=2)
        await t.ticker.sweep()
        assert [row["chat_id"] for row in await t.rows("identity")] == ["co"]
        await t.learner("khong").say("chào lại")
        assert "máy trả lời tự động" in t.learner("khong").said
