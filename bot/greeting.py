"""What whoever starts the tutor reads: where it is, or why it cannot start."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence

from bot.errors import in_words
from bot.settings import Settings
from flows.shelf.shelf import Shelf

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def refusal(fault: OSError, settings: Settings) -> str:
    """Why it cannot start, in a sentence."""
    reason = in_words(fault)
    if fault.filename:
        return f"Không dùng được {fault.filename}: {reason}."
    if isinstance(fault, socket.gaierror):
        reason = "không tìm thấy địa chỉ này"
    return f"Không mở được {settings.web.host}:{settings.web.port}: {reason}. Đổi cổng bằng --port."


def greeting(settings: Settings, shelf: Shelf) -> Iterator[str]:
    """What whoever started it reads: where it is, what is broken, a QR code when a phone can open the address."""
    for path, problems in shelf.broken.items():
        yield f"Bài có lỗi, chưa dùng được: {path}"
        yield from (f"  {problem}" for problem in problems[:5])
    yield from hearing_faults(shelf)
    web = settings.web
    address = web.public_url or f"http://{_shown(web.host)}:{web.port}/"
    yield f"Cầm Tay đang chạy: {address}"
    if web.public_url or web.host not in LOOPBACK:
        yield from _qr(address)
    if not web.public_url:
        yield f"Xem thử bài, chỉ mở được trên máy này: http://127.0.0.1:{web.port}/preview/"
    if not (settings.helper.name and settings.helper.phone):
        yield "Chưa có người giúp: điền helper.name và helper.phone trong config.yaml."


def hearing_faults(shelf: Shelf) -> Iterator[str]:
    """What the tutor cannot hear or answer, and what to do about it."""
    for path, problems in shelf.unheard.items():
        yield f"Lời đáp có lỗi, chưa dùng được: {path}"
        yield from (f"  {problem}" for problem in problems[:5])
    if shelf.model is None:
        yield "Chưa có ear.model: máy chỉ nghe được lời cầu cứu chắc chắn. Chạy ./camtay train để làm tệp này."


def _shown(host: str) -> str:
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: asks the system which of its addresses faces the network
        return str(probe.getsockname()[0])
    return "127.0.0.1"


def _qr(address: str) -> Sequence[str]:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(address, error="m").terminal(drawn, compact=True)
    return drawn.getvalue().splitlines()
