"""A learner's rights over the own data, answered at once: see, take along, withdraw, delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import flows
from bot.channels.base import Button
from bot.people.policy.commands import TakeApart
from bot.tutor.onboarding import address_unasked
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import ConversationState
from bot.tutor.turn import AnswersForgotten, ConsentAnswered, Person, PersonForgotten, TurnContext

UNDO = timedelta(days=7)
"""How long the joining of two phones can be undone."""


def show_data(turn: TurnContext) -> None:
    """Tell a learner what is kept, in a few lines; on the web also that the page's messages are."""
    if not turn.agreed:
        turn.say(turn.phrase("data_none"))
        return
    open_runs = [run.home[0] for run in (turn.state.open_run, *turn.state.parked) if run]
    turn.say(
        turn.phrase(
            "data_shown",
            ten_goi=turn.person.name or "—",
            xung_ho=_address(turn),
            xong=", ".join(map(turn.lesson_title, turn.state.done)) or "—",
            do=", ".join(map(turn.lesson_title, open_runs)) or "—",
            cau=str(turn.state.answers),
        )
    )
    if turn.profile.keeps_log:
        turn.say(turn.phrase("data_log"))


def _address(turn: TurnContext) -> str:
    return "—" if turn.person.address == flows.UNADDRESSED else turn.person.address


def show_belonging(turn: TurnContext, kept: Mapping[str, str]) -> None:
    """What the union's side keeps of a learner: name in its list, place, roles, settings, requests, pairings."""
    if kept:
        turn.say(turn.phrase("data_union", tep="\n".join(f"{what}: {value}" for what, value in kept.items())))
    turn.say(turn.phrase("data_whole_web" if turn.profile.keeps_log else "data_whole"))


def download_data(turn: TurnContext) -> None:
    """What is kept of a learner as text to take along."""
    if not turn.agreed:
        turn.say(turn.phrase("data_none"))
        return
    runs = [run for run in (turn.state.run, *turn.state.parked) if run]
    lines = [
        f"Tên gọi: {turn.person.name or '—'}",
        f"Xưng hô: {_address(turn)}",
        *(f"Bài đã xong: {turn.lesson_title(lesson)}, {points} điểm" for lesson, points in turn.state.done.items()),
        *(f"Bài đang dở: {turn.lesson_title(run.home[0])}, {run.score} điểm" for run in runs if run.waiting),
        f"Số câu đã trả lời: {turn.state.answers}",
    ]
    turn.say(turn.phrase("data_file", tep="\n".join(lines)))


def ask_delete(turn: TurnContext) -> None:
    """Ask whether everything is to be deleted for good."""
    offer = (("d:yes", turn.phrase("label_delete_yes")), ("d:no", turn.phrase("label_delete_no")))
    turn.offer(turn.phrase("delete_ask"), offer, pending="delete")


def take_delete(turn: TurnContext, *, sure: bool) -> CommandOutcome:
    """Only the answer to a question that is open deletes: an old button must never do it."""
    if turn.state.pending != "delete":
        turn.say(turn.phrase("stale_short"))
        return ANSWERED if sure else ASIDE
    if sure and _was_joined(turn):
        turn.events.append(TakeApart("delete"))
        return ANSWERED
    if sure:
        return delete(turn)
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("kept"))
    return ASIDE


def delete(turn: TurnContext) -> CommandOutcome:
    """Delete everything of a learner who has said yes to it."""
    text, restart = turn.phrase("deleted"), turn.phrase("label_restart")
    turn.events.append(PersonForgotten())
    turn.person, turn.state = Person(turn.person.learner_id), ConversationState()
    turn.ask(text, [Button("g:menu", restart)])
    return ANSWERED


def ask_withdraw(turn: TurnContext) -> CommandOutcome:
    """At once; but what another phone brought along this week is first given back to it."""
    if turn.agreed and _was_joined(turn):
        turn.events.append(TakeApart("withdraw"))
        return ANSWERED
    return withdraw(turn)


def _was_joined(turn: TurnContext) -> bool:
    """Whether another phone was joined so lately that it can be undone: what came with it is another's to end."""
    joined_at = turn.state.joined_at
    return joined_at is not None and turn.universe.now - joined_at < UNDO


def withdraw(turn: TurnContext) -> CommandOutcome:
    """Nothing of what the learner has answered is kept any more; who has not agreed is told so as well."""
    if turn.agreed:
        turn.set_person(consent="declined", name="", address=address_unasked(turn.person.address))
        turn.events.extend((ConsentAnswered("withdrawn"), AnswersForgotten()))
    turn.say(turn.phrase("withdrawn"))
    return ASIDE
