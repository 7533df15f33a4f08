"""A lesson as a graph: every way and what it is, what is marked, and two drawings that survive any text."""

from __future__ import annotations

import re
from textwrap import dedent, indent
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine.kinds.table import NAMED
from flows.graph.looks import look_of
from flows.graph.mermaid import escape, mermaid
from flows.graph.svg import STYLE, describe, svg
from flows.graph.ways import AFTER, MARKS, Arrow, Graph, GraphNode, graph_of
from flows.reading.loader import load_files
from flows.rules.rule import Script
from tests.support.builders import LESSONS, facts

HOSTILE = "a\"b'c`d [e] {f} (g) <script>|x|</script> #35; & ; \\ 1. 😀 Nguyễn Thị Ớt %% end"


def script(steps: str, header: str = "", title: str = "Thử") -> Script:
    """A lesson as the rules see it, however broken."""
    head = f"lesson: thu\ntitle: {title}\n{dedent(header)}"
    source = f"{head}steps:\n{indent(dedent(steps).strip(), '  ')}\n"
    library = load_files({"thu/lesson.yaml": source.encode()}, facts())
    return Script(library.drafts[0], library)


def ways(graph: Graph) -> list[tuple[str, str, str, str]]:
    return [(arrow.source, arrow.what, arrow.label, arrow.to) for arrow in graph.arrows]


def test_every_way_has_its_name() -> None:
    graph = graph_of(
        script(
            """
            - choose: a
              text: "Chọn"
              options:
                - {id: x, text: "Tới c", next: c}
                - {id: y, text: "Đi tiếp", icon: "👍"}
            - quiz: b
              text: "Hỏi"
              tries: 2
              out_of_tries: e
              options:
                - {id: x, text: "Đúng", right: true}
                - {id: y, text: "Sai", next: a}
                - {id: z, text: "Sai hẳn"}
            - task: c
              when: "score > 1"
              text: "Làm"
              verify: b
              stuck: {label: "Bí rồi", go: e}
            - branch: d
              cases:
                - {when: "score >= 1", go: e}
              else: a
            - say: e
              text: "Hết"
              next: f
            - ask: f0
              text: "Tên?"
              save: ai
            - end: f
              text: "Xong"
            """,
            """
            guards:
              - {words: [mất tiền, bị lừa], go: f}
            """,
        )
    )
    assert ways(graph) == [
        ("guard:1", "guard", "", "f"),
        ("a", "option", "Tới c", "c"),
        ("a", "option", "👍 Đi tiếp", "b"),
        ("b", "right", "Đúng", "c"),
        ("b", "option", "Sai", "a"),
        ("b", "out_of_tries", "", "e"),
        ("c", "skip", "score > 1", "d"),
        ("c", "verify", "", "b"),
        ("c", "stuck", "Bí rồi", "e"),
        ("d", "case", "score >= 1", "e"),
        ("d", "else", "", "a"),
        ("e", "next", "", "f"),
        ("f0", "next", "", "f"),
    ]
    assert graph.nodes[0].text == "mất tiền, bị lừa"
    assert graph.marked == {"unreached": ("f0",)}


def test_a_quiz_that_gives_the_answer_away_goes_on() -> None:
    graph = graph_of(
        script(
            """
            - quiz: a
              text: "Bao nhiêu?"
              type: number
              accept: ["500000"]
            - quiz: b
              text: "Hỏi"
              options:
                - {id: x, text: "Đúng", right: true}
                - {id: y, text: "Sai"}
            - end: c
            """
        )
    )
    assert ways(graph) == [
        ("a", "right", "500000", "b"),
        ("a", "out_of_tries", "", "b"),
        ("b", "right", "Đúng", "c"),
        ("b", "out_of_tries", "", "c"),
    ]


