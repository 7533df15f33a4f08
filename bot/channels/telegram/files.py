"""What goes with a message: sent on by Telegram's own id, uploaded once, and by the id of that upload ever after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.channels.base import Attachment, SendError, SendRefused, Unreachable
from bot.channels.provider import Surroundings
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.render import PROFILE, ApiCall, attachments_in
from bot.errors import StorageError

log = logging.getLogger(__name__)

_UPLOADS, _FORGIVEN_S = 2, 600.0
"""So many uploads of a file may fail, while all else gets through, until it is told in words for so long."""
_FORBIDDEN = "forbidden"  # VOICE_MESSAGES_FORBIDDEN: the reader wants none, however they come
_LARGEST = {"photo": PROFILE.image_bytes, "voice": PROFILE.file_bytes, "video": PROFILE.file_bytes}


class TelegramFiles:
    """The files of one bot: ids are its own, another bot has to upload anew. Without `around` there is none. `clock`
    counts seconds; without one it is the event loop's."""

    def __init__(
        self, api: BotApi, channel: str, around: Surroundings | None, clock: Callable[[], float] | None = None
    ) -> None:
        self._api = api
        self._media = around.media if around else None
        self._memory = around.memory(channel) if around else None
        self._known: dict[str, str] = {}
        self._uploading: dict[str, asyncio.Lock] = {}
        self._failed: dict[str, tuple[int, float]] = {}
        self._clock = clock

    async def missing(self, media: Collection[Attachment]) -> frozenset[Attachment]:
        """What cannot be sent, whatever Telegram says: no file here, an empty or too large one, an unknown kind."""
        if self._media and (files := [each.file for each in media if each.file]):
            await asyncio.to_thread(self._media.draw, files)
        return frozenset(each for each in media if not self._can_leave(each))

    async def call(self, call: ApiCall) -> None:
        """Make a call that shows something. Raises SendError; SendRefused where Telegram takes no upload either."""
        method, params = call
        files = [each for each in attachments_in(params) if not each.ref]
        async with AsyncExitStack() as alone:
            for key in sorted({_key(each) for each in files}):  # in one order: two albums must not wait for each other
                if not await self._id_of(key):
                    await alone.enter_async_context(self._uploading.setdefault(key, asyncio.Lock()))
            ids = {each: file_id for each in files if (file_id := await self._id_of(_key(each)))}
            try:
                await self._send(method, params, ids)
            except SendRefused as refused:
                if not ids or _FORBIDDEN in str(refused).lower():
                    raise
                log.info("telegram files sent again", extra={"count": len(ids), "reason": str(refused)[:200]})
                await self._send(method, params, {})
            except Unreachable:
                uploads = {_key(each) for each in files if each not in ids}
                if not uploads or not await self._cannot_upload(uploads):
                    raise
                raise SendRefused("the line carries words, but not this upload") from None

    async def _cannot_upload(self, keys: Collection[str]) -> bool:
        """Whether it is these uploads that do not get through, again and again, while Telegram answers all else: what
        waits behind them must not wait for ever."""
        try:
            await self._api.call("getMe", {})
        except SendError:
            return False
        now = self._seconds()
        for key in keys:
            count, at = self._failed.get(key, (0, now))
            self._failed[key] = (count + 1 if now - at < _FORGIVEN_S else 1), now
        return any(self._fails(key) for key in keys)

    def _seconds(self) -> float:
        return self._clock() if self._clock else asyncio.get_running_loop().time()

    def _fails(self, key: str) -> bool:
        count, at = self._failed.get(key, (0, 0.0))
        return count >= _UPLOADS and self._seconds() - at < _FORGIVEN_S

    async def _send(self, method: str, params: dict[str, Any], ids: dict[Attachment, str]) -> None:
        """By these ids, all else as uploads, whose ids are then known."""
        shown = attachments_in(params)
        if any(self._fails(_key(each)) for each in shown if not (each.ref or each in ids)):
            raise SendRefused("this upload has just failed")
        uploads = {each: await self._read(each) for each in shown if not (each.ref or each in ids)}
        names = {each: f"file{at}" for at, each in enumerate(uploads)}
        stands = {each: each.ref or ids.get(each) or f"attach://{names[each]}" for each in shown}
        sent = await self._api.call(
            method,
            {name: _filled(value, stands) for name, value in params.items()},
            files={names[each]: (each.file, content) for each, content in uploads.items()},
        )
        messages = sent if isinstance(sent, list) else [sent]
        for each, message in zip(shown, messages, strict=False):
            if each in uploads and (file_id := _id_in(message, each.kind)):
                await self._note(_key(each), file_id)

    def _can_leave(self, each: Attachment) -> bool:
        if each.ref or each.kind not in _LARGEST:
            return bool(each.ref) and each.kind in _LARGEST
        path = self._path(each)
        try:
            return path is not None and 0 < path.stat().st_size <= _LARGEST[each.kind]
        except OSError:
            return False

    def _path(self, each: Attachment) -> Path | None:
        return self._media.path(each.file) if self._media and each.file else None

    async def _read(self, each: Attachment) -> bytes:
        path = self._path(each)
        try:
            return await asyncio.to_thread(path.read_bytes) if path else b""
        except OSError:
            raise SendRefused(f"{each.file} cannot be read") from None

    # --- what has been uploaded ---

    async def _id_of(self, key: str) -> str:
        """Telegram's id of a file that was uploaded by this bot before; "" where it was not."""
        if key not in self._known and self._memory is not None:
            try:
                found = await self._memory.get(key)
            except StorageError:
                return ""  # one upload more, and the message does not wait for the database
            if found is not None:
                self._known[key] = found[0]
        return self._known.get(key, "")

    async def _note(self, key: str, file_id: str) -> None:
        self._known[key] = file_id
        self._uploading.pop(key, None)
        self._failed.pop(key, None)
        if self._memory is None:
            return
        try:
            found = await self._memory.get(key)
            await self._memory.put(key, file_id, found[1] if found else None)
        except StorageError:
            log.info("a file's id is not kept", extra={"key": key})


def _key(each: Attachment) -> str:
    """By kind: the id of a photo sends no video."""
    return f"file:{each.kind}:{each.file}"


def _filled(value: Any, stands: dict[Attachment, str]) -> Any:
    """A parameter with what stands for each attachment."""
    if isinstance(value, Attachment):
        return stands[value]
    if isinstance(value, list):
        return [{name: _filled(part, stands) for name, part in each.items()} for each in value]
    return value


def _id_in(message: Any, kind: str) -> str:
    """The id in an answer: of a photo that of its largest size; "" where Telegram made something else of the file."""
    found = message.get(kind) if isinstance(message, dict) else None
    largest = found[-1] if isinstance(found, Sequence) and found else found
    file_id = largest.get("file_id") if isinstance(largest, dict) else None
    return file_id if isinstance(file_id, str) else ""
