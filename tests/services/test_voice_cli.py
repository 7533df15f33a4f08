"""`./camtay voice`: what lacks, the list to read from, recordings taken from a folder and made alike."""

from __future__ import annotations

import io
import json
import unicodedata
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader

from bot.cli import recording
from bot.cli.main import main
from bot.voice.child import RATE
from bot.voice.judging import judged
from bot.voice.levelling import levelled
from bot.voice.transcriber import Transcriber
from flows.shelf.voice_lines import RECORDINGS, VoiceLine
from tests.services.test_library import LESSON, folder, put
from tests.support import listener, media
from tests.support.builders import facts
from tests.support.phones import PHONES, recorded

__all__ = ["folder"]  # the fixture

Output = pytest.CaptureFixture[str]


def hum(seconds: float, loud: float = 0.3) -> NDArray[np.int16]:
    """Swells like syllables do."""
    at = np.arange(round(seconds * RATE)) / RATE
    swelling: NDArray[np.float64] = loud * np.sin(2 * np.pi * 220 * at) * np.sin(np.pi * 3 * at) ** 2
    return (32_767 * swelling).astype(np.int16)


def still(seconds: float) -> NDArray[np.int16]:
    return np.zeros(round(seconds * RATE), np.int16)


def on(phone: str, *parts: NDArray[np.int16]) -> bytes:
    return recorded(np.concatenate(parts), *PHONES[phone])


def samples(sound: bytes) -> NDArray[np.float32]:
    with av.open(io.BytesIO(sound), "r") as file:
        assert [(each.codec_context.name, each.codec_context.layout.name) for each in file.streams.audio] == [
            ("aac", "mono")
        ]
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


# --- equally loud ------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone", PHONES)
def test_whoever_records_is_heard_as_loud_as_all_others(phone: str) -> None:
    quiet = levelled(on(phone, still(2), hum(3, 0.02), still(2)))
    loud = levelled(on(phone, still(0.3), hum(3, 0.9), still(0.1)))
    assert not quiet.fault and not loud.fault
    assert abs(quiet.seconds - 3.2) < 0.4 and abs(loud.seconds - 3.2) < 0.4, "silence at the ends is cut"
    levels = [20 * np.log10(np.sqrt(np.mean(samples(each.sound) ** 2))) for each in (quiet, loud)]
    assert abs(levels[0] - levels[1]) < 1.5, "dB"
    assert all(np.abs(samples(each.sound)).max() < 0.99 and len(each.sound) < 40_000 for each in (quiet, loud))


def test_what_is_no_recording_of_a_line_is_named() -> None:
    assert levelled(on("Zalo", still(3))).fault == "silent"
    assert levelled(on("iPhone", hum(2, 0.0002))).fault == "silent"
    assert levelled(media.aac(3_600)).fault == "long", "an hour"
    whole = on("iPhone", hum(2))
    for broken in (b"", b"x" * 900, whole[: len(whole) // 2], b"#EXTM3U\nhttps://lua.example/a.ogg\n"):
        assert levelled(broken).fault == "broken"
    assert not levelled(on("Chrome", hum(0.4))).fault, "one short word"


LINE = VoiceLine("mot", "chao.text", "Mã OTP không đọc cho ai cả.", ())


@pytest.mark.parametrize(
    ("heard", "outcome"),
    [
        ("say mã ô tê pê không đọc cho ai cả", "taken"),
        ("say mã ô tê không đọc ai cả", "taken"),
        ("say hôm nay đi chợ mua con cá về kho tiêu", "other"),
        ("fault silent", "other"),
    ],
)
async def test_another_text_is_noticed_where_somebody_listens(heard: str, outcome: str) -> None:
    class Says(Transcriber):
        """Hears what the test wants in any sound."""

        async def hear(self, sound: bytes):
            return await super().hear(heard.encode())

    transcriber = Says(listener.COMMAND)
    try:
        take = await judged(LINE, on("iPhone", hum(2.5)), {"OTP": "ô tê pê"}, transcriber)
        assert take.outcome == outcome
        again = await judged(LINE, on("iPhone", hum(2.5)), {}, transcriber, accept=True)
        assert again.outcome == "taken", "whoever recorded it knows"
    finally:
        await transcriber.close()


async def test_a_length_that_cannot_be_is_asked_about() -> None:
    assert (await judged(LINE, on("iPhone", hum(30)), {}, None)).outcome == "hurried"
    assert (await judged(LINE, on("iPhone", hum(0.4)), {}, None)).outcome == "hurried"
    assert (await judged(LINE, b"0" * 20_000_001, {}, None)).outcome == "long"


# --- the command -------------------------------------------------------------------------------------


def voice(capsys: Output, folder: Path, *typed: str) -> tuple[int, str]:
    code = main(["voice", typed[0], "--lessons", str(folder), *typed[1:]])
    said = capsys.readouterr()
    return code, said.out + said.err


def numbers(folder: Path, capsys: Output, *typed: str) -> dict[str, str]:
    _, said = voice(capsys, folder, "list", *typed)
    rows = (line.split("\t") for line in said.splitlines() if "\t" in line)
    return {words: number for number, words in rows}


def test_the_list_has_each_way_of_sounding_once_as_it_is_said(folder: Path, capsys: Output) -> None:
    found = numbers(folder, capsys)
    assert "[chị/em] Ai xin mã ô tê pê thì chị làm gì?" in found and "Tiếp" in found
    assert next(iter(found)) == "[chị/em] Chào chị, bản A." and len(set(found.values())) == len(found)
    everybody = numbers(folder, capsys, "--address", "chung")
    assert "Tiếp" in everybody and not any(words.startswith("[") for words in everybody)
    assert len(numbers(folder, capsys, "--address", "all")) > 2 * len(found)
    assert "[cô/con, cô/cháu] Chào cô, bản A." in numbers(folder, capsys, "hai", "--address", "cô/con")


def test_the_list_on_paper_is_whole(folder: Path, tmp_path: Path, capsys: Output) -> None:
    found = numbers(folder, capsys)
    assert voice(capsys, folder, "list", "--out", str(tmp_path / "thu.pdf"))[0] == 0
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "thu.pdf").pages)
    squeezed = "".join(text.split())
    assert unicodedata.is_normalized("NFC", text)
    assert all(number in squeezed and "".join(words.split()) in squeezed for words, number in found.items())
    assert voice(capsys, folder, "list", "--out", str(tmp_path / "thu.txt"))[0] == 0
    assert all(number in (tmp_path / "thu.txt").read_text("utf-8") for number in found.values())


