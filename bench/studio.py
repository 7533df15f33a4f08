"""How long an editor waits: `python -m bench.studio` (with the environment of the project, no server).

A lesson of 200 steps among all real lessons. Each keystroke is another text, so nothing is known of it before; what a
page would add is one request on the same machine. A turn of the preview plays the whole way there again.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.lint import QUIZ, SAY, TASK
from bot import settings
from bot.publishing.drafts import Circumstances
from bot.publishing.library import LiveLessons
from bot.studio.brought import Beside
from bot.studio.checking import Checker
from bot.studio.policy.completion import Known, offers
from bot.studio.policy.fields import apply, form_of
from bot.studio.policy.merging import merge
from bot.studio.previews import DraftPreview
from bot.studio.service import Manuscript, Studio
from bot.web.preview import showing
from flows.reading.loader import read_draft
from flows.shelf.shelf import plain_book, read_shelf
from storage.engine.database import open_database

ROOT = Path(__file__).resolve().parents[1]
LESSONS, STEPS, RUNS = ROOT / "lessons", 200, 40


def lesson() -> str:
    kinds = (SAY, QUIZ, QUIZ, TASK)
    steps = "".join(kinds[n % 4].format(n=n) for n in range(STEPS - 1))
    head = 'lesson: thu-200\ntitle: "Bài hai trăm bước"\ntrack: m\nlangs: [vi]\nmastery: {pass: 1}\nsteps:\n'
    return f'{head}{steps}  - end: het\n    text: "Câu nhớ: OTP không đọc cho ai."\n'


def main() -> int:
    facts = settings.load(ROOT / "config.yaml", {}, {}).placeholders
    text, path = lesson(), LESSONS / "m" / "thu-200" / "lesson.yaml"
    checker = Checker(LESSONS, lambda: Circumstances(facts))
    begun = time.perf_counter()
    checker.read(path, text.encode())
    print(f"{STEPS} steps, {len(text):,} characters, {len(checker.files())} lessons around; {RUNS} runs each")
    print(
        f"first look at the folder            {(time.perf_counter() - begun) * 1000:8.0f} ms, once until a file changes"
    )
    print(f"{'ms: median, 95th of 100, worst':<34}{'on the wall':>23} |{'of CPU':>23}")
    tell("faults after a keystroke", lambda n: checker.read(path, typed(text, n)))
    broken = text.replace("  - quiz: s5\n", "  - quiz s5\n")
    tell("the same in a file that is broken", lambda n: checker.read(path, typed(broken, n)))
    form = form_of(read_draft(text.encode(), str(path), ()))
    tell("the gentle form, made", lambda _: form_of(read_draft(text.encode(), str(path), ())))
    tell("one of its fields, written", lambda n: apply(text, form, {"s100.text": f"Lần {n}: ai hỏi?"}))
    lines = text.split("\n")
    tell("what can be written here", lambda n: offers(text, 700 + n, 5, Known()))
    other = "\n".join([*lines[:50], "# khác", *lines[50:]])
    tell("two edits put together", lambda n: merge(text, typed(text, n).decode(), other))
    studio = Studio(lessons(facts), checker, lambda: datetime.now(UTC))
    script = Manuscript("thu-200", path, text, text, datetime.now(UTC))
    for turns in (1, 20):
        deeds: list[tuple[str, object]] = [("a", "tap:next"), *[("a", "tap:cup")] * (turns - 1)]
        look = DraftPreview(script, Beside(), studio)
        turn = partial(showing.page, look, "thu-200", deeds, "Cầm Tay", ("", ""))
        tell(f"the preview, turn {turns}", turned(turn))
    return 0


def lessons(facts: Mapping[str, str]) -> LiveLessons:
    """The lessons as a running tutor has them; nothing here asks its database."""
    library = LiveLessons(open_database(f"sqlite:///{tempfile.mkdtemp()}/none.db"), LESSONS, facts)
    library.shelf = read_shelf(LESSONS, facts)
    library.book = plain_book(library.shelf, facts)
    return library


def turned(turn: Callable[[], object]) -> Callable[[int], object]:
    return lambda _: turn()


def typed(text: str, number: int) -> bytes:
    """The text with one more word in its middle."""
    at = text.index('text: "', len(text) // 2) + 7
    return f"{text[:at]}chữ{number} {text[at:]}".encode()


def tell(what: str, run: Callable[[int], object]) -> None:
    """On the wall, and of CPU: what the wall would say on a machine with nothing else to do."""
    wall, cpu = [], []
    for number in range(RUNS):
        begun, used = time.perf_counter(), time.thread_time()
        run(number)
        wall.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.thread_time() - used) * 1000)
    at = int(RUNS * 0.95)
    told = (f"{statistics.median(each):7.1f} {sorted(each)[at]:7.1f} {max(each):7.1f}" for each in (wall, cpu))
    print(f"{what:<34}{' |'.join(told)}")


if __name__ == "__main__":
    sys.exit(main())
