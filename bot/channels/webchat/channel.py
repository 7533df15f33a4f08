"""The web chat as a channel: who is there, what is said, what has not been seen yet. HTTP is in routes.py."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.channels.base import Began, LogEntry, Media, Submit, Tap, Text, Update
from bot.channels.webchat.identity import RENEW_AFTER_S, Seal, Visitor, load_keys
from bot.channels.webchat.pace import Newcomers
from bot.channels.webchat.ringing import Ringing
from bot.channels.webchat.sounds import Sounds
from bot.channels.webchat.streams import SLICE, Stream, Streams
from bot.pace import RateLimiter

PAGE = 200
SENDS_A_MINUTE = 120  # a whole lesson tapped through by an impatient thumb; a flood is still stopped
READS_A_MINUTE = 240
REMEMBER_MET = 20_000


class History(Protocol):
    async def __call__(self, chat_id: str, after: int, limit: int, oldest: bool = False) -> Sequence[LogEntry]:
        """At most `limit` entries with `no` above `after`, oldest first. When there are more: the newest of them, so
        that a reload after a year costs one screenful; the `oldest` for who goes on reading. Raises StorageUnavailable.
        """


Export = Callable[[str, str], Awaitable[str | None]]
"""(chat_id, html or json) -> everything that is kept of her as one file; None for nobody known. Raises
StorageUnavailable."""

Describe = Callable[[str], Mapping[str, object]]
"""A file of the media store as README.md tells the page of it; empty where it is gone."""

CLIENT_ID = re.compile(r"[0-9A-Za-z_-]{8,40}")
_TOKEN_BYTES = 64
_TURN_DIGITS = 6
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class Malformed(Exception):
    """What came is not a message of our page."""


class TooLong(Exception):
    """The text is longer than the tutor takes."""


class Crowded(Exception):
    """Too many newcomers at once: this one may begin in `wait_s` seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"{wait_s:g} s")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class NewLines:
    """One answer to "what is new": `anew` tells the page to forget what it shows, `began` that the visitor is new."""

    entries: Sequence[LogEntry]
    anew: bool = False
    began: bool = False


