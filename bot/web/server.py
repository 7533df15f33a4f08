"""The web server: health, the chat page, and whatever routes other channels bring (a webhook)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial

from aiohttp import web

from bot.channels.webchat import WebChat, voice_routes, web_routes
from bot.errors import StorageUnavailable
from bot.pages import asset, digest, render_page
from bot.web.access import PROXIES, LocalKey, Networks, asker, take_key
from bot.web.door import IDLE_S, Bounds, DoorSite, tell_the_door
from bot.web.guides import guide_routes

HealthCheck = Callable[[], Awaitable[tuple[bool, dict[str, object]]]]

BODY_BYTES = 1_048_576
STOP_S = 2.0

_log = logging.getLogger(__name__)

_SENTENCES = {
    404: "Trang này không có. Quay lại trang trò chuyện nhé.",
    405: "Trang này không mở theo cách đó được.",
    413: "Nội dung gửi lên dài quá.",
    503: "Máy đang bận một chút. Chờ vài giây rồi mở lại nhé.",
}
_OTHER_REFUSAL = "Trang này chưa mở được."
_OUR_FAULT = "Máy bị trục trặc. Chờ vài phút rồi mở lại nhé."


def create_app(
    webchat: WebChat | None,
    health: HealthCheck,
    routes: Sequence[web.AbstractRouteDef] = (),
    proxies: Networks = PROXIES,
    key: LocalKey | None = None,
) -> web.Application:
    """The application; `webchat` None leaves the page out, `health` gives (well, details) for /healthz.

    `proxies` stand before us and are believed when they name whom they ask for; `key` opens the preview and the
    figures of /healthz at this machine, which without one nobody sees.
    """
    taking = [take_key(key, "/preview")] if key else []
    app = web.Application(middlewares=[tell_the_door, _speak_plainly, *taking], client_max_size=BODY_BYTES)
    app.on_response_prepare.append(_harden)
    app.router.add_get("/healthz", _healthz(health, key))
    app.add_routes([*routes, *guide_routes()])
    if webchat is not None:
        chat = webchat
        app.add_routes(web_routes(chat, partial(asker, proxies=proxies)))
        app.add_routes(voice_routes(chat, partial(asker, proxies=proxies)))

        async def end_streams(_: web.Application) -> None:
            await chat.close()

        app.on_shutdown.append(end_streams)
    return app


async def start(
    app: web.Application, host: str, port: int, bounds: Bounds | None = None, proxies: Networks = PROXIES
) -> web.AppRunner:
    """Listen behind a door; `await runner.cleanup()` stops within STOP_S. Raises OSError when the address is taken.

    There is no access log: addresses and texts of learners belong in no file.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S / 2, keepalive_timeout=IDLE_S)
    await runner.setup()
    try:
        await DoorSite(runner, host, port, bounds or Bounds(), proxies).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


def _healthz(health: HealthCheck, key: LocalKey | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        """Whether it is well; the figures only to who works at this machine."""
        well, details = await health()
        told = {"ok": well, **(details if key and key.opens(request) else {})}
        return web.json_response(told, status=200 if well else 503, headers={"Cache-Control": "no-store"})

    return answer


@web.middleware
async def _speak_plainly(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whatever goes wrong, the answer is one sentence that a person understands."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        kept = {name: value for name, value in refusal.headers.items() if name in {"Allow", "Retry-After"}}
        return _sentence(request, refusal.status, _SENTENCES.get(refusal.status, _OTHER_REFUSAL), kept)
    except StorageUnavailable:
        return _sentence(request, 503, _SENTENCES[503], {"Retry-After": "5"})
    except ConnectionError:
        raise  # the browser has gone: there is nobody to tell
    except Exception:  # noqa: BLE001 the edge of one request: the fault is logged, the server goes on
        route = request.match_info.route.resource
        _log.exception("request failed", extra={"method": request.method, "route": route and route.canonical})
        return _sentence(request, 500, _OUR_FAULT, {})


def _sentence(request: web.Request, status: int, sentence: str, headers: dict[str, str]) -> web.Response:
    deep = min(request.path.count("/") - 1, 8)  # nothing of ours lies deeper
    page, policy = _error_page(sentence, "../" * deep or "./")
    return web.Response(
        text=page, status=status, content_type="text/html", headers={**headers, "Content-Security-Policy": policy}
    )


@cache
def _error_page(sentence: str, home: str) -> tuple[str, str]:
    """The page that says one of our own sentences, and its policy; `home` leads to the chat, wherever that lies."""
    style = asset(__package__, "templates/error.css")
    policy = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; frame-ancestors 'none'"
    return render_page(__package__, "error.html", style=style, sentence=sentence, home=home), policy


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers["Server"] = "camtay"
