"""The question that is open outside a lesson, put to the learner once more."""

from __future__ import annotations

from bot.tutoring import menu, reception, rights
from bot.tutoring.desk import Desk
from bot.tutoring.registry import QUESTIONS


def ask_again(desk: Desk) -> None:
    """Ask anew what is pending; where nothing is, the menu says that the words were not understood."""
    match desk.talk.pending:
        case "consent":
            reception.ask_consent(desk, desk.phrase("consent_again"))
        case "name":
            reception.ask_name(desk, again=True)
        case "address":
            reception.ask_address(desk)
        case "language":
            reception.ask_language(desk)
        case "delete":
            rights.ask_delete(desk)
        case pending if pending in QUESTIONS:
            desk.events.append(QUESTIONS[pending].again())
        case _ if desk.person.consent == "asked":
            reception.ask_consent(desk)
        case _:
            menu.show_menu(desk, desk.phrase("menu_not_understood"))
