"""`./camtay people …`: what the operator does with people and places, in plain sentences."""

from __future__ import annotations

import argparse
import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.cli.acting import acting, book_of, plain
from bot.cli.environment import CommandEnvironment
from bot.cli.language import shown, told
from bot.cli.names import KIND_NAMES, ROLE_NAMES, STATE_NAMES, WAIT_NAMES
from bot.cli.people_import import AskYesNo, import_list
from bot.cli.sheets import as_csv
from bot.cli.terminal import Print
from bot.errors import CamtayError
from bot.officers import OfficerServices
from bot.people.export import as_file
from bot.people.named import SHOWN
from bot.people.policy.invitations import SHORT
from bot.people.policy.permissions import Actor
from bot.people.policy.reach import REACHES, reach_of
from bot.people.profile import Correction
from bot.people.service import Invited
from bot.settings import Settings
from flows import Book
from storage.engine.instants import from_ms


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
    book = book_of(settings)
    async with acting(settings, given, world, book) as (services, actor):
        if given.what == "import":
            return await import_list(services.people, actor, given, write, ask)
        if given.what == "export":
            return await _export(services, actor, given, write, book)
        return await _VERBS[given.what](services, actor, given, write)


# --- lists -------------------------------------------------------------------------------------------


async def _areas(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await services.people.areas()
    top = next((row for row in rows if row.area_id == given.area), None)
    assert top is not None, "it has been found by its name"
    for row in rows:
        if row.path.startswith(top.path):
            depth = row.path.count("/") - top.path.count("/")
            write(f"{'  ' * depth}{row.area_id:<{30 - 2 * depth}}{row.name}")
    return 0


async def _list(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows, since = await services.people.list_people(actor, given.area, given.role, given.state), _day(services)
    table = [
        (
            r.person_id if given.format == "csv" else r.person_id[:SHOWN],
            r.name,
            told(ROLE_NAMES.get(r.role, r.role)),
            r.area_name,
            told(STATE_NAMES.get(r.state, r.state)),
            told(REACHES[reach_of(r.channel, away=r.away, rings=r.rings)]) if r.state != "invited" else "",
            since(r.there_at) if r.there_at is not None else "",
        )
        for r in rows
    ]
    heads = ("ma", "ten", "vai", "dia_ban", "tinh_trang", "goi", "lan_cuoi")
    if given.format == "csv":
        write(as_csv(heads, table).rstrip("\n"))
    else:
        for row in table:
            write("  ".join(row).rstrip())
        write(told("{count} người.", count=len(table)))
    return 0


def _day(services: OfficerServices) -> Callable[[int], str]:
    """Writes an instant (ms) as the day there, which sorts."""
    zone = services.pairing.clock.quiet.zone
    return lambda at: f"{from_ms(at).astimezone(zone):%Y-%m-%d}"


# --- invitations -------------------------------------------------------------------------------------


async def _invite(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    lasts = timedelta(days=max(1, min(given.days, 365)))
    if given.all is None:
        made = await services.people.invite(actor, given.role or "learner", given.area, lasts=lasts)
        _show_invitation(made, write)
        return 0
    roles = [given.role] if given.role else []
    waiting = await services.people.list_people(actor, given.area, roles, ["invited"])
    wanted = [(row.role, row.area_id, row.person_id) for row in waiting]
    every = await services.people.invite_all(actor, wanted, lasts)
    heads = ("ten", "vai", "dia_ban", "ma", "duong_dan")
    rows = [(m.name, ROLE_NAMES[m.role], m.area.name, m.code, " ".join(m.links)) for m in every]
    given.all.write_bytes(as_csv(heads, rows).encode())
    write(
        told(
            "Đã ghi {count} mã vào {file}. Mỗi mã dùng một lần; hãy giữ kín tệp này và xóa khi đã phát.",
            count=len(rows),
            file=given.all,
        )
    )
    return 0


def _show_invitation(made: Invited, write: Print) -> None:
    write(told("Mã mời {role}, {area}: {code}", role=told(ROLE_NAMES[made.role]), area=made.area.name, code=made.code))
    write(told("Dùng một lần, tới {day}. Gõ mã này trong Cầm Tay, hoặc mở:", day=f"{made.expires_at:%d/%m/%Y}"))
    for link in made.links:
        write(f"  {link}")
        write(_qr(link))


def _qr(link: str) -> str:
    import segno

    drawn = io.StringIO()
    segno.make(link, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


async def _codes(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await services.people.codes(actor, given.area)
    for row in rows:
        used = told("dùng {day}", day=f"{row.used_at:%d/%m/%Y}") if row.used_at else ""
        state = used or told("tới {day}", day=f"{row.expires_at:%d/%m/%Y}")
        role, name = told(ROLE_NAMES.get(row.role, row.role)), row.name or told("chưa ghi tên")
        write("  ".join((row.code_hash[:SHORT], role, row.area_name, name, state)))
    write(told("{count} mã. Thu lại: ./camtay people revoke SỐ_MÃ", count=len(rows)))
    return 0


async def _revoke(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    row = await services.people.revoke(actor, given.code)
    role = told(ROLE_NAMES.get(row.role, row.role))
    and_role = told("Đã thu lại mã, và việc {role} mà mã đã giao.", role=role)
    write(told("Đã thu lại mã.") if row.used_by is None else and_role)
    return 0


async def _back(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    code = await services.people.code_back(actor, given.person)
    write(told("Mã đổi máy: {code}", code=code))
    write(told("Dùng một lần, trong một ngày. Chỉ đưa tận tay, hay đọc khi nghe đúng tiếng chị ấy; gõ trên máy mới."))
    return 0


async def _sign_out(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    phones = await services.people.sign_out(actor, given.person)
    write(told("Đã thoát {phones} máy. Vào lại: ./camtay people back {person}", phones=phones, person=given.person))
    return 0


# --- one person --------------------------------------------------------------------------------------


async def _show(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    for what, value in (await services.people.see(actor, given.person)).items():
        write(f"{told(what)}: {shown(value)}")
    write(told("Đủ từng dòng: ./camtay people export {person}", person=given.person))
    return 0


async def _correct(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    needs = None if given.needs is None else tuple(dict.fromkeys(given.needs.replace(",", " ").split()))
    correction = Correction(given.name, given.address, given.area, needs, given.agreed)
    await services.people.correct(actor, given.person, correction)
    write(told("Đã sửa. Chị ấy được báo, và sửa lại được bằng “sửa thông tin”."))
    return 0


async def _export(
    services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print, book: Callable[[], Book]
) -> int:
    data = await services.people.export(actor, given.person)
    text = as_file(data, given.format, book() if given.format == "html" else None)
    if given.to is None:
        write(text)
    else:
        given.to.write_text(text, encoding="utf-8")
        write(told("Đã ghi vào {file}. Tệp này là của chị ấy: chỉ đưa cho chị ấy.", file=given.to))
    return 0


# --- requests for a human ----------------------------------------------------------------------------


async def _requests(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await services.requests.unclosed(actor, given.area)
    say = services.pairing.clock.say
    for row in rows:
        who, where = row["name"] or "—", row["area"] or "—"
        since, state = told("từ {when}", when=say(row["since_at"])), told(WAIT_NAMES[row["state"]])
        write("  ".join((row["request_id"][:SHOWN], told(KIND_NAMES[row["kind"]]), who, where, since, state)))
    write(told("{count} yêu cầu.", count=len(rows)))
    return 0


async def _explain(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    for line in await services.requests.explain(actor, given.request):
        write(shown(line))
    return 0


async def _assign(services: OfficerServices, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    if not given.by:
        raise CamtayError(told("Việc này làm với quyền của một cán bộ: thêm --by MÃ."))
    await services.requests.assign(actor, given.by, given.request, given.person)
    write(told("Đã hỏi người này. Trả lời tới trong Cầm Tay."))
    return 0


_Verb = Callable[[OfficerServices, Actor, argparse.Namespace, Print], Awaitable[int]]
_VERBS: dict[str, _Verb] = {
    "areas": _areas,
    "list": _list,
    "invite": _invite,
    "approve": plain(
        lambda s, who, given: s.people.approve(who, given.person),
        "Đã duyệt. Chị ấy thấy nút “Việc chỉ bài” trong danh sách, đọc và nhận quy tắc rồi mới có người học.",
    ),
    "codes": _codes,
    "revoke": _revoke,
    "back": _back,
    "signout": _sign_out,
    "suspend": plain(
        lambda s, who, given: s.people.suspend(who, given.person),
        "Đã tạm dừng, có hiệu lực ngay. Người học của chị ấy được tìm người khác.",
    ),
    "show": _show,
    "correct": _correct,
    "withdraw": plain(
        lambda s, who, given: s.people.withdraw(who, given.person),
        "Đã rút lời đồng ý: tên gọi và các câu trả lời đã xóa. Chị ấy vẫn học tiếp được, và được báo.",
    ),
    "delete": plain(lambda s, who, given: s.people.delete(who, given.person), "Đã xóa hết dữ liệu của người này."),
    "requests": _requests,
    "explain": _explain,
    "assign": _assign,
    "confirm": plain(
        lambda s, who, given: s.requests.confirm(who, given.person, given.area),
        "Đã xác nhận. Nếu chị ấy đang chờ, người chỉ được hỏi ngay.",
    ),
}
