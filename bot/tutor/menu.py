"""What may be learnt: tracks with progress, lessons of a track, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.tutor.desk import Desk
from bot.tutor.state import OfferedButtons
from flows import Lesson
from flows.words.tables import fold, read
from flows.words.understand import Answered, Own, understand


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson is to be begun, or gone on with."""

    lesson_id: str


@dataclass(frozen=True, slots=True)
class ShowTrack:
    """The lessons of one track are to be listed."""

    track: str


LABEL = 34  # characters a button shows on the narrowest phone


def show_menu(desk: Desk, intro: str = "") -> None:
    """The tracks, with the lesson that is open on top; a newcomer is led to the first lesson."""
    lessons = in_order(desk)
    done = sum(lesson.id in desk.state.done for lesson in lessons)
    desk.say(intro)
    if done:
        desk.say(desk.phrase("menu_progress", xong=str(done), tong=str(len(lessons))))
    first = None if done or desk.state.open_run or desk.state.parked else next(iter(lessons), None)
    if first is not None:
        desk.say(desk.phrase("menu_first", bai=first.title, phut=str(first.minutes)))
    desk.offer(
        desk.phrase("menu"),
        (*_open(desk), *([_button(desk, first)] if first else []), *_tracks(desk, lessons, first), *_work(desk)),
    )


def show_track(desk: Desk, track: str) -> None:
    title = dict(desk.book.tracks).get(track)
    lessons = [lesson for lesson in in_order(desk) if lesson.track == track]
    if title is None or not lessons:
        show_menu(desk)
        return
    buttons = tuple(_button(desk, lesson) for lesson in lessons)
    desk.offer(desk.phrase("menu_track_pick", nhom=title), (*buttons, ("g:menu", desk.phrase("label_menu"))))


def find(desk: Desk, text: str) -> OpenLesson | ShowTrack | None:
    """The track or lesson that she named, wherever she is; None when no title is meant."""
    titles = _titles(desk, in_order(desk))
    own = [Own(str(at), (title,)) for at, (_, title) in enumerate(titles)]
    meaning = understand(desk.book.words, text[:200], own, numbered=False)
    return titles[int(meaning.option)][0] if isinstance(meaning, Answered) else None


def titled(desk: Desk, text: str) -> OpenLesson | ShowTrack | None:
    """The track or lesson whose whole title she typed; that for the first hour has a cry for a title."""
    said = read(desk.book.words, text[:200]).states
    titles = _titles(desk, [lesson for lesson in in_order(desk) if not lesson.emergency])
    return next((button for button, title in titles if fold(desk.book.words, title) in said), None)


def _titles(desk: Desk, lessons: Sequence[Lesson]) -> list[tuple[OpenLesson | ShowTrack, str]]:
    tracks = [(ShowTrack(track), title) for track, title in desk.book.tracks]
    return [*tracks, *((OpenLesson(each.id), each.title) for each in lessons)]


def offer_next(desk: Desk, then: str | None, ended: str) -> None:
    """After the lesson `ended`: the one that waits, else the one that follows, else the menu."""
    menu = ("g:menu", desk.phrase("label_menu"))
    waiting = [run.home[0] for run in desk.state.parked if not _is_emergency(desk, run.home[0])]
    if waiting:
        parked = waiting[-1]
        text = desk.phrase("parked_offer", bai=desk.lesson_title(parked))
        desk.offer(text, ((f"m:{parked}", desk.phrase("label_continue")), menu))
        return
    following = _next_lesson(desk, then, ended)
    if following is None:
        show_menu(desk)
        return
    text = desk.phrase("next_offer", bai=following.title)
    desk.offer(text, ((f"m:{following.id}", desk.phrase("label_next_lesson")), menu))


def offer_way_on(desk: Desk) -> None:
    """Under what was just said: two buttons for whenever she comes back."""
    desk.offer("", (("g:go_on", desk.phrase("label_continue")), ("g:menu", desk.phrase("label_menu"))))


