"""Which line names the columns, and which column is what: heads as unions of women really write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.people.policy.lists.sheet import ListTable
from bot.people.policy.lists.words import fold, tidy

LOOKED_AT = 60  # lines with something in them, from the top

_WORDS = {
    "stt": "stt|tt|so tt|s tt|so thu tu|no|so",
    "loai": "loai|loai dong|kind|type",
    "ten": "ten|ten goi|ten hoi vien|ten chi em|name|full name|fullname|given name|first name|ten rieng",
    "ho": "ho|ho dem|ho va dem|ho va ten dem|ho ten dem|ho va chu lot|ho chu lot|ho lot|ho va lot|ho va ten lot|"
    "ho ten lot|ho chu dem|ho ten chu lot|ho va ten chu lot|ho va ten chu dem|last name|surname|family name",
    "dem": "dem|ten dem|chu lot|chu dem|lot|ten lot|middle name",
    "sinh": "ns|namsinh|birth|birth year|year of birth|date of birth|dob|ntns|sinh",
    "vai": "vai|vai tro|role",
    "chuc_vu": "chuc vu|chuc danh|nhiem vu|chuc vu hoi|chuc vu trong hoi|chuc danh trong hoi|chuc vu chuc danh|"
    "chuc danh chuc vu|chuc vu doan the|cv|tham gia to chuc hoi",
    "xa_phuong": "xa phuong|phuong xa|xa|phuong|ward|commune|ma xa|xa phuong thi tran|ten xa phuong|ten xa|"
    "hoi lhpn xa phuong|co so hoi|hoi co so|phuong xa thi tran|ten phuong xa|xa phuong noi cu tru",
    "don_vi": "don vi|dia phuong|noi sinh hoat|don vi sinh hoat|sinh hoat tai",
    "dia_chi": "dia chi|noi o|cho o|cho o hien nay|noi o hien nay|noi cu tru|dia chi thuong tru|dia chi noi o|address|"
    "thuong tru|noi thuong tru|cu tru|dia chi hien nay|dia chi cu tru",
    "chi_hoi": "chi hoi|branch|chi hoi phu nu|ten chi hoi|chi hoi pn|chi hoi sinh hoat|chi hoi ap khu pho|chi hoi ap|"
    "chi hoi khu pho|thuoc chi hoi|sinh hoat chi hoi|sinh hoat tai chi hoi|chi hoi ap kp",
    "ap": "ap|khu pho|kp|ap khu pho|khu pho ap|ap kp|kp ap|thon|thon ap|thon ap khu pho|khu dan cu|khu",
    "to": "to|to hoi|to phu nu|to so|group|ten to|to hoi phu nu|thuoc to|to pn|to phu nu so|to sinh hoat",
    "suc_chua": "suc chua|so nguoi|capacity",
    "chu_de": "chu de|nhom bai|topics",
    "tieng": "tieng|ngon ngu|languages",
    "gio": "gio|hours",
}
_KNOWN = {way: name for name, ways in _WORDS.items() for way in ways.split("|")}
_NAME = re.compile(
    r"ho (va )?ten( (cua |chi |cac |ba )*(hoi vien|hv|phu nu|chi em|chi|ba|khai sinh|day du|in hoa|chu in|theo .*))*"
)
_BIRTH = re.compile(r"(ngay sinh|nam sinh|ngay thang nam sinh|ngay thang sinh|sinh nam|sinh ngay|nam sinh nu)( .*)?")
_BELOW = {"nam": "sinh", "nu": "sinh"}  # under "năm sinh", where a list of both has two columns
TOLD = ("Họ và tên", "Chi hội", "Tổ", "Vai trò", "Xã, phường")  # what is asked for when no line names anything
_STANDS_IN = (("vai", ("chuc_vu",)), ("chi_hoi", ("ap",)), ("xa_phuong", ("don_vi", "dia_chi")))


@dataclass(frozen=True, slots=True)
class Heads:
    """`first` and `last` are indexes of rows; `columns` says what each column is, `words` how it is called."""

    first: int
    last: int
    columns: Mapping[int, str]
    words: Mapping[int, str]

    def of(self, name: str) -> list[int]:
        """The columns of this meaning; where there are none, those that may stand in for it."""
        found = [at for at, each in self.columns.items() if each == name]
        for meaning, others in _STANDS_IN:
            for other in others if meaning == name and not found else ():
                found = found or [at for at, each in self.columns.items() if each == other]
        return found

    def names(self, at: int) -> str:
        """The key of the column at this place; "" where the head is not known."""
        return self.columns.get(at, "")


def meaning(cell: str) -> str:
    """What a head says its column is; "" where nobody knows."""
    said = fold(re.sub(r"\(.*?\)", " ", tidy(cell))) or fold(cell)
    if said in _KNOWN:
        return _KNOWN[said]
    if _NAME.fullmatch(said):
        return "ten"
    return "sinh" if _BIRTH.fullmatch(said) else ""


def find(page: ListTable) -> Heads | None:
    """The line of heads: the first among those in which most is known."""
    best: Heads | None = None
    looked_at = 0
    for at, (_, cells) in enumerate(page.rows):
        if not any(cell.strip() for cell in cells):
            continue
        looked_at += 1
        if looked_at > LOOKED_AT:
            break
        found = _at(page, at)
        if found is not None and (best is None or len(_useful(found)) > len(_useful(best))):
            best = found
    return best


def _useful(heads: Heads) -> list[str]:
    return [name for name in heads.columns.values() if name]


def _at(page: ListTable, at: int) -> Heads | None:
    cells = page.rows[at][1]
    columns = {column: name for column, cell in enumerate(cells) if cell.strip() and (name := meaning(cell))}
    words = {column: tidy(cell) for column, cell in enumerate(cells) if cell.strip()}
    names = set(columns.values())
    filled = len(words)
    if not names & {"ten", "ho", "loai"} or len(columns) * 3 < filled or (len(columns) == 1 and filled > 2):
        return None
    above = page.rows[at - 1][1] if at else []
    for column, cell in enumerate(above):  # a group of heads above: "Nơi ở" over "Ấp", "Xã"; "STT" beside it
        if cell.strip() and column not in words and (name := meaning(cell)):
            columns[column], words[column] = name, tidy(cell)
    last = _with_line_below(page, at, columns, words)
    return Heads(at, last, columns, words)


def _with_line_below(page: ListTable, at: int, columns: dict[int, str], words: dict[int, str]) -> int:
    """A second line of heads ("Họ đệm", "Tên" under "Họ và tên") if there is one; its index, else `at`."""
    if at + 1 >= len(page.rows) or "loai" in columns.values():
        return at
    below = {column: cell for column, cell in enumerate(page.rows[at + 1][1]) if cell.strip()}
    top, found = "", {}
    for column in range(max(below, default=-1) + 1):
        top = words.get(column, top)
        if column in below:
            name = _BELOW.get(fold(below[column]), "") if meaning(top) == "sinh" else meaning(below[column])
            found[column] = name
    known = [column for column, name in found.items() if name]
    if not below or len(known) * 3 < len(below) * 2 or any(each.isdigit() for cell in below.values() for each in cell):
        return at
    for column in known:
        columns[column] = found[column]
        words[column] = tidy(below[column])
    return at + 1
