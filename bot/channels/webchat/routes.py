"""HTTP of the web chat: bytes in and out, nothing decided here."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.base import Attachment, Button, LogEntry
from bot.channels.webchat.answers import answer as _answer
from bot.channels.webchat.answers import as_json
from bot.channels.webchat.answers import refusal as _refusal
from bot.channels.webchat.channel import Crowded, Describe, Malformed, TooLong, WebChat
from bot.channels.webchat.identity import COOKIE, COOKIE_AGE_S, Visitor
from bot.channels.webchat.page import build_page
from bot.channels.webchat.qr import CODE, drawn
from bot.channels.webchat.ringing import told
from bot.channels.webchat.shell import shell_routes
from bot.channels.webchat.streams import Full, Stream
from bot.errors import StorageUnavailable

HEARTBEAT_S = 15.0
REQUEST_BYTES = 16_384
REMEMBERED, SHORT = 4096, 512
"""Browsers that are known by what they say of their cookies, and how long that may be."""

NOT_KNOWN = "Điện thoại chưa cho trang này ghi nhớ. Mở lại trang nhé."
NOT_OURS = "Tin này không đến từ trang trò chuyện nên Cầm Tay không nhận."
NOT_READABLE = "Cầm Tay chưa đọc được tin này. Gửi lại nhé."
TOO_LONG = "Tin dài quá, Cầm Tay đọc không xuể. Chia thành vài tin ngắn nhé."
SPOKEN_TOO_LONG = "Tin thoại dài quá, Cầm Tay nghe không hết. Nói lại ngắn hơn một phút nhé."
TOO_OFTEN = "Tin đến nhanh quá. Chờ một chút nhé."
CROWDED = "Đang có nhiều người vào cùng lúc. Chờ một chút, tới lượt ngay."
TOO_MANY = "Trang đang mở ở nhiều nơi quá."
NOTHING_KEPT = "Cầm Tay chưa lưu gì của máy này."
RESTING = "Máy đang bận một chút. Tin vẫn được giữ, lát nữa tự gửi lại."


_log = logging.getLogger(__name__)


def web_routes(chat: WebChat, address_of: Callable[[web.Request], str]) -> list[web.RouteDef]:
    """GET / · POST /chat/send · GET /chat/log · GET /chat/stream · GET /chat/data · GET /chat/qr · GET and POST
    /chat/push, and what makes the page an app.

    `address_of` names who shares one allowance.
    """
    routes = _Routes(chat, address_of)
    return [
        web.get("/", routes.page),
        web.post("/chat/send", routes.send),
        web.get("/chat/log", routes.log),
        web.get("/chat/stream", routes.stream, allow_head=False),
        web.get("/chat/data", routes.data, allow_head=False),
        web.get("/chat/qr", routes.qr, allow_head=False),
        web.get("/chat/push", routes.push_key, allow_head=False),
        web.post("/chat/push", routes.push),
        *shell_routes(chat.tutor, chat.union),
    ]


class _Routes:
    def __init__(self, chat: WebChat, address_of: Callable[[web.Request], str]) -> None:
        self._chat = chat
        self._address_of = address_of
        self._page = build_page(chat.tutor, chat.union, voice=chat.sounds is not None)
        self._known: dict[str, Visitor] = {}

    async def page(self, request: web.Request) -> web.Response:
        """The page, with the cookie that says who visits. Nothing is kept of whoever has neither spoken nor
        listened.
        """
        cookie = self._chat.cookie_for(self._visitor(request))
        headers = {
            "ETag": self._page.etag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding",
            "Content-Security-Policy": self._page.policy,
        }
        if cookie is None and request.headers.get("If-None-Match") == self._page.etag:
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response = web.Response(body=self._page.packed, headers={**headers, "Content-Encoding": "gzip"})
        else:
            response = web.Response(body=self._page.plain, headers=headers)
        response.content_type, response.charset = "text/html", "utf-8"
        if cookie is not None:
            response.set_cookie(
                COOKIE,
                cookie,
                max_age=COOKIE_AGE_S,
                path="",  # unnamed: it is what the browser asked for, under whatever path a proxy shows us
                httponly=True,
                samesite="Lax",
                secure=self._is_https(request),
            )
        return response

    async def send(self, request: web.Request) -> web.Response:
        """Answers once the message is committed: {"ok": true}; the page keeps it and tries again until then."""
        if not self._is_ours(request):
            return _refusal(403, NOT_OURS)
        visitor = self._visitor(request)
        if visitor is None:
            return _refusal(401, NOT_KNOWN)
        if wait := self._chat.wait_to_send(visitor.chat_id):
            return _refusal(429, TOO_OFTEN, wait)
        try:
            await self._chat.say(visitor.chat_id, await _read_json(request), self._address_of(request))
        except TooLong:
            return _refusal(413, TOO_LONG)
        except Malformed:
            return _refusal(400, NOT_READABLE)
        except Crowded as crowded:
            return _refusal(429, CROWDED, crowded.wait_s)
        except StorageUnavailable:
            return _refusal(503, RESTING, 2)
        return _answer({"ok": True})

    async def log(self, request: web.Request) -> web.Response:
        """?after=N&chat=TAG -> {chat, anew, began, newest, entries}: what the page must still show."""
        visitor = self._visitor(request)
        if visitor is None:
            return _refusal(401, NOT_KNOWN)
        if wait := self._chat.wait_to_read(visitor.chat_id):
            return _refusal(429, TOO_OFTEN, wait)
        try:
            after = _number(request.query.get("after", "0"))
            tag, address = request.query.get("chat", ""), self._address_of(request)
            reading = await self._chat.read(visitor.chat_id, after, tag, address)
        except Malformed:
            return _refusal(400, NOT_READABLE)
        except Crowded as crowded:
            return _refusal(429, CROWDED, crowded.wait_s)
        except StorageUnavailable:
            return _refusal(503, RESTING, 2)
        seen = 0 if reading.anew else after
        response = _answer(
            {
                "chat": self._chat.tag(visitor.chat_id),
                "anew": reading.anew,
                "began": reading.began,
                "newest": reading.entries[-1].no if reading.entries else seen,
                "entries": as_data(reading.entries, self._chat.describe),
            }
        )
        response.enable_compression()
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: `ready`, then a list of entries per message, `beat` in silence; id is the newest no.

        `anew` ends it: the page forgets what it shows and asks `/chat/log`.
        """
        visitor = self._visitor(request)
        if visitor is None:
            return _refusal(401, NOT_KNOWN)
        try:
            after = _number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
            address = self._address_of(request)
            if after == 0:
                await self._chat.read(visitor.chat_id, 0, address=address)  # a newcomer: the tutor speaks first
            else:
                await self._chat.admit(visitor.chat_id, address)  # a number is soon claimed
            stream = _open_stream(request, visitor, after, address)
            tag = request.query.get("chat", "")
            stream.anew = bool(tag) and not self._chat.is_present(visitor.chat_id, tag)
            self._chat.streams.add(stream)
        except Malformed:
            return _refusal(400, NOT_READABLE)
        except Crowded as crowded:
            return _refusal(429, CROWDED, crowded.wait_s)
        except StorageUnavailable:
            return _refusal(503, RESTING, 2)
        except Full:
            return _refusal(503, TOO_MANY, 30)
        try:
            return await self._follow(request, stream)
        finally:
            self._chat.streams.remove(stream)

    async def data(self, request: web.Request) -> web.Response:
        """Everything that is kept of the learner, as a page to read; ?dang=json the same as a file to take along."""
        visitor, kind = self._visitor(request), "json" if request.query.get("dang") == "json" else "html"
        if visitor is None or self._chat.export is None:
            return _refusal(401, NOT_KNOWN)
        if wait := self._chat.wait_to_read(visitor.chat_id):
            return _refusal(429, TOO_OFTEN, wait)
        try:
            text = await self._chat.export(visitor.chat_id, kind)
        except StorageUnavailable:
            return _refusal(503, RESTING, 2)
        if text is None:
            return _refusal(404, NOTHING_KEPT)
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "Content-Disposition": f'{"attachment" if kind == "json" else "inline"}; filename="du-lieu-cua-toi.{kind}"',
        }
        content_type = "application/json" if kind == "json" else "text/html"
        return web.Response(text=text, content_type=content_type, charset="utf-8", headers=headers)

    async def qr(self, request: web.Request) -> web.Response:
        """?noi=WORDS or ?moi=CODE -> the picture of a link that brings it to this page on another phone."""
        visitor = self._visitor(request)
        if visitor is None:
            return _refusal(401, NOT_KNOWN)
        if not CODE.fullmatch(request.query_string):
            return _refusal(400, NOT_READABLE)
        if wait := self._chat.wait_to_read(visitor.chat_id):
            return _refusal(429, TOO_OFTEN, wait)
        here = f"{'https' if self._is_https(request) else 'http'}://{request.host}/"
        picture = drawn(self._chat.public_url or here, request.query_string)
        return web.Response(body=picture, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    async def push_key(self, request: web.Request) -> web.Response:
        """{key}: what a browser subscribes for, to be rung."""
        visitor, ringing = self._visitor(request), self._chat.ringing
        if visitor is None or ringing is None:
            return _refusal(401, NOT_KNOWN)
        if wait := self._chat.wait_to_read(visitor.chat_id):
            return _refusal(429, TOO_OFTEN, wait)
        return _answer({"key": await ringing.key()})

    async def push(self, request: web.Request) -> web.Response:
        """What the page says about being rung: see `told`. {"ok": false}: this browser cannot be."""
        if not self._is_ours(request):
            return _refusal(403, NOT_OURS)
        visitor, ringing = self._visitor(request), self._chat.ringing
        if visitor is None or ringing is None:
            return _refusal(401, NOT_KNOWN)
        if wait := self._chat.wait_to_send(visitor.chat_id):
            return _refusal(429, TOO_OFTEN, wait)
        try:
            answer = await told(ringing, visitor.chat_id, await _read_json(request))
            return _refusal(400, NOT_READABLE) if answer is None else _answer(answer)
        except (Malformed, TooLong):
            return _refusal(400, NOT_READABLE)
        except StorageUnavailable:
            return _refusal(503, RESTING, 2)

    async def _follow(self, request: web.Request, stream: Stream) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store, no-transform",
                "X-Accel-Buffering": "no",  # nginx would hold the events back
            }
        )
        await response.prepare(request)
        try:
            await response.write(b"retry: 3000\nevent: ready\ndata: 1\n\n")
            while True:
                news = await self._chat.next_news(stream, HEARTBEAT_S)
                if stream.anew:
                    await response.write(b"event: anew\ndata: 1\n\n")
                if stream.over or stream.anew:
                    break
                await response.write(_event(news, self._chat.describe) if news else b": beat\nevent: beat\ndata: 1\n\n")
                del news  # while a page does not read, nothing of it waits here
                await request.writer.drain()
        except (ConnectionError, StorageUnavailable):
            pass  # she left, or the page shall come back and ask again
        return response

    def _visitor(self, request: web.Request) -> Visitor | None:
        """Who shows a cookie of ours. What a browser says of its cookies is read once: it says the same each time."""
        said = request.headers.get("Cookie", "")
        known = self._known.get(said)
        if known is None and (known := self._chat.recognise(request.cookies.get(COOKIE))):
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            if len(said) <= SHORT:
                self._known[said] = known
        return known

    def _is_https(self, request: web.Request) -> bool:
        forwarded = request.headers.get("X-Forwarded-Proto", "").lower()
        return request.secure or forwarded == "https" or self._chat.public_url.startswith("https:")

    def _is_ours(self, request: web.Request) -> bool:
        """JSON of our own page: another site's can neither read nor write here in a learner's name."""
        return request.content_type == "application/json" and is_same_site(request, self._chat.public_url)


