"""Passwords: argon2id in OWASP's first choice for it (19 MiB, two rounds, one lane), a tenth of a second each."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from functools import cache

MEMORY_KIB, ROUNDS, LANES, LENGTH, SALT = 19_456, 2, 1, 32, 16

_one_by_one = asyncio.Semaphore(2)  # whoever sends thousands of passwords takes two cores' time, not the memory


async def hash_password(password: str) -> str:
    """As it is kept, in the PHC format: salt and cost stand in it."""
    async with _one_by_one:
        return await asyncio.to_thread(_hash, password)


async def is_password(password: str, kept: str) -> bool:
    """Whether it is the one; for a name that nobody has (`kept` empty) it takes as long to say no."""
    async with _one_by_one:
        return await asyncio.to_thread(_verify, password, kept or _nobodys()) and bool(kept)


def _hash(password: str) -> str:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # here: only who signs in pays for it

    made = Argon2id(
        salt=secrets.token_bytes(SALT), length=LENGTH, iterations=ROUNDS, lanes=LANES, memory_cost=MEMORY_KIB
    )
    return made.derive_phc_encoded(_bytes(password))


def _verify(password: str, kept: str) -> bool:
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        Argon2id.verify_phc_encoded(_bytes(password), kept)
    except InvalidKey:
        return False
    return True


def _bytes(password: str) -> bytes:
    """One spelling of a Vietnamese sentence, whichever keyboard it comes from."""
    return unicodedata.normalize("NFC", password).encode()


@cache
def _nobodys() -> str:
    return _hash(secrets.token_hex())
