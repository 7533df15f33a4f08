"""What is not quite a line of a screen: keys of numbers, dialogs, codes, cards, paper, the telephone itself."""

from __future__ import annotations

import re

from flows.saying import say
from flows.scenes.code import PRACTICE, rows_of
from flows.scenes.element import Element, Item, Kinds
from flows.scenes.kinds.plain import GROUNDS
from flows.scenes.lettering import BOLD
from flows.scenes.pen import (
    AMBER,
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
    PAPER,
    RED,
    SMALL,
    SOFT,
    WIDTH,
    DrawingFault,
    Pen,
    Rect,
    columns,
    height_of,
)

THINGS = Kinds()

_FILLED = re.compile(r"([0-8])/([1-8])")
CODE = 190  # width of a square code with its quiet edge


@THINGS.add("keypad", "id value note")
def keypad(pen: Pen, each: Element, top: float) -> float:
    """Keys of digits below the places of a code; `value` says how many are filled, as “2/6”."""
    lines = pen.fitted(each.text, each.place, INNER, BODY, weight=BOLD, most=2)
    filled, places = _places(pen, each)
    foot = pen.paragraph(lines, WIDTH / 2, top, weight=BOLD, anchor="middle") + 8
    for at in range(places):
        x = WIDTH / 2 + (at - (places - 1) / 2) * 36
        pen.disc(x, foot + 12, 10, INK if at < filled else CARD, stroke=INK)
    start = foot + 36
    for at, key in enumerate((*"123456789", "", "0", "‹")):
        left = 48 + at % 3 * 92
        at_top = start + at // 3 * 56
        if key == "‹":
            pen.icon("close", left + 27, at_top + 11, 26, INK)
        elif key:
            pen.box(Rect(left, at_top, 80, 48), CARD, stroke=LINE)
            pen.write(key, left + 40, at_top + 33, LARGE, weight=BOLD, anchor="middle")
    end = start + 3 * 56 + 48
    pen.mark(each.id, Rect(MARGIN, top - 2, INNER, end - top + 4), each.text)
    return end


def _places(pen: Pen, each: Element) -> tuple[int, int]:
    """How many places of the code are filled, and how many there are."""
    told = _FILLED.fullmatch(each.value or "0/6")
    if told is None or int(told[1]) > int(told[2]):
        message = say("“{value}” không cho biết đã gõ mấy số", value=each.value[:40])
        pen.faults.append(DrawingFault(each.place, message, say("ghi như 2/6, nhiều nhất 8/8")))
        return 0, 6
    return int(told[1]), int(told[2])


@THINGS.add("dialog", "id note icon items", item_looks="main plain danger good faint", items=(0, 3), wide=True)
def dialog(pen: Pen, each: Element, top: float) -> float:
    """A card over the screen that asks something, with its buttons."""
    lines = pen.fitted(each.text, each.place, INNER - 40, LARGE, weight=BOLD, most=4)
    notes = pen.fitted(each.note, each.place, INNER - 40, BODY, most=9)
    sign = 54 if each.icon else 0
    side = len(each.items) == 2 and all(len(item.text) <= 12 for item in each.items)
    tall = (62 if side else 60 * len(each.items)) if each.items else 0
    height = 18 + sign + height_of(lines, LARGE) + height_of(notes) + 12 + tall
    pen.box(Rect(0, top, WIDTH, height + 28), "#8a7f84", corner=0)
    rect = Rect(MARGIN, top + 14, INNER, height)
    pen.box(rect, CARD, stroke=INK, corner=16)
    if each.icon:
        pen.icon(each.icon, WIDTH / 2 - 22, top + 26, 44)
    foot = pen.paragraph(lines, WIDTH / 2, top + 24 + sign, LARGE, weight=BOLD, anchor="middle")
    foot = pen.paragraph(notes, WIDTH / 2, foot + 2, anchor="middle") + 8
    pen.mark(each.id, Rect(MARGIN + 6, top + 20, INNER - 12, foot - top - 24), each.text)
    places = list(columns(2 if side else 1, MARGIN + 14, INNER - 28))
    for at, item in enumerate(each.items):
        left, width = places[at if side else 0]
        _button(pen, item, Rect(left, foot + (0 if side else at * 58), width, 48))
    return top + height + 28


