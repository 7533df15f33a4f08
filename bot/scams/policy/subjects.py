"""What the look at a message answers to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from bot.scams.policy import commands as scam
from bot.scams.policy.judging import MESSAGE
from bot.tutor.subject import OpenQuestion, Subject, plain

SUBJECTS = (
    Subject(
        "sc",
        {"ask": plain(scam.AskScam), "signs": scam.ShowSigns},
        {"scam.ask": plain(scam.AskScam)},
        {MESSAGE: OpenQuestion(scam.AskScam, scam.JudgeScam, kept=False, pictured=scam.TellPicture)},
        before_consent=True,
    ),
)
