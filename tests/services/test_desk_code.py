"""A one-time code beside the password: switched on, asked for, used once, guessed in vain, lost and found."""

from __future__ import annotations

import base64
import html
import re
from datetime import UTC, datetime

import pytest

from bot.desk.one_time import code_at
from bot.desk.policy import one_time
from bot.desk.routes import COOKIE
from tests.support.desk_house import DeskBrowser, DeskHouse
from tests.support.desk_scene import house as house
from tests.support.desk_scene import rows
from tests.support.harness import everything

PASSWORD = "con mèo leo cây cau"
RFC_6238 = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_the_standards_own_table(at: int, code: str):
    """RFC 6238, appendix B, SHA-1, the last six of its eight digits."""
    now = datetime.fromtimestamp(at, UTC)
    assert code_at(RFC_6238, one_time.step_of(now)) == code
    assert one_time.used_step(f"{code[:3]} {code[3:]}", now, 0, lambda step: code_at(RFC_6238, step)) == at // 30


def test_a_step_before_and_after_is_taken_and_none_twice():
    now = datetime.fromtimestamp(1234567890, UTC)
    present = one_time.step_of(now)

    def tried(beside: int, last: int = 0) -> int | None:
        made = code_at(RFC_6238, present + beside)
        return one_time.used_step(made, now, last, lambda step: code_at(RFC_6238, step))

    assert [tried(beside) for beside in (-2, -1, 0, 1, 2)] == [None, present - 1, present, present + 1, None]
    assert tried(0, present) is None and tried(-1, present) is None and tried(1, present) == present + 1
    assert one_time.used_step("", now, 0, lambda step: code_at(RFC_6238, step)) is None


def test_spare_codes_are_read_however_they_are_typed():
    made = one_time.new_spare("x")
    assert re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", made) and made != one_time.new_spare("y")
    assert one_time.spare_of(f" {made.upper().replace('-', ' ')} ") == made.replace("-", "")
    assert one_time.spare_of("123456") == "" == one_time.spare_of(made[:-1])


def now_code(house: DeskHouse, secret: bytes, beside: int = 0) -> str:
    return code_at(secret, one_time.step_of(house.clock.now()) + beside)


async def switched_on(house: DeskHouse, browser: DeskBrowser) -> tuple[bytes, list[str]]:
    """The secret and the spare codes of whoever has switched it on."""
    await browser.post("me/password", {"login": "cuc.tb", "password": PASSWORD})
    await browser.post("me/code", {"act": "begin"})
    page = html.unescape(await browser.get("me/code"))
    shown = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert shown is not None and "data:image/svg+xml" in page
    secret = base64.b32decode(shown[1].replace(" ", ""))
    assert "Mã chưa đúng" in await browser.post("me/code", {"act": "confirm", "code": "000000x"}, 400)
    page = await browser.post("me/code", {"act": "confirm", "code": now_code(house, secret)}, 200)
    spares = re.findall(r'class="code">([^<]+)<', page)
    house.clock.passes(seconds=30)
    return secret, spares


async def asked(browser: DeskBrowser) -> str:
    """The ticket of whoever has typed the right password."""
    page = await browser.post("enter", {"login": "cuc.tb", "password": PASSWORD}, 200, keyed=False)
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    assert found is not None and "Mã sáu số" in page
    return html.unescape(found[1])


