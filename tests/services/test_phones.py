"""Two phones become one person's by an act on both, and are taken apart: nothing is lost, no role travels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import CamtayError
from bot.people import joining
from bot.people.policy import codes
from bot.people.policy.permissions import OPERATOR
from storage.desk import person
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

WARD = "w26041"
BOTH = pytest.mark.parametrize("second", [TELEGRAM, WEB])
LESSONS = [
    lesson(
        f"""
        - quiz: q
          text: Hỏi {name}
          options: [{{id: sai, text: Sai}}, {{id: dung, text: Đúng, right: true}}]
        - {{task: lam, text: Làm {name}, steps: ["Một."], done: Xong, later: {{remind: 1d, times: 2, text: "{{Chị}} {{ten}} ơi, nhắc."}}}}
        - {{end: het, text: Hết}}
        """,  # noqa: E501
        lesson_id=name,
    )
    for name in ("mot", "hai")
]


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(*LESSONS)) as running:
        yield running


async def words_of(learner: Learner) -> str:
    await learner.say("nối máy")
    return next(line for line in learner.said.splitlines() if codes.read(line))


async def says_yes_to(first: Learner, other: Learner) -> None:
    """The words of `first` are typed on `other`, which says yes; `first` has been asked."""
    await other.say(await words_of(first))
    await other.tap("Máy của tôi")
    await first.tutor.tells()


async def join(first: Learner, other: Learner) -> None:
    await says_yes_to(first, other)
    await first.tap("Đúng, nối vào")


async def lan_and(t: Tutor, second: str, name: str = "Mai") -> tuple[Learner, Learner]:
    """Lan is in a lesson on her first phone; `name` in another on a second, and both have answered."""
    lan = await t.learner("first").meets("Lan")
    await (await lan.opens("mot")).tap("Đúng")
    t.clock.passes(minutes=1)
    other = await t.learner("second", second).meets(name)
    await (await other.opens("hai")).tap("Đúng")
    t.clock.passes(minutes=1)
    return lan, other


async def owners(t: Tutor) -> dict[str, str]:
    names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
    return {row["chat_id"]: names[row["learner_id"]] for row in await t.rows("identity")}


async def id_of(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


async def made(t: Tutor, chat: str, name: str, role: str, area: str = WARD) -> Learner:
    learner = await t.learner(chat).meets(name)
    return await learner.shows((await t.people.invite(OPERATOR, role, area)).code)


# --- joined ------------------------------------------------------------------------------------------


@BOTH
async def test_words_read_on_the_one_typed_on_the_other_and_a_yes_on_both(t: Tutor, second: str):
    lan, other = await lan_and(t, second)
    said = await words_of(lan)
    assert len(said.split()) == codes.WORDS_OF_LINK and "http" not in lan.said
    await other.say(said.upper())
    assert "“Lan”" in other.said and other.last.labels == ("Máy của tôi", "Không phải")
    await other.tap("Máy của tôi")
    assert "đã hỏi máy kia" in other.said and len(await t.rows("person")) == 2, "one yes joins nothing"
    await t.tells()
    assert "“Mai”" in lan.said and lan.last.labels == ("Đúng, nối vào", "Không phải")
    await lan.tap("Đúng, nối vào")
    assert "nối hai máy rồi" in lan.said and "có thêm một máy nối" in other.said, "both are told"
    (person,) = await t.rows("person")
    assert person["name"] == "Lan" and len(await t.rows("identity")) == 2 and len(await t.rows("session")) == 1
    assert {row["learner_id"] for row in await t.rows("attempt")} == {person["learner_id"]}
    assert len(await t.rows("attempt")) == 2 and len(await t.rows("run")) == 2, "nothing that was learnt is lost"
    assert "Làm hai" in lan.said, "the newest goes on"
    await other.say("danh sách bài")
    assert any("mot" in label for label in other.last.labels) and any("hai" in label for label in other.last.labels)


async def test_a_link_sent_by_a_stranger_joins_nothing(t: Tutor):
    thief, lan = await t.learner("thief").meets("Kẻ gian"), await t.learner("lan").meets("Lan")
    said = await words_of(thief)
    for payload in (f"NOI-{said.replace(' ', '-')}", said, said.replace(" ", "-")):
        await lan.begins(payload)
        assert "Máy của tôi" not in lan.last.labels
    await lan.say(said)
    token = lan.buttons["Máy của tôi"]
    await lan.tap("Không phải")
    assert "đừng nghe theo" in lan.said
    await lan.tap_token(token)
    await t.tells()
    assert "Đúng, nối vào" not in thief.last.labels and len(await t.rows("person")) == 2


async def test_the_first_phone_may_say_no(t: Tutor):
    lan, other = await lan_and(t, TELEGRAM)
    await says_yes_to(lan, other)
    yes = lan.buttons["Đúng, nối vào"]
    await lan.tap("Không phải")
    assert "không nối" in lan.said
    await lan.tap_token(yes)
    assert "hết hạn" in lan.said and len(await t.rows("person")) == 2


async def test_nobody_but_the_first_phone_confirms_and_not_too_late(t: Tutor):
    lan, other = await lan_and(t, TELEGRAM)
    await says_yes_to(lan, other)
    yes = lan.buttons["Đúng, nối vào"]
    stranger = await t.learner("stranger").meets("Lạ")
    for who in (stranger, other):
        await who.tap_token(yes)
        assert len(await t.rows("person")) == 3
    t.clock.passes(minutes=11)
    await lan.tap_token(yes)
    assert len(await t.rows("person")) == 3, "too late"


async def test_words_last_ten_minutes_once_and_only_the_newest(t: Tutor):
    lan, new = await t.learner("1").meets("Lan"), t.learner("2")
    first = await words_of(lan)
    second = await words_of(lan)
    assert first != second and "không thấy bốn chữ" in (await new.say(first)).said
    await new.say(second)
    button = new.buttons["Máy của tôi"]
    t.clock.passes(minutes=11)
    await new.tap(next(iter(new.buttons)))
    await new.tap_token(button)
    assert len(await t.rows("person")) == 2, "too late"
    assert "hết hạn" in (await new.say(second)).said
    third = await words_of(lan)
    assert "của chính máy này" in (await lan.say(third)).said
    await new.say(third)
    await new.tap("Máy của tôi")
    assert "dùng rồi" in (await t.learner("3").say(third)).said


async def test_a_button_that_was_never_offered_asks_nobody(t: Tutor):
    lan, other = await lan_and(t, TELEGRAM)
    shown = codes.read(await words_of(lan))
    assert shown is not None
    for what in ("yes", "ok", "back"):
        await other.tap_token(f"j:{what}:{t.services.names.code(shown.code)}")
    await t.tells()
    assert "Đúng, nối vào" not in lan.last.labels and len(await t.rows("person")) == 2


async def test_everyday_words_in_a_lesson_stay_words(t: Tutor):
    lan = await (await t.learner().meets()).opens("mot")
    await lan.say("gà gạo núi bún")
    assert "bốn chữ" not in lan.said and lan.last.labels == ("Sai", "Đúng")


@pytest.mark.parametrize("role", ["instructor", "officer"])
@pytest.mark.parametrize("who", ["first", "second"])
async def test_no_role_travels_by_words(t: Tutor, role: str, who: str):
    """Neither to whoever typed the words nor to whoever gave them; not from somebody suspended either."""
    lan, other = await lan_and(t, TELEGRAM)
    acting = lan if who == "first" else other
    plain = other if who == "first" else lan
    said = await words_of(plain)
    await acting.shows((await t.people.invite(OPERATOR, role, WARD)).code)
    await acting.say("nối máy")
    assert "không tự nối máy được" in acting.said and not any(map(codes.read, acting.said.splitlines()))
    await acting.say(said)
    assert "không tự nối máy được" in acting.said and "Máy của tôi" not in acting.last.labels
    await t.people.suspend(OPERATOR, await id_of(t, "Lan" if who == "first" else "Mai"), role)
    await acting.say(said)
    assert "không tự nối máy được" in acting.said and len(await t.rows("person")) == 2


async def test_a_role_taken_between_the_two_yeses_does_not_travel(t: Tutor):
    lan, other = await lan_and(t, TELEGRAM)
    await says_yes_to(lan, other)
    yes = lan.buttons["Đúng, nối vào"]
    await other.shows((await t.people.invite(OPERATOR, "officer", WARD)).code)
    await lan.tap_token(yes)
    assert len(await t.rows("person")) == 2


# --- undone ------------------------------------------------------------------------------------------


async def everything_of(t: Tutor, name: str) -> dict[str, list[str]]:
    """Which rows are hers, by table, without what passing time changes."""
    hers = await id_of(t, name)
    found = {}
    for table in ("run", "attempt", "consent", "identity", "role", "membership", "seat", "request", "notice", "award"):
        rows = [row for row in await t.rows(table) if row["learner_id"] == hers]
        found[table] = sorted(str({k: v for k, v in row.items() if k not in ("ended_at",)}) for row in rows)
    return found


@BOTH
@pytest.mark.parametrize("at", ["first", "second"])
@pytest.mark.parametrize("which", ["Tách máy kia ra", "Tách máy này ra"])
async def test_within_a_week_each_phone_is_what_it_was(t: Tutor, second: str, at: str, which: str):
    lan, other = await lan_and(t, second)
    await other.shows((await t.people.invite(OPERATOR, "learner", WARD)).code)
    before = {name: await everything_of(t, name) for name in ("Lan", "Mai")}
    await join(lan, other)
    await t.passes(days=6)
    await lan.say("học tiếp")
    who, beside = (lan, other) if at == "first" else (other, lan)
    await who.say("tách máy")
    await who.tap(which)
    assert "gỡ ra rồi" in who.said and "vừa được gỡ ra" in beside.said, "both are told"
    assert await owners(t) == {"first": "Lan", "second": "Mai"}
    assert {name: await everything_of(t, name) for name in ("Lan", "Mai")} == before
    for learner, hers in ((lan, "mot"), (other, "hai")):
        assert f"Làm {hers}" in (await learner.say("học tiếp")).said, "each in her own lesson"
    for learner in (lan, other):
        numbers = [message.no for message in learner.heard]
        assert numbers == sorted(set(numbers)), "no number twice in one chat"
        assert "Hết" in (await learner.tap("Xong")).said
    assert [row["what"] for row in await t.rows("audit")][-1] == "unlinked" and not await t.rows("joined")


async def test_what_was_shown_while_joined_is_shown_to_neither(t: Tutor):
    first = await t.learner("first", WEB).meets("Lan")
    other = await t.learner("second", WEB).meets("Mai")
    await other.say("tôi ở gần chợ Đồn")
    await join(first, other)
    await first.say("xem dữ liệu")
    await first.say("tách máy")
    await first.tap("Tách máy kia ra")
    log = {
        chat: [row["text"] for row in await t.rows("chat_log") if row["chat_id"] == chat]
        for chat in ("first", "second")
    }
    assert not any("Mai" in text for text in log["first"]) and not any("Lan" in text for text in log["second"])


async def test_after_a_week_what_was_joined_stays_and_a_phone_begins_anew(t: Tutor):
    lan, other = await lan_and(t, TELEGRAM)
    await join(lan, other)
    await t.passes(days=8)
    await t.ticker.sweep()
    assert not await t.rows("joined")
    await other.say("tách máy")
    assert other.last.labels == ("Tách máy kia ra", "Tách máy này ra", "Thôi, để vậy")
    await other.tap("Tách máy này ra")
    assert "đã tách máy này" in other.said and "máy trả lời tự động" in other.said
    assert await owners(t) == {"first": "Lan", "second": ""} and len(await t.rows("attempt")) == 2


@pytest.mark.parametrize("at", ["first", "second"])
@pytest.mark.parametrize("what", ["delete", "withdraw"])
async def test_whoever_joined_a_phone_cannot_end_what_came_with_it(t: Tutor, at: str, what: str):
    """For a week a deletion, and a withdrawal, is of what is this phone's own; the other is itself again."""
    lan, other = await lan_and(t, TELEGRAM)
    await join(lan, other)
    who, left = (lan, "Mai") if at == "first" else (other, "Lan")
    if what == "delete":
        await (await who.say("xóa dữ liệu")).tap("Xóa hết")
        assert "xóa hết" in who.said
        assert [row["name"] for row in await t.rows("person")] == [left]
        assert ("Lan" if left == "Mai" else "Mai") not in await t.everything()
    else:
        await who.say("rút đồng ý")
        assert sorted(row["name"] for row in await t.rows("person")) == ["", left]
    assert len(await t.rows("attempt")) == 1
    beside = other if who is lan else lan
    await beside.say("học tiếp")
    assert "Làm" in beside.said


