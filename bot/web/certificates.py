"""Certificates over HTTP: what a stranger may see by the code on the paper, and the paper itself for whoever has its
whole address."""

from __future__ import annotations

import asyncio
import hmac
from functools import cache
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.certificates.policy import certificate
from bot.endpoints import HTML, PDF, PNG, Endpoint
from bot.pages import asset, digest, render_page
from bot.prints import PrintFailed, printed
from storage.conversations import certificates as kept
from storage.conversations.certificates import CertificateRow
from storage.engine.database import Database

AT_ONCE = 2  # papers that are drawn side by side: each takes a fifth of a second of one core
TYPES = {"pdf": PDF, "png": PNG}
_CODE = "/giay/{code:[0-9a-zA-Z_-]{1,64}}"
_PAPER = _CODE + "/{secret:[0-9a-zA-Z_-]{1,64}}.{kind:pdf|png}"
_NONE = {404: [HTML], 503: [HTML]}
ENDPOINTS = (
    Endpoint("GET", _CODE, "What others read on a certificate.", {200: [HTML], **_NONE}),
    Endpoint("GET", _PAPER, "The certificate itself.", {200: [PDF, PNG], **_NONE}),
)


def certificate_routes(database: Database, zone: ZoneInfo, union: str, public_url: str) -> list[web.AbstractRouteDef]:
    """GET /giay/CODE for everybody, /giay/CODE/SECRET.pdf and .png for the learner; 404 for what is none of these."""
    pages = _Certificates(database, zone, union, public_url.rstrip("/"))
    return [
        web.get(_CODE, pages.seen),
        web.get(_PAPER, pages.paper),
    ]


class _Certificates:
    def __init__(self, database: Database, zone: ZoneInfo, union: str, address: str) -> None:
        self._database, self._zone, self._union, self._address = database, zone, union, address
        self._drawing = asyncio.Semaphore(AT_ONCE)

    async def seen(self, request: web.Request) -> web.Response:
        """The page behind the code: the track, the month, and of the name what is allowed; that it was taken back."""
        row = await self._row(request)
        local = row.at.astimezone(self._zone)
        style = _style()
        shown = {
            "union": self._union,
            "name": certificate.seen(row.name, row.shown),
            "track": row.title,
            "count": len(row.lessons),
            "month": f"{local.month}/{local.year}",
            "revoked": row.revoked_at is not None,
        }
        page = render_page(__package__, "certificate.html", style=style, home="../", **shown)
        policy = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; frame-ancestors 'none'"
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        return web.Response(text=page, content_type="text/html", charset="utf-8", headers=headers)

    async def paper(self, request: web.Request) -> web.Response:
        """The certificate as PDF or PNG, with the whole name."""
        row, kind = await self._row(request), request.match_info["kind"]
        if row.revoked_at is not None or not hmac.compare_digest(row.secret, request.match_info["secret"]):
            raise web.HTTPNotFound
        address = f"{self._address}/giay/{row.code}" if self._address else ""
        drawn = certificate.page(
            row.name, row.title, len(row.lessons), row.points, row.at, self._zone, self._union, address
        )
        async with self._drawing:
            try:
                made = await printed([drawn], "pdf" if kind == "pdf" else "png", row.title)
            except PrintFailed:
                raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
        name = f"giay-chung-nhan-{row.track}.{kind}"
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{name}"'}
        return web.Response(body=made, content_type=TYPES[kind], headers=headers)

    async def _row(self, request: web.Request) -> CertificateRow:
        code = request.match_info["code"]
        row = await self._database.read(lambda connection: kept.get(connection, code))
        if row is None:
            raise web.HTTPNotFound
        return row


@cache
def _style() -> str:
    return asset(__package__, "templates/error.css")
