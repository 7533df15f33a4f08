"""The same question at the two other doors: every act of the command line with `--by`, and what a web page gives out.

Whom an act works for is written by hand, not asked of the authoriser. Where it must not work nothing in the database
changes, the refusal is one sentence with its English, and it is in the audit.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.announcements.service import Announcements
from bot.errors import CamtayError, NotAllowed
from bot.meetings.service import HeldMeetings
from bot.pairing.requests import Requests
from bot.people import importing, joining
from bot.people.export import export_of_chat
from bot.people.policy import people_file
from bot.people.policy.permissions import PERMISSIONS, Actor
from bot.people.profile import Correction
from bot.reports.programs import Programs
from bot.reports.service import Reports
from flows.saying import in_english
from tests.services.test_offers import PAIR, member
from tests.services.test_who_may import (
    ANSWERS,
    BRANCH,
    GIVES_OFFICERS,
    NAMES,
    OTHER,
    PLACES,
    PROVINCE,
    WARD,
    actor,
    id_of,
    kept,
    town,
)
from tests.support.builders import book, real_book
from tests.support.harness import WEB, Tutor, tutor

ADMINS = {("admin", "same"), ("admin", "above")}
WIDEST = {("officer", "above"), ("admin", "above")}
BELOW = {("officer", "below"), ("admin", "below")}
EVERYWHERE = {(role, place) for role in ("officer", "editor", "admin") for place in PLACES}
"""Figures of whole wards and the province are for whoever answers for some area, and for editors."""
LIST = b"ten;vai;xa_phuong\nNg\xc3\xb4 Th\xe1\xbb\x8b M\xc6\xa1;hoi vien;Tr\xe1\xba\xa5n Bi\xc3\xaan\n"

Act = Callable[[Tutor, Actor, dict[str, str]], Awaitable[Any]]


async def load(t: Tutor, who: Actor, ids: dict[str, str]) -> None:
    found = await importing.plan(t.people, who, people_file.read(LIST), "")
    assert not found.faults
    await importing.carry_out(t.people, who, found)


async def models(t: Tutor, who: Actor, ids: dict[str, str]) -> None:
    programs = Programs(t.database, t.services, t.clock.now, t.ids)
    row = await programs.add(who, "family", WARD, "Nhà chị Vi", 2026)
    await programs.join(who, row.model_id, ids["learner"])


def announcing(t: Tutor) -> Announcements:
    service = Announcements(t.database, t.services, t.clock.now, t.ids)
    service.wishes = real_book().wishes
    return service


def reporting(t: Tutor) -> Reports:
    return Reports(t.database, t.services, t.clock.now, t.ids)


def meeting(t: Tutor) -> HeldMeetings:
    return HeldMeetings(t.people, t.ids, real_book)


def requests(t: Tutor) -> Requests:
    return Requests(t.people, t.pairing)


TEXT = "Chiều thứ sáu này họp chi hội ở nhà văn hóa, mời các chị."
NAME = Correction(name="Vi Vi")
MOVED = Correction(area_id=OTHER)

MAY: dict[str, tuple[Act, set[tuple[str, str]]]] = {
    "list": (lambda t, who, ids: t.people.list_people(who, WARD), ANSWERS),
    "list the province": (lambda t, who, ids: t.people.list_people(who, PROVINCE), WIDEST),
    "list the branch": (lambda t, who, ids: t.people.list_people(who, BRANCH), ANSWERS | BELOW),
    "import": (load, ANSWERS),
    "invite learner": (lambda t, who, ids: t.people.invite(who, "learner", WARD), ANSWERS),
    "invite instructor": (lambda t, who, ids: t.people.invite(who, "instructor", WARD), ANSWERS),
    "invite officer": (lambda t, who, ids: t.people.invite(who, "officer", WARD), GIVES_OFFICERS),
    "invite editor": (lambda t, who, ids: t.people.invite(who, "editor", WARD), ADMINS),
    "invite admin": (lambda t, who, ids: t.people.invite(who, "admin", WARD), ADMINS),
    "codes": (lambda t, who, ids: t.people.codes(who, WARD), ANSWERS),
    "revoke": (lambda t, who, ids: t.people.revoke(who, ids["code"]), ANSWERS),
    "revoke an officer's": (lambda t, who, ids: t.people.revoke(who, ids["officers_code"]), GIVES_OFFICERS),
    "back": (lambda t, who, ids: t.people.code_back(who, ids["learner"]), ANSWERS),
    "back for an officer": (lambda t, who, ids: t.people.code_back(who, ids["officer"]), GIVES_OFFICERS),
    "signout": (lambda t, who, ids: t.people.sign_out(who, ids["learner"]), ANSWERS),
    "approve": (lambda t, who, ids: t.people.approve(who, ids["asking"]), ANSWERS),
    "suspend": (lambda t, who, ids: t.people.suspend(who, ids["helper"]), ANSWERS),
    "suspend an officer": (lambda t, who, ids: t.people.suspend(who, ids["officer"], "officer"), GIVES_OFFICERS),
    "show": (lambda t, who, ids: t.people.see(who, ids["learner"]), ANSWERS),
    "export": (lambda t, who, ids: t.people.export(who, ids["learner"]), ANSWERS),
    "correct": (lambda t, who, ids: t.people.correct(who, ids["learner"], NAME), ANSWERS),
    "move elsewhere": (lambda t, who, ids: t.people.correct(who, ids["learner"], MOVED), WIDEST),
    "withdraw": (lambda t, who, ids: t.people.withdraw(who, ids["learner"]), ANSWERS),
    "delete": (lambda t, who, ids: t.people.delete(who, ids["learner"]), ANSWERS),
    "requests": (lambda t, who, ids: requests(t).unclosed(who, WARD), ANSWERS),
    "explain": (lambda t, who, ids: requests(t).explain(who, ids["request"]), ANSWERS),
    "confirm": (lambda t, who, ids: requests(t).confirm(who, ids["learner"], WARD), ANSWERS),
    "see two as one": (lambda t, who, ids: joining.preview(t.people, who, ids["learner"], ids["helper"]), ANSWERS),
    "begin a meeting": (lambda t, who, ids: meeting(t).begin(who, WARD, meeting(t).lessons()[0].id), ANSWERS),
    "announce": (lambda t, who, ids: announcing(t).draft(who, WARD, TEXT), ANSWERS),
    "announcements": (lambda t, who, ids: announcing(t).list_of(who, WARD), ANSWERS),
    "models": (models, ANSWERS),
    "report of the ward": (lambda t, who, ids: reporting(t).make(who, "targets", WARD), EVERYWHERE),
    "report of the branch": (lambda t, who, ids: reporting(t).make(who, "targets", BRANCH), ANSWERS | BELOW),
}


async def cells(folder: Path, home: Any, role: str, place: str, state: str) -> list[str]:
    """Which acts are not as the table says, for one actor."""
    await asyncio.to_thread(shutil.copytree, home.folder, folder)
    wrong, database, before_file = [], folder / "camtay.db", folder / "before.db"
    async with tutor(folder, book(PAIR)) as t:
        t.ids.prefix, t.update_ids.prefix = "made-", "update-"
        await actor(t, role, place, state)
        her = await id_of(t, "Đào")
        await t.database.close()
        await asyncio.to_thread(shutil.copy, database, before_file)
        await t.begin()
        before = await kept(t)
        for name, (act, may) in MAY.items():
            who = await t.people.actor(her)
            refusals = len(await t.rows("audit"))
            try:
                await act(t, who, home.ids)
                fault = None
            except CamtayError as refused:
                fault = refused
            works = fault is None
            changed = await kept(t) != before
            if works != (state == "active" and (role, place) in may):
                wrong.append(f"{name}: {'works' if works else f'does nothing: {fault}'}")
            if fault is not None and changed:
                wrong.append(f"{name}: refused, and changed something")
            if isinstance(fault, NotAllowed) and len(await t.rows("audit")) == refusals:
                wrong.append(f"{name}: refused, and nobody wrote it down")
            if fault is not None and in_english(fault.args[0], _english()) == str(fault):
                wrong.append(f"{name}: {fault} has no English")
            if changed:
                await t.database.close()
                await asyncio.to_thread(shutil.copy, before_file, database)
                await t.begin()
    return wrong


def _english() -> dict[str, str]:
    from bot.cli.language import english

    return english()


@pytest.mark.parametrize("state", ["active", "suspended"])
@pytest.mark.parametrize("role", ["learner", "instructor", "officer", "editor", "admin"])
async def test_every_act_of_the_command_line_in_everybodys_right(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, role: str, state: str
) -> None:
    home = await town(tmp_path_factory.mktemp("town"))
    found = {place: await cells(tmp_path / place, home, role, place, state) for place in PLACES}
    wrong = [f"{role} {place} {state} · {line}" for place, lines in found.items() for line in lines]
    assert not wrong, "\n".join(wrong)


def test_every_act_of_the_table_is_asked_at_some_door() -> None:
    asked = {"see_people", "import", "approve", "vouch", "suspend", "export", "correct", "withdraw", "delete"}
    asked |= {f"invite_{role}" for role in ("learner", "instructor", "officer", "editor", "admin")}
    asked |= {"announce", "report", "see_counts", "models"}
    asked |= {"meet", "drill", "record"}  # "meet" above and in test_meetings; test_drills, test_recording_chat
    asked |= {"edit_lessons", "see_unheard", "operate", "see_audit"}  # at the desk alone: test_desk_access
    assert asked == PERMISSIONS.keys()


@pytest.mark.parametrize("role", ["learner", "instructor", "officer", "editor", "admin"])
async def test_a_page_gives_out_her_own_data_whatever_her_role(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, role: str
) -> None:
    home = await town(tmp_path_factory.mktemp("town"))
    await asyncio.to_thread(shutil.copytree, home.folder, tmp_path / "copy")
    async with tutor(tmp_path / "copy", book(PAIR)) as t:
        t.ids.prefix, t.update_ids.prefix = "made-", "update-"
        one = await member(t, "actor", "Đào", role, WEB, PROVINCE)
        for kind in ("json", "html"):
            own = await export_of_chat(t.database, WEB, one.chat_id, kind, t.book)
            assert own is not None and "Đào" in own
            assert [name for name in NAMES if name in own] == []
