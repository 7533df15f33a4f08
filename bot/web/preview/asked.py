"""What the address of a preview says: where the learner stands, who it is, what was done. Nonsense is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from bot.publishing.preview import Wish
from flows.play.playing import MOST_DEEDS, Deed, Setup
from flows.play.transcript import BEGINNING
from flows.profiles import IDS
from flows.run import ADDRESSES
from flows.yaml.fields import NAME

LONGEST_SAID = 2_100  # a little over what the engine looks at, so that "too long" can be tried
LONGEST_VALUE = 200
MOST_VALUES = 40

NAMES = ("step", "vars", "points", "name", "address", "channel", "lang", "at", "of", "a", "say")
"""What an address or a form may tell of a play; `a` any number of times."""

_WISHES: Mapping[str, Wish] = {"live": "live", "file": "file"}
_ACT = re.compile(r"(tap|say|send|wait):(.*)", re.S)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_STEP = re.compile(r"[A-Za-z0-9_.-]{1,80}")


Pairs = Iterable[tuple[str, object]]
"""A query or a form: names and values, several of one name in order."""


_Query = Mapping[str, list[object]]


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """A whole play. `wish`: which of the file and the live version, where they differ."""

    setup: Setup
    deeds: tuple[Deed, ...] = ()
    wish: Wish = ""

    def pairs(self, *, deeds: bool = True) -> list[tuple[str, str]]:
        """The names and values that say this again; what is usual is left out."""
        setup, usual = self.setup, Setup(self.setup.lesson)
        told = {
            "step": setup.step,
            "vars": told_values(setup.values),
            "points": str(setup.points or ""),
            "name": setup.name if setup.name != usual.name else "",
            "address": setup.address if setup.address != usual.address else "",
            "channel": setup.channel if setup.channel != usual.channel else "",
            "lang": setup.lang if setup.lang != usual.lang else "",
            "at": f"{setup.at:%Y-%m-%dT%H:%M}" if setup.at != usual.at else "",
            "of": self.wish,
        }
        acts = [("a", f"{deed.kind}:{deed.what}") for deed in self.deeds] if deeds else []
        return [*((name, value) for name, value in told.items() if value), *acts]

    def query(self) -> str:
        """The play as the query of an address; "?" alone for one where everything is as usual."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else "?"


def read_asked(lesson: str, pairs: Pairs) -> PlayRequest:
    """From an address or a form; whatever cannot be meant is left out."""
    query: dict[str, list[object]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    step, address, channel = text_of(query, "step"), text_of(query, "address"), text_of(query, "channel")
    setup = Setup(
        lesson=lesson,
        name=text_of(query, "name", 30).strip() or "Lan",
        address=address if address in ADDRESSES else next(iter(ADDRESSES)),
        channel=channel if channel in IDS else Setup(lesson).channel,
        lang=found if re.fullmatch(r"[a-z]{2,3}", found := text_of(query, "lang")) else "vi",
        at=_moment(text_of(query, "at")),
        step=step if _STEP.fullmatch(step) else "",
        points=_number(text_of(query, "points")),
        values=read_values(text_of(query, "vars", 4_000)),
    )
    return PlayRequest(setup, tuple(_deeds(query))[:MOST_DEEDS], _WISHES.get(text_of(query, "of"), ""))


def _deeds(query: _Query) -> Iterator[Deed]:
    for given in query.get("a", ()):
        found = _ACT.fullmatch(_clean(given)[: LONGEST_SAID + 5])
        if found:
            yield Deed(found[1], found[2])
    if said := text_of(query, "say", LONGEST_SAID).strip():
        yield Deed("say", said)


def read_values(text: str) -> dict[str, str]:
    """ "a=1; b=2" as a table; what has no lesson variable's name is left out."""
    pairs = (part.partition("=") for part in re.split(r"[;\n]", text))
    named = [(name.strip(), value.strip()[:LONGEST_VALUE]) for name, sign, value in pairs if sign]
    return {name: value for name, value in named if NAME.fullmatch(name)} if len(named) <= MOST_VALUES else {}


def told_values(values: Mapping[str, str]) -> str:
    """Variables as they are typed in the preview: "a=1; b=2"."""
    return "; ".join(f"{name}={value}" for name, value in values.items())


def _moment(text: str) -> datetime:
    """A time on the learner's clock; the year has to leave room for jumps."""
    try:
        found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        found = None
    return found.replace(tzinfo=BEGINNING.tzinfo) if found and 2000 <= found.year <= 2200 else BEGINNING


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def text_of(query: Mapping[str, list[object]], name: str, longest: int = 100) -> str:
    """One value of a query or form, cut and fit to be written down."""
    return _clean(query.get(name, [""])[0])[:longest]


def _clean(value: object) -> str:
    """Text only (a form may hold a file), and only such as can be written down."""
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c >= " " or c == "\n").encode("utf-8", "replace").decode("utf-8")
