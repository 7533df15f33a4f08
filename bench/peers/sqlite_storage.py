"""An FSM storage for aiogram on SQLite, as the small third-party packages write it: one commit for each set."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiosqlite
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder, StateType, StorageKey


class SQLiteStorage(BaseStorage):
    """States and data in one table; WAL with synchronous=FULL, as durable as ours."""

    def __init__(self, path: str, *, with_destiny: bool = False) -> None:
        self._path = path
        self._keys = DefaultKeyBuilder(with_destiny=with_destiny)
        self._opened: aiosqlite.Connection | None = None
        self._opening = asyncio.Lock()

    async def _db(self) -> aiosqlite.Connection:
        if self._opened is not None:
            return self._opened
        async with self._opening:
            if self._opened is not None:
                return self._opened
            db = await aiosqlite.connect(self._path)
            await db.execute("PRAGMA journal_mode=WAL")
            await db.execute("PRAGMA synchronous=FULL")
            await db.execute("CREATE TABLE IF NOT EXISTS fsm (key TEXT PRIMARY KEY, state TEXT, data TEXT)")
            await db.commit()
            self._opened = db
            return db

    async def _put(self, column: str, key: StorageKey, value: str | None) -> None:
        db = await self._db()
        await db.execute(
            f"INSERT INTO fsm (key, {column}) VALUES (?, ?) "
            f"ON CONFLICT (key) DO UPDATE SET {column} = excluded.{column}",
            (self._keys.build(key), value),
        )
        await db.commit()

    async def _get(self, column: str, key: StorageKey) -> str | None:
        db = await self._db()
        async with db.execute(f"SELECT {column} FROM fsm WHERE key = ?", (self._keys.build(key),)) as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        await self._put("state", key, state.state if isinstance(state, State) else state)

    async def get_state(self, key: StorageKey) -> str | None:
        return await self._get("state", key)

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._put("data", key, json.dumps(data, ensure_ascii=False))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        found = await self._get("data", key)
        return json.loads(found) if found else {}

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()
