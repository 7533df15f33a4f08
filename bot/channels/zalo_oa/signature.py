"""Whether an event is signed by Zalo: a plain SHA-256, not an HMAC, over the body as it came.

`X-ZEvent-Signature: mac=<hex>`, hex = sha256(app id + raw body + timestamp + secret key of the account). Sources agree
on this and differ in where the timestamp stands: in the body, or in the header `X-ZEvent-Timestamp`. Both are tried.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"
_PREFIX = "mac="


def is_signed(given: str, app_id: str, body: bytes, timestamps: Iterable[str], secret: str) -> bool:
    """Whether `given`, the header's value with or without "mac=", fits the body by one of these timestamps.

    No timestamp is too old here: who may be shut out by a clock that is off are all learners; what is replayed is known
    by its message id.
    """
    mac = given.strip().lower().removeprefix(_PREFIX).encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(mac, _mac(app_id, body, each, secret)) for each in timestamps if each]
    return any(matches)


def _mac(app_id: str, body: bytes, timestamp: str, secret: str) -> bytes:
    signed = b"".join((app_id.encode(), body, timestamp.encode("utf-8", "surrogateescape"), secret.encode()))
    return hashlib.sha256(signed).hexdigest().encode()
