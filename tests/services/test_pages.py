"""HTML comes from templates: all that is put in is escaped, what is missing is an error, nothing is trusted by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from bot.pages import digest, render_page
from bot.people import own_page
from tests.support.process import ROOT

TEMPLATES = sorted((ROOT / "bot").rglob("templates/*.html"))
HOSTILE = '<b onclick=x>"đậm"</b>&amp;\'{{ 7 * 7 }}{% raw %}</script></title></style>-->'


def test_what_is_shown_is_escaped_and_what_is_missing_is_an_error() -> None:
    page = render_page("bot.web", "error.html", style="", sentence=HOSTILE, home="/")
    assert "<b " not in page and "</script>" not in page
    assert "&lt;b onclick=x&gt;" in page and "{{ 7 * 7 }}" in page, "what is put in is never read as a template"
    with pytest.raises(UndefinedError):
        render_page("bot.web", "error.html", style="")


def test_only_our_own_styles_and_scripts_go_out_as_they_are() -> None:
    assert len(TEMPLATES) > 3
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        trusted = re.findall(r"\{\{([^}]*\|\s*safe[^}]*)\}\}", text)
        ours = {"style|safe", "script|safe", *(["body|safe"] if path.name == "guide.html" else [])}
        assert {each.strip() for each in trusted} <= ours, path  # a guide is a file of ours, read without raw HTML
        assert "autoescape" not in text and "Markup" not in text, path
        # Attributes stand between double quotes, which is what the escaping is for; none is code.
        assert not re.search(r"""\s[\w:-]+=\{\{|\son\w+=|\sstyle=|javascript:|='""", text), path


def test_the_page_of_her_data_shows_hostile_words_as_words() -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "person": [{"name": HOSTILE, "address": HOSTILE}],
        "chat_log": [{"who": "learner", "at": 0, "text": HOSTILE}, {"who": "tutor", "at": 0, "text": HOSTILE}],
    }
    page = own_page.page(rows)
    assert page.count("&lt;b onclick=x&gt;") == 4 and "<b " not in page
    assert page.count("<script") == 0 and page.count("</style>") == 1 and page.count("</title>") == 1


def test_a_style_is_called_by_its_hash() -> None:
    assert digest("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_a_start_reads_no_template() -> None:
    """Jinja comes in with the first page that is asked for."""
    told = "import bot.app, bot.cli.main, sys; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False).returncode == 0


def test_a_start_on_sqlite_reads_neither_what_migrates_nor_what_nobody_opened(tmp_path: Path) -> None:
    code = """
import asyncio, sys
import bot.app
from storage.engine import schema
from storage.engine.database import open_database
async def start():
    database = open_database(sys.argv[1])
    await schema.ensure(database)
    await database.close()
asyncio.run(start())
unread = {"alembic", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql"}
unread |= {"bot.web.preview.routes", "bot.desk.routes", "flows.play.rehearsal"}
print(*sorted(unread & {*sys.modules}))
"""
    told = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path / 'camtay.db'}"], cwd=ROOT, check=True, capture_output=True
    )
    assert told.stdout.split() == []
