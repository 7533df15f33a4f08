"""One class per decision of whoever catches it; the class docstring is the default message."""

from __future__ import annotations

from storage.errors import AlreadyRunning, Conflict, SchemaOutdated, SchemaTooNew, StorageError, StorageUnavailable

__all__ = [
    "AlreadyRunning",
    "CamtayError",
    "Conflict",
    "NotAllowed",
    "SchemaOutdated",
    "SchemaTooNew",
    "SettingsInvalid",
    "StorageError",
    "StorageUnavailable",
]


class CamtayError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class SettingsInvalid(CamtayError):
    """A setting is wrong: one sentence with file and line, exit code 2."""


class NotAllowed(CamtayError):
    """This person may not do this."""
