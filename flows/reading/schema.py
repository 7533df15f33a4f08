"""The JSON Schema of a lesson file for editors, taken from the reader itself.

The functions that read a lesson (`read_header`, `read_step`, and behind it the kinds) run here against `Recorder`,
which notes what they ask for instead of reading. So a key that the reader knows is in the schema, with its type and
limits, and what the reader does not ask for is refused. Which keys are required is found by leaving out one at a time.

The words of a kind stand in it, those of the head and of every step in `schema_words.py`. A static schema knows no step
ids; for one lesson they can be given, and are offered (never enforced: a teacher may be writing the step this very
moment).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flows.engine.kinds.table import NAMED
from flows.engine.kinds.words import KindWords
from flows.model import SourcePosition
from flows.reading.forms import MAX_STEPS, read_step
from flows.reading.heads import read_header
from flows.reading.schema_words import (
    HEAD_WORDS,
    STEP_ID_WORDS,
    STEP_KEYS,
    WRONG_DAY,
    WRONG_DURATION,
    WRONG_LIST,
    WRONG_MOMENT,
    WRONG_SOURCES,
    WRONG_TEXT,
)
from flows.yaml import fields as shapes
from flows.yaml import strictyaml
from flows.yaml.fields import Fields

Schema = dict[str, Any]
SchemaPath = tuple[str, ...]

HEADER, STEP = "lesson", "step"
"""Under which name the words of the head and of what all kinds share are kept."""

ITEM = "[]"  # in a path: the items of a list

# Every scalar is text to our reader, a number without quotes too. So would be a bare `true`, but were it allowed here,
# editors would offer true and false for every sentence.
TEXT: Schema = {"type": ["string", "number"], "errorMessage": WRONG_TEXT}
_DAY, _MOMENT = r"\d{4}-\d{2}-\d{2}", r"(\d{4}-\d{2}-\d{2}( ([01]\d|2[0-3]):[0-5]\d)?|([01]\d|2[0-3]):[0-5]\d)"

_NODE = strictyaml.Scalar("", 1, 1, "x", True)


class Recorder(Fields):
    """Asked like any Fields, it answers with something fitting and keeps what was asked. `absent` is left out."""

    def __init__(
        self, notes: dict[SchemaPath, Schema], told: set[SchemaPath], path: SchemaPath = (), absent: SchemaPath = ()
    ) -> None:
        super().__init__(strictyaml.Mapping("", 1, 1, {}), [])
        self.notes, self.told, self.path, self.absent = notes, told, path, absent

    def _note(self, key: str, schema: Schema) -> bool:
        """Keep one key; whether it is there."""
        self.notes.setdefault((*self.path, key), schema)
        return self.has(key)

    def _inner(self, key: str, *more: str) -> Recorder:
        return Recorder(self.notes, self.told, (*self.path, key, *more), self.absent)

    # --- nothing is read, so nothing is wrong ---

    def tell(self, code: str, place: SourcePosition, message: str, hint: str = "") -> None:
        """Ignored: no file is read, so nothing can be wrong with it."""

    def done(self) -> None:
        """Ignored: no key is left over."""

    def has(self, key: str) -> bool:
        """True but for the key that is left out this time, to see what the reader misses."""
        return (*self.path, key) != self.absent

    def missing(self, key: str) -> None:
        """Note that the reader asks for this key: it is required."""
        self.told.add((*self.path, key))

    def slipped(self, key: str) -> bool:
        """Never: no list was misread."""
        return False

    def node_of(self, key: str) -> strictyaml.YamlNode | None:
        """A node without content, so that a reader that looks at the node itself goes on."""
        return _NODE

    # --- one value ---

    def optional(self, key: str) -> str | None:
        """Any text, as "x"; None for the key left out."""
        return "x" if self._note(key, TEXT) else None

    def text(self, key: str, *, required: bool = False) -> str:
        """Any text, as "x"; required where the reader says so."""
        there = self._note(key, TEXT)
        if required and not there:
            self.missing(key)
        return "x" if there else ""

    def matching(self, key: str, pattern: re.Pattern[str], shape: str, *, required: bool = False) -> str | None:
        """Text or number of the given shape; `shape` becomes the editor's message for a wrong one."""
        there = self._note(key, {**_shaped(pattern.pattern, _wrong(shape)), "type": ["string", "number"]})
        if required and not there:
            self.missing(key)
        return None

    def number(self, key: str, default: int, low: int = 0, high: int = shapes.MAX_NUMBER) -> int:
        """A whole number in the reader's own bounds, its default shown unless it lies below them."""
        self._note(key, _number(low, high) | ({"default": default} if default >= low else {}))
        return default

    def flag(self, key: str) -> bool:
        """true or false, false by default."""
        self._note(key, _yes_or_no(False))
        return False

    def one_of(self, key: str, allowed: Sequence[Any], default: Any, code: str = "") -> Any:
        """The allowed words; true and false as YAML's own."""
        if set(allowed) == {"true", "false"}:
            self._note(key, _yes_or_no(default == "true"))
        else:
            self._note(key, {"enum": list(allowed), "default": default, "errorMessage": _choose(allowed)})
        return default

    def duration_s(self, key: str, default: int) -> int:
        """A duration as "10m", "2h" or "1d"."""
        self._note(key, _duration())
        return default

    def day(self, key: str) -> str:
        """A day as YYYY-MM-DD."""
        self._note(key, _shaped(_DAY, WRONG_DAY))
        return ""

    def moment(self, key: str) -> str:
        """A time, a day or both, as a `wait` takes it in `until`."""
        self._note(key, _shaped(_MOMENT, WRONG_MOMENT))
        return ""

    # --- many values ---

    def items(self, key: str, most: int = shapes.MAX_ITEMS) -> list[strictyaml.YamlNode]:
        """A list of anything, of at most so many items."""
        self._note(key, _list({}, most))
        return []

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, seen by the reader as one "x"."""
        return ("x",) if self._note(key, _list(TEXT)) else ()

    def sources(self, key: str) -> tuple[str, ...] | None:
        """A list of ids, or the one word for none."""
        either = {"oneOf": [{"const": shapes.NO_SOURCE}, _list(TEXT)], "errorMessage": WRONG_SOURCES}
        return ("x",) if self._note(key, either) else None

    def durations_s(self, key: str) -> tuple[int, ...]:
        """A list of durations."""
        self._note(key, _list(_duration()))
        return ()

    def some_of(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """A list of the allowed words."""
        self._note(key, _list({"enum": list(allowed), "errorMessage": _choose(allowed)}))
        return ()

    def shares(self, key: str) -> dict[str, int]:
        """A table from step ids to shares of 1 to 1,000."""
        names = _shaped(shapes.STEP_ID.pattern, _wrong(shapes.STEP_ID_SHAPE))
        return {"x": 1} if self._note(key, _table(names, _number(1, 1000))) else {}

    def values(self, key: str) -> dict[str, str]:
        """A table from variables to texts, numbers, yes or no, or nothing."""
        names = _shaped(shapes.NAME.pattern, _wrong(shapes.NAME_SHAPE))
        value = {"type": ["string", "number", "boolean", "null"]}
        return {"x": "x"} if self._note(key, _table(names, value)) else {}

    def mapping(self, key: str) -> Fields | None:
        """A table of its own keys, recorded below this one; None for the key left out."""
        there = self._note(key, {"type": "object", "additionalProperties": False})
        return self._inner(key) if there else None

    def mapping_or_name(self, key: str) -> Fields | str | None:
        """A table of its own keys, or a name in its place."""
        words = _wrong(shapes.NAME_SHAPE)
        name = {**_shaped(shapes.NAME.pattern, words), "type": ["object", "string"]}
        there = self._note(key, {**name, "additionalProperties": False})
        return self._inner(key) if there else None

    def mappings(self, key: str) -> list[Fields]:
        """A list of such tables, seen by the reader as one."""
        there = self._note(key, _list({"type": "object", "additionalProperties": False}))
        return [self._inner(key, ITEM)] if there else []


def _list(items: Schema, most: int = shapes.MAX_ITEMS) -> Schema:
    return {"type": "array", "maxItems": most, "items": dict(items), "errorMessage": WRONG_LIST}


def _shaped(pattern: str, words: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$", "patternErrorMessage": words, "errorMessage": words}


def _number(low: int, high: int) -> Schema:
    words = f"Viết số nguyên từ {low} đến {high}."
    return {**_shaped("[0-9]+", words), "type": ["integer", "string"], "minimum": low, "maximum": high}


def _yes_or_no(default: bool) -> Schema:
    words = "Viết true (có) hoặc false (không)."
    return {**_shaped("true|false", words), "type": ["boolean", "string"], "default": default}


def _table(names: Schema, values: Schema) -> Schema:
    return {"type": "object", "propertyNames": names, "additionalProperties": values}


def _duration() -> Schema:
    return _shaped(shapes.DURATION.pattern, WRONG_DURATION)


def _wrong(shape: str) -> str:
    return f"{shape[:1].upper()}{shape[1:]}."


def _choose(allowed: Iterable[str]) -> str:
    return "Chọn một trong: " + ", ".join(allowed) + "."


# --- what was asked, as a schema ---------------------------------------------------------------------

Read = Callable[[Recorder], object]


def record(read: Read) -> tuple[dict[SchemaPath, Schema], frozenset[SchemaPath]]:
    """All that `read` asks for, by path in the order of asking, and which of it must be there."""
    notes: dict[SchemaPath, Schema] = {}
    read(Recorder(notes, set()))
    required = set()
    for path in list(notes):
        told: set[SchemaPath] = set()
        read(Recorder({}, told, (), path))
        required |= told & {path}
    return notes, frozenset(required)


def read_kind(kind: str) -> Read:
    """Reads one step of this kind, as the loader does."""
    entries: dict[str, tuple[strictyaml.Scalar, strictyaml.YamlNode]] = {kind: (_NODE, _NODE)}

    def read(recorder: Recorder) -> None:
        recorder.node = strictyaml.Mapping("", 1, 1, entries)
        read_step(recorder)

    return read


def read_head(recorder: Recorder) -> None:
    """Record the head of a lesson, and `steps` as a list of at least the right kind."""
    recorder.items("steps", MAX_STEPS)
    if not recorder.has("steps"):
        recorder.missing("steps")
    read_header(recorder, (), b"")


def lesson_schema(step_ids: Sequence[str] = ()) -> Schema:
    """The schema of a lesson file (draft-07, with the additions that the YAML language server knows)."""
    offered = list(step_ids)
    kinds = {kind: _object(kind, *record(read_kind(kind)), offered) for kind in NAMED}
    common = _take_common([kind["properties"] for kind in kinds.values()])
    head = _object(HEADER, *record(read_head), offered)
    head["properties"]["steps"] |= {"minItems": 1, "items": _step()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": HEAD_WORDS.about,
        "description": "Do ./camtay schema viết ra, đừng sửa tay.",
        **head,
        "definitions": common | {_definition(kind): schema for kind, schema in kinds.items()},
    }


def _take_common(kinds: list[Schema]) -> Schema:
    """The keys that all kinds have alike, put aside: each kind then refers to them."""
    first = kinds[0]
    common = {key: first[key] for key in first if all(kind.get(key) == first[key] for kind in kinds)}
    for kind in kinds:
        kind |= {key: {"$ref": f"#/definitions/{key}"} for key in common}
    return common


def _definition(kind: str) -> str:
    return f"step-{kind}"


def _step() -> Schema:
    """A step: its kind is found by its key; where there is none yet, the kinds are offered as snippets.

    if/then and not oneOf: so an editor tells what is wrong with a quiz, and not that the step is no say. A kind must be
    an object (`type` in the `if`): of an empty item the language server would else take the first kind for granted.
    """
    schema: Schema = {
        "type": "object",
        "properties": {name: {"description": kind.words.about, "doNotSuggest": True} for name, kind in NAMED.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "errorMessage": "Bước phải mở đầu bằng loại của nó: " + ", ".join(NAMED) + ".",
        "defaultSnippets": [
            {"label": name, "description": kind.words.about, "body": snippet(name, kind.words)}
            for name, kind in NAMED.items()
        ],
    }
    for kind in reversed(list(_by_names())):
        found = {"$ref": f"#/definitions/{_definition(kind)}"}
        schema = {"if": {"type": "object", "required": [kind]}, "then": found, "else": schema}
    return schema


def snippet(name: str, words: KindWords) -> Schema:
    """What an editor writes for a new step of this kind."""
    return {name: "${1:ma_buoc}", **words.snippet}


def _by_names() -> Iterator[str]:
    """The kinds, each before those whose name it has as a field: `quiz` has a `say`, so it comes before `say`."""
    keys = {kind: {path[0] for path in record(read_kind(kind))[0]} - {kind} for kind in NAMED}
    left = list(NAMED)
    while left:
        first = next(kind for kind in left if not any(kind in keys[other] for other in left if other != kind))
        left.remove(first)
        yield first


def _object(
    name: str, notes: Mapping[SchemaPath, Schema], required: frozenset[SchemaPath], offered: list[str]
) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": {}}
    for path, note in notes.items():
        parent = schema
        for part in path[:-1]:
            parent = parent["items"] if part == ITEM else parent["properties"][part]
        inner = {**note, **_words(name, path)}
        if _names_a_step(note) and path != (name,) and path[-1] not in ("id", "was") and offered:
            inner["examples"] = offered
        parent.setdefault("properties", {})[path[-1]] = inner
        if path in required:
            parent.setdefault("required", []).append(path[-1])
    _explain(schema, "" if name == HEADER else f"Bước {name}: ")
    return schema


def _explain(schema: Schema, where: str) -> None:
    """Say in Vietnamese what an object may hold and what it needs; the server has one message for both."""
    for inner in schema["properties"].values():
        for each in (inner, inner.get("items")):
            if each and "properties" in each:
                _explain(each, where)
    needed = ", ".join(schema.get("required", ()))
    said = "không có mục này" + (f", hoặc còn thiếu một trong: {needed}" if needed else "")
    schema["errorMessage"] = f"{where}{said}." if where else f"{said[0].upper()}{said[1:]}."


def _names_a_step(note: Schema) -> bool:
    return str(note.get("pattern")) == f"^({shapes.STEP_ID.pattern})$"


def _words(name: str, path: SchemaPath) -> Schema:
    """Title, description, and what each allowed value means."""
    words = HEAD_WORDS if name == HEADER else NAMED[name].words
    if path == (name,) and name != HEADER:
        return {"title": name, "description": f"{words.about} {STEP_ID_WORDS}"}
    key = ".".join(part for part in path if part != ITEM)
    about = words.keys.get(key) or STEP_KEYS.get(key, "")
    title, _, description = about.partition(" — ")
    told: Schema = {"title": title, "description": description[:1].upper() + description[1:]} if about else {}
    meanings = words.enums.get(key)
    return told | ({"markdownEnumDescriptions": list(meanings.values())} if meanings else {})