async def test_after_the_password_a_code_is_asked_for_and_is_good_once(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as inside, house.browser(cuc) as other:
        secret, spares = await switched_on(house, inside)
        assert len(set(spares)) == 10
        await other.get("me", 303)
        assert "còn 10 mã dự phòng" in await inside.get("me")
    async with house.browser() as browser:
        wrong = await browser.post("enter", {"login": "cuc.tb", "password": "sai rồi sai"}, 403, keyed=False)
        assert "Mã sáu số" not in wrong, "whether there is a code is told to whoever knows the password"
        form = {"ticket": await asked(browser), "code": now_code(house, secret)}
        assert await browser.get("", 303) == ""
        assert await browser.post("enter/code", form, keyed=False) == "../"
        assert "mã một lần" in await browser.get("me")
    async with house.browser() as again:
        assert "đã dùng" in await again.post("enter/code", form, 403, keyed=False)
        house.clock.passes(minutes=6)
        late = {**form, "code": now_code(house, secret)}
        assert "Đã lâu quá rồi" in await again.post("enter/code", late, 403, keyed=False)
        assert "Đã lâu quá rồi" in await again.post("enter/code", {**late, "ticket": "x"}, 403, keyed=False)
    left = await house.database.read(everything)
    for trace in (base64.b32encode(secret).decode(), base64.b64encode(secret).decode(), *spares):
        assert trace not in left
    acts = [row["what"] for row in await rows(house, "audit")]
    assert acts.count("desk_code_on") == 1 and acts.count("desk_in_code") == 1 and "desk_in_password" not in acts


async def test_whoever_guesses_codes_waits_as_whoever_guesses_passwords(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as inside:
        secret, _ = await switched_on(house, inside)
    async with house.browser() as guesser:
        ticket = ""
        for _ in range(5):
            ticket = await asked(guesser)
            wrong = {"ticket": ticket, "code": "12345"}
            assert "Mã chưa đúng" in await guesser.post("enter/code", wrong, 403, keyed=False)
        right = {"ticket": ticket, "code": now_code(house, secret)}
        assert "Đã thử sai nhiều lần. Chờ" in await guesser.post("enter/code", right, 403, keyed=False)
        refused = await guesser.post("enter", {"login": "cuc.tb", "password": PASSWORD}, 403, keyed=False)
        assert "Đã thử sai nhiều lần. Chờ" in refused, "the right password forgives nothing"
        house.clock.passes(seconds=31)
        right = {"ticket": await asked(guesser), "code": now_code(house, secret)}
        assert await guesser.post("enter/code", right, keyed=False) == "../"


async def test_a_spare_code_stands_in_once_and_the_link_leads_to_the_switch(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as inside:
        _, spares = await switched_on(house, inside)
    async with house.browser() as browser:
        form = {"ticket": await asked(browser), "code": spares[0].upper()}
        assert await browser.post("enter/code", form, keyed=False) == "../"
        browser.token = next(each.value for each in browser.session.cookie_jar if each.key == COOKIE)
        assert "còn 9 mã dự phòng" in await browser.get("me")
        fresh = re.findall(r'class="code">([^<]+)<', await browser.post("me/code", {"act": "spares"}, 200))
    async with house.browser() as again:
        for spent in (spares[0], spares[1]):
            form = {"ticket": await asked(again), "code": spent}
            assert "Mã chưa đúng" in await again.post("enter/code", form, 403, keyed=False)
        assert not set(fresh) & set(spares)
    async with house.browser(cuc) as by_link:
        await by_link.post("me/code", {"act": "off"})
        assert "Bật lên thì" in await by_link.get("me/code")
        assert "đang tắt" in await by_link.post("me/code", {"act": "spares"}, 400)
    async with house.browser() as plain:
        assert await plain.post("enter", {"login": "cuc.tb", "password": PASSWORD}, keyed=False) == "./"
    assert await rows(house, "desk_spare") == [] == await rows(house, "desk_code")
    assert {"desk_spare_used", "desk_spares", "desk_code_off"} <= {row["what"] for row in await rows(house, "audit")}


async def test_without_a_password_there_is_no_code_and_a_secret_is_not_shown_for_ever(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        assert "Đặt mật khẩu trước" in await browser.post("me/code", {"act": "begin"}, 400)
        await browser.post("me/password", {"login": "cuc.tb", "password": PASSWORD})
        await browser.post("me/code", {"act": "begin"})
        assert "Gõ mã sáu số" in await browser.get("me/code")
        house.clock.passes(minutes=61)
        assert "Gõ mã sáu số" not in await browser.get("me/code")
        assert await browser.post("enter", {"login": "cuc.tb", "password": PASSWORD}, keyed=False) == "./", "never on"
