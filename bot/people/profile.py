"""Data put right, by the learner or by an officer; each in the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import flows
from bot.people.export import in_words
from bot.people.policy import commands as asked
from bot.people.policy import linking
from bot.people.policy import profile as pure
from bot.people.policy.commands import ProfileCommand
from bot.people.policy.permissions import PERMISSIONS
from bot.tutor import privacy, state_codec
from bot.tutor.onboarding import MAX_NAME_WORDS, fingerprint, is_name
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from flows import RunCorrupt
from flows.saying import say
from storage.conversations import conversations, leaving
from storage.conversations.records import ConversationRow, Writes
from storage.engine.database import Connection
from storage.people import areas, people, seats
from storage.people.areas import AreaRow
from storage.people.records import ConsentRow, PersonRow

BY_OFFICER = "officer"  # the channel of a consent row: said to an officer


class OwnProfile:
    """A learner's own data: area and needs are changed here, the rest at the reception."""

    def carry_out(self, connection: Connection, turn: TurnContext, command: ProfileCommand) -> CommandOutcome:
        """Show the profile or change one thing in it; an old button takes no phone off."""
        learner_id = turn.person.learner_id
        place, needs = _known(connection, learner_id)
        match command:
            case asked.NameArea(text):
                found = pure.places_named(text[:80], _wards(connection))
                if len(found) == 1:
                    self._move(connection, turn, found[0][0])
                else:
                    pure.ask_area(turn, place.name if place else "", found, again=True, pending=turn.state.pending)
            case asked.AskArea():
                pure.ask_area(turn, place.name if place else "")
            case asked.PickWard(area_id):
                self._move(connection, turn, area_id)
            case asked.AskNeeds():
                pure.ask_needs(turn, needs)
            case asked.TickNeed(need):
                after = pure.with_need(turn, needs, need)
                people.set_needs(connection, learner_id, after)
                pure.ask_needs(turn, after)
            case asked.AskSplit():
                self._ask_split(connection, turn)
            case asked.SplitPhones(which) if turn.state.pending == "self.split":  # an old button never does it
                turn.events.append(asked.TakeApart(which))
            case asked.SplitPhones() | asked.ShowProfile():
                pure.show(turn)
            case asked.ShowBelonging():
                privacy.show_belonging(turn, in_words(connection, learner_id))
                return ASIDE
            case asked.AskProfileAgain():
                self._again(connection, turn, needs)
            case _:
                assert_never(command)
        return ANSWERED

    def _again(self, connection: Connection, turn: TurnContext, needs: Sequence[str]) -> None:
        match turn.state.pending:
            case "self.split":
                self._ask_split(connection, turn)
            case pure.OWN_AREA | pure.TO_TEACH:
                pure.ask_area(turn, "", again=True, pending=turn.state.pending)
            case _:
                pure.ask_needs(turn, needs)

    def _ask_split(self, connection: Connection, turn: TurnContext) -> None:
        linking.ask_split(turn, len(seats.addresses(connection, turn.person.learner_id)) - 1)

    def _move(self, connection: Connection, turn: TurnContext, area_id: str) -> None:
        ward, to_teach = areas.get(connection, area_id), turn.state.pending == pure.TO_TEACH
        if ward is None or ward.kind != "ward":
            pure.ask_area(turn, "", again=True, pending=pure.TO_TEACH if to_teach else pure.OWN_AREA)
            return
        place, _ = _known(connection, turn.person.learner_id)
        if place is None or not place.path.startswith(ward.path):  # else she stands there, perhaps more narrowly
            move(connection, turn.person.learner_id, ward)
        turn.change(offer=(), pending="")
        said = turn.phrase("self_area_set", noi=ward.name)
        if to_teach:
            turn.say(said)
            turn.events.append(asked.ApplyToTeach())
            return
        pure.show(
            turn, f"{said} {turn.phrase('self_area_wait')}" if _is_to_be_confirmed(connection, turn, ward) else said
        )


def _is_to_be_confirmed(connection: Connection, turn: TurnContext, ward: AreaRow) -> bool:
    """Whether nobody has confirmed her yet, and somebody answers for the ward who can."""
    if any(
        role.role == "learner" and role.state == "active"
        for role in people.roles_of(connection, turn.person.learner_id)
    ):
        return False
    return bool(people.holders_above(connection, ward.path, PERMISSIONS["approve"].roles))


