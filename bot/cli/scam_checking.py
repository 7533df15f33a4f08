"""`./camtay scam-check`: the signs of a scam in each message.

JSON lines in, one JSON line out for each, as they come: for whoever keeps the signs, and for measuring from outside. No
network, no database; what is read is the lessons folder, and no message is written anywhere but in the answer's signs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from time import thread_time
from typing import Any

from bot.cli.language import told
from bot.errors import CamtayError, in_words
from bot.settings import Settings
from flows.reading.scams import LabelledScam, ScamInvalid, read_scams
from flows.saying import said_by, say
from flows.shelf.shelf import read_shelf
from flows.signs.signs import SignTable, look

FOLDER, UNSEEN = "scams", "unseen"


def table_of(settings: Settings) -> SignTable:
    """The signs of the lessons folder."""
    return read_shelf(Path(settings.lessons.dir), settings.placeholders).scam.signs


def answer(table: SignTable, raw: str) -> dict[str, Any]:
    """What comes out for one line; a line that cannot be used gives {"error": why}."""
    try:
        asked = json.loads(raw)
    except (ValueError, RecursionError):
        return {"error": say("dòng này không phải JSON")}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": say("thiếu “text”, hoặc “text” không phải chữ")}
    found = look(table, asked["text"])
    return {"flagged": found.flagged, "signs": list(found.ids)}


def measured(lessons: Path, own: str, table: SignTable, misses: int, tell: Callable[[str], None]) -> int:
    """Print how many of the labelled messages are judged rightly, those nobody had seen apart, and how fast; exit code
    0. `own` names a file of such messages that is measured instead ("-": none), `misses`: so many of each kind that
    were not judged rightly are printed."""
    bundled = {"đã xem khi viết luật": lessons / FOLDER, "chưa xem khi viết luật": lessons / FOLDER / UNSEEN}
    for name, path in ({own: Path(own)} if own != "-" else bundled).items():
        messages = _messages(path)
        scams, ordinary = [each for each in messages if each.scam], [each for each in messages if not each.scam]
        missed = [each for each in scams if not look(table, each.text).flagged]
        wrong = [each for each in ordinary if look(table, each.text).flagged]
        tell(
            told(
                "{name}: nhận ra {caught:.1%} của {scams} tin lừa, nghi oan {wrong:.1%} của {ordinary} tin thường",
                name=told(name) if own == "-" else name,
                caught=1 - len(missed) / max(1, len(scams)),
                scams=len(scams),
                wrong=len(wrong) / max(1, len(ordinary)),
                ordinary=len(ordinary),
            )
        )
        for each in (*missed[:misses], *wrong[:misses]):
            tell(told("  lừa: {text}" if each.scam else "  thường: {text}", text=each.text))
        spans = sorted(_spans_ms(table, (each.text for each in messages)))
        tell(
            told(
                "mỗi tin {median:.2f} ms, chậm nhất trong 95% {most:.2f} ms",
                median=spans[len(spans) // 2],
                most=spans[len(spans) * 95 // 100],
            )
        )
    return 0


def _spans_ms(table: SignTable, texts: Iterable[str]) -> list[float]:
    spans = []
    for text in texts:
        began_s = thread_time()
        look(table, text)
        spans.append((thread_time() - began_s) * 1000)
    return spans


def _messages(folder: Path) -> list[LabelledScam]:
    """Those of a file, or of all files of a folder."""
    try:
        paths = sorted(folder.glob("*.tsv")) if folder.is_dir() else [folder]
        found = [each for path in paths for each in read_scams(path.read_bytes(), path.name)]
    except UnicodeDecodeError:
        raise CamtayError(told("{folder}: {reason}.", folder=folder, reason=told("không phải chữ UTF-8"))) from None
    except (OSError, ScamInvalid) as fault:
        reason = in_words(fault) if isinstance(fault, OSError) else said_by(fault)
        raise CamtayError(told("{folder}: {reason}.", folder=folder, reason=reason)) from None
    if not found:
        raise CamtayError(told("{folder}: không có tin mẫu nào.", folder=folder))
    return found
