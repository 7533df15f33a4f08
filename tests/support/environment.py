"""What a machine may lack, and how loudly we say so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
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


def find_language_server() -> str | None:
    """The path of yaml-language-server: of the machine, or where .ci/run puts it; None without one or without node."""
    if shutil.which("node") is None:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = cache / "camtay" / "yaml-language-server" / "node_modules" / ".bin" / "yaml-language-server"
    return shutil.which("yaml-language-server") or (str(kept) if kept.exists() else None)
