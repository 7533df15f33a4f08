"""What may be learnt: tracks with progress, lessons of a track, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.tutor import mastery, reviewing, testing
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from flows import Lesson
from flows.sittings import SITTINGS
from flows.words.tables import fold, read
from flows.words.understand import Answered, Own, understand


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson is to be begun, or gone on with."""

    lesson_id: str


@dataclass(frozen=True, slots=True)
class ShowTrack:
    """The lessons of one track are to be listed, or all tracks (""), from the choice with number `at` on."""

    track: str
    at: int = 0


MOST = 9  # choices under one another at once, that to see more among them: every channel with buttons shows as many
MAP_FROM = 2  # lessons done, from which there is a way to look back on
LABEL = 34  # characters a button shows on the narrowest phone


def show_menu(turn: TurnContext, intro: str = "", at: int = 0) -> None:
    """The tracks, with the lesson that is open on top; a newcomer is led to the first lesson. `at`: how many of these
    choices were seen before."""
    lessons = in_order(turn)
    counted = to_finish(turn, lessons)
    done = sum(lesson.id in turn.state.done for lesson in counted)
    turn.say(intro)
    if done:
        turn.say(turn.phrase("menu_progress", xong=str(done), tong=str(len(counted))))
    if firm := mastery.firm(turn):
        turn.say(turn.phrase("skills_firm", so=str(firm)))
    first = None if done or turn.state.open_run or turn.state.parked else next(iter(lessons), None)
    if first is not None:
        turn.say(turn.phrase("menu_first", bai=first.title, phut=str(first.minutes)))
    choices = (
        *_open(turn),
        *reviewing.button(turn),
        *([("pr:show", turn.phrase("label_progress"))] if done >= MAP_FROM and turn.agreed else []),
        *([_button(turn, first)] if first else []),
        *_work(turn),
        *_tracks(turn, lessons, first),
    )
    turn.offer(turn.phrase("menu"), _some(turn, choices, ShowTrack("", at), MOST))


def show_track(turn: TurnContext, track: str, at: int = 0) -> None:
    """The lessons of a track with a button each, those not done first; the menu where there is no such track."""
    title = dict(turn.book.tracks).get(track)
    lessons = [lesson for lesson in in_order(turn) if lesson.track == track]
    if title is None or not lessons:
        show_menu(turn, at=at)
        return
    lessons.sort(key=lambda lesson: lesson.id in turn.state.done)
    choices = (*(_button(turn, lesson) for lesson in lessons), *testing.button(turn, track))
    menu = ("g:menu", turn.phrase("label_menu"))
    shown = _some(turn, choices, ShowTrack(track, at), MOST - 1)
    turn.offer(turn.phrase("menu_track_pick", nhom=title), (*shown, menu))


def _some(turn: TurnContext, choices: OfferedButtons, seen: ShowTrack, most: int) -> OfferedButtons:
    """As many of the choices as stand under one another, and what shows the others; after the last, the first again."""
    if len(choices) <= most:
        return choices
    at = seen.at if seen.at < len(choices) else 0
    end = at + most - 1
    return (*choices[at:end], (f"t:{seen.track}:{end if end < len(choices) else 0}", turn.phrase("label_more")))


def find(turn: TurnContext, text: str) -> OpenLesson | ShowTrack | None:
    """The track or lesson that she named, wherever she is; None when no title is meant."""
    titles = _titles(turn, in_order(turn))
    own = [Own(str(at), (title,)) for at, (_, title) in enumerate(titles)]
    meaning = understand(turn.book.words, text[:200], own, numbered=False)
    return titles[int(meaning.option)][0] if isinstance(meaning, Answered) else None


def titled(turn: TurnContext, text: str) -> OpenLesson | ShowTrack | None:
    """The track or lesson whose whole title she typed; that for the first hour has a cry for a title."""
    said = read(turn.book.words, text[:200]).states
    titles = _titles(turn, [lesson for lesson in in_order(turn) if not lesson.emergency])
    return next((button for button, title in titles if fold(turn.book.words, title) in said), None)


def _titles(turn: TurnContext, lessons: Sequence[Lesson]) -> list[tuple[OpenLesson | ShowTrack, str]]:
    tracks = [(ShowTrack(track), title) for track, title in turn.book.tracks]
    return [*tracks, *((OpenLesson(each.id), each.title) for each in lessons)]


def offer_next(turn: TurnContext, then: str | None, ended: str) -> None:
    """After the lesson `ended`: the one that waits, else the one its author names, else the learner says what she
    needs, else the one that follows, else the menu."""
    menu = ("g:menu", turn.phrase("label_menu"))
    waiting = [run.home[0] for run in turn.state.parked if not _is_emergency(turn, run.home[0])]
    if waiting:
        parked = waiting[-1]
        text = turn.phrase("parked_offer", bai=turn.lesson_title(parked))
        turn.offer(text, ((f"m:{parked}", turn.phrase("label_continue")), menu))
        return
    following = _next_lesson(turn, then, ended)
    if following is None:
        show_menu(turn)
        return
    if following.id != then and (needs := _needs(turn)):
        turn.offer(turn.phrase("path_ask"), (*needs, menu))
        return
    text = turn.phrase("next_offer", bai=following.title)
    more = (*testing.button(turn, following.track), *_certificate(turn, ended))
    turn.offer(text, ((f"m:{following.id}", turn.phrase("label_next_lesson")), *more, menu))


