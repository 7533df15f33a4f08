"""Checks a call against methods.json: the part of the Bot API that Cầm Tay and its yardsticks use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_TABLE = json.loads(Path(__file__).with_name("methods.json").read_text("utf-8"))
METHODS: dict[str, dict[str, Any]] = _TABLE["methods"]
_TYPES: dict[str, dict[str, Any]] = _TABLE["types"]
_PATTERNS = {
    "secret_token": re.compile(r"[A-Za-z0-9_-]+"),
    "command": re.compile(r"[a-z0-9_]+"),
}
# "Exactly one of the optional fields" is said in prose only.
_BUTTON_STYLE = {"text", "icon_custom_emoji_id", "style"}


def read_form(method: str, form: dict[str, Any]) -> dict[str, Any]:
    """The values of a form as JSON would give them: everything but String and InputFile is JSON in a form's field."""
    fields = METHODS.get(method, {})
    return {
        name: _read_field(fields[name]["types"], value) if name in fields else value for name, value in form.items()
    }


def violations(method: str, params: dict[str, Any]) -> list[str]:
    """What is wrong with a call, one sentence each; empty when nothing is."""
    if method not in METHODS:
        return [f"{method}: unknown method"]
    return _check_fields(method, METHODS[method], params)


def utf16_length(text: str) -> int:
    """Length of a text as the Bot API counts characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _read_field(types: list[str], value: Any) -> Any:
    if not isinstance(value, str) or types == ["String"]:
        return value
    if value in ("True", "False"):
        value = value.lower()
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return value if "String" in types and not isinstance(read, int) else read


def _check_fields(where: str, fields: dict[str, Any], params: dict[str, Any]) -> list[str]:
    found = [
        f"{where}: {name} is missing" for name, field in fields.items() if field["required"] and name not in params
    ]
    for name, value in params.items():
        field = fields.get(name)
        if field is None:
            found.append(f"{where}: unknown field {name}")
        elif not _fits_any(field["types"], value):
            found.append(f"{where}: {name} is not {' or '.join(field['types'])}: {_why_not(field['types'], value)}")
        else:
            found += _check_limits(f"{where}: {name}", field, value)
            if name in _PATTERNS and isinstance(value, str) and not _PATTERNS[name].fullmatch(value):
                found.append(f"{where}: {name} has characters that are not allowed")
    if where.endswith("InlineKeyboardButton") and len(params.keys() - _BUTTON_STYLE) != 1:
        found.append(f"{where}: exactly one action is needed")
    return found


def _check_limits(where: str, field: dict[str, Any], value: Any) -> list[str]:
    if "values" in field and value not in field["values"]:
        return [f"{where} is none of {', '.join(field['values'])}: {value!r}"]
    match field.get("unit"):
        case "characters" if isinstance(value, str):
            size = utf16_length(value)
        case "bytes" if isinstance(value, str):
            size = len(value.encode("utf-8", "surrogatepass"))
        case "items" if isinstance(value, list):
            size = len(value)
        case "value" if isinstance(value, int):
            size = value
        case _:
            return []
    if field["min"] <= size <= field["max"]:
        return []
    return [f"{where} has {size}, allowed are {field['min']}-{field['max']} ({field['unit']})"]


def _fits_any(types: list[str], value: Any) -> bool:
    """Whether `value` is one of these; an album may hold several kinds."""
    if isinstance(value, list) and len(types) > 1 and all(kind.startswith("Array of ") for kind in types):
        return all(_fits_any([kind.removeprefix("Array of ") for kind in types], item) for item in value)
    return any(not _misfit(kind, value) for kind in types)


def _misfit(kind: str, value: Any) -> list[str]:
    """Why `value` is not a `kind`; empty when it is one."""
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return ["not an array"]
        return [wrong for item in value for wrong in _misfit(kind[len("Array of ") :], item)]
    if kind in _TYPES:
        return _misfit_object(kind, value)
    right = {
        "String": isinstance(value, str),
        "Integer": type(value) is int,
        "Float": type(value) in (int, float),
        "Boolean": type(value) is bool,
        "InputFile": isinstance(value, (str, bytes)),
    }.get(kind, False)
    return [] if right else [f"{type(value).__name__} instead of {kind}"]


def _misfit_object(kind: str, value: Any) -> list[str]:
    if not isinstance(value, dict):
        return [f"{type(value).__name__} instead of {kind}"]
    if "one_of" in _TYPES[kind]:
        misfits = [_misfit_object(one, value) for one in _TYPES[kind]["one_of"]]
        return [] if any(not wrong for wrong in misfits) else misfits[0]
    return _check_fields(kind, _TYPES[kind]["fields"], value)


def _why_not(types: list[str], value: Any) -> str:
    return "; ".join(min((_misfit(kind, value) for kind in types), key=len)[:3])