# --- taken apart -------------------------------------------------------------------------------------


async def long_joined(t: Tutor, second: str) -> tuple[Learner, Learner]:
    """One person on two phones for longer than it can be undone, in the middle of a lesson."""
    first = await t.learner("first").meets("Lan")
    await (await first.opens("mot")).tap("Đúng")
    other = t.learner("second", second)
    await join(first, other)
    t.clock.passes(days=8)
    await other.say("học tiếp")
    return first, other


@BOTH
async def test_the_other_phone_is_taken_off(t: Tutor, second: str):
    first, other = await long_joined(t, second)
    await first.say("tách máy này")
    await first.tap("Tách máy kia ra")
    assert "đã tách máy kia" in first.said and "Làm" in first.said, "and her step is under her thumb"
    assert await owners(t) == {"first": "Lan", "second": ""}
    if second == WEB:
        assert not [row for row in await t.rows("chat_log") if row["chat_id"] == "second"]
    await other.say("xin chào")
    assert "Lan" not in other.said and "máy trả lời tự động" in other.said
    await t.passes(days=1, hours=1)
    assert "nhắc" not in other.said


async def test_reminders_follow_her_to_the_phone_that_stays(t: Tutor):
    first, other = await long_joined(t, TELEGRAM)
    await other.say("để sau")
    await other.say("tách máy")
    await other.tap("Tách máy này ra")
    await t.passes(days=1, hours=1)
    assert "Lan ơi, nhắc" in first.said and not other.said


