"""Rules about channels: what a message may hold, what a button may carry, how many messages a turn costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.engine.kinds.facets import PHRASE, MessageOnChannel, StepFile, StepPath
from flows.engine.kinds.table import files_of, kind_of
from flows.files import FileFault
from flows.model import Option, Picture, Step
from flows.profiles import IMAGES, VIDEOS, VOICES, Profile, profiles
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say
from flows.yaml.fields import did_you_mean, one_of

rules = Rulebook()

LONGEST_SEQ = 999_999_999
ENOUGH_OPTIONS = 4
JOIN_UP_TO = 1_200  # characters of texts that leave as one message (bot.tutor.turn)
MOST_MESSAGES = 2  # of one turn, where each is paid for


def units(text: str) -> int:
    """Length as messengers count: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@rules.add("E501", "tin quá dài cho một kênh")
def too_long(script: Script) -> Iterator[LintFinding]:
    """Messages that, at their longest, exceed what a channel of the lesson takes (`flows.rules.profiles`).

    Where a channel has too few buttons the choices count too: they become numbered lines of the text.
    """
    channels = profiles(script.lesson.channels)
    least = min((min(each.text, each.caption) for each in channels), default=0)
    for step in script.lesson.steps:
        for message in kind_of(step).messages(step):
            if len(message.text) < 5 and not message.choices:
                continue
            text = script.at_longest(message.text)
            menu = "".join(f"\n{at}. {script.at_longest(label)}" for at, label in enumerate(message.choices, 1))
            if 2 * (len(text) + len(menu)) <= least:
                continue
            over = [_over(each, text, menu, message) for each in channels]
            names = ", ".join(name for name in over if name)
            if names:
                longest = text + menu
                said = say(
                    "tin dài tới {count} ký tự ({size} byte) sau khi điền, quá mức của {names}",
                    count=units(longest),
                    size=len(longest.encode("utf-8", "surrogatepass")),
                    names=names,
                )
                yield LintFinding(script.at(step, *message.field), said, say("hãy tách thành nhiều tin"))


def _over(channel: Profile, text: str, menu: str, message: MessageOnChannel) -> str:
    """“Zalo Bot 2000” where the message does not fit, else nothing."""
    limit = min(channel.text, channel.caption) if message.pictured else channel.text
    shown = text + menu if len(message.choices) > channel.buttons else text
    return f"{channel.name} {limit}" if units(shown) > limit else ""


def _options(script: Script) -> Iterator[tuple[Step, tuple[Option, ...]]]:
    for step in script.lesson.steps:
        if options := kind_of(step).options(step):
            yield step, options


@rules.add("E502", "mã lựa chọn quá dài cho một nút bấm")
def token_too_long(script: Script) -> Iterator[LintFinding]:
    """Options whose id makes a button's token longer than the narrowest channel of the lesson carries, in bytes."""
    limits = [each.token_bytes for each in profiles(script.lesson.channels) if each.token_bytes]
    for _, options in _options(script) if limits else ():
        for option in options:
            size = len(f"s:{LONGEST_SEQ}:{option.id}".encode())
            if size > min(limits):
                message = say(
                    "mã “{id}” làm nút dài {size} byte, nhiều nhất {most}", id=option.id, size=size, most=min(limits)
                )
                yield LintFinding(option.place, message, say("hãy đặt mã ngắn"))


def _most_options(script: Script) -> int:
    return min((each.options for each in profiles(script.lesson.channels)), default=8)


@rules.add("E503", "quá nhiều lựa chọn")
def too_many_options(script: Script) -> Iterator[LintFinding]:
    """Steps that offer more choices than the narrowest channel of the lesson can show."""
    most = _most_options(script)
    for step, options in _options(script):
        if len(options) > most:
            message = say("có {count} lựa chọn, nhiều nhất {most}", count=len(options), most=most)
            yield LintFinding(options[most].place, message, say("hãy tách “{id}” thành hai bước", id=step.id))


@rules.add("W507", "nhiều lựa chọn, khó chọn")
def many_options(script: Script) -> Iterator[LintFinding]:
    """Steps with more than `ENOUGH_OPTIONS` choices: every channel shows them, but they are hard to choose from."""
    for step, options in _options(script):
        if ENOUGH_OPTIONS < len(options) <= _most_options(script):
            message = say("có {count} lựa chọn, nên nhiều nhất {most}", count=len(options), most=ENOUGH_OPTIONS)
            yield LintFinding(options[ENOUGH_OPTIONS].place, message, say("hãy bớt lựa chọn của “{id}”", id=step.id))


