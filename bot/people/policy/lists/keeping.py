"""A list that was read, as a text and back: what an officer looks at may have been read by another process. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bot.people.policy.lists.sheet import ListFault, ListRow, PeopleList
from flows.saying import Sentence, say


def written(sheet: PeopleList) -> str:
    """The list as JSON; sentences keep what they were made of, so that they can still be said in English."""
    data = {
        "rows": [asdict(row) for row in sheet.rows],
        "faults": [[each.line, each.column, _told(each.message)] for each in sheet.faults],
        "notes": list(map(_told, sheet.notes)), "questions": list(map(_told, sheet.questions)),
        "titles": [str(each) for each in sheet.titles], "columns": [list(each) for each in sheet.columns],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False)


def read_again(text: str) -> PeopleList:
    """The list of `written`. Raises ValueError, KeyError, TypeError for a text of another program's."""
    data = json.loads(text)
    return PeopleList(
        [ListRow(**row) for row in data["rows"]],
        [ListFault(line, column, _said(message)) for line, column, message in data["faults"]],
        list(map(_said, data["notes"])),
        list(map(_said, data["questions"])),
        data["titles"],
        [(word, taken) for word, taken in data["columns"]],
    )


def _told(value: object) -> Any:
    if isinstance(value, Sentence):
        if all(isinstance(each, str | int | float) for each in value.values.values()):
            return {"say": value.template, "of": {name: _told(each) for name, each in value.values.items()}}
        return str(value)
    return value


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return say(value["say"], **{name: _said(each) for name, each in value["of"].items()})
    return value
