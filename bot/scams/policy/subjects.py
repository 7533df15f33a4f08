"""What the look at a message and the drills answer to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from functools import partial

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
    Subject(
        "dr",
        {
            "yes": plain(scam.StartDrills), "stop": plain(scam.StopDrills), "mine": plain(scam.ShowOwnDrills),
            **{said: partial(scam.AnswerDrill, said) for said in ("real", "scam", "unsure")},
        },
        {
            "drills.start": plain(scam.StartDrills), "drills.stop": plain(scam.StopDrills),
            "drills.mine": plain(scam.ShowOwnDrills), "drills.pause": lambda _: scam.PauseDrills(paused=True),
            "drills.resume": lambda _: scam.PauseDrills(paused=False), "drills.area": plain(scam.ShowAreaDrills),
        },
    ),
)  # fmt: skip