def move(connection: Connection, learner_id: str, place: AreaRow) -> None:
    """Note where somebody lives now; a learner of the union is one there, other roles stay where they are."""
    people.set_area(connection, learner_id, place.area_id)
    people.move_learner(connection, learner_id, place.area_id)


# --- by an officer -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be put right; None stays as it is. `agreed`: the learner has said that the needs may be kept."""

    name: str | None = None
    address: str | None = None
    area_id: str | None = None
    needs: tuple[str, ...] | None = None
    agreed: bool = False

    def fault(self) -> str:
        """Why the correction cannot be made, in a sentence; empty when it can."""
        if self.name and not is_name(self.name):
            why = "“{name}” không dùng làm tên gọi được: chỉ chữ cái, nhiều nhất {most} từ."
            return say(why, name=self.name, most=MAX_NAME_WORDS)
        if self.address is not None and self.address not in flows.ADDRESSES:
            ways = ", ".join(flows.ADDRESSES)
            return say("Không có cách xưng hô “{address}”; chọn một trong: {ways}.", address=self.address, ways=ways)
        if unknown := [each for each in self.needs or () if each not in pure.NEEDS]:
            ways = ", ".join(pure.NEEDS)
            return say("Không có nhóm nào tên “{group}”; chọn trong: {ways}.", group=unknown[0], ways=ways)
        if self.needs and not self.agreed:
            return say("Điều cần lưu ý chỉ ghi khi chính chị ấy đã đồng ý: thêm --agreed.")
        if (self.name, self.address, self.area_id, self.needs) == (None, None, None, None):
            return say("Chưa nói sửa gì: --name, --address, --area, hay --needs.")
        return ""

    def words(self) -> str:
        """What has been put right, as the learner is told."""
        named = {
            "tên gọi": self.name, "cách xưng hô": self.address, "nơi sinh hoạt": self.area_id,
            "điều Hội nên biết": self.needs,
        }  # fmt: skip
        return ", ".join(word for word, value in named.items() if value is not None)


def carry_out(
    connection: Connection, learner_id: str, correction: Correction, place: AreaRow | None, wording: str, now: datetime
) -> None:
    """Put a person's data right; `place` is the area now, `wording` what is agreed to when needs are told for them."""
    people.rename(connection, learner_id, correction.name, correction.address)
    if place is not None:
        move(connection, learner_id, place)
    if correction.needs is not None:
        _, before = _known(connection, learner_id)
        if bool(before) != bool(correction.needs):
            answer = "needs_agreed" if correction.needs else "needs_withdrawn"
            row = ConsentRow(learner_id, BY_OFFICER, answer, fingerprint(wording), now)
            writes = Writes(consents=[row], wordings={row.wording: wording})
            conversations.write(connection, writes)
        people.set_needs(connection, learner_id, correction.needs)


def withdraw(connection: Connection, learner_id: str, wording: str, now: datetime) -> bool:
    """What "rút đồng ý" does, for somebody who asked an officer; whether there was a consent."""
    row = conversations.kept_of(connection, learner_id)
    if row is None or row.consent != "agreed":
        return False
    try:
        state = state_codec.load(row.state)
    except RunCorrupt:
        state = state_codec.salvage(row.state)
    bare = state.addressed(row.address, "").bare()
    run = bare.open_run
    consent = ConsentRow(learner_id, BY_OFFICER, "withdrawn", fingerprint(wording), now)
    session = ConversationRow(
        learner_id, row.channel, row.chat_id, state_codec.dump(bare), row.revision, row.out_no, None, None,
        row.prompt_at,
        run.lesson if run else None, run.version if run else None,
    )  # fmt: skip
    writes = Writes(
        people=[PersonRow(learner_id, "", row.address, "declined")],
        sessions=[session],
        consents=[consent],
        wordings={consent.wording: wording},
        forget_answers=[learner_id],
    )
    conversations.write(connection, writes)
    leaving.forget_said(connection, learner_id)
    return True


def _known(connection: Connection, learner_id: str) -> tuple[AreaRow | None, Sequence[str]]:
    belonging = people.belonging(connection, learner_id)
    if belonging is None:
        return None, ()
    return (areas.get(connection, belonging[1]) if belonging[1] else None), belonging[2]


def _wards(connection: Connection) -> list[tuple[str, str]]:
    return [(row.area_id, row.name) for row in areas.wards(connection)]
