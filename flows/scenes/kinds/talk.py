"""What people say to each other on a telephone: bubbles, messages, calls, posts, and what they type with."""

from __future__ import annotations

from flows.scenes.element import Element, Kinds
from flows.scenes.lettering import BOLD
from flows.scenes.pen import (
    BLUE,
    BODY,
    CARD,
    DARK,
    GREEN,
    INK,
    INNER,
    LARGE,
    LINE,
    MAIN,
    MARGIN,
    PAD,
    RED,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    Rect,
    columns,
    height_of,
    longest,
)

TALK = Kinds()

BUBBLE = 276  # the widest that a bubble may be
KEY = 38  # height of a key of the keyboard
LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@TALK.add("bubble", "id icon note", looks="them me")
def bubble(pen: Pen, each: Element, top: float) -> float:
    """One message of a chat, hers at the right; a sign before a file that is sent."""
    sign = 38 if each.icon else 0
    room = BUBBLE - 2 * PAD - sign
    lines = pen.fitted(each.text, each.place, room, BODY)
    notes = pen.fitted(each.note, each.place, room, SMALL, most=2)
    width = max(longest(lines), longest(notes, SMALL)) + 2 * PAD + sign
    height = height_of(lines) + height_of(notes, SMALL) + 16
    left = WIDTH - MARGIN - width if each.look == "me" else MARGIN
    rect = Rect(left, top, width, height)
    pen.box(rect, "#e6d3dc" if each.look == "me" else CARD, stroke=LINE, corner=14)
    if each.icon:
        pen.icon(each.icon, left + PAD - 2, top + height / 2 - 15, 30)
    foot = pen.paragraph(lines, left + PAD + sign, top + 6)
    pen.paragraph(notes, left + PAD + sign, foot, SMALL, color=SOFT)
    pen.mark(each.id, rect, each.text)
    return top + height


@TALK.add("message", "id note value icon", needs="note")
def message(pen: Pen, each: Element, top: float) -> float:
    """A text message with its sender above (`text`), what it says (`note`) and when it came (`value`)."""
    senders = pen.fitted(each.text, each.place, INNER - 2 * PAD - 110, BODY, weight=BOLD, most=2)
    lines = pen.fitted(each.note, each.place, INNER - 2 * PAD, BODY, most=10)
    times = pen.fitted(each.value, each.place, 100, SMALL, most=1)
    height = height_of(senders) + height_of(lines) + 20
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, CARD, stroke=LINE, corner=12)
    pen.paragraph(times, WIDTH - MARGIN - PAD, top + 9, SMALL, color=SOFT, anchor="end")
    foot = pen.paragraph(senders, MARGIN + PAD, top + 7, weight=BOLD, color=MAIN)
    pen.paragraph(lines, MARGIN + PAD, foot + 2)
    pen.mark(each.id, rect, each.text)
    return top + height


@TALK.add("chat", "id icon note value on")
def chat(pen: Pen, each: Element, top: float) -> float:
    """A line of the list of chats: a face, a name, the last words; `on`: not read yet."""
    room = INNER - 66 - (70 if each.value else 0)
    lines = pen.fitted(each.text, each.place, room, BODY, weight=BOLD, most=2)
    notes = pen.fitted(each.note, each.place, INNER - 90, SMALL, most=2)
    times = pen.fitted(each.value, each.place, 80, SMALL, most=1)
    height = max(66, height_of(lines) + height_of(notes, SMALL) + 16)
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, CARD, stroke=LINE)
    pen.disc(MARGIN + 32, top + height / 2, 22, "#e6d3dc")
    pen.icon(each.icon or "person", MARGIN + 19, top + height / 2 - 13, 26)
    foot = pen.paragraph(lines, MARGIN + 64, top + 6, weight=BOLD)
    pen.paragraph(notes, MARGIN + 64, foot, SMALL, color=INK if each.on else SOFT)
    pen.paragraph(times, WIDTH - MARGIN - 10, top + 8, SMALL, color=SOFT, anchor="end")
    if each.on:
        pen.disc(WIDTH - MARGIN - 16, top + height - 20, 6, RED)
    pen.mark(each.id, rect, each.text)
    return top + height


