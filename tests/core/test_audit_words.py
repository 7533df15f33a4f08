"""Every act that is written into the audit can be told in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk.policy.audit_words import in_words, is_known
from bot.people.policy.permissions import PERMISSIONS, ROLES

ROOT = Path(__file__).parents[2] / "bot"
OTHERS = ("bot/pairing/policy", "bot/pairing/roster.py", "bot/pairing/sql_ledger.py")  # notes of pairings, no audit
WRITES = {"AuditRow", "note", "_note", "_audit"}


def acts() -> Iterator[tuple[str, str]]:
    """(file, what) of every act that the code writes down; of one with a part to be filled, its beginning and "…"."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT.parent).as_posix()
        if name.startswith(OTHERS) or "audit" not in path.read_text("utf-8").lower():
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            for part in node.args if called in WRITES and isinstance(node, ast.Call) else ():
                for each in (part.body, part.orelse) if isinstance(part, ast.IfExp) else (part,):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
                        yield name, each.value
                    if isinstance(each, ast.JoinedStr) and isinstance(each.values[0], ast.Constant):
                        yield name, str(each.values[0].value) + "…"


def test_every_act_that_is_written_down_is_described():
    found = set(acts())
    assert len(found) > 40
    whole = {(name, what) for name, what in found if not what.endswith("…")}
    assert {each for each in whole if not is_known(each[1])} == set()
    begun = {what[:-1] for _, what in found - whole}
    filled = {
        "refused_": [*PERMISSIONS, "lift"], "reported_": ["targets"], "model_added_": ["family"], "desk_in_": ["link"],
        **dict.fromkeys(("invited_", "joined_", "suspended_", "lifted_", "taken_back_"), ROLES),
    }  # fmt: skip
    assert begun - {""} <= filled.keys()
    for begins, rests in filled.items():
        assert {each for each in rests if not is_known(begins + each)} == set()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("invited_officer", "mời cán bộ"), ("refused_export", "bị từ chối: xuất dữ liệu"), ("quite_new", "quite_new"),
        ("refused_invite_admin", "bị từ chối: mời quản trị"), ("barred_instructor", "vai người chỉ bài bị giữ lại"),
    ],
)  # fmt: skip
def test_an_act_in_words(what: str, words: str):
    assert in_words(what) == words
