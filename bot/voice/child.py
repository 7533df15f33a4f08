"""A process of its own: recordings on standard input, what they say on standard output.

Each recording is its length in 4 bytes (big-endian) and so many bytes; each answer a line of JSON, `{"words": …}` or
`{"fault": long, silent or broken}`. With the argument `level` it does not listen but makes each ready to be played: the
answer is `{"seconds": …, "size": …}` and so many bytes of M4A (mono, silence at the ends cut off, as loud as all
others). It ends with its input. Stands alone: neither the tutor nor its settings are
imported, and what is imported here the tutor never is.
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_S = 60
SHORTEST_S = 0.2  # "dạ" takes longer
RATE = 16_000  # samples a second, as the model learnt them
FAINTEST = 100  # of 32,767: a phone's microphone in a quiet room with nobody speaking gives more
MEMORY = 2_000_000_000  # bytes of address space; with the model 0.6 GB are in use
NICENESS = 10
LOG_NOTHING = 5

PLAYED_RATE = 48_000  # samples a second of what is kept; every phone plays it
LOUDNESS = -16.0  # LUFS (ITU-R BS.1770): what podcasts are set to, loud enough for a phone's own loudspeaker
QUIETEST = -50.0  # LUFS, of what is left after cutting: less is a room, not a voice
PEAK = 0.89  # of full scale, -1 dB: what an encoder adds still fits
BITS_A_SECOND = 48_000
WINDOW_S = 0.02
SPEECH = 0.02  # of the loudest window, -34 dB: the breath before a sentence is less
AROUND_S = 0.15  # left at both ends, so that no sound is cut

CONTAINERS = (
    (0, b"OggS", "ogg"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (4, b"ftyp", "mov"),
    (0, b"#!AMR", "amr"),
    (0, b"RIFF", "wav"),
    (0, b"caff", "caf"),
    (0, b"ID3", "mp3"),
)
"""Where a container says what it is. One that is not named here is never opened: among the formats that the decoder
knows are lists of addresses, which it would follow."""

CODECS = frozenset({"opus", "vorbis", "aac", "amr_nb", "amr_wb", "mp3", "alac", "pcm_s16le"})


class Refused(Exception):
    """What cannot be listened to; its name is the fault that is told."""


def main() -> None:
    """Listen until the input ends. What a recording does to the decoder ends the process at worst: the tutor starts
    another."""
    _limit()
    told = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever the libraries print is no answer
    (_level if sys.argv[1:] == ["level"] else _listen)(told)


def _listen(told: BinaryIO) -> None:
    from vietasr import Pipeline
    from vietasr.ffi import native

    native.lib.vietasr_set_log_level(LOG_NOTHING)
    pipeline = Pipeline.preset("transcribe")
    while (sound := _next(sys.stdin.buffer)) is not None:
        try:
            words = " ".join(str(pipeline.transcribe(decoded(sound), RATE).text).split())
            answer = {"words": words} if words else {"fault": "silent"}
        except Refused as refused:
            answer = {"fault": str(refused)}
        told.write(json.dumps(answer).encode() + b"\n")


def _level(told: BinaryIO) -> None:
    while (sound := _next(sys.stdin.buffer)) is not None:
        try:
            made, seconds = levelled(decoded(sound, PLAYED_RATE))
            answer = json.dumps({"seconds": round(seconds, 1), "size": len(made)}).encode() + b"\n" + made
        except Refused as refused:
            answer = json.dumps({"fault": str(refused)}).encode() + b"\n"
        told.write(answer)


def _next(source: BinaryIO) -> bytes | None:
    head = source.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    return source.read(length)


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        os.nice(NICENESS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing of what is heard is ever written to a disk


def decoded(sound: bytes, rate: int = RATE) -> NDArray[np.int16]:
    """The samples of a recording, one channel, `rate` a second. Raises Refused: long, silent, broken."""
    import av
    import numpy as np

    container = _container(sound)
    try:
        with av.open(io.BytesIO(sound), "r", format=container) as file:
            if not file.streams.audio or file.streams.audio[0].codec_context.codec.canonical_name not in CODECS:
                raise Refused("broken")
            if file.duration is not None and file.duration > (LONGEST_S + 1) * av.time_base:
                raise Refused("long")
            parts, total = [], 0
            resampler = av.AudioResampler("s16", "mono", rate)
            for frame in file.decode(file.streams.audio[0]):
                for piece in resampler.resample(frame):
                    parts.append(piece.to_ndarray()[0])
                    total += piece.samples
                if total > (LONGEST_S + 1) * rate:
                    raise Refused("long")
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    except (av.FFmpegError, ValueError, MemoryError):
        raise Refused("broken") from None
    samples = np.concatenate(parts) if parts else np.zeros(0, np.int16)
    if len(samples) < SHORTEST_S * rate or int(np.abs(samples.astype(np.int32)).max()) < FAINTEST:
        raise Refused("silent")
    return samples


def _container(sound: bytes) -> str:
    for at, magic, name in CONTAINERS:
        if sound.startswith(magic, at):
            return name
    if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xF6 == 0xF0:
        return "aac"  # without a container, as Zalo sends it (ADTS)
    if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0:
        return "mp3"
    raise Refused("broken")


# --- as it is played --------------------------------------------------------------------------------


def levelled(samples: NDArray[np.int16]) -> tuple[bytes, float]:
    """M4A of samples at `PLAYED_RATE`, and its seconds. Raises Refused: silent, where nothing is said."""
    import numpy as np

    spoken = _trimmed(samples.astype(np.float32) / np.float32(32768))
    loudness = _loudness(spoken)
    if loudness < QUIETEST:
        raise Refused("silent")
    louder = spoken * np.float32(10 ** ((LOUDNESS - loudness) / 20))
    return _m4a(_through(louder, ("alimiter", f"limit={PEAK}:level=disabled"))), len(spoken) / PLAYED_RATE


def _trimmed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    window = round(WINDOW_S * PLAYED_RATE)
    whole = samples[: len(samples) // window * window].reshape(-1, window)
    levels = np.sqrt((whole**2).mean(axis=1))
    loud = np.flatnonzero(levels > SPEECH * levels.max())
    left, right = loud[0] * window, (loud[-1] + 1) * window
    around = round(AROUND_S * PLAYED_RATE)
    return samples[max(0, left - around) : right + around]


def _loudness(samples: NDArray[np.float32]) -> float:
    """Integrated loudness in LUFS; of what is shorter than the standard's windows that of it said again and again."""
    import numpy as np

    enough = np.tile(samples, -(-PLAYED_RATE // len(samples)))
    told = [each.metadata.get("lavfi.r128.I") for each in _filtered(enough, ("ebur128", "metadata=1"))]
    return float(next(filter(None, reversed(told)), "-inf"))


def _through(samples: NDArray[np.float32], step: tuple[str, str]) -> NDArray[np.float32]:
    import numpy as np

    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in _filtered(samples, step)]).astype(np.float32)


