"""Another picture at a step, written into its lesson; and what kind of file a file is, by what is in it. Pure."""

from __future__ import annotations

from bot.studio.policy.adding import with_key, with_value
from bot.studio.policy.fields import steps_in
from bot.studio.policy.splicing import YamlPath, cleaned, splice, value_at
from flows.files import FileFault
from flows.profiles import IMAGES, VOICES
from flows.reading.loader import read_draft
from flows.saying import Sentence, say

FILE_BYTES = 8_000_000
"""Of a picture or recording that is brought: more than a good telephone's photograph has."""

FAULTS: dict[FileFault, Sentence] = {
    "other": say("Tệp này không phải là hình (JPG, PNG) hay tiếng (MP3, M4A, OGG, AAC) dùng được."),
    "broken": say("Tệp này hỏng, không đọc được tới cuối. Hãy chụp hay thu lại."),
    "animated": say("Hình này cử động. Hãy dùng hình đứng yên."),
    "large": say("Hình này nhiều hơn 40 triệu điểm ảnh. Hãy thu nhỏ rồi đưa lại."),
    "long": say("Đoạn tiếng này dài quá 10 phút. Hãy thu ngắn lại."),
}
TOO_HEAVY = say("Tệp nặng quá {most} MB. Hãy thu nhỏ rồi đưa lại.", most=FILE_BYTES // 1_000_000)


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
    """What a step's picture is called from now on: as before where it is of the same type, else by its step."""
    before = _src(text, step_id, ("image",))
    return before if before.rpartition(".")[2].lower() == ending else f"{step_id}.{ending}"


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


def _src(text: str, step_id: str, field: YamlPath) -> str:
    found = _step(text, step_id)
    return (value_at(found[1], (*field, "src")) or "") if found else ""


def _step(text: str, step_id: str):  # type: ignore[no-untyped-def]
    page = read_draft(text.encode(), "", (), hashed=False).page
    return dict(steps_in(page)).get(step_id) if page is not None else None


__all__ = ["FAULTS", "FILE_BYTES", "IMAGES", "TOO_HEAVY", "VOICES", "ending_of", "picture_name", "with_picture"]
