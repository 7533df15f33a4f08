"""Files as the Bot API keeps them: by an id that is one bot's own, of one kind, with their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.fake_telegram.errors import BotApiError

MEGABYTE = 1024 * 1024
PHOTO_MOST, UPLOAD_MOST, DOWNLOAD_MOST = 10 * MEGABYTE, 50 * MEGABYTE, 20 * MEGABYTE
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF", b"BM")
_VOICES = (b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3")
_NAMES = {"photo": "Photo", "voice": "VoiceNote", "video": "Video", "document": "Document"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`path` is where it is downloaded from; `size` may be told to be more than there is, for what is too big."""

    file_id: str
    kind: str
    content: bytes
    path: str
    size: int


class Files:
    """All files of one bot, what it sent and what it was sent. Another bot's ids mean nothing here."""

    def __init__(self, bot_id: int) -> None:
        self._bot_id = bot_id
        self.by_id: dict[str, StoredFile] = {}
        self.uploads = 0
        """How often bytes came in."""

    def add(self, kind: str, content: bytes, *, size: int | None = None, file_id: str = "") -> StoredFile:
        """Keep a file; its id is made unless one is given."""
        number = len(self.by_id) + 1
        known = file_id or f"AgAC{self._bot_id}-{kind}-{number}"
        ends = {"photo": "jpg", "voice": "oga", "video": "mp4"}.get(kind, "bin")
        stored = StoredFile(
            known, kind, content, f"{kind}s/file_{number}.{ends}", len(content) if size is None else size
        )
        self.by_id[known] = stored
        return stored

    def __getitem__(self, file_id: str) -> bytes:
        return self.by_id[file_id].content

    def __setitem__(self, file_id: str, content: bytes) -> None:
        """A recording that somebody sent."""
        self.add("voice", content, file_id=file_id)

    def forget(self) -> None:
        """Telegram does not know any of them any more."""
        self.by_id.clear()

    def resolve(self, kind: str, given: Any, attached: dict[str, bytes]) -> StoredFile:
        """The file that a parameter names: bytes, `attach://` with the bytes beside it, or an id.

        Raises BotApiError as Telegram refuses it.
        """
        if isinstance(given, str) and given.startswith("attach://"):
            given = attached.get(given.removeprefix("attach://"), b"")
        if isinstance(given, bytes):
            return self._upload(kind, given)
        stored = self.by_id.get(str(given))
        if stored is None:
            raise BotApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            wrong, wanted = _NAMES.get(stored.kind, stored.kind), _NAMES.get(kind, kind)
            raise BotApiError(400, f"Bad Request: can't use file of type {wrong} as {wanted}")
        return stored

    def _upload(self, kind: str, content: bytes) -> StoredFile:
        self.uploads += 1
        if not content:
            raise BotApiError(400, "Bad Request: file must be non-empty")
        if len(content) > UPLOAD_MOST:
            raise BotApiError(413, "Request Entity Too Large")
        if kind == "photo" and len(content) > PHOTO_MOST:
            told = f"file of size {len(content)} bytes is too big for a photo; the maximum size is {PHOTO_MOST} bytes"
            raise BotApiError(400, f"Bad Request: {told}")
        if kind == "photo" and not content.startswith(_IMAGES):
            raise BotApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        return self.add(_kind_of(kind, content), content)

    def told(self, stored: StoredFile) -> Any:
        """How a message shows it: a photo is a list of sizes, the largest last."""
        file = {"file_id": stored.file_id, "file_unique_id": f"u{stored.path}", "file_size": stored.size}
        if stored.kind == "photo":
            small = file | {"file_id": f"{stored.file_id}-s", "width": 9, "height": 9, "file_size": 9}
            return [small, file | {"width": 90, "height": 90}]
        if stored.kind == "video":
            return file | {"width": 320, "height": 240, "duration": 4}
        return file | ({"duration": 1} if stored.kind == "voice" else {"file_name": "file"})


def _kind_of(kind: str, content: bytes) -> str:
    """What Telegram makes of it: a recording or film in a form that it does not know becomes a document."""
    is_mp4 = content[4:8] == b"ftyp"
    if kind == "voice" and not (content.startswith(_VOICES) or is_mp4):
        return "document"
    return "document" if kind == "video" and not is_mp4 else kind
