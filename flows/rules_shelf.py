"""Rules about a lesson among the others: what it names must be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from flows.fields import did_you_mean
from flows.loader import Library
from flows.model import End, Lesson, Place, Problem
from flows.rules import Found, Rulebook, Script

rules = Rulebook()

ABOUT = {
    "E701": "có hai bài khẩn",
    "W701": "chưa có bài khẩn",
}


def lesson_ids(library: Library) -> frozenset[str]:
    """All lessons of the folder; one that cannot be read is known by its folder's name."""
    return frozenset(draft.lesson.id if draft.lesson else PurePath(draft.path).parent.name for draft in library.drafts)


def is_whole(library: Library) -> bool:
    """Whether this is the whole shelf (it has tracks) or a few lessons that someone looks at."""
    return bool(library.tracks)


@rules.add("E108", "bài được nhắc tới mà không có")
def lesson_missing(script: Script) -> Iterator[Found]:
    if not is_whole(script.library):
        return
    known = lesson_ids(script.library)
    named = [(script.header("prerequisites", at), name) for at, name in enumerate(script.lesson.prerequisites)]
    for step in script.lesson.steps:
        if isinstance(step, End) and step.then:
            named.append((script.at(step, "then"), step.then))
    for place, name in named:
        if name not in known:
            yield Found(place, f"không có bài nào mã “{name}”", did_you_mean(name, known) or "hãy sửa mã bài")


@rules.add("E109", "hai bài chờ nhau học trước")
def prerequisites_in_a_circle(script: Script) -> Iterator[Found]:
    lessons = {draft.lesson.id: draft.lesson for draft in script.library.drafts if draft.lesson}
    for at, name in enumerate(script.lesson.prerequisites):
        if script.lesson.id in _before(name, lessons):
            yield Found(
                script.header("prerequisites", at), f"bài “{name}” lại cần học bài này trước", "hãy bỏ một chiều"
            )


def _before(name: str, lessons: Mapping[str, Lesson]) -> set[str]:
    """A lesson and all that must be taken before it."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo.extend(lessons[at].prerequisites if at in lessons else ())
    return seen


@rules.add("E110", "nhóm bài không có")
def track_missing(script: Script) -> Iterator[Found]:
    tracks = {track.id for track in script.library.tracks}
    if tracks and script.lesson.track not in tracks:
        hint = did_you_mean(script.lesson.track, tracks) or "chọn một trong: " + ", ".join(sorted(tracks))
        yield Found(script.header("track"), f"không có nhóm bài nào mã “{script.lesson.track}”", hint)


@rules.add("E901", "nguồn không có trong sources.yaml")
def source_missing(script: Script) -> Iterator[Found]:
    known = script.library.sources
    for at, name in enumerate(script.lesson.sources if known else ()):
        if name not in known:
            hint = did_you_mean(name, known) or "hãy thêm vào lessons/sources.yaml"
            yield Found(script.header("sources", at), f"không có nguồn nào mã “{name}”", hint)


def whole_shelf(library: Library) -> Iterator[Problem]:
    """What no single lesson can be blamed for: exactly one lesson opens by the emergency words."""
    if not is_whole(library):
        return
    emergencies = [draft.lesson for draft in library.drafts if draft.lesson and draft.lesson.emergency]
    for lesson in emergencies[1:]:
        message = f"đã có bài khẩn “{emergencies[0].id}”"
        yield Problem("E701", lesson.place, message, "chỉ một bài được ghi emergency: true")
    if not emergencies:
        place = Place(library.tracks[0].place.path, 1, 1)
        yield Problem("W701", place, "chưa có bài khẩn cho lúc bị lừa", "hãy ghi emergency: true ở bài ấy")
