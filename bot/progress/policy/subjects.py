"""What a learner's progress answers to: buttons and typed words. Pure."""

from __future__ import annotations

from bot.progress.policy.commands import ShowProgress, TellTaught, WishNotes
from bot.tutor.subject import Subject, plain

SUBJECTS = (
    Subject(
        "pr",
        {"show": plain(ShowProgress), "taught": TellTaught, "stop": lambda _: WishNotes(wanted=False)},
        {
            "progress.show": plain(ShowProgress),
            "progress.taught": plain(TellTaught),
            "progress.stop": lambda _: WishNotes(wanted=False),
            "progress.start": lambda _: WishNotes(wanted=True),
        },
    ),
)
