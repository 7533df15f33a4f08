"""Global words ("danh sách bài", "giúp", "xóa hết"), typed or tapped: understood wherever the learner is. Pure.

Their ways of being said are the keys of `lessons/words.yaml`; those of the office's subjects stand in `registry`.
"""

from __future__ import annotations

from bot.conversation.policy import doubt, guidance, registry
from bot.conversation.policy.open_question import answer_stale, ask_again, go_on
from bot.pairing.policy import lines
from bot.people.policy.commands import ShowBelonging
from bot.tutor import lessons, menu, onboarding, privacy
from bot.tutor.desk import Desk
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome

NEEDS_CONSENT = registry.BY_WORD.keys() | {"agree", "change_address", "change_name"}


def obey(desk: Desk, word: str) -> CommandOutcome:
    """Do what a global word asks for; whoever was writing to somebody does so no more."""
    line = lines.left(desk)
    if word == "line.report" and desk.person.leads and not line:
        word = "figures.targets"  # an officer's "báo cáo" is no complaint about a partner
    match word:
        case "menu":
            menu.show_menu(desk)
        case "repeat" | "back" if desk.state.pending:
            ask_again(desk)
        case "go_on" | "repeat" | "back":
            go_on(desk)
        case "emergency":
            lessons.open_emergency(desk)
        case "mistake" | "unharmed":
            if doubt.take_back(desk, word):
                go_on(desk)
        case "help" if kind := doubt.harm(desk):
            lessons.open_emergency(desk, kind)
        case _ if word in guidance.WORDS:
            guidance.take(desk, word)
        case "thanks" | "keep":
            desk.say(desk.phrase({"keep": "kept"}.get(word, word)))
            return ASIDE
        case "stop":
            desk.say(desk.phrase("stopped"))
            menu.offer_way_on(desk)
        case "help":
            onboarding.tell_helper(desk)
            return ASIDE
        case _:
            return _about_learner(desk, word, line)
    return ANSWERED


def _about_learner(desk: Desk, word: str, line: str) -> CommandOutcome:
    """A word about what is kept of the learner or how the tutor speaks, or one of the office's."""
    match word:
        case "show_data" | "download_data":
            (privacy.show_data if word == "show_data" else privacy.download_data)(desk)
            if not desk.agreed:
                return ASIDE
            desk.events.append(ShowBelonging())  # what is kept beside the conversation only the office knows
        case "delete_data":
            privacy.ask_delete(desk)
        case "withdraw":
            return privacy.ask_withdraw(desk)
        case "change_address" | "change_name" if desk.agreed:
            (onboarding.ask_address if word == "change_address" else onboarding.ask_name)(desk)
        case "change_language":
            onboarding.ask_language(desk)
        case "agree" if desk.agreed:
            desk.say(desk.phrase("agreed"))
            go_on(desk)
        case _ if (asked := registry.said(word, line, agreed=desk.agreed)) is not None:
            desk.events.append(asked)
        case _ if word in NEEDS_CONSENT:
            onboarding.ask_consent(desk)
        case _:
            answer_stale(desk)
    return ANSWERED
