"""What the addresses of the tutor take and answer, as data: each room tells its own beside its routes, and of all of
them docs/openapi.json is made (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

HTML, JSON, TEXT, PNG, SVG, PDF = (
    "text/html", "application/json", "text/plain", "image/png", "image/svg+xml", "application/pdf",
)  # fmt: skip
FORM, FILES = "application/x-www-form-urlencoded", "multipart/form-data"

GUARDS: Mapping[str, Mapping[str, str]] = {
    "browser": {"type": "apiKey", "in": "cookie", "name": "camtay", "description": "Whose chat it is; GET / gives it."},
    "desk": {"type": "apiKey", "in": "cookie", "name": "camtay_desk", "description": "Who is in at the desk."},
    "here": {"type": "apiKey", "in": "cookie", "name": "camtay_here", "description": "Who works at this machine."},
    "figures": {"type": "http", "scheme": "bearer", "description": "METRICS_TOKEN."},
}
"""Who is let in where, as OpenAPI's security schemes; whoever is not gets a refusal that the address tells."""

_GAP = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")
_LEADS = {"Location": {"description": "Where it goes on.", "schema": {"type": "string", "format": "uri-reference"}}}
_PATIENCE = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}
_HEADERS = {302: _LEADS, 303: _LEADS, 429: _PATIENCE}

ANY_TEXT: Mapping[str, object] = {"type": "string"}
ANYTHING: Mapping[str, object] = {}
"""What fits, as JSON Schema."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address: `path` as aiohttp writes it; `answers` are the media types of each status (none: no
    body); `asks` the names in its query, `heads` the headers that it looks for, `takes` what is posted, by media type;
    `guard` is one of GUARDS."""

    method: str
    path: str
    about: str
    answers: Mapping[int, Sequence[str]]
    asks: Sequence[str] = ()
    heads: Sequence[str] = ()
    takes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    guard: str = ""


def form(names: Sequence[str], files: Sequence[str] = ()) -> dict[str, Mapping[str, object]]:
    """What a form of these fields takes; a name that ends in * stands for all that begin so."""
    brought = {"type": "string", "contentMediaType": "application/octet-stream"}
    shown = {name: brought if name in files else ANY_TEXT for name in names if not name.endswith("*")}
    begun = {f"^{re.escape(name[:-1])}": ANY_TEXT for name in names if name.endswith("*")}
    more = {"patternProperties": begun} if begun else {}
    return {FILES if files else FORM: {"type": "object", "properties": shown, **more}}


def document(endpoints: Iterable[Endpoint], title: str, version: str) -> dict[str, object]:
    """The OpenAPI document of these. Raises ValueError where one is told twice."""
    paths: dict[str, dict[str, object]] = {}
    refusals: dict[str, object] = {}
    for each in sorted(endpoints, key=lambda each: (each.path, each.method)):
        told = paths.setdefault(bare(each.path), {})
        if told.setdefault(each.method.lower(), found := _operation(each, refusals)) is not found:
            raise ValueError(f"{each.method} {each.path} is told twice")
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "responses": dict(sorted(refusals.items())),
            "securitySchemes": {name: dict(scheme) for name, scheme in GUARDS.items()},
        },
    }


def bare(path: str) -> str:
    """An address of aiohttp's as OpenAPI writes it: the gaps without what fits into them."""
    return _GAP.sub(r"{\1}", path)


def _operation(each: Endpoint, refusals: dict[str, object]) -> dict[str, object]:
    gaps: list[dict[str, object]] = [
        {"name": name, "in": "path", "required": True,
         "schema": {"type": "string", "pattern": f"^(?:{fits})$" if fits else "^[^/]+$"}}
        for name, fits in _GAP.findall(each.path)
    ]  # fmt: skip
    told = [*((name, "query") for name in each.asks), *((name, "header") for name in each.heads)]
    asked: list[dict[str, object]] = [{"name": name, "in": where, "schema": dict(ANY_TEXT)} for name, where in told]
    body = {"requestBody": {"content": {kind: {"schema": dict(fits)} for kind, fits in each.takes.items()}}}
    return {
        "summary": each.about,
        **({"parameters": [*gaps, *asked]} if gaps or asked else {}),
        **(body if each.takes else {}),
        "responses": {str(status): _answer(status, kinds, refusals) for status, kinds in sorted(each.answers.items())},
        **({"security": [{each.guard: []}]} if each.guard else {}),
    }


def _answer(status: int, kinds: Sequence[str], refusals: dict[str, object]) -> dict[str, object]:
    """What is answered with a status; what many answer alike stands once, among the `refusals`."""
    headers = {"headers": _HEADERS[status]} if status in _HEADERS else {}
    content: dict[str, object] = {"content": {kind: {} for kind in kinds}} if kinds else {}
    told = {"description": HTTPStatus(status).phrase, **headers, **content}
    if status < 300:
        return told
    name = "-".join((str(status), *(kind.partition("/")[2] for kind in kinds)))
    refusals[name] = told
    return {"$ref": f"#/components/responses/{name}"}
