"""One process that serves: from its settings until it is told to stop, with what is said at the terminal meanwhile."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from bot.app import App, Environment, bootstrap
from bot.errors import CamtayError, StorageError
from bot.greeting import LOOPBACK, greeting, refusal
from bot.heap import give_back, share_one
from bot.settings import Settings
from bot.telemetry import start_logging, stop_logging
from bot.web.demo import PATH, SHOWN
from flows import LessonInvalid
from flows.saying import joined, said_by, say

SWITCH_S = 0.001
"""So long a thread that counts or reads may keep whoever chats waiting; Python's own span is five times that."""
STOP_WITHIN_S = 9.0  # all of a stop together

log = logging.getLogger(__name__)


def watches(settings: Settings, wish: bool | None) -> bool:
    """Whether saved lessons are taken over: as wished, else only while nobody but whoever sits here can be reached."""
    alone = settings.web.host in LOOPBACK and not settings.web.public_url
    alone = alone and not any(each.is_on for each in settings.channels.values())
    return alone if wish is None else wish


def run(settings: Settings, environment: Environment | None = None, watch: bool | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code is 0, 2 for a setting or database that refuses, 1 for a failure.
    `watch` None: see `watches`.
    """
    share_one()
    world, kept = environment or Environment(), settings.log
    folder = Path(settings.data.dir) / "log"
    start_logging(folder, level=kept.level, max_mb=kept.max_mb, keep=kept.keep, told=world.told)
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            return runner.run(_serve(settings, world, watches(settings, watch)))
    finally:
        stop_logging()


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it is installed; None for the usual one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings, world: Environment, watch: bool) -> int:
    code, stack = 1, AsyncExitStack()
    try:
        code = await _until_stopped(stack, settings, world, watch)
        return code
    finally:
        await _end(stack, code)


async def _until_stopped(stack: AsyncExitStack, settings: Settings, world: Environment, watch: bool) -> int:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        with suppress(NotImplementedError):
            loop.add_signal_handler(getattr(signal, name), stopping.set)
    gc.disable()  # what is read at the start stays: looking for rubbish in it takes a tenth of the time
    try:
        app = await bootstrap(stack, settings, world, watch=watch)
    except (CamtayError, StorageError, LessonInvalid) as wrong:
        world.tell(said_by(wrong))
        return 2
    except OSError as fault:
        world.tell(refusal(fault, settings))
        return 2
    finally:
        gc.enable()
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()  # modules and lessons stay: walking through them again and again would hold everybody up for 60 ms
    give_back()  # what the lessons were read from
    for line in (*greeting(settings, app.library.shelf, app.files, app.key.text), *_about_lessons(app), *_made_up(app)):
        world.tell(line)
    failed = app.workers.failed
    waits = [asyncio.create_task(event.wait()) for event in (stopping, failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return 1 if failed.is_set() else 0


async def _end(stack: AsyncExitStack, code: int) -> None:
    """Stop, but not for ever: when something hangs (a database that neither answers nor breaks off) go without it.

    What was acknowledged is committed, and what was not will be delivered again: an end without goodbye is safe.
    """
    stopping = asyncio.create_task(stack.aclose())
    _, late = await asyncio.wait([stopping], timeout=STOP_WITHIN_S)
    if late:
        log.warning("stop cut short")
        stop_logging()
        os._exit(code)
    await stopping


def _about_lessons(app: App) -> Iterator[str]:
    if app.watch:
        yield say("Lưu bài nào là dùng được ngay bài đó (tắt: --no-watch).")
    elif app.library.drafts:
        ids = joined((lesson.id for lesson in app.library.drafts), " ")
        yield say("Bài đã sửa, chưa phát hành: {ids}. Xem trước khi phát hành: ./camtay publish --dry-run", ids=ids)


def _made_up(app: App) -> Iterator[str]:
    """Of a made-up world: that it is one, and where to look at it as whom."""
    if not app.cast:
        return
    yield say("Mọi người ở đây là người giả. Bấm một địa chỉ là vào làm người ấy, chỉ mở được trên máy này:")
    for each in app.cast:
        if each.role in SHOWN:
            role = say(ROLES[each.role])
            address = f"http://127.0.0.1:{app.settings.web.port}{PATH}{each.role}?key={app.key.text}"
            yield say("  {role}, {name}: {address}", role=role, name=each.name, address=address)
    yield say("Muốn làm hai người một lúc thì mở thêm một cửa sổ ẩn danh.")


ROLES = {
    "learner": "học viên",
    "instructor": "người chỉ",
    "officer": "cán bộ",
    "editor": "người soạn bài",
    "admin": "quản trị",
}
"""Role → what it is called at the terminal."""
