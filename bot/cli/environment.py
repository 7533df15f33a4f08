"""Where the world comes into a command: its settings, clock and ids."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

OVERRIDES = {"lessons": "lessons.dir", "data": "data.dir", "host": "web.host", "port": "web.port"}
"""A flag → the setting it overrides."""


@dataclass(frozen=True, slots=True)
class CommandEnvironment:
    """Clock and ids of one command; tests hand in their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    new_id: Callable[[], str] = lambda: _new_id()


def _new_id() -> str:
    from uuid import uuid4

    return uuid4().hex


def settings_of(given: argparse.Namespace) -> Settings:
    """What is set, by file, environment and flags. Raises SettingsInvalid."""
    from bot import settings

    flags = {key: str(value) for name, key in OVERRIDES.items() if (value := getattr(given, name, None)) is not None}
    return settings.load(given.config, os.environ, flags)