@rules.add("W505", "chữ trên nút dài")
def long_label(script: Script) -> Iterator[LintFinding]:
    """Labels of more than `Script.longest_label` characters, which small screens cut; no lines of a numbered list."""
    for text in script.texts:
        if text.role == "label" and kind_of(text.step).wants(text.step) != "positions":
            length = len(script.at_longest(text.text))
            if length > script.longest_label:
                message = say(
                    "chữ trên nút dài {length} ký tự, nên nhiều nhất {most}", length=length, most=script.longest_label
                )
                hint = say("hãy viết ngắn lại, phần giải thích để trong text")
                yield LintFinding(script.at(text.step, *text.field), message, hint)


# --- media -------------------------------------------------------------------------------------------


_TYPES: Mapping[str, frozenset[str]] = {"image": IMAGES, "video": VIDEOS, "voice": VOICES}


@rules.add("E504", "tệp hình, tiếng không có, sai loại hoặc quá nặng")
def bad_media(script: Script) -> Iterator[LintFinding]:
    """Files of a lesson that are missing from its `media` folder, of a type no channel shows, not what their name says,
    broken, or too large, too long or too heavy to be shown."""
    known = script.media
    for each in files_of(script.lesson):
        if not each.file or each.kind == "scene":
            continue
        place = script.at(each.step, *each.field)
        kind, ending = each.kind, each.file.rpartition(".")[2].lower()
        found = known.get(each.file) if known is not None else None
        if ending not in _TYPES[kind] or "." not in each.file:
            types = ", ".join(sorted(_TYPES[kind]))
            yield LintFinding(
                place,
                say("“{file}” không phải là loại tệp dùng được", file=each.file),
                say("dùng một trong: {types}", types=types),
            )
        elif found is not None and found.fault:
            yield LintFinding(place, *_told(found.fault, each.file))
        elif found is not None:
            yield from _too_heavy(script, each, found.size)
        elif known is not None:
            yield LintFinding(
                place,
                say("không có tệp “{file}” trong thư mục media", file=each.file),
                say("hãy chép tệp vào thư mục media cạnh lesson.yaml"),
            )


@rules.add("E508", "màn hình tập, vòng đỏ hay chỗ bấm không có")
def scene_missing(script: Script) -> Iterator[LintFinding]:
    """Scenes that lessons/scenes does not have, rings and spots that name no element of theirs."""
    scenes = script.library.scenes
    for step in script.lesson.steps:
        if step.image is None or not step.image.scene:
            continue
        scene = scenes.get(step.image.scene)
        if scene is None:
            message = say("không có màn hình tập nào tên “{name}”", name=step.image.scene)
            hint = did_you_mean(step.image.scene, scenes) or say("xem lessons/scenes, hay ./camtay scenes")
            yield LintFinding(script.at(step, "image", "scene"), message, hint)
            continue
        named: list[tuple[StepPath, str]] = [(("image", "ring"), step.image.ring)]
        for at, option in enumerate(kind_of(step).options(step)):
            named += [(("options", at, "spot"), option.spot)] if isinstance(option.spot, str) else []
        for field, name in named:
            if name and name not in scene.drawing.parts:
                message = say("“{scene}” không có thứ gì mã “{name}”", scene=scene.name, name=name)
                hint = did_you_mean(name, scene.drawing.parts) or one_of(scene.drawing.parts)
                yield LintFinding(script.at(step, *field), message, hint)


def _told(fault: FileFault, file: str) -> tuple[str, str]:
    """What is wrong with a file, and what to do."""
    match fault:
        case "other":
            return (
                say("“{file}” không thật là loại tệp như đuôi của nó", file=file),
                say("hãy mở ra rồi lưu lại đúng loại, đừng chỉ đổi đuôi"),
            )
        case "broken":
            return say("“{file}” hỏng hoặc chép chưa hết, không mở được", file=file), say("hãy chép lại tệp")
        case "animated":
            return say("“{file}” là hình động", file=file), say("hãy lưu một hình đứng yên; cần động thì dùng video")
        case "large":
            return say("“{file}” có hơn 40 triệu điểm ảnh", file=file), say("hãy thu nhỏ: cạnh dài 1600 điểm là đủ")
        case "long":
            return say("“{file}” dài hơn 10 phút", file=file), say("hãy cắt ngắn, mỗi đoạn một ý")


