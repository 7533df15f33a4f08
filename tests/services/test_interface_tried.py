"""Every address of docs/openapi.json, tried by schemathesis: as nobody, learner, officer, editor, admin and provider.

What it makes up keeps to the file; who asks holds the right cookies, key and secret, and where an address
names somebody, she is there. No answer may be a fault of ours, nor one that the file does not tell.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from sqlalchemy import select

from bot.app import App, Environment, bootstrap
from bot.channels.telegram.webhook import SECRET_HEADER, webhook_secret
from bot.cli.interface import endpoints
from bot.desk.policy.entering import form_key
from bot.desk.routes import COOKIE
from bot.endpoints import Endpoint, document
from bot.web.server import create_app, start
from storage.engine.database import Connection
from storage.tables import metadata
from tests.support.builders import LESSONS
from tests.support.interface import TOKEN, posted
from tests.support.listener import COMMAND
from tests.support.made_up import NOW, make, settings_in
from tests.support.process import free_port

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
EXAMPLES, EXAMPLES_LONG = 2, 40
ROLES = ("nobody", "learner", "officer", "editor", "admin", "provider")
PATIENCE_S = 60  # of a machine that others want as well
NEVER_ENDS = "/chat/stream"
ENDS_A_VISIT = ("/desk/out", "/desk/me/out", "/desk/me/password")
"""Tried last of all: whoever is out sees the entrance alone."""
WORDS = {
    "act": "take done ask join leave end send stop one sheet drop suspend approve confirm code_back sign_out",
    "cot": "waiting offered open pairs ended", "dang": "csv xlsx json", "go": "look publish take",
    "kind": "club family", "lang": "vi en", "lesson": "m0-khoi-dong l1-cham-ma-chac", "nam": "2026", "number": "1",
    "role": "instructor officer", "script": "1", "sure": "yes 1", "thang": "2026-10", "tt": "active invited",
    "vai": "learner instructor officer", "what": "targets pairs progress people", "when": "urgent checkpoint",
}  # fmt: skip
"""What the pages of the desk know by itself, by the name of a gap or a field."""


@schemathesis.serializer("audio/webm")
def _sound(_: object, value: object) -> bytes:
    return repr(value).encode()


@dataclass
class Tried:
    """What has come of it: how often each status was answered by role, and what must not be."""

    examples: int
    known: Mapping[str, list[str]]
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def everything(self, url: str, key: str, role: str) -> None:
        """All that is of this role's to ask, as she would; blocking."""
        with requests.Session() as session:
            session.headers["Origin"] = url
            carried = _comes_in(session, url, key, role) if role in ("learner", "officer", "editor", "admin") else "x"
            hers = [each for each in endpoints() if _is_of(role, each)]
            told = _filled(deepcopy(document(hers, "x", "1")), {**self.known, "form_key": [carried]})
            found: list[Any] = [each.ok() for each in _operations(told)]
            for operation in sorted(found, key=lambda each: each.path in ENDS_A_VISIT):
                self._one(operation, url, role, session)

    def _one(self, operation: Any, url: str, role: str, session: requests.Session) -> None:
        @seed(7)
        @settings(
            max_examples=self.examples, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def once(case: Any) -> None:
            response = case.call(base_url=url, session=session, allow_redirects=False, timeout=PATIENCE_S)
            self.statuses[role, response.status_code] += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as failed:
                told = "; ".join(f"{each.title}: {each.message}" for each in failed.exceptions)
                self.faults.append(f"{role} {response.status_code} {told}\n{case.as_curl_command()}"[:900])

        once()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])])
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[App]:
    """The tutor of a made-up world, with lessons that may be written in."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    shutil.copytree(LESSONS, tmp_path / "lessons")
    await make(tmp_path / "data", url=url)
    flags = {"web.port": str(free_port()), "lessons.dir": str(tmp_path / "lessons")}
    async with AsyncExitStack() as stack:
        environment = Environment(now=lambda: NOW, listener=lambda: COMMAND)
        yield await bootstrap(stack, settings_in(tmp_path / "data", url, **flags), environment)


@pytest.fixture
async def providers_url(app: App) -> AsyncIterator[str]:
    """Where providers post to this tutor."""
    runner = await start(create_app(None, app.health.tell, posted(app)), "127.0.0.1", 0)
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.timeout(3_000)
async def test_no_address_answers_what_it_does_not_tell(app: App, providers_url: str, long_run: bool):
    tried = Tried(EXAMPLES_LONG if long_run else EXAMPLES, await app.database.read(_known))
    for role in ROLES:
        url = providers_url if role == "provider" else f"http://127.0.0.1:{app.settings.web.port}"
        await asyncio.to_thread(tried.everything, url, app.key.text, role)
    assert tried.faults == []
    for role in ("officer", "editor", "admin"):
        assert tried.statuses[role, 200] > 40 and tried.statuses[role, 303] > 5, "she came no further than the entrance"
    assert tried.statuses["provider", 200] > 0


def _known(connection: Connection) -> dict[str, list[str]]:
    """What is there, by the name of a gap or a field; of a gap that is called id by the first word of its address."""

    def ids(table: str, column: str) -> list[str]:
        found = select(metadata.tables[table].c[column]).distinct().order_by(column).limit(12)
        return [str(each) for each in connection.scalars(found)]

    areas = [*ids("role", "area_id"), "dong-nai"]
    words = {name: told.split() for name, told in WORDS.items()}
    return {
        **words, **dict.fromkeys(("areas", "progress", "khu", "o", "area"), areas),
        "person": ids("role", "learner_id"), "request": ids("request", "request_id"),
        "model": ids("union_model", "model_id"), "announcement": ids("announcement", "announcement_id"),
        "meeting": ids("attendance", "event_id"), "instructor": ids("instructor", "learner_id"),
        SECRET_HEADER: [webhook_secret(TOKEN)],
    }  # fmt: skip


def _is_of(role: str, each: Endpoint) -> bool:
    if role == "provider" or each.path in ("/telegram", "/zalo-bot", "/zalo-oa"):
        return role == "provider" and each.path in ("/telegram", "/zalo-bot", "/zalo-oa")
    return each.path != NEVER_ENDS and (role == "nobody" or each.path.startswith("/desk") == (role != "learner"))


def _comes_in(session: requests.Session, url: str, key: str, role: str) -> str:
    """Her browser is in, and at this machine; what its forms carry."""
    page = session.get(f"{url}/demo/{role}?key={key}").text
    session.get(f"{url}/preview/?key={key}")
    link = re.search(r'name="token" value="(\w+)"', page)
    if link is None:
        return "x"
    session.post(f"{url}/desk/vao", data={"token": link[1]})
    return form_key(session.cookies[COOKIE] or "")


def _operations(told: dict[str, Any]) -> Iterator[Any]:
    yield from schemathesis.openapi.from_dict(told).get_all_operations()


def _filled(told: dict[str, Any], known: Mapping[str, list[str]]) -> dict[str, Any]:
    """The document with what is there in its gaps, and in its fields beside anything else that fits."""
    for path, operations in told["paths"].items():
        for operation in operations.values():
            operation.pop("security", None)  # the session carries it
            for gap in operation.get("parameters", ()):
                name = path.split("/")[2] if gap["name"] == "id" else gap["name"]
                if name in known:
                    likely = {"enum": known[name]}
                    gap["schema"] = likely if gap["in"] == "path" else {"anyOf": [likely, gap["schema"]]}
            takes = operation.get("requestBody", {}).get("content", {})
            if "audio/*" in takes:
                takes["audio/webm"] = takes.pop("audio/*")
            for body in takes.values():
                fields = body["schema"].get("properties", {})
                if "form_key" in fields:
                    body["schema"]["required"] = ["form_key"]
                for name in fields:
                    likely = {"enum": known.get(name, [])}
                    if name in known:
                        fields[name] = likely if name == "form_key" else {"anyOf": [likely, fields[name]]}
    return told
