"""Hypothesis makes lessons: small, of every step kind, without a fault that lint would call an error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from flows import Lesson, Problem
from flows.reading.loader import load_files
from flows.rules.lint import lint
from tests.support.builders import facts

FRUIT = ("Cam", "Quýt", "Mận", "Xoài", "Chuối", "Vải", "Sầu riêng", "Măng cụt", "Bưởi", "Dừa", "Khế", "Me")
TEXTS = st.sampled_from(
    ["Chào {chị} {ten}.", "Mình xem tiếp nhé {chị}.", "{Em} kể {chị} nghe.", "Ở {ten_dia_phuong} đây."]
)
CONDITIONS = st.sampled_from(["score >= 1", "score == 0", "tries > 0", "channel == 'web'", "not (score > 2)"])


@st.composite
def lesson_sources(draw: st.DrawFn, lesson_id: str = "bat-ky") -> str:
    """The YAML of a lesson whose last step is its end; every step is met on the way down."""
    count = draw(st.integers(1, 7))
    ids = [f"s{at}" for at in range(count)] + ["het"]
    steps = [draw(_step(at, ids)) for at in range(count)] + [{"end": "het", "text": "Hết rồi {chị}."}]
    head: dict[str, Any] = {
        "lesson": lesson_id,
        "title": f"Bài {lesson_id}",
        "track": "m",
        "order": "1",
        "langs": ["vi"],
    }
    if draw(st.booleans()):
        head["guards"] = [{"words": ["máy nóng quá"], "go": draw(st.sampled_from(ids))}]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    return "\n".join([*lines, "steps:", *(f"  - {json.dumps(step, ensure_ascii=False)}" for step in steps)]) + "\n"


@st.composite
def _step(draw: st.DrawFn, at: int, ids: Sequence[str]) -> dict[str, Any]:
    kind = draw(
        st.sampled_from("say say choose quiz typed many order ask task branch set wait help pair review award".split())
    )
    onward = st.sampled_from(ids[at + 1 :])
    anywhere = st.sampled_from(ids)
    common: dict[str, Any] = {}
    if draw(st.integers(0, 4)) == 0 and at:
        common["when"] = draw(CONDITIONS)
    if draw(st.integers(0, 3)) == 0:
        common["checkpoint"] = "true"
    text = draw(TEXTS)
    match kind:
        case "say":
            tap = {"wait_tap": "Tiếp"} if draw(st.booleans()) else {}
            return {"say": ids[at], "text": text, **tap, **common}
        case "choose":
            options = _options(draw, 2 + draw(st.integers(0, 2)))
            for option in options[1:]:
                if draw(st.booleans()):
                    option["next"] = draw(anywhere)
            return {"choose": ids[at], "text": text, "options": options, **common}
        case "quiz":
            options = _options(draw, 2 + draw(st.integers(0, 2)))
            options[draw(st.integers(0, len(options) - 1))]["right"] = "true"
            for option in options:
                option["say"] = f"{option['text']} à?"
                if "right" not in option and draw(st.integers(0, 2)) == 0:
                    option["next"] = draw(anywhere)
            return {"quiz": ids[at], "text": text, "options": options, **_tries(draw, onward), **common}
        case "typed":
            answer = (
                {"type": "number", "accept": ["42"]} if draw(st.booleans()) else {"type": "text", "accept": ["sầu"]}
            )
            return {"quiz": ids[at], "text": text, "say": "Phải rồi.", **answer, **_tries(draw, onward), **common}
        case "many" | "order":
            options = _options(draw, 3)
            if kind == "many":
                options[0]["right"] = options[2]["right"] = "true"
            more = {"say": "Phải rồi.", **_tries(draw, onward)}
            return {"quiz": ids[at], "type": kind, "text": text, "options": options, **more, **common}
        case "ask":
            asked = {"type": draw(st.sampled_from(["text", "number", "place", "photo", "voice"])), "save": f"v{at}"}
            private = {"private": "true"} if draw(st.booleans()) else {}
            return {"ask": ids[at], "text": text, **asked, **private, **common}
        case "task":
            stuck = {"hints": ["Nhìn kỹ nhé."], **({"go": draw(onward)} if draw(st.booleans()) else {})}
            later = {"remind": "2h", "times": "2", "text": "Làm chưa {chị}?"}
            more = {"proof": "photo"} if draw(st.booleans()) else {"checkin": "1d"}
            return {"task": ids[at], "text": text, "done": "Làm rồi", "stuck": stuck, "later": later, **more, **common}
        case "wait":
            pause = draw(st.sampled_from([{"for": "2h"}, {"until": "20:00"}, {"for": "1d", "window": "09:00-17:00"}]))
            return {"wait": ids[at], **pause, **common}
        case "help":
            offer = {"offer": "Nhờ người không {chị}?"} if draw(st.booleans()) else {}
            sla = {"sla": "1h", "fallback": draw(onward)} if draw(st.booleans()) else {}
            return {"help": ids[at], "text": text, **offer, **sla, **common}
        case "pair":
            return {"pair": ids[at], "text": text, "on_none": draw(onward), **common}
        case "review":
            return {"review": ids[at], "empty": "Chưa có câu nào.", **common}
        case "award":
            return {"award": ids[at], "badge": "Chăm học", **common}
        case "branch" if draw(st.booleans()):
            return {"branch": ids[at], "split": {ids[at + 1]: "60", draw(onward): "40"}}
        case "branch":
            return {"branch": ids[at], "cases": [{"when": "score >= 1", "go": draw(onward)}], "else": ids[at + 1]}
    return {"set": ids[at], "values": {f"v{at}": "x"}}


def _options(draw: st.DrawFn, count: int) -> list[dict[str, Any]]:
    names = draw(st.permutations(FRUIT))[:count]
    return [{"id": f"o{at}", "text": name} for at, name in enumerate(names)]


def _tries(draw: st.DrawFn, onward: st.SearchStrategy[str]) -> dict[str, Any]:
    tries = {"tries": str(draw(st.integers(0, 3))), "hints": ["Nghĩ kỹ nhé."], "skill": "thu"}
    return {**tries, "out_of_tries": draw(onward)} if draw(st.booleans()) else tries


def checked(source: str) -> tuple[Lesson | None, list[Problem]]:
    """The lesson, and what lint calls an error in it."""
    library = load_files({"m/bat-ky/lesson.yaml": source.encode()}, facts())
    errors = [problem for problem in lint(library) if problem.severity == "error"]
    return next(iter(library.lessons.values()), None), errors