def _too_heavy(script: Script, named: StepFile, size: int) -> Iterator[LintFinding]:
    channels = profiles(script.lesson.channels)
    limits = [each.image_bytes if named.kind == "image" else each.file_bytes for each in channels]
    most = min(limits, default=size)
    if size > most:
        message = say(
            "tệp “{file}” nặng {size} kB, nhiều nhất {most} kB",
            file=named.file,
            size=size // 1000,
            most=most // 1000,
        )
        hint = say("hãy nén nhỏ lại: máy yếu, mạng chậm cũng tải được")
        yield LintFinding(script.at(named.step, *named.field), message, hint)


@rules.add("W407", "hình chưa có lời tả (alt)")
def alt_missing(script: Script) -> Iterator[LintFinding]:
    """Pictures and videos without `alt`: a learner who cannot see them would learn nothing from them."""
    for step in script.lesson.steps:
        pictures: tuple[tuple[str, Picture | None], ...] = (("image", step.image), ("video", step.video))
        for kind, picture in pictures:
            if picture is not None and not picture.alt and not picture.scene:
                message = say("hình “{src}” chưa có lời tả", src=picture.src)
                yield LintFinding(script.at(step, kind), message, say("hãy thêm alt: “…”, cho ai không xem được hình"))


# --- what a turn costs -------------------------------------------------------------------------------

Load = tuple[int, int]  # messages of this turn so far, characters in the last one


@rules.add("W506", "một lượt gửi quá hai tin trên kênh tính từng tin", paths=True)
def many_messages(script: Script) -> Iterator[LintFinding]:
    """Steps at which one turn grows past `MOST_MESSAGES` messages, where a channel of the lesson counts each of them.

    Told once, at the step with which the turn becomes too long.
    """
    if not any(each.metered for each in profiles(script.lesson.channels)):
        return
    short = sum(len(text.text) for text in script.spoken) < MOST_MESSAGES * JOIN_UP_TO / 2
    if short and not any(files_of(script.lesson)):
        return
    before = _loads(script)
    for step in script.lesson.steps:
        load = before.get(step.id)
        if load is not None and load[0] <= MOST_MESSAGES < _with_step(script, step, load)[0]:
            message = say("tới bước này một lượt đã thành {count} tin", count=_with_step(script, step, load)[0])
            hint = say("hãy viết ngắn lại, hoặc thêm wait_tap để chia lượt; Zalo tính từng tin")
            yield LintFinding(script.at(step, "text"), message, hint)


def _loads(script: Script) -> dict[str, Load]:
    """Step → the heaviest load with which a turn can come to it (a longest walk; endless loops are E104's)."""
    heaviest: dict[str, Load] = {}
    todo: list[tuple[str, Load, int]] = [(entry, (0, JOIN_UP_TO), 0) for entry in script.entries]
    for step in script.lesson.steps:
        for edge in script.edges[step.id]:
            if edge.waits and edge.to in script.lesson.index and edge.to:
                todo.append((edge.to, _added((0, JOIN_UP_TO), _feedback(script, step, edge.field)), 0))
    while todo:
        step_id, load, depth = todo.pop()
        if heaviest.get(step_id, (-1, 0)) >= load or depth > len(script.lesson.steps):
            continue
        heaviest[step_id] = load
        step = script.lesson.steps[script.lesson.index[step_id]]
        if kind_of(step).waits(step):
            continue
        after = _with_step(script, step, load)
        todo.extend(
            (edge.to, after, depth + 1) for edge in script.edges[step_id] if edge.to in script.lesson.index and edge.to
        )
    return heaviest


def _feedback(script: Script, step: Step, field: StepPath) -> int:
    """Characters said before going on: what the options of this way say, or a phrase."""
    options = kind_of(step).options(step)
    said = options[int(field[1]) :][:1] if field[:1] == ("options",) else options
    least = PHRASE if kind_of(step).responds else 0
    return max([least, *(len(script.at_longest(option.say)) for option in said)])


def _with_step(script: Script, step: Step, load: Load) -> Load:
    for message in kind_of(step).messages(step):
        if message.field[0] in ("text", "more") and message.text:
            size = len(script.at_longest(message.text))
            load = (load[0] + 1, JOIN_UP_TO) if message.pictured else _added(load, size)
    return load


def _added(load: Load, size: int) -> Load:
    """A load with `size` more characters: they join the last message, or begin another, as `TurnContext.say` does."""
    count, last = load
    if not size:
        return load
    return (count, last + 2 + size) if last + size < JOIN_UP_TO else (count + 1, size)
