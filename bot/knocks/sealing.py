"""What a push service is handed: a message only one browser can read (RFC 8291), and who we are (RFC 8292).

Imported when the first browser is rung, and not before: the library behind it is no small one.
"""

from __future__ import annotations

import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.knocks.keys import decoded, encoded

RECORD = 4096  # bytes; RFC 8188's rs: every push service takes a body of that size, and ours is one short record
PADDED = 256  # bytes of every message: its length tells nobody on the way whether it is urgent
SALT, TAG = 16, 16


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key of P-256 as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def seal(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    ours: ec.EllipticCurvePrivateKey | None = None,
    padded: int = PADDED,
) -> bytes:
    """The body for the browser with these keys (base64url), padded to `padded` bytes inside. `salt` and `ours`, an
    ephemeral key, are fresh for each message, but for a test that has an example to meet.

    Raises ValueError for keys that are none.
    """
    salt, ours = salt or os.urandom(SALT), ours or ec.generate_private_key(ec.SECP256R1())
    theirs = decoded(p256dh)
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    mine = point(ours.public_key())
    secret = _derived(shared, decoded(auth), b"WebPush: info\0" + theirs + mine, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    last = message + b"\x02" + bytes(max(0, padded - len(message) - 1))
    return salt + RECORD.to_bytes(4) + bytes([len(mine)]) + mine + AESGCM(key).encrypt(nonce, last, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def signed(private: ec.EllipticCurvePrivateKey, audience: str, subject: str, expires_s: int) -> str:
    """The Authorization header for the push service at `audience` (scheme and host), good until `expires_s` (seconds
    since 1970, a day from now at the most); `subject` is where its people reach ours, an https or mailto address."""
    claims = {"aud": audience, "exp": expires_s, "sub": subject}
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    text = ".".join(encoded(json.dumps(each, separators=(",", ":")).encode()) for each in parts)
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={text}.{encoded(r.to_bytes(32) + s.to_bytes(32))}, k={encoded(point(private.public_key()))}"
