"""What most screens are made of: bars, rows, tiles, buttons, fields, texts."""

from __future__ import annotations

from flows.scenes.element import Element, Item, Kinds
from flows.scenes.lettering import BOLD, REGULAR
from flows.scenes.pen import (
    AMBER,
    BLUE,
    BODY,
    CARD,
    GAP,
    GREEN,
    HUGE,
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

PLAIN = Kinds()

BUTTON = 50  # height of a button and of everything that is tapped: more than a fingertip

GROUNDS = {"main": (MAIN, "#fff"), "plain": (CARD, MAIN), "danger": (RED, "#fff"), "good": (GREEN, "#fff"),
           "faint": ("#ded6d2", SOFT)}  # fmt: skip
"""Look of a button → its ground and its letters."""


@PLAIN.add("title", "id back icon note", wide=True)
def title(pen: Pen, each: Element, top: float) -> float:
    """The bar at the head of an app: an arrow back, its name, a sign at the right."""
    left = 60 if each.back else MARGIN
    lines = pen.fitted(each.text, each.place, WIDTH - left - (48 if each.icon else MARGIN), LARGE, weight=BOLD, most=2)
    notes = pen.fitted(each.note, each.place, WIDTH - left - 48, SMALL, most=1)
    height = max(52, height_of(lines, LARGE) + height_of(notes, SMALL) + 18)
    pen.box(Rect(0, top, WIDTH, height), MAIN, corner=0)
    if each.back:
        pen.icon("back", 12, top + height / 2 - 14, 28, "#fff")
        pen.mark(each.back, Rect(4, top + 4, 42, height - 8), "mũi tên quay lại")
    foot = pen.paragraph(
        lines,
        left,
        top + (height - height_of(lines, LARGE) - height_of(notes, SMALL)) / 2,
        LARGE,
        weight=BOLD,
        color="#fff",
    )
    pen.paragraph(notes, left, foot, SMALL, color="#fff")
    if each.icon:
        pen.icon(each.icon, WIDTH - 40, top + height / 2 - 13, 26, "#fff")
        pen.mark(each.id, Rect(WIDTH - 48, top + 4, 44, height - 8), each.text)
    else:
        pen.mark(each.id, Rect(left - 4, top + 4, WIDTH - left - 4, height - 8), each.text)
    return top + height


@PLAIN.add("row", "id icon note value", looks="plain strong faint bare")
def row(pen: Pen, each: Element, top: float) -> float:
    """A line that can be tapped: a sign, a text, what it says at the right, a hook (`bare`: none, it leads nowhere)."""
    left = MARGIN + PAD + (38 if each.icon else 0)
    right = WIDTH - MARGIN - PAD - 18
    value = pen.fitted(each.value, each.place, 130, SMALL, weight=BOLD, most=2)
    room = right - left - (longest(value, SMALL, BOLD) + 8 if value else 0)
    weight = REGULAR if each.look == "faint" else BOLD
    lines = pen.fitted(each.text, each.place, room, BODY, weight=weight, most=3)
    notes = pen.fitted(each.note, each.place, room, SMALL, most=3)
    height = max(56, height_of(lines) + height_of(notes, SMALL) + 20)
    rect = Rect(MARGIN, top, INNER, height)
    strong = each.look == "strong"
    pen.box(rect, CARD, stroke=MAIN if strong else LINE, wide=2.5 if strong else 1.5)
    if each.icon:
        pen.icon(each.icon, MARGIN + PAD - 2, top + height / 2 - 14, 28, SOFT if each.look == "faint" else MAIN)
    start = top + (height - height_of(lines) - height_of(notes, SMALL)) / 2 - 1
    foot = pen.paragraph(lines, left, start, weight=weight, color=SOFT if each.look == "faint" else INK)
    pen.paragraph(notes, left, foot, SMALL, color=SOFT)
    middle = top + (height - height_of(value, SMALL)) / 2
    pen.paragraph(value, right, middle, SMALL, weight=BOLD, color=SOFT, anchor="end")
    if each.look != "bare":
        pen.icon("back", WIDTH - MARGIN - 6, top + height / 2 + 9, -18, SOFT)
    pen.mark(each.id, rect, each.text)
    return top + height


@PLAIN.add("tiles", "items", looks="3 2 4", items=(2, 12), needs="items")
def tiles(pen: Pen, each: Element, top: float) -> float:
    """Signs in a grid with a name below each, as an app's home or a telephone's."""
    count = int(each.look or 3)
    gap = 8 if count == 4 else GAP
    size = SMALL if count > 2 else BODY
    for start in range(0, len(each.items), count):
        line = each.items[start : start + count]
        places = list(columns(count, MARGIN, INNER, gap))[: len(line)]
        texts = [pen.fitted(item.text, item.place, places[0][1] - 8, size, most=3) for item in line]
        height = 56 + max(height_of(lines, size) for lines in texts) + 6
        for item, lines, (left, width) in zip(line, texts, places, strict=True):
            rect = Rect(left, top, width, height)
            pen.box(rect, CARD, stroke=LINE)
            pen.icon(item.icon or "square", left + width / 2 - 17, top + 12, 34)
            pen.paragraph(lines, left + width / 2, top + 52, size, anchor="middle")
            pen.mark(item.id, rect, item.text)
        top += height + gap
    return top - gap


@PLAIN.add("button", "id icon", looks="main plain danger good faint")
def button(pen: Pen, each: Element, top: float) -> float:
    """A button from edge to edge."""
    return _button(pen, Item(place=each.place, text=each.text, id=each.id, icon=each.icon, look=each.look), top,
                   MARGIN, INNER)  # fmt: skip


@PLAIN.add("buttons", "items", item_looks="main plain danger good faint", items=(2, 3), needs="items")
def buttons(pen: Pen, each: Element, top: float) -> float:
    """Buttons side by side, all as high as the highest."""
    places = list(columns(len(each.items), MARGIN, INNER))
    return max(
        _button(pen, item, top, left, width, _tallest(pen, each, places[0][1]))
        for item, (left, width) in zip(each.items, places, strict=True)
    )


def _tallest(pen: Pen, each: Element, width: float) -> float:
    lines = (pen.fitted(item.text, item.place, width - 16, BODY, weight=BOLD, most=2) for item in each.items)
    return max(BUTTON, *(height_of(one) + 20 for one in lines))


def _button(pen: Pen, item: Item, top: float, left: float, width: float, least: float = BUTTON) -> float:
    ground, ink = GROUNDS[item.look or "main"]
    sign = 34 if item.icon else 0
    lines = pen.fitted(item.text, item.place, width - 16 - sign, BODY, weight=BOLD, most=2)
    height = max(least, height_of(lines) + 20)
    rect = Rect(left, top, width, height)
    pen.box(rect, ground, stroke=MAIN if item.look == "plain" else "", corner=12, wide=2)
    middle = left + width / 2 + sign / 2
    if item.icon:
        pen.icon(item.icon, middle - longest(lines, BODY, BOLD) / 2 - sign, top + height / 2 - 13, 26, ink)
    start = top + (height - height_of(lines)) / 2
    pen.paragraph(lines, middle, start, weight=BOLD, color=ink, anchor="middle")
    pen.mark(item.id, rect, item.text)
    return top + height


@PLAIN.add("field", "id icon note value")
def field(pen: Pen, each: Element, top: float) -> float:
    """A box to fill in: what belongs there above it, what stands in it (or a faint hint) inside."""
    names = pen.fitted(each.text, each.place, INNER, SMALL, weight=BOLD, most=2)
    inside = pen.fitted(each.value or each.note, each.place, INNER - 2 * PAD - (34 if each.icon else 0), BODY, most=3)
    foot = pen.paragraph(names, MARGIN, top, SMALL, weight=BOLD) + 2
    height = max(BUTTON, height_of(inside) + 20)
    pen.box(Rect(MARGIN, foot, INNER, height), CARD, stroke=SOFT, corner=8)
    start = foot + (height - height_of(inside)) / 2
    pen.paragraph(inside, MARGIN + PAD, start, color=INK if each.value else SOFT)
    if each.icon:
        pen.icon(each.icon, WIDTH - MARGIN - 38, foot + height / 2 - 13)
    pen.mark(each.id, Rect(MARGIN, top, INNER, foot + height - top), each.text)
    return foot + height


@PLAIN.add("search", "id icon", looks="search address")
def search(pen: Pen, each: Element, top: float) -> float:
    """A round box with a glass, or the address bar of a browser with a globe."""
    lines = pen.fitted(each.text, each.place, INNER - 66, BODY, most=3)
    height = max(BUTTON, height_of(lines) + 20)
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, CARD, stroke=SOFT, corner=25)
    pen.icon(each.icon or ("globe" if each.look == "address" else "search"), MARGIN + 14, top + height / 2 - 12, 24)
    pen.paragraph(lines, MARGIN + 48, top + (height - height_of(lines)) / 2)
    pen.mark(each.id, rect, each.text)
    return top + height


