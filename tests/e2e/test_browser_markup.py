"""Markup in every text that people leave: no page runs it, and no policy has to stop it.

Every text column of the schema is either words of somebody, which are all made hostile here, or a code of ours.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, BrowserContext, ConsoleMessage, Dialog, Page, expect
from pypdf import PdfReader
from sqlalchemy import Text

from bot.desk.pages.table import PAGES
from storage.tables import metadata
from tests.e2e.conftest import OpenContext, Server
from tests.services.test_desk_access import filled
from tests.support.builders import LESSONS
from tests.support.made_up import make

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)></textarea></title>"
WORDS = {
    "announcement": "body source_url", "area": "name", "attempt": "answer", "audit": "detail", "award": "name",
    "certificate": "name title", "chat_log": "text buttons", "desk_account": "shown", "desk_session": "agent",
    "invitee": "name", "lesson_draft": "text", "lesson_version": "source", "notice": "said buttons", "person": "name",
    "pairing_event": "detail", "publication": "author diff", "relay": "body", "skill_check": "skill",
    "union_model": "name", "unheard": "text lesson step", "wording": "text",
}  # fmt: skip
"""What somebody has written, chosen or called something, or what a message of the tutor says of it."""
CODES = {
    "announced": "announcement_id learner_id", "announcement": "announcement_id area_id by state after_id",
    "area": "area_id parent_id kind official_code path import_id", "attempt": "learner_id run_id lesson step skill",
    "attendance": "event_id area_id lesson learner_id invitee_id by", "audit": "by what subject",
    "award": "learner_id run_id kind lesson", "certificate": "code learner_id secret track lessons shown",
    "brought_list": "owner sealed", "chat_log": "chat_id who media", "consent": "learner_id channel answer wording",
    "desk_account": "learner_id login password", "desk_code": "learner_id sealed", "desk_failure": "subject",
    "desk_spare": "code_hash learner_id",
    "desk_session": "session_hash learner_id way", "drill": "learner_id sample said", "drill_pause": "area_id by",
    "forgotten": "pseudonym", "identity": "channel chat_id learner_id", "import_batch": "import_id by state",
    "inbox": "channel update_id fault", "instructor": "learner_id topics langs hours gender",
    "invitation": "code_hash kind role area_id invitee_id learner_id by used_by",
    "invitee": "invitee_id area_id role by claimed_by import_id search_key order_key",
    "invitee_word": "word invitee_id search_key", "joined": "join_id learner_id rows", "key_value": "key value",
    "lease": "name owner",
    "lesson_draft": "lesson editor base", "lesson_file": "file",
    "lesson_version": "lesson graph_hash text_hash author translations",
    "mark": "learner_id kind name", "meeting": "event_id area_id lesson by",
    "membership": "model_id learner_id", "notice": "notice_id learner_id phrase about",
    "offer": "offer_id request_id instructor_id state", "outbox": "channel chat_id body",
    "pairing": "pairing_id learner_id instructor_id state ended_why",
    "pairing_event": "request_id pairing_id by what", "person": "learner_id address consent area_id lang needs pin "
    "search_key order_key", "person_word": "word learner_id search_key", "publication": "lesson mode decisions",
    "relay": "relay_id pairing_id from_id", "request": "request_id learner_id kind need topic lesson step state "
    "owner_kind owner_id closed_why queue", "role": "learner_id role area_id state by",
    "run": "run_id learner_id lesson outcome", "seat": "channel chat_id learner_id",
    "session": "learner_id channel chat_id state lesson", "skill_check": "learner_id lesson level by",
    "standing": "learner_id path", "subscription": "endpoint channel chat_id p256dh auth text",
    "suspension": "subject role by path", "union_model": "model_id kind area_id", "unheard": "learner_id",
    "wording": "wording",
}  # fmt: skip
CODE = "markup"
SEEN = {
    "announcement.body", "area.name", "audit.detail", "certificate.name", "certificate.title",
    "chat_log.buttons", "chat_log.text", "invitee.name", "pairing_event.detail", "person.name", "tap", "text",
    "title", "typed", "unheard.lesson", "unheard.step", "unheard.text", "union_model.name", "wording.text",
}  # fmt: skip
"""What stands on a page as it was written; the rest is told to people one at a time, or by a picture of it."""
LESSON = f"""\
lesson: ac
title: {json.dumps("title" + EVIL)}
track: m
order: 99
steps:
  - say: mot # {EVIL}
    text: {json.dumps("text" + EVIL)}
    wait_tap: {json.dumps("tap" + EVIL[:20])}
