"""From the YAML of a lesson to the nouns of `flows.model`: all problems at once, a broken lesson hides no other.

`load_lesson` is pure; `read_lessons` and `files_below` are the functions of this room that look at files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.answers import Answer
from flows.conditions import BUILT_IN_NAMES
from flows.engine.kinds.table import kind_of
from flows.files import FoundFile
from flows.glossary import Term
from flows.model import Lesson, Problem, Step
from flows.reading import po
from flows.reading.answers import read_answers
from flows.reading.forms import read_steps
from flows.reading.glossary import glossary_of
from flows.reading.heads import read_header
from flows.reading.noun_rows import nouns_of
from flows.reading.po import Catalogue
from flows.reading.scam_tables import TABLES as SCAM_TABLES
from flows.reading.scam_tables import ScamTables, scam_tables
from flows.reading.tables import (
    Phrase,
    Track,
    asks_of,
    ear_of,
    judgement_of,
    phrases_of,
    sources_of,
    tracks_of,
    words_of,
)
from flows.reading.wish_rules import wishes_of
from flows.saying import Sentence, say
from flows.scenes.reading import SCENES, Scene, read_scenes
from flows.words.ear.model import Model
from flows.words.nouns import NounTable
from flows.words.wishes import Wishes
from flows.yaml import strictyaml
from flows.yaml.fields import MISSING, Fields
from flows.yaml.strictyaml import Mapping

OWN_PLACEHOLDERS = frozenset({"chị", "Chị", "em", "Em", "nhé", "Dạ", "dạ", "ten"})

SCRIPT = "lesson.yaml"
RELAY = "relay.yaml"
NEEDED = ("phrases.yaml", "words.yaml", RELAY, "masking.yaml")
"""Without them the tutor cannot speak, understand, watch what passes between two, hide what must not be kept."""
TABLES = (*NEEDED, *SCAM_TABLES, "tracks.yaml", "sources.yaml", "glossary.yaml")
EAR, ASKS, JUDGEMENT = MODELS = ("ear.model", "asks.model", "scams.model")
ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class LessonDraft:
    """One file as far as it could be read. `whole`: every step was understood, so rules about paths make sense."""

    path: str
    problems: tuple[Problem, ...]
    lesson: Lesson | None = None
    page: Mapping | None = None
    whole: bool = False

    @property
    def usable(self) -> bool:
        """Whether the lesson may be taught: it was read and has no error, only warnings."""
        return self.lesson is not None and not any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class LessonSet:
    """Everything under one lessons folder. `lessons` holds those without errors of form; lint looks at `drafts`.

    `facts` are the placeholders from the configuration; `tracks`, `sources` and `words` are empty where their file is
    missing: then nothing is known about them, and nothing is said about them.
    """

    lessons: Table[str, Lesson]
    problems: tuple[Problem, ...]
    tracks: tuple[Track, ...] = ()
    drafts: tuple[LessonDraft, ...] = ()
    facts: Table[str, str] = field(default_factory=dict)
    sources: Table[str, str] = field(default_factory=dict)  # id → how it is cited
    words: Table[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()
    answers: tuple[Answer, ...] = ()
    glossary: tuple[Term, ...] = ()
    scenes: Table[str, Scene] = field(default_factory=dict)
    model: Model | None = None
    wishes: Wishes | None = None
    nouns: NounTable | None = None
    relay: tuple[str, bytes] | None = None  # the file of these rules, with the examples that lint tries
    masking: tuple[str, bytes] | None = None  # the same of the nouns
    scam: ScamTables = field(default_factory=ScamTables)
    translations: Table[str, Table[str, Catalogue]] = field(default_factory=dict)  # lesson → language → entries
    phrase_translations: Table[str, Catalogue] = field(default_factory=dict)
    quiet: tuple[str, str] = ("20:00", "08:00")  # HH:MM; nothing is sent unasked between
    redraw_before: str = ""  # a day, YYYY-MM-DD: scenes drawn earlier are to be looked at again
    reread_before: str = ""  # the same of lessons, by `reviewed_on`
    media: Table[str, Table[str, FoundFile]] | None = None  # lesson's folder → what lies in its media/
    helped: frozenset[str] | None = None  # topics that somebody takes ("" all); None: nobody has asked


# --- a folder ----------------------------------------------------------------------------------------


def read_lessons(root: str | Path) -> dict[str, bytes]:
    """The files of a folder: `**/lesson.yaml`, tracks, sources, words, phrases, the relay's rules, the nouns of
    masking, tables of scams, the three models, `answers/*.yaml`, `scenes/*.yaml`, `po/*.po` beside them; path → bytes.

    Folders that are aside (see `is_aside`) are looked at only when they are `root` itself. A file that cannot be read
    raises OSError.
    """
    top = Path(root)
    tables = [top / name for name in (*TABLES, *MODELS)]
    tables += [path for folder in (ANSWERS, SCENES) for path in sorted((top / folder).glob("*.yaml"))]
    scripts = lesson_files(top)
    folders = dict.fromkeys([top, *(script.parent for script in scripts)])
    languages = [path for folder in folders for path in sorted((folder / "po").glob("*.po"))]
    return {str(path): path.read_bytes() for path in (*tables, *scripts, *languages) if path.is_file()}


def lesson_files(root: Path) -> list[Path]:
    """Every lesson.yaml below a folder, in order, but for those in folders that are aside."""
    return files_below(root, SCRIPT)


def files_below(root: Path, pattern: str) -> list[Path]:
    """What fits a glob pattern below a folder, in order, but for what lies in folders that are aside."""
    return [path for path in sorted(root.rglob(pattern)) if not any(map(is_aside, path.relative_to(root).parts[:-1]))]


def is_aside(name: str) -> bool:
    """Whether a folder of this name holds no lessons to be taught: the template, what a tool or an editor keeps."""
    return name.startswith(("_", "."))


class Parsers:
    """How the two kinds of big files are read."""

    def draft(self, raw: bytes, path: str, facts: Collection[str]) -> LessonDraft:
        """The lesson of a file, its faults beside it; `facts` are the placeholders of config.yaml."""
        return read_draft(raw, path, facts)

    def catalogue(self, raw: bytes, path: str) -> tuple[Catalogue, tuple[Problem, ...]]:
        """The entries of a PO file and its faults."""
        return po.read(raw, path)


class Faultfinder(Parsers):
    """For whoever asks only what is wrong: lessons get no hashes."""

    def draft(self, raw: bytes, path: str, facts: Collection[str]) -> LessonDraft:
        """As of any parser, without hashes: they are dear, and whoever looks for faults needs none."""
        return read_draft(raw, path, facts, hashed=False)


def load_folder(root: str | Path, facts: Table[str, str]) -> LessonSet:
    """Read and check every lesson under `root`. Raises OSError when a file cannot be read."""
    return load_files(read_lessons(root), facts)


def load_files(
    files: Table[str, bytes],
    facts: Table[str, str],
    parsers: Parsers | None = None,
    scripts: Collection[str] = frozenset(),
) -> LessonSet:
    """What `read_lessons` found, as a library; of two lessons with one id the first is kept.

    `parsers` may remember what they have read before; `scripts` are lessons whatever their file is called.
    """
    lessons = {path: raw for path, raw in files.items() if path in scripts or Path(path).name == SCRIPT}
    parse = parsers or Parsers()
    problems: list[Problem] = []
    languages = {path: raw for path, raw in files.items() if path.endswith(".po")}
    written, drawn = (
        {path: raw for path, raw in files.items() if Path(path).parent.name == folder and path not in lessons}
        for folder in (ANSWERS, SCENES)
    )
    tables = {
        Path(path).stem: (path, raw)
        for path, raw in files.items()
        if not any(path in others for others in (lessons, languages, written, drawn))
    }
    tracks = tracks_of(tables["tracks"], problems) if "tracks" in tables else ()
    sources = sources_of(tables["sources"], problems) if "sources" in tables else {}
    words = words_of(tables["words"], problems) if "words" in tables else {}
    phrases = phrases_of(tables["phrases"], problems) if "phrases" in tables else ()
    answers = read_answers(written, sources, facts, problems)
    glossary = glossary_of(tables["glossary"], sources, facts, problems) if "glossary" in tables else ()
    model = ear_of(tables["ear"], problems) if "ear" in tables else None
    wishes = wishes_of(tables["relay"], problems) if "relay" in tables else None
    nouns = nouns_of(tables["masking"], problems) if "masking" in tables else None
    wishes = replace(wishes, nouns=nouns) if wishes and nouns else wishes
    if wishes and "asks" in tables:
        wishes = replace(wishes, model=asks_of(tables["asks"], problems))
    learnt = judgement_of(tables["scams"], problems) if "scams" in tables else None
    scam = scam_tables(tables, sources, problems, wishes.model if wishes else None, learnt)
    scenes = read_scenes(drawn, problems)
    drafts = [_told(parse.draft(raw, path, facts), scenes) for path, raw in lessons.items()]
    drafts = _unique(drafts)
    translations = _translations(languages, problems, parse)
    return LessonSet(
        lessons={draft.lesson.id: draft.lesson for draft in drafts if draft.lesson and draft.usable},
        problems=by_place([*problems, *(problem for draft in drafts for problem in draft.problems)]),
        tracks=tracks,
        drafts=tuple(drafts),
        facts=facts,
        sources=sources,
        words=words,
        phrases=phrases,
        answers=answers,
        glossary=glossary,
        scenes=scenes,
        model=model,
        wishes=wishes,
        nouns=nouns,
        relay=tables.get("relay"),
        masking=tables.get("masking"),
        scam=scam,
        translations={
            draft.lesson.id: translations[folder]
            for draft in reversed(drafts)
            if draft.lesson and (folder := Path(draft.path).parent) in translations
        },
        phrase_translations=translations.get(Path(tables["phrases"][0]).parent, {}) if "phrases" in tables else {},
    )


def with_draft(library: LessonSet, draft: LessonDraft) -> LessonSet:
    """The library with one of its lessons read anew, or one more: all else is what it was."""
    told = _told(draft, library.scenes)
    others = [each for each in library.drafts if each.path != draft.path]
    at = next((at for at, each in enumerate(library.drafts) if each.path == draft.path), len(others))
    drafts = _unique([*others[:at], told, *others[at:]])
    problems = [each for each in library.problems if each.place.path != draft.path]
    return replace(
        library,
        lessons={each.lesson.id: each.lesson for each in drafts if each.lesson and each.usable},
        problems=by_place([*problems, *drafts[at].problems]),
        drafts=tuple(drafts),
    )


def _told(draft: LessonDraft, scenes: Table[str, Scene]) -> LessonDraft:
    return replace(draft, lesson=told_by_scenes(draft.lesson, scenes)) if draft.lesson else draft


def told_by_scenes(lesson: Lesson, scenes: Table[str, Scene]) -> Lesson:
    """The lesson with the words of a scene for each picture that has none of its own."""
    steps = tuple(_told_step(step, scenes) for step in lesson.steps)
    return replace(lesson, steps=steps) if steps != lesson.steps else lesson


def _told_step(step: Step, scenes: Table[str, Scene]) -> Step:
    image = step.image
    scene = scenes.get(image.scene) if image and image.scene and not image.alt else None
    return replace(step, image=replace(image, alt=scene.words(image.ring))) if image and scene else step


def _translations(
    files: Table[str, bytes], problems: list[Problem], parse: Parsers
) -> dict[Path, dict[str, Catalogue]]:
    """Folder → language → entries, for `FOLDER/po/LANGUAGE.po`."""
    found: dict[Path, dict[str, Catalogue]] = {}
    for path, raw in files.items():
        catalogue, faults = parse.catalogue(raw, path)
        problems.extend(faults)
        found.setdefault(Path(path).parent.parent, {})[Path(path).stem] = catalogue
    return found


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems in reading order, each once."""
    return tuple(sorted(set(problems), key=lambda p: (p.place.path, p.place.line, p.place.col, p.code, p.message)))


