"""One direction: a tap on a quiz runs what it needs and asks the policies few things; no policy calls back."""

from __future__ import annotations

from pathlib import Path

from tests.support.walk import Walk, tapped

MODULES = 30
"""Only ever made smaller: whoever adds a subject that has no stake in such a tap finds out here that it runs."""


async def test_a_tap_on_a_quiz_runs_only_what_it_needs(tmp_path: Path) -> None:
    walk = Walk()
    try:
        await tapped(walk, tmp_path)
    finally:
        walk.stop()
    assert not walk.back
    assert sum(walk.asked.values()) <= 3, walk.asked
    assert len(walk.modules) <= MODULES, sorted(walk.modules)
