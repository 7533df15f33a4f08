"""An officer's announcements in chat: written, seen, confirmed, stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.announcements import service as announcing
from bot.announcements.policy import announcement as pure
from bot.announcements.policy import commands as asked
from bot.announcements.policy.commands import AnnouncementCommand
from bot.announcements.service import AnnouncementRules, Unfit
from bot.people.granting import actor_of
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.quiet_hours import QuietHours
from bot.tutor.turn import TurnContext
from storage.announcements import announcements as kept
from storage.announcements.records import AnnouncementRow
from storage.engine.database import Connection
from storage.people import areas, people
from storage.people.areas import AreaRow
from storage.people.records import AuditRow

MOST_AREAS = 8
Writing = (
    asked.WriteAnnouncement | asked.WriteSource | asked.OmitSource | asked.RewriteAnnouncement
    | asked.ShowAnnouncementDraft
)  # fmt: skip
BEGINS = 40  # characters by which an announcement is known again


class AnnouncementChat:
    def __init__(self, names: Pseudonyms, rules: AnnouncementRules, quiet: QuietHours) -> None:
        self.names, self.rules, self.quiet = names, rules, quiet

    def carry_out(self, connection: Connection, turn: TurnContext, command: AnnouncementCommand) -> CommandOutcome:
        """Whoever has no area to announce in is refused, and that is written down."""
        mine = self._areas(connection, turn)
        if not mine:
            self._refuse(connection, turn, "")
            return ANSWERED
        match command:
            case asked.BeginAnnouncement():
                self._begin(connection, turn, mine)
            case asked.PickAnnouncementArea(area_id):
                self._write_for(connection, turn, area_id)
            case (
                asked.WriteAnnouncement() | asked.WriteSource() | asked.OmitSource() | asked.RewriteAnnouncement()
                | asked.ShowAnnouncementDraft()
            ):  # fmt: skip
                self._written(connection, turn, command)
            case asked.SendAnnouncement(announcement_id):
                self._send(connection, turn, announcement_id)
            case asked.DropAnnouncement():
                kept.drop_writing(connection, self._me(turn))
                pure.over(turn, "news_left")
            case asked.StopAnnouncement(announcement_id):
                self._stop(connection, turn, announcement_id, mine)
            case asked.ShowAnnouncements():
                return self._status(connection, turn, mine)
            case _:
                assert_never(command)
        return ANSWERED

    # --- writing ---

    def _begin(self, connection: Connection, turn: TurnContext, mine: list[AreaRow]) -> None:
        kept.drop_writing(connection, self._me(turn))
        if len(mine) == 1:
            self._write_for(connection, turn, mine[0].area_id)
        else:
            pure.ask_area(turn, areas.told_apart(connection, mine[:MOST_AREAS]))

    def _write_for(self, connection: Connection, turn: TurnContext, area_id: str) -> None:
        place = areas.get(connection, area_id)
        if place is None or not self._may(connection, turn, place):
            self._refuse(connection, turn, place.area_id if place else "")
            return
        kept.drop_writing(connection, self._me(turn))
        by, now = self._me(turn), turn.universe.now
        row = AnnouncementRow(turn.universe.new_id(), place.area_id, "", "", by, now, "writing")
        kept.put(connection, row)
        pure.ask_text(turn, announcing.whose(connection, place))

    def _written(self, connection: Connection, turn: TurnContext, command: Writing) -> None:
        """Text, then link, then the preview; what does not fit is asked for again, with one sentence why."""
        row = kept.writing(connection, self._me(turn))
        place = areas.get(connection, row.area_id) if row else None
        if row is None or place is None:
            self._begin(connection, turn, self._areas(connection, turn))
            return
        where = announcing.whose(connection, place)
        match command:
            case asked.WriteAnnouncement(text):
                body = pure.cleaned(text)
                if fault := pure.text_fault(body, self.rules.hosts, turn.book.wishes):
                    pure.ask_text(turn, where, fault)
                    return
                kept.put(connection, _but(row, body, ""))
                pure.ask_link(turn)
            case asked.RewriteAnnouncement():
                pure.ask_text(turn, where)
            case _ if not row.body:
                pure.ask_text(turn, where)
            case asked.WriteSource(text) if not pure.says_none(turn, text):
                self._link(connection, turn, row, place, pure.link_of(text))
            case asked.WriteSource() | asked.OmitSource():
                self._preview(connection, turn, _but(row, row.body, ""), place)
            case asked.ShowAnnouncementDraft():
                self._preview(connection, turn, row, place)
            case _:
                assert_never(command)

    def _link(self, connection: Connection, turn: TurnContext, row: AnnouncementRow, place: AreaRow, link: str) -> None:
        if fault := pure.link_fault(link, self.rules.hosts):
            pure.ask_link(turn, fault)
        else:
            self._preview(connection, turn, _but(row, row.body, link), place)

    def _preview(self, connection: Connection, turn: TurnContext, row: AnnouncementRow, place: AreaRow) -> None:
        kept.put(connection, row)
        count = self._count(connection, place)
        draft = announcing.draft_of(connection, row, place)
        pure.show(turn, draft, count, quiet=self.quiet.holds(turn.universe.now))

    def _count(self, connection: Connection, place: AreaRow) -> pure.Count:
        return announcing.count_of(kept.reach(connection, place.path, announcing.COUNTED))

    # --- sending, stopping ---

    def _send(self, connection: Connection, turn: TurnContext, announcement_id: str) -> None:
        row = kept.get(connection, announcement_id)
        place = areas.get(connection, row.area_id) if row else None
        if row is None or place is None or row.by != self._me(turn):
            pure.over(turn, "news_gone")
        elif not self._may(connection, turn, place):
            self._refuse(connection, turn, place.area_id)
        elif row.state != "writing":
            pure.over(turn, "news_already")
        else:
            try:
                announcing.begin(connection, row, self._me(turn), self.rules, turn.book.wishes, turn.universe.now)
            except Unfit as unfit:
                turn.say(pure.told(turn, unfit.fault))
                self._written(connection, turn, asked.ShowAnnouncementDraft())
                return
            self._note(connection, turn, "announced", place.area_id)
            so = pure.people(turn, self._count(connection, place))
            quiet = self.quiet.holds(turn.universe.now)
            phrase = "news_sending_tomorrow" if quiet else "news_sending"
            pure.over(turn, phrase, noi=announcing.whose(connection, place), so=so)

    def _stop(self, connection: Connection, turn: TurnContext, announcement_id: str, mine: list[AreaRow]) -> None:
        running = {row.announcement_id: row for row in self._under(connection, mine) if row.state == "sending"}
        if not running or (announcement_id and announcement_id not in running):
            pure.over(turn, "news_none")
        elif not announcement_id and len(running) > 1:
            pure.ask_which(turn, [(each, _begins(row)) for each, row in running.items()])
        else:
            row = running[announcement_id or next(iter(running))]
            told = announcing.halt(connection, row)
            self._note(connection, turn, "announcement_stopped", row.area_id)
            pure.over(turn, "news_stopped", tin=_begins(row), so=str(told))

    def _status(self, connection: Connection, turn: TurnContext, mine: list[AreaRow]) -> CommandOutcome:
        rows = [row for row in self._under(connection, mine) if row.state != "draft"][:3]
        if not rows:
            pure.over(turn, "news_none")
            return ANSWERED
        for row in rows:
            turn.say(turn.phrase(f"news_is_{row.state}", tin=_begins(row), so=str(row.reached)))
        return ASIDE

    # --- who may ---

    def _me(self, turn: TurnContext) -> str:
        return self.names.of(turn.person.learner_id)

    def _areas(self, connection: Connection, turn: TurnContext) -> list[AreaRow]:
        """Where the officer may announce: the areas of all roles, the widest first."""
        roles = people.roles_of(connection, turn.person.learner_id)
        who = actor_of(connection, self.names, turn.person.learner_id)
        ids = dict.fromkeys(role.area_id for role in sorted(roles, key=lambda role: (len(role.path), role.path)))
        found = (areas.get(connection, each) for each in ids)
        return [place for place in found if place and who.may("announce", place.path)]

    def _may(self, connection: Connection, turn: TurnContext, place: AreaRow) -> bool:
        return actor_of(connection, self.names, turn.person.learner_id).may("announce", place.path)

    def _refuse(self, connection: Connection, turn: TurnContext, area_id: str) -> None:
        self._note(connection, turn, "refused_announce", area_id)
        pure.over(turn, "news_not_yours")

    def _note(self, connection: Connection, turn: TurnContext, what: str, area_id: str) -> None:
        people.note(connection, AuditRow(turn.universe.now, self._me(turn), what, "", area_id))

    def _under(self, connection: Connection, mine: list[AreaRow]) -> list[AnnouncementRow]:
        found = {row.announcement_id: row for place in mine for row in kept.under(connection, place.path)}
        return sorted(found.values(), key=lambda row: row.at, reverse=True)


def _but(row: AnnouncementRow, body: str, source_url: str) -> AnnouncementRow:
    return replace(row, body=body, source_url=source_url)


def _begins(row: AnnouncementRow) -> str:
    line = " ".join(row.body.split())
    return line if len(line) <= BEGINS else f"{line[:BEGINS].rsplit(' ', 1)[0]}…"
