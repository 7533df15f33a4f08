"""`./camtay announce …`: an officer's official information for her area; seen before it goes, stopped at any moment."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from bot.cli.acting import acting, book_of
from bot.cli.environment import CommandEnvironment
from bot.cli.terminal import Print
from bot.errors import CamtayError, SettingsInvalid, in_words
from bot.services.announcing import AnnouncementPreview, Announcements, NotNow, Unfit
from bot.services.people import Actor
from bot.settings import Settings
from bot.tutoring import announcing as pure
from bot.tutoring.quiet import QuietHours
from flows import Book

AskLine = Callable[[str], str]

STATES = {"draft": "chưa gửi", "sending": "đang gửi", "stopped": "đã dừng", "sent": "đã gửi xong"}
SURE = "gửi"


class AnnounceConsole:
    """Whoever sits at the command line: the service in her name, the tutor's own sentences, screen and keyboard."""

    def __init__(
        self, service: Announcements, actor: Actor, book: Book, quiet: QuietHours, write: Print, ask: AskLine
    ) -> None:
        self.service, self.actor, self.book, self.quiet = service, actor, book, quiet
        self.write, self.ask = write, ask

    def show(self, shown: AnnouncementPreview) -> None:
        """Exactly what people will read, and how many of them."""
        draft, reach = shown.draft, shown.reach
        values = pure.values_of(draft.body, draft.source_url, draft.whose)
        self.write("Mọi người sẽ đọc:\n")
        for line in self.book.phrase(pure.phrase_of(draft.source_url), **values).split("\n"):
            self.write(f"  │ {line}".rstrip())
        self.write(f"\nTới {reach.told} người ở {draft.whose} đã đồng ý và đang mở được.")
        others = {
            "chưa đồng ý lưu": reach.not_agreed,
            "đã chặn hay không ngồi máy mình": reach.away,
            "đang tạm dừng": reach.suspended,
            "còn trong danh sách, chưa vào máy": reach.invited,
        }
        told = ", ".join(f"{count} {why}" for why, count in others.items() if count)
        if told:
            self.write(f"Không tới được: {told}.")
        if self.quiet.holds(self.service.now()):
            self.write(f"Đang giờ yên lặng: tin bắt đầu đi lúc {self.quiet.end:%H:%M}.")


def main(
    settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print = print, ask: AskLine = input
) -> int:
    """Carry one sub-verb out; the exit code. Raises StorageError, NotAllowed and the like, a sentence each."""
    book = book_of(settings)
    book()  # a broken folder is told before the database is touched
    try:
        return asyncio.run(_carry_out(settings, given, world, book, write, ask))
    except Unfit as unfit:
        values = dict(unfit.fault.values)
        if "thu" in values:
            values["thu"] = book().phrase(f"kind_{values['thu']}")
        raise CamtayError(book().phrase(unfit.fault.phrase, **values)) from None


async def _carry_out(
    settings: Settings,
    given: argparse.Namespace,
    world: CommandEnvironment,
    book: Callable[[], Book],
    write: Print,
    ask: AskLine,
) -> int:
    async with acting(settings, given, world, book) as (services, actor):
        quiet = services.pairing.clock.quiet
        desk = AnnounceConsole(services.announcements, actor, book(), quiet, write, ask)
        return await _VERBS[given.what](desk, given)


async def _draft(desk: AnnounceConsole, given: argparse.Namespace) -> int:
    shown = await desk.service.draft(desk.actor, given.area, _text(given), given.link)
    desk.show(shown)
    desk.write(f"\nChưa gửi. Gửi tin này: ./camtay announce send {shown.row.announcement_id}")
    return 0


def _text(given: argparse.Namespace) -> str:
    if (given.text is None) == (given.file is None):
        raise SettingsInvalid("Ghi lời tin ngay sau mã địa bàn, hoặc chỉ tệp bằng --file: một trong hai.")
    if given.file is None:
        return str(given.text)
    try:
        return str(given.file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as refused:
        reason = in_words(refused) if isinstance(refused, OSError) else "không phải chữ UTF-8"
        raise SettingsInvalid(f"{given.file}: không đọc được ({reason}).") from None


async def _send(desk: AnnounceConsole, given: argparse.Namespace) -> int:
    shown = await desk.service.show(desk.actor, given.announcement)
    if shown.row.state in ("sending", "sent"):
        raise NotNow(f"Tin này {STATES[shown.row.state]}; mỗi người chỉ nhận một lần.")
    desk.show(shown)
    if shown.row.reached:
        desk.write(f"{shown.row.reached} người đã nhận trước khi dừng thì không nhận lại.")
    if not shown.reach.told:
        raise CamtayError("Chưa có ai nhận được, nên chưa gửi.")
    if not given.yes and not await asyncio.to_thread(_is_sure, desk.ask):
        desk.write("Chưa gửi gì.")
        return 1
    await desk.service.send(desk.actor, given.announcement)
    desk.write(f"Đang gửi, từ từ, sau mọi câu trả lời. Dừng: ./camtay announce stop {given.announcement}")
    return 0


def _is_sure(ask: AskLine) -> bool:
    try:
        return ask(f"Gõ “{SURE}” để gửi: ").strip().casefold() in (SURE, "gui")
    except EOFError:
        return False


async def _stop(desk: AnnounceConsole, given: argparse.Namespace) -> int:
    told = await desk.service.stop(desk.actor, given.announcement)
    desk.write(f"Đã dừng. {told} người đã được gửi (vài tin cuối có thể còn trên đường); người khác không nhận nữa.")
    return 0


async def _list(desk: AnnounceConsole, given: argparse.Namespace) -> int:
    rows = await desk.service.list_of(desk.actor, given.area)
    for row in rows:
        begins = " ".join(row.body.split())[:50]
        at = row.at.astimezone(desk.quiet.zone)
        told = f"{row.reached} người" if row.reached else "—"
        desk.write(f"{row.announcement_id}  {at:%d/%m %H:%M}  {row.area_id}  {STATES[row.state]}  {told}  {begins}")
    desk.write(f"{len(rows)} tin.")
    return 0


_VERBS: dict[str, Callable[[AnnounceConsole, argparse.Namespace], Awaitable[int]]] = {
    "draft": _draft,
    "send": _send,
    "stop": _stop,
    "list": _list,
}
