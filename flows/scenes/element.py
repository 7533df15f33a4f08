"""What stands on a drawn screen: one element of one kind, as an editor wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.model import SourcePosition
from flows.scenes.pen import Pen


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of several things side by side in an element: a tile, a tab, a button, a key. `on`: it is the chosen one."""

    place: SourcePosition
    text: str
    id: str = ""
    icon: str = ""
    look: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element. `text` is its main text, `note` a smaller one, `value` what is filled in; `look` one of its kind's
    ways to be drawn, "" for the first; `back` the id of an arrow that leads back.
    """

    kind: str
    place: SourcePosition
    text: str = ""
    id: str = ""
    icon: str = ""
    note: str = ""
    value: str = ""
    look: str = ""
    back: str = ""
    on: bool = False
    items: tuple[Item, ...] = ()


Draw = Callable[[Pen, Element, float], float]
"""Draws an element from the given top; where it ends."""


@dataclass(frozen=True, slots=True)
class ElementKind:
    """How a kind is drawn, and which keys it has beside its text. `needs` are required; `below`: it lies at the foot of
    the screen; `wide`: it reaches from edge to edge; `items` is how many there are at least and at most.
    """

    draw: Draw
    keys: frozenset[str]
    looks: tuple[str, ...] = ()
    item_looks: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    below: bool = False
    wide: bool = False
    items: tuple[int, int] = (0, 0)


class Kinds(dict[str, ElementKind]):
    """The kinds of a module, by the word that an element begins with."""

    def add(
        self,
        name: str,
        keys: str = "",
        *,
        looks: str = "",
        item_looks: str = "",
        values: str = "",
        needs: str = "",
        below: bool = False,
        wide: bool = False,
        items: tuple[int, int] = (0, 0),
    ) -> Callable[[Draw], Draw]:
        """Enter a function as what draws a kind; names are parted by blanks."""

        def enter(draw: Draw) -> Draw:
            self[name] = ElementKind(
                draw, frozenset(keys.split()), tuple(looks.split()), tuple(item_looks.split()),
                tuple(values.split()), tuple(needs.split()), below, wide, items,
            )  # fmt: skip
            return draw

        return enter
