"""A table as text for a screen, as CSV and as XLSX. What a spreadsheet would execute is text in each."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from bot.cli.language import shown, told
from bot.people.policy.lists.words import harmless
from bot.reports.policy.table import CellValue, Table

HEADS = {
    "ma": "Mã", "ten": "Tên", "vai": "Vai", "dia_ban": "Địa bàn", "tinh_trang": "Tình trạng", "goi": "Gọi",
    "lan_cuoi": "Lần cuối vào", "duong_dan": "Đường dẫn",
    "cap": "Cấp", "gia_dinh_so": "Gia đình số", "co_doi_song": "Có đôi đang sống", "chi_hoi": "Chi hội",
    "chi_hoi_dat": "Chi hội đạt", "to": "Tổ", "to_dat": "Tổ đạt", "con_thieu": "Còn thiếu",
    "doi_dang_kem": "Đôi đang kèm", "da_co_nguoi_nhan": "Đã có người nhận", "khong_ai_nhan": "Không ai nhận",
    "dang_cho": "Đang chờ", "dang_qua_han": "Chờ quá hạn", "nguoi_chi": "Người chỉ",
    "nguoi_chi_dang_nghi": "Người chỉ đang nghỉ", "nguoi_chi_da_du": "Người chỉ đã đủ người",
    "gio_cho_trung_vi": "Giờ chờ, một nửa không quá", "gio_cho_p95": "Giờ chờ, 95% không quá", "hoi_vien": "Hội viên",
    "da_xong_mot_bai": "Đã xong một bài", "luot_xong_bai": "Lượt xong bài", "luot_dat": "Lượt đạt",
    "tu_lam_duoc": "Tự làm được", "can_giup": "Cần giúp", "chua_lam_duoc": "Chưa làm được", "buoi_hop": "Buổi họp",
    "luot_du_hop": "Lượt dự họp", "dieu_da_vung": "Điều đã vững", "nguoi_thu_truoc": "Lượt thử trước khi học",
    "nguoi_thu_sau": "Lượt thử sau khi học", "phan_tram_dung_truoc": "Đúng trước (%), một nửa không quá",
    "phan_tram_dung_sau": "Đúng sau (%), một nửa không quá",
    "luot_hoi_tham": "Lượt hỏi thăm hôm sau", "hom_sau_lam_duoc": "Hôm sau làm lại được",
    "nguoi_lam_bai_thu": "Người làm bài thử", "phan_tram_nhan_ra": "Nhận ra bài thử (%), trung bình",
}  # fmt: skip
"""What a column is called inside → what its head says."""


def _said(heads: Sequence[str]) -> list[str]:
    return [str(_safe(told(HEADS.get(head, head)))) for head in heads]


def as_text(table: Table) -> str:
    """Aligned columns, numbers to the right; names are indented by how deep an area lies."""
    rows = [[str(_shown(cell)) for cell in row] for row in table.rows]
    for cells, depth in zip(rows, table.depths, strict=True):
        cells[1] = f"{'  ' * depth}{cells[1]}"
    words = {at for at, head in enumerate(table.heads) if head in ("ma", "dia_ban", "cap", "con_thieu")}
    return "\n".join(aligned([_said(table.heads), *rows], words))


def aligned(lines: Sequence[Sequence[str]], to_left: Collection[int]) -> list[str]:
    """Lines of one table, its columns below one another: those of words `to_left`, those of numbers to the right."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(_padded(line, widths, to_left)).rstrip() for line in lines]


def _padded(cells: Sequence[str], widths: Sequence[int], to_left: Collection[int]) -> Iterator[str]:
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - _width(cell))
        yield cell + space if at in to_left else space + cell


def _width(text: str) -> int:
    return sum(not unicodedata.combining(each) for each in text)


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[CellValue]]) -> str:
    """As a spreadsheet set to Vietnamese opens it by a double click: semicolons, a decimal comma, the mark of UTF-8.

    With commas it would be one column there, and 1.5 the first of May.
    """
    written = io.StringIO("\ufeff")
    written.seek(1)
    lines = ([_local(_safe(cell)) for cell in row] for row in (_said(heads), *rows))
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(lines)
    return written.getvalue()


def _local(cell: CellValue) -> CellValue:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def as_xlsx(heads: Sequence[str], rows: Sequence[Sequence[CellValue]], title: str) -> bytes:
    """One sheet; every text is written as a text, never as a formula or link."""
    import xlsxwriter  # 40 ms, for those who want a workbook

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 1, 34)
        bold = book.add_format({"bold": True})
        for at, head in enumerate(_said(heads)):
            sheet.write_string(0, at, head, bold)
        for line, row in enumerate(rows, 1):
            for at, cell in enumerate(map(_safe, row)):
                if isinstance(cell, str):
                    sheet.write_string(line, at, cell)
                else:
                    sheet.write_number(line, at, cell)
    return written.getvalue()


def _safe(cell: CellValue) -> CellValue:
    """One line of text: a break within a cell would begin another one, which may be a formula."""
    return harmless(" ".join(shown(cell).split())) if isinstance(cell, str) else cell


def _shown(cell: CellValue) -> CellValue:
    return shown(cell) if isinstance(cell, str) else cell
