"""The hot path: JSON to and from the Bot API over one aiohttp session, without aiogram's models.

The token is part of every address. So an error of aiohttp, whose text may hold the address, is never passed on, chained
or logged: what leaves this module are the SendError classes with sentences of our own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels.base import LearnerGone, Misconfigured, SendError, SendRefused, Throttled, Unreachable
from flows.saying import say

_CONNECTIONS = 64
_KEEPALIVE_S = 30.0  # Telegram closes idle connections after about a minute; a POST on a dying one is a lost answer
_CALL_S = 20.0
_UPLOAD_S = 100.0  # the largest file, 50 MB, on a line of 4 Mbit/s
_LONGEST_RETRY_S = 3600.0
_HEADERS = {"Content-Type": "application/json"}
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")
_HARMLESS = ("message is not modified", "query is too old", "query id is invalid")


UploadedFile = tuple[str, bytes]
"""Its name, by whose ending Telegram knows what it is, and its bytes."""
_NONE: Mapping[str, UploadedFile] = {}


class Occupied(SendError):
    """Someone else receives this bot's updates (409): another process polls, or a webhook is set."""

    retryable = True


class BotApi:
    """One bot's methods. `call` returns the `result` of an answer or raises a SendError; call it in a running loop."""

    def __init__(self, token: str, *, api_base: str = "https://api.telegram.org", call_s: float = _CALL_S) -> None:
        self._root = f"{api_base.rstrip('/')}/bot{token}/"
        self._files = f"{api_base.rstrip('/')}/file/bot{token}/"
        self._urls: dict[str, URL] = {}
        self._call_s = call_s
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    def __repr__(self) -> str:
        return "BotApi(token hidden)"

    async def call(
        self, method: str, params: Mapping[str, Any], *, wait_s: float = 0.0, files: Mapping[str, UploadedFile] = _NONE
    ) -> Any:
        """POST one method. `wait_s`: seconds that the answer may take longer than usual (a long poll). `files` go
        beside the parameters, which name them `attach://<key>`.
        """
        failure: SendError
        try:
            async with self._open().post(
                self._url(method),
                data=_form(params, files) if files else json.dumps(params).encode(),
                headers=None if files else _HEADERS,
                allow_redirects=False,
                timeout=self._timeout(_UPLOAD_S if files else wait_s),
            ) as response:
                return _result(response.status, await response.read())
        except SendError:
            raise
        except TimeoutError:
            failure = Unreachable(f"{method}: Telegram did not answer in time")
        except (aiohttp.ClientError, OSError) as error:
            failure = Unreachable(f"{method}: no connection to Telegram ({type(error).__name__})")
        # Raised out here, so that the error above, and the address in it, is not even its __context__.
        raise failure

    async def download(self, file_path: str, most_bytes: int) -> bytes:
        """The file that `getFile` named. Raises SendRefused where it is larger than `most_bytes`, else as `call`."""
        failure: SendError
        url, body = URL(self._files + quote(file_path), encoded=True), bytearray()
        try:
            async with self._open().get(url, allow_redirects=False, timeout=self._timeout(0.0)) as response:
                if response.status in (400, 404):
                    raise SendRefused("the file is gone")
                if response.status != 200:
                    raise Unreachable(f"file: Telegram answered {response.status}")
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > most_bytes:
                        raise SendRefused(f"the file has more than {most_bytes} bytes")
                return bytes(body)
        except SendError:
            raise
        except TimeoutError:
            failure = Unreachable("file: Telegram did not answer in time")
        except (aiohttp.ClientError, OSError) as error:
            failure = Unreachable(f"file: no connection to Telegram ({type(error).__name__})")
        raise failure  # out here for the same reason as in `call`

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
                auto_decompress=False,
            )
        return self._session

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._root + method, encoded=True)
        return url

    def _timeout(self, wait_s: float) -> aiohttp.ClientTimeout:
        timeout = self._timeouts.get(wait_s)
        if timeout is None:
            timeout = self._timeouts[wait_s] = aiohttp.ClientTimeout(total=self._call_s + wait_s)
        return timeout


def _form(params: Mapping[str, Any], files: Mapping[str, UploadedFile]) -> aiohttp.FormData:
    """Parameters and files as multipart: what is no text is JSON there."""
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, (filename, content) in files.items():
        form.add_field(name, content, filename=filename)
    return form


def _result(status: int, body: bytes) -> Any:
    """The `result` of an answer; an error becomes the SendError that says what to do next."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Unreachable(f"Telegram answered {status} without JSON")
    if answer.get("ok") is True:
        return answer.get("result")
    code = answer.get("error_code")
    return _failed(
        code if type(code) is int else status, str(answer.get("description", ""))[:200], answer.get("parameters")
    )


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
