"""Hot reload: a lesson file that is saved and clean is live within a second; a broken one leaves the last good version.

A file is read only once it has looked the same twice, so that nobody sees half of it. Whatever happens to the folder
(files in the middle of a write, editors' own files, folders renamed, forbidden or gone), the tutor goes on with what it
read last.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.edge import guarded
from bot.publishing.library import LiveLessons
from bot.publishing.service import PublishingOptions, PublishingPlan, publish_saved
from bot.publishing.sync import Librarian
from flows import LessonInvalid, Problem
from flows.model import SourcePosition
from flows.reading.loader import ANSWERS, MODELS, SCRIPT, TABLES, is_aside
from flows.saying import joined, line_of, say
from flows.scenes.reading import SCENES
from flows.shelf.media import FOLDER, not_found
from flows.shelf.rereading import Rereader
from flows.shelf.shelf import Shelf, with_media
from storage.publications.records import PublicationRow

EVERY_S = 0.2
AFTER_FAULT_S = 5.0
WALK_EVERY = 3  # looks: a walk finds new files; in between those that are known are looked at, which costs a third
PATIENCE = 5  # looks for which settled files wait for others that are still being written: one act of an editor
MAX_BYTES = 1_000_000  # more than any lesson or table may have; the reader then says that it is too long
MODEL_BYTES = 32_000_000  # likewise of a model, which has one weight for each of half a million features
SHOWN = 5  # problems of one file that are printed

Stamp = tuple[int, int, int, int]
"""Times of the last change of content and of anything (ns), size, number of the file."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What lies in the folder: stamps by path, and the places that could not be looked into."""

    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)


def look_at(root: Path) -> FolderLook:
    """The files that `flows.reading.loader.read_lessons` would read and those that lessons show, without reading them.
    Never raises."""
    stamps: dict[str, Stamp] = {}
    closed: dict[str, str] = {}
    folders = [str(root)]
    while folders:
        folder = folders.pop()
        at_root, of_words = folder == str(root), os.path.basename(folder) == "po"
        of_tables = folder in (str(root / ANSWERS), str(root / SCENES))
        of_media = os.path.basename(folder) == FOLDER
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    is_table = (at_root and name in (*TABLES, *MODELS)) or (of_tables and name.endswith(".yaml"))
                    if name == SCRIPT or is_table or (of_words and name.endswith(".po")) or of_media:
                        _note(entry, stamps)
                    elif not is_aside(name) and entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except FileNotFoundError as fault:
            if at_root:
                closed[folder] = fault.strerror or ""
        except OSError as fault:
            closed[folder] = fault.strerror or ""
    return FolderLook(stamps, closed)


def glance_at(last: FolderLook) -> FolderLook:
    """The known files once more."""
    stamps: dict[str, Stamp] = {}
    for path in last.stamps:
        try:
            stamps[path] = _stamp(os.stat(path))
        except OSError:
            continue
    return FolderLook(stamps, last.closed)


def _note(entry: os.DirEntry[str], stamps: dict[str, Stamp]) -> None:
    try:
        if entry.is_file():
            stamps[entry.path] = _stamp(entry.stat())
    except OSError:
        pass  # gone again


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


