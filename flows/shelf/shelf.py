"""What lies in a lessons folder, ready to be opened as a book: good lessons, broken ones with their faults, tables."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from errno import ENOENT
from pathlib import Path
from typing import TypeVar

import yaml

from flows.answers import Answer
from flows.glossary import Term
from flows.model import Lesson, LessonInvalid, Problem, SourcePosition
from flows.reading.loader import ANSWERS, MODELS, NEEDED, LessonSet, load_files, read_lessons
from flows.reading.phrases import REQUIRED
from flows.reading.scam_tables import TABLES, ScamTables
from flows.reading.translation import texts, usable, with_texts
from flows.reading.unchanged import digest_of
from flows.rules.checked import Basis, Checked
from flows.rules.lint import lint
from flows.rules.translation import spoken_by_tutor
from flows.run import Book
from flows.saying import say
from flows.scenes.reading import Scene
from flows.shelf.media import media_of, recorded_of
from flows.shelf.voice_lines import RECORDINGS, recordings_in
from flows.words.ear.model import Model
from flows.words.nouns import SPARE, NounTable
from flows.words.understand import read_words
from flows.words.wishes import UNREAD, Wishes

WORDS = "words.yaml"
REHEARSAL = "rehearsal.yaml"
ALOUD = "aloud.yaml"
OF_FILES = "E504"  # a picture that cannot be shown is told in words: it keeps no lesson from being taught
OF_TRANSLATION = frozenset({"W401", "W402", "W403", "E404"})


_Made = TypeVar("_Made")


class _Textual(yaml.CSafeLoader):
    """Every scalar is the text in the file."""

    yaml_implicit_resolvers: Mapping[str, list[object]] = {}  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Shelf:
    """`good` by lesson id, `broken` by path; `untranslated` by the path of a lesson that is good all the same: what its
    translation lacks is said in the base language; only an error there keeps it from being published. `unheard` by
    path: answers that are left out, a model of the ear that cannot be used.

    `media`: lesson → name of a file in its `media` folder, or of a scene as it shows it → name by which it is kept
    ("<sha256>.jpg"); what is recorded of it by the digest of its words. `recordings`: such a digest → file.
    `written`: the files that editors publish as tables (words.yaml, answers/*.yaml), by their names below the folder;
    `sources` as `flows.reading.answers` wants them.
    `translations`: lesson → declared language → text key → text, for what may be shown. `phrases_in`: language → the
    tutor's own sentences, whole (what is not translated is in the base language), with track names as `track.ID`.
    """

    good: Mapping[str, Lesson]
    broken: Mapping[str, tuple[Problem, ...]]
    phrases: Mapping[str, str]
    words: Mapping[str, object]
    tracks: tuple[tuple[str, str], ...]
    needs: Mapping[str, str] = field(default_factory=dict)
    for_instructors: frozenset[str] = frozenset()
    translations: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    phrases_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    untranslated: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    unheard: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    glossary: tuple[Term, ...] = ()
    model: Model | None = None
    wishes: Wishes = UNREAD
    nouns: NounTable = SPARE
    scam: ScamTables = field(default_factory=ScamTables)
    scenes: Mapping[str, Scene] = field(default_factory=dict)
    media: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    recordings: Mapping[str, Path] = field(default_factory=dict)
    written: Mapping[str, bytes] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def read_shelf(root: Path, facts: Mapping[str, str], checked: Checked | None = None) -> Shelf:
    """Read and lint every lesson below `root`; a broken one never hides the others. What `checked` knows to be without
    an error is only read.

    Raises OSError when one of NEEDED cannot be read, LessonInvalid when a sentence is missing, or a rule of the relay,
    the nouns of masking or the signs of a scam are broken: the tutor could not speak, nor watch what passes between
    two, nor keep secrets, nor warn.
    """
    files = read_lessons(root)
    for needed in NEEDED:
        if str(root / needed) not in files:
            raise FileNotFoundError(ENOENT, "no such file", str(root / needed))
    return with_media(_shelf(root, files, facts, checked or Checked()), root, facts)


def with_media(shelf: Shelf, root: Path, facts: Mapping[str, str]) -> Shelf:
    """The shelf with the files of its lessons, and what is recorded of their words, as they are now; each is read.
    Raises OSError."""
    recordings = {each.digest: each.path for each in recordings_in(root / RECORDINGS)}
    found = {
        key: media_of(lesson, shelf.scenes) | recorded_of(lesson, facts, recordings)
        for key, lesson in shelf.good.items()
    }
    return replace(shelf, media={key: names for key, names in found.items() if names}, recordings=recordings)


OPENED = 2  # shelves that are kept: the folder, and what it was before somebody edited it
_opened: dict[Hashable, Shelf] = {}


def _shelf(root: Path, files: Mapping[str, bytes], facts: Mapping[str, str], checked: Checked) -> Shelf:
    """A folder of which no file has changed is not read again: whoever opens it twice in a process waits once. Who
    knows what was linted before makes no difference to it."""
    known = root, tuple((path, digest_of(raw)) for path, raw in files.items()), tuple(facts.items())
    shelf = _opened.pop(known, None) or _read_anew(root, files, facts, checked)
    _opened[known] = shelf
    for oldest in list(_opened)[:-OPENED]:
        _opened.pop(oldest, None)
    return shelf


def _read_anew(root: Path, files: Mapping[str, bytes], facts: Mapping[str, str], checked: Checked) -> Shelf:
    library = load_files(files, dict(facts))
    read_from: list[Basis] = [part for pair in files.items() for part in pair]
    parts = ["shelf", str(root), repr(tuple(facts.items())), *read_from]
    errors = checked.faults(parts, lambda: filter(_keeps_back, lint(library, examples=False)))
    return shelf_of(library, errors, root, files)


def _keeps_back(problem: Problem) -> bool:
    return problem.severity == "error" or problem.code in OF_TRANSLATION


def shelf_of(library: LessonSet, problems: Iterable[Problem], root: Path, files: Mapping[str, bytes]) -> Shelf:
    """The library of the folder `root` as a shelf; `files` are what it was read from. Raises as `read_shelf`."""
    by_path: dict[str, list[Problem]] = {}
    untranslated: dict[str, list[Problem]] = {}
    unheard: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.code == OF_FILES:
            continue
        of_translation = problem.code in OF_TRANSLATION
        if _keeps_back(problem) and not _of_phrases(problem, root):
            path = lesson_path(problem.place.path)
            kind = unheard if _is_of_ear(path, root) else untranslated if of_translation else by_path
            kind.setdefault(path, []).append(problem)
    good = {key: lesson for key, lesson in library.lessons.items() if lesson.place.path not in by_path}
    return Shelf(
        good=good,
        broken={path: tuple(dict.fromkeys(found)) for path, found in by_path.items()},
        phrases=_phrases(root, library),
        words=table_of(files[str(root / WORDS)]),
        tracks=tuple((track.id, track.title) for track in library.tracks),
        needs={track.id: track.need for track in library.tracks if track.need},
        for_instructors=frozenset(track.id for track in library.tracks if track.for_instructors),
        translations={key: languages_of(lesson, library) for key, lesson in good.items()},
        phrases_in=_phrases_in(library),
        untranslated={path: tuple(dict.fromkeys(found)) for path, found in untranslated.items()},
        unheard={path: tuple(dict.fromkeys(found)) for path, found in unheard.items()},
        answers=library.answers,
        glossary=library.glossary,
        scenes=library.scenes,
        model=library.model,
        wishes=_sound(root / "relay.yaml", library, library.wishes),
        nouns=_sound(root / "masking.yaml", library, library.nouns),
        scam=_sound_scam(root, library),
        written={name: raw for path, raw in files.items() if is_table(name := _below(path, root))},
        sources=library.sources,
    )


def is_table(name: str) -> bool:
    """Whether a file (its name below the folder) is one of the tables that editors publish."""
    return name == WORDS or (name.startswith(f"{ANSWERS}/") and name.endswith(".yaml"))


def _below(path: str, root: Path) -> str:
    return path.removeprefix(f"{root}{os.sep}")


def lesson_path(path: str) -> str:
    """A lesson's file, also for a fault in its PO file."""
    return str(Path(path).parent.parent / "lesson.yaml") if path.endswith(".po") else path


def _of_phrases(problem: Problem, root: Path) -> bool:
    """Whether it is about translations of the tutor's own sentences: lint tells it, no lesson is left out for it."""
    path = Path(problem.place.path)
    return problem.code in OF_TRANSLATION and path.parent in (root, root / "po")


def _is_of_ear(path: str, root: Path) -> bool:
    """Whether it is a file of what is heard, not of what is taught."""
    return Path(path) in {root / name for name in (*MODELS, "glossary.yaml")} or Path(path).parent == root / ANSWERS


def languages_of(lesson: Lesson, library: LessonSet) -> dict[str, dict[str, str]]:
    """The declared languages of a lesson with the translations in force, by key of the text."""
    catalogues = library.translations.get(lesson.id, {})
    declared = [language for language in lesson.langs if language != lesson.lang and language in catalogues]
    sources = texts(lesson) if declared else {}
    return {language: usable(sources, catalogues[language]) for language in declared}


def _phrases_in(library: LessonSet) -> dict[str, dict[str, str]]:
    sources = {key: text for key, (text, _) in spoken_by_tutor(library).items()}
    return {lang: sources | usable(sources, entries) for lang, entries in library.phrase_translations.items()}


def _phrases(root: Path, library: LessonSet) -> dict[str, str]:
    """The tutor's own sentences; raises LessonInvalid when one is missing: the tutor would fall silent there."""
    path = root / "phrases.yaml"
    broken = tuple(each for each in library.problems if each.place.path == str(path) and each.severity == "error")
    if broken:
        raise LessonInvalid(broken)
    phrases = {phrase.id: phrase.text for phrase in library.phrases}
    missing = sorted(REQUIRED - phrases.keys())
    if missing:
        hint = say("thêm lại câu này; bản gốc có sẵn trong lịch sử của tệp")
        place = SourcePosition(str(path), 1, 1)
        raise LessonInvalid(
            tuple(Problem("E009", place, say("thiếu câu “{each}”", each=each), hint) for each in missing)
        )
    return phrases


def _sound(path: Path, library: LessonSet, made: _Made | None) -> _Made:
    """What was made of a table without which nothing begins; raises LessonInvalid where it is missing or broken."""
    broken = tuple(each for each in library.problems if each.place.path == str(path) and each.severity == "error")
    if made is None and not broken:
        broken = (
            Problem("E009", SourcePosition(str(path), 1, 1), say("không thấy tệp này"), say("hãy để lại tệp như cũ")),
        )
    if made is None or broken:
        raise LessonInvalid(broken)
    return made


def _sound_scam(root: Path, library: LessonSet) -> ScamTables:
    """What is known of scams; none of the files need be there, but what is there has to be sound."""
    for name in TABLES:
        _sound(root / name, library, library.scam)
    return library.scam


def read_table(path: Path) -> dict[str, object]:
    """A YAML table of the tutor's own words, all scalars text."""
    return table_of(path.read_bytes())


def read_names(root: Path) -> dict[str, str]:
    """How names and short forms are read aloud, as written beside the lessons; none where nobody has written it down.
    Raises OSError, and ValueError for what is no table of words."""
    try:
        table = read_table(root / ALOUD)
    except FileNotFoundError:
        return {}
    except yaml.YAMLError:
        raise ValueError from None
    names = {str(name): said for name, said in table.items() if isinstance(said, str) and name}
    if len(names) < len(table):
        raise ValueError
    return names


def table_of(raw: bytes) -> dict[str, object]:
    """A YAML table with every value as text; empty where the file holds something else. Raises yaml.YAMLError."""
    data = yaml.load(raw, Loader=_Textual)
    return data if isinstance(data, dict) else {}


def rehearsal_facts(root: Path, facts: Mapping[str, str]) -> dict[str, str]:
    """The placeholders that dialogues of the folder `root` are played with: its own, so that no site's number changes
    what they say; `facts` for those it does not name."""
    try:
        own = read_table(root / REHEARSAL)
    except (OSError, yaml.YAMLError):
        return dict(facts)
    return {**facts, **{name: value for name, value in own.items() if isinstance(value, str)}}


def plain_book(shelf: Shelf, facts: Mapping[str, str]) -> Book:
    """A book of the files as they are, every lesson in version 1: for trying, transcripts and tests."""
    return Book(
        versions={(lesson.id, 1): lesson for lesson in shelf.good.values()},
        current=dict.fromkeys(shelf.good, 1),
        phrases=shelf.phrases,
        words=read_words(shelf.words, shelf.model),
        facts=facts,
        tracks=shelf.tracks,
        needs=shelf.needs,
        for_instructors=shelf.for_instructors,
        translated={
            (lesson_id, 1, language): with_texts(shelf.good[lesson_id], words)
            for lesson_id, languages in shelf.translations.items()
            for language, words in languages.items()
            if lesson_id in shelf.good
        },
        phrases_in=shelf.phrases_in,
        answers=shelf.answers,
        glossary=shelf.glossary,
        wishes=shelf.wishes,
        nouns=shelf.nouns,
        signs=shelf.scam.signs,
        drills=shelf.scam.drills,
    )
