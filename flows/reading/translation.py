"""Texts of a lesson by key, the lesson in another language, and its PO file: text in, text out.

A key is `step.field`: `chao.text`, `chao.more.0`, `otp.options.tu_choi.say`, and `title` for the lesson's own. What is
said is found in the dataclasses themselves: a new step kind or field of words has its keys at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.model import Lesson, LessonInvalid, Problem, SourcePosition, Step
from flows.reading.braces import PLACEHOLDER, loose_brace
from flows.reading.hashes import field_names, text_hash, word_fields
from flows.reading.po import FAULT, Catalogue, read, source_hash
from flows.saying import say

if TYPE_CHECKING:
    from polib import POEntry, POFile

BASE = "vi"

_ADDRESS = frozenset({"chị", "Chị", "em", "Em", "nhé", "Dạ", "dạ"})

FieldPath = tuple[str | int, ...]
TextVisitor = Callable[[str, FieldPath, str], str]


class FieldText(NamedTuple):
    """One text of a lesson: `field` leads to it from its step (None: from the lesson's head)."""

    key: str
    step: Step | None
    field: FieldPath
    text: str


class Source(NamedTuple):
    """One text to translate: where it stands, and the key it had before its step was renamed."""

    key: str
    text: str
    file: str = ""
    line: int = 0
    former: str = ""


class TranslationCounts(NamedTuple):
    """How far a language is: texts translated, missing, and translated before the text changed."""

    done: int
    missing: int
    stale: int


# --- a lesson ----------------------------------------------------------------------------------------


def said(lesson: Lesson) -> Iterator[FieldText]:
    """Every text that a learner can read or hear, in the order of the file."""
    if lesson.title:
        yield FieldText("title", None, ("title",), lesson.title)
    for step in lesson.steps:
        found: list[FieldText] = []

        def note(key: str, field: FieldPath, text: str, step: Step = step, found: list[FieldText] = found) -> str:
            found.append(FieldText(key, step, field, text))
            return text

        _changed(step, step.id, (), note)
        yield from found


def texts(lesson: Lesson) -> dict[str, str]:
    """Key → base text."""
    return {each.key: each.text for each in said(lesson)}


def with_texts(lesson: Lesson, replaced: Mapping[str, str]) -> Lesson:
    """The same lesson with other words: same graph hash, a text hash of its own; what is not given stays."""

    def other(key: str, field: FieldPath, text: str) -> str:
        return replaced.get(key) or text

    steps = tuple(_changed(step, step.id, (), other) for step in lesson.steps)
    lesson = replace(lesson, title=replaced.get("title") or lesson.title, steps=steps)
    return replace(lesson, text_hash=text_hash(lesson))


def usable(sources: Mapping[str, str], catalogue: Catalogue) -> dict[str, str]:
    """Key → translation, for what is translated and not out of date."""
    found = ((key, catalogue.get(key), text) for key, text in sources.items())
    return {key: entry.text for key, entry, text in found if entry is not None and entry.translates(text)}


def translated(lesson: Lesson, catalogue: Catalogue) -> Lesson:
    """The lesson in another language; missing, doubtful and outdated entries stay base text."""
    return with_texts(lesson, usable(texts(lesson), catalogue))


def count(sources: Mapping[str, str], catalogue: Catalogue) -> TranslationCounts:
    """How many of the texts are translated, missing, and translated but out of date."""
    done = len(usable(sources, catalogue))
    known = sum(key in catalogue and bool(catalogue[key].text) for key in sources)
    return TranslationCounts(done, len(sources) - known, known - done)


def _changed(node: Any, key: str, field: FieldPath, visit: TextVisitor) -> Any:
    """The node with every text below it as `visit` gives it back."""
    changes: dict[str, Any] = {}
    words = word_fields(node.__class__, unsaid=False)
    for name in field_names(node.__class__):
        value = getattr(node, name)
        changed = _changed_value(value, f"{key}.{name}", (*field, name), name in words, visit)
        if changed is not value:
            changes[name] = changed
    return replace(node, **changes) if changes else node


def _changed_value(value: Any, key: str, field: FieldPath, said: bool, visit: TextVisitor) -> Any:
    if isinstance(value, str):
        return visit(key, field, value) if said and value else value
    if isinstance(value, tuple) and value:
        parts = [
            _changed_value(part, f"{key}.{getattr(part, 'id', None) or at}", (*field, at), said, visit)
            for at, part in enumerate(value)
        ]
        return tuple(parts) if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    if is_dataclass(value) and not isinstance(value, type):
        return _changed(value, key, field, visit)
    return value


def placeholders(text: str) -> frozenset[str]:
    """What is filled in, forms of address aside: these a language may do without."""
    return frozenset(PLACEHOLDER.findall(text)) - _ADDRESS


# --- a PO file ---------------------------------------------------------------------------------------


def export(sources: Iterable[Source], language: str, name: str, old: str | None = None) -> str:
    """The PO file of these texts: what `old` has is kept, changed texts are fuzzy, vanished keys obsolete.

    Raises LessonInvalid when `old` cannot be read as PO; the places have no path.
    """
    before = _parsed(old, "") if old is not None else None
    entries = _by_key(before) if before is not None else {}
    return _written(list(sources), language, name, before, entries)


def merge(
    sources: Iterable[Source], language: str, name: str, current: str | None, incoming: str, path: str
) -> tuple[str, TranslationCounts]:
    """The PO file after the translations of `incoming` (its name is `path`) came in, and how far it now is.

    Raises LessonInvalid with every fault of `incoming`: PO syntax E400, unknown key E403, other placeholders E404.
    An entry whose text has changed since is taken as fuzzy; one left empty changes nothing.
    """
    wanted = list(sources)
    theirs = _parsed(incoming, path)
    before = _parsed(current, "") if current is not None else None
    entries = _by_key(before) if before is not None else {}
    faults = tuple(_faults(wanted, read(incoming.encode(), path)[0], entries, path))
    if faults:
        raise LessonInvalid(faults)
    entries |= {entry.msgctxt: entry for entry in theirs if entry.msgstr and not entry.obsolete}
    written = _written(wanted, language, name, before or theirs, entries)
    return written, count({each.key: each.text for each in wanted}, read(written.encode(), path)[0])


def _faults(wanted: list[Source], incoming: Catalogue, known: Mapping[str, POEntry], path: str) -> Iterator[Problem]:
    base = {each.key: each.text for each in wanted} | {each.former: each.text for each in wanted if each.former}
    for key, entry in incoming.items():
        if key not in base:
            if key not in known:
                place = SourcePosition(path, entry.line, 1)
                yield Problem(
                    "E403",
                    place,
                    say("trong bài không có câu nào mã “{key}”", key=key),
                    say("hãy xuất lại rồi dịch tiếp"),
                )
        elif entry.translates(base[key]) and (said := other_placeholders(base[key], entry.text)):
            yield Problem("E404", SourcePosition(path, entry.text_line, 1), said, KEEP_PLACEHOLDERS)


KEEP_PLACEHOLDERS = say("giữ đúng các chỗ {{…}} của câu gốc; {{chị}}, {{em}} thì bỏ được")


def other_placeholders(source: str, text: str) -> str:
    """What is wrong with the placeholders of a translation, or an empty text."""
    if loose := loose_brace(text):
        return loose.message
    wanted, has = placeholders(source), placeholders(text)
    missing = ", ".join(f"{{{name}}}" for name in sorted(wanted - has))
    extra = ", ".join(f"{{{name}}}" for name in sorted(has - wanted))
    if missing and extra:
        return say("bản dịch thiếu {missing}, thừa {extra}", missing=missing, extra=extra)
    if missing:
        return say("bản dịch thiếu {missing}", missing=missing)
    return say("bản dịch thừa {extra}", extra=extra) if extra else ""


def _parsed(text: str, path: str) -> POFile:
    """The file as polib sees it; our own reader looks first, since polib lets unclosed quotes pass."""
    import polib

    _, problems = read(text.encode(), path)
    if problems:
        raise LessonInvalid(problems)
    try:
        return polib.pofile(text + "\n")
    except OSError as fault:
        line = int(found[1]) if (found := re.search(r"line (\d+)", str(fault))) else 1
        hint = say("hãy xem lại các dòng msgctxt, msgid, msgstr")
        raise LessonInvalid(
            (Problem(FAULT, SourcePosition(path, line, 1), say("dòng này không đúng lối viết PO"), hint),)
        ) from None


def _written(
    sources: list[Source], language: str, name: str, before: POFile | None, entries: Mapping[str, POEntry]
) -> str:
    import polib

    file = polib.POFile(wrapwidth=0)
    file.header = before.header if before is not None else f"{name}: {language}"
    file.metadata = dict(before.metadata) if before is not None else {}
    file.metadata |= {
        "Project-Id-Version": name,
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    fresh = {(_parent(key), _hash_of(entry)): key for key, entry in entries.items() if entry.msgstr}
    taken = set()
    for source in sources:
        key = _old_key(source, entries, fresh)
        taken.add(key)
        file.append(_entry(source, entries.get(key)))
    taken |= {source.key for source in sources}
    for key, entry in entries.items():
        if key not in taken and entry.msgstr:
            file.append(polib.POEntry(msgctxt=key, msgid=entry.msgid, msgstr=entry.msgstr, obsolete=True))
    return str(file).rstrip("\n") + "\n"


def _by_key(file: POFile) -> dict[str, POEntry]:
    """Entries by key; of two with one key the one in use."""
    keyed = (entry for entry in sorted(file, key=lambda entry: not entry.obsolete) if entry.msgctxt)
    return {entry.msgctxt: entry for entry in keyed}


def _old_key(source: Source, entries: Mapping[str, POEntry], fresh: Mapping[tuple[str, str], str]) -> str:
    """Under which key this text was translated: a hint that moved up in its list takes its translation along."""
    now = source_hash(source.text)
    for key in (source.key, source.former):
        if key in entries and _hash_of(entries[key]) == now:
            return key
    moved = fresh.get((_parent(source.key), now)) or (source.former and fresh.get((_parent(source.former), now)))
    return moved or (source.key if source.key in entries else source.former)


def _parent(key: str) -> str:
    """The list that a text stands in, or the key itself."""
    parent, _, last = key.rpartition(".")
    return parent if last.isdigit() else key


def _entry(source: Source, old: POEntry | None) -> POEntry:
    import polib

    new = polib.POEntry(msgctxt=source.key, msgid=source.text, comment=f"source: {source_hash(source.text)}")
    if source.file:
        new.occurrences = [(source.file, str(source.line))]
    if old is None:
        return new
    new.msgstr, new.tcomment, new.flags = old.msgstr, old.tcomment, list(dict.fromkeys(old.flags))
    if not old.msgstr:
        new.flags = [flag for flag in new.flags if flag != "fuzzy"]
    elif _hash_of(old) != source_hash(source.text):
        new.flags = list(dict.fromkeys(["fuzzy", *new.flags]))
        new.previous_msgid = old.msgid if old.msgid != source.text else old.previous_msgid
    elif "fuzzy" in new.flags:
        new.previous_msgid = old.previous_msgid
    return new


def _hash_of(entry: POEntry) -> str:
    """The hash of the text an entry translates; tools that drop our comment keep the text itself."""
    found = re.search(r"source:\s*([0-9a-f]{8})", entry.comment or "")
    return found[1] if found else source_hash(entry.msgid)
