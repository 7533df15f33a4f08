"""`./camtay people …`: what the operator does with people and places, in plain sentences."""

from __future__ import annotations

import argparse
import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from bot.cli.beside import Beside
from bot.cli.environment import CommandEnvironment
from bot.cli.meant import in_full
from bot.cli.names import ROLE_NAMES, STATE_NAMES
from bot.cli.people_import import AskYesNo, import_list
from bot.cli.sheets import as_csv
from bot.cli.terminal import Print
from bot.errors import CamtayError
from bot.services.correcting import Correction
from bot.services.export import as_file
from bot.services.named import SHOWN
from bot.services.office import Links, Office
from bot.services.pairing import Hooks
from bot.services.pairing import PairingContext as PairingWorld
from bot.services.people import OPERATOR, Actor, Invited, People
from bot.services.pseudonyms import Pseudonyms
from bot.services.requests import Requests
from bot.services.rules import pairing_clock, pairing_rules
from bot.settings import Settings
from bot.tutoring.invitations import SHORT
from bot.tutoring.reception import consent_text, is_of_office
from flows import Book

KIND_NAMES = {"pair": "cần người chỉ", "help": "nhờ giúp", "safety": "KHẨN", "change": "đổi người chỉ"}
WAIT_NAMES = {"waiting": "chưa hỏi ai", "offered": "đang hỏi một người", "open": "có người đang giúp"}


def main(
    settings: Settings,
    given: argparse.Namespace,
    world: CommandEnvironment,
    write: Print = print,
    ask: AskYesNo | None = None,
) -> int:
    """Carry one sub-verb out; the exit code. `ask` puts a question to whoever sits at the terminal, if anybody does.

    Raises StorageError, NotAllowed and the like, a sentence each.
    """
    return asyncio.run(_carry_out(settings, given, world, write, ask))


async def _carry_out(
    settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print, ask: AskYesNo | None
) -> int:
    async with Beside(settings, dry_run=False) as database:
        assert database is not None
        names = Pseudonyms.of_folder(Path(settings.data.dir), world.new_id)
        links = Links(settings.telegram.username, settings.web.public_url)
        pairing = PairingWorld(pairing_rules(settings), pairing_clock(settings), world.new_id, names.of)
        service = People(database, Office(names, Hooks(pairing), links), world.now, world.new_id)
        lessons = cache(partial(_book, settings))
        service.words = lambda phrase_id: consent_text(lessons(), phrase_id, "vi")
        service.is_office = lambda name: is_of_office(lessons().words, name)
        await in_full(database, given)
        actor = await service.actor(given.by) if given.by else OPERATOR
        if given.what == "import":
            return await import_list(service, actor, given, write, ask)
        if given.what == "export":
            return await _export(service, actor, given, write, settings)
        return await _VERBS[given.what](service, actor, given, write)


def _book(settings: Settings) -> Book:
    """The tutor's own words and questions, for the few verbs that need them."""
    from flows.shelf.shelf import plain_book, read_shelf

    return plain_book(read_shelf(Path(settings.lessons.dir), settings.placeholders), settings.placeholders)


# --- lists -------------------------------------------------------------------------------------------


