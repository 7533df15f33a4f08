"""Instants as columns hold them: whole milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 UTC of an aware instant."""
    return round(instant.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as an aware instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
