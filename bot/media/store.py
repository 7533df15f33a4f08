"""Pictures and recordings of lessons as they are kept: one folder, each file called by what is in it.

A file is whole or not there, so several processes may share the folder and any may be killed. What was seen in a file,
and what was made of it, stands beside it in a record, which is written last: a file without one is not shown yet.
Nothing else lies here, least of all what a learner has sent.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from bot.media.looking import Found, look_at
from flows.files import LessonFile
from storage.engine import files

TYPES: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "mp4": "video/mp4",
}
"""What a file is, by the end of its name: never guessed from what is in it."""

READABLE = 0o644
"""Whoever publishes need not be the account that serves: what everybody may see, everybody here may read."""

PLACE = "media/"
"""Where the files lie below the address of the page."""

NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(TYPES)})")
"""What a file is called here."""

DRAWN = ".svg"
"""The ending of what a picture is drawn from, which is kept beside it."""

ZOOM = 2  # pixels of a picture for one of its drawing, as the process that draws has it
HEAD = 300  # characters of a drawing within which it says how large it is
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')
_BEST_FIRST = ("avif", "webp")

log = logging.getLogger(__name__)


class MediaStore:
    """The files below `folder`, at most `most_bytes` unless published lessons need more; `public_url` is the page's
    address, "" where nobody outside reaches us. Everything here waits for the disk."""

    def __init__(self, folder: Path, public_url: str = "", most_bytes: int = 500_000_000) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._base = f"{public_url.rstrip('/')}/{PLACE}" if public_url else ""
        self._known: dict[str, LessonFile] = {}

    # --- asked ---

    def path(self, file: str) -> Path | None:
        """The file on this machine; None where there is none, or `file` is no name of ours."""
        path = self.folder / file
        return path if NAME.fullmatch(file) and path.is_file() else None

    def address(self, file: str) -> str:
        """Its public address, which a provider may fetch as often as it likes; "" where nobody outside reaches us."""
        return self._base + file if self._base and NAME.fullmatch(file) else ""

    def about(self, file: str) -> LessonFile | None:
        """What is known of a file that lessons show; None where it is missing, broken or not looked at yet."""
        known = self._known.get(file)
        if known is None and self.path(file):
            record = self._record(file)
            known = self._read(file, record) if record and not record["fault"] else None
            if known:
                self._known[file] = known
        return known

    def describe(self, file: str) -> dict[str, Any]:
        """A file as the page is told of it, addresses relative to the page; empty where there is none.

        `src` and `type`; `width`, `height` and `seconds` where they are known; `sources`, the best first: the same in
        other types, of pictures as a `srcset` by width.
        """
        known = self.about(file)
        if known is None:
            is_there = self.path(file) or self._will_be_drawn(file)
            return {"src": PLACE + file, "type": TYPES[_ending(file)], **self._drawn_size(file)} if is_there else {}
        size = {"width": known.width, "height": known.height, "seconds": known.seconds}
        told = {"src": PLACE + file, "type": TYPES[known.ending], **{name: n for name, n in size.items() if n}}
        sources = list(_sources(known))
        return {**told, **({"sources": sources} if sources else {})}

    # --- taken in ---

    def missing(self, wanted: Iterable[str]) -> set[str]:
        """Those of which there is neither the file, nor its drawing, nor a record that it is of no use."""
        return {file for file in wanted if not self.path(file) and not self._is_drawn(file) and not self._record(file)}

    def unmade(self, wanted: Iterable[str]) -> list[str]:
        """Those that nobody has looked into yet."""
        there = (file for file in wanted if self.path(file) or self._is_drawn(file))
        return sorted(file for file in there if not self._record(file))

    def take(self, source: Path) -> str:
        """Keep a file; its name here. Raises OSError: it cannot be read, the disk is full."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with files.scratch(self.folder, files.MEDIA) as scratch:
            copied = scratch / "file"
            files.copy(source, copied)
            with copied.open("rb") as file:
                name = f"{file_digest(file, 'sha256').hexdigest()}{source.suffix.lower()}"
            copied.chmod(READABLE)
            os.replace(copied, self.folder / name)
        files.sync_folder(self.folder)
        return name

    def put(self, file: str, body: bytes) -> None:
        """Keep what another process has taken, under the name that it has there. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files.put_whole(self.folder / file, body)
        (self.folder / file).chmod(READABLE)

    def take_drawing(self, svg: str) -> str:
        """Keep a drawn screen, from which its picture is made later; the name of that picture, which is what is drawn
        (`Drawing.name`). Raises OSError."""
        drawing = svg.encode()
        name = f"{sha256(drawing).hexdigest()}.png"
        if not self._drawing(name).is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            files.put_whole(self._drawing(name), drawing)
        return name

    def take_picture(self, svg: str, most_bytes: int) -> LessonFile:
        """Keep a drawing made for one learner; its picture, at most `most_bytes`, is made when somebody looks at it.
        Raises OSError."""
        file = self.take_drawing(svg)
        return LessonFile(file, most_bytes, address=self.address(file))

    def draw(self, wanted: Iterable[str]) -> None:
        """Make the pictures of drawings where there is none yet, one process for all of them. Faults are logged, as by
        `make`."""
        drawn = [file for file in wanted if self._will_be_drawn(file)]
        if not drawn:
            return
        try:
            with files.scratch(self.folder, files.MEDIA) as scratch:
                for file, found in zip(drawn, look_at([self._drawing(file) for file in drawn], scratch), strict=True):
                    if not found.fault:
                        self._put(scratch / file, file)
                    self._note(file, found, [])
        except OSError as fault:
            log.error("screens of lessons not drawn", extra={"reason": fault.strerror})

    def make(self, file: str) -> None:
        """Look into a file, make what pages and channels want of it, and note both. A fault is logged, never raised:
        what cannot be shown is told in words."""
        path = self.path(file)
        if path is None or self._record(file):
            return
        try:
            with files.scratch(self.folder, files.MEDIA) as scratch:
                (found,) = look_at([path], scratch)
                made = [self._keep(scratch / name) for name in found.made] if not found.fault else []
            self._note(file, found, made)
        except OSError as fault:
            log.error("file of a lesson not made ready", extra={"file": file, "reason": fault.strerror})

    def _note(self, file: str, found: Found, made: Iterable[str]) -> None:
        files.put_whole(self._beside(file), json.dumps(_recorded(found, made)).encode())
        if found.fault:
            log.error("file of a lesson not shown", extra={"file": file, "reason": found.fault})
            (self.folder / file).unlink(missing_ok=True)
            self._drawing(file).unlink(missing_ok=True)

    def _keep(self, made: Path) -> str:
        with made.open("rb") as file:
            name = f"{file_digest(file, 'sha256').hexdigest()}{made.suffix}"
        self._put(made, name)
        return name

    def _put(self, made: Path, name: str) -> None:
        files.copy(made, made.with_suffix(".kept"))
        made.with_suffix(".kept").chmod(READABLE)
        os.replace(made.with_suffix(".kept"), self.folder / name)

    # --- kept within bounds ---

    def size(self) -> int:
        """Bytes of everything that is kept."""
        return sum(size for _, size, _ in self._all())

    def sweep(self, needed: Collection[str]) -> int:
        """Remove what no version needs, the oldest first, until all of it keeps to the budget; how many files went.

        What is needed stays, whatever it weighs.
        """
        total = self.size()
        for file in needed:  # used now: it is the youngest
            if self._beside(file).exists():
                os.utime(self._beside(file))
        gone = 0
        for file in self._unused(needed) if total > self.most_bytes else ():
            for each in (file, *(other.file for other in (self.about(file) or LessonFile(file, 0)).others)):
                path = self.folder / each
                total -= path.stat().st_size if path.exists() else 0
                path.unlink(missing_ok=True)
                gone += 1
            self._beside(file).unlink(missing_ok=True)
            self._drawing(file).unlink(missing_ok=True)
            self._known.pop(file, None)
            if total <= self.most_bytes:
                break
        if total > self.most_bytes:
            log.warning("files of lessons over budget", extra={"mb": total // 1_000_000})
        return gone

    def _unused(self, needed: Collection[str]) -> list[str]:
        """Originals that no version needs, the longest unused first."""
        records = [path for path in self.folder.glob("*.json") if path.name.removesuffix(".json") not in needed]
        return [path.name.removesuffix(".json") for path in sorted(records, key=lambda path: path.stat().st_mtime)]

    def _all(self) -> Iterator[tuple[str, int, float]]:
        if self.folder.is_dir():
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.is_file():
                        found = entry.stat()
                        yield entry.name, found.st_size, found.st_mtime

    # --- records ---

    def _drawing(self, file: str) -> Path:
        """Where what a picture is drawn from is kept."""
        return (self.folder / file).with_suffix(DRAWN)

    def _is_drawn(self, file: str) -> bool:
        return bool(NAME.fullmatch(file)) and self._drawing(file).is_file()

    def _will_be_drawn(self, file: str) -> bool:
        """Whether there is a drawing of which nobody has made the picture yet."""
        return self._is_drawn(file) and not self._record(file)

    def _drawn_size(self, file: str) -> dict[str, int]:
        """How large the picture of a drawing will be, so that a page keeps its place; empty where there is none."""
        try:
            with self._drawing(file).open(encoding="utf-8") as drawing:
                found = _SIZE.search(drawing.read(HEAD))
        except OSError:
            return {}
        return {"width": ZOOM * int(found[1]), "height": ZOOM * int(found[2])} if found else {}

    def _beside(self, file: str) -> Path:
        return self.folder / f"{file}.json"

    def _record(self, file: str) -> dict[str, Any] | None:
        try:
            record = json.loads(self._beside(file).read_bytes())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) and "fault" in record else None

    def _read(self, file: str, record: Mapping[str, Any]) -> LessonFile:
        others = tuple(self._one(*each) for each in record["others"] if self.path(each[0]))
        own = self._one(file, record["width"], record["height"], record["seconds"])
        spots = {part: tuple(spot) for part, spot in record.get("spots", {}).items()}
        return LessonFile(file, own.size, own.width, own.height, own.seconds, others, own.address, spots)

    def _one(self, file: str, width: int, height: int, seconds: float) -> LessonFile:
        return LessonFile(file, (self.folder / file).stat().st_size, width, height, seconds, address=self.address(file))


def _recorded(found: Found, made: Iterable[str]) -> dict[str, Any]:
    others = [[name, *each] for name, each in zip(made, found.sizes, strict=not found.fault)]
    size = {"width": found.width, "height": found.height, "seconds": found.seconds}
    spots = {"spots": found.spots} if found.spots else {}
    return {"fault": found.fault or "", **size, "others": others, **spots}


def _sources(known: LessonFile) -> Iterator[dict[str, str]]:
    """Pictures by type with their widths; recordings and videos one by one."""
    for ending in _BEST_FIRST:
        widths = [f"{PLACE}{each.file} {each.width}w" for each in known.others if each.ending == ending]
        if widths:
            yield {"type": TYPES[ending], "srcset": ", ".join(widths)}
    for each in known.others:
        if each.ending not in _BEST_FIRST:
            yield {"type": TYPES[each.ending], "src": PLACE + each.file}


def _ending(file: str) -> str:
    return file.rpartition(".")[2]