def ask_emergency(desk: Desk, kind: str, topics: Sequence[str]) -> None:
    """It sounds like it: one question, two buttons, nobody is called yet; what she may have meant instead is kept.

    `kind` now: somebody is at her this moment, so she is told to hang up first.
    """
    other = f"e:{','.join(topics)}"
    asked = "now" if kind == "now" else "emergency"
    offer = (("g:emergency", desk.phrase(f"label_{asked}_yes")), (other, desk.phrase(f"label_{asked}_no")))
    desk.offer(desk.phrase("emergency_now" if kind == "now" else "emergency_ask"), offer, desk.state.pending)


def _next_lesson(desk: Desk, then: str | None, ended: str) -> Lesson | None:
    """What the author names, else the first not done; of whom nothing is kept, the one below in the list."""
    lessons = [lesson for lesson in in_order(desk) if not lesson.emergency and lesson.id not in desk.state.done]
    if not desk.agreed:
        ids = [lesson.id for lesson in lessons]
        lessons = lessons[ids.index(ended) + 1 :] if ended in ids else lessons
    wanted = next((lesson for lesson in lessons if lesson.id == then), None)
    return wanted or next(iter(lessons), None)


def _is_emergency(desk: Desk, lesson_id: str) -> bool:
    lesson = desk.book.lesson(lesson_id)
    return lesson is not None and lesson.emergency


def in_order(desk: Desk) -> list[Lesson]:
    """The lessons that can be begun, in the order of their tracks."""
    tracks = {track: at for at, (track, _) in enumerate(desk.book.tracks)}
    current = (desk.book.versions[key] for key in desk.book.current.items())
    return sorted(current, key=lambda lesson: (tracks.get(lesson.track, len(tracks)), lesson.order, lesson.id))


def _open(desk: Desk) -> OfferedButtons:
    runs = [run for run in (desk.state.open_run, *reversed(desk.state.parked)) if run and desk.book.lesson(run.home[0])]
    titles = ((run.home[0], desk.lesson_title(run.home[0])) for run in runs[:3])
    return tuple((f"m:{lesson}", short(desk.phrase("menu_open", bai=title))) for lesson, title in titles)


def _tracks(desk: Desk, lessons: list[Lesson], shown_already: Lesson | None) -> OfferedButtons:
    shown = []
    open_lessons = {run.home[0] for run in (desk.state.open_run, *desk.state.parked) if run is not None}
    for track, title in desk.book.tracks:
        own = [lesson for lesson in lessons if lesson.track == track]
        if not own or own == [shown_already] or {lesson.id for lesson in own} <= open_lessons:
            continue
        done = sum(lesson.id in desk.state.done for lesson in own)
        count = desk.phrase("menu_track_count", nhom=title, xong=str(done), tong=str(len(own)))
        shown.append((f"t:{track}", count if desk.agreed else title))
    return tuple(shown)


def _work(desk: Desk) -> OfferedButtons:
    """What she does beside learning."""
    guides = (("u:list:0", "label_crew"), ("g:teach", "label_teach")) if desk.person.instructs else ()
    leads = (("q:list:", "label_post"),) if desk.person.leads else ()
    return tuple((token, desk.phrase(label)) for token, label in (*guides, *leads))


def _button(desk: Desk, lesson: Lesson) -> tuple[str, str]:
    is_open = any(run.home[0] == lesson.id for run in (desk.state.open_run, *desk.state.parked) if run)
    which = "menu_open" if is_open else "menu_done" if lesson.id in desk.state.done else "menu_plain"
    return f"m:{lesson.id}", short(desk.phrase(which, bai=lesson.title))


def short(label: str) -> str:
    """As much of a title as a button can show."""
    return label if len(label) <= LABEL + 16 else f"{label[: LABEL + 15].rstrip()}…"
