"""Transcripts as text: read, written down again the same, and refused with the line where they cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from flows.transcript import Act, Head, Player, Transcript, TranscriptInvalid, Turn, parse, play
from tests.support.builders import book, lesson

TEXT = """\
# thu · Lan, {bà}/{con} · 2026-01-05 08:00 +07 · telegram · xa=Phú Lý
bot      Chào bà Lan!

         Xã Phú Lý.
         [Tiếp] [Một nút khác]
learner  xg r
bot      Một
bot      Hai
         ba
= secret masked: otp
— 1 day passes —
— 2 hours pass —
bot      Bà ơi
learner  [Tiếp]
learner  (sticker)
= run ended: completed · points 0
"""


def test_a_transcript_is_written_down_as_it_was_read():
    assert str(parse(TEXT, "thu")) == TEXT


def test_what_was_read():
    read = parse(TEXT, "khac")
    at = datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=7)))
    assert read.head == Head("thu", "Lan", "bà/con", at, "telegram", {"xa": "Phú Lý"})
    assert read.opening == Turn(("Chào bà Lan!\n\nXã Phú Lý.",), ("Tiếp", "Một nút khác"))
    assert [act for act, _ in read.exchanges] == [
        Act("say", "xg r"),
        Act("wait", wait_s=86_400),
        Act("wait", wait_s=7_200),
        Act("tap", "Tiếp"),
        Act("send", "sticker"),
    ]
    assert read.exchanges[0][1] == Turn(("Một", "Hai\nba"), (), ("secret masked: otp",))


def test_vietnamese_pauses_and_comments_are_read():
    read = parse("# thu\nbot      A\n# một ghi chú\n— 3 ngày trôi qua —\n— 5 phút trôi qua —\n", "thu")
    assert [act.wait_s for act, _ in read.exchanges] == [3 * 86_400, 300]


def test_without_a_head_the_folder_names_the_lesson():
    assert parse("bot      A\n", "thu").head == Head("thu")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# thu\nxin chào\n", "dòng 2"),
        ("# thu · Lan, {ông}/{cháu}\n", "cách gọi"),
        ("# thu\n— lâu —\n", "dòng 2"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, said: str):
    with pytest.raises(TranscriptInvalid, match=said):
        parse(text, "thu")


@pytest.mark.parametrize("seconds", [60, 300, 3600, 7200, 86_400, 172_800])
def test_pauses_are_spelt_so_that_they_are_read_again(seconds: int):
    act = Act("wait", wait_s=seconds)
    ((read, _),) = parse(f"# thu\n{act}\n", "thu").exchanges
    assert read == act
    assert ("1 " in str(act)) is (seconds in (60, 3600, 86_400))


def test_lines_are_the_same_however_the_bubbles_are_cut():
    assert Turn(("Một\n\nHai", "Ba")).lines == Turn(("Một", "Hai\nBa")).lines == ("Một", "Hai", "Ba")


def test_a_missing_button_is_said():
    steps = "- {say: s, text: Chào, wait_tap: Tiếp}\n- end: het"
    player = Player(book(lesson(steps)), Head("thu"))
    player.begin()
    with pytest.raises(TranscriptInvalid, match=r"không có nút \[Khác\]; đang có \[Tiếp\]"):
        player.do(Act("tap", "Khác"))


def test_play_gives_what_is_said_now():
    steps = '- {say: s, text: "Chào {chị} {ten}", wait_tap: Tiếp}\n- {end: het, text: Hết}'
    old = parse("# thu · Lan, {chị}/{em}\nbot      Câu cũ\nlearner  tiếp\nbot      Cũ nữa\n", "thu")
    played = play(book(lesson(steps)), old)
    assert isinstance(played, Transcript)
    assert played.opening.texts == ("Chào chị Lan",)
    assert played.exchanges[0][1] == Turn(("Hết",), (), ("run ended: completed · points 0",))