@TALK.add("caller", "id note icon items value", item_looks="danger good plain", items=(0, 3), wide=True)
def caller(pen: Pen, each: Element, top: float) -> float:
    """A call: who it says it is (`text`), what stands below (`note`), the round buttons at the foot."""
    lines = pen.fitted(each.text, each.place, INNER, LARGE, weight=BOLD, most=3)
    notes = pen.fitted(each.note, each.place, INNER, BODY, most=4)
    height = 118 + height_of(lines, LARGE) + height_of(notes) + (140 if each.items else 12)
    pen.box(Rect(0, top, WIDTH, height), DARK, corner=0)
    pen.disc(WIDTH / 2, top + 60, 40, "#5d525a")
    pen.icon(each.icon or "person", WIDTH / 2 - 26, top + 34, 52, "#fff")
    foot = pen.paragraph(lines, WIDTH / 2, top + 108, LARGE, weight=BOLD, color="#fff", anchor="middle")
    end = pen.paragraph(notes, WIDTH / 2, foot + 2, color="#e8dfe3", anchor="middle")
    pen.mark(each.id, Rect(MARGIN, top + 14, INNER, end - top - 8), each.text)
    for item, (left, width) in zip(each.items, columns(len(each.items), MARGIN, INNER), strict=True):
        middle = left + width / 2
        ground = {"good": GREEN, "plain": "#5d525a"}.get(item.look, RED)
        names = pen.fitted(item.text, item.place, width, BODY, weight=BOLD, most=2)
        pen.disc(middle, end + 52, 34, ground, stroke="#fff")
        sign = "hangup" if item.look in ("", "danger") and item.icon in ("", "ring") else item.icon or "ring"
        pen.icon(sign, middle - 17, end + 35, 34, "#fff")
        pen.paragraph(names, middle, end + 90, weight=BOLD, color="#fff", anchor="middle")
        pen.mark(item.id, Rect(middle - 50, end + 12, 100, 106), item.text)
    return top + height


@TALK.add("post", "id note value icon items", items=(0, 3))
def post(pen: Pen, each: Element, top: float) -> float:
    """Something that somebody has put on a page: a name, a date, words, a picture, what can be done with it."""
    lines = pen.fitted(each.text, each.place, INNER - 76, BODY, weight=BOLD, most=2)
    dates = pen.fitted(each.value, each.place, INNER - 76, SMALL, most=1)
    notes = pen.fitted(each.note, each.place, INNER - 2 * PAD, BODY, most=10)
    head = max(52, height_of(lines) + height_of(dates, SMALL) + 10)
    picture = 110 if each.icon else 0
    height = head + height_of(notes) + picture + (54 if each.items else 12)
    pen.box(Rect(MARGIN, top, INNER, height), CARD, stroke=LINE)
    pen.disc(MARGIN + 30, top + 30, 20, "#e6d3dc")
    pen.icon("people", MARGIN + 18, top + 18, 24)
    pen.paragraph(dates, MARGIN + 60, pen.paragraph(lines, MARGIN + 60, top + 6, weight=BOLD), SMALL, color=SOFT)
    foot = pen.paragraph(notes, MARGIN + PAD, top + head)
    if each.icon:
        pen.box(Rect(MARGIN + PAD, foot + 4, INNER - 2 * PAD, picture - 12), "#d8cdd2", corner=6)
        pen.icon(each.icon, WIDTH / 2 - 28, foot + 22, 56)
    end = foot + picture
    pen.mark(each.id, Rect(MARGIN, top, INNER, end - top), each.text)
    for item, (left, width) in zip(each.items, columns(len(each.items), MARGIN, INNER, 4), strict=True):
        _action(pen, item.text, item.icon or "thumb", left, end + 4)
        pen.mark(item.id, Rect(left, end + 4, width, 44), item.text)
    return top + height


def _action(pen: Pen, text: str, icon: str, left: float, top: float) -> None:
    pen.icon(icon, left + 12, top + 9, 22, SOFT)
    pen.write(text, left + 40, top + 26, SMALL, weight=BOLD, color=SOFT)