def _certificate(turn: TurnContext, ended: str) -> OfferedButtons:
    """The button for the certificate, after the last lesson of a track."""
    lesson = turn.book.lesson(ended)
    if lesson is None or lesson.emergency or not turn.agreed:
        return ()
    track = [each.id for each in in_order(turn) if each.track == lesson.track and not each.emergency]
    done = all(each in turn.state.done for each in track)
    return ((f"ct:of:{lesson.track}", turn.phrase("label_certificate")),) if done else ()


def offer_way_on(turn: TurnContext) -> None:
    """Under what was just said: two buttons for whenever the learner comes back."""
    turn.offer("", (("g:go_on", turn.phrase("label_continue")), ("g:menu", turn.phrase("label_menu"))))


def ask_emergency(turn: TurnContext, kind: str, topics: Sequence[str]) -> None:
    """Ask whether it is a cry: two buttons, nobody is called yet; what may have been meant instead is kept.

    `kind` now: a thief is at work this moment, so the learner is told to hang up first.
    """
    other = f"e:{','.join(topics)}"
    asked = "now" if kind == "now" else "emergency"
    offer = (("g:emergency", turn.phrase(f"label_{asked}_yes")), (other, turn.phrase(f"label_{asked}_no")))
    turn.offer(turn.phrase("emergency_now" if kind == "now" else "emergency_ask"), offer, turn.state.pending)


def _next_lesson(turn: TurnContext, then: str | None, ended: str) -> Lesson | None:
    """What the author names, else the first not done; of whom nothing is kept, the one below in the list."""
    lessons = [lesson for lesson in in_order(turn) if not lesson.emergency and lesson.id not in turn.state.done]
    if not turn.agreed:
        ids = [lesson.id for lesson in lessons]
        lessons = lessons[ids.index(ended) + 1 :] if ended in ids else lessons
    wanted = next((lesson for lesson in lessons if lesson.id == then), None)
    return wanted or next(iter(lessons), None)


def _needs(turn: TurnContext) -> OfferedButtons:
    """The tracks to choose from by what is needed, each with something left to learn; none where it is but one."""
    left = {lesson.track for lesson in in_order(turn) if not lesson.emergency and lesson.id not in turn.state.done}
    found = tuple((f"t:{track}", label) for track, label in turn.book.needs.items() if track in left)
    return found if len(found) > 1 else ()


def _is_emergency(turn: TurnContext, lesson_id: str) -> bool:
    lesson = turn.book.lesson(lesson_id)
    return lesson is not None and lesson.emergency


def in_order(turn: TurnContext) -> list[Lesson]:
    """The lessons that can be begun, in the order of their tracks; those for instructors are shown to nobody else."""
    hidden = frozenset() if turn.person.is_instructor else turn.book.for_instructors
    return [lesson for lesson in turn.book.in_order if lesson.track not in hidden]


def to_finish(turn: TurnContext, lessons: Sequence[Lesson]) -> list[Lesson]:
    """Those that count as the learner's way: the emergency lesson is nobody's task, it counts once it is done."""
    return [each for each in lessons if not each.emergency or each.id in turn.state.done]


def _open(turn: TurnContext) -> OfferedButtons:
    shown = (turn.state.open_run, *reversed(turn.state.parked))
    runs = [run for run in shown if run and run.home[0] not in SITTINGS and turn.book.lesson(run.home[0])]
    titles = ((run.home[0], turn.lesson_title(run.home[0])) for run in runs[:3])
    return tuple((f"m:{lesson}", short(turn.phrase("menu_open", bai=title))) for lesson, title in titles)


def _tracks(turn: TurnContext, lessons: list[Lesson], shown_already: Lesson | None) -> OfferedButtons:
    shown, of_track = [], dict[str, list[Lesson]]()
    for lesson in lessons:
        of_track.setdefault(lesson.track, []).append(lesson)
    open_lessons = {run.home[0] for run in (turn.state.open_run, *turn.state.parked) if run is not None}
    for track, title in turn.book.tracks:
        own = of_track.get(track)
        if not own or own == [shown_already] or {lesson.id for lesson in own} <= open_lessons:
            continue
        counted = to_finish(turn, own)
        done = sum(lesson.id in turn.state.done for lesson in counted)
        count = turn.phrase("menu_track_count", nhom=title, xong=str(done), tong=str(len(counted)))
        shown.append((f"t:{track}", count if turn.agreed else title))
    return tuple(shown)


def _work(turn: TurnContext) -> OfferedButtons:
    """The buttons of what this person does beside learning."""
    guides = (("u:list:0", "label_crew"), ("g:teach", "label_teach")) if turn.person.is_instructor else ()
    leads = (("q:list:", "label_post"),) if turn.person.is_officer else ()
    return tuple((token, turn.phrase(label)) for token, label in (*guides, *leads))


def _button(turn: TurnContext, lesson: Lesson) -> tuple[str, str]:
    is_open = any(run.home[0] == lesson.id for run in (turn.state.open_run, *turn.state.parked) if run)
    which = "menu_open" if is_open else "menu_done" if lesson.id in turn.state.done else "menu_plain"
    return f"m:{lesson.id}", short(turn.phrase(which, bai=lesson.title))


def short(label: str) -> str:
    """As much of a title as a button can show."""
    return label if len(label) <= LABEL + 16 else f"{label[: LABEL + 15].rstrip()}…"
