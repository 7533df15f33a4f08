"""The web chat before the echo conversation, as a process: `python -m tests.support.webchat_server DIR PORT`."""

from __future__ import annotations

import asyncio
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.channels.webchat import WebChat
from bot.channels.webchat.shell import icon
from bot.web.server import create_app, start
from tests.support.echo_conversation import EchoConversation


def now() -> datetime:
    return datetime.now(UTC)


def build(folder: Path) -> tuple[WebChat, EchoConversation]:
    conversation = EchoConversation(folder / "echo.json", now)
    chat = WebChat(
        submit=conversation.submit,
        history=conversation.history,
        new_id=lambda: secrets.token_hex(16),
        now=now,
        key_path=folder / "web.key",
        describe=lambda file: {"src": f"media/{file}", "type": "image/png", "width": 512, "height": 512},
    )
    conversation.publish = chat.publish
    return chat, conversation


async def well() -> tuple[bool, dict[str, object]]:
    return True, {}


async def picture(_: web.Request) -> web.Response:
    return web.Response(body=icon(512), content_type="image/png")


async def serve(folder: Path, port: int) -> None:
    chat, conversation = build(folder)

    async def forget(_: web.Request) -> web.Response:
        for chat_id in conversation.forget():
            chat.renew(chat_id)
        return web.Response()

    routes = [web.get("/media/hinh.png", picture), web.post("/chat/forget", forget)]
    await start(create_app(chat, well, routes), "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
