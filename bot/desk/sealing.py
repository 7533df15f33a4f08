"""What nobody reads who has the database alone: AES-256-GCM, a nonce each, bound to what it is of."""

from __future__ import annotations

import base64
import binascii
import secrets

NONCE = 12  # bytes, as NIST SP 800-38D has them


def seal(key: bytes, text: str, of: str) -> str:
    """The text sealed with a key of 32 bytes; only the same key and the same `of` open it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # here: only who seals pays for it

    nonce = secrets.token_bytes(NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), of.encode())).decode()


def unseal(key: bytes, sealed: str, of: str) -> str | None:
    """What was sealed; None for another key, of something else, or broken."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        body = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(body[:NONCE], body[NONCE:], of.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None
