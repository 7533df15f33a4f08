"""A process of its own: recordings on standard input, what they say on standard output.

Each recording is its length in 4 bytes (big-endian) and so many bytes; each answer a line of JSON, `{"words": …}` or
`{"fault": long, silent or broken}`. It ends with its input. Stands alone: neither the tutor nor its settings are
imported, and what is imported here the tutor never is.
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
from typing import TYPE_CHECKING, BinaryIO

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


def decoded(sound: bytes) -> NDArray[np.int16]:
    """The samples of a recording, one channel, `RATE` a second. Raises Refused: long, silent, broken."""
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
            resampler = av.AudioResampler("s16", "mono", RATE)
            for frame in file.decode(file.streams.audio[0]):
                for piece in resampler.resample(frame):
                    parts.append(piece.to_ndarray()[0])
                    total += piece.samples
                if total > (LONGEST_S + 1) * RATE:
                    raise Refused("long")
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    except (av.FFmpegError, ValueError, MemoryError):
        raise Refused("broken") from None
    samples = np.concatenate(parts) if parts else np.zeros(0, np.int16)
    if len(samples) < SHORTEST_S * RATE or int(np.abs(samples.astype(np.int32)).max()) < FAINTEST:
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


if __name__ == "__main__":
    main()
