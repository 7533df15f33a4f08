"""A second opinion beside the rules of `lessons/relay.yaml`: how much a message asks for what could rob the other.

It was learnt from the messages of `lessons/asks` (see `asks_learning`), in the way of the ear, by two linear tables:
one of the words as they were typed, one of what is `meant` by them, whoever says it in whichever manner of speaking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

from flows.words.ear.features import MOST, features_of, words_only
from flows.words.ear.model import Model
from flows.words.ear.syllables import Syllable, syllable
from flows.words.keys import as_meant
from flows.words.manners import ALIKE, ELDERS, NOT, PARTICLES, YOUNGER

Side = Literal["learner", "instructor"]
SIDES: tuple[str, ...] = get_args(Side)

TAKES = "takes"
WHO: Mapping[str, str] = {"learner": "=l", "instructor": "=i"}
LONGEST = 1_000  # words and signs of a message that are looked at
FEWEST_OUTSIDE = 3  # words around a quotation that tell whose it is: "nó kêu chị …"
WHOLE, STRIDE = (
    90,
    60,
)  # of a longer one pieces of so many, one every so many: nothing drowns what is asked in the middle

_TOKEN = re.compile(r"[^\W_]+|[,.;:!?…]+|[\"“”‘’'«»]")
Token = Syllable | str


def weigh(model: Model, text: str, side: Side) -> float:
    """In thousandths of a margin: above 0 it rather does ask for it. Of a long message its worst part counts."""
    return max(_weigh(model, piece, side) for piece in pieces(own_words(tokens(text))))


def own_words(said: list[Token]) -> list[Token]:
    """Without its quotation marks where they do not part another's words from the writer's own: one that is never
    closed, or a message that is nothing but a quotation."""
    marks = said.count('"')
    outside, is_inside = 0, False
    for each in said:
        is_inside ^= each == '"'
        outside += isinstance(each, Syllable) and not is_inside
    if marks % 2 or outside < FEWEST_OUTSIDE:
        return [each for each in said if each != '"']
    return said


def _weigh(model: Model, piece: Sequence[Token], side: Side) -> float:
    typed = model.alarm.scores(features_of(as_typed(piece, side)))
    sense = model.sense.scores(words_only(meant(piece, side)))
    return (typed[TAKES] + sense[TAKES]) / 2


def tokens(text: str) -> list[Token]:
    """The words of a message, and its signs as one of , . ? and a quotation mark."""
    return [_token(found[0]) for _, found in zip(range(LONGEST), _TOKEN.finditer(as_meant(text)), strict=False)]


def pieces(said: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The parts that a message is judged by: all of one that is not long."""
    yield said[:WHOLE]
    for start in range(STRIDE, len(said) - WHOLE + STRIDE, STRIDE):
        yield said[start : start + WHOLE]


def as_typed(said: Sequence[Token], side: Side) -> list[str]:
    """Who writes, and the first MOST words."""
    return [WHO[side], *[each.typed for each in said if isinstance(each, Syllable)][:MOST]]


def meant(said: Sequence[Token], side: Side) -> list[str]:
    """Who writes, and what: "me" and "you" for whatever the two call themselves, one word for those that are alike, no
    particles; behind a "not" or in another's mouth a word is another word, to the end of the clause or quotation."""
    me, you = (YOUNGER, ELDERS) if side == "instructor" else (ELDERS, YOUNGER)
    found, denied, quoted = [WHO[side]], "", ""
    for each in said:
        if isinstance(each, str):
            denied = "" if each != '"' else denied
            quoted = quoted if each != '"' else "" if quoted else '"'
            found.append(each)
            continue
        word = each.typed
        if word in PARTICLES:
            continue
        one = f"{quoted}{denied}{'=me' if word in me else '=you' if word in you else ALIKE.get(word, word)}"
        if one != found[-1]:
            found.append(one)
        denied = "!" if word in NOT else denied
    return found


def _token(written: str) -> Token:
    if written[0].isalnum():
        return syllable(written)
    if written in "\"“”‘’'«»":
        return '"'
    return "?" if "?" in written else "." if written[0] in ".!…" else ","
