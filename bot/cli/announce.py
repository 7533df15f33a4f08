"""`./camtay announce …`: an officer's official information for an area; seen before it goes, stopped at any moment."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from bot.announcements.policy import announcement as pure
from bot.announcements.service import AnnouncementPreview, Announcements, NotNow, Unfit
from bot.cli.acting import acting, book_of
from bot.cli.environment import CommandEnvironment
from bot.cli.language import language, told
from bot.cli.terminal import Print
from bot.errors import CamtayError, SettingsInvalid, in_words
from bot.people.policy.permissions import Actor
from bot.settings import Settings
from bot.tutor.quiet_hours import QuietHours
from flows import Book

AskLine = Callable[[str], str]

SURE = "gửi"


class AnnounceConsole:
    """Whoever sits at the command line: the service in that name, the tutor's own sentences, screen and keyboard."""

    def __init__(
        self, service: Announcements, actor: Actor, book: Book, quiet: QuietHours, write: Print, ask: AskLine
    ) -> None:
        self.service, self.actor, self.book, self.quiet = service, actor, book, quiet
        self.write, self.ask = write, ask

    def show(self, shown: AnnouncementPreview) -> None:
        """Exactly what people will read, and how many of them."""
        draft, reach = shown.draft, shown.reach
        values = pure.values_of(draft.body, draft.source_url, draft.whose)
        self.write(told("Mọi người sẽ đọc:") + "\n")
        for line in self.book.phrase(pure.phrase_of(draft.source_url), **values).split("\n"):
            self.write(f"  │ {line}".rstrip())
        reached = told("Tới {count} người ở {area} đã đồng ý và đang mở được.", count=reach.told, area=draft.whose)
        self.write(f"\n{reached}")
        missed = ", ".join(
            f"{count} {told(why)}" for name, why in pure.MISSED.items() if (count := getattr(reach, name))
        )
        if missed:
            self.write(told("Không tới được: {missed}.", missed=missed))
        if self.quiet.holds(self.service.now()):
            self.write(told("Đang giờ yên lặng: tin bắt đầu đi lúc {time}.", time=f"{self.quiet.end:%H:%M}"))


def main(
    settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print = print, ask: AskLine = input
) -> int:
    """Carry one sub-verb out; the exit code. Raises StorageError, NotAllowed and the like, a sentence each."""
    book = book_of(settings)
    book()  # a broken folder is told before the database is touched
    try:
        return asyncio.run(_carry_out(settings, given, world, book, write, ask))
    except Unfit as unfit:
        raise CamtayError(pure.in_words(book(), unfit.fault, language())) from None


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
        console = AnnounceConsole(services.announcements, actor, book(), quiet, write, ask)
        return await _VERBS[given.what](console, given)


async def _draft(console: AnnounceConsole, given: argparse.Namespace) -> int:
    shown = await console.service.draft(console.actor, given.area, _text(given), given.link)
    console.show(shown)
    kept = shown.row.announcement_id
    console.write("\n" + told("Chưa gửi. Gửi tin này: ./camtay announce send {announcement}", announcement=kept))
    return 0


def _text(given: argparse.Namespace) -> str:
    if (given.text is None) == (given.file is None):
        raise SettingsInvalid(told("Ghi lời tin ngay sau mã địa bàn, hoặc chỉ tệp bằng --file: một trong hai."))
    if given.file is None:
        return str(given.text)
    try:
        return str(given.file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as refused:
        reason = in_words(refused) if isinstance(refused, OSError) else told("không phải chữ UTF-8")
        raise SettingsInvalid(told("{file}: không đọc được ({reason}).", file=given.file, reason=reason)) from None


async def _send(console: AnnounceConsole, given: argparse.Namespace) -> int:
    shown = await console.service.show(console.actor, given.announcement)
    if shown.row.state in ("sending", "sent"):
        raise NotNow(told("Tin này {state}; mỗi người chỉ nhận một lần.", state=told(pure.STATES[shown.row.state])))
    console.show(shown)
    if shown.row.reached:
        console.write(told("{count} người đã nhận trước khi dừng thì không nhận lại.", count=shown.row.reached))
    if not shown.reach.told:
        raise CamtayError(told("Chưa có ai nhận được, nên chưa gửi."))
    if not given.yes and not await asyncio.to_thread(_is_sure, console.ask):
        console.write(told("Chưa gửi gì."))
        return 1
    await console.service.send(console.actor, given.announcement)
    begun = given.announcement
    console.write(told("Đang gửi, từ từ, sau mọi câu trả lời. Dừng: ./camtay announce stop {begun}", begun=begun))
    return 0


def _is_sure(ask: AskLine) -> bool:
    try:
        return ask(told("Gõ “{word}” để gửi: ", word=told(SURE))).strip().casefold() in (told(SURE), SURE, "gui")
    except EOFError:
        return False


async def _stop(console: AnnounceConsole, given: argparse.Namespace) -> int:
    count = await console.service.stop(console.actor, given.announcement)
    console.write(
        told(
            "Đã dừng. {count} người đã được gửi (vài tin cuối có thể còn trên đường); người khác không nhận nữa.",
            count=count,
        )
    )
    return 0


async def _list(console: AnnounceConsole, given: argparse.Namespace) -> int:
    rows = await console.service.list_of(console.actor, given.area)
    for row in rows:
        begins = " ".join(row.body.split())[:50]
        at = row.at.astimezone(console.quiet.zone)
        reached, state = told("{count} người", count=row.reached) if row.reached else "—", told(pure.STATES[row.state])
        console.write(f"{row.announcement_id}  {at:%d/%m %H:%M}  {row.area_id}  {state}  {reached}  {begins}")
    console.write(told("{count} tin.", count=len(rows)))
    return 0


_VERBS: dict[str, Callable[[AnnounceConsole, argparse.Namespace], Awaitable[int]]] = {
    "draft": _draft,
    "send": _send,
    "stop": _stop,
    "list": _list,
}
