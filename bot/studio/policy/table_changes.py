"""What another text of a table changes, as people read it: ways of saying, spellings, answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.studio.policy.answers import AnswerEntry


@dataclass(frozen=True, slots=True)
class WordsChange:
    """What comes into one list of the table of words, and what goes out of it: `group` and `name` are its keys there
    (`name` is empty for a list without groups). Of pairs (a spelling) each is "typed → meant"."""

    group: str
    name: str
    added: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One written answer before and after: its words, what came into its ways of asking and its sources, what went.
    `before` is empty for a new one, `after` for one that is gone."""

    asked: str
    before: str
    after: str
    added: tuple[str, ...]
    gone: tuple[str, ...]
    sources: tuple[tuple[str, ...], tuple[str, ...]]


def words_changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[WordsChange, ...]:
    """By the lists of the table, in its order."""
    was, now = _lists(before), _lists(after)
    found = []
    for key in dict.fromkeys((*now, *was)):
        old, new = was.get(key, ()), now.get(key, ())
        found.append(WordsChange(*key, _beyond(new, old), _beyond(old, new)))
    return tuple(each for each in found if each.added or each.gone)


def answer_changes(before: Sequence[AnswerEntry], after: Sequence[AnswerEntry]) -> tuple[AnswerChange, ...]:
    """By the answers of a table, in its order; what is gone last."""
    was, now = {each.id: each for each in before}, {each.id: each for each in after}
    found = []
    for key in dict.fromkeys((*now, *was)):
        old, new = was.get(key), now.get(key)
        asks, cited = (
            [(each.ask if each else ()) for each in (old, new)],
            [(e.sources if e else ()) for e in (old, new)],
        )
        change = AnswerChange(
            (asks[1] or asks[0] or (key,))[0], old.say if old else "", new.say if new else "",
            _beyond(asks[1], asks[0]), _beyond(asks[0], asks[1]), (cited[0], cited[1]),
        )  # fmt: skip
        if old != new and (change.before, change.added, change.gone, cited[0]) != (change.after, (), (), cited[1]):
            found.append(change)
    return tuple(found)


def _lists(table: Mapping[str, object]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(group, name) → all that stands there."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for group, held in table.items():
        if isinstance(held, list):
            found[group, ""] = tuple(map(str, held))
        elif isinstance(held, dict):
            pairs = {str(name): each for name, each in held.items() if not isinstance(each, list)}
            found |= {
                (group, str(name)): tuple(map(str, each)) for name, each in held.items() if isinstance(each, list)
            }
            if pairs:
                found[group, ""] = tuple(f"{typed} → {means}" for typed, means in pairs.items())
    return found


def _beyond(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(each for each in some if each not in known)
