"""The gentle form: the words and pictures of a lesson, each with the place in its file where it is written. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.publishing.policy.texts import is_too_long
from bot.studio.policy.splicing import YamlPath, cleaned, spans, splice, value_at
from flows.engine.kinds.table import NAMED, kind_of
from flows.model import Lesson
from flows.reading.forms import kind_named
from flows.reading.loader import LessonDraft
from flows.reading.schema_words import HEAD_WORDS, STEP_KEYS
from flows.reading.translation import said
from flows.saying import say
from flows.yaml.strictyaml import Mapping as Table
from flows.yaml.strictyaml import Scalar, Sequence

_PICTURES = (("image", "src"), ("image", "scene"), ("image", "ring"), ("video", "src"))
EMPTY = say("Ô này đang trống nên chưa lưu. Bài không có câu trống: ghi lại một câu.")
TOO_LONG = say("Ô này dài quá nên chưa lưu: cả bài không được quá 128 kB.")
UNWRITABLE = say("Chưa ghi được ô này vào bài. Sửa câu ấy ở trang Chữ của bài.")
WORDS = 7  # of a step that are shown for its name
LONG = 60  # characters from which on a value wants more than one line


@dataclass(frozen=True, slots=True)
class FormField:
    """One value that can be edited: `name` is its own in a form and for good, `label` and `about` say what it is,
    `group` the option it belongs to; `line` is where it stands in the file."""

    name: str
    path: YamlPath
    label: str
    about: str
    value: str
    line: int
    group: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it is likely to want several lines."""
        return len(self.value) > LONG or "\n" in self.value or self.path[-1] in ("text", "say", "alt", "offer")


@dataclass(frozen=True, slots=True)
class FormStep:
    """The fields of a step, `kind` in a word, or of the lesson's head (`id` is empty)."""

    id: str
    kind: str
    line: int
    fields: tuple[FormField, ...]

    @property
    def begins(self) -> str:
        """Its first words: by them people know a step."""
        words = next((field.value for field in self.fields if field.path[-1] in ("text", "say")), self.id).split()
        return " ".join(words) if len(words) <= WORDS else f"{' '.join(words[:WORDS])}…"


def form_of(draft: LessonDraft) -> tuple[FormStep, ...]:
    """Everything of a lesson that the gentle form can edit, in the order of the file; nothing where it cannot be."""
    lesson, page = draft.lesson, draft.page
    if lesson is None or page is None:
        return ()
    nodes = dict(steps_in(page))
    found: dict[str, list[FormField]] = {}
    for step_id, name, field in _fields(lesson):
        at, node = nodes.get(step_id, (0, page))
        path = ("steps", at, *field) if step_id else field
        value = value_at(page, path)
        if value is not None and (not step_id or step_id in nodes):
            kind = kind_named(node) if step_id else ""
            label, about = _words(kind, field)
            line = _line(page, path)
            found.setdefault(step_id, []).append(
                FormField(name, path, label, about, value, line, _option(page, path) if step_id else "")
            )
    steps = [(each.id, kind_of(each).look.word, each.place.line) for each in lesson.steps if each.id in nodes]
    every = [("", "", 1), *steps]
    return tuple(FormStep(*each, tuple(found[each[0]])) for each in every if each[0] in found)


def apply(text: str, form: tuple[FormStep, ...], typed: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with what was typed into the form (by the names of its fields), and why some could not be written:
    name → sentence. An emptied one is not: a lesson has no empty sentences."""
    refused: dict[str, str] = {}
    for field in (field for step in form for field in step.fields):
        value = cleaned(typed.get(field.name, field.value))
        if value == field.value:
            continue
        found = splice(text, field.path, value) if value and not is_too_long(value) else None
        if found is None or is_too_long(found):
            refused[field.name] = EMPTY if not value else TOO_LONG if is_too_long(text + value) else UNWRITABLE
        else:
            text = found
    return text, refused


def beside(text: str, form: tuple[FormStep, ...], places: Iterable[tuple[int, int]]) -> list[str]:
    """For each line and column of the text the name of the field that stands there; where there is none "step:" and
    the id of the step."""
    written = spans(text)
    found = [(field.name, written[field.path]) for step in form for field in step.fields if field.path in written]
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
    names = []
    for line, col in places:
        at = starts[min(line, len(starts)) - 1] + col - 1
        named = next((name for name, span in found if span.start <= at <= span.end), "")
        step = next((step.id for step in reversed(form) if step.line <= line), "")
        names.append(named or f"step:{step}")
    return names


def steps_in(page: Table) -> Iterator[tuple[str, tuple[int, Table]]]:
    """Step id → where it stands in the list, and its table; of two with one id the first."""
    steps = page.get("steps")
    seen: set[str] = set()
    for at, node in enumerate(steps.items if isinstance(steps, Sequence) else ()):
        named = node.get(kind_named(node)) if isinstance(node, Table) and node.entries else None
        if isinstance(node, Table) and isinstance(named, Scalar) and (step := named.text.strip()) not in seen:
            seen.add(step)
            yield step, (at, node)


def _fields(lesson: Lesson) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """(step, name, way from there) of all that is said, then of each step's pictures."""
    yield from ((each.step.id if each.step else "", each.key, each.field) for each in said(lesson))
    for step in lesson.steps:
        yield from ((step.id, f"{step.id}.{'.'.join(field)}", field) for field in _PICTURES)


def _words(kind: str, field: tuple[str | int, ...]) -> tuple[str, str]:
    """What a field is called, and what is written there."""
    key = ".".join(part for part in field if isinstance(part, str))
    known = {**STEP_KEYS, **NAMED[kind].words.keys} if kind in NAMED else HEAD_WORDS.keys
    label, _, about = known.get(key, known.get(key.rpartition(".")[2], key)).partition(" — ")
    number = next((part for part in field if isinstance(part, int)), None)
    return (label if number is None else f"{label} {number + 1}"), about


def _option(page: Table, path: YamlPath) -> str:
    """The id of the option that a field belongs to."""
    return (value_at(page, (*path[:4], "id")) or "") if path[2:3] == ("options",) else ""


def _line(page: Table, path: YamlPath) -> int:
    node = page.get(str(path[0]))
    for part in path[1:]:
        if isinstance(node, Table):
            node = node.get(str(part))
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
    return node.line if node else 1
