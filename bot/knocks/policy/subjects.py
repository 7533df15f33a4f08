"""What the bell answers to: buttons and typed words. Pure."""

from __future__ import annotations

from bot.knocks.policy import commands as bell
from bot.tutor.subject import Subject, plain

SUBJECTS = (
    Subject(
        "kn",
        {"ask": plain(bell.AskBell), "is": bell.AnswerBell, "open": plain(bell.OpenKnock)},
        {"bell.ask": plain(bell.AskBell)},
    ),
)
