"""What stands in a transcript for a typed secret: “mã •otp• nhập ở đâu”. Played, a made-up one takes its place.

So a saved dialogue holds nothing that could rob anybody, and still shows how the tutor answers.
"""

from __future__ import annotations

import re
from itertools import product

from flows.words.masking import MASK, mask
from flows.words.nouns import NounTable

MADE_UP = {
    "citizen_id": "079000000000",
    "passport": "B1234567",
    "insurance": "HT3757512345678",
    "account": "stk 19036668888",
    "otp": "482913",
    "card": "4111 1111 1111 1111",
    "password": "hoahong99",
    "phone_vn": "0900000000",
    "number": "7",
    "date": "05/01/1970",
    "text": "chuyện riêng",
    "place": "Biên Hòa",
}

_STANDIN = re.compile(rf"•({'|'.join(MADE_UP)})•")
_MOST = 4  # secrets in one message that are told apart


def fill(text: str) -> str:
    """`text` as the tutor is to see it: every stand-in replaced by a made-up secret of its kind."""
    return _STANDIN.sub(lambda found: MADE_UP[found[1]], text) if "•" in text else text


def hide(heard: str, kinds: tuple[str, ...], nouns: NounTable) -> str:
    """A learner's words as the tutor keeps them (`heard`, with masks), each mask named after its kind where `nouns`
    tell.

    Masks that no combination of `kinds` explains stay as they are: then the dialogue plays on without the secret.
    """
    parts = heard.split(MASK)
    if not kinds or not 1 <= len(parts) - 1 <= _MOST:
        return heard
    for guess in product(dict.fromkeys(kinds), repeat=len(parts) - 1):
        named = parts[0] + "".join(f"•{kind}•{after}" for kind, after in zip(guess, parts[1:], strict=True))
        masked = mask(fill(named), nouns)
        if masked.text == heard and set(masked.kinds) == set(kinds):
            return named
    return heard
