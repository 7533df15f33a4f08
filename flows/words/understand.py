"""What a learner means: typed words, with typos and without diacritics, against what may be said at this point.

In this order, and the first that fits wins: a button's label, letter for letter; a cry that leaves no doubt; as the
whole message one of this prompt's own answers, its number or a global word; any cry; the same words with one slip of
the thumb mended; a global word as a sentence of its own; a near miss. Where two answers fit equally well the learner is
asked: never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from flows.words.counting import is_position, place_of, positions, without_leads
from flows.words.ear.ear import listen
from flows.words.keys import Tokens, pieces, plain_of, unslipped
from flows.words.patterns import any_of
from flows.words.prompts import Ids, Own, Prompt, prompt_of, sense_of
from flows.words.tables import (
    SHORT,
    MessageReading,
    Words,
    bare,
    fold,
    glued,
    read,
    read_words,
    states,
    without_fillers,
)
from flows.words.values.reading import read_sum

__all__ = [
    "Answered",
    "Command",
    "Emergency",
    "Meaning",
    "Own",
    "Unknown",
    "Unsure",
    "Words",
    "fold",
    "is_command",
    "positions",
    "read_words",
    "understand",
    "with_gaps",
    "without_fillers",
]

MAX_WORDS = 60  # a longer message is no answer to a short question; only emergencies are looked for in it
MAX_LETTERS = 600  # likewise: characters
MAX_MENDED = 12  # words: in a longer message nothing is mended
MAX_READINGS = 8  # ways to mend one message that are tried
LONG = 5  # letters from which one slip in a word is forgiven
POLITELY = 30  # characters of politeness and blanks around an answer that was written without spaces
LONGEST_COMMAND = 60  # characters of a sentence that may be a global word with its politeness
MeaningT = TypeVar("MeaningT")

_SENTENCE_END = re.compile(r"[.,;!?\n]+")

SURE = 86  # rapidfuzz ratio from which one typo in a word of seven letters still passes
SURE_OF_NO = 92  # with a negation a near miss may be the opposite
MAYBE = 70  # below this a suggestion would be a guess
SHORTEST = 0.5  # of her message's length: what is shorter cannot reach MAYBE


@dataclass(frozen=True, slots=True)
class Answered:
    option: str


@dataclass(frozen=True, slots=True)
class Command:
    word: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """`kind`: nothing (a robbery), die (a wish to die) or hurt (hurt by somebody)."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Two options are close; ask, do not guess."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


Meaning = Answered | Command | Emergency | Unsure | Unknown
POLITE = Unknown()  # of one sentence among several


def understand(
    words: Words, text: str, own: Sequence[Own], *, numbered: bool = True, guess: bool = True, near: bool = True
) -> Meaning:
    """What typed words mean: a label, a cry, this prompt's own answers, global words, near misses; in doubt Unsure.

    Without `guess` a near miss is doubt too: where a wrong guess would hurt. Without `near` none is looked for: where
    it would change nothing.
    """
    said = tuple(own)
    if len(text) > SHORT:
        return _understood(words, text, said, numbered, guess, near)
    return _understood_once(words, text, said, numbered, guess, near)


@lru_cache(maxsize=512)
def _understood_once(words: Words, text: str, own: tuple[Own, ...], numbered: bool, guess: bool, near: bool) -> Meaning:
    """Remembered, for at one prompt many say the same."""
    return _understood(words, text, own, numbered, guess, near)


def _understood(words: Words, text: str, own: tuple[Own, ...], numbered: bool, guess: bool, near: bool) -> Meaning:
    alarm = listen(words.ear, text)
    if len(text) > MAX_LETTERS:
        return Emergency(alarm.kind) if alarm.level == "ring" else Unknown()
    said = read(words, text)
    prompt = prompt_of(words, own)
    meaning = _meant(prompt.labels, said.spoken)
    if meaning is None and alarm.why:
        return Emergency(alarm.kind)
    if 0 < len(said.tokens) <= MAX_WORDS:
        meaning = meaning or _said(words, prompt, said, numbered=numbered)
    if meaning is None and alarm.level == "ring":
        return Emergency(alarm.kind)
    if not said.tokens or len(said.tokens) > MAX_WORDS:
        return Unknown()
    if meaning is None and prompt.joined and len(said.spoken) <= prompt.longest_joined + POLITELY:
        meaning = _first(_meant(prompt.joined, text) for text in glued(words, said.spoken))
    if meaning is None and said.signs and words.polite.issuperset(said.tokens):
        meaning = _first(_meant(prompt.folded, sign) for sign in said.signs)
    if meaning is None and (once := _once(said.core)) != said.core:
        meaning = _folded(words, prompt, states(words, once))
    if meaning is None:
        meaning = _by_amount(words, prompt, said, text)
    if meaning is None and numbered:
        meaning = _byplace_of(words, prompt, said)
    if meaning is None:
        meaning = _in_a_sentence(words, prompt, text)
    return meaning or _mended(words, prompt, said, numbered=numbered, guess=guess, near=near)


def _said(words: Words, prompt: Prompt, said: MessageReading, *, numbered: bool) -> Meaning | None:
    """Exactly an answer or a global word, as the whole message: more is needed to be a cry."""
    meaning = _exactly(words, prompt, said)
    if meaning is None and numbered:
        meaning = _by_number(words, prompt, said)
    return meaning or _slipped_keys(words, prompt, said) or _folded(words, prompt, said.states) or _right(words, said)


def is_command(words: Words, text: str) -> bool:
    """Whether free words are a global word and not a name: "Dung" and "Nghi" are names until they wear diacritics."""
    return _is_command_once(words, text) if len(text) <= SHORT else _is_command(words, text)


@lru_cache(maxsize=512)
def _is_command_once(words: Words, text: str) -> bool:
    return _is_command(words, text)


def _is_command(words: Words, text: str) -> bool:
    said = read(words, text)
    core = " ".join(said.core)
    is_word = said.spoken in words.exact_commands or (core in words.commands and core not in words.names)
    return is_word or _right(words, said) is not None


@lru_cache(maxsize=256)
def with_gaps(words: Words, patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Phrases with gaps (`…`, `/`) as one pattern over folded words between blanks."""
    return any_of(patterns, lambda phrase: fold(words, phrase))


# --- exactly -----------------------------------------------------------------------------------------


def _meant(table: Mapping[MeaningT, Ids], key: MeaningT) -> Meaning | None:
    ids = table.get(key, ())
    return None if not ids else Answered(ids[0]) if len(ids) == 1 else Unsure(ids[:2])


def _exactly(words: Words, prompt: Prompt, said: MessageReading) -> Meaning | None:
    """Words compared with diacritics and all."""
    meaning = _meant(prompt.spoken, said.spoken)
    if meaning is None and said.spoken in words.exact_commands:
        return Command(words.exact_commands[said.spoken])
    return meaning


def _in_a_sentence(words: Words, prompt: Prompt, text: str) -> Meaning | None:
    """An answer beside politeness alone, "rồi con, tiếp đi"; or a global word that is a sentence by itself, whatever
    else is said: "Giúp tôi. Bị kẹt rồi", "dừng, cảm ơn con"."""
    parts = [part for part in _SENTENCE_END.split(text) if part.strip()]
    if len(parts) < 2:
        return None
    names = [_named(words, part) if len(part) <= LONGEST_COMMAND else "" for part in parts]
    own = {_own(words, prompt, part) for part, name in zip(parts, names, strict=True) if name != "thanks"} - {POLITE}
    if len(own) == 1 and (meaning := own.pop()):
        return meaning
    named = set(names) - {"", "thanks"}
    for wider in ("help", "delete_data"):  # the one is never wrong, the other asks before it does anything
        if wider in named:
            return Command(wider)
    return Command(named.pop()) if len(named) == 1 else None


def _own(words: Words, prompt: Prompt, part: str) -> Meaning | None:
    """The answer that a sentence is, and nothing else; POLITE where it is only polite."""
    tokens = fold(words, part)
    if words.polite.issuperset(tokens):
        return POLITE
    tables = prompt.folded_labels, prompt.folded
    return _first(_meant(table, " ".join(state)) for state in states(words, tokens) for table in tables)


def _named(words: Words, part: str) -> str:
    """The global word that a sentence is, and nothing else."""
    said = read(words, part)
    exact = words.exact_commands.get(said.spoken, "")
    if not exact and words.around.issuperset(said.tokens):
        exact = next((name for each in said.states if (name := words.commands.get(" ".join(each), ""))), "")
    right = None if exact else _right(words, said)
    return right.word if right else exact


def _slipped_keys(words: Words, prompt: Prompt, said: MessageReading) -> Meaning | None:
    """The words from a keyboard without its Telex or VNI help: "dungwf" is "dừng", not "đúng"."""
    if not said.signed:
        return None
    meaning = _meant(prompt.signed, said.signed)
    if meaning is None and said.signed in words.signed_commands:
        return Command(words.signed_commands[said.signed])
    return meaning


def _folded(words: Words, prompt: Prompt, said: Sequence[Tokens]) -> Meaning | None:
    """Without diacritics and politeness, then without "bấm nút" before it, then without spaces."""
    for tokens in said:
        text = " ".join(tokens)
        meaning = _meant(prompt.folded_labels, text) or _meant(prompt.folded, text)
        if meaning is None and text in words.commands:
            return Command(words.commands[text])
        if meaning is not None:
            return meaning
    core = said[-1]
    rest = without_leads(words, core)
    if " ".join(core[: len(core) - len(rest)]) in prompt.cores:  # "đóng, cúp máy": an answer, and no "dòng"
        rest = core
    for text in dict.fromkeys((" ".join(core), " ".join(rest))):
        meaning = _meant(prompt.folded_labels, text) or _meant(prompt.folded, text) or _meant(prompt.cores, text)
        if meaning is not None:
            return meaning
    return _first(_meant(prompt.joined, "".join(tokens)) for tokens in said)


def _right(words: Words, said: MessageReading) -> Command | None:
    """A right that stands among words that change nothing about it."""
    name = words.rights.get(bare(words, said.spoken))
    return Command(name) if name else None


def _once(tokens: Tokens) -> Tokens:
    """ "xong xong rồi" is "xong rồi"."""
    return tuple(token for at, token in enumerate(tokens) if at == 0 or token != tokens[at - 1])


def _first(meanings: Iterable[Meaning | None]) -> Meaning | None:
    return next((meaning for meaning in meanings if meaning is not None), None)


# --- by its place ------------------------------------------------------------------------------------


def _by_number(words: Words, prompt: Prompt, said: MessageReading) -> Meaning | None:
    """2 · số 2 · chọn câu 2 nha · ②"""
    for tokens in said.states:
        rest = without_leads(words, tokens)
        if len(rest) == 1 and is_position(rest[0], len(prompt.ids)):
            return Answered(prompt.ids[int(rest[0]) - 1])
    return None


def _byplace_of(words: Words, prompt: Prompt, said: MessageReading) -> Meaning | None:
    """thứ hai · câu b · cái cuối · cau2; "ba ơi" calls someone."""
    if "oi" in said.tokens:
        return None
    for tokens in said.states:
        at = place_of(words, tokens, said.spoken, len(prompt.ids))
        if at is not None:
            return Answered(prompt.ids[at])
    return None


def _by_amount(words: Words, prompt: Prompt, said: MessageReading, text: str) -> Meaning | None:
    """năm chục ngàn; a sum that may be meant otherwise, or be denied, is asked about."""
    worth = read_sum(text, prompt.amounts) if prompt.amounts else None
    if worth is None:
        return None
    meaning = _meant(prompt.amounts, int(worth.value))
    doubtful = not worth.certain or not (words.denials | words.maybe_denials).isdisjoint(said.tokens)
    return Unsure((meaning.option,)) if doubtful and isinstance(meaning, Answered) else meaning


# --- one slip mended ---------------------------------------------------------------------------------


def _mended(words: Words, prompt: Prompt, said: MessageReading, *, numbered: bool, guess: bool, near: bool) -> Meaning:
    heard = _without_marks(words, said.spoken)
    if heard != said.spoken:
        return understand(words, heard, prompt.own, numbered=numbered, guess=guess, near=near)
    readings = list(_readings(words, prompt, said)) if len(said.tokens) <= MAX_MENDED else []
    found = [_folded(words, prompt, states(words, reading)) for reading in readings]
    ids = tuple(dict.fromkeys(option for meaning in found for option in _options(meaning)))
    if ids:
        return Answered(ids[0]) if len(ids) == 1 and not _may_deny(words, prompt, said) else Unsure(ids[:2])
    named = {meaning.word for meaning in found if isinstance(meaning, Command)}
    if len(named) == 1:
        return Command(named.pop())
    if not near:
        return Unknown()
    meaning = _near(words, prompt, without_fillers(words, readings[0]) if readings else said.core)
    if isinstance(meaning, Answered) and (not guess or _may_deny(words, prompt, said)):
        return Unsure((meaning.option,))
    return meaning


def _options(meaning: Meaning | None) -> Ids:
    match meaning:
        case Answered(option):
            return (option,)
        case Unsure(options):
            return options
    return ()


def _without_marks(words: Words, said: str) -> str:
    """Without the "phẩy" and "chấm" that a dictating phone writes out."""
    rest = f" {said} "
    for mark in sorted(words.marks, key=len, reverse=True):
        rest = rest.replace(f" {mark} ", " ")
    return rest.strip() or said


def _readings(words: Words, prompt: Prompt, said: MessageReading) -> Iterator[Tokens]:
    """The message with each strange word taken for what it may have been; nothing where no word could be mended."""
    typed = said.spoken.split() if len(said.spoken.split()) == len(said.tokens) else said.tokens
    choices = [_may_be(words, prompt, token, raw) for token, raw in zip(said.tokens, typed, strict=True)]
    for reading in islice(product(*choices), MAX_READINGS):
        tokens = tuple(token for part in reading for token in part)
        if tokens != said.tokens:
            yield tokens


def _may_be(words: Words, prompt: Prompt, token: str, typed: str) -> list[Tokens]:
    if token.isdigit() or token in words.denials:
        return [(token,)]
    letters = unslipped(typed)[0] if typed[-1].isascii() else token
    if token in prompt.vocabulary:
        return [(token,), (letters,)] if letters != token and letters in prompt.vocabulary else [(token,)]
    if meant := [to for to in words.either.get(token, ()) if prompt.vocabulary.issuperset(to)]:
        return meant
    if letters in prompt.vocabulary:
        return [(letters,)]
    if found := _near_words(prompt, token):
        return [(word,) for word in found]
    if len(token) >= LONG:
        plain = plain_of(typed)
        parts = pieces(plain, prompt.vocabulary) or (pieces(token, prompt.vocabulary) if token != plain else ())
        return [parts or (token,)]
    return [(token,)]


def _near_words(prompt: Prompt, token: str) -> list[str]:
    """Words of the prompt that are one slip away: a letter too many, missing, wrong, or two swapped."""
    if len(token) < LONG - 1:
        return []
    found = process.extract(token, prompt.words, scorer=OSA.distance, score_cutoff=1, limit=4)
    return [word for word, _, _ in found if max(len(word), len(token)) >= LONG]


def _may_deny(words: Words, prompt: Prompt, said: MessageReading) -> bool:
    """ "thong" may be a "khong" with a slip, or "thông tin": too much hangs on it, the learner is asked."""
    strange = [token for token in said.tokens if len(token) >= LONG and token not in prompt.vocabulary]
    return any(len(word) == len(token) and word[1:] == token[1:] for token in strange for word in words.denials)


# --- near misses -------------------------------------------------------------------------------------


def _near(words: Words, prompt: Prompt, core: Tokens) -> Meaning:
    said, sense = " ".join(core), sense_of(words, core)
    alike = [way for way in prompt.alike.get(sense, ()) if len(way[1]) > len(said) * SHORTEST]
    long = len(core) > 1 or len(said) > 3
    holding = [way for way in prompt.ways if said in way[1] and f" {said} " in f" {way[1]} "] if long else []
    part_of = tuple(dict.fromkeys(option for option, _ in holding))
    if len(core) > 1 and len(part_of) == 1 and any(way in alike for way in holding):
        return Answered(part_of[0])
    best: dict[str, float] = dict.fromkeys(prompt.ids, 0.0)
    texts = [text for _, text in alike]
    for _, score, at in process.extract(said, texts, scorer=fuzz.ratio, score_cutoff=MAYBE, limit=None):
        best[alike[at][0]] = max(best[alike[at][0]], score)
    scores = sorted(((score, option) for option, score in best.items()), reverse=True)
    sure = SURE_OF_NO if sense[0] else SURE
    if scores and scores[0][0] >= sure and len(said) >= 4 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 8):
        return Answered(scores[0][1])
    if words.longest_command >= len(said) >= 5 and (
        named := process.extractOne(said, words.commands.keys(), scorer=fuzz.ratio, score_cutoff=90)
    ):
        return Command(words.commands[named[0]])
    close = part_of or tuple(option for score, option in scores if score >= MAYBE and len(said) >= 3)
    return Unsure(close[:2]) if close else Unknown()
