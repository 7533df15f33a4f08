"""Names of places in lists: what a line or a cell says of ward, branch and group, and when two names are one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.people.policy.lists.words import fold, has_marks, key, tidy

_WARD = ("xã", "phường", "thị trấn")
_BRANCH = ("chi hội", "ấp", "khu phố", "kp", "thôn", "khu", "khóm", "xóm", "phân hội", "buôn", "sóc", "bon", "làng")
_GROUP = ("tổ",)
_COMMON = {"chi", "hội", "phụ", "nữ", "ấp", "khu", "phố", "tổ", "thôn", "khóm", "xã", "phường"}
_NUMBERED = r"(?:(?:[IVXLC]{1,6}|\d{1,3}|[A-ZĐ])\s*[.)/:–-]+\s*)?"
_WHO = r"(?:hội viên|hv|người|chị em|chị|thành viên)"
_COUNTED = re.compile(
    rf"(?:[\s:(–-]+(?:tổng số|tổng cộng|gồm|có)?[\s:]*\d+\s*{_WHO}|\s*\(\s*\d+|\s*:\s*\d+)\s*\)?$", re.IGNORECASE
)
_PARTS = re.compile(r"\s*[,;]\s*|\s+[–-]\s+|\s+thuộc\s+|\s+(?=xã |phường )", re.IGNORECASE)
_BRANCH_WORDS = {"chi", "hoi", "phu", "nu", "lhpn", "pn", "hpn"}
_GROUP_WORDS = {"to", "hoi", "phu", "nu", "pn", "so"}


@dataclass(frozen=True, slots=True)
class NamedPlace:
    ward: str = ""
    branch: str = ""
    group: str = ""

    def __bool__(self) -> bool:
        return bool(self.ward or self.branch or self.group)


def section(text: str) -> NamedPlace:
    """What a line between people says of those below: "II. CHI HỘI ẤP 3 (25 hội viên)"; nothing where it names none."""
    said = re.sub(f"^{_NUMBERED}", "", tidy(text))
    said = _COUNTED.sub("", said)
    said = re.sub(r"^(?:đơn vị|địa bàn)\s*:\s*", "", said, flags=re.IGNORECASE).rstrip(" :.")
    place = _of_parts(said)
    return place or NamedPlace()


def _of_parts(text: str) -> NamedPlace | None:
    found = {"ward": "", "branch": "", "group": ""}
    for part in filter(None, _PARTS.split(text)):
        kind = kind_of(part)
        if not kind or found[kind]:
            return None
        found[kind] = in_case(part)
    return NamedPlace(**found)


def kind_of(text: str) -> str:
    """ward, branch or group, by how a name begins; "" for anything else, and for a person."""
    marked = key(text)
    for kind, ways in (("ward", _WARD), ("branch", _BRANCH), ("group", _GROUP)):
        for way in ways:
            if marked.startswith(key(way) + " ") or re.fullmatch(rf"{key(way)}\d+\w?", marked):
                return kind
            if not has_marks(text) and kind != "ward" and _is_plain(fold(way), marked):
                return kind
    return ""


def _is_plain(way: str, said: str) -> bool:
    """Typed without marks "to" may be a family's name: only a number or more words than one tell."""
    return bool(re.match(rf"{way} ?\d", said)) or (" " in way and said.startswith(way + " "))


def in_case(text: str) -> str:
    """A name of a place written in capitals, as one writes it: "CHI HỘI HOA SEN" is "Chi hội Hoa Sen"."""
    said = tidy(text)
    if said != said.upper() or not any(each.isalpha() for each in said):
        return said
    words = [
        word if word in _COMMON or any(map(str.isdigit, word)) else word.capitalize() for word in said.lower().split()
    ]
    joined = " ".join(words)
    return joined[:1].upper() + joined[1:]


def named(kind: str, cell: str, head: str = "") -> str:
    """A cell as the name of a branch or group: "3" under "Ấp" is "Ấp 3", "03" under "Tổ" is "Tổ 3"."""
    said = re.sub(r"^ch\.?\s+", "Chi hội ", in_case(cell), flags=re.IGNORECASE)
    said = re.sub(r"^(?:kp|k\.\s*phố)\.?\s*(?=\d)", "Khu phố ", said, flags=re.IGNORECASE)
    if not re.fullmatch(r"\d{1,3}\w?", said):
        return said
    prefix = {"ap": "Ấp", "kp": "Khu phố", "khu pho": "Khu phố", "thon": "Thôn"}.get(fold(head), "")
    return f"{prefix or ('Tổ' if kind == 'group' else 'Chi hội')} {said.lstrip('0') or '0'}"


def same(kind: str, name: str) -> tuple[str, str]:
    """What two names of one branch or group have in common, with marks and without: "CH ấp 03", "Chi hội Ấp 3"."""
    marked, bare = _core(kind, key(name)), _core(kind, fold(name))
    return marked, bare


def _core(kind: str, said: str) -> str:
    said = re.sub(r"\bk ?p\b ?(?=\d)|\bkp(?=\d)|\bk pho\b", f"{key('khu phố')} ", said)
    said = re.sub(r"([^\W\d]+?)(\d+)", r"\1 \2", said)
    said = re.sub(r"\b0+(?=\d)", "", said)
    words = said.split()
    dropped = _GROUP_WORDS if kind == "group" else _BRANCH_WORDS
    while len(words) > 1 and (fold(words[0]) in dropped or words[0] == "ch"):
        words.pop(0)
    return " ".join(words)


def wards(cell: str) -> list[str]:
    """What of a cell may be a ward, the likeliest first: of "Ấp 3, xã Tam An, Long Thành" the part that says so."""
    parts = [part for part in re.split(r"\s*[,;]\s*|\s+[–-]\s+", tidy(cell)) if part]
    said = [part for part in parts if re.match(r"(xã|xa|x\.|phường|phuong|p\.)\s*\S", part, re.IGNORECASE)]
    rest = [part for part in parts if part not in said and kind_of(part) not in ("branch", "group")]
    return [*said, *rest] or [tidy(cell)]


def in_titles(titles: list[str]) -> NamedPlace:
    """The branch and the words that may hold the ward, from the lines above the heads."""
    branch = ""
    ward = ""
    for title in titles:
        if found := re.search(r"(?:xã|phường)\s*:?\s+[^,;()–-]+", title, re.IGNORECASE):
            ward = ward or re.sub(r"\s*:\s*", " ", in_case(found[0]))
        pattern = r"(chi hội[^,;()–-]*?)(?=\s+(?:xã|phường|năm|quý|tháng)\b|\s*[,;()–-]|$)"
        if (found := re.search(pattern, title, re.IGNORECASE)) and section(found[1]).branch:
            branch = branch or section(found[1]).branch
    return NamedPlace(ward, branch)
