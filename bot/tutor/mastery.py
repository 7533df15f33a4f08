"""What the learner can do for good: a skill answered right on two days, or seen by an instructor. Pure."""

from __future__ import annotations

from datetime import date

from bot.tutor.turn import Marked, TurnContext
from flows import events as ev
from flows.model import Quiz

FIRM = date.min
"""Stands in `ConversationState.skills` for the first day of a skill that is firm."""


def note(turn: TurnContext, event: ev.AnswerGraded) -> None:
    """An answer was graded: right at the first try on another day than before makes its skill firm."""
    if event.skill is None or not event.right or event.tries > 1:
        return
    first = turn.state.skills.get(event.skill)
    if first is None:
        turn.change(skills={**turn.state.skills, event.skill: turn.today})
    elif first not in (FIRM, turn.today):
        _firm(turn, event.skill)


def confirm(turn: TurnContext, lesson_id: str) -> None:
    """An instructor has seen the learner do alone what this lesson teaches: all its skills are firm."""
    lesson = turn.book.lesson(lesson_id)
    for skill in dict.fromkeys(quiz.skill for quiz in lesson.of(Quiz)) if lesson else ():
        if skill is not None and turn.state.skills.get(skill) != FIRM:
            _firm(turn, skill)


def _firm(turn: TurnContext, skill: str) -> None:
    turn.change(skills={**turn.state.skills, skill: FIRM})
    turn.events.append(Marked("skill", skill, 1, 1))


def firm(turn: TurnContext) -> int:
    """How many skills are firm."""
    return sum(first == FIRM for first in turn.state.skills.values())
