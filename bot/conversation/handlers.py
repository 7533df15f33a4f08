"""Who carries out which commands, beyond what every conversation's services do."""

from __future__ import annotations

from bot.announcements.chat import AnnouncementChat
from bot.announcements.policy.commands import AnnouncementCommand
from bot.announcements.service import AnnouncementRules
from bot.certificates.chat import CertificateChat
from bot.certificates.policy.commands import CertificateCommand
from bot.kept_counts import KeptCounts
from bot.knocks.chat import Bells
from bot.knocks.policy.commands import BellCommand
from bot.meetings.chat import Meetings
from bot.meetings.policy.commands import MeetingCommand
from bot.pairing.lines import Lines
from bot.pairing.offers import Offers
from bot.pairing.officer_inbox import OfficerInbox
from bot.pairing.policy.commands import LineCommand, OfferCommand, RosterCommand
from bot.pairing.policy.inbox_commands import InboxCommand
from bot.pairing.roster import Roster
from bot.pairing.service import Hooks, PairingContext
from bot.people.desk_links import DeskLinks
from bot.people.hooks import CommandHandlers
from bot.people.policy.codes import Links
from bot.people.policy.officer_commands import AskDeskLink
from bot.people.pseudonyms import Pseudonyms
from bot.progress.chat import ProgressChat, TakePicture
from bot.progress.policy.commands import ProgressCommand
from bot.recorders.chat import RecorderChat
from bot.recorders.policy.commands import RecorderCommand
from bot.reports.chat import Figures
from bot.reports.policy.commands import FigureCommand
from bot.scams.chat import ScamChat
from bot.scams.drills import DrillChat
from bot.scams.policy.commands import DrillCommand, ScamCommand
from bot.unheard.chat import UnheardChat
from bot.unheard.policy.commands import GiveUnheard


def handlers_of(
    names: Pseudonyms,
    pairing: PairingContext,
    news: AnnouncementRules | None = None,
    links: Links | None = None,
    address: str = "",
    counts: KeptCounts | None = None,
    take: TakePicture | None = None,
) -> CommandHandlers:
    """What the services of a running tutor need beside their own; `address` is that of the web page, `counts` what is
    counted beside (None: in the turn), `take` keeps pictures made for one learner (None: all is told in words)."""
    return (
        (OfferCommand, Offers(pairing)),
        (LineCommand, Lines(pairing)),
        (RosterCommand, Roster(pairing)),
        (InboxCommand, OfficerInbox(names, Hooks(pairing), pairing)),
        (MeetingCommand, Meetings(names)),
        (FigureCommand, Figures(names, pairing.clock.quiet.zone, links or Links(), counts)),
        (AskDeskLink, DeskLinks(names, address)),
        (RecorderCommand, RecorderChat(names)),
        (BellCommand, Bells()),
        (CertificateCommand, CertificateChat(pairing.clock.quiet.zone, address)),
        (ProgressCommand, ProgressChat(names, take)),
        (ScamCommand, ScamChat()),
        (DrillCommand, DrillChat(names, counts)),
        (GiveUnheard, UnheardChat()),
        (AnnouncementCommand, AnnouncementChat(names, news or AnnouncementRules(), pairing.clock.quiet)),
    )
