"""What the fake knows: people and what they were shown, tokens that are good once, windows, uploads; no HTTP here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

HOUR_S = 3_600.0
FREE_S, CLOSES_S, FREE_MESSAGES = 48 * HOUR_S, 168 * HOUR_S, 8
LONGEST_TEXT, MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 2_000, 5, 100, 1_000
BUTTON_TYPES = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.sms", "oa.open.phone"}


class OaError(Exception):
    """Answered with HTTP 200 and this error code."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code, self.message = code, message or f"error {code}"


@dataclass(slots=True)
class Switches:
    """Where sources disagree, and what can go wrong.

    `buttons`: the shape that is taken, with the text inside the template or beside it, or none of them; `timestamp`:
    where the signed one stands; `mac`: whether "mac=" is before the signature. `windows`: whether 48 hours, 8 messages
    and 7 days are counted; `paid`: how many messages beyond them have been bought. `attachment_lives_s`: how long an
    upload is known.
    """

    buttons: Literal["inside", "beside", "refused"] = "inside"
    timestamp: Literal["body", "header"] = "body"
    mac: bool = True
    windows: bool = True
    paid: int = 0
    attachment_lives_s: float = 7 * 24 * HOUR_S
    access_lives_s: float = 90_000.0
    follow_opens: bool = True  # whether following counts as an action that may be answered
    twice: bool = False  # each event is posted a second time, although it was answered


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a person sees it: buttons are (title, payload), picture is an attachment id or address."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    picture: str = ""


@dataclass(slots=True)
class Person:
    """Somebody with Zalo on her phone; `heard_at` is her last action, `since` what was sent after it."""

    user_id: str
    inbox: list[Shown] = field(default_factory=list)
    follows: bool = True
    heard_at: float | None = None
    since: int = 0
    acted: Callable[[str, dict[str, Any]], None] = lambda name, event: None

    def follow(self) -> None:
        self.follows = True
        self.acted("follow", {"follower": {"id": self.user_id}})

    def unfollow(self) -> None:
        self.follows = False
        self.acted("unfollow", {"follower": {"id": self.user_id}})

    def says(self, text: str) -> None:
        self.acted("user_send_text", {"message": {"text": text}})

    def taps(self, title: str) -> None:
        """The newest button of this title; what it carries comes back as if it had been typed."""
        of = next(dict(shown.buttons) for shown in reversed(self.inbox) if title in dict(shown.buttons))
        self.says(of[title])

    def sends(self, kind: str, url: str = "", text: str = "") -> None:
        """A picture, recording and so on, by the end of the event's name."""
        attachment = {"type": kind, "payload": {"url": url, "thumbnail": url}}
        self.acted(f"user_send_{kind}", {"message": {"text": text, "attachments": [attachment]}})