"""


def test_every_text_is_somebodys_words_or_a_code() -> None:
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text)
    }
    told = [f"{table}.{name}" for rows in (WORDS, CODES) for table, names in rows.items() for name in names.split()]
    assert len(told) == len(set(told)) and {*told} == there


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A made-up world in which everybody has written markup, and a lesson and a draft full of it."""
    folder = tmp_path_factory.mktemp("markup")
    shutil.copytree(LESSONS, folder / "lessons")
    (folder / "lessons" / "m" / "ac").mkdir()
    (folder / "lessons" / "m" / "ac" / "lesson.yaml").write_text(LESSON, "utf-8")
    with (folder / "lessons" / "answers" / "m.yaml").open("a", encoding="utf-8") as answers:
        evil = json.dumps(EVIL)
        answers.write(f"\n- {{id: m0-ac, outline: M0, say: {evil}, src: none, ask: [{evil}]}}\n")
    asyncio.run(make(folder / "data"))
    with closing(sqlite3.connect(folder / "data" / "camtay.db")) as database:
        _spoil(database)
        database.commit()
    begun = Server(
        folder, "-m", "bot", "run", "--data", "{folder}/data", "--lessons", "{folder}/lessons", "--port", "{port}"
    )
    begun.start()
    yield begun
    begun.kill()


def _spoil(database: sqlite3.Connection) -> None:
    """Everybody's words, those that nobody has left yet as well."""
    (admin,) = database.execute("SELECT learner_id FROM role WHERE role = 'admin' LIMIT 1").fetchone()
    now = "strftime('%s') * 1000"
    database.execute(
        f"INSERT INTO unheard (learner_id, text, lesson, step, at) VALUES (?, 'x', 'x', 'x', {now})", [admin]
    )
    database.execute(
        "INSERT INTO certificate (code, learner_id, secret, name, track, title, lessons, points, at, shown) "
        f"VALUES ('{CODE}', ?, 's', 'x', 'm', 'x', '[]', 1, {now}, 'full')", [admin],
    )  # fmt: skip
    for table, names in WORDS.items():
        for name in names.split():
            for rowid, value in database.execute(f'SELECT rowid, "{name}" FROM "{table}"').fetchall():
                if value and isinstance(value, str) and table != "lesson_version":  # that is published of the files
                    told = [_evil(value, f"{table}.{name}"), rowid]
                    database.execute(f'UPDATE "{table}" SET "{name}" = ? WHERE rowid = ?', told)


def _evil(value: str, column: str) -> str:
    """Markup that tells where it comes from; what is JSON stays JSON."""
    try:
        told: Any = json.loads(value)
    except ValueError:
        return column + EVIL
    match told:
        case [[str(), str(), *_], *_]:
            return json.dumps([[token, column + EVIL, *rest] for token, _, *rest in told])
        case dict():
            return json.dumps({name: column + EVIL if isinstance(said, str) else said for name, said in told.items()})
    return value


def _watched(context: BrowserContext, found: list[str]) -> Page:
    page = context.new_page()

    def ran(dialog: Dialog) -> None:
        found.append(f"executed: {page.url} {dialog.message}")
        dialog.dismiss()

    def said(line: ConsoleMessage) -> None:
        if _is_fault(line):
            found.append(f"{page.url}: {line.text}")

    page.on("dialog", ran)
    page.on("console", said)
    return page


def _is_fault(line: ConsoleMessage) -> bool:
    return line.type == "error" and "status of 400" not in line.text  # a form that cannot be taken


