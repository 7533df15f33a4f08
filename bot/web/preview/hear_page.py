"""The page on which a message is heard for trial: what the tutor would make of it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.services.hearing import HearReport
from bot.web.preview.frame import framed, safe
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


def hear_page(asked: HearAsked, heard: HearReport | str | None) -> str:
    """The form; below it what was heard, or the sentence that says why nothing was."""
    below = ""
    if isinstance(heard, str):
        below = f'<section class="told" role="status"><p>{safe(heard)}</p></section>'
    elif heard is not None:
        below = _outcome(heard, asked.kind) + _why(heard.reason)
    inside = (
        '<header class="top"><p><a href="/preview/">← Mọi bài</a></p><h1>Nghe thử một câu</h1></header>'
        f'<main class="narrow">{_form(asked)}{below}</main>'
    )
    return framed("Nghe thử một câu", inside)


def _form(asked: HearAsked) -> str:
    """Posted, so that what is typed stands in no address, which browsers remember and servers write down."""
    options = "".join(
        f'<option value="{value}"{" selected" if value == asked.kind else ""}>{word}</option>'
        for value, word in {"": "không đọc", **KINDS}.items()
    )
    return (
        '<section class="card" aria-label="Câu muốn thử"><form class="fields" method="post" action="/preview/hear">'
        f'<label>Tin nhắn<textarea name="text" rows="3" maxlength="{LONGEST}" autocomplete="off">\n{safe(asked.text)}'
        f'</textarea></label><label>Đọc ra thành<select name="as">{options}</select></label>'
        f'<label>Đang ở BÀI/BƯỚC (bỏ trống cũng được)<input name="at" value="{safe(asked.at)}" maxlength="200" '
        'placeholder="M0/viet_giay" autocomplete="off" autocapitalize="off"></label><button>Nghe thử</button></form>'
        '<p class="small">Không lưu, không ghi lại gì.</p></section>'
    )


# --- what it would do --------------------------------------------------------------------------------


def _outcome(heard: HearReport, kind: str) -> str:
    rows = "".join(f"<dt>{word}</dt><dd>{told}</dd>" for word, told in _rows(heard, kind))
    return (
        '<section class="card" aria-labelledby="heard"><h2 id="heard">Cầm Tay nghe ra</h2>'
        f'<dl class="heard">{rows}</dl></section>'
    )


def _rows(heard: HearReport, kind: str) -> Iterator[tuple[str, str]]:
    """Each row's name and HTML."""
    told, nothing = heard.told, '<span class="soft">không có</span>'
    sort = ALARM_KINDS.get(heard.reason.alarm.kind, "")
    level = f"<b>{LEVELS[told['emergency']]}</b>" + (f" ({sort})" if sort else "")
    command = told["command"]
    if command and told["emergency"] == "ask":
        level += ". Nhưng câu này là lời gọi bên dưới, nên làm theo lời gọi trước."
    yield "Gấp hay không", level
    yield "Lời gọi chung", safe(COMMANDS.get(command, command)) if command else nothing
    topics = "".join(f"<li>{_topic(code, heard.titles.get(code, ''))}</li>" for code in told["topics"])
    yield "Nói về", f"<ul>{topics}</ul>" if topics else nothing
    answers = "".join(
        f'<li><span class="said">{safe(text)}</span> <span class="small">{safe(name)}</span></li>'
        for name, text in heard.answers
    )
    yield "Câu trả lời hợp", f"<ol>{answers}</ol>" if answers else nothing
    if "value" in told:
        yield "Đọc ra là", _value(told["value"], kind)
    hidden = ", ".join(SECRETS.get(each, each) for each in told["masked"])
    note = f' <span class="small">đã giấu: {safe(hidden)}</span>' if hidden else ""
    yield "Được giữ lại là", (f'<span class="said">{safe(told["stored"])}</span>' if told["stored"] else nothing) + note
    if "does" in told:
        yield "Ở bước này thì", _deed(told["does"], heard.button)


def _value(value: object, kind: str) -> str:
    if value is None:
        return '<span class="soft">không đọc ra</span>'
    return f"{value:,} đồng".replace(",", ".") if kind == "money" else safe(value)


