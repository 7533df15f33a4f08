"""What a channel is: an adapter that turns a provider's bytes into updates and outgoing messages into calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

# --- inbound -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """The learner wrote; the text as it came, untrusted, of any length. `forwarded`: another's words passed on.

    `message` is the channel's number of it, where it can be changed afterwards.
    """

    text: str
    forwarded: bool = False
    message: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Tap:
    """The learner tapped a button; `token` is what the button carried, untrusted."""

    token: str


@dataclass(frozen=True, slots=True)
class Began:
    """The learner opened the chat (/start, the first page); `payload` is a deep link's, mostly empty."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """Not words: kind is sticker, photo, voice, video, file, place, contact or other.

    `ref` is the provider's own id of a photo or voice ("" where it has none): by it, it can be sent on. `caption` are
    words that came with it; `album` is what several that were sent at once have in common ("" for one alone);
    `forwarded`: another's, passed on.
    """

    kind: str
    ref: str = ""
    caption: str = ""
    album: str = ""
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """The learner changed what was written as `message`; the text as it is now. A cry in it is always new."""

    text: str
    message: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Left:
    """The learner blocked the tutor or left: nothing can be sent."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The learner let the tutor in again, without a word, and can be reached from now on."""


@dataclass(frozen=True, slots=True)
class Inner:
    """Something due inside the tutor itself (channel `inner`): a timer, a step to be offered again."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a voice message that the learner sent before turned out to say (channel `inner`), secrets and all.

    `words` are as the machine heard them, without a comma or capital, and may be wrong; where there are none `fault`
    says why: long (more than is listened to), silent (nothing that sounds like words), broken (no recording), gone (it
    could not be had or listened to).

    `line` is the number of the line that was read to be recorded, `file` its recording in the media store; then `fault`
    may also be hurried or other (see `bot.voice.judging`).
    """

    words: str = ""
    fault: str = ""
    line: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo, voice or video (`kind`) that goes with a message.

    `ref` is the provider's own id of what a person sent, which is passed on by it; `file` a name in the media store.
    `words` are what it shows or says, for whoever cannot have it. `of` is the token of the button that it reads out.
    """

    kind: str
    ref: str = ""
    file: str = ""
    words: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that somebody else's act, or the clock, brings to somebody: a phrase, its values, its buttons.

    `buttons` are (token, label phrase); `urgent` may ring at night; `about` is the id of what it speaks of.
    """

    phrase: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    about: str = ""
    fleeting: bool = False
    media: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticesDue:
    """What an update of the channel `inner` has to tell its learner, once the rows it names are read."""

    notices: tuple[Notice, ...]


Body = Text | Edited | Tap | Began | Media | Left | Returned | Inner | Spoken | NoticesDue


@dataclass(frozen=True, slots=True)
class Update:
    """One inbound item. `channel` names one account (`telegram:42`, `web`); `(channel, update_id)` is unique.

    `chat_id` is the person's address on that channel; `at` is aware UTC. `receipt` is what the channel needs to
    acknowledge a tap after commit (Telegram's callback id), never stored. `source` is the network address it came from,
    where the channel knows one: wrong codes are counted against it.
    """

    channel: str
    update_id: str
    chat_id: str
    body: Body
    at: datetime
    receipt: str = ""
    source: str = ""


# --- outbound ----------------------------------------------------------------------------------------


Tone = Literal["", "right", "danger"]
"""What a button means beside its words: right, it is waited for; danger, it calls for help or cannot be undone."""


class Button(NamedTuple):
    """`token` comes back in a Tap, at most 64 bytes; `label` is what is read on it.

    `pinned`: it does not answer this message, it waits since earlier; a page keeps it in sight. `tone` is for the eye
    alone: a channel without colours shows the same button. `spot`: a part of the picture that goes with the message,
    its left, top, width and height in per cent of it; a page shows that, elsewhere it is a button like any other.
    """

    token: str
    label: str
    pinned: bool = False
    tone: Tone = ""
    spot: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. `(channel, chat_id, no)` is unique and `no` grows by one in a chat: that is its order.

    `unasked` messages (reminders) answer nothing that was done just now: replies to others go before them. `private`:
    meant for this person alone, not to be passed on as it stands; `copies` are (label, text) of what in it is to be
    passed on, for a channel that can copy. Both stand in the text as well.
    """

    channel: str
    chat_id: str
    no: int
    text: str
    buttons: tuple[Button, ...] = ()
    unasked: bool = False
    media: tuple[Attachment, ...] = ()
    private: bool = False
    copies: tuple[tuple[str, str], ...] = ()


class SendError(Exception):
    """A message did not leave. Named after what the sender must do next."""

    retryable = False


class Throttled(SendError):
    """Wait `retry_after` seconds for this chat, then send again."""

    retryable = True

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after:g} s")
        self.retry_after = retry_after


class Unreachable(SendError):
    """The provider did not answer or failed (5xx, time-out): send again later; it may have arrived."""

    retryable = True


class SendRefused(SendError):
    """The provider will never take this message (400): try once as plain text, then alarm."""


class LearnerGone(SendError):
    """The learner blocked us or the chat is no more (403): mark it away, drop what waits."""


class WindowClosed(SendError):
    """The provider lets nobody write to this reader until she writes: keep what waits, it goes out then."""


class Misconfigured(SendError):
    """Our own credentials are wrong (401, 404): stop this channel and tell the operator."""


class Channel(Protocol):
    """One account at one provider."""

    name: str

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        """Deliver one message; `plain` asks for the simplest form. Raises SendError."""

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        """Tell the provider that these committed updates were seen (a callback is answered); never raises."""

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """What a person sent, by the `ref` of its Media. Raises SendRefused where it is gone, larger than `most_bytes`
        or can never be had, else SendError."""


Submit = Callable[[Sequence[Update]], Awaitable[None]]
"""Hand updates to the intake; returns once they are committed, raises StorageUnavailable when nothing was kept. Whoever
stops waiting takes nothing back: what was handed in is committed all the same."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a conversation as the web page shows it; `who` is tutor or learner, `no` grows within a chat.

    `fleeting`: another person's words, erased once they have been read.
    """

    no: int
    who: str
    text: str
    buttons: tuple[Button, ...]
    at: datetime
    media: tuple[Attachment, ...] = ()
    fleeting: bool = False
