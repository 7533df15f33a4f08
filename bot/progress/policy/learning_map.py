"""A learner's way through the tracks: what is done, where she stands, what is open. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.tutor.menu import in_order, to_finish
from bot.tutor.turn import TurnContext
from flows import Lesson
from flows.sittings import SITTINGS

Standing = Literal["done", "here", "begun", "open"]


@dataclass(frozen=True, slots=True)
class TrackOnMap:
    """One track: `done` of `total` lessons. `here` stands in it; then `lesson` is the title of the lesson that is open,
    or that comes next."""

    title: str
    done: int
    total: int
    standing: Standing
    lesson: str = ""


def map_of(turn: TurnContext) -> tuple[TrackOnMap, ...]:
    """The tracks in their order, each with the lessons that there are to finish."""
    lessons = to_finish(turn, in_order(turn))
    at = stands_at(turn, lessons)
    found = []
    for track, title in turn.book.tracks:
        own = [each for each in lessons if each.track == track]
        if own:
            found.append(_track(turn, title, own, at))
    return tuple(found)


def _track(turn: TurnContext, title: str, own: Sequence[Lesson], at: Lesson | None) -> TrackOnMap:
    done = sum(each.id in turn.state.done for each in own)
    if at in own:
        return TrackOnMap(title, done, len(own), "here", turn.lesson_title(at.id) if at else "")
    return TrackOnMap(title, done, len(own), "done" if done == len(own) else "begun" if done else "open")


def stands_at(turn: TurnContext, lessons: Sequence[Lesson]) -> Lesson | None:
    """The lesson that is open, else the one left last, else the first that is not done of the track begun last, else of
    all."""
    by_id = {each.id: each for each in lessons}
    for run in (turn.state.open_run, *reversed(turn.state.parked)):
        if run is not None and run.home[0] not in SITTINGS and run.home[0] in by_id:
            return by_id[run.home[0]]
    left = [each for each in lessons if each.id not in turn.state.done]
    last = next((by_id[each].track for each in reversed(list(turn.state.done)) if each in by_id), "")
    return next((each for each in left if each.track == last), next(iter(left), None))


def told(turn: TurnContext, tracks: Sequence[TrackOnMap]) -> str:
    """The map in words, a line a track, for whoever cannot see it."""
    return "\n".join(
        turn.phrase(f"map_{each.standing}", nhom=each.title, xong=str(each.done), tong=str(each.total), bai=each.lesson)
        for each in tracks
    )