@PLAIN.add("text", "id", looks="plain bold large small faint center link")
def text(pen: Pen, each: Element, top: float) -> float:
    """Words on the ground of the screen."""
    size = {"large": LARGE, "small": SMALL}.get(each.look, BODY)
    weight = BOLD if each.look in ("bold", "large") else REGULAR
    color = {"faint": SOFT, "link": BLUE}.get(each.look, INK)
    lines = pen.fitted(each.text, each.place, INNER - 8, size, weight=weight)
    wide = longest(lines, size, weight)
    centered = each.look in ("center", "link", "large")
    left = (WIDTH - wide) / 2 if centered else MARGIN + 4
    foot = pen.paragraph(lines, WIDTH / 2 if centered else left, top, size, weight=weight, color=color,
                         anchor="middle" if centered else "start")  # fmt: skip
    if each.look == "link":
        pen.box(Rect(left, foot - 3, wide, 1.5), BLUE, corner=0)
    pen.mark(each.id, Rect(left - 6, top - 4, wide + 12, foot - top + 8), each.text)
    return foot


@PLAIN.add("pair", "id value", looks="plain strong", needs="value")
def pair(pen: Pen, each: Element, top: float) -> float:
    """A name and its value, as on a receipt; the value below where both do not fit side by side."""
    weight = BOLD if each.look == "strong" else REGULAR
    names = pen.fitted(each.text, each.place, INNER - 2 * PAD, SMALL, most=2)
    values = pen.fitted(each.value, each.place, INNER - 2 * PAD, BODY, weight=weight, most=3)
    height = height_of(names, SMALL) + height_of(values) + 14
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, CARD, stroke=MAIN if each.look == "strong" else LINE, corner=8)
    foot = pen.paragraph(names, MARGIN + PAD, top + 5, SMALL, color=SOFT)
    pen.paragraph(values, MARGIN + PAD, foot, weight=weight)
    pen.mark(each.id, rect, each.text)
    return top + height