@TALK.add("video", "id note icon value", wide=True)
def video(pen: Pen, each: Element, top: float) -> float:
    """A film or a face in a call: a dark field with a sign, a mark at its corner (`value`), words below."""
    lines = pen.fitted(each.text, each.place, INNER, BODY, weight=BOLD, most=2)
    notes = pen.fitted(each.note, each.place, INNER, SMALL, most=3)
    height = 190 + height_of(lines) + height_of(notes, SMALL) + 12
    pen.box(Rect(0, top, WIDTH, height), DARK, corner=0)
    pen.icon(each.icon or "person", WIDTH / 2 - 60, top + 44, 120, "#cfc3c9")
    if each.value:
        marks = pen.fitted(each.value, each.place, 150, SMALL, weight=BOLD, most=1)
        pen.box(Rect(MARGIN, top + 10, longest(marks, SMALL, BOLD) + 20, 28), RED, corner=6)
        pen.paragraph(marks, MARGIN + 10, top + 14, SMALL, weight=BOLD, color="#fff")
    foot = pen.paragraph(lines, MARGIN, top + 190, weight=BOLD, color="#fff")
    pen.paragraph(notes, MARGIN, foot, SMALL, color="#e8dfe3")
    pen.mark(each.id, Rect(MARGIN, top + 44, INNER, height - 56), each.text)
    return top + height


@TALK.add("typing", "id value items", items=(0, 3), below=True, wide=True)
def typing(pen: Pen, each: Element, top: float) -> float:
    """The line at the foot of a chat where one types, with signs at its right."""
    room = WIDTH - 2 * MARGIN - 46 * len(each.items)
    shown = pen.fitted(each.value or each.text, each.place, room - 2 * PAD, BODY, most=3)
    height = max(46, height_of(shown) + 18) + 16
    pen.box(Rect(0, top, WIDTH, height), "#e7dfdb", corner=0)
    pen.box(Rect(MARGIN, top + 8, room, height - 16), CARD, stroke=SOFT, corner=20)
    start = top + (height - height_of(shown)) / 2
    pen.paragraph(shown, MARGIN + PAD, start, color=INK if each.value else SOFT)
    pen.mark(each.id, Rect(MARGIN, top + 8, room, height - 16), each.text)
    for at, item in enumerate(each.items):
        left = MARGIN + room + 6 + 46 * at
        pen.icon(item.icon or "plane", left + 6, top + height / 2 - 14, 28, BLUE)
        pen.mark(item.id, Rect(left, top + height / 2 - 22, 40, 44), item.text)
    return top + height


@TALK.add("keyboard", "items", items=(0, 4), below=True, wide=True)
def keyboard(pen: Pen, each: Element, top: float) -> float:
    """Keys of letters, and a last row of signs: microphone, space, send."""
    height = 4 * (KEY + 8) + 10
    pen.box(Rect(0, top, WIDTH, height), "#d3cbc8", corner=0)
    at = top + 8
    for letters in LETTERS:
        key = 30.0
        left = (WIDTH - len(letters) * (key + 5) + 5) / 2
        for letter in letters:
            pen.box(Rect(left, at, key, KEY), CARD, corner=5)
            pen.write(letter, left + key / 2, at + 25, BODY, anchor="middle")
            left += key + 5
        at += KEY + 8
    places = list(columns(len(each.items) + 1, 8, WIDTH - 16, 8))
    for item, (left, width) in zip(each.items, [*places[: len(each.items) // 2], *places[len(each.items) // 2 + 1 :]],
                                   strict=True):  # fmt: skip
        pen.box(Rect(left, at, width, KEY), CARD, stroke=SOFT, corner=5)
        pen.icon(item.icon or "mic", left + width / 2 - 13, at + 6, 26, INK)
        pen.mark(item.id, Rect(left, at, width, KEY), item.text)
    left, width = places[len(each.items) // 2]
    pen.box(Rect(left, at, width, KEY), CARD, corner=5)
    return top + height
