"""What storage can say; each class is one decision of whoever catches it, its docstring the default message."""

from __future__ import annotations


class StorageError(Exception):
    """The database refused."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class StorageUnavailable(StorageError):
    """The database does not answer: nothing was kept, do not acknowledge, the provider delivers again."""


class Conflict(StorageError):
    """Another process changed the same rows at the same moment: run the batch again."""


class SchemaOutdated(StorageError):
    """The database is older than this program: run `./camtay migrate`."""


class SchemaTooNew(StorageError):
    """The database was written by a newer program: update the program first."""


class AlreadyRunning(StorageError):
    """Another Cầm Tay process is using this data folder."""