def _unique(drafts: list[LessonDraft]) -> list[LessonDraft]:
    first: dict[str, LessonDraft] = {}
    checked: list[LessonDraft] = []
    for draft in drafts:
        if draft.lesson is not None and draft.lesson.id in first:
            other = first[draft.lesson.id]
            message = say("mã bài “{id}” đã có ở {path}", id=draft.lesson.id, path=other.path)
            problem = Problem("E004", draft.lesson.place, message, say("hãy đổi mã của một trong hai bài"))
            draft = replace(draft, problems=(*draft.problems, problem))
        elif draft.lesson is not None:
            first[draft.lesson.id] = draft
        checked.append(draft)
    return checked


# --- one lesson --------------------------------------------------------------------------------------


def load_lesson(source: bytes, path: str, facts: Collection[str]) -> tuple[Lesson | None, tuple[Problem, ...]]:
    """One lesson file; the lesson is None where any problem is an error. `facts` are names that no variable may take.

    Problems have codes E001 (YAML), E002 (unknown key), E003 (wrong type), E004 (id twice or reserved), E005 (too
    big), W006 (stray characters). Never raises for bad input.
    """
    draft = read_draft(source, path, facts)
    return (draft.lesson if draft.usable else None), draft.problems


def read_draft(source: bytes, path: str, facts: Collection[str], *, hashed: bool = True) -> LessonDraft:
    """One lesson file as far as it can be read; without its hashes where only its faults are wanted."""
    document = strictyaml.read(source, path)
    problems = list(document.problems)
    if document.root is None:
        return LessonDraft(path, tuple(problems))
    if not isinstance(document.root, Mapping):
        problems.append(
            Problem(
                "E003",
                document.root.place,
                say("bài học phải mở đầu bằng “lesson: mã-bài”"),
                say("xem bài mẫu lessons/_template"),
            )
        )
        return LessonDraft(path, tuple(problems))
    fields = Fields(document.root, problems)
    steps, whole = read_steps(fields)
    lesson = read_header(fields, steps, source, hashed=hashed)
    fields.done()
    _refuse_taken_names(lesson.steps, facts, problems)
    if document.guessed:
        whole, problems = False, [each for each in problems if not _is_missing(each)]
    told = {problem.place for problem in document.problems if problem.code == "E001"}
    problems = [each for each in problems if each.code != "E003" or each.place not in told]
    return LessonDraft(path, by_place(problems), lesson, document.root, whole and bool(steps))


def _is_missing(problem: Problem) -> bool:
    return isinstance(problem.message, Sentence) and problem.message.template == MISSING


def _refuse_taken_names(steps: Iterable[Step], facts: Collection[str], problems: list[Problem]) -> None:
    taken = BUILT_IN_NAMES | OWN_PLACEHOLDERS | set(facts)
    for step in steps:
        for name in kind_of(step).saves(step):
            if name in taken:
                message = say("tên “{name}” đã dùng cho việc khác, không lưu vào được", name=name)
                problems.append(Problem("E004", step.place, message, say("hãy đặt tên khác")))
