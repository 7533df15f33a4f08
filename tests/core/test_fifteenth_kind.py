"""A step kind is one descriptor: a fifteenth, written in this module alone, is read, linted, drawn, played, covered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import jsonschema
import pytest

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, OwnCondition, SavedValue, StepPath, StepText, Way, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, Next, StepKind, chosen
from flows.engine.kinds.table import KINDS, NAMED
from flows.engine.kinds.words import SNIPPET_TEXT, KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.graph.mermaid import mermaid
from flows.graph.svg import describe, svg
from flows.graph.ways import graph_of
from flows.model import SAID, Lesson, SourcePosition, Step
from flows.play.coverage import Trail, coverage
from flows.play.rehearsal import rehearse
from flows.reading.loader import load_files
from flows.reading.schema import lesson_schema
from flows.reading.translation import texts, with_texts
from flows.rules.changes import compare
from flows.rules.lint import lint_draft
from flows.rules.rule import Script
from flows.run import Run
from flows.yaml.fields import Fields
from tests.support.builders import PROJECT, book, facts, lesson
from tests.support.kind_questions import questions
from tests.support.scene import Scene

YES, NO = "co", "khong"

# --- the kind ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(Step):
    """Ask whether she agrees, in the lesson's own two labels; the answer is kept in `save`, no leads to `refused`."""

    yes: str = field(default="", metadata=SAID)
    no: str = field(default="", metadata=SAID)
    save: str = ""
    refused: str | None = None
    skip_if: str | None = None


class AgreeKind(StepKind[Agree]):
    step = Agree
    look = KindLook("xin đồng ý", "M3 12l6 6L21 6", '{{"')
    words = KindWords(
        about="Hỏi học viên có bằng lòng không.",
        snippet={"text": SNIPPET_TEXT, "yes": '"Dạ được"', "no": '"Thôi"', "save": "${3:ten_bien}"},
        keys={
            "yes": "Chữ nút bằng lòng — ngắn thôi.",
            "no": "Chữ nút không — ngắn thôi.",
            "save": "Ghi vào biến — giữ co hoặc khong.",
            "refused": "Không chịu thì — mã bước đi tiếp.",
            "skip_if": "Khỏi hỏi khi — điều kiện để đi tiếp ngay.",
        },
    )
    needs_text = True

    def read(self, fields: Fields, common: CommonFields) -> Agree:
        return Agree(
            **common,
            yes=fields.text("yes", required=True),
            no=fields.text("no", required=True),
            save=fields.name("save", required=True) or "",
            refused=fields.step_id("refused"),
            skip_if=fields.optional("skip_if"),
        )

    def edges(self, step: Agree, on: WayOn) -> Iterable[Edge]:
        if step.skip_if is not None:
            yield on.edge(waits=False)
        yield on.edge(waits=True, sets=(step.save,))
        if step.refused:
            yield Edge(step.refused, ("refused",), waits=True, sets=(step.save,))

    def texts(self, step: Agree) -> Iterator[StepText]:
        yield StepText(step, ("yes",), step.yes, "label")
        yield StepText(step, ("no",), step.no, "label")

    def conditions(self, step: Agree) -> Iterator[OwnCondition]:
        if step.skip_if is not None:
            yield OwnCondition(("skip_if",), step.skip_if)

    def values(self, step: Agree) -> Iterable[SavedValue]:
        return [SavedValue(step.save, value, len(value)) for value in (YES, NO)]

    def arrows(self, step: Agree, field: StepPath) -> Sequence[tuple[str, str]]:
        return [("option", step.no if field == ("refused",) else step.yes)]

    def ways(self, step: Agree) -> Iterator[tuple[Way, SourcePosition]]:
        yield from ((Way(step.id, "option", answer), step.place) for answer in (YES, NO))

    def taken(self, step: Agree, before: Run, after: Run, events: Sequence[ev.Event]) -> Iterator[Way]:
        if (choice := chosen(before, after)) is not None:
            yield Way(step.id, "option", choice)

    def spoken_ways(self, step: Agree) -> Mapping[str, tuple[str, ...]]:
        return {YES: ("dạ được",), NO: ("thôi khỏi",)}

    def enter(self, stage: Stage, step: Agree) -> Next:
        if step.skip_if is not None and stage.holds(step.skip_if):
            return step.next
        return super().enter(stage, step)

    def prompt(self, stage: Stage, step: Agree) -> StepPrompt:
        choices = ev.Choice(YES, stage.words(step.yes)), ev.Choice(NO, stage.words(step.no))
        return StepPrompt(stage.words(step.text), choices, stage.exhibits(step))

    def tap(self, stage: Stage, step: Agree, choice: str) -> Next:
        if choice not in (YES, NO):
            return AGAIN
        stage.save(step.id, step.save, choice)
        return step.refused or step.next if choice == NO else step.next


# --- what the house makes of it ----------------------------------------------------------------------


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line in the table, for as long as a test runs."""
    monkeypatch.setitem(KINDS, Agree, kind := AgreeKind())
    monkeypatch.setitem(NAMED, kind.name, kind)


STEPS = """
- agree: hoi
  text: "{Chị} chịu học tiếp không?"
  yes: Chịu
  no: Không chịu
  save: chiu
  refused: nghi
  skip_if: "score > 3"
- say: hay
  text: "Hay quá {chị}."
  next: het
- say: nghi
  text: "Mình nghỉ {nhé} {chị}. {chiu}"
- end: het
  text: Hết.
