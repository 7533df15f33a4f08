"""The fake server as a process of its own: `python -m tests.support.fake_telegram --port 8081`.

Prints its address as soon as it listens; learners are driven over /control (see control.py). Ends with SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import signal

from tests.support.fake_telegram.control import control
from tests.support.fake_telegram.faults import Limits
from tests.support.fake_telegram.server import TOKEN, FakeTelegram


async def serve(arguments: argparse.Namespace) -> None:
    """Listen until SIGTERM or SIGINT."""
    fake = FakeTelegram(
        arguments.token or [TOKEN],
        port=arguments.port,
        check=not arguments.no_check,
        record=False,
        limits=Limits() if arguments.limits else None,
    )
    fake.control = control(fake)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with fake:
        print(fake.url, flush=True)
        await stop.wait()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="A fake Telegram Bot API server.")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--token", action="append", help=f"a bot's token, may be repeated (default: {TOKEN})")
    parser.add_argument("--no-check", action="store_true", help="do not compare the calls with the table")
    parser.add_argument("--limits", action="store_true", help="answer 429 beyond Telegram's rate limits")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
