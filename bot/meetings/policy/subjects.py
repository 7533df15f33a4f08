"""What meetings answer to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from functools import partial

from bot.meetings.policy import commands as meeting
from bot.tutor.command import ServiceCommand
from bot.tutor.subject import OpenQuestion, Subject, number, page, plain


def _tick(value: str, *, is_here: bool) -> ServiceCommand:
    page, _, rest = value.partition(":")
    mark, _, who = rest.partition(":")
    return meeting.TickAttendant(number(page), mark, who, is_here)


SUBJECTS = (
    Subject(
        "v",
        {
            "begin": plain(meeting.BeginMeeting), "areas": page(meeting.ShowMeetingAreas),
            "area": meeting.PickMeetingArea,
            "lessons": page(meeting.ShowMeetingLessons), "lesson": meeting.PickMeetingLesson,
            "go": plain(meeting.ResumeMeeting),
            "on": partial(_tick, is_here=True), "off": partial(_tick, is_here=False), "roll": page(meeting.ShowRoll),
            "done": plain(meeting.CloseMeeting), "leave": plain(meeting.LeaveMeeting),
        },
        {"meeting.begin": plain(meeting.BeginMeeting), "meeting.roll": lambda _: meeting.ShowRoll(0)},
        {"meeting.again": OpenQuestion(meeting.AskMeetingAgain)},
    ),
)  # fmt: skip