def _topic(code: str, title: str) -> str:
    if title:
        return f"<b>{safe(code)}</b> {safe(title)}"
    group = GROUPS.get(code[:1], "")
    return f'<b>{safe(code)}</b> {safe(group)} <span class="small">bài chưa viết</span>'


def _deed(does: str, button: str) -> str:
    if button:
        return f'chọn nút “{safe(button)}” <span class="small">{safe(does)}</span>'
    return DEEDS.get(does) or f"sang bước <b>{safe(does)}</b>"


# --- why ---------------------------------------------------------------------------------------------


def _why(reason: Reason) -> str:
    inside = f"<p>{_sentence(reason)}</p>"
    if reason.piece:
        inside += (
            "<p>Tin dài nên được nghe từng đoạn. Đoạn đáng ngại nhất: "
            f'<span class="said">“{safe(reason.piece)}”</span></p>'
        )
    weighed = _scores(reason) + _weights(reason) if reason.scores else ""
    if reason.phrase and weighed:
        weighed = f"<details><summary>Nếu không có cụm ấy: máy cân từng chữ</summary>{weighed}</details>"
    return f'<section class="card" aria-labelledby="why"><h2 id="why">Vì sao</h2>{inside}{weighed}</section>'


def _sentence(reason: Reason) -> str:
    if reason.phrase:
        return (
            f"Cả tin là cụm chắc chắn <b>“{safe(reason.phrase)}”</b> (ghi trong words.yaml, mục emergency), "
            "nên chuông kêu ngay, không cần cân."
        )
    if not reason.bars:
        if reason.words < FEWEST:
            return "Không có cụm chắc chắn nào. Chỉ một chữ hay không có chữ nào thì máy không cân: nói quá ít."
        return "Không có cụm chắc chắn nào, và máy cân từng chữ (ear.model) chưa có hay bị hỏng."
    return f"Không có cụm chắc chắn nào, nên máy cân từng chữ. {_weighed(reason)}"


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


def _scores(reason: Reason) -> str:
    scores, bars = reason.scores, reason.bars
    rows = [
        ("Lo", scores["worry"], bars["ask"]),
        ("Chuông, để kêu", scores["ring"], reason.bar),
        ("Chuông, để hỏi lại", scores["ring"], bars["ring_asks"]),
    ]
    if reason.alarm.level != "quiet":
        rows += [(ALARM_KINDS[each].capitalize(), scores[each], bars[each]) for each in ("die", "hurt", "now")]
    body = "".join(
        f'<tr{_TAKEN if score > bar else ""}><th scope="row">{word}</th><td>{_number(score)}</td>'
        f"<td>{_number(bar)}</td><td>{'✓ quá' if score > bar else 'chưa'}</td></tr>"
        for word, score, bar in rows
    )
    return _table("Điểm của câu, so với vạch", _head("Điểm", "Được", "Vạch", "Tới vạch?") + body)


def _weights(reason: Reason) -> str:
    body = "".join(
        f'<tr><th scope="row">{safe(each.word)}</th><td>{_pushed(each.ring)}</td><td>{_pushed(each.worry)}</td></tr>'
        for each in reason.weights
    )
    cut = f" ({MOST_WEIGHED} chữ đầu)" if reason.words > MOST_WEIGHED else ""
    note = '<p class="small">Bỏ chữ ấy ra thì điểm đổi bao nhiêu. ▲ đẩy lên, ▼ kéo xuống.</p>'
    return _table(f"Từng chữ, mạnh nhất trước{cut}", _head("Chữ", "Đẩy chuông", "Đẩy lo") + body) + note


_TAKEN = ' class="taken"'


def _table(title: str, rows: str) -> str:
    scrolls = f'<div class="wide" tabindex="0" role="region" aria-label="{title}">'
    return f"<h3>{title}</h3>{scrolls}<table class='weighed'>{rows}</table></div>"


def _head(*names: str) -> str:
    cells = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<tr>{cells}</tr>"


def _pushed(moved: float) -> str:
    marks = min(MOST_MARKS, round(abs(moved) / STRONG))
    bar = ("▲" if moved > 0 else "▼") * marks
    return f'{_number(moved)} <span aria-hidden="true">{bar}</span>'


def _number(value: float) -> str:
    """With a sign that is read aloud; whole thousandths."""
    whole = round(value)
    return f"+{whole}" if whole > 0 else f"−{-whole}" if whole < 0 else "0"
