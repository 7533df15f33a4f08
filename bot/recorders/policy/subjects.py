"""What the recording of lessons answers to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from bot.recorders.policy import commands as record
from bot.tutor.subject import OpenQuestion, Subject, plain

READING = "recording"
"""The open question: a line is to be read; its number stands in the buttons under it."""

SUBJECTS = (
    Subject(
        "rc",
        {
            "next": record.NextLine,
            "again": record.ReadAgain,
            "sure": record.ReadAgain,
            "end": plain(record.EndRecording),
        },
        {"recording.begin": plain(record.BeginRecording)},
        {READING: OpenQuestion(record.ShowLine, voiced=record.TakeRecording)},
    ),
)
