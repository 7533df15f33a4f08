"""The floor: what an answer costs at the very least. Raw JSON in and out, one durable commit a batch, nothing else.

It understands nothing, keeps one row for each chat and cannot be trusted after a crash: what it has committed and not
yet sent is lost. The HTTP client and the event loop are those of our bot.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from yarl import URL

JSON = {"Content-Type": "application/json"}


def opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE IF NOT EXISTS chat (id INTEGER PRIMARY KEY, last INTEGER, said TEXT) WITHOUT ROWID")
    return database


def kept(database: sqlite3.Connection, updates: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Commit who said what; what to answer: (chat, text, id of the tap or "")."""
    answers = []
    for update in updates:
        tap = update.get("callback_query")
        message = tap["message"] if tap else update["message"]
        said = tap["data"] if tap else message.get("text", "")
        answers.append((message["chat"]["id"], said, tap["id"] if tap else ""))
    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "INSERT INTO chat VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET last = excluded.last, said = excluded.said",
        [(chat, update["update_id"], said) for update, (chat, said, _) in zip(updates, answers, strict=True)],
    )
    database.execute("COMMIT")
    return answers


async def main() -> None:
    root = f"{os.environ['TELEGRAM_API_BASE']}/bot{os.environ['TELEGRAM_TOKEN']}/"
    database, running = opened(Path(os.environ["BENCH_DATA"]) / "floor.db"), set[asyncio.Task[Any]]()
    connector = aiohttp.TCPConnector(limit=64)
    skipped = ("User-Agent", "Accept", "Accept-Encoding")
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=skipped
    ) as session:

        async def call(method: str, params: dict[str, Any]) -> Any:
            url = URL(root + method, encoded=True)
            async with session.post(url, data=json.dumps(params).encode(), headers=JSON) as response:
                return json.loads(await response.read())["result"]

        offset = 0
        while True:
            updates = await call("getUpdates", {"limit": 100, "timeout": 50, "offset": offset})
            if not updates:
                continue
            for chat, said, tap in kept(database, updates):
                for method, params in (
                    ("sendMessage", {"chat_id": chat, "text": said}),
                    ("answerCallbackQuery", {"callback_query_id": tap}),
                ):
                    if tap or method == "sendMessage":
                        task = asyncio.create_task(call(method, params))
                        running.add(task)
                        task.add_done_callback(running.discard)
            offset = updates[-1]["update_id"] + 1


if __name__ == "__main__":
    uvloop.run(main())
