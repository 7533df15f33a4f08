"""Set-up of a bot at Telegram: who it is, webhook or polling. Here aiogram earns its place.

Importing aiogram takes seconds and some 120 MB, so it happens in a child process that ends when it is done:
`python -m bot.channels.telegram.setup`. The child gets the plan as JSON on its standard input (never argv: others may
read that), and prints one JSON line, the SetupResult.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import json
import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.channels.telegram.introduction import INTRODUCTION
from bot.channels.telegram.parse import ALLOWED_UPDATES
from bot.channels.telegram.webhook import webhook_address, webhook_secret
from flows.saying import say

if TYPE_CHECKING:
    from aiogram import Bot

_WEBHOOK_CONNECTIONS = 40
_CHILD_S = 90.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class BotPlan:
    """What Telegram is to know. `mode` is polling or webhook; `webhook_url` counts for webhook only."""

    token: str = field(repr=False)
    mode: str = "polling"
    webhook_url: str = ""
    api_base: str = "https://api.telegram.org"


@dataclass(frozen=True, slots=True)
class SetupResult:
    """`username` of the bot when `ok`, else what is wrong: `error` is a template in which `detail` may stand. True when
    `ok`."""

    ok: bool
    username: str = ""
    error: str = ""
    detail: str = ""

    @property
    def reason(self) -> str:
        """One sentence for the operator."""
        return say(self.error, detail=self.detail)

    def __bool__(self) -> bool:
        return self.ok


def fingerprint_of(plan: BotPlan) -> str:
    """What is kept once the set-up went well: while it is the same, Telegram knows all there is to know."""
    wanted = json.dumps([asdict(plan), INTRODUCTION, ALLOWED_UPDATES, _WEBHOOK_CONNECTIONS], sort_keys=True)
    return hashlib.sha256(wanted.encode()).hexdigest()


async def run_setup(plan: BotPlan, *, timeout_s: float = _CHILD_S) -> SetupResult:
    """Do the set-up in a child process. Never raises for what Telegram or the network do: see SetupResult."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback of aiohttp may hold the token
    )
    try:
        async with asyncio.timeout(timeout_s):
            out, _ = await child.communicate(json.dumps(asdict(plan)).encode())
    except TimeoutError:
        return SetupResult(ok=False, error="Cài đặt bot Telegram chưa xong: chờ quá lâu.")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        return SetupResult(**json.loads(out))
    except (ValueError, TypeError):
        error = "Cài đặt bot Telegram dừng giữa chừng (mã thoát {detail})."
        return SetupResult(ok=False, error=error, detail=str(child.returncode))


async def set_up(plan: BotPlan) -> SetupResult:
    """The set-up itself, inside the child: imports aiogram, calls getMe, setWebhook or deleteWebhook."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import (
        AiogramError,
        TelegramNetworkError,
        TelegramNotFound,
        TelegramUnauthorizedError,
    )

    try:
        session = AiohttpSession(api=TelegramAPIServer.from_base(plan.api_base), timeout=30)
        async with Bot(plan.token, session=session) as bot:
            return SetupResult(ok=True, username=await _introduce(bot, plan))
    except (TelegramUnauthorizedError, TelegramNotFound):
        return SetupResult(ok=False, error="Telegram không nhận mã bot này; lấy lại mã ở @BotFather.")
    except TelegramNetworkError:
        return SetupResult(ok=False, error="Chưa nối được tới Telegram; xem lại mạng, hoặc khóa telegram.api_base.")
    except AiogramError as error:
        told = str(error).replace(plan.token, "(token)")
        return SetupResult(ok=False, error="Telegram không nhận cài đặt: {detail}", detail=told)


async def _introduce(bot: Bot, plan: BotPlan) -> str:
    me = await bot.get_me()
    if plan.mode == "webhook":
        await bot.set_webhook(
            webhook_address(plan.webhook_url),
            secret_token=webhook_secret(plan.token),
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=_WEBHOOK_CONNECTIONS,
        )
    else:
        await bot.delete_webhook(drop_pending_updates=False)
    return me.username or ""


def main() -> int:
    """The child: plan on standard input, one JSON line on standard output, 0 when all went well."""
    _end_with_parent()
    fields: dict[str, Any] = json.load(sys.stdin)
    result = asyncio.run(set_up(BotPlan(**fields)))
    print(json.dumps(asdict(result)), flush=True)
    return 0 if result.ok else 1


def _end_with_parent() -> None:
    """A tutor that is killed again and again must not leave a crowd of orphans, each busy for seconds (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