def is_same_site(request: web.Request, public_url: str) -> bool:
    """Whether the browser asks for a page of our own; `public_url` is what it may call us. Its type must be one that no
    form can send."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None or origin is None:  # the browser itself knows, whatever name a proxy asks us by
        return site in {None, "same-origin", "none"}
    names = {request.host, request.headers.get("X-Forwarded-Host", ""), urlsplit(public_url).netloc}
    try:
        ours = urlsplit(origin).netloc in names - {""}
    except ValueError:
        return False
    if not ours:
        _log.warning("page refused: a proxy in between must pass Host on, or web.public_url be set")
    return ours


def _open_stream(request: web.Request, visitor: Visitor, after: int, address: str) -> Stream:
    transport = request.transport

    def gone() -> bool:
        return transport is None or transport.is_closing()

    def hang_up() -> None:
        if transport is not None:
            transport.abort()

    return Stream(visitor.chat_id, after, gone, hang_up, address)


async def _read_json(request: web.Request) -> object:
    """The body, at most REQUEST_BYTES. Raises TooLong, Malformed."""
    raw = b""
    while chunk := await request.content.readany():
        raw += chunk
        if len(raw) > REQUEST_BYTES:
            raise TooLong
    try:
        parsed: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise Malformed from None
    return parsed


def _number(text: str) -> int:
    """A message number; digits only and few enough for every database. Raises Malformed."""
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise Malformed
    return int(text)


def as_data(entries: Sequence[LogEntry], describe: Describe) -> list[dict[str, object]]:
    """Lines of a conversation as `/chat/log` and the stream tell them."""
    return [
        {
            "no": entry.no,
            "who": entry.who,
            "text": entry.text,
            "buttons": [_button(button) for button in entry.buttons],
            "at": entry.at.isoformat(timespec="seconds"),
            **({"media": [_shown(each, describe) for each in entry.media]} if entry.media else {}),
            **({"fleeting": True} if entry.fleeting else {}),
        }
        for entry in entries
    ]


def _button(button: Button) -> dict[str, object]:
    more = {"pinned": True} if button.pinned else {"spot": button.spot} if button.spot else {}
    return {"token": button.token, "label": button.label, **more}


def _shown(media: Attachment, describe: Describe) -> dict[str, object]:
    """What goes with a line; of what is gone, or another person's, only the words."""
    told = {"kind": media.kind, "words": media.words, **({"of": media.of} if media.of else {})}
    return {**told, **(describe(media.file) if media.file else {})}


def _event(entries: Sequence[LogEntry], describe: Describe) -> bytes:
    return f"id: {entries[-1].no}\ndata: {as_json(as_data(entries, describe))}\n\n".encode()
