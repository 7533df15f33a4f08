"""docs/openapi.json: every address that there is and none that there is not, as it was made today."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import settings
from bot.app import Environment, bootstrap
from bot.channels.registry import CHANNELS
from bot.cli.interface import endpoints
from bot.cli.main import main
from bot.desk.pages.table import PAGES
from bot.desk.visit import is_named
from bot.endpoints import HTML, Endpoint, bare, document, form
from tests.support.builders import PROJECT
from tests.support.interface import accounts, served
from tests.support.listener import COMMAND
from tests.support.short_lesson import write_lessons


def test_the_file_is_that_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--http"]) == 0
    told = (PROJECT / "docs" / "openapi.json").read_text("utf-8")
    assert capsys.readouterr().out == told, "write it anew: ./camtay schema --http > docs/openapi.json"


OF_THE_FRAME = {"viewport", "robots", "form_key", "token", "ticket", "lang"}
"""What no page reads: told by the frame, or on the way in."""


async def test_every_address_is_told_and_none_that_is_not_there(tmp_path: Path) -> None:
    write_lessons(tmp_path / "lessons")
    flags = {"data.dir": str(tmp_path / "data"), "lessons.dir": str(tmp_path / "lessons"), "web.port": "0"}
    async with AsyncExitStack() as stack:
        given = settings.load(PROJECT / "config.yaml", {}, flags)
        app = await bootstrap(stack, given, Environment(listener=lambda: COMMAND))
        assert {each.channel.name.partition(":")[0] for each in accounts(app)} == {each.profile.id for each in CHANNELS}
        there = served(app)
    told = [(each.method, bare(each.path)) for each in endpoints()]
    assert len(told) == len({*told})
    assert {*told} - there == set(), "told, and not there"
    assert there - {*told} == set(), "there, and not told: ENDPOINTS beside its routes"


def test_a_page_tells_the_names_that_its_forms_have_and_no_others() -> None:
    """A name that no page's line tells never reaches the page; one that nothing has is left from long ago."""
    told = {name for page in PAGES for name in (*page.asks, *page.fields)}
    desk = PROJECT / "bot" / "desk"
    forms = "".join(path.read_text("utf-8") for path in sorted(desk.rglob("*.html")))
    named = set(re.findall(r'\sname="([a-z_]+)"', forms)) - {
        "viewport",
        "robots",
        "form_key",
        "token",
        "ticket",
        "lang",
    }
    assert {name for name in named if not is_named(name, [*told])} == set(), "in a form, and in no page's line"
    rooms = (desk / "pages", desk / "places.py", PROJECT / "bot" / "web" / "preview")
    files = [path for room in rooms for path in ([room] if room.suffix else sorted(room.rglob("*.py")))]
    code = "".join(path.read_text("utf-8") for path in files if path.name != "table.py")
    assert {name for name in told if f'"{name.rstrip("*")}' not in code} == set(), "told, and read by nobody"


def test_one_address_is_told_once() -> None:
    page = Endpoint("GET", "/x/{id:[0-9]+}", "X.", {200: [HTML], 404: [HTML]}, ["q"], ["X-Y"])
    told = document([page], "t", "1")["paths"]
    (gap, *asked) = told["/x/{id}"]["get"]["parameters"]  # type: ignore[index]
    assert gap["schema"]["pattern"] == "^(?:[0-9]+)$" and [each["in"] for each in asked] == ["query", "header"]
    with pytest.raises(ValueError, match="told twice"):
        document([page, page], "t", "1")


def test_a_name_with_a_star_stands_for_all_that_begin_so() -> None:
    assert is_named("q12", ["act", "q*"]) and not is_named("act1", ["act", "q*"]) and not is_named("q", ["act"])
    (schema,) = form(["act", "=*"]).values()
    assert schema["properties"] == {"act": {"type": "string"}}
    assert list(schema["patternProperties"]) == ["^="]  # type: ignore[call-overload]