class Watcher:
    """`tell` prints a line for whoever writes lessons."""

    def __init__(
        self,
        library: LiveLessons,
        librarian: Librarian,
        now: Callable[[], datetime],
        author: str,
        tell: Callable[[str], object],
        every_s: float = EVERY_S,
        walk: Callable[[Path], FolderLook] = look_at,
    ) -> None:
        self.walk = walk
        self.library = library
        self.librarian = librarian
        self.now = now
        self.author = author
        self.tell = tell
        self.every_s = every_s
        self._rereader = Rereader(library.root, library.facts)
        self._last = FolderLook()
        self._looks = 0
        self._waited = 0
        self._handled: dict[str, Stamp] = {}
        self._files: dict[str, bytes] = {}
        self._taken: dict[str, object] = {}
        self._unread: dict[str, tuple[Problem, ...]] = {}
        self._closed: Mapping[str, str] = {}
        self._started = False
        self._unshown: dict[str, list[str]] = {}
        self._untranslated: Mapping[str, tuple[Problem, ...]] = {}

    async def run(self) -> None:
        """Look at the lessons folder every `every_s` seconds until cancelled; a failure costs AFTER_FAULT_S more."""
        while True:
            if not await guarded(self.step, log, "saved lessons not taken over"):
                await asyncio.sleep(AFTER_FAULT_S)
            await asyncio.sleep(self.every_s)

    async def step(self) -> bool:
        """Look once; take over what is new and has come to rest. True when files were read."""
        look = await asyncio.to_thread(self._look)
        changed = self._settled(look)
        self._last = look
        if not changed and look.closed == self._closed:
            return False
        shown = {path: stamp for path, stamp in changed.items() if os.path.basename(os.path.dirname(path)) == FOLDER}
        texts = {path: stamp for path, stamp in changed.items() if path not in shown}
        stamps, files, unread = await asyncio.to_thread(_read, texts, self._files)
        unread |= {path: found for path, found in self._unread.items() if path not in changed}
        if shown or (files, unread, look.closed) != (self._files, self._unread, self._closed):
            await self._take_over(files, {**_closed(look.closed), **unread})
        self._handled = _updated(self._handled, {**stamps, **shown})
        self._files, self._unread, self._closed = files, unread, look.closed
        return True

    def _look(self) -> FolderLook:
        self._looks += 1
        if self._looks % WALK_EVERY and self._last.stamps == self._handled:
            look = glance_at(self._last)
            if look.stamps == self._handled:
                return look
        return self.walk(self.library.root)

    def _settled(self, look: FolderLook) -> dict[str, Stamp | None]:
        """Files that differ from what was taken over and looked the same last time (None: gone); {} while some move."""
        names = self._handled.keys() | look.stamps.keys()
        out = {path for path in names if any(_below(path, folder) for folder in look.closed)} if look.closed else set()
        new = {path: look.stamps.get(path) for path in names - out}
        new = {path: stamp for path, stamp in new.items() if stamp != self._handled.get(path)}
        rest = {path: stamp for path, stamp in new.items() if stamp == self._last.stamps.get(path)}
        if len(rest) < len(new) and self._waited < PATIENCE:
            self._waited += 1
            return {}
        self._waited = 0
        return rest

    async def _take_over(self, files: Mapping[str, bytes], unread: Mapping[str, tuple[Problem, ...]]) -> None:
        library = self.library
        try:
            shelf, faults = await asyncio.to_thread(self._rereader.read, files)
        except LessonInvalid as never_good:  # only before the first good look
            self._tell_faults({never_good.problems[0].place.path: never_good.problems})
            return
        shelf = await asyncio.to_thread(with_media, shelf, library.root, library.facts)
        texts = {
            key: (lesson.source, shelf.translations.get(key, {}), shelf.media.get(key, {}))
            for key, lesson in shelf.good.items()
        }
        saved = [key for key, text in texts.items() if self._taken.get(key) != text]
        before = library.faults
        published, blocked = await publish_saved(
            library.database,
            shelf,
            saved,
            PublishingOptions(self.author),
            library.facts,
            self.now(),
            only_new=not self._started,
        )
        known = set(library.book.current)
        await self._bind(shelf)
        self._tell_gone(known)
        stopped = {each.lesson.place.path: _errors(each) for each in blocked}
        waiting = {lesson.place.path for lesson in library.drafts if lesson.id not in saved}
        still = {path: found for path, found in before.items() if path in waiting and found[0].code in _CHANGE}
        library.faults = {**still, **faults, **stopped, **unread}
        self._taken, self._started = dict(texts), True
        self._tell_published(published)
        self._tell_untranslated(shelf.untranslated)
        self._tell_unshown(shelf)
        self._tell_faults({path: found for path, found in library.faults.items() if before.get(path) != found})
        for path in sorted(before.keys() - library.faults.keys()):
            self.tell(say("Hết lỗi: {path}", path=Path(path)))

    async def _bind(self, shelf: Shelf) -> None:
        await self.library.reload(shelf)
        self.librarian.conversation.book = self.library.book

    def _tell_published(self, rows: Iterable[PublicationRow]) -> None:
        for row in rows:
            said: str = say("người đang học giữ bản cũ") if row.mode == "graph" else say("đã dùng được")
            if row.mode == "text" and self._lives_apart(row):
                said = joined([said, say("người ở bản có đường đi khác học nốt lời cũ")])
            self.tell(say("Đã nhận bài {row.lesson}, bản {row.version}: {said}.", row=row, said=said))

    def _lives_apart(self, row: PublicationRow) -> bool:
        """Whether somebody is inside a version that these words do not reach."""
        book = self.library.book
        others = (key for key in book.versions if key[0] == row.lesson and key[1] != row.version)
        return any(key not in book.routes for key in others)

    def _tell_gone(self, before: Set[str]) -> None:
        for lesson in sorted(before - self.library.book.current.keys()):
            gone = "Bài {lesson} không còn trong thư mục: không ai mở mới được, người đang học vẫn học tiếp."
            self.tell(say(gone, lesson=lesson))

    def _tell_untranslated(self, faults: Mapping[str, tuple[Problem, ...]]) -> None:
        """What keeps a lesson from being published elsewhere, though here it is in use."""
        for path, problems in sorted(faults.items()):
            if problems != self._untranslated.get(path):
                self.tell(say("Đã dùng được, nhưng bản dịch chưa xong: {path}", path=Path(path)))
                self._tell_some(problems)
        self._untranslated = faults

    def _tell_unshown(self, shelf: Shelf) -> None:
        """Which pictures and recordings learners will read of instead."""
        for lesson in shelf.good.values():
            names = not_found(lesson, shelf.media.get(lesson.id, ()))
            if names and names != self._unshown.get(lesson.id):
                path = Path(lesson.place.path)
                self.tell(say("Đã dùng được, nhưng không có tệp {names}: {path}", names=joined(names), path=path))
            self._unshown[lesson.id] = names

    def _tell_faults(self, faults: Mapping[str, tuple[Problem, ...]]) -> None:
        for path, problems in sorted(faults.items()):
            self.tell(say("Chưa nhận, vẫn dùng bản trước: {path}", path=Path(path)))
            self._tell_some(problems)

    def _tell_some(self, problems: Sequence[Problem]) -> None:
        for problem in problems[:SHOWN]:
            self.tell(say("  {line}", line=line_of(problem)))
        if len(problems) > SHOWN:
            self.tell(say("  … còn {count} lỗi; xem ./camtay lint", count=len(problems) - SHOWN))