def test_recordings_are_taken_counted_and_told_when_their_words_change(
    folder: Path, tmp_path: Path, capsys: Output
) -> None:
    found = numbers(folder, capsys)
    come = tmp_path / "come"
    come.mkdir()
    (come / f"{found['Tiếp']}.m4a").write_bytes(on("iPhone", hum(0.8)))
    (come / f"{found['[chị/em] Chào chị, bản A.'][:4]} {found['[chị/em] Chào chị, bản A.'][4:]} Lan.ogg").write_bytes(
        on("Telegram", hum(2))
    )
    (come / "ghi-chu.txt").write_text("không phải tiếng")
    assert take(come, folder, capsys) == (0, ["taken", "taken"])
    kept = sorted(path.name for path in (folder / RECORDINGS).iterdir())
    assert [name.rsplit(".", 2)[0] for name in kept] == ["mot.chao.text", "mot.chao.wait_tap"]
    code, said = voice(capsys, folder, "status", "--format", "json")
    told = json.loads(said)
    assert code == 1 and (told["recorded"], told["stale"], told["unused"]) == (2, 0, [])
    assert [each["recorded"] for each in told["lessons"]] == [2, 2], "the other lesson says the same"
    put(folder, "mot", LESSON.replace("bản A.", "bản mới."))
    put(folder, "hai", LESSON.replace("lesson: mot", "lesson: hai").replace("bản A.", "bản mới."))
    told = json.loads(voice(capsys, folder, "status", "mot", "--format", "json")[1])
    assert (told["recorded"], told["stale"], len(told["unused"])) == (1, 1, 1)
    assert "không còn câu nào dùng" in voice(capsys, folder, "status")[1]
    for number in numbers(folder, capsys).values():
        (come / f"{number}.wav").write_bytes(on("a computer", hum(3)))
    assert take(come, folder, capsys, accept=True)[0] == 1, "the old number is nobody's"
    code, said = voice(capsys, folder, "status")
    assert code == 0 and numbers(folder, capsys) == {}


def take(come: Path, folder: Path, capsys: Output, *, accept: bool = False) -> tuple[int, list[str]]:
    """As `voice add`, nobody listening."""
    code = recording.add(folder, facts(), come, print, accept=accept, as_json=True, listen=())
    return code, [each["outcome"] for each in json.loads(capsys.readouterr().out)]


def test_what_cannot_be_taken_is_one_sentence_each_and_the_others_are(
    folder: Path, tmp_path: Path, capsys: Output
) -> None:
    number, come = numbers(folder, capsys)["Tiếp"], tmp_path / "come"
    come.mkdir()
    sounds = {
        f"{number} dai.amr": on("an old phone", hum(90)),
        f"{number} hong.mp3": b"ID3" + b"\0" * 99,
        f"{number} im.m4a": on("iPhone", still(2)),
        f"{number} lau.m4a": on("iPhone", hum(20)),
        f"{number} trong.m4a": b"",
        "99.m4a": on("iPhone", hum(1)),
        "tiếng.m4a": on("iPhone", hum(1)),
        f"{number}{number}.m4a": on("iPhone", hum(1)),
    }
    for name, sound in sounds.items():
        (come / name).write_bytes(sound)
    assert take(come, folder, capsys) == (
        1, ["long", "broken", "silent", "hurried", "broken", "unknown", "unknown", "unknown"],
    )  # fmt: skip
    assert recording.add(folder, facts(), come, print, accept=False, as_json=False, listen=()) == 1
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 8 and all(line.split(":")[0] in sounds for line in said)
    assert not (folder / RECORDINGS).exists()


def test_what_is_typed_wrongly_is_one_sentence(folder: Path, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "trong").mkdir()
    for typed, told in (
        (("add", str(tmp_path / "khong")), "không đọc được"),
        (("add", str(tmp_path / "trong")), "không có tệp tiếng nào"),
        (("status", "mott"), "mot"),
        (("status", "--address", "ông/cháu"), "--address"),
        (("list", "--out", str(tmp_path / "a.docx")), ".pdf hay .txt"),
    ):
        code, said = voice(capsys, folder, *typed)
        assert (code, told in said, len(said.splitlines())) == (2, True, 1), said
    (folder / "aloud.yaml").write_text("OTP: [a]\n", "utf-8")
    assert "aloud.yaml" in voice(capsys, folder, "list")[1]