class WebChat:
    """One light page for everybody.

    `new_id` must give at least 128 random bits (a chat's address and the signing key come from it); `now` aware UTC.
    The app calls `publish` after each commit, on the event loop's thread.
    """

    name = "web"

    def __init__(
        self,
        *,
        submit: Submit,
        history: History,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        key_path: Path,
        tutor: str = "Cầm Tay",
        union: str = "Hội Phụ nữ",
        public_url: str = "",
        max_text: int = 4000,
        export: Export | None = None,
        describe: Describe = lambda file: {},
        streams: Streams | None = None,
        ringing: Ringing | None = None,
        sounds: Sounds | None = None,
    ) -> None:
        """`export` gives a chat's owner everything that is kept about them; `streams` hold as many pages as fit;
        `ringing` rings browsers whose page is closed; `sounds` keep what is recorded, where it can be understood.
        """
        self.export, self.describe, self.ringing, self.sounds = export, describe, ringing, sounds
        self._submit = submit
        self._history = history
        self._new_id = new_id
        self._now = now
        self._seal = Seal(load_keys(key_path, lambda: new_id() + new_id()))
        self._sends = RateLimiter(SENDS_A_MINUTE, 60.0)
        self._reads = RateLimiter(READS_A_MINUTE, 60.0)
        self._newcomers = Newcomers()
        self._met: set[str] = set()
        self._turns: dict[str, int] = {}
        self.streams = streams or Streams()
        self.tutor = tutor
        self.union = union
        self.public_url = public_url
        self.max_text = max_text

    # --- who ---------------------------------------------------------------------------------------

    def recognise(self, cookie: str | None) -> Visitor | None:
        """Whose page sent this cookie; None for a missing, forged or foreign one."""
        return self._seal.read(cookie)

    def cookie_for(self, visitor: Visitor | None) -> str | None:
        """The cookie to set: a new one for a newcomer, a fresh one when older than a day, else None."""
        now_s = int(self._now().timestamp())
        if visitor is not None and 0 <= now_s - visitor.issued_s < RENEW_AFTER_S:
            return None
        return self._seal.sign(Visitor(visitor.chat_id if visitor else self._new_id(), now_s))

    def tag(self, chat_id: str) -> str:
        """A short name by which the page notices that it now belongs to another conversation; tells nothing but the how
        manieth it is."""
        return f"{_called(chat_id)}.{self._turns.get(chat_id, 0)}"

    def is_present(self, chat_id: str, tag: str) -> bool:
        """Whether a page with this tag shows the present conversation. It may have a later turn from another process,
        or from before a restart: then that is taken over."""
        called, _, turn = tag.partition(".")
        if called != _called(chat_id) or not turn.isdecimal() or len(turn) > _TURN_DIGITS:
            return False
        if int(turn) > self._turns.get(chat_id, 0):
            self._turn(chat_id, int(turn))
        return int(turn) == self._turns.get(chat_id, 0)

    def wait_to_send(self, chat_id: str) -> float:
        """Seconds until this chat may send again, 0.0 when it may now."""
        return self._sends.take(chat_id, self._now().timestamp())

    def wait_to_read(self, chat_id: str) -> float:
        """How many seconds this chat has to wait before it may read again; 0 for none."""
        return self._reads.take(chat_id, self._now().timestamp())

    # --- what she says -----------------------------------------------------------------------------

    async def say(self, chat_id: str, message: object, address: str = "") -> None:
        """Submit what the page at `address` posted: {id, text} or {id, token}. Returns after commit.

        Raises Malformed, TooLong, Crowded, StorageUnavailable.
        """
        if not isinstance(message, dict):
            raise Malformed
        client_id, text, token = message.get("id"), message.get("text"), message.get("token")
        if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
            raise Malformed
        body: Text | Tap
        if isinstance(text, str) and token is None:
            body = Text(self._readable(text))
        elif isinstance(token, str) and text is None:
            body = Tap(_sound_token(token))
        else:
            raise Malformed
        await self.admit(chat_id, address)
        update = Update(self.name, f"{chat_id}:{client_id}", chat_id, body, self._now(), source=address)
        await self._submit([update])

    async def speak(self, chat_id: str, client_id: object, sound: bytes, address: str = "") -> None:
        """Submit what was recorded on the page at `address`; the sound is kept until it was listened to.

        Raises Malformed, Crowded, StorageUnavailable, OSError.
        """
        if self.sounds is None or not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
            raise Malformed
        await self.admit(chat_id, address)
        ref = self.sounds.ref(chat_id, client_id)
        await self.sounds.keep(ref, sound)
        body = Media("voice", ref)
        await self._submit([Update(self.name, f"{chat_id}:{client_id}", chat_id, body, self._now(), source=address)])

    async def admit(self, chat_id: str, address: str) -> None:
        """Everybody who has been here before; of newcomers only so many a minute. Raises Crowded, StorageUnavailable.

        Anybody can ask for a new cookie as often as he likes, and each one would become a person who is kept.
        """
        if chat_id in self._met:
            return
        if not await self._history(chat_id, 0, 1) and (
            wait_s := self._newcomers.take(address, self._now().timestamp())
        ):
            raise Crowded(wait_s)
        self._meet(chat_id)

    def _meet(self, chat_id: str) -> None:
        if len(self._met) >= REMEMBER_MET:
            self._met.clear()
        self._met.add(chat_id)

    def _readable(self, text: str) -> str:
        if len(text) > self.max_text:
            raise TooLong
        # No database takes NUL or half a surrogate pair, and nobody reads the other control characters.
        text = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not text:
            raise Malformed
        return text

    # --- what she sees -----------------------------------------------------------------------------

    async def read(self, chat_id: str, after: int, tag: str = "", address: str = "") -> NewLines:
        """What the page that has seen `after` of the conversation `tag` must still show.

        A chat without any line begins here, so that the tutor speaks first. When the page has seen more than there
        is (its cookie changed, or the database came back from a backup) it starts anew. Raises Crowded,
        StorageUnavailable.
        """
        anew = bool(tag) and not self.is_present(chat_id, tag)
        if after > 0 and not anew:
            known = await self._history(chat_id, after - 1, PAGE)
            if known and (known[0].no <= after or await self._knows(chat_id, after)):
                self._meet(chat_id)
                return NewLines([entry for entry in known if entry.no > after])
            anew = True
        entries = await self._history(chat_id, 0, PAGE)
        if entries:
            self._meet(chat_id)
            return NewLines(entries, anew)
        return NewLines(await self._greeting(chat_id, address), anew, began=True)

    async def _knows(self, chat_id: str, after: int) -> bool:
        """Whether anything is left of what a page has seen: else this chat was taken from somebody, while no page of it
        was open here or before a restart, and what is new is another's."""
        oldest = await self._history(chat_id, 0, 1, True)
        return bool(oldest) and oldest[0].no <= after

    async def _greeting(self, chat_id: str, address: str) -> Sequence[LogEntry]:
        """What the tutor says first; all tabs of a newcomer share one update, so that it is said once.

        Whoever had everything deleted is greeted again: the first update was handled long ago, it needs a new id.
        """
        await self.admit(chat_id, address)
        for update_id in (f"{chat_id}:began", f"{chat_id}:began:{self._new_id()}"):
            await self._submit([Update(self.name, update_id, chat_id, Began(), self._now())])
            if entries := await self._history(chat_id, 0, PAGE):
                return entries
        return ()

    async def next_news(self, stream: Stream, wait_s: float) -> list[LogEntry]:
        """What this stream has not shown yet, oldest first and a slice at a time; empty after `wait_s` s of silence."""
        await stream.wait(wait_s)
        if stream.anew:
            return []
        news = stream.take()
        if stream.behind:
            stream.behind = False
            news = list(await self._history(stream.chat_id, stream.last, SLICE, True))
            stream.behind = stream.behind or len(news) == SLICE
        if news:
            stream.last = news[-1].no
        return news

    def publish(self, chat_id: str, entries: Sequence[LogEntry]) -> None:
        """New committed lines of a chat: every open page of it is woken."""
        self.streams.publish(chat_id, entries)

    def renew(self, chat_id: str) -> None:
        """Another conversation goes on in this chat: open pages forget what they show before they read on."""
        self.turn(chat_id, self._turns.get(chat_id, 0) + 1)

    def turn(self, chat_id: str, turn: int) -> None:
        """The conversation of this chat is now the `turn`th, as `renew` here or in another process has begun it."""
        if turn > self._turns.get(chat_id, 0):
            self._turn(chat_id, turn)
            self.streams.renew(chat_id)

    def left(self, addresses: Iterable[tuple[str, str]]) -> list[str]:
        """These addresses (channel, chat_id) were taken from their person: see `renew`. Returns those of the web."""
        chats = [chat_id for channel, chat_id in addresses if channel == self.name]
        for chat_id in chats:
            self.renew(chat_id)
        return chats

    def turns(self, chats: Iterable[str]) -> dict[str, int]:
        """The how manieth conversation goes on in each of these."""
        return {chat_id: self._turns.get(chat_id, 0) for chat_id in chats}

    def _turn(self, chat_id: str, turn: int) -> None:
        """Counted in memory, and by every page: whoever has forgotten takes a page's word for it."""
        if len(self._turns) >= REMEMBER_MET:
            self._turns.clear()
        self._turns[chat_id] = turn

    async def close(self) -> None:
        """End the live streams; the pages come back by themselves. Takes a second at most."""
        await self.streams.close(grace_s=0.5)


def _called(chat_id: str) -> str:
    return hashlib.sha256(chat_id.encode()).hexdigest()[:12]


def _sound_token(token: str) -> str:
    """A button's token as it came; ours are short and printable. Raises Malformed."""
    if not 0 < len(token) <= _TOKEN_BYTES or not token.isprintable() or len(token.encode("utf-8")) > _TOKEN_BYTES:
        raise Malformed
    return token
