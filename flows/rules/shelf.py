"""Rules about a lesson among the others: what it names must be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from flows.engine.kinds.table import kind_of
from flows.model import Call, Lesson, Problem, SourcePosition
from flows.reading.braces import PLACEHOLDER, loose_brace
from flows.reading.loader import OWN_PLACEHOLDERS, LessonSet
from flows.reading.tables import Phrase
from flows.rules.data import wants_secret
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.rules.text import SPLIT, USE_PARTICLE, USE_PLACEHOLDER, bare_particles, bare_words, too_much_to_read
from flows.saying import say
from flows.words.keys import bare_of
from flows.yaml.fields import did_you_mean, one_of

rules = Rulebook()

ABOUT = {
    "E107": "các bài gọi lẫn nhau thành vòng (call)",
    "E704": "có hai bài khẩn",
    "W705": "chưa có bài khẩn",
    "W706": "thư mục bài không có sources.yaml",
    "W509": "màn hình tập vẽ đã lâu, chưa so lại với màn hình thật",
    "W511": "màn hình tập không bài nào dùng",
}


def lesson_ids(library: LessonSet) -> frozenset[str]:
    """All lessons of the folder; one that cannot be read is known by its folder's name."""
    return frozenset(draft.lesson.id if draft.lesson else PurePath(draft.path).parent.name for draft in library.drafts)


def on_shelf(library: LessonSet, path: str) -> bool:
    """Whether a lesson stands among the others, below their tracks, or is one that someone looks at by itself."""
    return bool(library.tracks) and PurePath(path).is_relative_to(PurePath(library.tracks[0].place.path).parent)


def stands(script: Script) -> bool:
    """Whether this lesson is on the shelf."""
    return on_shelf(script.library, script.lesson.place.path)


@rules.add("E113", "bài được nhắc tới mà không có")
def lesson_missing(script: Script) -> Iterator[LintFinding]:
    """Prerequisites and lessons named by a step that are not on the shelf; silent for a lesson looked at by itself."""
    if not stands(script):
        return
    known = lesson_ids(script.library)
    named = [(script.header("prerequisites", at), name) for at, name in enumerate(script.lesson.prerequisites)]
    for step in script.lesson.steps:
        named += ((script.at(step, *field), name) for field, name in kind_of(step).lessons(step) if name)
    for place, name in named:
        if name not in known:
            yield LintFinding(
                place,
                say("không có bài nào mã “{name}”", name=name),
                did_you_mean(name, known) or say("hãy sửa mã bài"),
            )


