"""The question that is open outside a lesson, put to her once more."""

from __future__ import annotations

from bot.tutoring import menu, reception, rights
from bot.tutoring.desk import Desk, OfficeAsked


def ask_again(desk: Desk) -> None:
    """What is pending is asked anew; where nothing is, the menu says that she was not understood."""
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
        case "conduct":
            desk.events.append(OfficeAsked("teach"))
        case "persons":
            desk.events.append(OfficeAsked("pin.persons"))
        case of_room if "." in of_room:
            desk.events.append(OfficeAsked(f"{of_room.partition('.')[0]}.again"))
        case _ if desk.person.consent == "asked":
            reception.ask_consent(desk)
        case _:
            menu.show_menu(desk, desk.phrase("menu_not_understood"))
