"""The rooms of the office, by the name that comes before the dot of what is asked of them."""

from __future__ import annotations

from bot.services.announcing import Rules as NewsRules
from bot.services.correcting import Self
from bot.services.crew import Crew
from bot.services.figures import Figures
from bot.services.hooks import Room
from bot.services.lines import Lines
from bot.services.meetings import Meetings
from bot.services.news import News
from bot.services.offers import Offers
from bot.services.office import Links
from bot.services.pairing import Hooks, World
from bot.services.post import Post
from bot.services.pseudonyms import Pseudonyms


def rooms_of(
    names: Pseudonyms, pairing: World, news: NewsRules | None = None, links: Links | None = None
) -> dict[str, Room]:
    """A room for every name in `bot.tutoring.rooms.ROOMS`."""
    return {
        "self": Self(),
        "offer": Offers(pairing),
        "line": Lines(pairing),
        "crew": Crew(pairing),
        "post": Post(names, Hooks(pairing), pairing),
        "meeting": Meetings(names),
        "figures": Figures(names, pairing.clock.quiet.zone, links or Links()),
        "news": News(names, news or NewsRules(), pairing.clock.quiet),
    }
