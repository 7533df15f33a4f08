"""Translations as editors work with them: saved as drafts, put into the PO file by the mechanism of `translate`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import CamtayError
from bot.people.policy.permissions import Actor
from bot.studio.policy.adding import with_item
from bot.studio.policy.brought import BroughtTexts, entries_as_text, entries_from_text
from bot.studio.policy.splicing import cleaned
from bot.studio.service import Manuscript, Studio
from flows.model import Lesson, LessonInvalid
from flows.reading.po import Catalogue, PoEntry, source_hash
from flows.reading.translation import merge, other_placeholders, texts
from flows.rules.rule import Script
from flows.rules.translation import po_path, sources_of
from flows.saying import joined, say
from storage.drafts import drafts
from storage.drafts.records import DraftRow
from storage.engine.database import Connection


class NotTranslated(CamtayError):
    """Chưa lưu được bản dịch này."""


@dataclass(frozen=True, slots=True)
class TextPair:
    """A text and its translation. `state`: done, missing, stale (the text has changed since), fuzzy (somebody is to
    look at it again); `seen` is the hash of the text as it stands here."""

    key: str
    source: str
    text: str
    state: str
    seen: str


def pairs_of(lesson: Lesson, catalogue: Catalogue) -> list[TextPair]:
    """Every text of a lesson beside its translation, in the order of the file."""
    return [_pair(key, source, catalogue.get(key)) for key, source in texts(lesson).items()]


class LessonLanguages:
    """The translations behind the studio's pages."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    async def save(self, actor: Actor, lesson: str, language: str, typed: Mapping[str, PoEntry]) -> None:
        """Keep translations in her draft: key → text, with the hash of the text that it was written for. Raises
        NotAllowed, NoSuchLesson, NotTranslated."""
        self.studio.admit(actor)
        now, name = self.studio.now(), f"{lesson}/{language}"
        reading = await self.studio.check(actor, lesson, (await self.studio.open(actor, lesson)).text)
        if reading.lesson is None or language not in reading.lesson.langs or language == reading.lesson.lang:
            raise NotTranslated(say("Bài này chưa khai tiếng ấy."))
        sources = texts(reading.lesson)
        entries = {key: replace(each, text=cleaned(each.text)) for key, each in typed.items() if key in sources}
        wrong = [
            say("{key}: {fault}", key=key, fault=fault)
            for key, each in entries.items()
            if each.text and source_hash(sources[key]) == each.source_hash
            and (fault := other_placeholders(sources[key], each.text))
        ]  # fmt: skip
        if wrong:
            told = joined(wrong[:5], "; ")
            raise NotTranslated(say("Chưa lưu. Giữ đúng các chỗ {{…}} của câu gốc: {wrong}", wrong=told))

        def unit(connection: Connection) -> None:
            row = drafts.get(connection, name, actor.name) or DraftRow(name, actor.name, "", "", now)
            kept = entries_as_text({**entries_from_text(row.text), **entries})
            drafts.put(connection, replace(row, text=kept, at=now))

        if entries:
            await self.studio.database.transact(unit)

    async def begin(self, actor: Actor, lesson: str, language: str) -> Manuscript:
        """Declare one more language in her draft. Raises NotAllowed, NoSuchLesson, NotTranslated."""
        desk = await self.studio.open(actor, lesson)
        text = with_item(desk.text, ("langs",), language) if language in self.studio.library.shelf.phrases_in else None
        if text is None:
            raise NotTranslated(say("Chưa thêm được tiếng này vào bài."))
        return await self.studio.save(actor, lesson, desk.text, text)


def po_files(path: Path, script: Script, brought: BroughtTexts) -> dict[Path, bytes]:
    """The PO files beside a lesson after an editor's translations came in; those she has not touched are left out."""
    found: dict[Path, bytes] = {}
    known = {source.key: source for source in sources_of(script)}
    for language, entries in brought.mine.items():
        file = Path(po_path(str(path), language))
        current = file.read_text("utf-8-sig") if file.is_file() else None
        incoming = {key: each for key, each in entries.items() if key in known and each.text}
        text = _po({key: (known[key].text, each) for key, each in incoming.items()}, language)
        try:
            merged, _ = merge(known.values(), language, script.lesson.id, current, text, file.name)
        except LessonInvalid:  # the file has faults of its own, which are told elsewhere: it stays as it is
            continue
        found[file] = merged.encode()
    return found


def _po(entries: Mapping[str, tuple[str, PoEntry]], language: str) -> str:
    import polib

    file = polib.POFile(wrapwidth=0)
    file.metadata = {"Language": language, "Content-Type": "text/plain; charset=UTF-8"}
    for key, (source, each) in entries.items():
        note = f"source: {each.source_hash}"
        file.append(polib.POEntry(msgctxt=key, msgid=source, msgstr=each.text, comment=note))
    return str(file)


def _pair(key: str, source: str, entry: PoEntry | None) -> TextPair:
    seen = source_hash(source)
    if entry is None or not entry.text:
        return TextPair(key, source, "", "missing", seen)
    state = "done" if entry.translates(source) else "stale" if entry.source_hash != seen else "fuzzy"
    return TextPair(key, source, entry.text, state, seen)
