"""What is kept of her? Ends in: told to her, or given to her as a file. Each look is written down by the service."""

from __future__ import annotations

from bot.desk.areas import about
from bot.desk.services import DeskServices
from bot.desk.visit import FileSent, PageAnswer, PageShown, Visit
from bot.people.export import as_file


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """In words. Raises NobodyThere, NotAllowed."""
    person_id = visit.path["person"]
    await about(desk, visit, person_id, lambda connection, place: None)
    held = await desk.officers.people.see(visit.who.actor, person_id)
    return PageShown("kept.html", {"id": person_id, "held": held})


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The whole of it, as the file she gets herself. Raises NobodyThere, NotAllowed."""
    person_id = visit.path["person"]
    await about(desk, visit, person_id, lambda connection, place: None)
    data = await desk.officers.people.export(visit.who.actor, person_id)
    text = as_file(data, "html", desk.officers.book())
    return FileSent(text.encode(), "text/html", "du-lieu-cua-toi.html")