_CHANGE = ("E801", "E802", "E803")


def _errors(blocked: PublishingPlan) -> tuple[Problem, ...]:
    return tuple(problem for problem in blocked.impact.problems if problem.severity == "error")


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _closed(folders: Mapping[str, str]) -> dict[str, tuple[Problem, ...]]:
    return {path: (_unreadable(path, reason),) for path, reason in folders.items()}


def _unreadable(path: str, reason: str) -> Problem:
    return Problem(
        "E001",
        SourcePosition(path, 1, 1),
        say("không đọc được ({reason})", reason=reason),
        say("hãy cho phép đọc, hoặc để lại như cũ"),
    )


def _updated(handled: Mapping[str, Stamp], stamps: Mapping[str, Stamp | None]) -> dict[str, Stamp]:
    merged: dict[str, Stamp | None] = {**handled, **stamps}
    return {path: stamp for path, stamp in merged.items() if stamp is not None}


def _read(
    changed: Mapping[str, Stamp | None], files: Mapping[str, bytes]
) -> tuple[dict[str, Stamp | None], dict[str, bytes], dict[str, tuple[Problem, ...]]]:
    """The stamps that were really read, all files with those that changed, and what could not be read."""
    stamps: dict[str, Stamp | None] = {}
    found = dict(files)
    faults: dict[str, tuple[Problem, ...]] = {}
    for path, stamp, raw in _contents(changed):
        if isinstance(raw, OSError):
            faults[path] = (_unreadable(path, raw.strerror or ""),)
        elif raw is None:
            found.pop(path, None)
        else:
            found[path] = raw
        stamps[path] = stamp
    return stamps, dict(sorted(found.items())), faults


def _contents(changed: Mapping[str, Stamp | None]) -> Iterator[tuple[str, Stamp | None, bytes | OSError | None]]:
    """Path, stamp and bytes (None: the file is gone); what moves under our eyes is left for the next look."""
    for path, stamp in changed.items():
        if stamp is None:
            yield path, None, None
            continue
        try:
            with open(path, "rb") as file:
                raw = file.read(MODEL_BYTES if os.path.basename(path) in MODELS else MAX_BYTES)
                now = os.fstat(file.fileno())
        except FileNotFoundError:
            continue
        except OSError as fault:
            yield path, stamp, fault
            continue
        if _stamp(now) == stamp:
            yield path, stamp, raw
