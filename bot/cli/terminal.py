"""What the verbs share at a terminal."""

from __future__ import annotations

from collections.abc import Callable

Print = Callable[[str], object]
"""Takes one line for whoever sits at the terminal."""
