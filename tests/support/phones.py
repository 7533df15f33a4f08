"""Recordings as phones make them, of samples."""

from __future__ import annotations

import io

import av
import numpy as np
from numpy.typing import NDArray

from bot.voice.child import RATE

PHONES: dict[str, tuple[str, str, int]] = {
    "Telegram": ("libopus", "ogg", 48_000),
    "Chrome": ("libopus", "webm", 48_000),
    "iPhone": ("aac", "mp4", 44_100),
    "Zalo": ("aac", "adts", 44_100),
    "an old phone": ("libopencore_amrnb", "amr", 8_000),
    "an old phone's 3gp": ("libopencore_amrnb", "3gp", 8_000),
    "a computer": ("pcm_s16le", "wav", 16_000),
}
"""Who records: codec, container, samples a second."""


def recorded(samples: NDArray[np.int16], codec: str, container: str, rate: int) -> bytes:
    """The samples as a phone sends them."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        stream.codec_context.open()
        fits = av.AudioResampler(stream.codec_context.format, "mono", rate, frame_size=stream.codec_context.frame_size)
        for each in [*fits.resample(frame), *fits.resample(None), None]:
            file.mux(stream.encode(each))
    return target.getvalue()
