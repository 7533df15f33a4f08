"""What of a lesson is to be recorded, for whom, and which recordings still say what it says."""

from __future__ import annotations

from pathlib import Path

from flows.run import ADDRESSES
from flows.shelf.voice_lines import VoiceLine, lines_of, recording_name, recordings_in, states, unused
from tests.support.builders import lesson, shelf

STEPS = """
- {say: mo, text: "Đi ra ngoài đường.", wait_tap: Tiếp, more: ["Chào {chị} {ten}."]}
- {ask: ai, text: "Tên gì?", save: con}
- {say: goi, text: "{con} ngoan, gọi {so}.", wait_tap: Tiếp}
- task: lam
  text: "Bấm thử {nhé}."
  image: {src: a.png, alt: "Một hình"}
  stuck: {hints: ["Nhìn lại."]}
- quiz: hoi
  text: "Ai hỏi?"
  voice: {file: hoi.aac, spoken: "Ai hỏi đó?"}
  options: [{id: a, text: Một, right: true, say: "{Dạ}, đúng."}, {id: b, text: Hai, say: Chưa}]
- {end: het, text: "Hết rồi."}
"""


def line(key: str, words: str) -> VoiceLine:
    return VoiceLine("thu", key, words, tuple(ADDRESSES))


def test_every_text_hint_and_option_has_a_line_for_each_way_it_sounds() -> None:
    found = list(lines_of(lesson(STEPS), {"so": "113"}))
    said = {key: [each.words for each in found if each.key == key] for key in dict.fromkeys(each.key for each in found)}
    assert said["mo.text"] == ["Đi ra ngoài đường."] and said["mo.wait_tap"] == ["Tiếp"]
    assert said["mo.more.0"] == [f"Chào {who}." for who in dict.fromkeys(her for her, _ in ADDRESSES.values())], (
        "by nobody's name"
    )
    assert said["lam.text"] == ["Bấm thử nha.", "Bấm thử nhé."]
    assert said["lam.stuck.hints.0"] == ["Nhìn lại."]
    assert said["hoi.options.a.say"] == ["Dạ, đúng.", "Đúng."]
    assert "goi.text" not in said, "what holds an answer sounds as many ways as there are answers"
    assert "hoi.text" not in said, "the editor has named a recording"
    assert not any("alt" in key or "spoken" in key for key in said)
    (north,) = [each for each in found if each.words == "Bấm thử nhé."]
    assert north.addresses == ("bác/cháu", "cô/cháu") and not north.is_for_all


def test_every_form_of_address_has_a_recording_of_every_text_of_the_real_lessons() -> None:
    numbers: dict[str, str] = {}
    for each in shelf().good.values():
        found = list(lines_of(each, {}))
        for key in {found_line.key for found_line in found}:
            addresses = sorted(a for found_line in found if found_line.key == key for a in found_line.addresses)
            assert addresses == sorted(ADDRESSES), (each.id, key)
        for found_line in found:
            assert numbers.setdefault(found_line.number, found_line.digest) == found_line.digest, "a number is one line"


def test_what_was_recorded_is_out_of_date_once_its_words_change(tmp_path: Path) -> None:
    old, same, gone = line("mo.text", "Chào chị."), line("lam.text", "Bấm đi."), line("cu.text", "Bỏ rồi.")
    for each in (old, same, gone):
        (tmp_path / recording_name(each, "m4a")).write_bytes(b"x")
    (tmp_path / "ghi-chu.txt").write_text("x")
    (tmp_path / "mo.text.m4a").write_bytes(b"x")
    recordings = recordings_in(tmp_path)
    assert {(each.lesson, each.key) for each in recordings} == {
        ("thu", "mo.text"), ("thu", "lam.text"), ("thu", "cu.text"),
    }  # fmt: skip
    now = [line("mo.text", "Chào cô."), same, line("khac.text", "“Bấm đi”"), line("moi.text", "Mới.")]
    assert [state for _, state in states(now, recordings)] == ["stale", "recorded", "recorded", "missing"]
    assert {each.key for each in unused(now, recordings)} == {"mo.text", "cu.text"}


def test_another_form_of_address_is_missing_not_stale(tmp_path: Path) -> None:
    found = list(lines_of(lesson("- {end: het, text: 'Chào {chị}.'}"), {}))
    (tmp_path / recording_name(found[0], "m4a")).write_bytes(b"x")
    assert [state for _, state in states(found, recordings_in(tmp_path))] == ["recorded"] + ["missing"] * (
        len(found) - 1
    )


def test_no_folder_has_no_recordings(tmp_path: Path) -> None:
    assert recordings_in(tmp_path / "none") == []
