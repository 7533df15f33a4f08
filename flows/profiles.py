"""What each channel can carry, as data: one table that reader, lint, preview, sender and conversation share.

It stands here, below everything, because the lint judges lessons by channels that no program serves yet. The figures,
and where they come from:

- **web**: our own page. 4,000 units is what its log stores of one message.
- **telegram**: Bot API 10.3, "text 1-4096 characters after entities parsing; caption 0-1024"; tokens of 64
  bytes; photos up to 10 MB, other files up to 50 MB; lengths count UTF-16 units; the bot FAQ's one message a second
  in a chat, short bursts pass, 30 a second over all; voice messages in OGG with Opus,
  MP3 or M4A; taps are dropped after some 150 s; 30 characters fit one line of a button on a 320 px phone.
- **zalo_bot**: the Bot Platform's documentation (12/2025, 9/2026): text and caption 1 to 2,000 characters, without
  saying how they are counted, hence 1,900 UTF-16 units; no buttons of any kind, so that choices are numbered lines in
  the text; a photo by its address, voice (.aac) in private chats only, no video; the free plan has 3,000 messages a
  month for 50 people; how many a second is not said, 10 are ours. A poll that was answered may have consumed what it
  brought.
- **zalo_oa**: OpenAPI v3 as public code uses it: text 2,000; buttons of which no two sources show the same shape, so
  that choices are numbered lines as well, at most 5 (unverified) with a title of 100; images of 1 MB (unverified) by
  upload, whose ids expire; free answers within 48 hours of her last word, 8 of them, and none at all after 7 days.

How many options one may choose among is ours: eight is what a small phone shows without scrolling, whatever carries it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flows.saying import say

MB = 1_000_000
HOUR_S = 3_600

IMAGES = frozenset({"jpg", "jpeg", "png"})
VOICES = frozenset({"ogg", "oga", "opus", "mp3", "m4a", "aac"})
VIDEOS = frozenset({"mp4"})

MediaWay = Literal["id", "upload", "address"]
"""How a picture gets there: by the provider's own id of it (what somebody sent can be sent on), by an upload that gives
an id, or by a public address that the provider fetches."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of channel; an account of it is called by this `id`, or by it with a number behind ("telegram:42").

    `name` is what people call it, `about` what the reader of the schema is told. `text` and `caption` are UTF-16
    units; `buttons` how many a message may have (0: choices are numbered lines in the text), `label` the characters
    that fit one; `spare_buttons` how many may stand under numbered lines, where nobody is sure that they can be seen;
    `voices` the types of recordings it plays; `tones`: what a button means can be seen (red, green). `keeps_log`: its
    log of the conversation is its delivery, nothing waits in the outbox, and what is said later is seen beside what was
    said before (hence only the newest line has buttons). `letters`: the page itself can make them bigger.

    `window_s`: how long after her last word a learner may be written to freely, None: always; `window_messages` so many
    messages (0: any number); `closes_s`: after so long nothing arrives at all, between the two each message is paid
    for. `metered`: each message is
    counted or paid for; `quota` of them a month are free (0: not known). `chat_per_s` and `chat_burst` are the pace
    within one chat, `per_s` that of a whole account (0: none). `forgets_taps_s`: after so many seconds of stop the
    provider has dropped what was tapped; `forgets_media`: ids of uploads expire, a file has to be uploaded again.
    """

    id: str
    name: str
    about: str
    text: int
    caption: int
    buttons: int
    image_bytes: int
    file_bytes: int
    options: int = 8
    spare_buttons: int = 0
    label: int | None = None
    token_bytes: int | None = None
    voices: frozenset[str] = frozenset()
    video: bool = False
    media: MediaWay = "address"
    keeps_log: bool = False
    letters: bool = False
    tones: bool = False
    window_s: int | None = None
    window_messages: int = 0
    closes_s: int | None = None
    metered: bool = False
    quota: int = 0
    per_s: float = 0.0
    chat_per_s: float = 1.0
    chat_burst: int = 3
    forgets_taps_s: float | None = None
    forgets_media: bool = False

    @property
    def numbers(self) -> bool:
        """Whether there are questions whose choices cannot all be buttons."""
        return self.buttons < self.options

    def takes(self, kind: str) -> frozenset[str]:
        """The types of files that can be sent here: of images, videos or voices."""
        return {"image": IMAGES, "video": VIDEOS if self.video else frozenset(), "voice": self.voices}[kind]

    def shows(self, labels: tuple[str, ...]) -> bool:
        """Whether these choices can be buttons of one message; else they are numbered lines in its text."""
        return len(labels) <= self.buttons


PROFILES = (
    Profile(
        "web", say("trang web"), "Trang trò chuyện trên web.", 4_000, 4_000, 10, 10 * MB, 50 * MB,
        voices=VOICES, video=True, keeps_log=True, letters=True,
    ),
    Profile(
        "telegram", "Telegram", "Telegram.", 4_096, 1_024, 10, 10 * MB, 50 * MB,
        voices=VOICES - {"aac"}, video=True, tones=True, label=30, token_bytes=64, media="id",
        per_s=30.0, forgets_taps_s=150.0,
    ),
    Profile(
        "zalo_bot", "Zalo Bot", "Zalo Bot: không có nút, bấm số.", 1_900, 1_900, 0, MB, 5 * MB,
        voices=frozenset({"aac"}), metered=True, quota=3_000, per_s=10.0,
    ),
    Profile(
        "zalo_oa", "Zalo OA", "Zalo OA: chưa chắc có nút, bấm số.", 2_000, 2_000, 0, MB, 5 * MB,
        spare_buttons=5, media="upload", window_s=48 * HOUR_S, window_messages=8, closes_s=7 * 24 * HOUR_S,
        metered=True, forgets_media=True,
    ),
)  # fmt: skip

UNKNOWN = Profile("", "", "", 1_000, 1_000, 0, MB, MB)
"""What any messenger can do: short texts, nothing to tap. So is a channel treated whose row is missing."""

_BY_ID: Mapping[str, Profile] = {profile.id: profile for profile in PROFILES}
IDS = tuple(_BY_ID)
KEEP_LOGS = tuple(profile.id for profile in PROFILES if profile.keeps_log)
"""Channels whose conversations are logged as they are shown; there, what is to be forgotten is also in the log."""


def profile_of(channel: str) -> Profile:
    """What the channel of this name ("telegram:42", "web") can carry."""
    return _BY_ID.get(channel.partition(":")[0], UNKNOWN)


def profiles(channels: tuple[str, ...]) -> tuple[Profile, ...]:
    """Those of a lesson: the named ones, all where none is named."""
    return tuple(profile for profile in PROFILES if not channels or profile.id in channels)
