"""A person asks in chat whether a message is a scam."""

from __future__ import annotations

from typing import assert_never

from bot.scams.policy import judging
from bot.scams.policy.commands import AskScam, JudgeScam, ScamCommand, ShowSigns, TellPicture
from bot.tutor.outcome import ANSWERED, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection


class ScamChat:
    def carry_out(self, connection: Connection, turn: TurnContext, command: ScamCommand) -> CommandOutcome:
        """Look at a message; whoever has agreed to nothing may ask as well, for nothing is kept."""
        match command:
            case AskScam():
                judging.ask(turn)
            case JudgeScam(text):
                judging.judge(turn, text)
            case TellPicture():
                turn.say(turn.phrase("scam_is_picture"))
                judging.ask(turn)
            case ShowSigns(ids):
                judging.tell_kept(turn, ids)
            case _:
                assert_never(command)
        return ANSWERED
