"""Global words ("danh sách bài", "giúp", "xóa hết"), typed or tapped: understood wherever the learner is. Pure.

Their ways of being said are the keys of `lessons/words.yaml`; those of the subjects stand in `registry`.
"""

from __future__ import annotations

from bot.conversation.policy import doubt, guidance, registry
from bot.conversation.policy.open_question import answer_stale, ask_again, go_on
from bot.pairing.policy import lines
from bot.people.policy.commands import ShowBelonging
from bot.tutor import lessons, menu, onboarding, privacy
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext

NEEDS_CONSENT = registry.BY_WORD.keys() | {"agree", "change_address", "change_name"}


def obey(turn: TurnContext, word: str) -> CommandOutcome:
    """Do what a global word asks for; whoever was writing to somebody does so no more."""
    line = lines.left(turn)
    if word == "line.report" and turn.person.is_officer and not line:
        word = "figures.targets"  # an officer's "báo cáo" is no complaint about a partner
    match word:
        case "menu":
            menu.show_menu(turn)
        case "repeat" | "back" if turn.state.pending:
            ask_again(turn)
        case "go_on" | "repeat" | "back":
            go_on(turn)
        case "emergency":
            lessons.open_emergency(turn)
        case "mistake" | "unharmed":
            if doubt.take_back(turn, word):
                go_on(turn)
        case "help" if kind := doubt.harm(turn):
            lessons.open_emergency(turn, kind)
        case _ if word in guidance.WORDS:
            guidance.take(turn, word)
        case "thanks" | "keep":
            turn.say(turn.phrase({"keep": "kept"}.get(word, word)))
            return ASIDE
        case "stop":
            turn.say(turn.phrase("stopped"))
            menu.offer_way_on(turn)
        case "help":
            onboarding.tell_helper(turn)
            return ASIDE
        case _:
            return _about_learner(turn, word, line)
    return ANSWERED


def _about_learner(turn: TurnContext, word: str, line: str) -> CommandOutcome:
    """A word about what is kept of the learner or how the tutor speaks, or one of a subject's."""
    match word:
        case "show_data" | "download_data":
            (privacy.show_data if word == "show_data" else privacy.download_data)(turn)
            if not turn.agreed:
                return ASIDE
            turn.events.append(ShowBelonging())  # what is kept beside the conversation only the services know
        case "delete_data":
            privacy.ask_delete(turn)
        case "withdraw":
            return privacy.ask_withdraw(turn)
        case "change_address" | "change_name" if turn.agreed:
            (onboarding.ask_address if word == "change_address" else onboarding.ask_name)(turn)
        case "change_language":
            onboarding.ask_language(turn)
        case "agree" if turn.agreed:
            turn.say(turn.phrase("agreed"))
            go_on(turn)
        case _ if (asked := registry.said(word, line, agreed=turn.agreed)) is not None:
            turn.events.append(asked)
        case _ if word in NEEDS_CONSENT:
            onboarding.ask_consent(turn)
        case _:
            answer_stale(turn)
    return ANSWERED