async def _areas(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await service.areas()
    top = next((row for row in rows if row.area_id == given.area), None)
    assert top is not None, "it has been found by its name"
    for row in rows:
        if row.path.startswith(top.path):
            depth = row.path.count("/") - top.path.count("/")
            write(f"{'  ' * depth}{row.area_id:<{30 - 2 * depth}}{row.name}")
    return 0


async def _list(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await service.list_people(actor, given.area, given.role, given.state)
    table = [
        (
            r.person_id if given.format == "csv" else r.person_id[:SHOWN],
            r.name,
            ROLE_NAMES.get(r.role, r.role),
            r.area_name,
            STATE_NAMES.get(r.state, r.state),
        )
        for r in rows
    ]
    heads = ("ma", "ten", "vai", "dia_ban", "tinh_trang")
    if given.format == "csv":
        write(as_csv(heads, table).rstrip("\n"))
    else:
        for row in table:
            write("  ".join(str(cell) for cell in row))
        write(f"{len(table)} người.")
    return 0


# --- invitations -------------------------------------------------------------------------------------


async def _invite(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    lasts = timedelta(days=max(1, min(given.days, 365)))
    if given.all is None:
        made = await service.invite(actor, given.role or "learner", given.area, lasts=lasts)
        _show_invitation(made, write)
        return 0
    roles = [given.role] if given.role else []
    waiting = await service.list_people(actor, given.area, roles, ["invited"])
    wanted = [(row.role, row.area_id, row.person_id) for row in waiting]
    every = await service.invite_all(actor, wanted, lasts)
    heads = ("ten", "vai", "dia_ban", "ma", "duong_dan")
    rows = [(m.name, ROLE_NAMES[m.role], m.area.name, m.code, " ".join(m.links)) for m in every]
    given.all.write_bytes(as_csv(heads, rows).encode())
    write(f"Đã ghi {len(rows)} mã vào {given.all}. Mỗi mã dùng một lần; hãy giữ kín tệp này và xóa khi đã phát.")
    return 0


def _show_invitation(made: Invited, write: Print) -> None:
    write(f"Mã mời {ROLE_NAMES[made.role]}, {made.area.name}: {made.code}")
    write(f"Dùng một lần, tới {made.expires_at:%d/%m/%Y}. Gõ mã này trong Cầm Tay, hoặc mở:")
    for link in made.links:
        write(f"  {link}")
        write(_qr(link))


def _qr(link: str) -> str:
    import segno

    drawn = io.StringIO()
    segno.make(link, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


async def _codes(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await service.codes(actor, given.area)
    for row in rows:
        state = f"dùng {row.used_at:%d/%m/%Y}" if row.used_at else f"tới {row.expires_at:%d/%m/%Y}"
        role = ROLE_NAMES.get(row.role, row.role)
        write("  ".join((row.code_hash[:SHORT], role, row.area_name, row.name or "chưa ghi tên", state)))
    write(f"{len(rows)} mã. Thu lại: ./camtay people revoke SỐ_MÃ")
    return 0


async def _revoke(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    row = await service.revoke(actor, given.code)
    role = ROLE_NAMES.get(row.role, row.role)
    write("Đã thu lại mã." if row.used_by is None else f"Đã thu lại mã, và việc {role} mà mã đã giao.")
    return 0


async def _back(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    code = await service.code_back(actor, given.person)
    write(f"Mã đổi máy: {code}")
    write("Dùng một lần, trong một ngày. Chỉ đưa tận tay, hay đọc khi nghe đúng tiếng chị ấy; gõ trên máy mới.")
    return 0


async def _sign_out(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    write(f"Đã thoát {await service.sign_out(actor, given.person)} máy. Vào lại: ./camtay people back {given.person}")
    return 0


# --- one person --------------------------------------------------------------------------------------


async def _approve(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    await service.approve(actor, given.person)
    write("Đã duyệt. Chị ấy thấy nút “Việc chỉ bài” trong danh sách, đọc và nhận quy tắc rồi mới có người học.")
    return 0


async def _suspend(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    await service.suspend(actor, given.person)
    write("Đã tạm dừng, có hiệu lực ngay. Người học của chị ấy được tìm người khác.")
    return 0


async def _show(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    for what, value in (await service.see(actor, given.person)).items():
        write(f"{what}: {value}")
    write("Đủ từng dòng: ./camtay people export " + given.person)
    return 0


async def _correct(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    needs = None if given.needs is None else tuple(dict.fromkeys(given.needs.replace(",", " ").split()))
    correction = Correction(given.name, given.address, given.area, needs, given.agreed)
    await service.correct(actor, given.person, correction)
    write("Đã sửa. Chị ấy được báo, và sửa lại được bằng “sửa thông tin”.")
    return 0


async def _withdraw(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    await service.withdraw(actor, given.person)
    write("Đã rút lời đồng ý: tên gọi và các câu trả lời đã xóa. Chị ấy vẫn học tiếp được, và được báo.")
    return 0


async def _delete(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    await service.delete(actor, given.person)
    write("Đã xóa hết dữ liệu của người này.")
    return 0


async def _export(service: People, actor: Actor, given: argparse.Namespace, write: Print, settings: Settings) -> int:
    data = await service.export(actor, given.person)
    text = as_file(data, given.format, _book(settings) if given.format == "html" else None)
    if given.to is None:
        write(text)
    else:
        given.to.write_text(text, encoding="utf-8")
        write(f"Đã ghi vào {given.to}. Tệp này là của chị ấy: chỉ đưa cho chị ấy.")
    return 0


# --- requests for a human ----------------------------------------------------------------------------


async def _requests(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await _of(service).unclosed(actor, given.area)
    say = _of(service).world.clock.say
    for row in rows:
        who, where = row["name"] or "—", row["area"] or "—"
        since, state = f"từ {say(row['since_at'])}", WAIT_NAMES[row["state"]]
        write("  ".join((row["request_id"][:SHOWN], KIND_NAMES[row["kind"]], who, where, since, state)))
    write(f"{len(rows)} yêu cầu.")
    return 0


async def _explain(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    for line in await _of(service).explain(actor, given.request):
        write(line)
    return 0


async def _assign(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    if not given.by:
        raise CamtayError("Việc này làm với quyền của một cán bộ: thêm --by MÃ.")
    await _of(service).assign(actor, given.by, given.request, given.person)
    write("Đã hỏi người này. Trả lời tới trong Cầm Tay.")
    return 0


async def _confirm(service: People, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    await _of(service).confirm(actor, given.person, given.area)
    write("Đã xác nhận. Nếu chị ấy đang chờ, người chỉ được hỏi ngay.")
    return 0


def _of(service: People) -> Requests:
    hooks = service.office.hooks
    assert isinstance(hooks, Hooks)
    return Requests(service, hooks.world)


_Verb = Callable[[People, Actor, argparse.Namespace, Print], Awaitable[int]]
_VERBS: dict[str, _Verb] = {
    "areas": _areas,
    "list": _list,
    "invite": _invite,
    "approve": _approve,
    "codes": _codes,
    "revoke": _revoke,
    "back": _back,
    "signout": _sign_out,
    "suspend": _suspend,
    "show": _show,
    "correct": _correct,
    "withdraw": _withdraw,
    "delete": _delete,
    "requests": _requests,
    "explain": _explain,
    "assign": _assign,
    "confirm": _confirm,
}
