"""What is asked of the tutor itself: what can be said here, bigger letters, no more reminders, a phone that is gone."""

from __future__ import annotations

from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from flows.engine.walking import how_bigger

WORDS = frozenset({"abilities", "other", "bigger", "aloud", "silence", "remind", "lost_phone"})


def take(turn: TurnContext, word: str) -> None:
    """Do and say what the word of WORDS asks for; the buttons it offers leave the learner's place open."""
    match word:
        case "abilities" | "other":
            turn.offer(turn.phrase("abilities"), _abilities(turn), turn.state.pending)
        case "silence":
            turn.change(silent=True, checkins=())
            turn.stop_reminding()
            _tell(turn, "silenced")
        case "remind":
            turn.change(silent=False)
            _tell(turn, "reminding")
        case "lost_phone":
            human = ("g:help", turn.phrase("label_human"))
            turn.offer(turn.phrase("lost_phone"), (human, _on(turn)), turn.state.pending)
        case "bigger":
            _tell(turn, how_bigger(turn.channel))
        case _:
            _tell(turn, word)


def _tell(turn: TurnContext, phrase: str) -> None:
    """Say a sentence, with what goes on under the thumb."""
    turn.offer(turn.phrase(phrase), (_on(turn),), turn.state.pending)


def _on(turn: TurnContext) -> tuple[str, str]:
    return ("g:go_on", turn.phrase("label_continue")) if turn.state.open_run else ("g:menu", turn.phrase("label_menu"))


def _abilities(turn: TurnContext) -> OfferedButtons:
    named = {
        "menu": "label_menu",
        "help": "label_human",
        "emergency": "label_robbed",
        "scam.ask": "label_scam_check",
        "bigger": "label_bigger",
        "change_address": "label_change_address",
        "show_data": "label_show_data",
        "remind" if turn.state.silent else "silence": "label_remind" if turn.state.silent else "label_silence",
    }
    return tuple((f"g:{word}", turn.phrase(label)) for word, label in named.items())
