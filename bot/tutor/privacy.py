"""Her rights over her data, answered at once: see, take along, withdraw, delete (facts sheet, section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.channels.base import Button
from bot.people.policy.commands import TakeApart
from bot.tutor.desk import AnswersForgotten, ConsentAnswered, Desk, Person, PersonForgotten
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import ConversationState

UNDO = timedelta(days=7)
"""How long the joining of two phones can be undone."""


def show_data(desk: Desk) -> None:
    if not desk.agreed:
        desk.say(desk.phrase("data_none"))
        return
    open_runs = [run.home[0] for run in (desk.state.open_run, *desk.state.parked) if run]
    desk.say(
        desk.phrase(
            "data_shown",
            ten_goi=desk.person.name or "—",
            xung_ho=desk.person.address,
            xong=", ".join(map(desk.lesson_title, desk.state.done)) or "—",
            do=", ".join(map(desk.lesson_title, open_runs)) or "—",
            cau=str(desk.state.answers),
        )
    )
    if desk.channel == "web":
        desk.say(desk.phrase("data_log"))


def show_belonging(desk: Desk, kept: Mapping[str, str]) -> None:
    """What the union's side keeps of her: name in its list, place, roles, what she set, requests, pairings."""
    if kept:
        desk.say(desk.phrase("data_union", tep="\n".join(f"{what}: {value}" for what, value in kept.items())))
    desk.say(desk.phrase("data_whole_web" if desk.channel == "web" else "data_whole"))


def download_data(desk: Desk) -> None:
    if not desk.agreed:
        desk.say(desk.phrase("data_none"))
        return
    runs = [run for run in (desk.state.run, *desk.state.parked) if run]
    lines = [
        f"Tên gọi: {desk.person.name or '—'}",
        f"Xưng hô: {desk.person.address}",
        *(f"Bài đã xong: {desk.lesson_title(lesson)}, {points} điểm" for lesson, points in desk.state.done.items()),
        *(f"Bài đang dở: {desk.lesson_title(run.home[0])}, {run.score} điểm" for run in runs if run.waiting),
        f"Số câu đã trả lời: {desk.state.answers}",
    ]
    desk.say(desk.phrase("data_file", tep="\n".join(lines)))


def ask_delete(desk: Desk) -> None:
    offer = (("d:yes", desk.phrase("label_delete_yes")), ("d:no", desk.phrase("label_delete_no")))
    desk.offer(desk.phrase("delete_ask"), offer, pending="delete")


def take_delete(desk: Desk, *, sure: bool) -> CommandOutcome:
    """Only the answer to a question that is open deletes: an old button must never do it."""
    if desk.state.pending != "delete":
        desk.say(desk.phrase("stale_short"))
        return ANSWERED if sure else ASIDE
    if sure and _was_joined(desk):
        desk.events.append(TakeApart("delete"))
        return ANSWERED
    if sure:
        return delete(desk)
    desk.change(offer=(), pending="")
    desk.say(desk.phrase("kept"))
    return ASIDE


def delete(desk: Desk) -> CommandOutcome:
    """She has said yes: everything that is hers goes."""
    text, restart = desk.phrase("deleted"), desk.phrase("label_restart")
    desk.events.append(PersonForgotten())
    desk.person, desk.state = Person(desk.person.learner_id), ConversationState()
    desk.ask(text, [Button("g:menu", restart)])
    return ANSWERED


def ask_withdraw(desk: Desk) -> CommandOutcome:
    """At once; but what another phone brought along this week is first given back to it."""
    if desk.agreed and _was_joined(desk):
        desk.events.append(TakeApart("withdraw"))
        return ANSWERED
    return withdraw(desk)


def _was_joined(desk: Desk) -> bool:
    """Whether another phone was joined so lately that it can be undone: what came with it is not hers to end."""
    joined_at = desk.state.joined_at
    return joined_at is not None and desk.universe.now - joined_at < UNDO


def withdraw(desk: Desk) -> CommandOutcome:
    """Nothing of what the learner has answered is kept any more; who has not agreed is told so as well."""
    if desk.agreed:
        desk.set_person(consent="declined", name="")
        desk.events.extend((ConsentAnswered("withdrawn"), AnswersForgotten()))
    desk.say(desk.phrase("withdrawn"))
    return ASIDE
