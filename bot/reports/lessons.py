"""Lesson by lesson: who began it, who finished it, and what is still known a month later, by area."""

from __future__ import annotations

from collections import defaultdict

from bot.reports.policy.table import AreaCounts, AreaTree, Column, ReportTable, add_up
from storage import reports
from storage.engine.database import Connection

LATER_MS = 30 * 86_400_000
"""Mastery is what is right a month after a lesson was finished: by then what was only just heard has gone."""


def lessons_sheet(connection: Connection, places: AreaTree, since: int, until: int) -> ReportTable:
    """Columns `begun/LESSON` and `finished/LESSON` of each lesson begun in this span (ms), `asked` and `known` of the
    questions answered a month later and more; titles are the keys."""
    counts: dict[str, AreaCounts] = defaultdict(lambda: AreaCounts(places))
    for area_id, lesson, begun, finished in reports.begun_lessons(connection, since, until):
        counts[f"begun/{lesson}"].add(area_id, begun)
        counts[f"finished/{lesson}"].add(area_id, finished)
    lessons = sorted(key.partition("/")[2] for key in counts if key.startswith("begun/"))
    columns = [Column("asked", "asked"), Column("known", "known", "asked")]
    for lesson in lessons:
        whole, part = f"begun/{lesson}", f"finished/{lesson}"
        columns += [Column(whole, whole), Column(part, part, whole)]
    later = reports.remembered(connection, since, until, LATER_MS)
    counts["asked"], counts["known"] = (add_up(places, each) for each in later)
    return ReportTable(places, columns, dict(counts))
