"""Invitations on paper: cards to cut out, one for each woman of a list, and the poster for the meeting room. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.prints.pages import Block, Page, cards, foot, heading, large_qr, name, paragraph, steps, title

TITLE = "Mã mời"
ACROSS = 2  # cards beside one another
CARD_STEP = "Soi mã vuông bằng máy ảnh hay Zalo, bấm vào đường dẫn."
CARD_NOTE = "Mã của riêng một người, dùng một lần, tới {day}."
POSTER_STEPS = (
    "Mở máy ảnh hay Zalo, đưa vào mã vuông này.",
    "Bấm vào đường dẫn hiện ra. Không phải tải gì, không phải nhớ mật khẩu.",
    "Bấm “Đồng ý”, nói tên, rồi học bài đầu. Kẹt ở đâu gõ “giúp”.",
)


@dataclass(frozen=True, slots=True)
class CodeCard:
    """What stands on one card: `link` is what a phone reads from its square, `address` what is typed where it
    cannot; "" for none."""

    name: str
    place: str
    code: str
    link: str
    address: str = ""


def sheet(codes: Sequence[CodeCard], union: str, day: str) -> Page:
    """All cards on A4, ten a page; `day` is until when the codes can be used."""
    return Page("A4", (*_rows(codes, CARD_NOTE.format(day=day)), foot(union)), long=True)


def _rows(codes: Sequence[CodeCard], note: str) -> Iterator[Block]:
    for at in range(0, len(codes), ACROSS):
        yield cards(
            [
                {"qr": each.link, "name": each.name, "place": each.place, "code": each.code,
                 "lines": [*_steps(each), note]}
                for each in codes[at : at + ACROSS]
            ]
        )  # fmt: skip


def _steps(card: CodeCard) -> Iterator[str]:
    if card.link:
        yield CARD_STEP
    opened = f"mở {card.address}" if card.address else "hỏi cán bộ Hội trang nào, mở trang ấy"
    yield f"Không soi được: {opened} rồi gõ mã." if card.link else f"{opened[0].upper()}{opened[1:]} rồi gõ mã."


def poster(tutor: str, union: str, address: str) -> Page:
    """One page for the wall: the square that leads to the tutor, and three steps."""
    blocks = [
        title(f"Học dùng điện thoại cùng {tutor}"), paragraph(union, center=True), large_qr(address),
        name(address), heading("Ba bước"), steps(POSTER_STEPS, 17),
        paragraph("Không bao giờ hỏi mật khẩu, mã OTP hay tiền. Ai hỏi là không phải Cầm Tay.", center=True),
    ]  # fmt: skip
    return Page("A4", tuple(blocks), frame=True)
