"""The table of the kinds of elements: the word that an element begins with, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from flows.scenes.element import ElementKind
from flows.scenes.kinds.plain import PLAIN
from flows.scenes.kinds.talk import TALK
from flows.scenes.kinds.things import THINGS

KINDS: Mapping[str, ElementKind] = {**PLAIN, **TALK, **THINGS}
"""Name as a scene writes it → the kind."""