def _button(pen: Pen, item: Item, rect: Rect) -> None:
    ground, ink = GROUNDS[item.look or "main"]
    lines = pen.fitted(item.text, item.place, rect.width - 12, BODY, weight=BOLD, most=1)
    pen.box(rect, ground, stroke=MAIN if item.look == "plain" else "", corner=12, wide=2)
    pen.paragraph(lines, rect.left + rect.width / 2, rect.top + 11, weight=BOLD, color=ink, anchor="middle")
    pen.mark(item.id, rect, item.text)


@THINGS.add("tabs", "items", items=(2, 5), below=True, wide=True, needs="items")
def tabs(pen: Pen, each: Element, top: float) -> float:
    """The row at the foot of an app: signs with a name below each, one of them chosen."""
    places = list(columns(len(each.items), 4, WIDTH - 8, 2))
    texts = [pen.fitted(item.text, item.place, places[0][1], SMALL, most=2) for item in each.items]
    height = 42 + max(height_of(lines, SMALL) for lines in texts) + 6
    pen.box(Rect(0, top, WIDTH, height), CARD, stroke=LINE, corner=0)
    for item, lines, (left, width) in zip(each.items, texts, places, strict=True):
        color = MAIN if item.on else SOFT
        pen.icon(item.icon or "square", left + width / 2 - 14, top + 9, 28, color)
        pen.paragraph(lines, left + width / 2, top + 40, SMALL, color=color, anchor="middle",
                      weight=BOLD if item.on else "400")  # fmt: skip
        pen.mark(item.id, Rect(left, top + 3, width, height - 6), item.text)
    return top + height


@THINGS.add("done", "id note")
def done(pen: Pen, each: Element, top: float) -> float:
    """That something has been done: a large green tick, what was done, what more there is to it."""
    lines = pen.fitted(each.text, each.place, INNER, LARGE, weight=BOLD, most=3)
    notes = pen.fitted(each.note, each.place, INNER, BODY, most=4)
    pen.disc(WIDTH / 2, top + 40, 34, GREEN)
    pen.icon("check", WIDTH / 2 - 24, top + 16, 48, "#fff")
    foot = pen.paragraph(lines, WIDTH / 2, top + 84, LARGE, weight=BOLD, color=GREEN, anchor="middle")
    end = pen.paragraph(notes, WIDTH / 2, foot, anchor="middle")
    pen.mark(each.id, Rect(MARGIN, top, INNER, end - top + 4), each.text)
    return end


@THINGS.add("qr", "id note value", looks="plain pasted", values=" ".join(PRACTICE), needs="value")
def qr(pen: Pen, each: Element, top: float) -> float:
    """A square code on a sheet; `pasted`: another one stuck over it, a little aslant."""
    lines = pen.fitted(each.text, each.place, INNER - 40, BODY, weight=BOLD, most=2)
    notes = pen.fitted(each.note, each.place, INNER - 40, SMALL, most=2)
    height = 16 + height_of(lines) + CODE + height_of(notes, SMALL) + 14
    rect = Rect(MARGIN + 20, top, INNER - 40, height)
    pen.box(rect, CARD, stroke=INK, corner=6)
    foot = pen.paragraph(lines, WIDTH / 2, top + 8, weight=BOLD, anchor="middle") + 4
    left = (WIDTH - CODE) / 2
    if each.look == "pasted":
        _modules(pen, each.value, left - 8, foot, CODE)
        pen.svg.append(f'<g transform="rotate(5 {WIDTH / 2:g} {foot + CODE / 2:g})">')
        pen.box(Rect(left + 16, foot + 14, CODE - 10, CODE - 10), "#fffbe8", stroke=INK, corner=2, wide=2)
        _modules(pen, "khac", left + 22, foot + 20, CODE - 22)
        pen.svg.append("</g>")
    else:
        _modules(pen, each.value, left, foot, CODE)
    pen.paragraph(notes, WIDTH / 2, foot + CODE + 2, SMALL, color=SOFT, anchor="middle")
    pen.mark(each.id, rect, each.text or "mã QR")
    return top + height