async def test_an_old_button_never_takes_a_phone_off(t: Tutor):
    _, other = await long_joined(t, TELEGRAM)
    await other.say("tách máy")
    tokens = dict(other.buttons)
    await other.tap("Thôi, để vậy")
    for label in ("Tách máy này ra", "Tách máy kia ra"):
        await other.tap_token(tokens[label])
    assert await owners(t) == {"first": "Lan", "second": "Lan"}
    await other.say("tách máy")
    await other.say("cái gì")
    assert "Máy nào không phải" in other.said, "the question stands"


async def test_with_one_phone_there_is_nothing_to_take_apart(t: Tutor):
    she = await t.learner("1").meets("Lan")
    await she.say("tách máy")
    for token in ("b:split_this", "b:split_other"):
        await she.tap_token(token)
        assert "máy duy nhất" in she.said and "mã" not in she.said.partition("cấp mã")[0].lower(), token
    assert await owners(t) == {"1": "Lan"}


async def test_whoever_shares_the_phone_stays(t: Tutor):
    first, other = await long_joined(t, TELEGRAM)
    await other.say("đổi người học")
    await other.tap("Người khác")
    await other.tap("Đồng ý")
    await other.say("Bé")
    await other.tap_token("a:0")
    await other.say("đổi người học")
    await other.tap("Lan")
    t.clock.passes(minutes=1)
    await other.say("tách máy")
    await other.tap("Tách máy này ra")
    await other.say("đổi người học")
    assert other.last.labels == ("Bé", "Người thứ 2", "Người khác")
    await other.tap("Bé")
    assert "chào chị Bé" in other.said
    await first.say("xem dữ liệu")
    assert "Lan" in first.said


