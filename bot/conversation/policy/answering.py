"""Questions and talk beside the lessons: looked up and answered, or passed to a human; the learner's place stays
open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.conversation.policy.global_words import obey
from bot.conversation.policy.open_question import ask_again
from bot.conversation.policy.understanding import about as about_what
from bot.conversation.policy.understanding import alarm_of
from bot.tutor import menu, open_step
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from flows.answers import Answer
from flows.glossary import Term
from flows.run import Book, render
from flows.words.defining import asked_term
from flows.words.ear.finding import find, finder_of
from flows.words.understand import Words, fold

MOST_LESSONS = 2
RESTING = frozenset({"tired", "bye"})
"""Small talk after which nothing is put to her again: she wants to rest."""


def digress(turn: TurnContext, text: str) -> CommandOutcome | None:
    """Deal with what answers nothing: a word to be explained, a worry, a question, a wish for a human, small talk; None
    where it is none of these."""
    if term := asked_term(turn.book.words, turn.book.glossary, text):
        return explain(turn, term)
    sounds, matter = alarm_of(turn, text), about_what(turn, text)
    if sounds.level == "ask" and not open_step.in_emergency(turn):
        menu.ask_emergency(turn, sounds.kind, matter.topics)
        return ANSWERED
    match matter.kind:
        case "human":
            return obey(turn, "help")
        case "learn" if turn.state.pending or turn.state.open_run:
            return _asked_again(turn)
        case "learn":
            menu.show_menu(turn)
        case "question":
            answer(turn, text, matter.topics)
            return _asked_again(turn) if turn.state.pending else ANSWERED
        case "oos" if not turn.state.pending:
            out_of_scope(turn)
        case "small":
            rests = small_talk(turn, text) in RESTING and not turn.state.pending
            if not rests or open_step.in_emergency(turn):
                return _asked_again(turn)
            menu.offer_way_on(turn)
        case _:
            return None
    return ANSWERED


def _asked_again(turn: TurnContext) -> CommandOutcome:
    """A question of the tutor's own comes before that of a lesson."""
    if turn.state.pending and turn.state.offer:
        ask_again(turn)
        return ANSWERED
    return ASIDE


def explain(turn: TurnContext, term: Term) -> CommandOutcome:
    """Say what a word means; what is open is put again, else the lesson about it is a button away."""
    say = turn.book.phrases_in.get(turn.state.lang, {}).get(f"term.{term.id}", term.say)
    turn.say(_sourced(turn, say, term.cited))
    if turn.state.open_run or turn.state.pending:
        return _asked_again(turn)
    lesson = lesson_of(turn.book, term.outline) if term.outline else None
    _offer(turn, "", (lesson,) if lesson else ())
    return ANSWERED


def answers_to(turn: TurnContext, text: str) -> tuple[Answer, ...]:
    """The written answers that fit a question, the best first."""
    return find(finder_of(turn.book.answers), turn.book.words.ear, text)


def answer(turn: TurnContext, text: str, topics: Sequence[str]) -> None:
    """The best answer in a few sentences with its source, the lessons about it, and always a human."""
    found = answers_to(turn, text)
    first = found[0] if found else None
    outlines = dict.fromkeys((*((first.outline,) if first else ()), *topics))
    found_lessons = [each for code in outlines if (each := lesson_of(turn.book, code))][:MOST_LESSONS]
    if first is not None:
        turn.say(said(turn, first))
    if turn.state.pending:
        return  # a question of the tutor's own is open: it is asked again below
    intro = "" if first is not None else turn.phrase("answer_lesson" if found_lessons else "answer_none")
    _offer(turn, intro, found_lessons)


def about(turn: TurnContext, topics: Sequence[str]) -> None:
    """Show the lessons about what may have been meant; without any the lesson goes on."""
    found = [each for code in topics if (each := lesson_of(turn.book, code))][:MOST_LESSONS]
    _offer(turn, turn.phrase("answer_lesson" if found else "answer_what"), found)


def named(turn: TurnContext, meant: menu.OpenLesson | menu.ShowTrack) -> None:
    """Offer another lesson, or a track, that the learner named in the middle of one; the place in this one stays."""
    match meant:
        case menu.ShowTrack(track):
            menu.show_track(turn, track)
        case menu.OpenLesson(lesson_id):
            _offer(turn, turn.phrase("answer_lesson"), [lesson_id])
        case _:
            assert_never(meant)


def out_of_scope(turn: TurnContext) -> None:
    """Said kindly, never answered as if known; a human may know."""
    _offer(turn, turn.phrase("answer_elsewhere"), ())


def small_talk(turn: TurnContext, text: str) -> str:
    """One kind line; what kind of talk it is."""
    kind = kind_of_talk(turn.book.words, text)
    turn.say(turn.phrase(f"small_{kind}"))
    return kind


def said(turn: TurnContext, answer: Answer) -> str:
    """The answer as the learner reads it, with where it comes from."""
    return _sourced(turn, answer.say, answer.cited)


def _sourced(turn: TurnContext, say: str, cited: str) -> str:
    text = render(say, turn.person.address, turn.person.name, turn.book.facts)
    return f"{text}\n{turn.phrase('answer_source', nguon=cited)}" if cited else text


def lesson_of(book: Book, code: str) -> str | None:
    """The lesson of an outline, if it is written: its id begins with the code ("V4": v4-…)."""
    begins = f"{code.lower()}-"
    return next((each for each in book.current if each.startswith(begins)), None)


def _offer(turn: TurnContext, text: str, about: Sequence[str]) -> None:
    offer: OfferedButtons = tuple((f"m:{each}", menu.short(turn.lesson_title(each))) for each in about)
    human = ("g:help", turn.phrase("label_ask_human"))
    on = ("g:go_on", turn.phrase("label_continue")) if turn.state.open_run else ("g:menu", turn.phrase("label_menu"))
    turn.offer(text, (*offer, human, on), turn.state.pending)


def kind_of_talk(words: Words, text: str) -> str:
    """hello, bye, tired, rude …: by the words of the table; "any" where none of them is said."""
    line = f" {' '.join(fold(words, text))} "
    for kind, ways in words.small_talk.items():
        if any(f" {' '.join(fold(words, way))} " in line for way in ways):
            return kind
    return "any"
