"""One direction: a tap on a quiz runs what it needs and asks the policies few things; no policy calls back."""

from __future__ import annotations

from pathlib import Path

from tests.support.walk import Walk, tapped

MODULES = 39
"""The last to come are the hop to the thread that writes, and the statements it has prepared. Whoever adds a subject
that has no stake in such a tap finds out here that it runs."""

DECISIONS = 4
"""What she is answered, whether what would be asked gives way, whether it is about safety, and when is a quiet hour."""


async def test_a_tap_on_a_quiz_runs_only_what_it_needs(tmp_path: Path) -> None:
    walk = Walk()
    try:
        await tapped(walk, tmp_path)
    finally:
        walk.stop()
    assert not walk.back
    assert sum(walk.asked.values()) <= DECISIONS, walk.asked
    assert len(walk.modules) <= MODULES, sorted(walk.modules)
