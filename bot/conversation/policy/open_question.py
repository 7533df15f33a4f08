"""The question that is open outside a lesson, put to her once more."""

from __future__ import annotations

from bot.conversation.policy.registry import QUESTIONS
from bot.tutor import menu, onboarding, privacy
from bot.tutor.desk import Desk


def ask_again(desk: Desk) -> None:
    """What is pending is asked anew; where nothing is, the menu says that she was not understood."""
    match desk.talk.pending:
        case "consent":
            onboarding.ask_consent(desk, desk.phrase("consent_again"))
        case "name":
            onboarding.ask_name(desk, again=True)
        case "address":
            onboarding.ask_address(desk)
        case "language":
            onboarding.ask_language(desk)
        case "delete":
            privacy.ask_delete(desk)
        case pending if pending in QUESTIONS:
            desk.events.append(QUESTIONS[pending].again())
        case _ if desk.person.consent == "asked":
            onboarding.ask_consent(desk)
        case _:
            menu.show_menu(desk, desk.phrase("menu_not_understood"))
