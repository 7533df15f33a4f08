"""How every node of a graph is drawn, for both drawings."""

from __future__ import annotations

from flows.engine.kinds.facets import KindLook
from flows.engine.kinds.table import NAMED
from flows.graph.ways import GUARD

OTHER_LOOKS = {
    GUARD: KindLook("lối thoát", "M12 2l9 4v6c0 5-4 8-9 10-5-2-9-5-9-10V6z", '>"', corner=0),
    "ghost": KindLook("?", "M4 4l16 16M20 4L4 20", '["'),
}
"""How nodes are drawn that are no steps; a step looks as its kind says."""


def look_of(kind: str) -> KindLook:
    """How a node of this kind is drawn."""
    return OTHER_LOOKS[kind] if kind in OTHER_LOOKS else NAMED[kind].look
