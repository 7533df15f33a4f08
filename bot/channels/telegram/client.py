"""The hot path: JSON to and from the Bot API, without aiogram's models.

The token is part of every address: see `channels.transport`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels.base import LearnerGone, Misconfigured, SendError, SendRefused, Throttled, Unreachable
from bot.channels.transport import CALL_S, JSON, HttpAnswer, Transport
from flows.saying import say

_UPLOAD_S = 100.0  # the largest file, 50 MB, on a line of 4 Mbit/s
_LONGEST_RETRY_S = 3600.0
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")
_HARMLESS = ("message is not modified", "query is too old", "query id is invalid")


UploadedFile = tuple[str, bytes]
"""Its name, by whose ending Telegram knows what it is, and its bytes."""
_NONE: Mapping[str, Any] = {}
_DONE = b'{"ok":true,'  # how the Bot API, the official one and its local server, begins each answer that is no error


class Occupied(SendError):
    """Someone else receives this bot's updates (409): another process polls, or a webhook is set."""

    retryable = True


class BotApi:
    """One bot's methods. `call` returns the `result` of an answer or raises a SendError; call it in a running loop."""

    def __init__(self, token: str, *, api_base: str = "https://api.telegram.org", call_s: float = CALL_S) -> None:
        self._root = f"{api_base.rstrip('/')}/bot{token}/"
        self._files = f"{api_base.rstrip('/')}/file/bot{token}/"
        self._urls: dict[str, URL] = {}
        self._transport = Transport("Telegram", call_s)

    def __repr__(self) -> str:
        return "BotApi(token hidden)"

    async def call(
        self, method: str, params: Mapping[str, Any], *, wait_s: float = 0.0, files: Mapping[str, UploadedFile] = _NONE
    ) -> Any:
        """POST one method. `wait_s`: seconds that the answer may take longer than usual (a long poll). `files` go
        beside the parameters, which name them `attach://<key>`.
        """
        return _result(await self._post(method, params, wait_s, files))

    async def tell(self, method: str, params: Mapping[str, Any]) -> None:
        """As `call`, where nobody looks at the result: what was done is not read."""
        answer = await self._post(method, params, 0.0, _NONE)
        if not answer.body.startswith(_DONE):
            _result(answer)

    async def _post(
        self, method: str, params: Mapping[str, Any], wait_s: float, files: Mapping[str, UploadedFile]
    ) -> HttpAnswer:
        data = _form(params, files) if files else json.dumps(params).encode()
        more_s = _UPLOAD_S if files else wait_s
        return await self._transport.post(self._url(method), data, _NONE if files else JSON, what=method, wait_s=more_s)

    async def download(self, file_path: str, most_bytes: int) -> bytes:
        """The file that `getFile` named. Raises SendRefused where it is larger than `most_bytes`, else as `call`."""
        return await self._transport.fetch(URL(self._files + quote(file_path), encoded=True), most_bytes)

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        await self._transport.close()

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._root + method, encoded=True)
        return url


def _form(params: Mapping[str, Any], files: Mapping[str, UploadedFile]) -> aiohttp.FormData:
    """Parameters and files as multipart: what is no text is JSON there."""
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, (filename, content) in files.items():
        form.add_field(name, content, filename=filename)
    return form


def _result(answer: HttpAnswer) -> Any:
    """The `result` of an answer; an error becomes the SendError that says what to do next."""
    said = answer.json()
    if said is None:
        raise Unreachable(f"Telegram answered {answer.status} without JSON")
    if said.get("ok") is True:
        return said.get("result")
    code, told = said.get("error_code"), str(said.get("description", ""))[:200]
    return _failed(code if type(code) is int else answer.status, told, said.get("parameters"))


def _failed(code: int, description: str, parameters: object) -> Any:
    """Raise the SendError of a refusal; None when the refusal is harmless."""
    details = parameters if isinstance(parameters, dict) else {}
    reason = description.lower()
    if code == 429:
        raise Throttled(_retry_after(details.get("retry_after")))
    if code == 400 and any(phrase in reason for phrase in _HARMLESS):
        return None
    if code == 403 or (code == 400 and (any(p in reason for p in _GONE) or "migrate_to_chat_id" in details)):
        raise LearnerGone(description)
    if code in (401, 404):
        raise Misconfigured(say("Telegram không nhận mã bot này ({code}); lấy lại mã ở @BotFather", code=code))
    if code == 409:
        raise Occupied(description)
    if 400 <= code < 500:
        raise SendRefused(description)
    raise Unreachable(f"Telegram answered {code}: {description}")


def _retry_after(value: object) -> float:
    if isinstance(value, (int, float)) and value == value:
        return min(max(float(value), 1.0), _LONGEST_RETRY_S)
    return 1.0
