"""Answers by place: the second button, the buttons one and three."""

from __future__ import annotations

import re

from flows.words.keys import Tokens, plain_of
from flows.words.tables import LAST, MIDDLE, MessageReading, Words, read

_GLUED = re.compile(r"([a-z]+)(\d{1,2})")


def without_leads(words: Words, tokens: Tokens) -> Tokens:
    """Drop "chọn", "bấm nút", "câu số" from the front, never everything."""
    while len(tokens) > 1:
        fitting = (lead for lead in words.leads.get(tokens[0], ()) if tokens[: len(lead)] == lead)
        lead = next((lead for lead in fitting if len(lead) < len(tokens)), None)
        if lead is None:
            break
        tokens = tokens[len(lead) :]
    return tokens


def place_of(words: Words, tokens: Tokens, said: str, count: int) -> int | None:
    """The option, from 0, that is named by its place: "thứ hai", "câu b", "cái cuối", "cau2"; `said` as typed."""
    rest = without_leads(words, tokens)
    led = rest != tokens
    if len(tokens) == 1 and (glued := _GLUED.fullmatch(tokens[0])) and (glued[1],) in words.leads.get(glued[1], ()):
        rest, led, said = (glued[2],), True, f"{said} {glued[2]}"
    text, typed = " ".join(rest), said.split()
    if text in words.letters:
        sure = typed.count(text) == 1 and sum(word in words.letters for word in typed) == 1
        return _index(words.letters[text], count) if sure else None
    if text.isdigit():
        return int(text) - 1 if is_position(text, count) else None
    if led and text in words.ordinals and _is_said(words, text, said) and "o dau" not in " ".join(tokens):
        return _index(words.ordinals[text], count)  # "nút ở đâu" asks where it is
    if text in words.numbers and (led or _is_said(words, text, said)):
        return _index(words.numbers[text], count)
    return None


def _is_said(words: Words, number: str, said: str) -> bool:
    """Whether a number word was typed as such, or without any diacritics: "bà" is no "ba"."""
    forms = {number, *(form for form in words.spoken_numbers if plain_of(form) == number)}
    return any(f" {form} " in f" {said} " for form in forms)


def _index(place: int, count: int) -> int | None:
    if place == LAST:
        return count - 1 if count else None
    if place == MIDDLE:
        return count // 2 if count % 2 and count > 1 else None
    return place - 1 if place <= count else None


def is_position(token: str, count: int) -> bool:
    """Whether the token is the number of one of `count` buttons, in figures, from 1."""
    return token.isascii() and token.isdigit() and len(token) <= 2 and 1 <= int(token) <= count


def positions(text: str, count: int, words: Words) -> tuple[int, ...] | None:
    """The option numbers in "1, 3", "2 1 3" or "câu a và c", from 0; None where anything else is said."""
    tokens = _places_of(words, read(words, text))
    if len(tokens) == 1 and tokens[0].isdigit() and count < 10:
        tokens = list(tokens[0])
    if not tokens or not all(is_position(token, count) for token in tokens):
        return None
    found = tuple(int(token) - 1 for token in tokens)
    return found if len(set(found)) == len(found) else None


def _places_of(words: Words, said: MessageReading) -> list[str]:
    leads = {lead[0] for leads in words.leads.values() for lead in leads if len(lead) == 1}
    core = without_leads(words, said.core)
    tokens = [token for token in core if token not in words.joins and token not in leads]
    named = {**words.ordinals, **words.numbers, **words.letters}
    return [str(named[token]) if named.get(token, 0) > 0 else token for token in tokens]
