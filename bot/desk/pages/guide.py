"""How is the work done, step by step? Ends in: the guide on paper, or the page that it speaks of."""

from __future__ import annotations

from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere
from bot.web.guides import guide

FOR = {"officer": "see_people", "editor": "edit_lessons", "operator": "operate", "instructor": "", "learner": ""}
"""Which act each guide is about; what is not about the desk is everybody's, to be printed and handed on."""


async def show_list(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The guides of who looks, her own first."""
    guides = [{"name": name, "title": guide(name).title} for name in _hers(visit.who.actor)]
    return PageShown("guides.html", {"guides": guides})


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One of them. Raises NobodyThere for what is none of hers."""
    name = visit.path["who"]
    if name not in _hers(visit.who.actor):
        raise NobodyThere
    found = guide(name, f"{visit.at}../guide/")
    return PageShown("guide.html", {"name": name, "title": found.title, "body": found.body})


def _hers(actor: Actor) -> list[str]:
    return [name for name, act in FOR.items() if not act or actor.paths(act)]
