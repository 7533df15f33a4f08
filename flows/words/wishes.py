"""What a thief wants of somebody, told by the rules of `lessons/relay.yaml`: which words, near which others.

Tales about others, what one must not do and what machines do by themselves are taken out first; what is still asked for
then is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flows.words.asks import SIDES, Side, weigh
from flows.words.canonical import readings
from flows.words.ear.model import Model
from flows.words.nouns import SPARE, NounTable
from flows.words.plain_talk import NO_TALK, PlainTalk
from flows.words.sought import Pattern

A_WORD_OR_TWO = 4
"""Blanks in a clause of three words: behind a tale it is one thing more of the same kind."""
_BREAKS = re.compile(r"(?:[.;:!?…\n,] )+|(?:nhung'|thay' vi'f?|chu's?w? (?!so'))")
_ENDS = re.compile(r"(?:[.;!?…\n] )+")
_WHETHER = re.compile(r"(?<= )(co's? (?:[^ ']+'\S* ){1,5}khong'\S* )(?=(?:gui|goi|doc|chup|cho|dua|nhan|noi|chuyen)')")
"""A question that is not over with its "không": "có hình không gửi em coi" forbids nothing."""


@dataclass(frozen=True, slots=True)
class RelayRule:
    """One thing that may not be asked for. `phrase` explains it to its writer, `report`: an officer hears of it."""

    id: str
    phrase: str
    sides: tuple[str, ...]
    report: bool
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


ASKED = RelayRule("", "relay_asked", SIDES, report=False, when=(), unless=())
"""Stands for what no rule names."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """`lessons/relay.yaml`, compiled; `talk` is what is taken out before the rules are asked, None without any.

    `model` gives a second opinion (see `asks`); it may be missing. `nouns` tell what a number in a message is,
    `plain` which is an account's, what leads elsewhere, and which hosts a link may lead to.
    """

    rules: tuple[RelayRule, ...] = ()
    talk: Mapping[str, tuple[Pattern, ...]] | None = None
    model: Model | None = field(default=None, repr=False)
    nouns: NounTable = field(default=SPARE, repr=False)
    plain: PlainTalk = NO_TALK

    def __hash__(self) -> int:
        return id(self)


NEWS = "news"
"""The side of an announcement to many: a rule that is `from: [news]` looks at its sentences whole, warnings and all."""

UNREAD = Wishes()
"""Stands where no rules were read; whoever asks it gets a LookupError: without rules nothing passes."""

TALK = (
    *("tales", "tales_before", "tales_go_on", "for_me", "hushes", "warnings"),
    *("never", "presses", "asides", "gives", "offices"),
)
"""The lists of `talk:`: clauses about others, what makes one of the clause before, how they go on, what makes an order
of them all the same, as does what shall be kept secret, what does not, what one must not do, what presses instead, what
is cut out wherever it stands, and what an instructor gives; `offices` have numbers that may be named."""


def wished(wishes: Wishes, text: str, side: str) -> RelayRule | None:
    """The first rule that a message of this side breaks. Raises LookupError where no rules were read."""
    for said in readings(text):
        meant = _whole(said) if side == NEWS else _without_talk(_talk_of(wishes), said, side)
        for rule in wishes.rules:
            if side in rule.sides and _breaks(rule, meant):
                return rule
    return None


def asked(wishes: Wishes, text: str, side: Side) -> RelayRule | None:
    """The rule that a message breaks by the second opinion too; ASKED where only the opinion says that it asks for what
    it must not, and where it doubts what the rule would report.

    What the opinion is clearly against is let go; without an opinion the rules are all there is. Raises LookupError
    where no rules were read.
    """
    rule = wished(wishes, text, side)
    if wishes.model is None:
        return rule
    bars, weight = wishes.model.bars, weigh(wishes.model, text, side)
    if rule is not None and weight > bars["rule_takes"]:
        return rule if weight > bars["takes"] or not rule.report else ASKED
    return ASKED if weight > bars["takes"] else None


def is_talk(wishes: Wishes, text: str) -> bool:
    """Whether it tells of others or of what one must not do. Raises LookupError where no rules were read."""
    talk = _talk_of(wishes)
    return any(_any((*talk["tales"], *talk["never"]), clause) for said in readings(text) for clause in _clauses(said))


def names_office(wishes: Wishes, text: str) -> bool:
    """Whether it speaks of an office. Raises LookupError where no rules were read."""
    return any(_any(_talk_of(wishes)["offices"], said) for said in readings(text))


def _talk_of(wishes: Wishes) -> Mapping[str, tuple[Pattern, ...]]:
    if wishes.talk is None:
        raise LookupError("no relay.yaml has been read")
    return wishes.talk


def _breaks(rule: RelayRule, meant: str) -> bool:
    spans = (pattern.find(meant) for pattern in rule.when)
    return any(span is not None and not _any(rule.unless, _around(meant, span)) for span in spans)


def _around(meant: str, span: tuple[int, int]) -> str:
    """The clauses that a find lies in, whole."""
    start = max(meant.rfind(" . ", 0, span[0]), meant.rfind(" , ", 0, span[0]), 0)
    ends = [at for sign in (" . ", " , ") if (at := meant.find(sign, max(0, span[1] - 1))) >= 0]
    return f" {meant[start : min(ends, default=len(meant))].strip(' ,.')} "


def _without_talk(talk: Mapping[str, tuple[Pattern, ...]], said: str, side: str) -> str:
    """What is meant: clauses bare of tales, of "don't", of what goes on by itself."""
    kept: list[str] = []
    tale = False
    asides = (*talk["asides"], *talk["gives"])
    said = _WHETHER.sub(r"\1, ", said)
    for clause in _clauses(_cut(asides, said) if side == "instructor" else said):
        goes_on = tale and (clause.count(" ") <= A_WORD_OR_TWO or _any(talk["tales_go_on"], clause))
        tale = goes_on or _any(talk["tales"], clause)
        ordered = side == "instructor" and _is_order(talk, clause)
        if kept and _any(talk["tales_before"], clause) and not _any(talk["for_me"], f" {kept[-1]} "):
            kept.pop()
        if tale and not ordered:
            continue
        tale = False
        presses = side == "instructor" and _any(talk["presses"], clause)
        clause = clause if side == "instructor" else _cut(talk["asides"], clause)
        kept.append(clause.strip() if presses else _allowed(talk, clause))
    return f" {' , '.join(kept)} "


def _whole(said: str) -> str:
    """Its sentences, each in one piece: "giả danh cán bộ, xin chị em chuyển khoản" is one warning."""
    sentences = (each.replace(", ", "").strip() for each in _ENDS.split(said))
    return f" {' . '.join(filter(None, sentences))} "


def _is_order(talk: Mapping[str, tuple[Pattern, ...]], clause: str) -> bool:
    """Whether a clause that sounds like a tale wants something all the same: to be given, or that it stays secret."""
    return _any(talk["hushes"], clause) or (_any(talk["for_me"], clause) and not _any(talk["warnings"], clause))


def _allowed(talk: Mapping[str, tuple[Pattern, ...]], clause: str) -> str:
    """A text without what is forbidden to do: nothing of a clause that begins with it, unless it is for who writes."""
    left = _cut(talk["never"], clause).strip()
    begins = left.startswith("•") and not clause.strip().startswith("•")
    return "•" if begins and not _any(talk["for_me"], clause) else left


def _clauses(said: str) -> Iterator[str]:
    at = 0
    for found in _BREAKS.finditer(said):
        if clause := said[at : found.start()].strip():
            yield f" {clause} "
        at = found.end()
    if clause := said[at:].strip():
        yield f" {clause} "


def _cut(patterns: Iterable[Pattern], said: str) -> str:
    for pattern in patterns:
        said = pattern.cut(said)
    return said


def _any(patterns: Iterable[Pattern], said: str) -> bool:
    return any(pattern.find(said) for pattern in patterns)
