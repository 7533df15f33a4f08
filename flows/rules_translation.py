"""Rules about other languages. They hold for those a lesson declares in `langs`; any other PO file is work in progress.

A translation that is missing or out of date is never shown: her text stays in the base language. The rules keep such a
lesson from being published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from flows.fields import did_you_mean
from flows.loader import Library
from flows.model import Place, Problem
from flows.po import Catalogue, Entry
from flows.rules import Found, Rulebook, Script
from flows.translation import BASE, KEEP_PLACEHOLDERS, other_placeholders, said

rules = Rulebook()

ABOUT = {
    "E401": "thiếu bản dịch của tiếng đã khai ở langs",
    "E402": "câu gốc đã đổi sau khi dịch, hoặc bản dịch còn chờ xem lại",
    "E403": "bản dịch của câu không còn trong bài",
    "E404": "chỗ điền {…} của bản dịch khác câu gốc",
}
CHANGED = "câu gốc đã đổi sau khi dịch"
DOUBTFUL = "bản dịch còn mang dấu fuzzy, chờ xem lại"
LOOK_AGAIN = "hãy xem lại bản dịch rồi bỏ dấu fuzzy"


def po_path(beside: str, language: str) -> str:
    """Where the translation of a file stands."""
    return str(PurePath(beside).parent / "po" / f"{language}.po")


def _declared(script: Script) -> Iterator[tuple[str, int, Catalogue | None]]:
    """The other languages of a lesson, their place in `langs`, their entries."""
    catalogues = script.library.translations.get(script.lesson.id, {})
    for at, language in enumerate(script.lesson.langs):
        if language != BASE:
            yield language, at, catalogues.get(language)


def _texts(script: Script) -> Mapping[str, str]:
    return {each.key: each.text for each in said(script.lesson)}


def _entries(script: Script) -> Iterator[tuple[str, Entry, str]]:
    """Every entry of a declared language: key, entry, file."""
    for language, _, catalogue in _declared(script):
        path = po_path(script.lesson.place.path, language)
        for key, entry in (catalogue or {}).items():
            yield key, entry, path


@rules.add("E401", ABOUT["E401"])
def missing(script: Script) -> Iterator[Found]:
    for language, at, catalogue in _declared(script):
        hint = f"./camtay translate export {script.lesson.id} {language}, rồi dịch"
        if catalogue is None:
            yield Found(script.header("langs", at), f"chưa có bản dịch tiếng “{language}”", hint)
            continue
        for each in said(script.lesson):
            entry = catalogue.get(each.key)
            if entry is None or not entry.text:
                place = script.at(each.step, *each.field) if each.step else script.header(*each.field)
                yield Found(place, f"câu này chưa có bản dịch tiếng “{language}” ({each.key})", hint)


@rules.add("E402", ABOUT["E402"])
def stale(script: Script) -> Iterator[Found]:
    if any(language != BASE for language in script.lesson.langs):
        texts = _texts(script)
        for key, entry, path in _entries(script):
            if key in texts and (fault := _outdated(entry, texts[key])):
                again = f"./camtay translate export {script.lesson.id} {PurePath(path).stem}; {LOOK_AGAIN}"
                yield Found(Place(path, entry.line, 1), f"{fault} ({key})", again)


def _outdated(entry: Entry, text: str) -> str:
    if not entry.text or entry.translates(text):
        return ""
    return DOUBTFUL if entry.fuzzy else CHANGED


@rules.add("E403", ABOUT["E403"], paths=True)
def orphan(script: Script) -> Iterator[Found]:
    texts = _texts(script)
    for key, entry, path in _entries(script):
        if key not in texts:
            hint = did_you_mean(key, texts) or f"./camtay translate export {script.lesson.id} {PurePath(path).stem}"
            yield Found(Place(path, entry.line, 1), f"trong bài không có câu nào mã “{key}”", hint)


@rules.add("E404", ABOUT["E404"])
def placeholders_differ(script: Script) -> Iterator[Found]:
    texts = _texts(script)
    for key, entry, path in _entries(script):
        if key in texts and entry.translates(texts[key]) and (fault := other_placeholders(texts[key], entry.text)):
            yield Found(Place(path, entry.text_line, 1), f"{fault} ({key})", KEEP_PLACEHOLDERS)


# --- the tutor's own sentences -----------------------------------------------------------------------


def spoken_by_tutor(library: Library) -> dict[str, tuple[str, Place]]:
    """Key → text and place: the tutor's own sentences, and the names of the tracks as `track.ID`."""
    phrases = {phrase.id: (phrase.text, phrase.place) for phrase in library.phrases}
    return phrases | {f"track.{track.id}": (track.title, track.place) for track in library.tracks}


def phrase_problems(library: Library) -> Iterator[Problem]:
    """The same rules for the tutor's own sentences; a language is declared by its file in `lessons/po`."""
    if not library.phrases:
        return
    texts = spoken_by_tutor(library)
    beside = library.phrases[0].place.path
    for language, catalogue in library.phrase_translations.items():
        path, again = po_path(beside, language), f"./camtay translate export phrases {language}"
        for key, (_, place) in texts.items():
            if key not in catalogue or not catalogue[key].text:
                yield Problem("E401", place, f"câu này chưa có bản dịch tiếng “{language}” ({key})", again)
        for key, entry in catalogue.items():
            place = Place(path, entry.line, 1)
            if key not in texts:
                hint = did_you_mean(key, texts) or again
                yield Problem("E403", place, f"không có câu nào mã “{key}”", hint)
            elif fault := _outdated(entry, texts[key][0]):
                yield Problem("E402", place, f"{fault} ({key})", f"{again}; {LOOK_AGAIN}")
            elif entry.text and (fault := other_placeholders(texts[key][0], entry.text)):
                yield Problem("E404", Place(path, entry.text_line, 1), f"{fault} ({key})", KEEP_PLACEHOLDERS)
