"""The process that listens, as it is: what phones record is read, what is no recording is refused, nothing is kept."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest

from bot.channels.base import Spoken
from bot.voice import child
from bot.voice.child import LONGEST_S, RATE, Refused, decoded
from bot.voice.extra import listener, missing
from bot.voice.transcriber import Transcriber
from tests.support.phones import PHONES, recorded


def tone(seconds: float, hertz: float = 440.0) -> np.ndarray:
    return (8_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


@pytest.mark.parametrize("phone", PHONES)
def test_what_phones_record_is_read_whole(phone: str):
    samples = decoded(recorded(tone(2.0), *PHONES[phone]))
    assert abs(len(samples) - 2 * RATE) < RATE // 10
    heard = np.abs(np.fft.rfft(samples[RATE // 2 : RATE + RATE // 2]))
    assert abs(int(heard.argmax()) - 440) < 3, "it is the tone that was played"


@pytest.mark.parametrize("phone", ["an old phone", "Zalo"])
def test_more_than_a_minute_is_too_long_whatever_it_says_of_itself(phone: str):
    assert len(decoded(recorded(tone(LONGEST_S - 1), *PHONES[phone])))
    with pytest.raises(Refused, match="long"):
        decoded(recorded(np.zeros(RATE * (LONGEST_S + 3), np.int16), *PHONES[phone]))


@pytest.mark.parametrize(
    "start", [*(b"\0" * at + magic for at, magic, _ in child.CONTAINERS), b"\xff\xf1", b"\xff\xfb"]
)
def test_what_only_begins_like_a_recording_is_refused(start: bytes):
    with pytest.raises(Refused):
        decoded(start + os.urandom(20_000))
    with pytest.raises(Refused):
        decoded(start)


@pytest.mark.parametrize(
    "sound",
    [b"", b"a", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n", b"\0" * 500],
)
def test_lists_of_addresses_and_whatever_else_are_never_opened(sound: bytes):
    with pytest.raises(Refused, match="broken"):
        decoded(sound)


def test_a_recording_cut_short_and_a_film_without_sound_are_broken():
    whole = recorded(tone(2.0), *PHONES["iPhone"])
    with pytest.raises(Refused):
        decoded(whole[: len(whole) // 2])
    film = io.BytesIO()
    with av.open(film, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=5)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for each in [av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24"), None]:
            file.mux(stream.encode(each))
    with pytest.raises(Refused, match="broken"):
        decoded(film.getvalue())


@pytest.mark.parametrize("samples", [np.zeros(RATE, np.int16), tone(0.05)])
def test_silence_and_a_click_say_nothing(samples: np.ndarray):
    with pytest.raises(Refused, match="silent"):
        decoded(recorded(samples, *PHONES["a computer"]))


@pytest.fixture
async def transcriber() -> AsyncIterator[Transcriber]:
    made = Transcriber(listener())
    yield made
    await made.close()


async def test_the_real_process_answers_each_in_its_turn_and_keeps_to_itself(transcriber: Transcriber, tmp_path: Path):
    assert missing() == [], "the environment of the tests has the extra"
    assert await transcriber.hear(b"no recording") == Spoken(fault="broken")
    quiet = recorded(np.zeros(RATE, np.int16), *PHONES["Telegram"])
    assert await transcriber.hear(quiet) == Spoken(fault="silent")
    heard = await transcriber.hear(recorded(tone(1.0), *PHONES["Chrome"]))
    assert heard.words or heard.fault == "silent", "a tone may sound like a word"
    process = transcriber._process
    assert process is not None
    if sys.platform == "linux":
        status = Path(f"/proc/{process.pid}/limits").read_text()
        assert any(line.split()[:4] == ["Max", "file", "size", "0"] for line in status.splitlines())
        space = next(line.split()[3] for line in status.splitlines() if line.startswith("Max address space"))
        assert int(space) == child.MEMORY
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= child.NICENESS
        files = {os.path.realpath(each) for each in Path(f"/proc/{process.pid}/fd").iterdir()}
        assert not [each for each in files if each.startswith(("/tmp", str(tmp_path)))]
    process.kill()
    assert await transcriber.hear(quiet) == Spoken(fault="silent"), "another was started"
    orphan = transcriber._process
    assert orphan is not None and orphan.stdin is not None
    orphan.stdin.close()  # as when the tutor is killed
    async with asyncio.timeout(10):
        assert await orphan.wait() == 0


def test_the_tutor_imports_nothing_of_it():
    loaded = {name.partition(".")[0] for name in _modules_of("import bot.app")}
    assert loaded.isdisjoint({"av", "numpy", "vietasr", "cffi"})


def _modules_of(code: str) -> list[str]:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(' '.join(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()
