"""What a machine may lack, and how loudly we say so."""

from __future__ import annotations

import shutil
from typing import NoReturn

import pytest

LEFT_OUT = "bỏ qua: "

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def leave_out(what: str) -> NoReturn:
    """End the test as left out because `what` is missing here; under --strict-env that is a failure."""
    pytest.skip(LEFT_OUT + what)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine, or None."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
