"""`./camtay translate`: PO files out of lessons and back, and how far each language is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.cli.choices import no_lesson
from bot.cli.language import told
from bot.cli.terminal import Print, near, seen, unread, unwritten
from bot.errors import SettingsInvalid
from flows.model import LessonInvalid
from flows.reading.loader import LessonDraft, LessonSet, load_folder
from flows.reading.po import Catalogue
from flows.reading.translation import BASE, Source, TranslationCounts, count, export, merge
from flows.rules.rule import Script
from flows.rules.translation import po_path, sources_of, spoken_by_tutor

PHRASES = "phrases"
"""What stands for the tutor's own sentences where a lesson is asked for."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class TranslationWork:
    """What is to be translated: its texts, the file they come from, what is there already."""

    name: str
    beside: str
    sources: tuple[Source, ...]
    catalogues: Mapping[str, Catalogue]
    languages: tuple[str, ...]

    def po(self, language: str) -> Path:
        """The PO file of a language, in `po/` beside the lesson or the sentences."""
        return Path(po_path(self.beside, language))


def export_file(lessons: Path, wanted: str, language: str, facts: Mapping[str, str], write: Print) -> int:
    """Print or update the PO file; 0. Raises SettingsInvalid with the sentence to show."""
    work = _work(lessons, wanted, _checked(language), facts)
    path = work.po(language)
    old = _read(path)
    try:
        text = export(work.sources, language, work.name, old)
    except LessonInvalid as fault:
        raise SettingsInvalid(_told(fault, path)) from None
    if text != old:
        _replace(path, text)
    from flows.reading.po import read

    counts = count({each.key: each.text for each in work.sources}, read(text.encode(), str(path))[0])
    write(f"{near(path)}: {_words(counts)}.")
    return 0


def import_file(
    lessons: Path, wanted: str, language: str, file: Path | None, facts: Mapping[str, str], write: Print
) -> int:
    """Take a PO file that was edited elsewhere (None: the one in place, to be put in order); nothing is written when
    anything in it is wrong. Raises SettingsInvalid with every fault."""
    work = _work(lessons, wanted, _checked(language), facts)
    path = work.po(language)
    source = file or path
    incoming = _read(source)
    if incoming is None:
        raise SettingsInvalid(
            told(
                "{source}: không có tệp này. Xuất trước bằng: ./camtay translate export {name} {language}",
                source=source,
                name=work.name,
                language=language,
            )
        )
    current = _read(path)
    try:
        text, counts = merge(work.sources, language, work.name, current, incoming, near(source))
    except LessonInvalid as fault:
        raise SettingsInvalid(_told(fault, path)) from None
    if text != current:
        _replace(path, text)
    write(f"{near(path)}: {_words(counts)}.")
    return 0


def status(lessons: Path, wanted: str | None, facts: Mapping[str, str], write: Print) -> int:
    """A line for every lesson and language; 1 where a declared language is not whole."""
    library = _library(lessons, facts)
    every = list(_works(library)) if wanted is None else [_work(lessons, wanted, "", facts)]
    behind = False
    rows = [(work, language) for work in every for language in work.languages]
    for work, language in rows:
        counts = count({each.key: each.text for each in work.sources}, work.catalogues.get(language, {}))
        behind = behind or counts.missing + counts.stale > 0
        write(f"{work.name:<24}{language:<4}{_words(counts)}")
    if not rows:
        write(told("Chưa có bản dịch nào. Bắt đầu bằng: ./camtay translate export BÀI en"))
    return 1 if behind else 0


def _words(counts: TranslationCounts) -> str:
    return told(
        "dịch {done}, thiếu {missing}, cũ {stale}", done=counts.done, missing=counts.missing, stale=counts.stale
    )


def _checked(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise SettingsInvalid(told("“{language}” không phải là mã tiếng, ví dụ: en", language=language))
    if language == BASE:
        raise SettingsInvalid(told("“{base}” là tiếng gốc của bài, không cần dịch.", base=BASE))
    return language


# --- what is meant -----------------------------------------------------------------------------------


def _library(lessons: Path, facts: Mapping[str, str]) -> LessonSet:
    try:
        return load_folder(lessons, facts)
    except OSError as fault:
        raise unread(fault) from None


def _work(lessons: Path, wanted: str, language: str, facts: Mapping[str, str]) -> TranslationWork:
    """By id, by path, or `phrases`."""
    library = _library(lessons, facts)
    known = {work.name: work for work in _works(library)}
    path = Path(wanted)
    if wanted not in known and path.exists():
        folder = path.parent if path.is_file() else path
        library = _library(folder, facts)
        known = {work.name: work for work in _works(library)}
        if len(known) == 1:
            wanted = next(iter(known))
    if wanted in known:
        return known[wanted]
    broken = next((draft for draft in library.drafts if _name(draft) == wanted), None)
    if broken is not None:
        raise SettingsInvalid(
            "\n".join(
                [
                    told("Bài “{wanted}” còn lỗi, sửa trước rồi dịch:", wanted=wanted),
                    *(str(seen(problem)) for problem in broken.problems),
                ]
            )
        )
    raise SettingsInvalid(no_lesson(wanted, known))


def _works(library: LessonSet) -> Iterator[TranslationWork]:
    if library.phrases:
        texts = spoken_by_tutor(library).items()
        sources = tuple(Source(key, text, Path(place.path).name, place.line) for key, (text, place) in texts)
        languages = tuple(library.phrase_translations)
        yield TranslationWork(PHRASES, library.phrases[0].place.path, sources, library.phrase_translations, languages)
    for draft in library.drafts:
        if draft.lesson is not None and draft.whole and draft.lesson.id:
            catalogues = library.translations.get(draft.lesson.id, {})
            declared = (language for language in draft.lesson.langs if language != draft.lesson.lang)
            languages = tuple(dict.fromkeys([*declared, *catalogues]))
            sources = tuple(sources_of(Script(draft, library)))
            yield TranslationWork(draft.lesson.id, draft.path, sources, catalogues, languages)


def _name(draft: LessonDraft) -> str:
    return (draft.lesson.id if draft.lesson else "") or Path(draft.path).parent.name


# --- files -------------------------------------------------------------------------------------------


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        raise SettingsInvalid(
            told("{path}:{line}: chữ ở đây không phải mã UTF-8; hãy lưu lại với mã UTF-8.", path=near(path), line=line)
        ) from None
    except OSError as fault:
        raise unread(fault, path) from None


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: an editor or a watcher may be reading."""
    try:
        path.parent.mkdir(exist_ok=True)
        beside = path.with_suffix(".po.tmp")
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, path)
        path.chmod(0o644)  # a lesson is no secret
    except OSError as fault:
        raise unwritten(fault, fault.filename or path) from None


def _told(fault: LessonInvalid, path: Path) -> str:
    """Every fault on a line, with the file it is in."""
    lines = [f"{'' if problem.place.path else near(path)}{seen(problem)}" for problem in fault.problems]
    return "\n".join([*lines, told("Chưa ghi gì cả; sửa các chỗ trên rồi làm lại nhé.")])
