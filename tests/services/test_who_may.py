"""Roles × areas × states × buttons: every button that leads to another person, in everybody's hands.

Whom it works for is written by hand in `MAY`, row by row, not asked of the authoriser. Where it must not work nothing
in the database changes and no name is told; where it must, one of both happens.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.pairing.policy import officer_inbox
from bot.people import union_phone
from bot.people.policy import invitations
from bot.people.policy.permissions import OPERATOR
from storage.engine.key_value import key_value
from storage.people import invitees
from storage.people.areas import AreaRow
from storage.people.areas import add as add_areas
from storage.people.records import InviteeRow
from storage.tables import metadata
from tests.services.test_offers import PAIR, instructor, member
from tests.support.builders import book
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

WARD, BRANCH, OTHER, PROVINCE = "w26041", "b-sen", "w25195", "dong-nai"
PLACES = {"same": WARD, "above": PROVINCE, "below": BRANCH, "other": OTHER}
STATES = ("active", "joined", "suspended", "withdrawn", "left", "shared")
ACTS = ("active", "joined")  # the states in which a role works at all
NAMES = (
    "Tường Vi",
    "Kim Ngân",
    "Thu Thủy",
    "Bích Hợp",
    "Ngọc Diệp",
    "Mộng Điệp",
    "Bé Sáu",
    "Bé Bảy",
    "Quế Trân",
    "Lệ Thu",
    "Mỹ Dung",
    "Thiên Lý",
)
TOLD = (
    *NAMES,
    "Hồng Vân",
    "0251 3822 222",
    "Phường Trấn Biên',",
)  # the last: a button that says where somebody unknown is to be put
OWN = {"session", "outbox", "chat_log", "inbox", "key_value", "audit"}  # what any tap of anybody moves

ANSWERS = {("officer", "same"), ("officer", "above"), ("admin", "same"), ("admin", "above")}
"""Whoever answers for the ward of those whom the buttons are about."""
GIVES_OFFICERS = {("officer", "above"), ("admin", "same"), ("admin", "above")}
CALLED = {("officer", "same"), ("officer", "above")}
"""What was kept back between two is looked at by officers alone; their requests an admin may take, too."""
SETS_NUMBER = {("officer", "same"), ("admin", "same")}
"""The union's number is set by the officer of that very area."""
GUIDES = {("guide", "same")}

MAY: dict[str, set[tuple[str, str]]] = {
    "say:việc của cán bộ": ANSWERS,
    "say:mã đã phát": ANSWERS,
    "say:học viên của tôi": GUIDES,
    "q:request:{request}": ANSWERS,
    "q:ask:{request}:{helper_key}": ANSWERS,
    "o:take:{request}": ANSWERS,
    "q:confirm:{stranger}": ANSWERS,
    "q:in:{stranger}:w26041": ANSWERS,
    "q:person:{helper}": ANSWERS,
    "q:pause:{helper}": ANSWERS,
    "q:suspend:{helper}": ANSWERS,
    "q:person:{asking}": ANSWERS,
    "q:approve:{asking}": ANSWERS,
    "q:lift:{resting}:{stamp}": ANSWERS,
    "x:one:{code}": ANSWERS,
    "x:back:{code}": ANSWERS,
    "x:back:{used}": ANSWERS,
    "x:one:{officers_code}": GIVES_OFFICERS,
    "x:back:{officers_code}": GIVES_OFFICERS,
    "vo:give:{learner}": ANSWERS | GUIDES,
    "vo:give:{helper}": ANSWERS,
    "vo:give:{officer}": GIVES_OFFICERS,
    "u:card:{pairing}": GUIDES,
    "y:talk:{pairing}": GUIDES,
    "y:end:{pairing}": GUIDES,
    "y:over:{pairing}": GUIDES,
    "q:strangers:0": ANSWERS,
    "q:request:{cry}": ANSWERS,
    "o:relieve:{cry}": ANSWERS,
    "o:take:{rung}": ANSWERS,
    "q:request:{rung}": ANSWERS,
    "q:kept:{pairing}": CALLED,
    "q:seen:{pairing}": CALLED,
    "q:phone:w26041": SETS_NUMBER,
    "q:nophone:w26041": SETS_NUMBER,
    "y:report:{pairing}": GUIDES,
    "y:union:{pairing}": GUIDES,  # her own line opens; a number goes in an emergency alone
    "y:mine:{pairing}": GUIDES,
    "o:show:{cry}": set(),
    "o:heirs:{cry}": set(),
    "o:hand:{cry}:{helper_key}": set(),
    "o:done:{cry}": set(),
    "o:still:{cry}": set(),
    "o:cancel:{cry}": set(),
    "y:talk:{cry}": set(),
    "y:send:{cry}": set(),
    "y:hold:{cry}": set(),
    "y:union:{cry}": set(),
    "y:mine:{cry}": set(),
    "y:report:{cry}": set(),
    "y:end:{cry}": set(),
    "y:over:{cry}": set(),
    "w:back:{learner}": set(),
    "o:accept:{offer}": set(),
    "o:decline:{offer}": set(),
    "o:done:{request}": set(),
    "j:ok:{code_hash}": set(),
    "j:yes:{code_hash}": set(),
    "j:back:{code_hash}": set(),
    "w:{learner}": set(),
    "p:mine:{code_hash}": set(),
}


