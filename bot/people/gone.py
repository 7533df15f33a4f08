"""Who was deleted, in a small file of its own: beside the data and beside the backups, so that no restore forgets it.

The file holds pseudonyms and instants, as the tombstones of the database do: nobody can be told from it without
the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from storage.engine.files import put_whole

NAME = "deleted.json"

Tombstones = dict[str, int]
"""Pseudonym → when (ms) of everybody who was deleted."""


def known(folders: Iterable[Path]) -> Tombstones:
    """What the files in these folders know, the later instant where several do; an unreadable one knows nothing."""
    found: Tombstones = {}
    for folder in folders:
        for pseudonym, at in _read(folder / NAME).items():
            found[pseudonym] = max(at, found.get(pseudonym, 0))
    return found


def keep(folder: Path, gone: Tombstones) -> None:
    """Add deleted people to the folder's file, in one step; nobody is ever taken out of it. Raises OSError."""
    path, all_known = folder / NAME, known([folder])
    if not gone.keys() - all_known.keys():
        return
    put_whole(path, json.dumps({**gone, **all_known}, sort_keys=True).encode())


def _read(path: Path) -> Tombstones:
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(raw, dict):
        return {}
    return {pseudonym: at for pseudonym, at in raw.items() if isinstance(at, int)}
