"""How officers' services are put together from the settings: one way for the command line, the chat and the web."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.announcements.service import AnnouncementRules, Announcements
from bot.conversation.services import ConversationServices
from bot.kept_counts import KeptCounts
from bot.meetings.service import HeldMeetings
from bot.pairing.reported import ReportedLines
from bot.pairing.requests import Requests
from bot.pairing.service import Hooks, PairingContext
from bot.people.hooks import CommandHandlers
from bot.people.policy.codes import Links
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from bot.reports.programs import Programs
from bot.reports.service import Reports
from bot.rules import news_rules, pairing_clock, pairing_rules
from bot.settings import Settings
from bot.tutor.onboarding import consent_text, is_of_office
from flows import Book
from storage.engine.database import Database

MakeHandlers = Callable[[Pseudonyms, PairingContext, AnnouncementRules, Links, str, KeptCounts], CommandHandlers]


class OfficerServices:
    """The conversation's services and those of officers behind them, each made when it is first asked for.

    `book` gives the tutor's own sentences and word lists, for those that need them; `handlers` carry out what a
    conversation asks for beyond codes and phones. Raises SettingsInvalid for a broken key in the data folder.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        book: Callable[[], Book],
        handlers: MakeHandlers = lambda *_: (),
    ) -> None:
        self.settings, self.database, self.now, self.new_id, self.book = settings, database, now, new_id, book
        names = Pseudonyms.of_folder(Path(settings.data.dir), new_id)
        links = Links(settings.links)
        self.counts = KeptCounts(database.url, now)
        self.rules = news_rules(settings)
        self.pairing = PairingContext(pairing_rules(settings), pairing_clock(settings), new_id, names.of)
        self.services = ConversationServices(
            names,
            Hooks(self.pairing),
            links,
            handlers(names, self.pairing, self.rules, links, settings.web.public_url, self.counts),
        )

    @cached_property
    def people(self) -> People:
        """Inviting, approving, suspending, listing and deleting people, with the texts of the tutor's own book."""
        service = People(self.database, self.services, self.now, self.new_id)
        service.words = lambda phrase_id: consent_text(self.book(), phrase_id, "vi")
        service.is_office = lambda name: is_of_office(self.book().words, name)
        return service

    @cached_property
    def requests(self) -> Requests:
        """Requests for a human that wait for an officer, and what may be done about them."""
        return Requests(self.people, self.pairing)

    @cached_property
    def reported(self) -> ReportedLines:
        """What was reported or kept back between two people."""
        return ReportedLines(self.people, self.pairing)

    @cached_property
    def meetings(self) -> HeldMeetings:
        """Meetings that are begun at the desk."""
        return HeldMeetings(self.people, self.new_id, self.book)

    @cached_property
    def programs(self) -> Programs:
        """The programs of the union ("mô hình") and who is in them."""
        return Programs(self.database, self.services, self.now, self.new_id)

    @cached_property
    def reports(self) -> Reports:
        """The union's reports, in the time zone and with the living days of the settings."""
        service = Reports(self.database, self.services, self.now, self.new_id)
        service.zone, service.living_days = ZoneInfo(self.settings.time.zone), self.settings.pairing.living_days
        return service

    @cached_property
    def announcements(self) -> Announcements:
        """Announcements of officers, judged by the rules of the settings and of the tutor's own book."""
        service = Announcements(self.database, self.services, self.now, self.new_id)
        service.rules, service.wishes = self.rules, self.book().wishes
        return service