@PLAIN.add("amount", "id note")
def amount(pen: Pen, each: Element, top: float) -> float:
    """Money in the largest letters, and in words below."""
    lines = pen.fitted(each.text, each.place, INNER - 2 * PAD, HUGE, weight=BOLD, most=1)
    notes = pen.fitted(each.note, each.place, INNER - 2 * PAD, BODY, most=2)
    height = height_of(lines, HUGE) + height_of(notes) + 20
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, CARD, stroke=LINE)
    foot = pen.paragraph(lines, WIDTH / 2, top + 8, HUGE, weight=BOLD, color=MAIN, anchor="middle")
    pen.paragraph(notes, WIDTH / 2, foot, color=SOFT, anchor="middle")
    pen.mark(each.id, rect, each.text)
    return top + height


@PLAIN.add("warning", "id note")
def warning(pen: Pen, each: Element, top: float) -> float:
    """A box in amber with the sign for danger."""
    lines = pen.fitted(each.text, each.place, INNER - 64, BODY, weight=BOLD, most=4)
    notes = pen.fitted(each.note, each.place, INNER - 64, BODY)
    height = max(56, height_of(lines) + height_of(notes) + 20)
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, AMBER, stroke=INK)
    pen.icon("warning", MARGIN + 10, top + 12, 32, INK)
    foot = pen.paragraph(lines, MARGIN + 52, top + 10, weight=BOLD)
    pen.paragraph(notes, MARGIN + 52, foot)
    pen.mark(each.id, rect, each.text)
    return top + height


@PLAIN.add("switch", "id icon note on")
def switch(pen: Pen, each: Element, top: float) -> float:
    """A setting that is on or off."""
    left = MARGIN + PAD + (38 if each.icon else 0)
    lines = pen.fitted(each.text, each.place, WIDTH - left - 92, BODY, weight=BOLD, most=3)
    notes = pen.fitted(each.note, each.place, WIDTH - left - 92, SMALL, most=3)
    height = max(56, height_of(lines) + height_of(notes, SMALL) + 20)
    rect = Rect(MARGIN, top, INNER, height)
    pen.box(rect, CARD, stroke=LINE)
    if each.icon:
        pen.icon(each.icon, MARGIN + PAD - 2, top + height / 2 - 14, 28)
    start = top + (height - height_of(lines) - height_of(notes, SMALL)) / 2 - 1
    pen.paragraph(notes, left, pen.paragraph(lines, left, start, weight=BOLD), SMALL, color=SOFT)
    pen.box(Rect(WIDTH - MARGIN - 64, top + height / 2 - 14, 52, 28), GREEN if each.on else "#8d8085", corner=14)
    pen.disc(WIDTH - MARGIN - (26 if each.on else 50), top + height / 2, 11, "#fff")
    pen.mark(each.id, rect, each.text)
    return top + height
