"""The fake Bot API server: HTTP in front of the bots, every call checked against the table."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from random import Random
from typing import Any, Self

from aiohttp import BodyPartReader, web

from tests.support.fake_telegram.bots import Bot
from tests.support.fake_telegram.contract import METHODS, read_form, violations
from tests.support.fake_telegram.delivery import Delivery
from tests.support.fake_telegram.errors import BotApiError
from tests.support.fake_telegram.faults import Fault, Faults, Limits
from tests.support.fake_telegram.learner import Group, Learner
from tests.support.fake_telegram.methods import run_method

STORMY = 0.01
TOKEN = "42:TEST-TOKEN_of-the-fake"
Call = tuple[str, dict[str, Any]]


class FakeTelegram:
    """`async with FakeTelegram() as fake:` listens on a free loopback port, `fake.url` is the Bot API's base address.

    `tokens`: the bots it knows. `clock`: seconds since 1970, rules dates and expiry. `check`: compare every call with
    the table; what is wrong is refused with 400 and kept in `violations`. `record`: keep every call in `calls`.
    `limits`: Telegram's rate limits, none unless given. `pause_s`: first pause before a webhook is tried again.
    """

    def __init__(
        self,
        tokens: Iterable[str] = (TOKEN,),
        *,
        clock: Callable[[], float] = time.time,
        check: bool = True,
        record: bool = True,
        limits: Limits | None = None,
        pause_s: float = 0.05,
        port: int = 0,
    ) -> None:
        self.bots = {token: Bot(token, clock) for token in tokens}
        self.bot = next(iter(self.bots.values()))
        self.faults = Faults()
        self.limits = limits
        self.storm: Random | None = None
        """By its chance one call in a hundred is throttled, one fails; and with one update the last come once more."""
        self.violations: list[str] = []
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.on_sent: Callable[[int, dict[str, Any]], object] | None = None
        """Called with chat_id and the parameters of every message that arrived: for drivers of load."""
        self.control: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]] | None = None
        self.deliveries = {
            token: Delivery(bot, self._replier(bot), pause_s=pause_s) for token, bot in self.bots.items()
        }
        self._check = check
        self._record = record
        self._port = port
        self._runner: web.ServerRunner | None = None
        self._listening: socket.socket

    @property
    def url(self) -> str:
        """Base address, as in TELEGRAM_API_BASE."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        """The first bot's token."""
        return self.bot.token

    @property
    def delivery(self) -> Delivery:
        """The first bot's webhook."""
        return self.deliveries[self.token]

    def learner(self, chat_id: int, first_name: str = "Lan", *, bot: Bot | None = None) -> Learner:
        """A person who chats with the first bot, or with another one. Two handles on one chat_id share the inbox."""
        of = bot or self.bot
        return Learner(of, of.chat(chat_id, first_name))

    def group(self, chat_id: int = -1_001_234, title: str = "Tổ 5", *, bot: Bot | None = None) -> Group:
        """A group that the first bot, or another one, may be added to."""
        of = bot or self.bot
        chat = of.chat(chat_id)
        chat.title = title
        return Group(of, chat)

    async def start(self) -> None:
        """Listen."""
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        self._listening = socket.create_server(("127.0.0.1", self._port))
        await web.SockSite(self._runner, self._listening).start()
        self._port = self._listening.getsockname()[1]

    async def stop(self) -> None:
        """Close all connections; the state stays, `start` listens on the same port again."""
        for bot in self.bots.values():
            bot.end_poll("the server stops")
        for delivery in self.deliveries.values():
            await delivery.close()
        if self._runner is not None:
            # Python 3.11 leaks a connection that is being accepted when its server closes: accept no more before.
            asyncio.get_running_loop().remove_reader(self._listening)
            await asyncio.sleep(0)
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    # --- one request ---------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        head, _, method = request.path[1:].partition("/")
        if head == "control" and self.control is not None:
            return await self.control(request)
        if head == "file":
            return self._download(method)
        if not head.startswith("bot"):
            return _refusal(BotApiError(404, "Not Found"))
        bot = self.bots.get(head[3:])
        if bot is None:
            return _refusal(BotApiError(401, "Unauthorized") if ":" in head else BotApiError(404, "Not Found"))
        if method not in METHODS:
            self.violations.append(f"{method}: unknown method")
            return _refusal(BotApiError(404, "Not Found: method not found"))
        params, attached = await _params(request, method)
        fault = self.faults.strike(method, params) if self.faults.waiting else self._weather(bot, method)
        if fault is not None:
            refused = await self._befall(fault, request)
            if refused is not None:
                return refused
        try:
            result = await self._run(bot, method, params, attached)
        except BotApiError as error:
            return _refusal(error)
        if fault is not None:
            _break(request)
        return _answer({"ok": True, "result": result})

    def _weather(self, bot: Bot, method: str) -> Fault | None:
        chance = self.storm.random() if self.storm else 1.0
        if method == "getUpdates":
            if chance < STORMY:
                bot.redeliver()
            return None
        if chance < STORMY:
            return Fault("answer", code=429, description="Too Many Requests", parameters={"retry_after": 1})
        return Fault("answer", code=502, description="Bad Gateway") if chance < 2 * STORMY else None

    def _download(self, path: str) -> web.Response:
        token, _, name = path.removeprefix("bot").partition("/")
        bot = self.bots.get(token)
        found = next((each for each in bot.files.by_id.values() if each.path == name), None) if bot else None
        if found is None:
            return _refusal(BotApiError(404, "Not Found"))
        return web.Response(body=found.content, content_type="application/octet-stream")

    async def _run(self, bot: Bot, method: str, params: dict[str, Any], attached: dict[str, bytes]) -> Any:
        self._accept(method, params)
        named = str(params)
        self.violations += [
            f"{method}: {name} is used by nothing" for name in attached if f"attach://{name}'" not in named
        ]
        if method == "getUpdates":
            bot.allowed = set(params.get("allowed_updates", bot.allowed))
            return await bot.get_updates(params.get("offset", 0), params.get("limit", 100), params.get("timeout", 0))
        return self._do(bot, method, params, attached)

    def _accept(self, method: str, params: dict[str, Any]) -> None:
        self.counts[method] += 1
        if self._record:
            self.calls.append((method, params))
        wrong = violations(method, params) if self._check else []
        if wrong:
            self.violations += wrong
            raise BotApiError(400, f"Bad Request: {'; '.join(wrong)}")

    def _do(self, bot: Bot, method: str, params: dict[str, Any], attached: dict[str, bytes]) -> Any:
        sends = method.startswith("send") and method != "sendChatAction"
        if sends and self.limits is not None:
            wait_s = self.limits.wait_s(str(params["chat_id"]), bot.clock())
            if wait_s:
                raise BotApiError(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s)
        result = run_method(bot, method, params, attached)
        if method in ("setWebhook", "deleteWebhook"):
            self.deliveries[bot.token].begin()
        elif sends and self.on_sent is not None:
            self.on_sent(int(params["chat_id"]), params)
        return result

    def _replier(self, bot: Bot) -> Callable[[str, dict[str, Any]], None]:
        """Runs a call that came in a webhook's answer: checked like any other, its result is never seen."""

        def run(method: str, params: dict[str, Any]) -> None:
            try:
                self._accept(method, params)
                self._do(bot, method, params, {})
            except BotApiError:
                return

        return run

    async def _befall(self, fault: Fault, request: web.BaseRequest) -> web.Response | None:
        """The answer of a call that never takes effect; None when it does (and is broken off afterwards)."""
        match fault.kind:
            case "answer" if fault.code >= 500:
                body = f"<html><title>{fault.code} {fault.description}</title></html>"
                return web.Response(status=fault.code, text=body, content_type="text/html")
            case "answer":
                return _refusal(BotApiError(fault.code, fault.description, **fault.parameters))
            case "drop_after":
                return None
            case "hang":
                await asyncio.sleep(fault.seconds)
        _break(request)
        return web.Response(status=500)


async def _params(request: web.BaseRequest, method: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The parameters of a call (JSON, urlencoded form, multipart or query string), and the files beside them."""
    if request.content_type == "application/json":
        try:
            params = json.loads(await request.read() or b"{}")
        except ValueError:
            params = {}
        return (params if isinstance(params, dict) else {}), {}
    form = await _form(request)
    known = METHODS[method]
    attached = {name: value for name, value in form.items() if isinstance(value, bytes) and name not in known}
    stays = {name: value for name, value in form.items() if name not in attached}
    return read_form(method, {**dict(request.query), **stays}), attached


async def _form(request: web.BaseRequest) -> dict[str, Any]:
    """The fields of a form; a file's are its bytes, of any length."""
    if request.content_type != "multipart/form-data":
        return dict(await request.post())
    fields: dict[str, Any] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            content = b"".join([chunk async for chunk in _chunks(part)])
            fields[part.name] = content if part.filename else content.decode()
    return fields


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(65_536):
        yield chunk


def _answer(content: dict[str, Any], status: int = 200) -> web.Response:
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(body=body, status=status, content_type="application/json")


def _refusal(error: BotApiError) -> web.Response:
    content: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        content["parameters"] = error.parameters
    return _answer(content, error.code)


def _break(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()
