"""What the forms of several kinds share: the fields of every step, a recording, a picture, the id of an option."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

from flows.model import Option, Picture, SourcePosition, Voice
from flows.saying import say
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Scalar

MAX_TOKEN = 64  # bytes of what a button carries: Telegram's callback_data
LONGEST_SEQ = 999_999_999

OPTION_WORDS = {
    "options.src": "Nguồn — của riêng lựa chọn này, khi khác nguồn của bước.",
    "options.voice": "Giọng đọc — tệp ghi âm của lựa chọn.",
    "options.voice.file": "Tệp ghi âm — nằm trong thư mục media của bài.",
    "options.voice.spoken": "Lời trong băng — khi băng nói khác chữ.",
    "options.spot": "Chỗ trên hình — mã một thứ của màn hình tập, hay bốn số phần trăm; nơi khác vẫn là nút.",
    "options.spot.left": "Cách mép trái — mấy phần trăm bề ngang của hình.",
    "options.spot.top": "Cách mép trên — mấy phần trăm bề cao của hình.",
    "options.spot.width": "Bề ngang — mấy phần trăm bề ngang của hình.",
    "options.spot.height": "Bề cao — mấy phần trăm bề cao của hình.",
}
"""What the schema says of the keys that every option may have beside its words."""


class CommonFields(TypedDict):
    """What every kind hands on to its class."""

    id: str
    place: SourcePosition
    text: str
    next: str | None
    checkpoint: bool
    when: str | None
    was: str | None
    tags: tuple[str, ...]
    src: tuple[str, ...] | None
    voice: Voice | None
    image: Picture | None
    video: Picture | None


def read_common(fields: Fields, step_id: str, *, needs_text: bool) -> CommonFields:
    """The fields that a step of any kind may have; `needs_text`: a missing `text` is told as a fault."""
    return CommonFields(
        id=step_id,
        place=fields.node.place,
        text=fields.text("text", required=needs_text),
        next=fields.step_id("next"),
        checkpoint=fields.flag("checkpoint"),
        when=fields.optional("when"),
        was=fields.step_id("was"),
        tags=fields.texts("tags"),
        src=fields.sources("src"),
        voice=read_voice(fields),
        image=_image(fields),
        video=_video(fields),
    )


def read_voice(fields: Fields) -> Voice | None:
    """The recording under the key `voice`; None where there is none."""
    inner = fields.mapping("voice")
    if inner is None:
        return None
    voice = Voice(inner.text("file", required=True), inner.text("spoken"))
    inner.done()
    return voice


def _image(fields: Fields) -> Picture | None:
    """A file beside the lesson, or a drawn screen: one of the two."""
    inner = fields.mapping("image")
    if inner is None:
        return None
    scene = inner.lesson_id("scene") or ""
    picture = Picture(
        inner.text("src", required=not inner.has("scene")), inner.text("alt"), scene, inner.name("ring") or ""
    )
    if picture.src and inner.has("scene"):
        inner.tell("E003", inner.node.key_place("src"), say("hình này vừa có src vừa có scene"), say("hãy giữ một"))
    elif picture.ring and not inner.has("scene"):
        inner.tell("E003", inner.node.key_place("ring"), say("ring chỉ đi với scene"), say("hãy bỏ ring"))
    inner.done()
    return picture


def _video(fields: Fields) -> Picture | None:
    inner = fields.mapping("video")
    if inner is None:
        return None
    picture = Picture(inner.text("src", required=True), inner.text("alt"))
    inner.done()
    return picture


def read_options(fields: Fields, build: Callable[[Fields], Option]) -> tuple[Option, ...]:
    """The options of a step, each id once."""
    options: dict[str, Option] = {}
    for row in fields.mappings("options"):
        option = build(row)
        row.done()
        if option.id in options:
            row.tell(
                "E004",
                option.place,
                say("mã lựa chọn “{id}” có hai lần trong bước này", id=option.id),
                say("hãy đổi một mã"),
            )
        elif option.id:
            options[option.id] = option
    return tuple(options.values())


def read_spot(fields: Fields) -> tuple[int, ...] | str:
    """Where on the picture of the step an option lies, under the key `spot`: four numbers or the name of an element;
    empty where it is not written."""
    inner = fields.mapping_or_name("spot")
    if inner is None or isinstance(inner, str):
        return inner or ()
    for side in ("width", "height"):
        if not inner.has(side):
            inner.missing(side)
    left, top = (inner.number(side, 0, 0, 99) for side in ("left", "top"))
    spot = left, top, inner.number("width", 100 - left, 1, 100 - left), inner.number("height", 100 - top, 1, 100 - top)
    inner.done()
    return spot


def tell_lost_spots(fields: Fields, common: CommonFields, options: Sequence[Option]) -> None:
    """A spot lies on the picture of its step, an element's on a drawn one: where there is none, that is a fault."""
    for option in options:
        if isinstance(option.spot, str) and common["image"] is not None and not common["image"].scene:
            message = say("spot của “{id}” là tên, mà hình này không phải scene", id=option.id)
            fields.tell("E003", option.place, message, say("ghi left, top, width, height"))
        if option.spot and common["image"] is None:
            message = say("lựa chọn “{id}” có spot mà bước này không có hình", id=option.id)
            fields.tell("E003", option.place, message, say("hãy thêm image, hoặc bỏ spot"))


def option_id(fields: Fields) -> str:
    """An option's id; one that would not fit into a button's token is told so."""
    node = fields.node_of("id")
    text = node.text.strip() if isinstance(node, Scalar) else ""
    size = len(f"s:{LONGEST_SEQ}:{text}".encode())
    if node is not None and size > MAX_TOKEN:
        message = say("mã “{id}” làm nút dài {size} byte, nhiều nhất {most}", id=text, size=size, most=MAX_TOKEN)
        fields.tell("E502", node.place, message, say("hãy đặt mã ngắn"))
        return ""
    return fields.step_id("id", required=True) or ""
