"""What she asks of the tutor itself: what can be said here, bigger letters, no more reminders, a phone that is gone."""

from __future__ import annotations

from bot.tutor.desk import Desk
from bot.tutor.state import OfferedButtons

WORDS = frozenset({"abilities", "bigger", "aloud", "silence", "remind", "lost_phone"})


def take(desk: Desk, word: str) -> None:
    """Do and say what the word of WORDS asks for; the buttons it offers leave her place open."""
    match word:
        case "abilities":
            desk.offer(desk.phrase("abilities"), _abilities(desk), desk.state.pending)
        case "silence":
            desk.change(silent=True, checkins=())
            desk.stop_reminding()
            _tell(desk, "silenced")
        case "remind":
            desk.change(silent=False)
            _tell(desk, "reminding")
        case "lost_phone":
            human = ("g:help", desk.phrase("label_human"))
            desk.offer(desk.phrase("lost_phone"), (human, _on(desk)), desk.state.pending)
        case _:
            _tell(desk, word)


def _tell(desk: Desk, phrase: str) -> None:
    """Say it; what goes on is under her thumb."""
    desk.offer(desk.phrase(phrase), (_on(desk),), desk.state.pending)


def _on(desk: Desk) -> tuple[str, str]:
    return ("g:go_on", desk.phrase("label_continue")) if desk.state.open_run else ("g:menu", desk.phrase("label_menu"))


def _abilities(desk: Desk) -> OfferedButtons:
    named = {
        "menu": "label_menu",
        "help": "label_human",
        "emergency": "label_robbed",
        "bigger": "label_bigger",
        "change_address": "label_change_address",
        "show_data": "label_show_data",
        "remind" if desk.state.silent else "silence": "label_remind" if desk.state.silent else "label_silence",
    }
    return tuple((f"g:{word}", desk.phrase(label)) for word, label in named.items())
