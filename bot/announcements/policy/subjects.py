"""What announcements answer to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from bot.announcements.policy import commands as news
from bot.tutor.subject import OpenQuestion, Subject, plain

SUBJECTS = (
    Subject(
        "z",
        {
            "begin": plain(news.BeginAnnouncement), "area": news.PickAnnouncementArea, "nolink": plain(news.OmitSource),
            "rewrite": plain(news.RewriteAnnouncement), "send": news.SendAnnouncement,
            "leave": plain(news.DropAnnouncement), "stop": news.StopAnnouncement,
            "status": plain(news.ShowAnnouncements),
        },
        {
            "news.begin": plain(news.BeginAnnouncement), "news.stop": lambda _: news.StopAnnouncement(""),
            "news.status": plain(news.ShowAnnouncements),
        },
        {
            "news.again": OpenQuestion(news.ShowAnnouncementDraft),
            "news.text": OpenQuestion(news.ShowAnnouncementDraft, news.WriteAnnouncement),
            "news.link": OpenQuestion(news.ShowAnnouncementDraft, news.WriteSource),
        },
        tones={"send": "right", "stop": "danger"},
    ),
)  # fmt: skip
