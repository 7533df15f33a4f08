"""A process of its own that makes a backup or rehearses a restore: the job as JSON on standard input, on standard
output what came of it, `{"file", "kb"}` and more, or `{"fault": …}`. It steps back for whoever is chatting.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import backup
from bot.errors import CamtayError, StorageError, in_words
from bot.operations.backups import newest_backup
from bot.operations.rehearsal import rehearse

NICENESS = 10


def main() -> None:
    """One job; whatever else is wrong ends the process without a word."""
    with suppress(AttributeError, OSError):  # Windows knows no niceness
        os.nice(NICENESS)
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what is half made goes
    job = json.load(sys.stdin)
    try:
        told = _do(job, Path(job["data"]), job["database_url"], datetime.fromisoformat(job["now"]))
    except (CamtayError, StorageError, OSError) as fault:
        told = {"fault": in_words(fault)}
    print(json.dumps(told, ensure_ascii=False))


def _do(job: dict[str, Any], data: Path, database_url: str, now: datetime) -> dict[str, object]:
    if job["do"] == "make":
        site = backup.site_files(Path(job["config"]), Path(job["lessons"]))
        file, manifest = backup.make(data, database_url, None, now, site=site)
        backup.prove(file, data, now)
        return {"file": file.name, "kb": file.stat().st_size // 1000, "rows": sum(manifest.rows.values())}
    newest = newest_backup(data)
    return asdict(rehearse(newest.path, data, database_url, now)) if newest else {}


if __name__ == "__main__":
    main()
