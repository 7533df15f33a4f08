"""Lists of texts and of patterns in a teacher's tables, with their places: what signs.yaml and relay.yaml have in
common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.model import Problem, SourcePosition
from flows.saying import say
from flows.words.sought import BUILT_IN, Groups, Pattern, PatternInvalid, pattern_of
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Scalar

MOST = 500  # entries of one list


@dataclass(frozen=True, slots=True)
class PatternRows:
    """Reads the patterns of one table; what cannot be read is told by `code`, with the file that tells how to write."""

    code: str
    file: str

    def groups(self, fields: Fields) -> Groups:
        """The groups of words that its patterns name; each has to be readable by itself."""
        listed = fields.mapping("groups")
        names = listed.node.entries.items() if listed else ()
        nodes = {name: scalars(listed, name) for name, _ in names} if listed else {}
        groups = Groups({name: tuple(node.text for node in each) for name, each in nodes.items()})
        for name, (key, _) in names:
            if name in BUILT_IN:
                message = say("nhóm {{{name}}} máy đã có sẵn", name=name)
                fields.tell("E004", key.place, message, say("hãy đổi tên"))
            for node in nodes[name]:
                self._pattern(node, groups, fields.problems)
        return groups

    def patterns(self, fields: Fields, key: str, groups: Groups) -> tuple[Pattern, ...]:
        """Those of a list that can be read."""
        found = (self._pattern(node, groups, fields.problems) for node in scalars(fields, key))
        return tuple(made for made in found if made is not None)

    def _pattern(self, node: Scalar, groups: Groups, problems: list[Problem]) -> Pattern | None:
        try:
            return pattern_of(node.text, groups)
        except PatternInvalid as fault:
            hint = say("xem đầu tệp {file}: cách viết một mẫu", file=self.file)
            problems.append(Problem(self.code, node.place, fault.message, hint))
            return None


def scalars(fields: Fields, key: str) -> list[Scalar]:
    """The texts of a list with their places; what is none is told."""
    nodes = fields.items(key, MOST) if fields.has(key) else []
    return [node for node in nodes if fields.text_of(node, key) is not None and isinstance(node, Scalar)]


def texts(fields: Fields, key: str) -> list[str]:
    """The texts of a list, without blanks around them."""
    return [node.text.strip() for node in scalars(fields, key)]


def examples(row: Fields, key: str) -> Iterator[tuple[SourcePosition, str]]:
    """The texts of a list as they stand, each with its place."""
    return ((node.place, node.text) for node in scalars(row, key))


def only_once(ids: Iterable[str], rows: Iterable[Fields]) -> None:
    """Tell of every row whose id another had before."""
    seen: set[str] = set()
    for each, row in zip(ids, rows, strict=True):
        if each in seen:
            row.tell("E004", row.node.place, say("mã “{id}” có hai lần", id=each), say("hãy đổi một mã"))
        seen.add(each)
