#!/bin/sh
# python-zalo-bot 0.1.9, an image with words under it, as the Bot Platform delivers it to getUpdates.
# Guess: the words are `message.caption` (or `message.text`), as in the package it was forked from.
# Seen: the picture's address is a field, the words are not: there is no `caption` at all, `text` is None, and what was
# written under the picture stands only in `api_kwargs`. A cry under a photo would go unheard.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check python-zalo-bot==0.1.9
"$room/v/bin/python" - <<'PY'
from zalo_bot import Update

sent = {
    "event_name": "message.image.received",
    "message": {
        "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "Lan", "is_bot": False},
        "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
        "photo_url": "https://example.vn/a.jpg",
        "caption": "nhìn giúp em",
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
    },
}
message = Update.de_json(sent, None).message
told = {name: getattr(message, name, "no such field") for name in ("photo_url", "caption", "text")}
print(told, "api_kwargs:", dict(message.api_kwargs))
assert told["photo_url"] == "https://example.vn/a.jpg"
assert told["text"] is None and told["caption"] == "no such field"
assert dict(message.api_kwargs)["caption"] == "nhìn giúp em"
PY