@pytest.mark.parametrize("path", sorted(LESSONS.glob("**/lesson.yaml")), ids=lambda path: path.parent.name)
def test_no_way_of_the_linter_is_left_out(path) -> None:
    library = load_files({str(path): path.read_bytes()}, facts())
    whole = Script(library.drafts[0], library)
    graph = graph_of(whole)
    drawn = {(arrow.source, arrow.to) for arrow in graph.arrows if not arrow.source.startswith("guard:")}
    known = {(step, edge.to or AFTER) for step, edges in whole.edges.items() for edge in edges}
    assert drawn == known
    assert not graph.marked


def test_ghosts_dead_ends_and_what_nobody_reaches() -> None:
    graph = graph_of(
        script(
            """
            - say: a
              text: "Chào"
              wait_tap: "Tiếp"
              next: khong_co
            - say: vong
              text: "Quanh"
              wait_tap: "Tiếp"
              next: vong
            - nhay: xx
            - say: cuoi
              text: "Hết tệp"
            """
        )
    )
    assert graph.marked == {
        "ghost": ("khong_co",),
        "after": (AFTER,),
        "dead_end": ("a", "vong", "cuoi"),
        "unreached": ("vong", "cuoi"),
    }
    assert not graph.whole
    assert "có bước chưa đọc được" in svg(graph)
    text = mermaid(graph)
    for mark in ("ghost", "after", "dead_end", "unreached"):
        assert escape(MARKS[mark]) in text  # words, not only a style
        assert re.search(rf"^  class [n\d,]+ {mark}$", text, re.M)
        assert MARKS[mark] in svg(graph)


def test_steps_that_no_transcript_walks_through_are_marked() -> None:
    lesson = script('- say: a\n  text: "Chào"\n- end: b\n')
    assert graph_of(lesson, {"a"}).marked == {"uncovered": ("b",)}
    assert graph_of(lesson, {"a", "b"}).marked == {}
    assert graph_of(lesson).marked == {}


def test_a_checkpoint_has_its_flag() -> None:
    graph = graph_of(script('- say: a\n  text: "Chào"\n  checkpoint: true\n- end: b\n'))
    assert "⚑" in mermaid(graph)
    assert "⚑" in svg(graph)


def test_the_text_is_what_she_reads() -> None:
    graph = graph_of(script('- say: a\n  text: "Chào {chị} {ten}, {em} đây"\n- end: b\n'))
    assert graph.nodes[0].text == "Chào chị Lan, em đây"


# --- drawings ----------------------------------------------------------------------------------------

_LABEL = re.compile(r'"([^"\n]*)"')


def drawn_of(text: str) -> Graph:
    nodes = (
        GraphNode("a", "say", text),
        GraphNode("b", "end", text, marks=("dead_end",)),
        GraphNode("guard:1", "guard", text),
    )
    return Graph("thu", text, nodes, (Arrow("a", "b", "option", text), Arrow("guard:1", "b", "guard")))


@pytest.mark.parametrize("text", [HOSTILE, "1. một", "- hai", "`ba`", "_bốn_", "***", "%%{init}%%", "  ", "$$x$$"])
def test_a_mermaid_label_holds_nothing_that_mermaid_reads(text: str) -> None:
    lines = mermaid(drawn_of(text)).splitlines()
    assert lines[0] == lines[2] == "---"
    assert lines[3] == "flowchart TD"
    for line in lines[4:]:
        outside = _LABEL.sub("", line)
        assert outside.isascii() or not outside.strip("⚠⚑ ")
        for label in _LABEL.findall(line):
            bare = re.sub(r"#\d+;", "", label.replace("<br>", ""))
            assert not set(bare) & set('"#&<>`\\$*|~[]{}()^;%@'), label
            assert not re.match(r"\d+[.)]|[-+]", bare)


@given(st.text(max_size=60))
def test_any_text_makes_a_drawing(text: str) -> None:
    graph = drawn_of(text)
    root = ElementTree.fromstring(svg(graph, lambda step: f"/preview/thu?step={step}&x=1").encode("utf-8"))
    assert root.tag.endswith("svg")
    assert mermaid(graph).count("\n") == mermaid(drawn_of("x")).count("\n")


