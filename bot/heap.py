"""What glibc does with memory that was let go of. Nothing happens where the C library is another."""

from __future__ import annotations

import ctypes

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def share_one() -> None:
    """Let all threads share one heap (`mallopt(3)`): each would keep for itself what it has freed, and only one runs
    Python at a time anyway. To be called before there are threads."""
    if (set_option := _of_c_library("mallopt")) is not None:
        set_option(_ARENA_MAX, 1)


def give_back() -> None:
    """Let the system have what was freed (`malloc_trim(3)`): after a count or a start, of which little stays."""
    if (trim := _of_c_library("malloc_trim")) is not None:
        trim(0)


def _of_c_library(name: str) -> ctypes._NamedFuncPointer | None:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except TypeError:  # Windows names its library
        return None