@BOTH
@pytest.mark.parametrize("by", ["herself", "union"])
async def test_a_phone_left_behind_sees_nothing_and_she_comes_back_by_a_code(t: Tutor, second: str, by: str):
    """Her only phone, sold or lent: signed out at once, by herself or by an officer's act."""
    lan = await t.learner("first", second).meets("Lan")
    await (await lan.opens("mot")).tap("Đúng")
    await lan.say("để sau")
    if by == "herself":
        await lan.say("thoát máy này")
        assert lan.last.labels == ("Thoát máy này", "Thôi, để vậy")
        await lan.tap("Thoát máy này")
        assert "máy trả lời tự động" in lan.said
    else:
        left: list[tuple[str, str]] = []
        t.people.on_left = left.extend
        assert await t.people.sign_out(OPERATOR, await id_of(t, "Lan")) == 1
        assert left == [(second, "first")], "its open page is told"
    if second == WEB:
        assert not [row for row in await t.rows("chat_log") if "Lan" in row["text"]]
    await lan.say("xem dữ liệu")
    assert "Lan" not in lan.said
    await t.passes(days=1, hours=1)
    assert "nhắc" not in lan.said and "Lan" not in lan.said, "nor does anything that comes due"
    new = await t.learner("new", WEB).shows(await t.people.code_back(OPERATOR, await id_of(t, "Lan")))
    assert "Làm mot" in new.said and (await owners(t))["new"] == "Lan"
    await t.tells()
    assert ("đã cho thoát mọi máy" in "\n".join(each.text for each in new.heard)) == (by == "union")
    assert not any("đã cho thoát mọi máy" in each.text for each in lan.heard)


