"""The button under a message that was not understood. Pure."""

from __future__ import annotations

from bot.tutor.subject import Subject, plain
from bot.tutor.unheard import PREFIX
from bot.unheard.policy.commands import GiveUnheard

SUBJECTS = (Subject(PREFIX, {"give": plain(GiveUnheard)}),)
