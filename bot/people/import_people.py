"""Who of a list is who: namesakes told apart, those of former lists recognised, nobody merged and nobody doubled.

An entry's id hashes name (with its marks), place, role, year of birth and a number among those who are alike in all of
it, so the same list always finds its own people again; of the year nothing but this hash is kept, unless a namesake
needs it beside the name. Ids of those who had everything deleted are passed over: nobody inherits them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.people.policy.lists.words import fold, has_marks, key, short
from bot.people.policy.people_file import ListRow
from flows.saying import joined, say
from storage.people.areas import AreaRow, first_path
from storage.people.records import InviteeRow

MORE = 12  # numbers tried beyond those who are alike: as many of them may have had everything deleted
ASKED_SINGLY = 5  # names; more than that are one question
NameId = Callable[..., str]
Her = tuple[str, str, str]  # area, role, name as it is compared


@dataclass(frozen=True, slots=True)
class Question:
    """Yes is what `--yes` takes. After a no, the entries `without` stay out and those of `instead` come in; where there
    are neither, nothing comes in at all. `lines` is what the text tells, a line each, for a page: `short` the text
    without them."""

    text: str
    without: frozenset[str] = frozenset()
    instead: tuple[InviteeRow, ...] = ()
    lines: tuple[str, ...] = ()
    short: str = ""


@dataclass(slots=True)
class Alike:
    """Those of one list who share name, place, role and year of birth; `ids` may be theirs, `taken` are."""

    place: AreaRow
    role: str
    name: str
    year: str
    rows: list[ListRow]
    name_id: NameId
    ids: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    former: str = ""  # as an entry of this name was called before marks and years counted

    def __post_init__(self) -> None:
        self.ids = [self._id(self.year, number) for number in range(len(self.rows))]
        self.former = self.name_id("person", fold(self.name), first_path(self.place.path), self.role)

    @property
    def who(self) -> str:
        """Name and place, as a question about them says it."""
        return f"“{self.name}”, {self.place.name}"

    @property
    def her(self) -> Her:
        """What tells them from everybody else in former lists: place, role, name."""
        return self.place.area_id, self.role, key(self.name)

    def try_more(self) -> list[str]:
        """More ids, since some belong to nobody any more."""
        self.ids += [self._id(self.year, number) for number in range(len(self.ids), len(self.ids) + MORE)]
        return self.ids

    def may_be(self, entry: InviteeRow) -> bool:
        """Whether an entry of this name can be one of them: unless both say a year."""
        yearless = (self._id("", number) for number in range(MORE))
        return not self.year or entry.invitee_id == self.former or entry.invitee_id in yearless

    def must_be(self, entry: InviteeRow) -> bool:
        """Whether there is nothing to ask: an entry of the time when no year counted, in a list that says none."""
        return not self.year and entry.invitee_id == self.former

    def _id(self, year: str, number: int) -> str:
        return self.name_id("woman", key(self.name), first_path(self.place.path), self.role, year, str(number))


def alike(people: Iterable[tuple[ListRow, AreaRow]], name_id: NameId) -> list[Alike]:
    """Everybody of a list, in groups of those who cannot be told apart; the ids of each depend on nothing else."""
    groups: dict[tuple[str, ...], list[tuple[ListRow, AreaRow]]] = defaultdict(list)
    for row, place in people:
        groups[place.path, row.role, key(row.name), row.born[:4]].append((row, place))
    made = []
    for members in groups.values():
        (first, place), rows = members[0], [row for row, _ in members]
        rows.sort(key=lambda row: (row.born, row.line))
        made.append(Alike(place, first.role, first.name, first.born[:4], rows, name_id))
    return made


def asked_within(groups: Sequence[Alike]) -> list[Question]:
    """Lines of one list that may be one person said twice. To be asked once `taken` is known."""
    doubts: list[tuple[str, frozenset[str]]] = []
    by_name: dict[Her, list[Alike]] = defaultdict(list)
    by_letters: dict[Her, list[Alike]] = defaultdict(list)
    for group in groups:
        by_name[group.her].append(group)
        by_letters[group.place.area_id, group.role, fold(group.name)].append(group)
        days = {row.born for row in group.rows if len(row.born) > 4}
        if len(group.rows) > 1 and len(days) < len(group.rows):
            doubts.append((_lines(group, group.rows), frozenset(group.taken[1:])))
    for same in by_name.values():
        without = next((group for group in same if not group.year), None)
        if without and len(same) > 1:
            rows = [row for group in same for row in group.rows]
            text = say("{lines} (một dòng thiếu năm sinh)", lines=_lines(without, rows))
            doubts.append((text, frozenset(without.taken)))
    for near in by_letters.values():
        plain = [group for group in near if not has_marks(group.name)]
        if plain and len({group.her for group in near}) > 1:
            rows = [row for group in near for row in group.rows]
            text = say("{lines} (một dòng không dấu)", lines=_lines(plain[0], rows))
            doubts.append((text, frozenset(plain[0].taken)))
    if len(doubts) > ASKED_SINGLY:
        some = joined((text for text, _ in doubts[:ASKED_SINGLY]), "; ")
        text = say("{count} tên ghi nhiều lần: {some}; … Đều là những người khác nhau?", count=len(doubts), some=some)
        return [Question(text, frozenset(each for _, ids in doubts for each in ids))]
    ask = "Tên ghi nhiều lần: {text}. Là những người khác nhau?"
    return [Question(say(ask, text=text), ids) for text, ids in doubts]


def _lines(group: Alike, rows: Sequence[ListRow]) -> str:
    first = sorted(row.line for row in rows)[:6]
    return say("{who}, dòng {lines}", who=group.who, lines=", ".join(map(str, first)))


def take(groups: Sequence[Alike], gone: Collection[str]) -> list[Question]:
    """Give everyone of a list an id, past those of deleted people. What is asked: whoever bears one of those names."""
    questions = []
    for group in groups:
        free = [each for each in group.ids if each not in gone]
        group.taken = free[: len(group.rows)]
        if len(free) < len(group.ids) or group.former in gone:
            text = say(
                "{who}: một người tên ấy đã xin xóa hết dữ liệu. Đây là người khác, hoặc chị ấy muốn vào lại?",
                who=group.who,
            )
            questions.append(Question(text, frozenset(group.taken)))
    return questions


@dataclass(slots=True)
class Recognised:
    fresh: list[InviteeRow] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def recognise(groups: Sequence[Alike], known: Collection[str], listed: Sequence[InviteeRow]) -> Recognised:
    """Who of a list is there already: by id, or as an entry of the same name that says no other year.

    `listed` are the entries of their places.
    """
    hers = {each for group in groups for each in group.ids}
    others: dict[Her, list[InviteeRow]] = defaultdict(list)
    letters: dict[Her, list[InviteeRow]] = defaultdict(list)
    for entry in listed:
        if entry.invitee_id not in hers:
            others[entry.area_id, entry.role, key(_plain(entry.name))].append(entry)
            letters[entry.area_id, entry.role, fold(_plain(entry.name))].append(entry)
    found = Recognised()
    together: dict[Her, int] = defaultdict(int)
    for group in groups:
        together[group.her] += len(group.rows)
    merged: list[tuple[str, InviteeRow]] = []
    for group in groups:
        left = others[group.her]
        for number, (row, invitee_id) in enumerate(zip(group.rows, group.taken, strict=True)):
            mark = _mark(group, number) if together[group.her] > 1 or left else ""
            new = InviteeRow(invitee_id, row.name + mark, group.place.area_id, row.role)
            hers_too = [] if invitee_id in known else [entry for entry in left if group.may_be(entry)][:1]
            left[:] = [entry for entry in left if entry not in hers_too]
            if hers_too and not group.must_be(hers_too[0]):
                merged.append((say("dòng {line} {who}", line=row.line, who=group.who), new))
            if hers_too or invitee_id in known:
                found.known.append(row.name)
            else:
                found.fresh.append(new)
                near = letters[group.place.area_id, group.role, fold(row.name)]
                found.questions += _unmarked(row, group, invitee_id, near)
    if merged:
        some = joined(
            [*(text for text, _ in merged[:ASKED_SINGLY]), *(["…"] if len(merged) > ASKED_SINGLY else [])], "; "
        )
        text = say(
            "{count} người trùng tên với người đã có, mà một bên không ghi năm sinh: {some}. Là cùng một người?",
            count=len(merged),
            some=some,
        )
        found.questions.append(Question(text, instead=tuple(row for _, row in merged)))
    return found


def _unmarked(row: ListRow, group: Alike, invitee_id: str, near: Sequence[InviteeRow]) -> Iterator[Question]:
    for entry in near:
        if has_marks(entry.name) != has_marks(row.name):
            ask = "Dòng {line}: {who} là người khác với “{other}” đã có?"
            text = say(ask, line=row.line, who=group.who, other=short(entry.name, 60))
            yield Question(text, frozenset([invitee_id]))
            return


def _mark(group: Alike, number: int) -> str:
    """What stands behind the name of somebody with a namesake, so that an officer knows which is which."""
    born = group.rows[number].born
    days = [row.born for row in group.rows]
    if len(born) > 4 and days.count(born) == 1 < len(days):
        year, month, day = born.split("-")
        return f" ({int(day)}/{int(month)}/{year})"
    said = [*filter(None, [group.year]), *([str(number + 1)] if number else [])]
    return f" ({', '.join(said)})" if said else ""


def _plain(name: str) -> str:
    """A kept name without such a mark."""
    return re.sub(r" \([\d/, ]+\)$", "", name)


def places_of(groups: Sequence[Alike], known: Collection[str]) -> list[str]:
    """The areas of those who are not known by their id."""
    return sorted({group.place.area_id for group in groups if any(each not in known for each in group.taken)})
