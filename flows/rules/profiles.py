"""What each channel can carry, as data. The figures and where they come from:

- **web**: our own page. 4,000 units is what its log stores of one message.
- **telegram**: Bot API 10.3, "text 1-4096 characters after entities parsing; caption 0-1024"; tokens of 64
  bytes; photos up to 10 MB, other files up to 50 MB; lengths count UTF-16 units.
- **zalo_bot**: the Bot Platform's documentation (12/2025, 9/2026): text and caption 1 to 2,000; no buttons of any kind,
  so that choices are numbered lines in the text; a photo by its address, voice in private chats only, no video;
  the free plan has 3,000 messages a month for 50 people.
- **zalo_oa**: OpenAPI v3 as public code uses it: text 2,000, at most 5 buttons (unverified) with a title of 100, images
  of 1 MB (unverified); free answers within 48 hours of the learner's last word, 8 of them.

How many options one may choose among is ours: eight is what a small phone shows without scrolling, whatever carries it.
"""

from __future__ import annotations

from dataclasses import dataclass

MB = 1_000_000
HOUR_S = 3_600

IMAGES = frozenset({"jpg", "jpeg", "png"})
VOICES = frozenset({"ogg", "oga", "opus", "mp3", "m4a", "aac"})
VIDEOS = frozenset({"mp4"})


@dataclass(frozen=True, slots=True)
class Profile:
    """`text` and `caption` are UTF-16 units; `buttons` 0: choices are numbered lines in the text; `window_s` None: may
    be written to at any time. `metered`: each message counts against a quota.
    """

    id: str
    name: str
    text: int
    caption: int
    buttons: int
    image_bytes: int
    file_bytes: int
    options: int = 8
    token_bytes: int | None = None
    metered: bool = False
    window_s: int | None = None
    video: bool = True


PROFILES = (
    Profile("web", "web", 4_000, 4_000, 8, 10 * MB, 50 * MB),
    Profile("telegram", "Telegram", 4_096, 1_024, 8, 10 * MB, 50 * MB, token_bytes=64),
    Profile("zalo_bot", "Zalo Bot", 2_000, 2_000, 0, MB, 5 * MB, metered=True, video=False),
    Profile("zalo_oa", "Zalo OA", 2_000, 2_000, 5, MB, 5 * MB, metered=True, window_s=48 * HOUR_S),
)
IDS = tuple(profile.id for profile in PROFILES)


def profiles(channels: tuple[str, ...]) -> tuple[Profile, ...]:
    """The profiles of a lesson's channels: the named ones, all where none is named."""
    return tuple(profile for profile in PROFILES if not channels or profile.id in channels)
