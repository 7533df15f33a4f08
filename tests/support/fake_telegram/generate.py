"""Makes methods.json, the table of Bot API methods that the fake server knows, from the whole machine-readable spec.

    python tests/support/fake_telegram/generate.py path/to/api.json

The spec is `api.json` of github.com/PaulSonOfLars/telegram-bot-api-spec (MIT). Limits stand only in its English
descriptions ("1-4096 characters"), so they are read out of them here, once, and can be reviewed in the table.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

METHODS = [
    "answerCallbackQuery",
    "close",
    "deleteMessage",
    "deleteMyCommands",
    "deleteWebhook",
    "editMessageReplyMarkup",
    "editMessageText",
    "getFile",
    "getMe",
    "getMyCommands",
    "getUpdates",
    "getWebhookInfo",
    "logOut",
    "sendChatAction",
    "sendMediaGroup",
    "sendMessage",
    "sendPhoto",
    "sendVideo",
    "sendVoice",
    "setChatMenuButton",
    "setMyCommands",
    "setMyDescription",
    "setMyName",
    "setMyShortDescription",
    "setWebhook",
]
_LIMIT = re.compile(r"(?<![\d-])(\d+)-(\d+)\b(?: (characters|bytes|items))?")
_ONE_OF = re.compile(r"must be one of ((?:\"\w+\"[^\".]*)+)", re.IGNORECASE)
_MUST_BE = re.compile(r"(?:type|Type)[^,]*, must be (\w+)$")


def limits_of(field: dict[str, Any]) -> dict[str, Any]:
    """`{min, max, unit}` of one field, or its `{values}`; the unit is characters (UTF-16), bytes, items or value; empty
    without limits.
    """
    if one := _MUST_BE.search(field["description"]):
        return {"values": [one[1]]}
    if several := _ONE_OF.search(field["description"]):
        return {"values": re.findall(r'"(\w+)"', several[1])}
    found = _LIMIT.search(field["description"])
    if found is None:
        return {}
    if found[3] is None and field["types"] != ["Integer"]:
        return {}  # "ISO 639-1", "2-letter": numbers, but no limits
    return {"min": int(found[1]), "max": int(found[2]), "unit": found[3] or "value"}


def fields_of(thing: dict[str, Any]) -> dict[str, Any]:
    """One method's or type's fields: name -> types, required, limits."""
    return {
        field["name"]: {"types": field["types"], "required": field["required"], **limits_of(field)}
        for field in thing.get("fields", ())
    }


def table_of(spec: dict[str, Any]) -> dict[str, Any]:
    """The methods named above and every type that their fields reach."""
    methods = {name: fields_of(spec["methods"][name]) for name in METHODS}
    types: dict[str, Any] = {}
    waiting = [kind for fields in methods.values() for field in fields.values() for kind in field["types"]]
    while waiting:
        name = waiting.pop().replace("Array of ", "")
        if name in types or name not in spec["types"] or name == "InputFile":
            continue
        thing = spec["types"][name]
        types[name] = {"fields": fields_of(thing)} if "subtypes" not in thing else {"one_of": thing["subtypes"]}
        waiting += thing.get("subtypes", ())
        waiting += [kind for field in types[name].get("fields", {}).values() for kind in field["types"]]
    return {"source": f"{spec['version']}, {spec['release_date']}", "methods": methods, "types": types}


def main() -> None:
    """Writes the table beside this file."""
    table = table_of(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    target = Path(__file__).with_name("methods.json")
    target.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