@rules.add("E109", "hai bài chờ nhau học trước")
def prerequisites_in_a_circle(script: Script) -> Iterator[LintFinding]:
    """Prerequisites that need this lesson first, directly or through others."""
    lessons = {draft.lesson.id: draft.lesson for draft in script.library.drafts if draft.lesson}
    for at, name in enumerate(script.lesson.prerequisites):
        if script.lesson.id in _before(name, lessons):
            yield LintFinding(
                script.header("prerequisites", at),
                say("bài “{name}” lại cần học bài này trước", name=name),
                say("hãy bỏ một chiều"),
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
def track_missing(script: Script) -> Iterator[LintFinding]:
    """A `track` that lessons/tracks.yaml does not have; silent for a lesson looked at by itself."""
    tracks = {track.id for track in script.library.tracks}
    if stands(script) and script.lesson.track not in tracks:
        hint = did_you_mean(script.lesson.track, tracks) or one_of(sorted(tracks))
        yield LintFinding(
            script.header("track"), say("không có nhóm bài nào mã “{track}”", track=script.lesson.track), hint
        )


SAMPLES = frozenset({"bai-mau", "moi-loai-buoc"})
"""The lessons to copy, in folders whose name begins with "_"."""


@rules.add("E114", "bài còn mang mã của bài mẫu")
def still_the_sample(script: Script) -> Iterator[LintFinding]:
    """A copied sample is nothing to teach with before somebody has made a lesson of it."""
    place = script.header("lesson")
    hidden = any(part.startswith("_") for part in PurePath(place.path).parts)
    if script.lesson.id in SAMPLES and stands(script) and not hidden:
        message = say("“{id}” là mã của bài mẫu", id=script.lesson.id)
        yield LintFinding(place, message, say("hãy đặt mã riêng cho bài này, trùng tên thư mục"))


@rules.add("W112", "thư mục không mang mã bài")
def folder_without_id(script: Script) -> Iterator[LintFinding]:
    """A file that breaks is known by its folder: its last good version then stays in the menu."""
    place = script.header("lesson")
    folder = PurePath(place.path).parent.name
    if (
        PurePath(place.path).name == "lesson.yaml"
        and stands(script)
        and script.lesson.id not in ("", folder, *SAMPLES)
        and not folder.startswith("_")
    ):
        yield LintFinding(
            place,
            say("bài “{id}” nằm trong thư mục “{folder}”", id=script.lesson.id, folder=folder),
            say("hãy đặt thư mục cùng tên với mã bài"),
        )


def own_sentences(library: LessonSet) -> Iterator[Problem]:
    """What is wrong with the tutor's own sentences, and with the words that are explained."""
    for phrase in library.phrases:
        yield from _phrase(phrase, library.facts)
    for term in library.glossary:
        yield from _phrase(Phrase(f"term.{term.id}", term.say, term.place), library.facts)


def whole_shelf(library: LessonSet) -> Iterator[Problem]:
    """What no single lesson can be blamed for: calls in a circle, the emergency lesson, screens that nobody shows."""
    yield from _call_cycles(library)
    yield from _old_scenes(library)
    yield from _unused_scenes(library)
    if library.tracks:
        yield from _emergency(library)
    if library.tracks and not library.sources:
        place = SourcePosition(library.tracks[0].place.path, 1, 1)
        message = say("không có sources.yaml, nên không soát được lời nào có nguồn")
        yield Problem("W706", place, message, say("hãy ghi các nguồn vào sources.yaml cạnh tracks.yaml"))


def _old_scenes(library: LessonSet) -> Iterator[Problem]:
    """Screens that stand for real ones, which change: somebody has to look at both now and then."""
    for scene in library.scenes.values():
        if scene.about and scene.drawn_on < library.redraw_before:
            message = say(
                "“{scene}” vẽ theo “{about}” từ {day}", scene=scene.name, about=scene.about, day=scene.drawn_on
            )
            yield Problem("W509", scene.place, message, say("hãy so với màn hình thật, sửa, ghi lại drawn_on"))


def _unused_scenes(library: LessonSet) -> Iterator[Problem]:
    """Screens that no lesson shows; nothing is said while a lesson cannot be read, or all are not there."""
    lessons = [draft.lesson for draft in library.drafts if draft.lesson]
    if not library.tracks or len(lessons) < len(library.drafts):
        return
    shown = {step.image.scene for lesson in lessons for step in lesson.steps if step.image}
    for name in sorted(library.scenes.keys() - shown):
        message = say("không bài nào dùng màn hình tập “{name}”", name=name)
        yield Problem("W511", library.scenes[name].place, message, say("hãy dùng trong một bước, hay xóa tệp này"))


def _call_cycles(library: LessonSet) -> Iterator[Problem]:
    """A lesson that is called while it is itself being called: it would wait for itself."""
    calls = {draft.lesson.id: list(draft.lesson.of(Call)) for draft in library.drafts if draft.lesson}
    pages = {draft.lesson.id: draft for draft in library.drafts if draft.lesson}
    if not any(calls.values()):
        return
    for lesson_id, steps in calls.items():
        for step in steps:
            if step.returns and lesson_id in _called(step.lesson, calls):
                message = say("bài “{lesson}” rồi lại gọi về bài này", lesson=step.lesson)
                place = Script(pages[lesson_id], library).at(step, "lesson")
                yield Problem("E107", place, message, say("hãy bỏ một chiều, hoặc return: false"))


def _called(lesson_id: str, calls: Mapping[str, list[Call]]) -> set[str]:
    """A lesson and all that it calls, however deep."""
    seen: set[str] = set()
    todo = [lesson_id]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo.extend(step.lesson for step in calls.get(at, ()))
    return seen


def _emergency(library: LessonSet) -> Iterator[Problem]:
    emergencies = [
        draft.lesson
        for draft in library.drafts
        if draft.lesson and draft.lesson.emergency and on_shelf(library, draft.path)
    ]
    for lesson in emergencies[1:]:
        message = say("đã có bài khẩn “{id}”", id=emergencies[0].id)
        yield Problem("E704", lesson.place, message, say("chỉ một bài được ghi emergency: true"))
    if not emergencies:
        place = SourcePosition(library.tracks[0].place.path, 1, 1)
        yield Problem("W705", place, say("chưa có bài khẩn cho lúc bị lừa"), say("hãy ghi emergency: true ở bài ấy"))


def _phrase(phrase: Phrase, facts: Mapping[str, str]) -> Iterator[Problem]:
    if loose := loose_brace(phrase.text):
        yield Problem("E301", phrase.place, loose.message, loose.hint)
    for found in PLACEHOLDER.finditer(phrase.text):
        if found[1] in OWN_PLACEHOLDERS or found[1] in facts:
            continue
        if meant := next((own for own in sorted(OWN_PLACEHOLDERS) if bare_of(own) == bare_of(found[1])), None):
            yield Problem(
                "E301",
                phrase.place,
                say("không có chỗ điền nào tên {{{found}}}", found=found[1]),
                say("có phải là “{meant}”?", meant=meant),
            )
    if wants_secret(phrase.text, typed=False):
        yield Problem(
            "E304", phrase.place, say("câu này xin học viên điều phải giữ kín"), say("không bao giờ xin những thứ này")
        )
    if phrase.id.startswith("label_"):
        return
    for word, _ in bare_words(phrase.text):
        yield Problem("W408", phrase.place, say("“{word}” viết thẳng trong câu", word=word), USE_PLACEHOLDER)
    for word, _ in bare_particles(phrase.text):
        yield Problem("W410", phrase.place, say("“{word}” viết thẳng trong câu", word=word), USE_PARTICLE)
    fault = too_much_to_read(PLACEHOLDER.sub(lambda found: facts.get(found[1], "Lan"), phrase.text))
    if fault:
        yield Problem("W405", phrase.place, fault, SPLIT)
