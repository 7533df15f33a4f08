"""A table's cells as a spreadsheet may have them: what it would execute is text; as CSV here, as XLSX in `book`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.people.policy.lists.words import harmless
from bot.reports.policy.table import CellValue
from flows.saying import say

HEADS = {
    "ma": say("Mã"),
    "ten": say("Tên"),
    "vai": say("Vai"),
    "dia_ban": say("Địa bàn"),
    "tinh_trang": say("Tình trạng"),
    "goi": say("Gọi"),
    "lan_cuoi": say("Lần cuối vào"),
    "ho_ten": say("Họ và tên"),
    "xa_phuong": say("Xã, phường"),
    "chi_hoi_cua": say("Chi hội"),
    "to_cua": say("Tổ"),
    "duong_dan": say("Đường dẫn"),
    "cap": say("Cấp"),
    "gia_dinh_so": say("Gia đình số"),
    "co_doi_song": say("Có đôi đang sống"),
    "chi_hoi": say("Chi hội"),
    "chi_hoi_dat": say("Chi hội đạt"),
    "to": say("Tổ"),
    "to_dat": say("Tổ đạt"),
    "con_thieu": say("Còn thiếu"),
    "doi_dang_kem": say("Đôi đang kèm"),
    "da_co_nguoi_nhan": say("Đã có người nhận"),
    "khong_ai_nhan": say("Không ai nhận"),
    "dang_cho": say("Đang chờ"),
    "dang_qua_han": say("Chờ quá hạn"),
    "nguoi_chi": say("Người chỉ"),
    "nguoi_chi_dang_nghi": say("Người chỉ đang nghỉ"),
    "nguoi_chi_da_du": say("Người chỉ đã đủ người"),
    "gio_cho_trung_vi": say("Giờ chờ, mức giữa"),
    "gio_cho_p95": say("Giờ chờ, 95 trên 100 người chờ ít hơn"),
    "hoi_vien": say("Người đã vào học, kể cả người chỉ và cán bộ"),
    "da_xong_mot_bai": say("Đã xong một bài"),
    "luot_xong_bai": say("Lượt xong bài"),
    "luot_dat": say("Lượt đạt"),
    "tu_lam_duoc": say("Tự làm được"),
    "can_giup": say("Cần giúp"),
    "chua_lam_duoc": say("Chưa làm được"),
    "buoi_hop": say("Buổi họp"),
    "luot_du_hop": say("Lượt dự họp"),
    "dieu_da_vung": say("Điều đã vững"),
    "nguoi_thu_truoc": say("Lượt thử trước khi học"),
    "nguoi_thu_sau": say("Lượt thử sau khi học"),
    "phan_tram_dung_truoc": say("Đúng trước (%), mức giữa"),
    "phan_tram_dung_sau": say("Đúng sau (%), mức giữa"),
    "luot_hoi_tham": say("Lượt hỏi thăm hôm sau"),
    "hom_sau_lam_duoc": say("Hôm sau làm lại được"),
    "nguoi_lam_bai_thu": say("Người làm bài thử"),
    "phan_tram_nhan_ra": say("Nhận ra bài thử (%), trung bình"),
}
"""What a column is called inside → what its head says."""


MARK = "\ufeff"

Translate = Callable[[str], str]
"""Puts a sentence into the reader's language; any other text stays as it is."""


def safe_lines(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], tell: Translate) -> Iterator[list[CellValue]]:
    """The line of heads and then the rows, in the reader's words."""
    yield [safe(HEADS.get(head, head), tell) for head in heads]
    for row in rows:
        yield [safe(cell, tell) for cell in row]


def safe(cell: CellValue, tell: Translate) -> CellValue:
    """One line of text: a break within a cell would begin another one, which may be a formula."""
    return harmless(" ".join(tell(cell).split())) if isinstance(cell, str) else cell


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], tell: Translate) -> str:
    """As a spreadsheet set to Vietnamese opens it by a double click: semicolons, a decimal comma, the mark of UTF-8.

    With commas it would be one column there, and 1.5 the first of May.
    """
    return MARK + csv_lines(safe_lines(heads, rows, tell))


def csv_lines(lines: Iterable[Sequence[CellValue]]) -> str:
    """Safe lines as a part of such a file, which begins with `MARK`."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows([_local(cell) for cell in line] for line in lines)
    return written.getvalue()


def _local(cell: CellValue) -> CellValue:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell
