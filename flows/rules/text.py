"""Rules about words: short enough to read, and said in the learner's own form of address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.engine.kinds.table import kind_of
from flows.model import SourcePosition
from flows.reading.braces import PLACEHOLDER
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say

rules = Rulebook()

MAX_CHARACTERS = 220  # of one message, as lessons/README.md asks of editors
MAX_SENTENCES = 3
SPLIT = say("hãy tách thành hai tin")
USE_PLACEHOLDER = say("hãy viết {{chị}} hoặc {{Chị}} để máy đổi theo cách gọi")
USE_PARTICLE = say("hãy viết {{nhé}}, {{Dạ}} hoặc {{dạ}} để máy đổi theo cách gọi")

_NUMERAL = re.compile(r"\d+(?:[.,:/-]\d+)+")  # one word, and no end of a sentence
_END = re.compile(r"[.!?…]+[”\"’')]*(?=\s|$)")


@rules.add("W405", "tin dài, khó đọc")
def reading_load(script: Script) -> Iterator[LintFinding]:
    """Messages of more than `MAX_CHARACTERS` characters or `MAX_SENTENCES` sentences, as most learners read them."""
    for text in script.spoken:
        if fault := too_much_to_read(script.as_read(text.text)):
            yield LintFinding(script.at(text.step, *text.field), fault, SPLIT)


def too_much_to_read(text: str) -> str:
    """What makes a message hard to read, or an empty text."""
    if len(text) > MAX_CHARACTERS:
        return say("tin dài {count} ký tự, nên dưới {max_characters}", count=len(text), max_characters=MAX_CHARACTERS)
    sentences = len(_END.findall(text)) + (not _END.search(text[-3:]))
    return (
        say("tin có {sentences} câu, nên nhiều nhất {max_sentences}", sentences=sentences, max_sentences=MAX_SENTENCES)
        if sentences > MAX_SENTENCES
        else ""
    )


MAX_WORDS = 20  # of one sentence, as lessons/README.md asks of editors: a Vietnamese word is one syllable

_SENTENCE = re.compile(r"[^.!?…\n]+")
_WORD = re.compile(r"\w+(?:[-.,:/'’]\w+)*")


def count_words(text: str) -> int:
    """How many words are read in a text, syllable by syllable; an amount or a date is one."""
    return len(_WORD.findall(text))


@rules.add("W411", "câu dài quá 20 chữ")
def long_sentence(script: Script) -> Iterator[LintFinding]:
    """Sentences of more than `MAX_WORDS` words, as most learners read them: nobody keeps the beginning in mind. What
    tells a picture is read by few, and then aloud.
    """
    for text in script.spoken:
        if len(text.text) < 2 * MAX_WORDS or text.field[-1] == "alt":
            continue
        for sentence in _SENTENCE.findall(_NUMERAL.sub("0", script.as_read(text.text))):
            count = count_words(sentence)
            if count > MAX_WORDS:
                message = say("câu dài {count} chữ, nhiều nhất {most}", count=count, most=MAX_WORDS)
                yield LintFinding(script.at(text.step, *text.field), message, say("hãy tách thành hai câu"))


# A bare "chị" or "bạn" that is most likely said to her. Not so: "chị em", "bạn bè", "chị Lan", "một chị", "người bạn".
_BARE = re.compile(
    r"(?<!\w)(?<!\{)(?:[Cc]hị|[Bb]ạn)(?![\w}])"
    r"(?!\s+(?:em|gái|ấy|kia|đó|dâu|chồng|hai|ba|bè|hàng|học|thân|cũ|đời|trẻ|đọc|của)\b)"
    r"(?!\s+[A-ZĐÀ-Ỹ])"
)
_BEFORE = re.compile(r"(?:anh|một|các|những|mấy|người|cô|kết|nhiều|thêm|hội|của|hai|ba)(?:\s+|/)$", re.IGNORECASE)
_NOT_TO_HER = re.compile(rf"“[^”]*”|‘[^’]*’|\"[^\"]*\"|{PLACEHOLDER.pattern}")


@rules.add("W408", "gọi thẳng “chị” hay “bạn” mà không dùng {chị}")
def bare_address(script: Script) -> Iterator[LintFinding]:
    """Sentences that call the learner "chị" or "bạn" outright, so that a learner addressed otherwise is miscalled."""
    for text in script.spoken:
        for word, col in bare_words(text.text):
            place = script.within(text.step, text.field, col)
            yield LintFinding(place, say("“{word}” viết thẳng trong câu", word=word), USE_PLACEHOLDER)


def bare_words(text: str) -> Iterator[tuple[str, int]]:
    """Each bare address, with its column from 1; what others say in quotes does not count."""
    if "hị" not in text and "ạn" not in text:
        return
    spoken = _NOT_TO_HER.sub(_hidden, text)
    for found in _BARE.finditer(spoken):
        if not _BEFORE.search(spoken[: found.start()]):
            yield found[0], found.start() + 1


def _hidden(found: re.Match[str]) -> str:
    """As many blanks; "chị {ten_hdv}" names somebody else, as "chị Lan" does."""
    return ("X" if found[0].startswith("{ten_") else " ") + " " * (len(found[0]) - 1)


# "nha khoa", "dạ dày", "lòng dạ" are nouns.
_PARTICLE = re.compile(
    r"(?<!\w)(?:[Nn]hé|[Nn]ghen|[Nn]hen|ạ|[Nn]ha(?!\s+(?:khoa|sĩ|đam|phiến|trang|Trang)\b)"
    r"|(?<![Ll]òng )(?<!gan )(?<!bụng )[Dd]ạ(?!\s+(?:dày|con|hội|quang|hương)\b))(?!\w)"
)


@rules.add("W410", "viết thẳng “nhé”, “nha”, “dạ”, “ạ” mà không dùng {nhé}, {Dạ}")
def bare_politeness(script: Script) -> Iterator[LintFinding]:
    """Particles that fit one form of address only: a family of the South says "nha", one of the North "nhé", and who is
    older says no "dạ".
    """
    for text in script.spoken:
        for word, col in bare_particles(text.text):
            place = script.within(text.step, text.field, col)
            yield LintFinding(place, say("“{word}” viết thẳng trong câu", word=word), USE_PARTICLE)


def bare_particles(text: str) -> Iterator[tuple[str, int]]:
    """Each bare particle, with its column from 1; what others say in quotes does not count."""
    for found in _PARTICLE.finditer(_NOT_TO_HER.sub(_hidden, text)):
        yield found[0], found.start() + 1


@rules.add("W406", "bài có giọng đọc mà còn chỗ thiếu")
def voice_missing(script: Script) -> Iterator[LintFinding]:
    """Once a lesson: whoever cannot read must not be left alone half way."""
    steps = [step for step in script.lesson.steps if step.text]
    options = [(step, option) for step in steps for option in kind_of(step).options(step)]
    spoken = any(step.voice for step in steps), any(option.voice for _, option in options)
    if not any(spoken):
        return
    silent: list[tuple[str, SourcePosition]] = [(step.id, step.place) for step in steps if step.voice is None]
    if spoken[1]:
        silent += [(f"{step.id}.{option.id}", option.place) for step, option in options if option.voice is None]
    if silent:
        silent.sort(key=lambda each: each[1].line)
        names = ", ".join(name for name, _ in silent[:5]) + (", …" if len(silent) > 5 else "")
        message = say("bài có giọng đọc mà còn {count} chỗ chưa có: {names}", count=len(silent), names=names)
        yield LintFinding(silent[0][1], message, say("hãy thêm voice: {{file: …}} ở các chỗ ấy"))


@rules.add("W409", "giọng đọc không nói được chỗ điền")
def voice_with_placeholder(script: Script) -> Iterator[LintFinding]:
    """Recordings of a text with placeholders: they cannot say what is filled in, so `spoken` has to be neutral."""
    for step in script.lesson.steps:
        if step.voice is None:
            continue
        if found := PLACEHOLDER.search(step.voice.spoken):
            message = say("giọng đọc không điền được {{{name}}}", name=found[1])
            hint = say("spoken viết một câu trung tính, ví dụ: “Xin chào! Hôm nay mình tập…”")
            yield LintFinding(script.within(step, ("voice", "spoken"), found.start() + 1), message, hint)
        elif not step.voice.spoken and PLACEHOLDER.search(step.text):
            message = say("câu có chỗ điền, máy không biết giọng đọc nói gì")
            yield LintFinding(script.at(step, "voice"), message, say("hãy thêm spoken: “…” đúng như trong tệp tiếng"))


@rules.add("E008", "hai lựa chọn cùng một chữ")
def same_label(script: Script) -> Iterator[LintFinding]:
    """Options of one step whose labels read the same without marks: typed, they could not be told apart."""
    for step in script.lesson.steps:
        seen: set[str] = set()
        for option in kind_of(step).options(step):
            said = _said(option.text) or option.text
            if said in seen:
                yield LintFinding(
                    option.place,
                    say("“{text}” giống lựa chọn ở trên", text=option.text),
                    say("hãy viết hai lựa chọn khác nhau"),
                )
            seen.add(said)


@rules.add("E007", "lựa chọn hoặc đáp án trùng với lời chung")
def global_word(script: Script) -> Iterator[LintFinding]:
    """Labels and accepted answers that are also a global word ("dừng", "giúp"): typed, they would be taken for that."""
    commands = _all_said(tuple(way for ways in script.library.words.values() for way in ways))
    if not commands:
        return
    hint = say("lời này học viên dùng để ra lệnh ở mọi bước; hãy viết khác đi")
    for step in script.lesson.steps:
        for option in kind_of(step).options(step):
            if _said(option.text) in commands:
                yield LintFinding(
                    option.place, say("lựa chọn “{text}” trùng với một lời chung", text=option.text), hint
                )
    for step in script.quizzes:
        for at, accepted in enumerate(step.accept):
            if _said(accepted) in commands:
                yield LintFinding(
                    script.at(step, "accept", at),
                    say("đáp án “{accepted}” trùng với một lời chung", accepted=accepted),
                    hint,
                )


@lru_cache(maxsize=2)
def _all_said(ways: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_said, ways))


def _said(text: str) -> str:
    """A text as it is compared: without case and marks, but with diacritics ("đúng" is not "dừng")."""
    return " ".join(re.findall(r"\w+", PLACEHOLDER.sub(" ", text).casefold()))
