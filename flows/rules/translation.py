"""Rules about other languages. They hold for those a lesson declares in `langs`; any other PO file is work in progress.

A translation that is missing or out of date is never shown: the text stays in the base language, and the rules only
warn. What was translated with other placeholders would be shown, so it is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from flows.model import Problem, SourcePosition, Step
from flows.reading.loader import LessonDraft, LessonSet
from flows.reading.po import Catalogue, PoEntry
from flows.reading.translation import KEEP_PLACEHOLDERS, Source, other_placeholders, said, texts, usable, with_texts
from flows.rules.channel import rules as channel_rules
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.rules.text import rules as text_rules
from flows.saying import say
from flows.yaml.fields import did_you_mean

rules = Rulebook()

ABOUT = {
    "W401": "thiếu bản dịch của tiếng đã khai ở langs",
    "W402": "câu gốc đã đổi sau khi dịch, hoặc bản dịch còn chờ xem lại",
    "W403": "bản dịch của câu không còn trong bài",
    "E404": "chỗ điền {…} của bản dịch khác câu gốc",
}
CHANGED = say("câu gốc đã đổi sau khi dịch")
DOUBTFUL = say("bản dịch còn mang dấu fuzzy, chờ xem lại")
LOOK_AGAIN = say("hãy xem lại bản dịch rồi bỏ dấu fuzzy")


def po_path(beside: str, language: str) -> str:
    """Where the translation of a file stands."""
    return str(PurePath(beside).parent / "po" / f"{language}.po")


def sources_of(script: Script) -> Iterator[Source]:
    """Every text of a lesson that is put into other languages, with its place and the key it had before."""
    for each in said(script.lesson):
        place = script.at(each.step, *each.field) if each.step else script.header(*each.field)
        former = f"{each.step.was}{each.key[len(each.step.id) :]}" if each.step and each.step.was else ""
        yield Source(each.key, each.text, PurePath(place.path).name, place.line, former)


def _declared(script: Script) -> Iterator[tuple[str, int, Catalogue | None]]:
    """The other languages of a lesson, their place in `langs`, their entries."""
    catalogues = script.library.translations.get(script.lesson.id, {})
    for at, language in enumerate(script.lesson.langs):
        if language != script.lesson.lang:
            yield language, at, catalogues.get(language)


def _entries(script: Script) -> Iterator[tuple[str, PoEntry, str]]:
    """Every entry of a declared language: key, entry, file."""
    for language, _, catalogue in _declared(script):
        path = po_path(script.lesson.place.path, language)
        for key, entry in (catalogue or {}).items():
            yield key, entry, path


@rules.add("W401", ABOUT["W401"])
def missing(script: Script) -> Iterator[LintFinding]:
    """Texts of the lesson that a language of `langs` has no translation for, and languages without any file."""
    for language, at, catalogue in _declared(script):
        hint = say("./camtay translate export {id} {language}, rồi dịch", id=script.lesson.id, language=language)
        if catalogue is None:
            yield LintFinding(
                script.header("langs", at), say("chưa có bản dịch tiếng “{language}”", language=language), hint
            )
            continue
        for each in script.translatable.values():
            entry = catalogue.get(each.key)
            if entry is None or not entry.text:
                place = script.at(each.step, *each.field) if each.step else script.header(*each.field)
                yield LintFinding(
                    place,
                    say("câu này chưa có bản dịch tiếng “{language}” ({key})", language=language, key=each.key),
                    hint,
                )


@rules.add("W402", ABOUT["W402"])
def stale(script: Script) -> Iterator[LintFinding]:
    """Translations whose source text has changed since, or that are still marked fuzzy."""
    if set(script.lesson.langs) - {script.lesson.lang}:
        for key, entry, path in _entries(script):
            if key in script.base and (fault := _outdated(entry, script.base[key])):
                again = say(
                    "./camtay translate export {id} {stem}; {look_again}",
                    id=script.lesson.id,
                    stem=PurePath(path).stem,
                    look_again=LOOK_AGAIN,
                )
                yield LintFinding(
                    SourcePosition(path, entry.line, 1), say("{fault} ({key})", fault=fault, key=key), again
                )


def _outdated(entry: PoEntry, text: str) -> str:
    if not entry.text or entry.translates(text):
        return ""
    return DOUBTFUL if entry.fuzzy else CHANGED


@rules.add("W403", ABOUT["W403"], paths=True)
def orphan(script: Script) -> Iterator[LintFinding]:
    """Entries of a translation for texts that the lesson no longer has."""
    for key, entry, path in _entries(script):
        if key not in script.base:
            hint = did_you_mean(key, script.base) or say(
                "./camtay translate export {id} {stem}", id=script.lesson.id, stem=PurePath(path).stem
            )
            yield LintFinding(
                SourcePosition(path, entry.line, 1), say("trong bài không có câu nào mã “{key}”", key=key), hint
            )


@rules.add("E404", ABOUT["E404"])
def placeholders_differ(script: Script) -> Iterator[LintFinding]:
    """Translations in force whose placeholders are not those of the source text."""
    for key, entry, path in _entries(script):
        base = script.base
        if key in base and entry.translates(base[key]) and (fault := other_placeholders(base[key], entry.text)):
            yield LintFinding(
                SourcePosition(path, entry.text_line, 1),
                say("{fault} ({key})", fault=fault, key=key),
                KEEP_PLACEHOLDERS,
            )


# --- the rules of text and channel, in other words ---------------------------------------------------

IN_EVERY_LANGUAGE = (*channel_rules, *(rule for rule in text_rules if rule.code in ("W405", "E007", "E008")))


class _InOtherWords(Script):
    """A lesson in another language; a translated text stands in its PO file."""

    longest_label = 24  # other languages need longer words: better a small letter more than a word that nobody knows

    def __init__(self, draft: LessonDraft, library: LessonSet, language: str, catalogue: Catalogue) -> None:
        assert draft.lesson is not None
        found = usable(texts(draft.lesson), catalogue)
        super().__init__(replace(draft, lesson=with_texts(draft.lesson, found)), library)
        path = po_path(draft.path, language)
        self._places = {
            (each.step.id, each.field): SourcePosition(path, catalogue[each.key].text_line, 1)
            for each in said(draft.lesson)
            if each.step is not None and each.key in found
        }

    def at(self, step: Step, *field: str | int) -> SourcePosition:
        return self._places.get((step.id, field)) or super().at(step, *field)


def other_words(draft: LessonDraft, library: LessonSet) -> Iterator[Problem]:
    """What is too long, too much or twice the same in a declared language."""
    if draft.lesson is not None:
        for language, catalogue in library.translations.get(draft.lesson.id, {}).items():
            if language != draft.lesson.lang and language in draft.lesson.langs:
                script = _InOtherWords(draft, library, language, catalogue)
                for rule in IN_EVERY_LANGUAGE:
                    yield from rule.problems(script)


# --- the tutor's own sentences -----------------------------------------------------------------------


def spoken_by_tutor(library: LessonSet) -> dict[str, tuple[str, SourcePosition]]:
    """Key → text and place: the tutor's own sentences, the names of the tracks as `track.ID`, their buttons as
    `need.ID`, explained words as `term.ID`."""
    phrases = {phrase.id: (phrase.text, phrase.place) for phrase in library.phrases}
    needs = {f"need.{track.id}": (track.need, track.place) for track in library.tracks if track.need}
    needs |= {f"term.{term.id}": (term.say, term.place) for term in library.glossary}
    return phrases | {f"track.{track.id}": (track.title, track.place) for track in library.tracks} | needs


def phrase_problems(library: LessonSet) -> Iterator[Problem]:
    """W401, W402, W403 and E404 for the tutor's own sentences; a file in `lessons/po` declares its language."""
    if not library.phrases:
        return
    base = spoken_by_tutor(library)
    beside = library.phrases[0].place.path
    for language, catalogue in library.phrase_translations.items():
        path, again = po_path(beside, language), f"./camtay translate export phrases {language}"
        for key, (_, place) in base.items():
            if key not in catalogue or not catalogue[key].text:
                yield Problem(
                    "W401",
                    place,
                    say("câu này chưa có bản dịch tiếng “{language}” ({key})", language=language, key=key),
                    again,
                )
        for key, entry in catalogue.items():
            place = SourcePosition(path, entry.line, 1)
            if key not in base:
                hint = did_you_mean(key, base) or again
                yield Problem("W403", place, say("không có câu nào mã “{key}”", key=key), hint)
            elif fault := _outdated(entry, base[key][0]):
                yield Problem(
                    "W402",
                    place,
                    say("{fault} ({key})", fault=fault, key=key),
                    say("{again}; {look_again}", again=again, look_again=LOOK_AGAIN),
                )
            elif entry.text and (fault := other_placeholders(base[key][0], entry.text)):
                yield Problem(
                    "E404",
                    SourcePosition(path, entry.text_line, 1),
                    say("{fault} ({key})", fault=fault, key=key),
                    KEEP_PLACEHOLDERS,
                )