class Account:
    """The state of one account. `clock`: seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.switches = clock, Switches()
        self.people: dict[str, Person] = {}
        self.refresh, self.access = "refresh-0-SECRET", ""
        self.used: list[str] = []  # refresh tokens that were shown again after they had been exchanged
        self.access_until = 0.0
        self.uploads: dict[str, float] = {}
        self.waiting: list[tuple[int, str, int]] = []  # (code, user id or "" for anybody, times) to be answered
        self.counts: Counter[str] = Counter()
        self._made = 0

    # --- tokens --------------------------------------------------------------------------------------

    def exchange(self, refresh: str) -> dict[str, Any]:
        """A pair for a refresh token that was never used; it ends the pair before it."""
        if refresh != self.refresh:
            self.used.append(refresh)
            raise OaError(-14014, "Invalid refresh token")
        self._made += 1
        self.refresh, self.access = f"refresh-{self._made}-SECRET", f"access-{self._made}-SECRET"
        self.access_until = self.clock() + self.switches.access_lives_s
        lives = str(int(self.switches.access_lives_s))
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": lives}

    def revoke(self) -> None:
        """The access token ends now."""
        self.access = ""

    def consent(self) -> str:
        """Somebody consents anew: a refresh token of another chain, which is returned."""
        self._made += 1
        self.refresh = f"consent-{self._made}-SECRET"
        return self.refresh

    def admit(self, token: str) -> None:
        if not token or token != self.access:
            raise OaError(-216, "Access token is invalid")
        if self.clock() >= self.access_until:
            raise OaError(-220, "Access token has expired")

    # --- what we send --------------------------------------------------------------------------------

    def strike(self, user_id: str) -> None:
        """Answer what was asked for beforehand."""
        for at, (code, whose, times) in enumerate(self.waiting):
            if whose in ("", user_id):
                self.waiting[at : at + 1] = [(code, whose, times - 1)] if times > 1 else []
                raise OaError(code)

    def take(self, body: dict[str, Any]) -> str:
        """One consultation message; its id. Raises OaError."""
        user_id = body.get("recipient", {}).get("user_id", "")
        shown = self._read(body.get("message", {}))
        self.strike(user_id)
        person = self.people.get(user_id)
        if person is None or not person.follows:
            raise OaError(-213, "User has not followed")
        if self.switches.windows:
            self._count(person)
        person.inbox.append(shown)
        person.since += 1
        return self._id("msg")

    def _count(self, person: Person) -> None:
        if person.heard_at is None:
            raise OaError(-232, "User has not interacted")
        silent_s = self.clock() - person.heard_at
        if silent_s >= CLOSES_S:
            raise OaError(-230, "User has not interacted with the OA in the past 7 days")
        if silent_s < FREE_S and person.since < FREE_MESSAGES:
            return
        if self.switches.paid <= 0:
            raise OaError(-211, "Out of quota")
        self.switches.paid -= 1

    def _read(self, message: dict[str, Any]) -> Shown:
        text = message.get("text", "")
        attachment = message.get("attachment")
        if attachment is None:
            return Shown(self._text(text))
        payload = attachment.get("payload", {})
        if attachment.get("type") != "template":
            raise OaError(-233, "Unsupported message type")
        if payload.get("template_type") == "media":
            return Shown(self._text(text) if text else "", picture=self._picture(payload))
        inside = payload.get("template_type") == "button" and "text" in payload and not text
        beside = "template_type" not in payload and "text" not in payload and bool(text)
        if not {"inside": inside, "beside": beside, "refused": False}[self.switches.buttons]:
            raise OaError(-201, "Template is invalid")
        return Shown(self._text(payload["text"] if inside else text), self._buttons(payload.get("buttons", [])))

    def _text(self, text: str) -> str:
        if not text.strip():
            raise OaError(-201, "Params is invalid")
        if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            raise OaError(-210, "Text is over limit")
        return text

    def _buttons(self, given: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
        right = 0 < len(given) <= MOST_BUTTONS and all(
            0 < len(each["title"]) <= LONGEST_TITLE
            and each["type"] in BUTTON_TYPES
            and 0 < len(each["payload"]) <= LONGEST_PAYLOAD
            for each in given
        )
        if not right:
            raise OaError(-201, "Buttons are invalid")
        return tuple((each["title"], each["payload"]) for each in given)

    def _picture(self, payload: dict[str, Any]) -> str:
        (element,) = payload["elements"]
        if element.get("media_type") != "image":
            raise OaError(-233, "Unsupported media type")
        known = element.get("attachment_id")
        if known is None:
            return str(element["url"])
        if self.clock() >= self.uploads.get(known, 0.0):
            raise OaError(-100, "Attachment id is expired")
        return str(known)

    def upload(self, content: bytes) -> str:
        """A picture of at most 1 MB; the id by which it can be sent for a while."""
        if not content.startswith((b"\xff\xd8\xff", b"\x89PNG")) or len(content) > 1_000_000:
            raise OaError(-201, "File is invalid")
        made = self._id("upload")
        self.uploads[made] = self.clock() + self.switches.attachment_lives_s
        return made

    def _id(self, kind: str) -> str:
        self._made += 1
        return f"{kind}-{self._made:06d}"
