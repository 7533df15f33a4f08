"""Who is this browser: a signed cookie, and the file that keeps the signing keys."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, Signer

from bot.errors import SettingsInvalid
from flows.saying import say

COOKIE = "camtay"
COOKIE_AGE_S = 400 * 86_400  # the longest that browsers allow (RFC 6265bis, section 5.5)
RENEW_AFTER_S = 86_400

_SHORTEST_KEY = 32
_CHAT_ID = re.compile(r"[0-9A-Za-z_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser known by its cookie; `issued_s` is when the cookie was signed, in seconds since 1970."""

    chat_id: str
    issued_s: int


def load_keys(path: Path, new_key: Callable[[], str]) -> list[str]:
    """The signing keys of the file, newest first, one a line; the file is made (mode 0600) when it is missing.

    To change keys put a new line on top: old cookies stay good. Raises SettingsInvalid for a file without a key.
    """
    if not path.exists():
        _create(path, new_key())
    keys = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
        wanted = say("mỗi dòng phải là một khóa dài ít nhất {count} ký tự", count=_SHORTEST_KEY)
        raise SettingsInvalid(say("{path}: {wanted}; hãy lấy lại tệp này từ bản sao lưu.", path=path, wanted=wanted))
    return keys


def _create(path: Path, key: str) -> None:
    """Write beside and link into place: a crash leaves no half key, and of two processes one wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its key is the one
    finally:
        draft.unlink()


class Seal:
    """Signs and reads cookie values. `keys` as `load_keys` gives them, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        # itsdangerous wants the newest key last; it signs with that one and accepts them all.
        self._signer = Signer(
            list(reversed(keys)), salt=b"camtay.web", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def sign(self, visitor: Visitor) -> str:
        """The cookie of this visitor."""
        return self._signer.sign(f"{visitor.chat_id}.{visitor.issued_s}").decode("ascii")

    def read(self, value: str | None) -> Visitor | None:
        """The visitor of a cookie value, None for anything that we did not sign.

        There is no expiry here on purpose: the browser drops the cookie by itself, and a server clock that once jumped
        a year ahead must not cost every learner the conversation.
        """
        if not value or not value.isascii():
            return None
        try:
            chat_id, _, issued = self._signer.unsign(value).decode("ascii").rpartition(".")
        except BadSignature:
            return None
        if not _CHAT_ID.fullmatch(chat_id) or not issued.isdecimal():
            return None
        return Visitor(chat_id, int(issued))
