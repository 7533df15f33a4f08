"""The page on which a message is heard for trial: what the tutor would make of it, and why."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.understanding import HearReport
from bot.web.preview.frame import FormPairs, fill
from bot.web.preview.hear_words import (
    ALARM_KINDS,
    COMMANDS,
    DEEDS,
    GROUPS,
    KINDS,
    LEVELS,
    SECRETS,
)
from flows.words.ear.ear import FEWEST, LONGEST, SURE_FROM
from flows.words.ear.why import MOST_WEIGHED, Reason

STRONG, MOST_MARKS = 120, 4  # thousandths that one mark of a bar stands for, and how many there are at most


@dataclass(frozen=True, slots=True)
class HearAsked:
    """What was typed: the message, `kind` of value to read (or empty), `at` LESSON/STEP (or empty)."""

    text: str = ""
    kind: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score of a message beside the bar that it has to pass."""

    word: str
    score: str
    bar: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class WeightRow:
    """What one word pushes: figures, and marks that show them."""

    word: str
    ring: tuple[str, str]
    worry: tuple[str, str]


def hear_page(asked: HearAsked, heard: HearReport | str | None, home: str, carried: FormPairs) -> str:
    """The form, with what goes along with it; below it what was heard, or the sentence that says why nothing was."""
    shown = _shown(heard, asked.kind) if isinstance(heard, HearReport) else None
    return fill(
        "hear.html",
        home=home,
        carried=carried,
        asked=asked,
        longest=LONGEST,
        kinds={"": "không đọc", **KINDS},
        refusal=heard if isinstance(heard, str) else "",
        heard=shown,
    )


def why_page(heard: HearReport) -> str:
    """What was heard and why, as a part of another page: for whoever keeps the machine."""
    return fill("heard.html", heard=_shown(heard, ""))


def _shown(heard: HearReport, kind: str) -> dict[str, object]:
    return {**_outcome(heard, kind), **_why(heard.reason)}


# --- what it would do --------------------------------------------------------------------------------


def _outcome(heard: HearReport, kind: str) -> dict[str, object]:
    told, command = heard.told, heard.told["command"]
    does = told.get("does")
    return {
        "level": LEVELS[told["emergency"]],
        "alarm": ALARM_KINDS.get(heard.reason.alarm.kind, ""),
        "calls_first": command and told["emergency"] == "ask",
        "command": COMMANDS.get(command, command),
        "topics": [(code, heard.titles.get(code, ""), GROUPS.get(code[:1], "")) for code in told["topics"]],
        "answers": heard.answers,
        "is_read": "value" in told,
        "value": _value(told.get("value"), kind),
        "hidden": ", ".join(SECRETS.get(each, each) for each in told["masked"]),
        "stored": told["stored"],
        "does": does,
        "button": heard.button,
        "deed": DEEDS.get(does, "") if does else "",
    }


def _value(value: object, kind: str) -> str:
    """What was read out of the message; empty where nothing was."""
    if value is None:
        return ""
    return f"{value:,} đồng".replace(",", ".") if kind == "money" else str(value)


# --- why ---------------------------------------------------------------------------------------------


def _why(reason: Reason) -> dict[str, object]:
    return {
        "phrase": reason.phrase,
        "because": "" if reason.phrase else _because(reason),
        "piece": reason.piece,
        "scores": _scores(reason) if reason.scores else [],
        "weights": [WeightRow(each.word, _pushed(each.ring), _pushed(each.worry)) for each in reason.weights],
        "cut_at": MOST_WEIGHED if reason.words > MOST_WEIGHED else 0,
    }


def _because(reason: Reason) -> str:
    if reason.bars:
        return f"Không có cụm chắc chắn nào, nên máy cân từng chữ. {_weighed(reason)}"
    if reason.words < FEWEST:
        return "Không có cụm chắc chắn nào. Chỉ một chữ hay không có chữ nào thì máy không cân: nói quá ít."
    return "Không có cụm chắc chắn nào, và máy cân từng chữ (ear.model) chưa có hay bị hỏng."


def _weighed(reason: Reason) -> str:
    scores, bars, kind = reason.scores, reason.bars, reason.alarm.kind
    is_worry, is_loud = scores["worry"] > bars["ask"], scores["ring"] > reason.bar
    if reason.alarm.level == "ring":
        if kind:
            return f"Điểm “{ALARM_KINDS[kind]}” quá vạch: chuông kêu."
        return "Điểm lo và điểm chuông đều quá vạch: chuông kêu."
    if reason.alarm.level == "quiet":
        return "Không điểm nào tới vạch hỏi lại: yên."
    if is_worry and is_loud and reason.words < SURE_FROM:
        return f"Điểm quá vạch, nhưng dưới {SURE_FROM} chữ thì chưa đủ chắc: hỏi lại."
    if is_worry and is_loud and reason.is_denied:
        return "Điểm quá vạch, nhưng câu ngắn mở đầu bằng chữ như “không”, “sợ”, “nếu” nên còn ngờ: hỏi lại."
    if is_worry:
        return "Điểm lo quá vạch, điểm chuông chưa tới: hỏi lại."
    return "Điểm chuông tới vạch hỏi lại, điểm lo chưa quá: hỏi lại."


def _scores(reason: Reason) -> list[ScoreRow]:
    scores, bars = reason.scores, reason.bars
    rows = [
        ("Lo", scores["worry"], bars["ask"]),
        ("Chuông, để kêu", scores["ring"], reason.bar),
        ("Chuông, để hỏi lại", scores["ring"], bars["ring_asks"]),
    ]
    if reason.alarm.level != "quiet":
        rows += [(ALARM_KINDS[each].capitalize(), scores[each], bars[each]) for each in ("die", "hurt", "now")]
    return [ScoreRow(word, _number(score), _number(bar), score > bar) for word, score, bar in rows]


def _pushed(moved: float) -> tuple[str, str]:
    marks = min(MOST_MARKS, round(abs(moved) / STRONG))
    return _number(moved), ("▲" if moved > 0 else "▼") * marks


def _number(value: float) -> str:
    """With a sign that is read aloud; whole thousandths."""
    whole = round(value)
    return f"+{whole}" if whole > 0 else f"−{-whole}" if whole < 0 else "0"