@dataclass
class Town:
    """The folder of a database with everybody whom the buttons are about; `ids` fill the tokens."""

    folder: Path
    ids: dict[str, str]


_TOWN: list[Town] = []


async def id_of(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


async def town(tmp: Path) -> Town:
    """Made once: Kim Ngân guides Tường Vi; Thu Thủy guides; Bích Hợp asks to; Ngọc Diệp is suspended; Mộng Điệp is
    unknown; Quế Trân is the officer of the ward. Three cries, and a letter that was kept back."""
    if _TOWN:
        return _TOWN[0]
    async with tutor(tmp, book(PAIR)) as t:
        branch = AreaRow(BRANCH, WARD, "branch", "Hoa Sen", "", f"/dong-nai/{WARD}/{BRANCH}/")
        await t.database.transact(lambda c: add_areas(c, [branch]))
        officer = await member(t, "tran", "Quế Trân", "officer")
        guide = await instructor(t, "ngan", "Kim Ngân")
        learner = await member(t, "vi", "Tường Vi", "learner")
        await learner.say("nhờ người chỉ")
        await t.tells()
        await guide.tap("Nhận giúp")
        helper = await instructor(t, "thuy", "Thu Thủy")
        resting = await instructor(t, "diep", "Ngọc Diệp")
        await (await member(t, "hop", "Bích Hợp", "learner")).say("xin chỉ bài")
        stranger = await t.learner("dep").meets("Mộng Điệp")
        await t.database.transact(lambda c: _lives_here(c))
        await stranger.say("nhờ người chỉ")
        await officer.tap_token(f"q:suspend:{await id_of(t, 'Ngọc Diệp')}")
        assert resting.heard and helper.heard
        await _emergencies(t, officer, guide)
        await (await member(t, "van", "Hồng Vân", "learner")).say("nhờ người chỉ")
        await t.tells()
        ids = await _ids(t)
    _TOWN.append(Town(tmp, ids))
    return _TOWN[0]


async def _emergencies(t: Tutor, officer: Learner, guide: Learner) -> None:
    """Lệ Thu has cried and Quế Trân has taken it; Mỹ Dung's cry rings; so does that of Thiên Lý, whom nobody knows."""
    await guide.tap_token(f"y:talk:{(await t.rows('pairing'))[0]['pairing_id']}")
    await guide.say("chị đọc mã OTP cho em nhé")
    await guide.say("thoát")
    for chat, name in (("thu", "Lệ Thu"), ("dung", "Mỹ Dung")):
        await (await member(t, chat, name, "learner")).say("tôi bị lừa mất tiền rồi")
    await t.learner("ly").meets("Thiên Lý")
    await t.database.transact(lambda c: _lives_here(c, "Thiên Lý"))
    await t.learner("ly").say("tôi bị lừa mất tiền rồi")
    await t.tells()
    await officer.tap_token(f"o:take:{await _cry_of(t, 'Lệ Thu')}")
    await t.database.transact(lambda c: union_phone.write(c, WARD, "02513822222"))


async def _cry_of(t: Tutor, name: str) -> str:
    hers = await id_of(t, name)
    found = [row for row in await t.rows("request") if row["learner_id"] == hers and row["kind"] == "safety"]
    return str(found[0]["request_id"])


def _lives_here(connection: object, name: str = "Mộng Điệp") -> None:
    from sqlalchemy import text

    connection.execute(text(f"UPDATE person SET area_id = '{WARD}' WHERE name = '{name}'"))  # type: ignore[attr-defined]


async def _ids(t: Tutor) -> dict[str, str]:
    rows = {name: await t.rows(name) for name in ("person", "request", "pairing", "offer", "suspension")}
    who = {row["name"]: str(row["learner_id"]) for row in rows["person"]}
    entries = [InviteeRow("i-1", "Bé Sáu", WARD, "learner"), InviteeRow("i-2", "Bé Bảy", WARD, "officer")]
    await t.database.transact(lambda c: invitees.add(c, entries, "x", t.clock.now()))
    hashes = []
    for each in entries:
        made = await t.people.invite(OPERATOR, each.role, WARD, each.invitee_id)
        hashes.append(t.services.names.code(made.code.removeprefix("MOI-").replace("-", "").lower()))
    (pairing,) = rows["pairing"]
    (offer,) = (row for row in rows["offer"] if row["state"] == "open")
    stranger = next(row for row in rows["request"] if row["learner_id"] == who["Mộng Điệp"])
    waiting = next(row for row in rows["request"] if row["learner_id"] == who["Hồng Vân"])
    used = next(row for row in await t.rows("invitation") if row["used_by"] == who["Thu Thủy"])
    return {
        "learner": who["Tường Vi"], "helper": who["Thu Thủy"], "helper_key": officer_inbox.key(who["Kim Ngân"]),
        "asking": who["Bích Hợp"], "resting": who["Ngọc Diệp"], "officer": who["Quế Trân"],
        "stamp": f"{rows['suspension'][0]['at']:x}", "pairing": pairing["pairing_id"],
        "stranger": stranger["request_id"], "request": waiting["request_id"], "offer": offer["offer_id"],
        "code": hashes[0][: invitations.SHORT], "code_hash": hashes[0],
        "cry": await _cry_of(t, "Lệ Thu"), "rung": await _cry_of(t, "Mỹ Dung"),
        "officers_code": hashes[1][: invitations.SHORT], "used": used["code_hash"][: invitations.SHORT],
    }  # fmt: skip


# --- the actors --------------------------------------------------------------------------------------


async def actor(t: Tutor, role: str, place: str, state: str) -> Learner:
    """Somebody at a phone: with the role in that place, in that state."""
    if role == "guide":
        one = t.learner("ngan", TELEGRAM)
        her = await id_of(t, "Kim Ngân")
    else:
        one = await member(t, "actor", "Đào", role, TELEGRAM, PLACES[place])
        if role == "instructor":
            await one.tap("Tôi hứa")
        her = await id_of(t, "Đào")
    match state:
        case "joined":
            return await t.learner("second", WEB).shows(await t.people.code_back(OPERATOR, her))
        case "suspended":
            await t.people.suspend(OPERATOR, her, "instructor" if role == "guide" else role)
        case "withdrawn":
            await one.say("rút đồng ý")
        case "left":
            await (await one.say("xóa dữ liệu")).tap("Xóa hết")
            await one.say("xin chào")
        case "shared":
            await one.say("đổi người học")
            if "chữ số" in one.said:
                await one.say("9350")
            await one.tap("Người khác")
            await one.tap("Đồng ý")
            await one.say("Út")
            await one.tap_token("a:0")
    return one


async def kept(t: Tutor) -> list[list[tuple[object, ...]]]:
    """All that a button could have changed."""
    tables = [metadata.tables[name] for name in sorted(set(metadata.tables) - OWN)]
    numbers = select(key_value).where(key_value.c.key.startswith("union_phone:"))
    return await t.database.read(lambda c: [[*map(tuple, c.execute(each))] for each in (*map(select, tables), numbers)])


async def press(one: Learner, button: str) -> None:
    kind, _, words = button.partition(":")
    await (one.say(words) if kind == "say" else one.tap_token(button))


async def cells(folder: Path, home: Town, role: str, place: str, state: str) -> tuple[int, list[str]]:
    """How many cells one actor makes, and which of them are not as the table says."""
    await asyncio.to_thread(shutil.copytree, home.folder, folder)
    wrong, count, database = [], 0, folder / "camtay.db"
    async with tutor(folder, book(PAIR)) as t:
        t.ids.prefix, t.update_ids.prefix = "made-", "update-"
        await t.tells()
        one = await actor(t, role, place, state)
        await t.tells()
        chat, channel = one.chat_id, one.channel
        await t.database.close()
        await asyncio.to_thread(shutil.copy, database, folder / "before.db")
        await t.begin()
        before = await kept(t)
        for template, may in MAY.items():
            button = template.format(**home.ids)
            await press(one, button)
            own = [b.label for message in one.turn for b in message.buttons if not b.pinned]  # pinned: her own work
            shown = one.said + str(own)
            told = [name for name in TOLD if name in shown and not (role == "guide" and name == "Kim Ngân")]
            changed = await kept(t) != before
            works = bool(told) or changed
            count += 1
            if works != (state in ACTS and (role, place) in may):
                wrong.append(f"{template}: {'works' if works else 'does nothing'} {told} {one.said[:80]!r}")
            if changed:
                await t.database.close()
                await asyncio.to_thread(shutil.copy, folder / "before.db", database)
                await t.begin()
                t.learners.clear()
                one = t.learner(chat, channel)
            elif told:
                await one.say("menu")  # what this one has opened must not answer the next
    return count, wrong


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ["learner", "instructor", "guide", "officer", "editor", "admin"])
async def test_every_button_in_everybodys_hands(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, role, state):
    home = _TOWN[0] if _TOWN else await town(tmp_path_factory.mktemp("town"))
    wrong, total = {}, 0
    for place in ["same"] if role == "guide" else PLACES:
        count, found = await cells(tmp_path / place, home, role, place, state)
        total += count
        if found:
            wrong[place] = found
    assert total == len(MAY) * (1 if role == "guide" else len(PLACES))
    assert not wrong, "\n".join(f"{role} {place} {state} · {line}" for place, lines in wrong.items() for line in lines)
