"""What may be typed after ./camtay, in the words of whoever types it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from bot.cli import verbs

ROOT = Path(__file__).resolve().parents[2]

Verb = Callable[[argparse.Namespace], int]


class _Frame(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Cách dùng: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse speaks English; whoever types here may not."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "add_help": False, "formatter_class": _Frame})
        self._positionals.title, self._optionals.title = "Ghi thêm", "Tùy chọn"
        self.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help="in trang này")

    _WORDS: Mapping[str, str] = {
        "the following arguments are required": "còn thiếu",
        "unrecognized arguments": "không có tùy chọn",
        "expected one argument": "cần một giá trị",
        "invalid choice": "không có lựa chọn",
        "choose from": "chọn một trong",
        "argument": "tùy chọn",
    }

    def error(self, message: str) -> NoReturn:
        for english, vietnamese in self._WORDS.items():
            message = message.replace(english, vietnamese)
        self.exit(2, f"Lệnh chưa đúng: {message}.{self._nearest(message)}\nXem cách dùng: {self.prog} --help\n")

    def _nearest(self, message: str) -> str:
        from flows.reading.fields import did_you_mean

        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        unknown = next((word.partition("=")[0].rstrip(":") for word in message.split() if word.startswith("--")), "")
        hint = did_you_mean(unknown, known) if unknown and unknown not in known else ""
        return f" {hint[0].upper()}{hint[1:]}" if hint else ""


def parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="./camtay", allow_abbrev=False)
    children = parser.add_subparsers(required=True, metavar="LỆNH")

    def add(name: str, verb: Verb, what: str, flags: str = "config lessons data") -> argparse.ArgumentParser:
        child = children.add_parser(name, help=what, description=what, allow_abbrev=False)
        child.set_defaults(verb=verb, parser=child)
        for flag in flags.split():
            _FLAG_ADDERS[flag](child)
        return child

    running = add("run", verbs.run, "Chạy Cầm Tay.", "config lessons data host port")
    running.add_argument(
        "--watch",
        action=argparse.BooleanOptionalAction,
        help="lưu bài là dùng được ngay; không ghi: chỉ khi trang web mở riêng cho máy này",
    )
    _add_lint(add("lint", verbs.lint, "Soát bài học.", "config lessons data"))
    _add_hear(add("hear", verbs.hear, "Máy hiểu từng câu ra sao: JSON vào, JSON ra.", "config lessons"))
    _add_train(
        add(
            "train",
            verbs.train,
            "Học lại tai nghe và cách xét tin (ear.model, asks.model) từ các câu mẫu.",
            "config lessons",
        )
    )
    _add_publish(add("publish", verbs.publish, "Phát hành bài đã sửa; ai đang học vẫn yên chỗ."))
    _add_history(add("history", verbs.history, "Xem các lần phát hành của một bài."))
    _add_rollback(add("rollback", verbs.rollback, "Quay lại một bản cũ của bài."))
    trying = add("try", verbs.try_lesson, "Học thử một bài ngay ở đây, không lưu gì.", "config lessons")
    trying.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    trying.add_argument("--name", metavar="TÊN", help="gọi học viên là gì (Lan)")
    trying.add_argument(
        "--address", metavar="CÁCH_GỌI", help="chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình"
    )
    trying.add_argument("--channel", metavar="KÊNH", type=_word, default="web", help="web, telegram…")
    trying.add_argument("--lang", metavar="TIẾNG", type=_word, default="vi", help="vi, en…")
    trying.add_argument("--at", metavar="LÚC", help="bắt đầu lúc nào; ví dụ: “2026-01-05 08:00”")
    trying.add_argument(
        "--set",
        metavar="TÊN=GIÁ_TRỊ",
        type=_value,
        action="append",
        default=[],
        help="đặt sẵn một biến; dùng được nhiều lần",
    )
    _add_translate(add("translate", verbs.translate, "Bản dịch của bài học, trong tệp PO.", ""))
    drawing = add("graph", verbs.graph, "Vẽ các bước của một bài và đường đi giữa chúng.", "config lessons")
    drawing.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    drawing.add_argument(
        "--format", choices=("mermaid", "svg"), default="mermaid", help="chữ Mermaid, hay hình SVG mở bằng trình duyệt"
    )
    drawing.add_argument("--out", metavar="TỆP", type=_path, help="không ghi: in ra màn hình")
    drawing.add_argument("--coverage", action="store_true", help="đánh dấu bước chưa bản thoại nào đi qua")
    testing = add("test-lessons", verbs.test_lessons, "Diễn lại các bản thoại mẫu của bài học.", "config lessons")
    testing.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=_path, help="mã bài, bản thoại hay thư mục; không ghi: mọi bài"
    )
    testing.add_argument("--update", action="store_true", help="ghi lại lời máy trong các bản thoại khác đi")
    testing.add_argument("--coverage", action="store_true", help="kể từng bước, từng lựa chọn chưa bản thoại nào qua")
    testing.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")
    editing = add("schema", verbs.schema, "In lược đồ bài học cho trình soạn thảo.", "config lessons")
    editing.add_argument("lesson", metavar="BÀI", nargs="?", help="gợi ý thêm mã bước của bài này")
    add("migrate", verbs.migrate, "Đưa cơ sở dữ liệu lên phiên bản mới.", "config data")
    simulating = add("simulate", verbs.simulate, "Chạy thử một tỉnh trong máy: ai chờ người chỉ bao lâu.", "config")
    simulating.add_argument("what", metavar="CÁI_GÌ", choices=("province",), help="province: một tỉnh")
    simulating.add_argument("--days", metavar="SỐ_NGÀY", type=int, default=90, help="mấy ngày (90)")
    simulating.add_argument("--seed", metavar="SỐ", type=int, default=1, help="cùng một số thì ra cùng kết quả (1)")
    simulating.add_argument(
        "--scarce", action="store_true", help="thử lúc xấu nhất: rất ít hướng dẫn viên, cán bộ không làm gì"
    )
    making = add("backup", verbs.make_backup, "Sao lưu vào một tệp, không cần dừng.", "config data")
    making.add_argument("file", metavar="TỆP", nargs="?", type=_path, help="không ghi: data/backup/camtay-….tar.gz")
    _add_restore(add("restore", verbs.restore, "Lấy lại dữ liệu từ tệp sao lưu.", "config data"))
    caring = add("people", verbs.people, "Người và địa bàn: nhập, mời, duyệt, tạm dừng, xuất, xóa.", "config data")
    _people_arguments(caring)
    _announce_arguments(add("announce", verbs.announce, "Tin của Hội cho một địa bàn: soạn, gửi, dừng, xem."))
    _union_arguments(
        add("models", verbs.models, "Mô hình của Hội: Gia đình số, CLB, Chi hội số, Tổ công nghệ số.", "config data"),
        add("report", verbs.report, "Báo cáo một địa bàn: chỉ tiêu năm, đôi 1+1, việc học.", "config data"),
    )
    add("doctor", verbs.doctor, "Xem đã đủ gì, còn thiếu gì.", "config lessons data host port")
    return parser


def _people_arguments(parser: argparse.ArgumentParser) -> None:
    from bot.cli.people_arguments import add_arguments

    add_arguments(parser)


def _union_arguments(models: argparse.ArgumentParser, report: argparse.ArgumentParser) -> None:
    from bot.cli.models_arguments import add_models, add_report

    add_models(models)
    add_report(report)


def _announce_arguments(parser: argparse.ArgumentParser) -> None:
    from bot.cli.announce_arguments import add_arguments

    add_arguments(parser)


def _add_lint(linting: argparse.ArgumentParser) -> None:
    linting.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=_path, help="mã bài, tệp hay thư mục; không ghi: mọi bài"
    )
    linting.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")
    linting.add_argument("--lang", choices=("vi", "en"), default="vi", help="tiếng của lời báo")
    linting.add_argument("--live", action="store_true", help="xem cả người đang học, theo cơ sở dữ liệu đã cấu hình")
    linting.add_argument(
        "--database", metavar="ĐỊA_CHỈ", type=_database, default="", help="như --live, với cơ sở dữ liệu này"
    )
    linting.add_argument("--rules", action="store_true", help="in trang các điều được soát (lessons/RULES.md)")


def _add_hear(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="TỆP", nargs="?", default="-", help="tệp các dòng JSON; - là đầu vào chuẩn")


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="chỉ xem tệp có đúng là bản học được không")
    parser.add_argument("--measure", action="store_true", help="đo tai nghe bằng các giọng chưa học (voices/unseen)")
    parser.add_argument("--misses", metavar="SỐ", type=int, default=0, help="đọc ra chừng ấy câu nghe sai mỗi loại")


def _add_translate(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(required=True, metavar="VIỆC", dest="what")
    words = {
        "export": "Ghi tệp PO của một bài để dịch; bản dịch đã có thì giữ.",
        "import": "Nhận tệp PO đã dịch; có chỗ sai thì không ghi gì.",
        "status": "Mỗi bài mỗi tiếng đã dịch tới đâu.",
    }
    for what, about in words.items():
        child = whats.add_parser(what, help=about, description=about, allow_abbrev=False)
        child.set_defaults(parser=child)
        for flag in ("config", "lessons"):
            _FLAG_ADDERS[flag](child)
        if what == "status":
            child.add_argument("lesson", metavar="BÀI", nargs="?", help="mã bài, hoặc phrases; không ghi: mọi bài")
            continue
        child.add_argument("lesson", metavar="BÀI", help="mã bài, đường dẫn tới bài, hoặc phrases: câu của máy")
        child.add_argument("language", metavar="TIẾNG", help="mã tiếng, ví dụ: en")
        if what == "import":
            child.add_argument("file", metavar="TỆP", nargs="?", type=_path, help="không ghi: xem lại tệp trong po/")


def _add_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="TỆP", type=_path, help="tệp mà ./camtay backup đã ghi")
    parser.add_argument("--check", action="store_true", help="chỉ mở thử xem có lấy lại được không, không đổi gì")


def _add_publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lessons_wanted", metavar="BÀI", nargs="*", help="mã bài hay đường dẫn; không ghi: mọi bài đã sửa"
    )
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--urgent", action="store_true", help="nội dung cũ nguy hiểm: chuyển ngay người đang học")
    when.add_argument("--at-checkpoint", action="store_true", help="người đang học sang bản mới khi qua mốc kế tiếp")
    _add_how(parser)


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài")
    parser.add_argument("--diff", action="store_true", help="in cả chỗ đã sửa")


def _add_rollback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài")
    parser.add_argument("version", metavar="BẢN", type=int, help="số của bản; xem ./camtay history BÀI")
    parser.add_argument("--urgent", action="store_true", help="chuyển ngay người đang học")
    _add_how(parser)


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="chỉ xem, không ghi gì")
    parser.add_argument(
        "--decide",
        metavar="BƯỚC=CÁCH",
        action="append",
        default=[],
        help="người ở bước đã bỏ: stay; với --urgent: checkpoint, start, hay mã một bước mới",
    )
    parser.add_argument("--author", metavar="TÊN", default="", help="ai phát hành (không ghi: tên tài khoản máy)")


def _path(text: str) -> Path:
    return Path(text).absolute()


def _database(text: str) -> str:
    from bot.checks import database

    if expected := database(text):
        raise argparse.ArgumentTypeError(f"phải là {expected}")
    return text


def _word(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z_]{1,19}", text):
        raise argparse.ArgumentTypeError(f"“{text}” không phải một từ viết thường, không dấu")
    return text


def _value(text: str) -> tuple[str, str]:
    from flows.play.dialogue import RESERVED

    name, given, value = text.partition("=")
    if not given or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in RESERVED:
        raise argparse.ArgumentTypeError(f"“{text}” phải có dạng ten=giá_trị")
    return name, " ".join(value.split())


_FLAG_ADDERS: Mapping[str, Callable[[argparse.ArgumentParser], object]] = {
    "config": lambda parser: parser.add_argument(
        "--config", metavar="TỆP", type=_path, default=ROOT / "config.yaml", help="tệp cấu hình (config.yaml)"
    ),
    "lessons": lambda parser: parser.add_argument("--lessons", metavar="THƯ_MỤC", type=_path, help="nơi để bài học"),
    "data": lambda parser: parser.add_argument("--data", metavar="THƯ_MỤC", type=_path, help="nơi để dữ liệu"),
    "host": lambda parser: parser.add_argument(
        "--host", metavar="ĐỊA_CHỈ", help="0.0.0.0 thì điện thoại cùng mạng cũng mở được"
    ),
    "port": lambda parser: parser.add_argument("--port", metavar="CỔNG", help="cổng của trang trò chuyện (8080)"),
}
