"""What a learner's progress answers to: buttons and typed words. Pure."""

from __future__ import annotations

from bot.progress.policy.commands import ShowProgress, TellTaught
from bot.tutor.subject import Subject, plain

SUBJECTS = (
    Subject(
        "pr",
        {"show": plain(ShowProgress), "taught": TellTaught},
        {"progress.show": plain(ShowProgress), "progress.taught": plain(TellTaught)},
    ),
)