# --- looked at by an officer before ------------------------------------------------------------------


@BOTH
async def test_an_officer_sees_what_would_be_joined_and_it_becomes_that_and_is_undone(t: Tutor, second: str):
    first, other = await lan_and(t, second)
    for phone in (first, other):
        await phone.tap("Xong")
        await phone.say("menu")
    await (await other.opens("mot")).tap("Đúng")
    lan, mai = await id_of(t, "Lan"), await id_of(t, "Mai")
    found = await joining.preview(t.people, OPERATOR, lan, mai)
    assert (found.stays.learner_id, found.goes.learner_id, found.against) == (lan, mai, ""), "the older of two alike"
    assert found == await joining.preview(t.people, OPERATOR, mai, lan), "whichever is looked at"
    assert any("2 bài" in line for line in found.lines) and any("tách máy" in line for line in found.lines)
    await other.shows(await t.people.code_back(OPERATOR, found.stays.learner_id))
    assert set((await owners(t)).values()) == {"Lan"}
    (sheet,) = await t.database.read(lambda c: [person.sheet(c, lan)])
    assert {each.lesson for each in sheet.lessons if each.done_at} == found.stays.done | found.goes.done
    assert sheet.lesson == "mot", "what was open on the phone that joined goes on"
    await other.say("tách máy")
    await other.tap("Tách máy này ra")
    assert sorted((await owners(t)).values()) == ["Lan", "Mai"]


async def test_who_acts_on_others_stays_and_two_such_are_not_joined(t: Tutor):
    await made(t, "lan", "Lan", "learner")
    await made(t, "hoa", "Hoa", "instructor")
    lan, hoa = await id_of(t, "Lan"), await id_of(t, "Hoa")
    found = await joining.preview(t.people, OPERATOR, hoa, lan)
    assert (found.stays.name, found.goes.name, found.against) == ("Hoa", "Lan", "")
    await made(t, "cuc", "Cúc", "officer")
    found = await joining.preview(t.people, OPERATOR, hoa, await id_of(t, "Cúc"))
    assert "thu lại mã" in found.against
    with pytest.raises(CamtayError, match="cùng một người"):
        await joining.preview(t.people, OPERATOR, lan, lan)


# --- a lost phone ------------------------------------------------------------------------------------


async def paired(t: Tutor) -> tuple[Learner, Learner, Learner]:
    """Lan of the ward, Hoa who guides her, Cúc the officer."""
    cuc = await made(t, "cuc", "Cúc", "officer")
    hoa = await made(t, "hoa", "Hoa", "instructor")
    await hoa.tap("Tôi hứa")
    lan = await made(t, "lan", "Lan", "learner")
    await lan.say("nhờ người chỉ")
    await t.tells()
    await hoa.tap("Nhận giúp")
    return lan, hoa, cuc


