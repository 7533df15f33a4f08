"""The written answers of a table as an editor's form has them, and one of them written anew in its text. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.studio.policy.adding import with_item, with_value, without_last
from bot.studio.policy.splicing import splice, value_at
from flows.words.keys import plain_of
from flows.yaml import strictyaml
from flows.yaml.fields import NO_SOURCE
from flows.yaml.strictyaml import Mapping as YamlMapping
from flows.yaml.strictyaml import Sequence as YamlSequence

MOST_OF_ID = 40  # characters (`flows.yaml.fields.LESSON_ID`)
SLUG_WORDS = 5


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """One entry of a table: `at` is its place there, `lines` the first of it and the first behind it; `sources` is
    empty for what needs none."""

    id: str
    table: str
    at: int
    lines: tuple[int, int]
    outline: str
    say: str
    ask: tuple[str, ...]
    sources: tuple[str, ...]


def entries_of(table: str, text: str) -> list[AnswerEntry]:
    """Every entry of a table's text, whatever is wrong with it; none where it cannot be read."""
    root = strictyaml.read(text, table).root
    rows = root.items if isinstance(root, YamlSequence) else []
    begins = [*(row.place.line for row in rows), text.count("\n") + 2]
    return [
        AnswerEntry(
            id=value_at(row, ("id",)) or "",
            table=table,
            at=at,
            lines=(begins[at], begins[at + 1]),
            outline=value_at(row, ("outline",)) or "",
            say=value_at(row, ("say",)) or "",
            ask=_texts(row, "ask"),
            sources=_texts(row, "src"),
        )
        for at, row in enumerate(rows)
        if isinstance(row, YamlMapping)
    ]


def _texts(row: YamlMapping, key: str) -> tuple[str, ...]:
    node = row.get(key)
    many = range(len(node.items)) if isinstance(node, YamlSequence) else ()
    return tuple(text for at in many if (text := value_at(node, (at,))) is not None)


def with_entry(text: str, entry: AnswerEntry, say: str, ask: Sequence[str], sources: Sequence[str]) -> str | None:
    """The text with other words, ways of asking and sources of one entry; all else stays. None where that cannot be
    written: the text has faults of grammar."""
    found: str | None = text
    if say != entry.say:
        found = splice(found, (entry.at, "say"), say) if found else None
    if tuple(sources) != entry.sources and found:
        found = with_value(found, (entry.at, "src"), list(sources) or NO_SOURCE)
    for at, way in enumerate(ask):
        if found and at >= len(entry.ask):
            found = with_item(found, (entry.at, "ask"), way)
        elif found and way != entry.ask[at]:
            found = splice(found, (entry.at, "ask", at), way)
    for _ in range(len(entry.ask) - len(ask)):
        found = without_last(found, (entry.at, "ask")) if found else None
    return found


def with_way_of_asking(text: str, entry: AnswerEntry, way: str) -> str | None:
    """The text with one more way of asking for this answer; as it is where it has that already."""
    if way.casefold() in (each.casefold() for each in entry.ask):
        return text
    return with_item(text, (entry.at, "ask"), way)


def with_new(text: str, id_: str, outline: str, say: str, ask: Sequence[str], sources: Sequence[str]) -> str | None:
    """The text with one more entry at its end; None where it cannot be read back."""
    cited = f"[{', '.join(map(_quoted, sources))}]" if sources else NO_SOURCE
    ways = "".join(f"    - {_quoted(way)}\n" for way in ask)
    head = f"- id: {id_}\n  outline: {outline}\n  say: {_quoted(say)}\n  src: {cited}\n  ask:\n{ways}"
    found, before = f"{text.rstrip()}\n\n{head}".lstrip("\n"), entries_of("", text)
    after = entries_of("", found)
    same = [(each.id, each.say, each.ask) for each in after] == [
        *((each.id, each.say, each.ask) for each in before), (id_, say, tuple(ask))
    ]  # fmt: skip
    return found if same else None


def id_for(outline: str, question: str, taken: Collection[str]) -> str:
    """An id of a new answer that is not among `taken`, from how it is asked."""
    words = re.findall(r"[a-z0-9]+", plain_of(question))[:SLUG_WORDS]
    base = "-".join([outline.lower(), *words])[: MOST_OF_ID - 3].rstrip("-")
    return next(each for at in range(1, len(taken) + 2) if (each := base if at == 1 else f"{base}-{at}") not in taken)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
