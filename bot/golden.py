"""`./camtay golden`: play every transcript's learner and rewrite what the tutor says; look at the diff afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.settings import Settings
from flows.shelf import plain_book, read_shelf
from flows.transcript import TranscriptInvalid, parse, play


def rewrite(settings: Settings, paths: list[Path]) -> int:
    """Rewrite these transcripts, or all; 1 when one cannot be played."""
    root, facts = Path(settings.lessons.dir), settings.placeholders
    book = plain_book(read_shelf(root, facts), facts)
    failed = 0
    for path in paths or sorted(root.rglob("transcripts/*.txt")):
        try:
            played = str(play(book, parse(path.read_text(encoding="utf-8"), path.parent.parent.name)))
        except (TranscriptInvalid, KeyError) as fault:
            failed += 1
            sys.stderr.write(f"{path}: {fault}\n")
            continue
        if played != path.read_text(encoding="utf-8"):
            path.write_text(played, encoding="utf-8")
            sys.stdout.write(f"{path}: rewritten\n")
    return 1 if failed else 0