@pytest.mark.parametrize("voucher", ["officer", "instructor"])
async def test_who_lost_her_phone_comes_back_by_somebody_who_vouches(t: Tutor, voucher: str):
    lan, hoa, cuc = await paired(t)
    await (await lan.opens("mot")).tap("Đúng")
    by = cuc if voucher == "officer" else hoa
    await by.say("mã đổi máy")
    if voucher == "officer":
        await by.say("lan")
    await by.tap("Lan · Phường Trấn Biên")
    code = next(word.rstrip(".") for word in by.said.split() if word.startswith("MOI-"))
    new = t.learner("new", WEB)
    await new.say(code)
    assert "“Lan” vào lại" in new.said
    await new.tap("Đúng là tôi")
    assert "Máy cũ của chị mất rồi" in new.said and "có thêm một máy nối" in lan.said
    await new.tap("Mất rồi, bỏ máy cũ")
    assert "Làm mot" in new.said and (await owners(t))["lan"] == ""
    await lan.say("tách máy")
    assert (await owners(t))["new"] == "Lan", "who holds the lost phone undoes nothing"
    assert [row["what"] for row in await t.rows("audit") if row["what"] in ("vouched", "linked")] == [
        "vouched",
        "linked",
    ]


async def test_the_old_phone_undoes_what_was_vouched_for_wrongly(t: Tutor):
    lan, hoa, _ = await paired(t)
    await hoa.say("mã đổi máy")
    await hoa.tap("Lan · Phường Trấn Biên")
    code = next(word.rstrip(".") for word in hoa.said.split() if word.startswith("MOI-"))
    new = await t.learner("new").meets("Thu Ba")
    await new.shows(code)
    await lan.say("tách máy")
    await lan.tap("Tách máy kia ra")
    assert await owners(t) == {"cuc": "Cúc", "hoa": "Hoa", "lan": "Lan", "new": "Thu Ba"}


@pytest.mark.parametrize("who", ["stranger", "instructor", "officer", "herself"])
async def test_nobody_vouches_for_whom_she_does_not_answer_for(t: Tutor, who: str):
    await paired(t)
    far = "w25195"
    role = {"stranger": "learner", "instructor": "instructor", "officer": "officer"}.get(who)
    by = await made(t, "far", "Đào", role, far) if role else t.learner("lan")
    target = await id_of(t, "Lan")
    await by.tap_token(f"vo:give:{target}")
    assert "MOI-" not in by.said and not [row for row in await t.rows("invitation") if row["kind"] == "back"]
    assert [row["what"] for row in await t.rows("audit")][-1] == "refused_vouch"
    await by.say("mã đổi máy")
    await by.say("Lan")
    assert "MOI-" not in by.said and "Lan · Phường Trấn Biên" not in by.last.labels


async def test_for_who_acts_on_others_only_those_who_give_such_roles_vouch(t: Tutor):
    _, hoa, cuc = await paired(t)
    other = await made(t, "mo", "Mơ", "officer")
    for by, target in ((hoa, "Cúc"), (other, "Cúc"), (cuc, "Mơ")):
        await by.tap_token(f"vo:give:{await id_of(t, target)}")
        assert "MOI-" not in by.said
    await cuc.tap_token(f"vo:give:{await id_of(t, 'Hoa')}")
    assert "MOI-" in cuc.said
    code = next(word.rstrip(".") for word in cuc.said.split() if word.startswith("MOI-"))
    new = await t.learner("new").shows(code)
    await new.tap("Mất rồi, bỏ máy cũ")
    await new.say("việc chỉ bài")
    assert "cán bộ Hội mời" not in new.said, "she guides on her new phone"


async def test_a_vouched_code_dies_with_the_right_of_who_gave_it_and_with_the_next(t: Tutor):
    _, hoa, _ = await paired(t)
    lan = await id_of(t, "Lan")
    first = await t.people.code_back(OPERATOR, lan)
    await hoa.tap_token(f"vo:give:{lan}")
    code = next(word.rstrip(".") for word in hoa.said.split() if word.startswith("MOI-"))
    new = t.learner("new")
    assert "không còn dùng được" in (await new.say(first)).said
    await t.people.suspend(OPERATOR, await id_of(t, "Hoa"))
    assert "hết hạn" in (await new.say(code)).said
    late = await t.people.code_back(OPERATOR, lan)
    t.clock.passes(hours=25)
    assert "hết hạn" in (await new.say(late)).said and (await owners(t))["lan"] == "Lan"