"""


def script(steps: str) -> Script:
    source = "lesson: thu\ntitle: Thử\nsteps:\n" + steps
    library = load_files({"thu/lesson.yaml": source.encode()}, facts())
    return Script(library.drafts[0], library)


def found(steps: str) -> list[tuple[str, int]]:
    """Code and line of every fault, those of form included."""
    read = script(steps)
    draft = read.library.drafts[0]
    return sorted((each.code, each.place.line) for each in [*draft.problems, *lint_draft(draft, read.library)])


def test_it_is_read() -> None:
    step = lesson(STEPS).steps[0]
    assert isinstance(step, Agree)
    assert (step.yes, step.save, step.refused) == ("Chịu", "chiu", "nghi")
    assert {"E002", "E003"} <= {code for code, _ in found("- agree: hoi\n  text: A\n  yess: B\n- end: het\n")}


def test_it_is_linted() -> None:
    clean = STEPS.removeprefix("\n")
    assert found(clean) == []
    assert ("E101", 9) in found(clean.replace("refused: nghi", "refused: nghj"))
    assert ("E302", 10) in found(clean.replace("score > 3", "score >"))
    assert ("W505", 6) in found(clean.replace("yes: Chịu", "yes: Chịu học tiếp ngay bây giờ cho xong bài"))
    assert ("E301", 15) in found(clean.replace("{chiu}", "{chieu}"))
    assert ("E301", 15) in found(clean.replace("save: chiu", "save: khac"))
    never = clean.replace("- say: nghi\n", "- say: nghi\n  when: \"chiu == 'gi do'\"\n")
    assert ("E106", 15) in found(never), "what it may save is known"
    assert ("E104", 4) in found(clean.replace("next: het", "next: hoi"))


def test_it_is_drawn() -> None:
    graph = graph_of(script(STEPS))
    arrows = [(arrow.source, arrow.what, arrow.label, arrow.to) for arrow in graph.arrows]
    assert ("hoi", "option", "Chịu", "hay") in arrows
    assert ("hoi", "option", "Không chịu", "nghi") in arrows
    assert "M3 12l6 6L21 6" in svg(graph)
    assert "xin đồng ý hoi" in describe(graph)
    assert 'n0{{"agree · hoi' in mermaid(graph)


def test_it_is_translated() -> None:
    base = lesson(STEPS)
    assert {"hoi.text", "hoi.yes", "hoi.no"} <= texts(base).keys()
    other = with_texts(base, {"hoi.yes": "I do"})
    assert (other.graph_hash, other.text_hash == base.text_hash) == (base.graph_hash, False)
    assert Scene(book(other), "thu").labels == ("I do", "Không chịu")


def test_an_edit_of_it_is_told() -> None:
    base = lesson(STEPS)
    words, ways = lesson(STEPS.replace("Chịu", "Ưng")), lesson(STEPS.replace("refused: nghi", "refused: het"))
    assert (compare(base, words).text, compare(base, words).graph) == (True, False)
    assert compare(base, ways).graph
    assert compare(base, lesson(STEPS.replace("agree: hoi", "say: hoi", 1).replace(TAIL, ""))).rekinded == {
        "hoi": ("agree", "say")
    }


TAIL = """
  yes: Chịu
  no: Không chịu
  save: chiu
  refused: nghi
  skip_if: "score > 3"
""".rstrip("\n")


def test_it_is_played() -> None:
    scene = Scene(book(lesson(STEPS)), "thu")
    assert scene.labels == ("Chịu", "Không chịu")
    assert "Hay quá chị" in scene.say("dạ được").said
    assert "khong" in Scene(book(lesson(STEPS)), "thu").tap(NO).said
    skipped = Scene(book(lesson(STEPS.replace("score > 3", "score == 0"))), "thu")
    assert "Hay quá chị" in skipped.said
    silent = Scene(book(lesson(STEPS)), "thu").passes(days=1)
    assert silent.labels == ("Chịu", "Không chịu"), "asked again after a day of silence"


def test_it_is_covered() -> None:
    base = lesson(STEPS)
    assert reached(base, YES) == (1, 2)
    assert reached(base, NO) == (1, 2)
    assert reached(base, YES, NO) == (2, 2)


def reached(base: Lesson, *answers: str) -> tuple[int, int]:
    """Options met by dialogues with these answers, of how many."""
    shelf = book(base)
    trail = Trail(shelf)
    label = {YES: "Chịu", NO: "Không chịu"}
    for answer in answers:
        played = rehearse(shelf, "thu.txt", f"# thu\nlearner  [{label[answer]}]\n", "thu", trail.watch)
        assert not played.failed
    return coverage(base, trail).options


def test_an_editor_is_offered_it() -> None:
    schema = lesson_schema()
    assert "agree" in json.dumps(schema["properties"]["steps"]["items"])
    about = schema["definitions"]["step-agree"]
    assert about["properties"]["yes"]["title"] == "Chữ nút bằng lòng"
    assert set(about["required"]) == {"agree", "text", "yes", "no", "save"}
    step = {"agree": "hoi", "text": "A", "yes": "B", "no": "C", "save": "d"}
    jsonschema.validate({"lesson": "a", "title": "A", "steps": [step]}, schema)


MOST_QUESTIONS = 6


def test_hardly_anything_asks_which_kind_a_step_is() -> None:
    """What asks a step's class instead of its kind knows nothing of a fifteenth."""
    found = [question for question in questions(PROJECT) if question.how != "of"]
    assert len(found) <= MOST_QUESTIONS, "\n".join(map(str, found))
