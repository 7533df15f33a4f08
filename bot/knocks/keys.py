"""Our own key pair towards every push service (RFC 8292, VAPID): made once, kept in the data folder."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels.webchat.identity import load_keys
from bot.errors import SettingsInvalid
from flows.saying import say

if TYPE_CHECKING:  # half a second of imports and 10 MB, for whoever has a browser to ring
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

KEY_FILE = "push.key"
PRIVATE = 32  # bytes of the private number


def encoded(raw: bytes) -> str:
    """Base64url without padding, as browsers and push services write bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes of base64url, with padding or without; ValueError for anything else."""
    if not text.isascii() or set(text) & set("+/ \n\t"):
        raise ValueError("no base64url")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PushKeys:
    """The pair of the file `path`, read or made (mode 0600) when it is first needed.

    A new line on top of the file is a new pair: a browser that subscribed for the old one is not rung any more until
    its page is opened, which then subscribes anew. Raises SettingsInvalid for a broken file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def private(self) -> EllipticCurvePrivateKey:
        """What signs."""
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            raw = decoded(load_keys(self.path, _new)[0])
            number = int.from_bytes(raw) if len(raw) == PRIVATE else 0  # which is no key
            return ec.derive_private_key(number, ec.SECP256R1())
        except ValueError:
            broken = say("{path}: dòng đầu không phải là khóa; hãy lấy lại tệp này từ bản sao lưu.", path=self.path)
            raise SettingsInvalid(broken) from None

    @cached_property
    def public(self) -> str:
        """What a browser subscribes for: an uncompressed point of P-256 in base64url, 87 letters."""
        from bot.knocks.sealing import point

        return encoded(point(self.private.public_key()))


def _new() -> str:
    from cryptography.hazmat.primitives.asymmetric import ec

    return encoded(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(PRIVATE))
