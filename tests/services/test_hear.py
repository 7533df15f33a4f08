"""`./camtay hear`: a line out for a line in, and what it says is what the conversation does."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.cli.hearing import hear
from bot.conversation.understanding import Overheard
from bot.errors import CamtayError
from bot.settings import load
from flows.words.ear.voices import read_voice
from tests.support.builders import LESSONS, real_book
from tests.support.harness import Learner, tutor

ROOT = LESSONS.parent
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@cache
def overheard() -> Overheard:
    return Overheard(real_book(), NOW)


def said(text: str, **more: str) -> dict[str, Any]:
    return overheard().line(json.dumps({"text": text, **more}, ensure_ascii=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tôi bị lừa chuyển 5 triệu rồi con ơi", {"emergency": "ring", "command": None, "topics": [], "answers": []}),
        ("muốn chết quá", {"emergency": "ring", "topics": []}),
        ("hôm qua coi tivi thấy người ta bị lừa mất tiền", {"emergency": "ask"}),
        ("dạ cho em hỏi mã OTP là gì", {"emergency": "quiet", "command": None}),
        ("cho bà nói chuyện với người thật", {"emergency": "quiet", "command": "human", "topics": [], "answers": []}),
        ("giúp. cảm ơn con", {"command": "human"}),
        ("xóa dữ liệu. cảm ơn con", {"command": "delete_data", "topics": []}),
        ("đừng nhắn cho tôi nữa", {"command": "silence"}),
        ("đừng nhắc chị nữa", {"command": "silence"}),
        ("khỏi nhắc tui nữa", {"command": "silence"}),
        ("tắt nhắc nhở giùm chị", {"command": "silence"}),
        ("xóa hết dữ liệu của bà", {"command": "delete_data"}),
        ("rút đồng ý. cám ơn", {"command": "withdraw"}),
        ("rut lai su dong y cua toi", {"command": "withdraw"}),
        ("chị rút lại đồng ý", {"command": "withdraw"}),
        ("danh sach", {"emergency": "quiet", "command": "menu"}),
        ("em giúp được gì cho chị", {"command": "abilities"}),
        ("dì rảnh rồi muốn học bài đó con", {"command": "menu", "topics": [], "answers": []}),
        ("delete my data", {"command": "delete_data"}),
        ("mã otp của tui là 482913", {"masked": ["otp"], "stored": "mã otp của tui là •••"}),
        ("giá vàng hôm nay bao nhiêu", {"emergency": "quiet", "topics": [], "answers": []}),
    ],
)
def test_a_message_is_told_as_it_is_understood(text: str, expected: dict[str, Any]):
    told = said(text)
    assert {key: told[key] for key in expected} == expected


def test_a_question_names_its_lesson_and_an_answer():
    told = said("đi khám bệnh mà quên thẻ bảo hiểm giấy thì sao")
    assert told["topics"][0] == "V4" and told["answers"] and told["answers"][0].startswith("v4-")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("năm chục ngàn", "money", 50_000),
        ("khoảng 50k thôi", "money", 50_000),
        ("bảy chục", "money", 70_000),
        ("dạ 3 nha con", "number", 3),
        ("ba mươi mấy", "number", None),
        ("5/3/62", "date", "1962-03-05"),
        ("sinh năm 1962", "date", "1962"),
        ("+84 901 234 567", "phone", "0901234567"),
        ("01234567890", "phone", None),
    ],
)
def test_values_are_those_of_the_lessons(text: str, kind: str, value: object):
    assert said(text, **{"as": kind})["value"] == value


@pytest.mark.parametrize(
    ("text", "side", "relay"),
    [
        ("Chị bấm nút ở dưới nha", "instructor", "pass"),
        ("Chị cho em số căn cước để em điền hồ sơ giùm", "instructor", "block"),
        ("Trạm y tế xã: 02513 861 115", "instructor", "pass"),
        ("lệ phí 50.000đ ở xã", "instructor", "pass"),
        ("chị đọc mã OTP cho em", "instructor", "report"),
        ("mật khẩu của chị là hoahong99", "learner", "block"),
    ],
)
def test_what_passes_between_two_is_the_relay_s(text: str, side: str, relay: str):
    assert said(text, **{"from": side})["relay"] == relay


@pytest.mark.parametrize(
    ("at", "text", "does"),
    [
        ("M0/mo_dau", "ừa tiếp đi con", "next"),
        ("m0-khoi-dong/tro_lai", "vô lại được rồi nghen", "done"),
        ("M0/tro_lai", "bữa nay hổng rảnh để mai ra chợ", "later"),
        ("M0/tro_lai", "nói lại đi con", "again"),
        ("M0/tro_lai", "danh sách bài", "menu"),
        ("M0/tro_lai", "dì muốn học cho biết", "again"),
        ("M0/tro_lai", "cho bà gặp người thật", "human"),
        ("M0/tro_lai", "tui bị lừa chuyển hết tiền rồi", "emergency"),
        ("M0/tro_lai", "có ông công an gọi kêu tui chuyển tiền", "ask"),
        ("M0/tro_lai", "quên thẻ bảo hiểm giấy có khám được hông", "answer"),
        ("T2/hoi_so_tien", "năm chục ngàn", "nam_muoi"),
        ("L6/viec_2", "khó quá con ơi", "again"),
        ("L6/viec_2", "nút ở đâu", "again"),
        ("L6/viec_2", "nhầm rồi, không phải tôi", "back"),
        ("L6/viec_2", "cho tôi nói chuyện với người thật", "human"),
    ],
)
def test_at_a_step_it_tells_what_the_words_do(at: str, text: str, does: str):
    assert said(text, at=at)["does"] == does


@pytest.mark.parametrize(
    "line",
    [
        "", "không phải json", "[" * 100_000, "[]", '"text"', '{"text": 3}', '{"txt": "a"}',
        '{"text": "a", "as": "weight"}',
        '{"text": "a", "from": "thief"}', '{"text": "a", "at": "Z9/x"}', '{"text": "a", "at": 7}',
        '{"text": "a", "at": "M0/khong"}',
    ],
)  # fmt: skip
def test_a_faulty_line_gets_its_reason(line: str):
    told = overheard().line(line)
    assert list(told) == ["error"] and told["error"]


def test_a_line_out_for_every_line_in(tmp_path: Path):
    lines = ['{"text": "xong"}', "hỏng", '{"text": "tôi bị lừa rồi"}', '{"text": ""}']
    out = io.BytesIO()
    settings = load(ROOT / "config.yaml", {}, {"lessons.dir": str(LESSONS)})
    assert hear(settings, "-", io.BytesIO("\n".join(lines).encode()), out, NOW) == 0
    told = [json.loads(line) for line in out.getvalue().decode().splitlines()]
    assert len(told) == len(lines)
    assert "error" in told[1] and told[2]["emergency"] == "ring" and told[3]["emergency"] == "quiet"
    bom = io.BytesIO()
    assert hear(settings, "-", io.BytesIO(b"\xef\xbb\xbf" + "\n".join(lines).encode()), bom, NOW) == 0
    assert bom.getvalue() == out.getvalue()
    with pytest.raises(CamtayError, match="không mở được"):
        hear(settings, str(tmp_path), io.BytesIO(), io.BytesIO(), NOW)
    file, again = tmp_path / "lines.jsonl", io.BytesIO()
    file.write_text("\n".join(lines), "utf-8")
    assert hear(settings, str(file), io.BytesIO(), again, NOW) == 0 and again.getvalue() == out.getvalue()


# --- what it says is what the chat does ------------------------------------------------------------------


def heard_in_chat(lan: Learner) -> str:
    """Which level the conversation showed: the emergency lesson, the one question, or neither."""
    labels = {label for message in lan.turn for label in message.labels}
    if "Không phải, tôi nhắn lộn" in labels:
        return "ring"
    return "ask" if {"Đúng rồi, tôi bị", "Lỡ rồi"} & labels else "quiet"


async def test_two_hundred_sentences_are_heard_alike_in_the_web_chat(tmp_path: Path):
    texts = [
        each.text
        for path in sorted((LESSONS / "voices" / "unseen").glob("*.tsv"))
        for each in list(read_voice(path.read_bytes(), path.name))[::5]
        if len(each.text) < 200
    ][:200]
    assert len(texts) == 200
    async with tutor(tmp_path, real_book()) as t:
        people = [await t.learner(str(at)).meets() for at in range(5)]
        for at, text in enumerate(texts):
            lan = people[at % 5]
            await lan.tap_token("g:mistake")
            await lan.tap_token("g:menu")
            await lan.say(text)
            told = said(text)
            expected = "quiet" if told["command"] and told["emergency"] == "ask" else told["emergency"]
            assert heard_in_chat(lan) == expected, text