def _modules(pen: Pen, code: str, left: float, top: float, width: float) -> None:
    rows = rows_of(code)
    side = width / len(rows)
    pen.box(Rect(left, top, width, width), "#fff", corner=0)
    shape = "".join(f"M{at} {line}h{length}v1h-{length}z" for line, row in enumerate(rows) for at, length in _runs(row))
    pen.svg.append(f'<path transform="translate({left:g} {top:g}) scale({side:.5g})" d="{shape}" fill="#000"/>')


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Where dark begins in a row, and how long it is."""
    found: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if dark and found and sum(found[-1]) == at:
            found[-1] = found[-1][0], at - found[-1][0] + 1
        elif dark:
            found.append((at, 1))
    return found


@THINGS.add("card", "id note value", needs="value")
def card(pen: Pen, each: Element, top: float) -> float:
    """The back of a bank's card: the black strip, the bank's number (`value`); those of the card itself are blurred."""
    lines = pen.fitted(each.text, each.place, INNER - 40, SMALL, most=2)
    notes = pen.fitted(each.note, each.place, INNER - 40, SMALL, most=2)
    height = 196 + height_of(notes, SMALL)
    pen.box(Rect(MARGIN, top, INNER, height), "#dfe6ee", stroke=INK, corner=16)
    pen.box(Rect(MARGIN, top + 20, INNER, 40), DARK, corner=0)
    pen.box(Rect(MARGIN + 20, top + 74, 180, 28), CARD, stroke=LINE, corner=3)
    for at in range(3):
        pen.box(Rect(MARGIN + 214 + at * 24, top + 78, 20, 20), "#b5bcc6", corner=9)
    foot = pen.paragraph(lines, MARGIN + 20, top + 116, SMALL, color=INK)
    numbers = pen.fitted(each.value, each.place, INNER - 60, LARGE, weight=BOLD, most=1)
    pen.icon("ring", MARGIN + 20, foot + 3, 24)
    pen.paragraph(numbers, MARGIN + 52, foot, LARGE, weight=BOLD)
    pen.mark(each.id, Rect(MARGIN + 12, top + 110, INNER - 24, foot + 34 - top - 110), each.text)
    pen.paragraph(notes, MARGIN + 20, foot + 36, SMALL, color=SOFT)
    return top + height


@THINGS.add("notice", "id note", needs="note")
def notice(pen: Pen, each: Element, top: float) -> float:
    """A sheet of paper, as on a wall or from an office."""
    lines = pen.fitted(each.text, each.place, INNER - 56, LARGE, weight=BOLD, most=3)
    notes = pen.fitted(each.note, each.place, INNER - 56, BODY, most=12)
    height = height_of(lines, LARGE) + height_of(notes) + 44
    rect = Rect(MARGIN + 8, top, INNER - 16, height)
    pen.box(rect, "#fffdf2", stroke=SOFT, corner=2)
    foot = pen.paragraph(lines, WIDTH / 2, top + 16, LARGE, weight=BOLD, anchor="middle")
    pen.paragraph(notes, MARGIN + 28, foot + 8)
    pen.mark(each.id, rect, each.text)
    return top + height


SIDES = {"up": 70, "down": 132, "power": 210}
"""The keys at the right side of a telephone → how far from its upper edge."""


@THINGS.add("phone", "id icon items", item_looks=" ".join(SIDES), items=(0, 3))
def phone(pen: Pen, each: Element, top: float) -> float:
    """The telephone from outside: keys for louder, quieter and power at its side."""
    height = 330
    lines = pen.fitted(each.text, each.place, 130, BODY, most=5)
    rect = Rect(84, top, 170, height)
    pen.box(rect, DARK, corner=24)
    pen.box(Rect(94, top + 16, 150, height - 32), PAPER, corner=12)
    if each.icon:
        pen.icon(each.icon, 139, top + 60, 60)
    pen.paragraph(lines, 169, top + 140, anchor="middle")
    pen.mark(each.id, Rect(94, top + 16, 150, height - 32), each.text)
    for item in each.items:
        at = top + SIDES[item.look or "up"]
        pen.box(Rect(255, at, 12, 48), SOFT, stroke=INK, corner=4)
        names = pen.fitted(item.text, item.place, 72, SMALL, weight=BOLD, most=2)
        pen.paragraph(names, 276, at + 24 - height_of(names, SMALL) / 2, SMALL, weight=BOLD)
        pen.mark(item.id, Rect(250, at - 5, 104, 56), item.text)
    return top + height


@THINGS.add("slider", "id note value", values="1 2 3 4 5", needs="value")
def slider(pen: Pen, each: Element, top: float) -> float:
    """How large or loud, from 1 to 5, with an example below (`note`) in letters of that size."""
    lines = pen.fitted(each.text, each.place, INNER, BODY, weight=BOLD, most=2)
    at = int(each.value or 1)
    size = 13 + 3 * at
    notes = pen.fitted(each.note, each.place, INNER - 2 * PAD, size, most=4)
    foot = pen.paragraph(lines, MARGIN, top, weight=BOLD) + 10
    pen.write("A", MARGIN + 6, foot + 20, 16)
    pen.write("A", WIDTH - MARGIN - 26, foot + 22, 28, weight=BOLD)
    left, wide = MARGIN + 34, INNER - 78
    pen.box(Rect(left, foot + 11, wide, 5), SOFT, corner=2)
    pen.disc(left + (at - 1) / 4 * wide, foot + 13, 13, MAIN)
    pen.mark(each.id, Rect(MARGIN, foot - 6, INNER, 40), each.text)
    if not notes:
        return foot + 34
    pen.box(Rect(MARGIN, foot + 42, INNER, height_of(notes, size) + 20), CARD, stroke=LINE)
    return pen.paragraph(notes, MARGIN + PAD, foot + 52, size) + 10


@THINGS.add("windows", "items", items=(2, 3), needs="items")
def windows(pen: Pen, each: Element, top: float) -> float:
    """Apps that are open, as small screens side by side."""
    for item, (left, width) in zip(each.items, columns(len(each.items), MARGIN, INNER), strict=True):
        rect = Rect(left, top, width, 250)
        pen.box(rect, CARD, stroke=SOFT, corner=14)
        names = pen.fitted(item.text, item.place, width - 12, SMALL, weight=BOLD, most=3)
        pen.icon(item.icon or "square", left + width / 2 - 20, top + 20, 40)
        foot = pen.paragraph(names, left + width / 2, top + 70, SMALL, weight=BOLD, anchor="middle")
        while foot + 24 < top + 240:
            pen.box(Rect(left + 12, foot + 10, width - 24, 8), "#e2dad7", corner=4)
            foot += 22
        pen.mark(item.id, rect, item.text)
    return top + 250


@THINGS.add("wheel", "id note")
def wheel(pen: Pen, each: Element, top: float) -> float:
    """A wheel of prizes, as those who lure people draw it."""
    x, y, radius = WIDTH / 2, top + 108, 100
    pen.disc(x, y, radius, AMBER, stroke=INK)
    for path in (f"M{x} {y}L{x} {y - radius}A{radius} {radius} 0 0 1 {x + 70.7:g} {y - 70.7:g}z",
                 f"M{x} {y}L{x + radius} {y}A{radius} {radius} 0 0 1 {x + 70.7:g} {y + 70.7:g}z",
                 f"M{x} {y}L{x} {y + radius}A{radius} {radius} 0 0 1 {x - 70.7:g} {y + 70.7:g}z",
                 f"M{x} {y}L{x - radius} {y}A{radius} {radius} 0 0 1 {x - 70.7:g} {y - 70.7:g}z"):  # fmt: skip
        pen.path(path, RED, stroke=INK)
    pen.disc(x, y, 26, CARD, stroke=INK)
    pen.icon("gift", x - 15, y - 15, 30)
    pen.path(f"M{x - 12} {top}h24l-12 24z", INK)
    lines = pen.fitted(each.text, each.place, INNER, LARGE, weight=BOLD, most=2)
    notes = pen.fitted(each.note, each.place, INNER, BODY, most=3)
    foot = pen.paragraph(lines, x, top + 218, LARGE, weight=BOLD, color=RED, anchor="middle")
    end = pen.paragraph(notes, x, foot, anchor="middle")
    pen.mark(each.id, Rect(MARGIN, top, INNER, end - top), each.text)
    return end