def _filtered(samples: NDArray[np.float32], step: tuple[str, str]) -> list[Any]:
    """The frames that one of the decoder's filters makes of samples."""
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=PLAYED_RATE, format="flt", layout="mono", time_base=Fraction(1, PLAYED_RATE))
    last = graph.add("abuffersink")
    after = graph.add("aformat", "sample_fmts=flt:channel_layouts=mono")
    first = graph.add(*step)
    source.link_to(first)
    first.link_to(after)
    after.link_to(last)
    graph.configure()
    graph.push(_frame(samples))
    graph.push(None)
    frames = []
    while True:
        try:
            frames.append(graph.pull())
        except (av.BlockingIOError, av.EOFError):
            return frames


def _frame(samples: NDArray[np.float32]) -> Any:
    import av

    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate, frame.pts = PLAYED_RATE, 0
    return frame


def _m4a(samples: NDArray[np.float32]) -> bytes:
    import av

    kept = io.BytesIO()
    with av.open(kept, "w", format="mp4") as file:
        track = file.add_stream("aac", rate=PLAYED_RATE, layout="mono", bit_rate=BITS_A_SECOND)
        file.mux(track.encode(_frame(samples)))
        file.mux(track.encode(None))
    return kept.getvalue()


if __name__ == "__main__":
    main()