def test_an_escaped_text_can_be_read_back() -> None:
    back = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), escape(HOSTILE))
    assert back == HOSTILE


def test_the_svg_tells_in_words_what_it_draws() -> None:
    graph = graph_of(script('- say: a\n  text: "Chào"\n  next: khong_co\n- end: b\n'))
    root = ElementTree.fromstring(svg(graph))
    names = {part.tag.rpartition("}")[2]: part.text for part in root if part.get("id")}
    assert names["title"] == "Thử (thu)"
    assert names["desc"] == describe(graph)
    assert "nói a: → khong_co." in describe(graph)
    assert "Không có bước này: khong_co." in describe(graph)
    assert root.get("role") == "img"
    assert "prefers-color-scheme:dark" in STYLE


def test_arcs_of_different_targets_do_not_lie_on_one_another() -> None:
    steps = "".join(
        f'- choose: b{at}\n  text: "Hỏi"\n  options:\n'
        f"    - {{id: x, text: X, next: b{min(59, at + 7)}}}\n    - {{id: y, text: Y, next: b{max(0, at - 9)}}}\n"
        for at in range(60)
    )
    drawing = svg(graph_of(script(f"{steps}- end: het\n")))
    arcs = re.findall(r'd="M(\S+) (\S+)h(\S+?)q.*?V(\S+?)q', drawing)
    spans: dict[tuple[str, float], list[tuple[float, float, str]]] = {}
    for edge, start, reach, end in arcs:
        low, high = sorted((float(start), float(end)))
        spans.setdefault((edge, float(reach)), []).append((low, high, end))
    assert len(arcs) > 100
    for lane in spans.values():
        for low, high, end in lane:
            for other_low, other_high, other_end in lane:
                meets = low < other_high and other_low < high
                assert not meets or abs(float(end) - float(other_end)) < 20  # ways to one step may share a lane


def test_the_ways_of_the_kinds_that_reach_out() -> None:
    graph = graph_of(
        script(
            """
            - say: s
              text: "Chào"
              when: "score > 0"
            - call: c
              lesson: bai-con
            - wait: w
              for: 2d
              window: "08:00-20:00"
              skip_if: "score > 3"
            - help: h
              kind: tech
              topic: vneid
              sla: 2h
              text: "Nhờ"
              fallback: p
            - pair: p
              role: instructor
              on_none: b
            - review: r
            - award: a
              badge: "Sao"
            - branch: b
              split: {x: 1, y: 3}
            - say: x
              text: "X"
              next: z
            - say: y
              text: "Y"
            - call: z
              lesson: bai-khac
              return: false
            """
        )
    )
    assert ways(graph) == [
        ("s", "skip", "score > 0", "c"),
        ("s", "next", "", "c"),
        ("c", "call", "bai-con", "w"),
        ("w", "wait", "2 ngày, trong khoảng 08:00-20:00", "h"),
        ("w", "skip_if", "score > 3", "h"),
        ("h", "next", "", "p"),
        ("h", "fallback", "", "p"),
        ("p", "next", "", "r"),
        ("p", "on_none", "", "b"),
        ("r", "next", "", "a"),
        ("a", "next", "", "b"),
        ("b", "split", "25 %", "x"),
        ("b", "split", "75 %", "y"),
        ("x", "next", "", "z"),
        ("y", "next", "", "z"),
    ]
    assert graph.marked == {}  # whoever is handed over has an end
    assert {node.id: node.text for node in graph.nodes}["c"] == "lesson: bai-con"


def test_every_kind_has_a_shape_a_sign_and_a_word() -> None:
    looks = [look_of(kind) for kind in (*NAMED, "guard", "ghost")]
    assert all(look.word and look.sign and look.shape for look in looks)
    assert len({look.word for look in looks}) == len({look.sign for look in looks}) == len(looks)


def test_guards_by_pattern_are_shown() -> None:
    graph = graph_of(script("- end: a\n", 'guards:\n  - {pattern: "đọc … mã", go: a}\n'))
    assert graph.nodes[0].text == "đọc … mã"
