"""Another picture at a step, written into its lesson; and what kind of file a file is, by what is in it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from bot.studio.policy.adding import with_key, with_value, with_written, without_key, written_at
from bot.studio.policy.fields import steps_in
from bot.studio.policy.splicing import YamlPath, cleaned, splice, texts_of, value_at
from flows.files import FileFault
from flows.profiles import IMAGES, VOICES
from flows.reading.loader import read_draft
from flows.saying import Sentence, say
from flows.yaml.strictyaml import Mapping as Table

FILE_BYTES = 8_000_000
"""Of a picture or recording that is brought: more than a good telephone's photograph has."""

FAULTS: dict[FileFault, Sentence] = {
    "other": say("Tệp này không phải là hình (JPG, PNG) hay tiếng (MP3, M4A, OGG, AAC) dùng được."),
    "broken": say("Tệp này hỏng, không đọc được tới cuối. Hãy chụp hay thu lại."),
    "animated": say("Hình này cử động. Hãy dùng hình đứng yên."),
    "large": say("Hình này nhiều hơn 40 triệu điểm ảnh. Hãy thu nhỏ rồi đưa lại."),
    "long": say("Đoạn tiếng này dài quá 10 phút. Hãy thu ngắn lại."),
}
MOST_MB = FILE_BYTES // 1_000_000
TOO_HEAVY = say("Tệp nặng quá {most} MB. Hãy thu nhỏ rồi đưa lại.", most=MOST_MB)


def ending_of(body: bytes, wanted: frozenset[str]) -> str:
    """The ending for a file, by how it begins: one of `wanted` (IMAGES or VOICES), "" where it is none of them."""
    kinds = (
        ("png", body.startswith(b"\x89PNG\r\n\x1a\n")), ("jpg", body.startswith(b"\xff\xd8\xff")),
        ("ogg", body.startswith(b"OggS")), ("m4a", body[4:8] == b"ftyp"),
        ("aac", body[:1] == b"\xff" and len(body) > 1 and body[1] & 0xF6 == 0xF0),
        ("mp3", body.startswith(b"ID3") or (body[:1] == b"\xff" and body[1:2] >= b"\xe0")),
    )  # fmt: skip
    found = next((ending for ending, fits in kinds if fits), "")
    return found if found in wanted else ""


def picture_name(text: str, step_id: str, ending: str) -> str:
    """What a step's picture is called from now on: as before where it is of the same type, else by its step; never as
    something else in the lesson is, which would change with it."""
    before = picture_at(text, step_id)
    named = [value for path, value in texts_of(text).items() if path[-1:] == ("src",)]
    if before.rpartition(".")[2].lower() == ending and named.count(before) == 1:
        return before
    names = (f"{step_id}{f'_{number}' if number > 1 else ''}.{ending}" for number in count(1))
    return next(name for name in names if name not in named)


def picture_at(text: str, step_id: str) -> str:
    """What the picture of a step is called; "" where it has none, or a drawn one."""
    found = _step(text, step_id)
    return (value_at(found[1], ("image", "src")) or "") if found else ""


def picture_written(text: str, step_id: str) -> str:
    """How the picture of a step is written in the file, drawn ones too; "" where it has none."""
    found = _step(text, step_id)
    return written_at(text, ("steps", found[0], "image")) if found else ""


def given_back(text: str, name: str, former: Callable[[str], str]) -> str | None:
    """The lesson in which no step has the picture `name`: `former` tells what was written before for a step (by its id;
    "": it had none). None where that cannot be written."""
    found: str | None = text
    for step_id, (at, node) in _steps(text).items():
        if found is not None and value_at(node, ("image", "src")) == name:
            path, written = ("steps", at, "image"), former(step_id)
            found = with_written(found, path, written) if written else without_key(found, path)
    return found


def with_picture(text: str, step_id: str, name: str, alt: str) -> str | None:
    """The lesson with file `name` as the picture of a step, `alt` telling what is on it; None where that cannot be
    written."""
    alt = " ".join(cleaned(alt).split())
    found = _step(text, step_id)
    if found is None or not alt:
        return None
    at, node = found
    path: YamlPath = ("steps", at, "image")
    if node.get("image") is None:
        return with_key(text, path[:-1], "image", {"src": name, "alt": alt})
    if value_at(node, ("image", "src")) is None:
        return with_value(text, path, {"src": name, "alt": alt})
    changed = _set(text, path, "src", name)
    return _set(changed, path, "alt", alt) if changed else None


def _set(text: str, path: YamlPath, key: str, value: str) -> str | None:
    before = value_at(read_draft(text.encode(), "", (), hashed=False).page, (*path, key))
    if before == value:
        return text
    return with_key(text, path, key, value) if before is None else splice(text, (*path, key), value)


def _step(text: str, step_id: str) -> tuple[int, Table] | None:
    return _steps(text).get(step_id)


def _steps(text: str) -> dict[str, tuple[int, Table]]:
    page = read_draft(text.encode(), "", (), hashed=False).page
    return dict(steps_in(page)) if page is not None else {}


__all__ = [
    "FAULTS", "FILE_BYTES", "IMAGES", "MOST_MB", "TOO_HEAVY", "VOICES", "ending_of", "given_back", "picture_at",
    "picture_name", "picture_written", "with_picture",
]  # fmt: skip
