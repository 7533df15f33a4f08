"""What an officer's figures answer to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from bot.reports.policy import commands as figures
from bot.tutor.subject import Subject, plain

SUBJECTS = (
    Subject(
        "f",
        {"targets": plain(figures.ShowTargets), "invite": plain(figures.InviteMember)},
        {"figures.targets": plain(figures.ShowTargets), "figures.invite": plain(figures.InviteMember)},
    ),
)  # fmt: skip
