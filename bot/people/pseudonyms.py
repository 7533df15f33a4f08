"""Names that lead to nobody: keyed hashes with a key that lies in the data folder, not in the database.

With the key a deletion can be repeated after a restore and a code recognised; without it neither says anything.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

from bot.channels.webchat.identity import load_keys  # the same file format, the same care in making it

KEY_FILE = "people.key"
LENGTH = 40  # hex digits: 160 bits, and short enough for a button's 64 bytes


class Pseudonyms:
    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_folder(cls, data: Path, new_id: Callable[[], str]) -> Pseudonyms:
        """With the folder's key; it is made (mode 0600) when it is missing. Raises SettingsInvalid for a broken file.

        The oldest line counts: pseudonyms must stay what they are, so this key is never changed.
        """
        load_keys(data / KEY_FILE, lambda: new_id() + new_id())
        return cls(cls.key_in(data / KEY_FILE))

    @staticmethod
    def key_in(file: Path) -> bytes:
        """The key in a file that is there. Raises SettingsInvalid for a broken one, OSError for none."""
        return load_keys(file, str)[-1].encode()

    def of(self, learner_id: str) -> str:
        """The pseudonym of a person (or invitee) where a row may outlive them: audit, events, tombstones, `by`."""
        return self._hash("person", learner_id)

    def code(self, code: str) -> str:
        """An invitation code as it is kept."""
        return self._hash("code", code)

    def left(self, learner_id: str, channel: str, chat_id: str) -> str:
        """The name under which it is kept that a phone is not this person's any more."""
        return self._hash("left", f"{learner_id}@{channel}:{chat_id}")

    def pin(self, learner_id: str, digits: str) -> str:
        """The digits of a person as they are kept."""
        return self._hash("pin", f"{learner_id}:{digits}")

    def listed(self, *parts: str) -> str:
        """The id of a line of an imported list: the same line has the same id."""
        return f"i-{self._hash('listed', chr(0).join(parts))}"

    def key(self, what: str) -> bytes:
        """32 bytes that seal what the database must not read: another `what`, another key."""
        return hmac.new(self._key, f"key:{what}".encode(), hashlib.sha256).digest()

    def _hash(self, what: str, text: str) -> str:
        return hmac.new(self._key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()[:LENGTH]