def _ids(folder: Path) -> dict[str, list[str]]:
    """By the first word of an address, what it may name."""
    of = {
        "person": "SELECT DISTINCT learner_id FROM role LIMIT 1",
        "request": "SELECT request_id FROM request ORDER BY state LIMIT 2", "areas": "SELECT area_id FROM role LIMIT 1",
        "progress": "SELECT area_id FROM role LIMIT 1", "model": "SELECT model_id FROM union_model LIMIT 2",
        "announcement": "SELECT announcement_id FROM announcement",
        "meeting": "SELECT event_id FROM attendance LIMIT 1",
        "report": "SELECT pairing_id FROM pairing_event WHERE what = 'reported' LIMIT 1",
        "other": "SELECT DISTINCT learner_id FROM role WHERE role = 'learner' LIMIT 3",
    }  # fmt: skip
    with closing(sqlite3.connect(folder / "data" / "camtay.db")) as database:
        return {word: [row[0] for row in database.execute(asked)] for word, asked in of.items()}


def test_nothing_that_anybody_has_written_runs(server: Server, open_context: OpenContext, faults: list[str]) -> None:
    page, seen = _watched(open_context(user_agent="agent" + EVIL), faults), set[str]()
    for role in ("learner", "instructor", "admin"):
        page.goto(server.printed(f"demo/{role}"))
        if role == "admin":
            page.get_by_role("button", name="Vào bàn làm việc").click()
            page.goto(server.url)
        expect(page.locator("main .bubble").first).to_be_visible()
        seen |= _seen(page)
        page.goto(f"{server.url}chat/data")
        seen |= _seen(page)
    for path in (f"giay/{CODE}", *_addresses(_ids(server.folder))):
        answer = page.goto(server.url + path)
        assert answer is not None and answer.status == 200, path
        seen |= _seen(page)
    seen |= _seen_of_what_is_typed(page, server.url)
    assert seen >= SEEN
    assert "certificate.name" + EVIL[:12] in _paper(page.request.get(f"{server.url}giay/{CODE}/s.pdf"))
    key = page.locator("[name=form_key]").first.input_value()
    codes = page.request.post(
        f"{server.url}desk/invite",
        form={"act": "renew", "form_key": key},
        headers={"Origin": server.url[:-1]},
    )
    assert "invitee.name" + EVIL[:12] in _paper(codes)


def _addresses(ids: Mapping[str, list[str]]) -> Iterator[str]:
    """Every page of the desk that is looked at, with something that is there in each gap."""
    for each in PAGES:
        if each.show is None or each.gives or "/history/" in each.path:
            continue
        word = each.path.partition("/")[0]
        for one in ids.get(word, [""]) if "{" in each.path else [""]:
            gaps = {"person": one, "id": one, "lesson": "ac", "number": "1", "file": "x", "what": "", "who": "learner"}
            gaps |= {"table": "m", "answer": "m0-ac"}
            gaps["other"] = next(other for other in ids["other"] if other != one)
            yield f"desk/{filled(each.path, gaps)}"


def _seen_of_what_is_typed(page: Page, url: str) -> set[str]:
    """What a page shows again of a form that it cannot take."""
    page.goto(f"{url}desk/announcements")
    page.get_by_label("Lời tin").fill("typed" + EVIL)
    page.get_by_label("Trang có đủ tin").fill("https://evil.example/" + EVIL[:30])
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("alert")).to_be_visible()
    return _seen(page)


def _paper(answer: APIResponse) -> str:
    """What is printed on a PDF, in one line."""
    assert answer.status == 200, answer.text()
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.body())).pages)


def _seen(page: Page) -> set[str]:
    """What stands before markup that is shown as text."""
    told = f"{page.locator('body').inner_text()}\n{page.title()}\n"
    told += "\n".join(page.locator("input, textarea").evaluate_all("all => all.map((each) => each.value)"))
    return set(re.findall(r"([a-z_.]+)" + re.escape(EVIL[:12]), told))
