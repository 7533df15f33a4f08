"""What one update costs but for bytes and rows: a learner's state as text in, the answer, the state as text out.

    .venv/bin/python -m bench.turn [--beside FOLDER] [--rounds 9]

The eight actions of `bench.ours`, played by a newcomer and by somebody with a long history (20 lessons done, 60
questions to be asked again, 3 lessons put off), against all the lessons there are. `warm`: each update again and
again; `cold`: each alone, after something else has filled the processor's caches, as on a quiet bot; `unheard`: in the
middle of the lesson she types words that nobody has typed before, each time others. FOLDER is another checkout with an
environment of its own: both are measured in turn, a process each, and have to answer letter for letter alike.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from shutil import copytree
from statistics import median
from time import process_time
from typing import Any, cast
from zoneinfo import ZoneInfo

import flows
from bot.app import Environment
from bot.channels.base import Began, Body, Tap, Text, Update
from bot.conversation.effects import Effects, Record
from bot.conversation.services import ConversationServices
from bot.people.pseudonyms import Pseudonyms
from bot.tutor import state_codec
from bot.tutor.quiet_hours import QuietHours
from bot.tutor.state import ConversationState
from bot.tutor.turn import TurnContext
from flows import Book, Trigger
from flows.cards import Card
from flows.model import Quiz
from flows.shelf.shelf import plain_book, read_shelf
from storage.conversations.records import LearnerRow

HERE = Path(__file__).parents[1]
LESSON = "otp-thu"
ACTIONS: tuple[Body, ...] = (
    Began(), Tap(f"m:{LESSON}"), Tap("Xong rồi"), Tap("Đọc cho nhanh"), Tap("Không đọc, cúp máy"), Text("113"),
    Tap("Không bấm"), Tap("Kết thúc"),
)  # fmt: skip
"""A tap names its button by the label, or where that is not shown by the token."""

NOW = datetime(2026, 9, 1, 3, tzinfo=UTC)
DONE, CARDS, PARKED = 20, 60, 3
WARM, COLD, UNHEARD = 40, 9, 100  # times that a round plays each action; sentences of a round
SAID = "con ơi cô bấm rồi mà không thấy hình xanh đâu hết chỉ giùm với nha mai mốt làm tiếp máy chậm quá trời".split()
CACHES = bytearray(48_000_000)
WHOLE_LINES = 64  # bytes that a processor fetches at once


class Tutor:
    """The pure part of a conversation: what `bot.conversation.batch` does with one update between two statements."""

    def __init__(self, root: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="camtay-bench-turn-") as folder:
            lessons = Path(folder) / "lessons"
            copytree(root / "lessons", lessons)
            copytree(root / "bench" / "lessons", lessons, dirs_exist_ok=True)
            self.book: Book = plain_book(read_shelf(lessons, {}), {})
        ids = count()
        self.world = Environment(now=lambda: NOW, new_id=lambda: f"{next(ids):032x}")
        self.services = ConversationServices(Pseudonyms(bytes(32)))
        self.quiet = QuietHours(time(21), time(7), ZoneInfo("Asia/Ho_Chi_Minh"))

    def answer(self, row: LearnerRow, body: Body) -> Effects:
        """Everything one update causes. There is no database: nothing a lesson does asks for one."""
        nowhere = cast(Any, None)
        effects, update = Effects(), Update(row.channel, str(row.out_no), row.chat_id, body, NOW)
        record = Record(row, state_codec.load(row.state), effects, self.quiet)
        universe = self.world.universe(f"{update.channel}:{update.update_id}")
        turn = TurnContext(self.book, universe, record.person, record.state, row.channel, row.chat_id)
        record.begin(universe.now, from_her=True)
        record.answer(nowhere, self.services, turn, update)
        record.end(turn)
        record.close(self.world.universe("close").now)
        return effects

    def newcomer(self) -> LearnerRow:
        """Somebody who has just said how she is called."""
        state = state_codec.dump(ConversationState(joined_at=NOW))
        return LearnerRow("learner", "telegram", "42", "Lan", "chị/em", "agreed", False, state, 1, 8, None, 1)

    def veteran(self) -> LearnerRow:
        """Somebody who has learnt for months."""
        lessons = [each for each in self.book.versions.values() if not each.emergency and each.id != LESSON]
        quizzes = [f"{each.id}/{quiz.id}" for each in lessons for quiz in each.of(Quiz)]
        day = NOW.date()
        cards = {
            key: Card(day + timedelta(days=3 + at), day - timedelta(days=at), 5.0 + at, 4.5, 2)
            for at, key in enumerate(quizzes[:CARDS])
        }
        universe = self.world.universe("veteran")
        triggers = [
            Trigger(each.id, at * 10, name="Lan", channel="telegram") for at, each in enumerate(lessons[-PARKED:])
        ]
        state = ConversationState(
            parked=tuple(flows.start(self.book, each, universe).run for each in triggers),
            done={each.id: 3 for each in lessons[:DONE]},
            cards=cards, seq=400, answers=300, joined_at=NOW - timedelta(days=200),
        )  # fmt: skip
        return replace(self.newcomer(), state=state_codec.dump(state), out_no=900)

    def played(self, row: LearnerRow) -> Iterator[tuple[LearnerRow, Body, Effects]]:
        """The lesson action by action: the row as it was, what she did, what came of it."""
        tokens: dict[str, str] = {}
        for action in ACTIONS:
            body = Tap(tokens.get(action.token, action.token)) if isinstance(action, Tap) else action
            effects = self.answer(row, body)
            yield row, body, effects
            tokens = {button.label: button.token for each in effects.outgoing for button in each.buttons}
            kept = effects.writes.sessions[-1]
            row = replace(row, state=kept.state, out_no=kept.out_no, revision=row.revision + 1)


def digest(effects: Sequence[Effects]) -> str:
    """What was answered and kept, as one number."""
    said = [(repr(each.outgoing), [row.body for row in each.writes.outbox]) for each in effects]
    kept = [json.loads(row.state) for each in effects for row in each.writes.sessions]
    return sha256(json.dumps([said, kept], sort_keys=True).encode()).hexdigest()


def child(root: Path) -> None:
    """Measure one round for each line of stdin; a line of JSON each."""
    tutor = Tutor(root)
    rows = {"newcomer": tutor.newcomer(), "veteran": tutor.veteran()}
    scripts = {name: list(tutor.played(row)) for name, row in rows.items()}
    chance, (inside, _, _) = Random(7), scripts["newcomer"][2]
    heard = [tutor.answer(inside, text) for text in sentences(chance, UNHEARD)]
    digests = {name: digest([each[2] for each in script]) for name, script in scripts.items()}
    print(json.dumps({**digests, "unheard": digest(heard)}), flush=True)
    for _ in sys.stdin:
        found = {}
        for name, script in scripts.items():
            acts = [(row, body) for row, body, _ in script]
            found[f"{name}, warm"] = warm(tutor, acts)
            found[f"{name}, cold"] = sum(cold(tutor, *act) for act in acts) / len(acts)
        found["newcomer, unheard"] = unheard(tutor, inside, sentences(chance, UNHEARD))
        print(json.dumps(found), flush=True)


def warm(tutor: Tutor, acts: Sequence[tuple[LearnerRow, Body]]) -> float:
    """Microseconds of CPU of an update, one right after the other."""
    began = process_time()
    for _ in range(WARM):
        for row, body in acts:
            tutor.answer(row, body)
    return (process_time() - began) / WARM / len(acts) * 1e6


def cold(tutor: Tutor, row: LearnerRow, body: Body) -> float:
    """Microseconds of CPU of an update that comes alone."""
    times = []
    for _ in range(COLD):
        _ = CACHES[::WHOLE_LINES]
        began = process_time()
        tutor.answer(row, body)
        times.append(process_time() - began)
    return median(times) * 1e6


def sentences(chance: Random, number: int) -> list[Text]:
    """What nobody has typed before; too long to be a command, for which there is no database here."""
    return [Text(" ".join(chance.choices(SAID, k=chance.randint(6, 12)))) for _ in range(number)]


def unheard(tutor: Tutor, row: LearnerRow, texts: Sequence[Text]) -> float:
    """Microseconds of CPU of an update by such words."""
    began = process_time()
    for text in texts:
        tutor.answer(row, text)
    return (process_time() - began) / len(texts) * 1e6


class Measured:
    """A checkout in a process of its own."""

    def __init__(self, root: Path) -> None:
        command = [str(root / ".venv" / "bin" / "python"), "-P", __file__, "--child"]
        environ = {"PYTHONPATH": str(root), "PATH": ""}
        self.process = subprocess.Popen(
            command, cwd=root, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.digests: dict[str, str] = self._line()
        self.rounds: list[dict[str, float]] = []

    def measure(self) -> None:
        """One more round."""
        assert self.process.stdin is not None
        print("go", file=self.process.stdin, flush=True)
        self.rounds.append(self._line())

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


def main() -> int:
    """Print a table; 1 where the two do not answer alike."""
    parser = argparse.ArgumentParser(prog="bench.turn", description=__doc__)
    parser.add_argument("--beside", type=Path, help="another checkout")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(Path.cwd())
        return 0
    roots = [HERE, *([given.beside.resolve()] if given.beside else [])]
    measured = [Measured(root) for root in roots]
    for number in range(given.rounds):
        for each in measured[:: 1 if number % 2 == 0 else -1]:
            each.measure()
    for each in measured:
        each.close()
    print("| µs an update | ours |" + (" before | ours × before |" if given.beside else ""))
    print("|---|---|" + ("---|---|" if given.beside else ""))
    for name in measured[0].rounds[0]:
        figures = [[each[name] for each in one.rounds] for one in measured]
        cells = [f"{median(each):.0f}" for each in figures]
        if given.beside:
            ratios = sorted(ours / before for ours, before in zip(*figures, strict=True))
            cells.append(f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |")
    alike = all(each.digests == measured[0].digests for each in measured)
    if given.beside:
        print("\nanswers and states: " + ("letter for letter alike" if alike else "NOT alike"))
    return 0 if alike else 1


if __name__ == "__main__":
    raise SystemExit(main())
