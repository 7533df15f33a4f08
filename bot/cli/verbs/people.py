"""`./camtay people`: what an operator, or an officer by an own right, does about people and areas."""

from __future__ import annotations

import argparse
import sys

from bot.cli.choices import choice, listed, one_of, some
from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, path, sub_verbs
from bot.cli.language import told
from bot.cli.names import NEED_NAMES, ROLE_NAMES, STATE_NAMES

HELP = "Người và địa bàn: nhập, mời, duyệt, tạm dừng, xuất, xóa."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data by")
    add = sub_verbs(parser, "config data by")
    load = add("import", "Nhập danh sách từ tệp Excel hay CSV: hội viên, người chỉ, chi hội, tổ.")
    load.add_argument("file", metavar="TỆP", type=path)
    load.add_argument("--into", metavar="ĐỊA_BÀN", default="", help="cả danh sách thuộc xã, phường, chi hội hay tổ này")
    load.add_argument("--yes", action="store_true", help="đồng ý mọi điều sẽ hỏi: đổi phông cũ, lập chi hội, trùng tên")
    load.add_argument("--format", choices=("text", "json"), default="text", help="json: một dòng cho máy đọc")
    load.add_argument("--dry-run", action="store_true", help="chỉ soát, không ghi gì")
    places = add("areas", "Các địa bàn: mã, tên.")
    places.add_argument(
        "area",
        metavar="ĐỊA_BÀN",
        nargs="?",
        default="dong-nai",
        help="tên hay mã địa bàn (“Trấn Biên”, w26041…); không ghi: cả tỉnh",
    )
    lists = add("list", "Người của một địa bàn.")
    lists.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")
    lists.add_argument(
        "--role", metavar="VAI", type=choice(ROLE_NAMES), action="append", default=[], help=one_of(ROLE_NAMES)
    )
    lists.add_argument(
        "--state", metavar="TÌNH_TRẠNG", type=choice(STATE_NAMES), action="append", default=[], help=one_of(STATE_NAMES)
    )
    lists.add_argument("--format", choices=("table", "csv"), default="table")
    invite = add("invite", "Làm mã mời một người, hay mọi người của một địa bàn còn chưa nhận lời.")
    invite.add_argument("--area", metavar="ĐỊA_BÀN", required=True)
    invite.add_argument(
        "--role",
        metavar="VAI",
        type=choice(ROLE_NAMES),
        help=told("{roles}; không ghi: hội viên; với --all: mọi vai", roles=one_of(ROLE_NAMES)),
    )
    invite.add_argument(
        "--all", metavar="TỆP_RA", type=path, help="ghi mã của mọi người trong danh sách ra tệp CSV này"
    )
    invite.add_argument("--days", metavar="SỐ_NGÀY", type=int, default=14, help="mã dùng được mấy ngày (14)")
    for name, what in (
        ("approve", "Duyệt một người làm người chỉ bài."),
        ("back", "Làm mã đổi máy cho một người mất máy: gõ mã trên máy mới là học tiếp."),
        ("signout", "Cho một người thoát khỏi mọi máy, có hiệu lực ngay; vào lại bằng mã đổi máy."),
        ("suspend", "Tạm dừng một người chỉ bài, có hiệu lực ngay."),
        ("show", "Xem đang giữ gì của một người."),
        ("withdraw", "Rút lời đồng ý lưu giúp một người: tên và câu trả lời được xóa ngay."),
        ("delete", "Xóa hết dữ liệu của một người."),
    ):
        add(name, what).add_argument(
            "person", metavar="MÃ", help="mã người, sáu chữ đầu là đủ; xem ./camtay people list"
        )
    given = add("codes", "Các mã mời còn dùng được và mới dùng: cho ai, ai phát, ai đã dùng.")
    given.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")
    revoke = add("revoke", "Thu lại một mã mời; ai đã dùng mã thì không còn việc mà mã giao.")
    revoke.add_argument("code", metavar="SỐ_MÃ", help="mười chữ đầu dòng trong ./camtay people codes")
    correct = add("correct", "Sửa dữ liệu của một người; chị ấy được báo.")
    correct.add_argument("person", metavar="MÃ")
    correct.add_argument("--name", metavar="TÊN", help="tên gọi")
    correct.add_argument(
        "--address",
        metavar="CÁCH_GỌI",
        help="chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình, cô/cháu, ngoại/con",
    )
    correct.add_argument("--area", metavar="ĐỊA_BÀN", help="nơi sinh hoạt (xem ./camtay people areas)")
    correct.add_argument(
        "--needs",
        metavar="NHÓM",
        type=some(NEED_NAMES),
        help=told("{needs}, cách nhau bằng dấu phẩy; để trống: bỏ hết", needs=listed(NEED_NAMES)),
    )
    correct.add_argument("--agreed", action="store_true", help="chính chị ấy đã đồng ý để Hội ghi điều này")
    waits = add("requests", "Ai đang chờ người giúp trong một địa bàn.")
    waits.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")
    add("explain", "Vì sao một yêu cầu đang ở chỗ đó.").add_argument("request", metavar="MÃ_YÊU_CẦU")
    assign = add("assign", "Hỏi một người chỉ do cán bộ chọn (cần --by).")
    assign.add_argument("request", metavar="MÃ_YÊU_CẦU")
    assign.add_argument("person", metavar="MÃ")
    confirm = add("confirm", "Xác nhận một người là hội viên của một địa bàn; từ đó được ghép người chỉ.")
    confirm.add_argument("person", metavar="MÃ")
    confirm.add_argument("--area", metavar="ĐỊA_BÀN", required=True)
    show = add("export", "Mọi dữ liệu đang giữ của một người.")
    show.add_argument("person", metavar="MÃ")
    show.add_argument("--format", choices=("json", "html"), default="json")
    show.add_argument("--to", metavar="TỆP", type=path, help="không ghi: in ra màn hình")


def run(given: argparse.Namespace) -> int:
    """Exit code of the work; questions are asked only where somebody sits at a terminal."""
    settings = settings_of(given)
    from bot.cli import people

    return people.main(settings, given, CommandEnvironment(), ask=_ask if sys.stdin.isatty() else None)


def _ask(question: str) -> bool:
    """Put a question to whoever sits at the terminal."""
    try:
        return input(f"{question} {told('[c = có, k = không]')} ").strip().lower()[:1] in ("c", "y", "đ")
    except EOFError:
        return False
