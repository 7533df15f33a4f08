"""What she asks or says beside the lessons: looked up and answered, or passed to a human; her place stays open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.conversation.policy.global_words import obey
from bot.conversation.policy.open_question import ask_again
from bot.conversation.policy.understanding import about as about_what
from bot.conversation.policy.understanding import alarm_of
from bot.tutor import lessons, menu
from bot.tutor.desk import Desk
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import OfferedButtons
from flows.model import Answer
from flows.session import render
from flows.words.ear.finding import find, finder_of
from flows.words.understand import Words, fold

MOST_LESSONS = 2
RESTING = frozenset({"tired", "bye"})
"""Small talk after which nothing is put to her again: she wants to rest."""


def digress(desk: Desk, text: str) -> CommandOutcome | None:
    """Deal with what answers nothing: a worry, a question, a wish for a human, small talk; None where it is none of
    these."""
    sounds, matter = alarm_of(desk, text), about_what(desk, text)
    if sounds.level == "ask" and not lessons.in_emergency(desk):
        menu.ask_emergency(desk, sounds.kind, matter.topics)
        return ANSWERED
    match matter.kind:
        case "human":
            return obey(desk, "help")
        case "learn" if desk.state.pending or desk.state.open_run:
            return _asked_again(desk)
        case "learn":
            menu.show_menu(desk)
        case "question":
            answer(desk, text, matter.topics)
            return _asked_again(desk) if desk.state.pending else ANSWERED
        case "oos" if not desk.state.pending:
            out_of_scope(desk)
        case "small":
            rests = small_talk(desk, text) in RESTING and not desk.state.pending
            if not rests or lessons.in_emergency(desk):
                return _asked_again(desk)
            menu.offer_way_on(desk)
        case _:
            return None
    return ANSWERED


def _asked_again(desk: Desk) -> CommandOutcome:
    """A question of the tutor's own comes before that of a lesson."""
    if desk.state.pending and desk.state.offer:
        ask_again(desk)
        return ANSWERED
    return ASIDE


def answers_to(desk: Desk, text: str) -> tuple[Answer, ...]:
    """The written answers that fit a question, the best first."""
    return find(finder_of(desk.book.answers), desk.book.words.ear, text)


def answer(desk: Desk, text: str, topics: Sequence[str]) -> None:
    """The best answer in a few sentences with its source, the lessons about it, and always a human."""
    found = answers_to(desk, text)
    first = found[0] if found else None
    outlines = dict.fromkeys((*((first.outline,) if first else ()), *topics))
    found_lessons = [each for code in outlines if (each := lesson_of(desk, code))][:MOST_LESSONS]
    if first is not None:
        desk.say(said(desk, first))
    if desk.state.pending:
        return  # a question of the tutor's own is open: it is asked again below
    intro = "" if first is not None else desk.phrase("answer_lesson" if found_lessons else "answer_none")
    _offer(desk, intro, found_lessons)


def about(desk: Desk, topics: Sequence[str]) -> None:
    """The lessons about what she may have meant; without any she goes on."""
    found = [each for code in topics if (each := lesson_of(desk, code))][:MOST_LESSONS]
    _offer(desk, desk.phrase("answer_lesson" if found else "answer_what"), found)


def named(desk: Desk, meant: menu.OpenLesson | menu.ShowTrack) -> None:
    """She named another lesson, or a track, in the middle of one: it is offered, her place stays."""
    match meant:
        case menu.ShowTrack(track):
            menu.show_track(desk, track)
        case menu.OpenLesson(lesson_id):
            _offer(desk, desk.phrase("answer_lesson"), [lesson_id])
        case _:
            assert_never(meant)


def out_of_scope(desk: Desk) -> None:
    """Said kindly, never answered as if known; a human may know."""
    _offer(desk, desk.phrase("answer_elsewhere"), ())


def small_talk(desk: Desk, text: str) -> str:
    """One kind line; what kind of talk it is."""
    kind = kind_of_talk(desk.book.words, text)
    desk.say(desk.phrase(f"small_{kind}"))
    return kind


def said(desk: Desk, answer: Answer) -> str:
    """The answer as she reads it, with where it comes from."""
    text = render(answer.say, desk.person.address, desk.person.name, desk.book.facts)
    return f"{text}\n{desk.phrase('answer_source', nguon=answer.cited)}" if answer.cited else text


def lesson_of(desk: Desk, code: str) -> str | None:
    """The lesson of an outline, if it is written: its id begins with the code ("V4": v4-…)."""
    begins = f"{code.lower()}-"
    return next((each for each in desk.book.current if each.startswith(begins)), None)


def _offer(desk: Desk, text: str, about: Sequence[str]) -> None:
    offer: OfferedButtons = tuple((f"m:{each}", menu.short(desk.lesson_title(each))) for each in about)
    human = ("g:help", desk.phrase("label_ask_human"))
    on = ("g:go_on", desk.phrase("label_continue")) if desk.state.open_run else ("g:menu", desk.phrase("label_menu"))
    desk.offer(text, (*offer, human, on), desk.state.pending)


def kind_of_talk(words: Words, text: str) -> str:
    """hello, bye, tired, rude …: by the words of the table; "any" where none of them is said."""
    line = f" {' '.join(fold(words, text))} "
    for kind, ways in words.small_talk.items():
        if any(f" {' '.join(fold(words, way))} " in line for way in ways):
            return kind
    return "any"
