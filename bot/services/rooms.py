"""The rooms of the office, by the name that comes before the dot of what is asked of them."""

from __future__ import annotations

from bot.services.announcing import AnnouncementRules as NewsRules
from bot.services.correcting import OwnProfile
from bot.services.crew import Roster
from bot.services.figures import Figures
from bot.services.hooks import RoomHandler
from bot.services.lines import Lines
from bot.services.meetings import Meetings
from bot.services.news import AnnouncementChat
from bot.services.offers import Offers
from bot.services.office import Links
from bot.services.pairing import Hooks, PairingContext
from bot.services.post import OfficerInbox
from bot.services.pseudonyms import Pseudonyms


def rooms_of(
    names: Pseudonyms, pairing: PairingContext, news: NewsRules | None = None, links: Links | None = None
) -> dict[str, RoomHandler]:
    """A room for every name in `bot.tutoring.rooms.ROOMS`."""
    return {
        "self": OwnProfile(),
        "offer": Offers(pairing),
        "line": Lines(pairing),
        "crew": Roster(pairing),
        "post": OfficerInbox(names, Hooks(pairing), pairing),
        "meeting": Meetings(names),
        "figures": Figures(names, pairing.clock.quiet.zone, links or Links()),
        "news": AnnouncementChat(names, news or NewsRules(), pairing.clock.quiet),
    }
