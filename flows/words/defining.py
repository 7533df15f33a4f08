"""Whether a learner asks what a word means: "OTP là gì", "ma qr la j z con", "giải thích chữ link".

The whole message has to be the question: a term between words that only lead up to it, and words that only trail off.
Whatever else is said means more than the word, and others answer it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.glossary import Term
from flows.words.keys import Tokens, unslipped
from flows.words.tables import Words, fold

MOST_LETTERS = 120  # characters of a question: a longer message is a tale, or somebody else's
MOST_WORDS = 18
FORGIVEN_FROM = 5  # letters of a term, from which one slip of the thumb is forgiven


def _phrases(text: str) -> tuple[Tokens, ...]:
    """Phrases with a stroke between, the longest first."""
    return tuple(sorted((tuple(each.split()) for each in text.split("/")), key=len, reverse=True))


AFTER = _phrases(
    "la gi/la cai gi/la cai chi/la chi/la sao/la the nao/la nhu the nao/nghia la gi/nghia la sao/"
    "nghia la the nao/nghia gi/nghia sao/nghia chi/co nghia la gi/co nghia gi/co nghia la sao/la mot cai gi/"
    "la cai thu gi/la thu gi/la vat gi/la con gi/la ma gi/la tu gi/la chu gi/la mo/la cai mo/la cai mo te/"
    "nghia nhu the nao/nghia the nao/means what/mean/means"
)
"""What stands behind the term, folded."""

BEFORE = _phrases(
    "giai thich/giai nghia/cat nghia/the nao la/sao goi la/cai gi la/nghia cua/y nghia/y nghia cua/"
    "hieu the nao la/dinh nghia/hong hieu/khong hieu/chua hieu/what is/what are/what does/whats/explain"
)
"""What stands before it."""

LEADS = frozenset(
    """
    con em chi chau co ba bac di me ma ngoai noi toi tui tao minh bay oi ui a da thua vay cho xin hoi chut lam
    on giup gium dum cai chu tu cum tieng may muon biet hieu nghe nguoi ta hoai the cac nhung ve khong hong ko
    uh u thi an um chua cua trong bai do nay please tell can you la gi nhe nha
    """.split()
)
TAILS = frozenset(
    """
    vay the ha a ta hen he hi con em chi chau co ba bac di oi day do nua nhi z rua te da nha nhe hong khong ko
    thiet nay kia voi giup gium dum cho toi tui minh biet hieu nghe roi lam chua ma mo luon please xin cam on
    me to
    """.split()
)
"""Words that change nothing about the question, folded."""

PURPOSE = _phrases(
    "de lam gi/dung lam gi/dung de lam gi/xai lam gi/xai de lam gi/de lam chi/de chi/dung the nao/xai sao/xai lam sao"
)
"""A second question in the same breath, which the explanation answers as far as it can."""


def asked_term(words: Words, terms: tuple[Term, ...], text: str) -> Term | None:
    """The term whose meaning is asked for; None where something else is meant."""
    if not terms or len(text) > MOST_LETTERS:
        return None
    tokens = fold(words, text)
    if not 2 <= len(tokens) <= MOST_WORDS:
        return None
    table = _table(words, terms)
    typed = tuple(unslipped(each)[0] for each in tokens)  # "laf" where the keyboard did not help
    candidates = list(dict.fromkeys(chain(_candidates(tokens), () if typed == tokens else _candidates(typed))))
    exact = (table.get(key) for each in candidates for key in _keys(each))
    names = _long_names(words, terms)
    return next(filter(None, exact), None) or next(filter(None, (_near(names, each) for each in candidates)), None)


def _keys(tokens: Tokens) -> tuple[str, ...]:
    """By what a term is looked up: without blanks, and without what a keyboard's help would have made marks."""
    return "".join(unslipped(each)[0] for each in tokens), "".join(tokens)


@lru_cache(maxsize=8)
def _table(words: Words, terms: tuple[Term, ...]) -> Mapping[str, Term]:
    return {key: term for term in reversed(terms) for name in term.names for key in _keys(fold(words, name))}


@lru_cache(maxsize=8)
def _long_names(words: Words, terms: tuple[Term, ...]) -> Mapping[str, Term]:
    """By the names as they are written, without blanks: those in which a slip is forgiven."""
    names = {"".join(fold(words, name)): term for term in reversed(terms) for name in term.names}
    return {name: term for name, term in names.items() if len(name) >= FORGIVEN_FROM}


def _near(names: Mapping[str, Term], tokens: Tokens) -> Term | None:
    """The only term that is one slip away."""
    key = "".join(tokens)
    if len(key) < FORGIVEN_FROM - 1:  # a letter may be missing
        return None
    close = process.extract(key, names.keys(), scorer=OSA.distance, score_cutoff=1)
    found = {names[name].id: names[name] for name, _, _ in close}
    return found.popitem()[1] if len(found) == 1 else None


def _candidates(tokens: Tokens) -> Iterator[Tokens]:
    """What may be the term, the longest first."""
    rest = _without_purpose(tokens)
    for phrase in AFTER:
        for at in _places(rest, phrase):
            if TAILS.issuperset(rest[at + len(phrase) :]):
                yield from _peeled(rest[:at], ())
    for phrase in BEFORE:
        for at in _places(rest, phrase):
            if LEADS.issuperset(rest[:at]):
                after = rest[at + len(phrase) :]
                yield from _ends(after)


def _without_purpose(tokens: Tokens) -> Tokens:
    for phrase in PURPOSE:
        for at in _places(tokens, phrase):
            if at > 1 and TAILS.issuperset(tokens[at + len(phrase) :]):
                return tokens[:at]
    return tokens


def _ends(tokens: Tokens) -> Iterator[Tokens]:
    for end in range(len(tokens), 0, -1):
        if TAILS.issuperset(tokens[end:]):
            yield from _peeled(tokens[:end], AFTER)


def _peeled(tokens: Tokens, also: tuple[Tokens, ...]) -> Iterator[Tokens]:
    """The words with less and less in front of them."""
    for phrase in also:
        if tokens[-len(phrase) :] == phrase:
            tokens = tokens[: -len(phrase)]
            break
    for start in range(len(tokens)):
        if LEADS.issuperset(tokens[:start]):
            yield tokens[start:]


def _places(tokens: Tokens, phrase: Tokens) -> tuple[int, ...]:
    if phrase[0] not in tokens:  # as nearly always
        return ()
    size = len(phrase)
    return tuple(at for at in range(len(tokens) - size + 1) if tokens[at : at + size] == phrase)
