"""Pages of cells to rows of people and areas: below the heads, between totals and signatures, section by section."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.people.policy import instructor
from bot.people.policy.lists import people, places
from bot.people.policy.lists.heads import Heads
from bot.people.policy.lists.places import NamedPlace
from bot.people.policy.lists.sheet import AREA, PERSON, ListFault, ListRow, ListTable, PeopleList
from bot.people.policy.lists.words import NUMBER, fold, is_formula, short, tidy
from flows.saying import joined, say

KINDS = {
    "": PERSON, "nguoi": PERSON, "person": PERSON, "hoi vien": PERSON, "member": PERSON, "hoc vien": PERSON,
    "khu vuc": AREA, "dia ban": AREA, "area": AREA, "chi hoi": AREA, "branch": AREA, "to": AREA, "group": AREA,
}  # fmt: skip
READ = ("stt", "loai", "vai", "xa_phuong", "chi_hoi", "to", "sinh", "ho", "dem", "ten")
SET_BY_HERSELF = ("suc_chua", "chu_de", "tieng", "gio")
BROKEN = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")
_TOTAL = re.compile(
    r"(tổng cộng|tổng số|tong cong|tong so|cộng|tổng)(\s*[:(]?\s*\d.*|\s*:.*|\s+(danh sách|số|hội viên|có|chung).*)?$"
    r"|(tổng cộng|tổng số|tong cong|tong so)\b|(danh sách|ds) (này |trên )?(có|gồm)\b|ấn định\b"
)
_SIGNED = re.compile(  # what nobody has as a name or office
    r"ngày[\s\d.…_]*tháng[\s\d.…_]*năm|ngay[\s\d.…_]*thang[\s\d.…_]*nam|người lập|nguoi lap|lập (bảng|biểu|danh sách)"
    r"|^t/?m[./ ]|^kt\.|thay mặt|ký[\s,]*(và )?(ghi|tên)|xác nhận của|nơi nhận|^(ghi chú|lưu ý)\s*:"
)
_OFFICE = re.compile(r"(phó )?chủ tịch( hội.*)?|(chi hội|tổ|thủ) (trưởng|phó)|người duyệt|kế toán|thư ký|cán bộ.*")
_NUMBER = re.compile(r"\d{1,6}[.)]?(\.0)?")
_ORDINAL = re.compile(r"(\d+(\.0)?|[IVXLC]+|[A-Z])\s*[.)/]?")
_NUMBERS = re.compile(r"\(?\s*(\d{1,2}|[a-z]|[ivx]+)\s*\)?(\s*=.*)?", re.IGNORECASE)


@dataclass(slots=True)
class Reader:
    """One page's reading: where it stands, and what it has found for the sheet."""

    page: ListTable
    heads: Heads
    sheet: PeopleList
    placed: bool
    at: str = ""  # "trang “X”: " where there are several
    section: NamedPlace = field(default_factory=NamedPlace)
    closed: bool = False
    odd_roles: dict[str, int] = field(default_factory=dict)
    offices: dict[str, int] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)  # names below the end of a list that numbers nobody
    seen: set[str | None] = field(default_factory=set)  # what stood in the columns of places so far
    last: int = 0  # the line of the last numbered person; 0 where most have no number

    def read(self) -> None:
        """Read all lines below the heads; where most are numbered, the last numbered one ends the list."""
        below = self.page.rows[self.heads.last + 1 :]
        lines = [(line, cells, self._values(cells)) for line, cells in below if any(cell.strip() for cell in cells)]
        named = [(line, values) for line, _, values in lines if values["ten"]]
        numbered = [line for line, values in named if _NUMBER.fullmatch(values.get("stt", ""))]
        self.last = numbered[-1] if len(numbered) * 2 > len(named) else 0
        for each in lines:
            self._line(*each)

    def _line(self, line: int, cells: Sequence[str], values: dict[str, str]) -> None:
        said = [(self.heads.names(at), tidy(cell)) for at, cell in enumerate(cells) if cell.strip()]
        texts = [text for name, text in said if name != "stt" or not _ORDINAL.fullmatch(text)]
        if not texts or self._is_numbers(texts) or self._is_heads_again(cells):
            return
        if self._is_person(values, texts):
            self._row(line, values)
        elif len(texts) <= 2 and (found := places.section(texts[0])):
            self._enter(found)
            if len(said) > 1 and {name for name, _ in said} <= {"xa_phuong", "chi_hoi", "to"}:
                self.nameless.append(f"{line} (“{short(', '.join(texts))}”)")
        elif self._is_closing(texts):
            self.closed = True
            self._pass(line, texts)
        elif len(said) == 1 and not self.closed and line < self.last and not re.search(r"\d", texts[0]):
            why = "không rõ “{said}” là người hay tên chi hội; hãy thêm số thứ tự, hoặc ghi “Chi hội …”"
            self._fault(line, "ten", say(why, said=short(texts[0])))
        elif self._is_left_over(values, len(said)):
            self._pass(line, texts)
        else:
            self._row(line, values)

    # --- what kind of line ---

    def _is_person(self, values: Mapping[str, str], texts: Sequence[str]) -> bool:
        """Numbered, or with a year of birth or a place beside a name: whatever else stands there, it is somebody."""
        name = values.get("ten", "")
        if "loai" in values or not name or _TOTAL.match(name.lower()) or _SIGNED.search(name.lower()):
            return "loai" in values and fold(values["loai"]) in KINDS and bool(values["loai"])
        if _NUMBER.fullmatch(values.get("stt", "")) and not (len(texts) == 1 and places.section(name)):
            return True
        return bool(values.get("born")) and len(texts) > 1

    def _is_closing(self, texts: Sequence[str]) -> bool:
        """Totals, dates and who signs. An office alone says nothing: it may be the listed person's own."""
        said = [text.lower() for text in texts]
        sure = [text for text in said if _TOTAL.match(text) or _SIGNED.search(text)]
        return bool(sure) or all(_OFFICE.fullmatch(text) for text in said)

    def _is_left_over(self, values: Mapping[str, str], cells: int) -> bool:
        """ "Trang 2", or whoever signs below: without a number, a year, or a place that stood above."""
        if not values["ten"]:
            return cells == 1 or self.closed
        if not self.closed or self.seen & {values.get("xa_phuong"), values.get("chi_hoi")}:
            return False
        if not self.heads.of("stt") and not self.heads.of("sinh") and not people.fault_of(values["ten"]):
            self.signers.append(values["ten"])
        return True

    def _is_heads_again(self, cells: Sequence[str]) -> bool:
        mine = {at: word for at, word in self.heads.words.items() if self.heads.names(at)}
        here = {at: fold(cell) for at, cell in enumerate(cells) if cell.strip()}
        same = sum(here.get(at) == fold(word) for at, word in mine.items())
        return same >= 2 and same * 2 >= len(here)

    def _is_numbers(self, texts: Sequence[str]) -> bool:
        """ "(1) (2) (3)" below the heads."""
        return len(texts) > 1 and all(_NUMBERS.fullmatch(text) for text in texts)

    def _enter(self, found: NamedPlace) -> None:
        if found.ward:
            self.section = found
        elif found.branch:
            self.section = NamedPlace(self.section.ward, found.branch, found.group)
        else:
            self.section = replace(self.section, group=found.group)
        self.closed = False

    def _pass(self, line: int, texts: Sequence[str]) -> None:
        self.passed.append(f"{line} (“{short(texts[0])}”)")

    # --- what stands in it ---

    def _values(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells by meaning, tidy; "" where a column is there and the cell is empty."""

        def first(name: str) -> str | None:
            columns = self.heads.of(name)
            found = (tidy(cells[at]) for at in columns if at < len(cells))
            return next(filter(None, found), "") if columns else None

        names = ("stt", "loai", "vai", "xa_phuong", "chi_hoi", "to", *SET_BY_HERSELF)
        values = {name: value for name in names if (value := first(name)) is not None}
        family = [tidy(cells[at]) for name in ("ho", "dem") for at in self.heads.of(name) if at < len(cells)]
        given = [tidy(cells[at]) for at in self.heads.of("ten") if at < len(cells)]
        values["ten"] = " ".join(filter(None, [*family, *given]))
        dates = (people.born(cells[at]) for at in self.heads.of("sinh") if at < len(cells))
        values["born"] = next(filter(None, dates), "")
        return values

    def _row(self, line: int, values: dict[str, str]) -> None:
        said = fold(values.get("loai", ""))
        kind = KINDS.get(said) or (PERSON if said in people.ROLES else None)
        if kind is None:
            why = "không biết loại “{kind}”; ghi: chi hội, tổ, hội viên, người chỉ"
            self._fault(line, "loai", say(why, kind=short(values["loai"])))
            return
        name, role, born = "", "", ""
        self._check_broken(line, values)
        if kind == PERSON:
            name, behind = people.name_of(values["ten"])
            born = values["born"] or behind
            role = self._role(values.get("vai", "") or (said if said in people.ROLES else ""))
            if fault := people.fault_of(name):
                self._fault(line, "ten", fault)
            name = people.in_case(name)
            self.seen |= {values.get("xa_phuong"), values.get("chi_hoi")} - {"", None}
            self._check_settings(line, values)
        else:
            column = "to" if said in ("to", "group") else "chi_hoi"
            values[column] = values.get(column) or values.get("ten", "")
        place = self._place(line, kind, values)
        if place.ward or self.placed or not self.heads.of("xa_phuong") or self._is_mixed():
            self.sheet.rows.append(ListRow(line, kind, name, role, place.ward, place.branch, place.group, born))

    def _place(self, line: int, kind: str, values: Mapping[str, str]) -> NamedPlace:
        """Of its own cells, else of the section it stands in."""
        own = places.section(values.get("xa_phuong", "")) if self._is_mixed() else NamedPlace()
        both = places.section(values.get("chi_hoi", ""))  # "Chi hội ấp 1, xã Tam An"
        ward = values.get("xa_phuong", "") if not own.branch or own.ward else ""
        ward = ward or (both.ward if both.branch else "")
        branch = (both.branch if both.ward else "") or values.get("chi_hoi", "") or own.branch
        group = values.get("to", "") or own.group
        heads = self.heads
        word = next((heads.words[at] for at in heads.of("chi_hoi")), "")
        branch = places.named("branch", branch, word) if branch else self.section.branch
        group = places.named("group", group) if group else (self.section.group if branch == self.section.branch else "")
        ward = ward or self.section.ward
        if heads.of("xa_phuong") and not ward and not self.placed and not self._is_mixed():
            self._fault(line, "xa_phuong", say("thiếu xã, phường"))
        if group and not branch and not self.placed:
            self._fault(line, "chi_hoi", say("có tổ thì phải có chi hội"))
        if kind == AREA and not branch and not (self.placed and group):
            self._fault(line, "chi_hoi", say("thiếu tên chi hội"))
        for column, text in (("chi_hoi", branch), ("to", group)):
            if len(text) > people.MAX_NAME:
                self._fault(line, column, say("dài quá {most} chữ", most=people.MAX_NAME))
            elif NUMBER.search(text):
                self._fault(line, column, say("có số giấy tờ hay số điện thoại, tên chi hội và tổ không ghi số ấy"))
            elif is_formula(text):
                self._fault(line, column, say("bắt đầu bằng “{sign}” trông như công thức", sign=text[0]))
        return NamedPlace(ward, branch, group)

    def _is_mixed(self) -> bool:
        """Whether the ward's column is one of "đơn vị" or of addresses, where a branch may stand as well."""
        names = {self.heads.names(at) for at in self.heads.of("xa_phuong")}
        return bool(names) and names <= {"don_vi", "dia_chi"}

    def _role(self, cell: str) -> str:
        of_office = {self.heads.names(at) for at in self.heads.of("vai")} == {"chuc_vu"}
        role, known = people.role(cell, of_office=of_office)
        if known != "known":
            kept = self.offices if known == "office" else self.odd_roles
            kept[cell] = kept.get(cell, 0) + 1
        return role

    def _check_broken(self, line: int, values: Mapping[str, str]) -> None:
        for column, value in values.items():
            if BROKEN.match(value):
                self._fault(line, column, say("ô này là công thức bị lỗi ({value}); hãy sửa hay gõ lại", value=value))

    def _check_settings(self, line: int, values: Mapping[str, str]) -> None:
        capacity = re.sub(r"\.0$", "", values.get("suc_chua", ""))
        if capacity and capacity not in map(str, range(1, instructor.MOST + 1)):
            why = "phải là số từ 1 tới {most}, không phải “{said}”"
            self._fault(line, "suc_chua", say(why, most=instructor.MOST, said=short(capacity)))
        hours = values.get("gio", "")
        if hours and not instructor.hours_are_sound(hours.replace(" ", "").replace("–", "-")):
            self._fault(line, "gio", say("phải là giờ, ví dụ 08:00-20:00"))

    def _fault(self, line: int, column: str, message: str) -> None:
        self.sheet.faults.append(ListFault(line, column, joined([self.at, message], "") if self.at else message))


# --- what is told of all of it ----------------------------------------------------------------------


def finish(reader: Reader, named_pages: bool) -> None:
    """What is to be told or asked of a whole page."""
    sheet, where = reader.sheet, say(" ở trang “{name}”", name=reader.page.name) if named_pages else ""
    if reader.offices:
        why = "Chức danh {told}{where} ghi là hội viên. Muốn giao việc cán bộ thì mời riêng."
        sheet.notes.append(say(why, told=_quoted(list(reader.offices)[:8]), where=where))
    if reader.odd_roles:
        odd = list(reader.odd_roles.items())[:8]
        told = joined(say("“{said}” ({count} dòng)", said=short(word), count=count) for word, count in odd)
        ask = "Vai {told}{where} không có trong Cầm Tay: ghi là hội viên?"
        sheet.questions.append(say(ask, told=told, where=where))
    if reader.signers:
        ask = "{told} đứng dưới dòng tổng cộng hay chữ ký{where}: là người ký, không nhập?"
        sheet.questions.append(say(ask, told=_quoted(reader.signers[:8]), where=where))
    if reader.nameless:
        told = ", ".join(reader.nameless[:6]) + ("…" if len(reader.nameless) > 6 else "")
        sheet.notes.append(say("Dòng không có tên người{where}, không nhập ai: dòng {told}.", where=where, told=told))
    if reader.passed:
        told = ", ".join(reader.passed[:6]) + ("…" if len(reader.passed) > 6 else "")
        why = "Bỏ qua {count} dòng tổng cộng, chữ ký, ghi chú{where}: dòng {told}."
        sheet.notes.append(say(why, count=len(reader.passed), where=where, told=told))
    _note_columns(reader, where)


def _quoted(words: Sequence[str]) -> str:
    return joined(f"“{short(word)}”" for word in words)


def _note_columns(reader: Reader, where: str) -> None:
    heads, sheet = reader.heads, reader.sheet
    read = {at for name in (*READ, *SET_BY_HERSELF) for at in heads.of(name)}
    unread = [word for at, word in heads.words.items() if at not in read]
    if unread:
        why = "Cột {named}{where} không đọc, không lưu: để trong tệp như vậy cũng được."
        sheet.notes.append(say(why, named=_quoted(unread[:10]), where=where))
    if heads.of("sinh"):
        sheet.notes.append(say("Năm sinh chỉ dùng để phân biệt người trùng tên."))
    named_ = sorted({heads.names(at) for at in heads.columns if heads.names(at) in SET_BY_HERSELF})
    if named_ and not sheet.faults:
        columns = ", ".join(named_)
        sheet.notes.append(
            say(
                "Cột {columns} không được lưu: chị ấy tự đặt khi nhận lời. Danh sách chỉ giữ tên và địa bàn.",
                columns=columns,
            )
        )
