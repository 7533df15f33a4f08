"""What whoever starts the tutor reads: where it is, or why it cannot start."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.addresses import in_container, in_the_room, of_this_machine
from bot.errors import in_words
from bot.settings import Settings, Web
from bot.web.door import FILES, bounds_for
from flows.saying import joined, line_of, say
from flows.shelf.shelf import Shelf

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")


def refusal(fault: OSError, settings: Settings) -> str:
    """Why the tutor cannot start, in a sentence."""
    reason = in_words(fault)
    if fault.filename:
        return say("Không dùng được {file}: {reason}.", file=Path(fault.filename), reason=reason)
    if isinstance(fault, socket.gaierror):
        reason = say("không tìm thấy địa chỉ này")
    web = settings.web
    return say("Không mở được {web.host}:{web.port}: {reason}. Đổi cổng bằng --port.", web=web, reason=reason)


def greeting(settings: Settings, shelf: Shelf, files: int, key: str) -> Iterator[str]:
    """What whoever started it reads: where it is, what is broken, a QR code when a phone can open the address."""
    for path, problems in shelf.broken.items():
        yield say("Bài có lỗi, chưa dùng được: {path}", path=Path(path))
        yield from (say("  {line}", line=line_of(problem)) for problem in problems[:5])
    yield from hearing_faults(shelf)
    web = settings.web
    yield from _where(web, container=in_container())
    here = f"http://127.0.0.1:{web.port}"
    if web.public_url:
        yield say("Số liệu, chỉ mở được trên máy này: {here}/healthz?key={key}", here=here, key=key)
    else:
        yield say("Xem thử bài, chỉ mở được trên máy này: {here}/preview/?key={key}", here=here, key=key)
    yield say("{pages}.", pages=pages_told(files))
    if not (settings.helper.name and settings.helper.phone):
        yield say("Chưa có người giúp: điền helper.name và helper.phone trong config.yaml.")


def pages_told(files: int) -> str:
    """How many pages may be open at once where so many files may be; what to do when the system allows too few."""
    bounds = bounds_for(files)
    told = say(
        "Số trang mở cùng lúc: nhiều nhất {most.streams}, từ một địa chỉ {most.streams_per_address}", most=bounds
    )
    wanted = say("máy chỉ cho mở {files} tệp, nên cho {needed} (ulimit -n {needed})", files=files, needed=FILES)
    return told if files >= FILES else joined([told, wanted], "; ")


def _where(web: Web, *, container: bool) -> Iterator[str]:
    """The address, with a QR code where a phone can open it."""
    own = web.host not in EVERYWHERE
    if web.public_url or own:
        shown = f"[{web.host}]" if ":" in web.host else web.host
        address = web.public_url or f"http://{shown}:{web.port}/"
        yield say("Cầm Tay đang chạy: {address}", address=address)
        yield from _qr(address) if web.public_url or web.host not in LOOPBACK else ()
        return
    yield say("Cầm Tay đang chạy: {address}", address=f"http://127.0.0.1:{web.port}/")
    addresses = [] if container else in_the_room(of_this_machine())
    if container:
        yield say("Máy nằm trong container nên không biết địa chỉ bên ngoài: điền web.public_url thì có mã QR.")
    elif not addresses:
        yield say("Máy chưa nối mạng nào mà điện thoại vào được. Nối Wi-Fi rồi chạy lại thì có mã QR.")
    for each in addresses:
        yield say("Điện thoại cùng mạng mở: {address}", address=f"http://{each}:{web.port}/")
    if addresses:
        yield from _qr(f"http://{addresses[0]}:{web.port}/")


def hearing_faults(shelf: Shelf) -> Iterator[str]:
    """What the tutor cannot hear or answer, and what to do about it."""
    for path, problems in shelf.unheard.items():
        yield say("Lời đáp có lỗi, chưa dùng được: {path}", path=Path(path))
        yield from (say("  {line}", line=line_of(problem)) for problem in problems[:5])
    if shelf.model is None:
        yield say("Chưa có ear.model: máy chỉ nghe được lời cầu cứu chắc chắn. Chạy ./camtay train để làm tệp này.")
    if shelf.wishes.model is None:
        yield say("Chưa có asks.model: tin giữa hai người chỉ được xét bằng luật. Chạy ./camtay train để làm tệp này.")
    if shelf.scam.signs.learnt is None:
        yield say("Chưa có scams.model: tin lừa chỉ được xét bằng dấu hiệu. Chạy ./camtay train để làm tệp này.")


def _qr(address: str) -> Sequence[str]:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(address, error="m").terminal(drawn, compact=True)
    return drawn.getvalue().splitlines()
