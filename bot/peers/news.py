"""What one process tells the others of a commit: which pages and accounts it concerns, never what anybody said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

AT_ONCE = 60  # chats in one payload: an id has at most 64 characters, a name of a channel some more


@dataclass(slots=True)
class PeerNews:
    """`chats`: chat of the web → its newest line; `turns`: chat of the web → the how manieth conversation it has begun;
    `outboxes`: channel → chats that something waits for. `asked`: chats of the web of which it wants to know whether a
    page is open elsewhere, `opened`: those of which one is open here."""

    chats: dict[str, int] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    outboxes: dict[str, set[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.chats or self.turns or self.outboxes or self.asked or self.opened)

    def add(self, other: PeerNews) -> None:
        """This and that, in one."""
        self.chats |= other.chats
        self.turns |= other.turns
        self.asked |= other.asked
        self.opened |= other.opened
        for channel, chats in other.outboxes.items():
            self.outboxes.setdefault(channel, set()).update(chats)

    def bodies(self) -> Iterator[dict[str, object]]:
        """As JSON, in pieces that a payload takes."""
        for name, found in (("chats", self.chats), ("turns", self.turns)):
            items = list(found.items())
            for at in range(0, len(items), AT_ONCE):
                yield {name: dict(items[at : at + AT_ONCE])}
        for channel, chats in self.outboxes.items():
            for ids in _pieces(chats):
                yield {"outbox": channel, "of": ids}
        for name, chats in (("asked", self.asked), ("opened", self.opened)):
            for ids in _pieces(chats):
                yield {name: ids}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> PeerNews:
        """The reverse; what a newer program adds is passed over. Raises ValueError, TypeError or KeyError."""
        news = cls(_numbers(body.get("chats", {})), _numbers(body.get("turns", {})))
        news.asked, news.opened = ({str(each) for each in body.get(name, ())} for name in ("asked", "opened"))
        if "outbox" in body:
            news.outboxes[str(body["outbox"])] = {str(each) for each in body["of"]}
        return news


def _pieces(chats: set[str]) -> Iterator[list[str]]:
    ids = sorted(chats)
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


def _numbers(body: Mapping[str, Any]) -> dict[str, int]:
    return {str(chat): int(number) for chat, number in dict(body).items()}
