"""The bare engine beside Python's own JSON: one sprint against one round trip of the same session, in one run.

    .venv/bin/python -m bench.engine

A round trip is what a store has to do at least: the session to text and back (`dump`, `json`, `load`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

import flows
from flows import Book, Run, Trigger
from flows import events as ev
from flows.reading.loader import load_lesson
from flows.reading.noun_rows import nouns_of
from flows.shelf.shelf import read_table
from flows.words.understand import read_words

LESSONS = Path(__file__).parents[1] / "lessons"
ROUNDS, TIMES = 15, 200  # both sides in every round, so that a busy machine slows both
BOUND = 1.0

LESSON = """\
lesson: tam-buoc
title: Tám bước
steps:
  - {say: chao, text: "Chào {chị} {ten}, hôm nay mình tập giữ mã.", wait_tap: Tiếp}
  - {choose: may, text: "{Chị} dùng máy gì?", save: may, options: [{id: a, text: Android}, {id: b, text: iPhone}]}
  - {say: kheo, text: "Máy {may} cũng làm được."}
  - {task: mo, text: "{Chị} mở tin nhắn.", steps: [Bấm hình tin nhắn, Đọc một tin], stuck: {hints: [Ở hàng dưới]}}
  - quiz: otp
    text: "Có người xin mã, {chị} làm gì?"
    options:
      - {id: doc, text: Đọc cho họ, say: "Đừng {chị} nhé."}
      - {id: cup, text: Cúp máy, right: true, say: "Đúng rồi."}
  - {ask: xa, text: "{Chị} ở xã nào?", save: xa}
  - {quiz: so, type: number, text: "Gọi công an số mấy?", accept: ["113"], say: "Phải rồi."}
  - {end: het, text: "Hết bài."}
"""
ACTS = (("tap", "next"), ("tap", "a"), ("tap", "done"), ("tap", "cup"), ("type", "Phú Lý"), ("type", "113"))


def book() -> Book:
    lesson, problems = load_lesson(LESSON.encode(), "tam-buoc/lesson.yaml", ())
    assert lesson is not None, problems
    phrases = {key: str(text) for key, text in read_table(LESSONS / "phrases.yaml").items()}
    words = read_words(read_table(LESSONS / "words.yaml"))
    nouns = nouns_of(("masking.yaml", (LESSONS / "masking.yaml").read_bytes()), [])
    assert nouns is not None
    return Book({(lesson.id, 1): lesson}, {lesson.id: 1}, phrases, words, nouns=nouns)


def played(shelf: Book, universe: ev.Universe) -> list[tuple[Run, ev.Signal]]:
    """Every session of one pass, with what she does next."""
    run = flows.start(shelf, Trigger("tam-buoc", name="Lan", channel="web"), universe).run
    found: list[tuple[Run, ev.Signal]] = []
    for kind, what in ACTS:
        signal: ev.Signal = ev.Tapped(run.seq, what) if kind == "tap" else ev.Typed(what)
        found.append((run, signal))
        run = flows.resume(shelf, run, signal, universe).run
    assert not run.waiting
    return found


def cpu_us(work: Callable[[], None], each: int) -> float:
    """Microseconds of CPU of one of the `each` things that `work` does."""
    began = process_time()
    for _ in range(TIMES):
        work()
    return (process_time() - began) / TIMES / each * 1e6


def main() -> int:
    """Print the figure; 1 where a sprint costs more than BOUND round trips."""
    shelf, universe = book(), ev.Universe(datetime(2026, 1, 5, 8, tzinfo=UTC), lambda: "run", 7)
    turns = played(shelf, universe)

    def sprints() -> None:
        for run, signal in turns:
            flows.resume(shelf, run, signal, universe)

    def round_trips() -> None:
        for run, _ in turns:
            flows.load(json.loads(json.dumps(flows.dump(run))))

    rounds = [(cpu_us(sprints, len(turns)), cpu_us(round_trips, len(turns))) for _ in range(ROUNDS)]
    ratios = sorted(sprint / trip for sprint, trip in rounds)
    ratio, (sprint, trip) = median(ratios), map(min, zip(*rounds, strict=True))
    verdict = "reached" if ratio <= BOUND else "not reached"
    spread = f"{ratios[0]:.2f}–{ratios[-1]:.2f}, {ROUNDS} rounds"
    print(
        f"sprint {sprint:.1f} µs · round trip {trip:.1f} µs · {ratio:.2f} × ({spread}; at most {BOUND:g} ×): {verdict}"
    )
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
