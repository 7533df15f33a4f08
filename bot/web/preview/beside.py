"""What stands beside the phone: the steps, the reasons, the state, other settings, the same prompt elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from bot.services.preview import LessonLook
from bot.web.preview.asked import CHANNELS, PlayRequest, told_values
from bot.web.preview.frame import safe
from bot.web.preview.parts import LONG_ADDRESS, address_of
from bot.web.preview.shown import Bubble, ShownMessage
from flows import ADDRESSES
from flows.engine.kinds.table import NAMED, kind_of
from flows.play.notes import spell
from flows.play.playing import GIVEN, Play, PlayedMessage, PlayedTurn
from flows.play.trail import Check, Passed


def steps(look: LessonLook, asked: PlayRequest, play: Play, marks: Mapping[str, Sequence[str]]) -> str:
    """Every step, to stand at directly; `marks` say what is wrong with its ways."""
    items = []
    session = play.session
    waiting = (
        session.step if session.lesson == look.id else next((f.step for f in session.stack if f.lesson == look.id), "")
    )
    here = waiting if session.waiting else ""
    for step in look.lesson.steps if look.lesson else ():
        there = replace(asked, setup=replace(asked.setup, step=step.id), deeds=())
        current = ' class="here" aria-current="step"' if step.id == here else ""
        kind = kind_of(step).look.word
        name = f"<b>{safe(step.id)}</b> <small>{safe(kind)} · dòng {step.place.line}</small>"
        faults = (f"<strong>⚠ {safe(mark)}</strong>" for mark in marks.get(step.id, ()))
        told = "<br>".join(filter(None, (name, safe(_short(" ".join(step.text.split()))), *faults)))
        items.append(f'<li{current}><a href="{safe(address_of(look.id, there))}">{told}</a></li>')
    return (
        f'<nav class="card steps" aria-labelledby="steps"><h2 id="steps">Các bước</h2>'
        f'<ol tabindex="0" aria-label="Các bước">{"".join(items)}</ol></nav>'
    )


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:69].rstrip() + "…"


def reasons(play: Play) -> str:
    """Why it went where it went: the newest turn open, the earlier ones folded."""
    turns = [turn for turn in play.turns if turn.trail or turn.notes]
    newest = play.turns[-1] if play.turns else None
    now = _reason(newest) if newest and (newest.trail or newest.notes) else '<p class="soft">Chưa đi đâu thêm.</p>'
    earlier = [turn for turn in turns if turn is not newest]
    folded = "".join(f"<h3>{safe(_deed(turn))}</h3>{_reason(turn)}" for turn in reversed(earlier[-40:]))
    older = f"<details><summary>Những lần trước ({len(earlier)})</summary>{folded}</details>" if earlier else ""
    return f'<section class="card" aria-labelledby="why"><h2 id="why">Vì sao tới đây</h2>{now}{older}</section>'


def _deed(turn: PlayedTurn) -> str:
    return "Mở bài" if turn.deed is None else turn.said or f"{turn.deed.kind}: {turn.deed.what}"


def _reason(turn: PlayedTurn) -> str:
    went = "".join(_passed(passed) for passed in turn.trail)
    notes = "".join(f"<li>{safe(note)}</li>" for note in turn.notes)
    listed = f'<ol class="trail">{went}</ol>' if went else ""
    return listed + (f'<ul class="small">{notes}</ul>' if notes else "")


def _passed(passed: Passed) -> str:
    kind = NAMED[passed.kind].look.word
    how = "" if passed.entered else " · <b>bỏ qua</b>"
    checks = "".join(_check(check) for check in passed.checks)
    table = f'<div class="wide"><table>{_HEAD}{checks}</table></div>' if checks else ""
    return (
        f'<li><b>{safe(passed.step)}</b> <span class="small">{safe(kind)} · dòng {passed.line}{how}</span>{table}</li>'
    )


_HEAD = "<tr><th>Điều kiện</th><th>Đang có</th><th>Kết quả</th></tr>"
_CHECKS = {
    "when": "khi",
    "case": "nếu",
    "else": "còn lại",
    "split": "ngẫu nhiên, phần",
    "check": "kiểm",
    "skip_if": "khỏi chờ nếu",
    "requires": "được giấy nếu",
}


def _check(check: Check) -> str:
    word = _CHECKS.get(check.what, check.what)
    go = f" → {safe(check.go)}" if check.go else ""
    style = ' class="taken"' if check.taken else ""
    chosen = "✓ đi lối này" if check.taken else ""
    if not check.parts:
        verdict = safe(check.fault) if check.fault else chosen or "không cần tới"
        return f"<tr{style}><td>{word} <code>{safe(check.condition)}</code>{go}</td><td></td><td>{verdict}</td></tr>"
    rows = []
    for part in check.parts:
        lead = f"{word} " if part.depth == 0 else ""
        way = go if part.depth == 0 else ""
        verdict = "✓ đúng" if part.result else "✗ sai"
        if part.depth == 0 and check.what == "case":
            verdict = chosen or ("đúng, nhưng lối trước đã được chọn" if part.result else verdict)
        row = style if part.depth == 0 else ""
        said = f'<td class="d{min(part.depth, 3)}">{lead}<code>{safe(part.text)}</code>{way}</td>'
        rows.append(f"<tr{row}>{said}<td>{safe(part.value)}</td><td>{verdict}</td></tr>")
    return "".join(rows)


def state(play: Play) -> str:
    session = play.session
    due = session.remind_at
    points = ", ".join(f"{'cho sẵn' if step == GIVEN else step} {n}" for step, n in session.earned.items())
    rows = [
        ("Đang ở", f"{session.step} (câu hỏi số {session.seq})" if session.waiting else "hết bài"),
        ("Điểm", f"{session.score}" + (f" ({points})" if points else "")),
        ("Lần thử", f"{session.tries}" + (f", chưa hiểu {session.misses}" if session.misses else "")),
        ("Mốc", session.checkpoint or "chưa có"),
        ("Biến", told_values(session.vars) or "chưa có"),
        ("Giờ", f"{play.now:%H:%M %d/%m/%Y}"),
        ("Hẹn giờ", f"{due:%H:%M %d/%m/%Y}, còn {spell(due - play.now)}" if due else "không"),
        ("Đã nhắc", str(session.reminded)),
        ("Đường đi", " → ".join(session.path)),
    ]
    rows += (
        [("Bài ngoài", ", ".join(f"{frame.lesson} ({frame.step})" for frame in session.stack))] if session.stack else []
    )
    rows += [("Còn ôn", ", ".join(session.queue))] if session.queue else []
    told = "".join(f"<dt>{word}</dt><dd>{safe(value)}</dd>" for word, value in rows)
    return f'<section class="card" aria-labelledby="state"><h2 id="state">Trạng thái</h2><dl>{told}</dl></section>'


def settings(look: LessonLook, asked: PlayRequest) -> str:
    """Who she is, where, when, with what: a form that plays the same once more."""
    setup = asked.setup
    langs = look.lesson.langs if look.lesson else ("vi",)
    fields = [
        _select("address", "Xưng hô", {pair: pair for pair in ADDRESSES}, setup.address),
        _select("channel", "Kênh", CHANNELS, setup.channel),
        _select(
            "lang",
            "Tiếng",
            {lang: lang for lang in (*langs, *([setup.lang] if setup.lang not in langs else []))},
            setup.lang,
        ),
        _input("name", "Tên học viên", setup.name, 'maxlength="30"'),
        _input("at", "Bắt đầu lúc", f"{setup.at:%Y-%m-%dT%H:%M}", 'type="datetime-local"'),
        _input("vars", "Biến cho sẵn (tên=giá trị; …)", told_values(setup.values), 'maxlength="4000"'),
        _input("points", "Điểm cho sẵn", str(setup.points or ""), 'inputmode="numeric" maxlength="4"'),
    ]
    kept = "".join(
        f'<input type="hidden" name="{safe(name)}" value="{safe(value)}">'
        for name, value in asked.pairs()
        if name in ("step", "of", "a")
    )
    method = "post" if len(asked.query()) > LONG_ADDRESS else "get"
    return (
        '<section class="card" aria-labelledby="other"><h2 id="other">Thử cách khác</h2>'
        f'<form class="fields" method="{method}" action="/preview/{safe(quote(look.id))}">{kept}{"".join(fields)}'
        "<button>Xem lại như thế</button></form></section>"
    )


def _select(name: str, word: str, choices: dict[str, str], chosen: str) -> str:
    options = "".join(
        f'<option value="{safe(value)}"{" selected" if value == chosen else ""}>{safe(shown)}</option>'
        for value, shown in choices.items()
    )
    return f'<label>{safe(word)}<select name="{name}">{options}</select></label>'


def _input(name: str, word: str, value: str, more: str) -> str:
    return f'<label>{safe(word)}<input name="{name}" value="{safe(value)}" autocomplete="off" {more}></label>'


# --- the same prompt everywhere ----------------------------------------------------------------------


def everywhere(message: PlayedMessage | None, shows: Sequence[ShownMessage]) -> str:
    if message is None:
        return ""
    ways = "".join(_shown(shown) for shown in shows)
    return (
        '<section class="card ways-card" aria-labelledby="ways"><h2 id="ways">Tin này trên từng kênh</h2>'
        f'<div class="ways">{ways}</div></section>'
    )


def _shown(shown: ShownMessage) -> str:
    bubbles = "".join(_on_channel(bubble, shown.limit) for bubble in shown.bubbles)
    notes = "".join(f"<li>{safe(note)}</li>" for note in shown.notes)
    listed = f'<ul class="small">{notes}</ul>' if notes else ""
    return f"<div><h3>{safe(shown.channel)}</h3>{bubbles}{listed}</div>"


def _on_channel(bubble: Bubble, limit: int) -> str:
    rows = "".join(f"<li>{''.join(f'<span>{safe(label)}</span>' for label in row)}</li>" for row in bubble.rows)
    keys = f'<ul class="keys" aria-label="Nút">{rows}</ul>' if rows else ""
    over = ' class="small over"' if bubble.units > limit else ' class="small"'
    return f'<p class="text">{safe(bubble.text)}</p>{keys}<p{over}>{bubble.units} / {limit} ký tự (UTF-16)</p>'


def transcript(text: str) -> str:
    """The play as a transcript, to be kept beside the lesson."""
    if not text:
        return ""
    return (
        '<details class="card ways-card"><summary>Bản thoại của lần chơi này</summary>'
        f'<div class="wide" tabindex="0" role="region" aria-label="Bản thoại"><pre>{safe(text)}</pre></div></details>'
    )
