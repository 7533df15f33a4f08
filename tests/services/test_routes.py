"""From the log of publications to the way on from each version."""

from __future__ import annotations

from bot.publishing.policy.routes import routes
from flows.run import Route
from storage.publications.records import PublicationRow
from tests.support.world import START


def log(*rows: tuple[int, str], **decisions: dict[str, str]) -> list[PublicationRow]:
    """Publications of lesson "a": (version, mode); "rollback!" is an urgent one; decisions by place (`n1`)."""
    return [
        PublicationRow(
            "a", version, mode.rstrip("!"), "Hoa", START,
            urgent=mode == "urgent" or mode.endswith("!"), decisions=decisions.get(f"n{at}", {}), publication_id=at,
        )
        for at, (version, mode) in enumerate(rows, 1)
    ]  # fmt: skip


def ways(rows: list[PublicationRow], *graphs: str) -> dict[int, tuple[int, str]]:
    """`graphs` are those of version 1, 2, …"""
    found = routes(rows, {("a", at): graph for at, graph in enumerate(graphs, 1)})
    return {version: (route.to, route.how) for (_, version), route in found.items()}


def test_the_current_version_leads_nowhere():
    assert ways(log((1, "first")), "g") == {}


def test_new_words():
    assert ways(log((1, "first"), (2, "text"), (3, "text")), "g", "g", "g") == {1: (3, "text"), 2: (3, "text")}


def test_a_new_graph_leaves_everybody_but_takes_newer_words_of_the_old_one_along():
    assert ways(log((1, "first"), (2, "text"), (3, "graph")), "g", "g", "h") == {1: (2, "text")}


def test_at_the_next_checkpoint_also_after_newer_words():
    assert ways(log((1, "first"), (2, "checkpoint")), "g", "h") == {1: (2, "checkpoint")}
    rows = log((1, "first"), (2, "checkpoint"), (3, "text"))
    assert ways(rows, "g", "h", "h") == {1: (3, "checkpoint"), 2: (3, "text")}
    rows = log((1, "first"), (2, "checkpoint"), (3, "graph"))
    assert ways(rows, "g", "h", "i") == {}


def test_urgent_calls_back_everybody_and_goes_on_doing_so():
    rows = log((1, "first"), (2, "graph"), (3, "urgent"), n3={"otp": "start"})
    assert ways(rows, "g", "h", "i") == {1: (3, "urgent"), 2: (3, "urgent")}
    rows = log((1, "first"), (2, "urgent"), (3, "graph"), n2={"otp": "start", "x": "stay"}, n3={"x": "y"})
    found = routes(rows, {("a", 1): "g", ("a", 2): "h", ("a", 3): "i"})
    assert found == {("a", 1): Route(3, "urgent", {"otp": "start", "x": "stay"})}, "version 2 was not called back"


def test_rolling_back():
    rows = log((1, "first"), (2, "graph"), (1, "rollback"))
    assert ways(rows, "g", "h") == {}, "those in the newer one stay"
    assert ways(log((1, "first"), (2, "text"), (1, "rollback")), "g", "g") == {2: (1, "text")}
    assert ways(log((1, "first"), (2, "graph"), (1, "rollback!")), "g", "h") == {2: (1, "urgent")}
    rows = log((1, "first"), (2, "urgent"), (1, "rollback"))
    assert ways(rows, "g", "h") == {}, "who is in version 1 stays there: it is current again"


def test_a_version_that_was_never_published_has_no_way():
    assert routes([], {("a", 1): "g"}) == {}
