"""The pages of the desk: one line each, in the order of the navigation."""

from __future__ import annotations

from bot.desk.pages import (
    announcement,
    announcements,
    areas,
    audit,
    exports,
    me,
    meetings,
    model,
    month,
    pairings,
    progress,
    request,
    today,
)
from bot.desk.visit import DeskPage
from flows.saying import say

PAGES: tuple[DeskPage, ...] = (
    DeskPage("", say("Hôm nay"), "see_people", today.show, nav=say("Hôm nay")),
    DeskPage("pairings", say("Ghép đôi"), "see_people", pairings.show, nav=say("Ghép đôi")),
    DeskPage("request/{id}", say("Một yêu cầu"), "see_people", request.show, request.do),
    DeskPage("areas", say("Địa bàn"), "see_counts", areas.show, areas.do, nav=say("Địa bàn")),
    DeskPage("areas/{id}", say("Địa bàn"), "see_counts", areas.show, areas.do),
    DeskPage("model/{id}", say("Mô hình"), "models", model.show, model.do),
    DeskPage("progress", say("Việc học"), "see_counts", progress.show, nav=say("Việc học")),
    DeskPage("progress/{id}", say("Việc học"), "see_counts", progress.show),
    DeskPage("announcements", say("Tin của Hội"), "announce", announcements.show, announcements.do, say("Tin của Hội")),
    DeskPage("announcement/{id}", say("Một tin"), "announce", announcement.show, announcement.do),
    DeskPage("meetings", say("Buổi họp"), "meet", meetings.show, nav=say("Buổi họp")),
    DeskPage("meeting/{id}", say("Một buổi họp"), "meet", meetings.show_roll),
    DeskPage("exports", say("Báo cáo"), "see_counts", exports.show, nav=say("Báo cáo")),
    DeskPage("export/{what}", say("Báo cáo"), "see_counts", exports.send),
    DeskPage("month", say("Báo cáo tháng"), "report", month.show),
    DeskPage("me", say("Của tôi"), "", me.show, nav=say("Của tôi")),
    DeskPage("me/password", say("Đặt mật khẩu"), "", me.show_password, me.choose_password),
    DeskPage("me/out", say("Của tôi"), "", do=me.put_out),
    DeskPage("audit", say("Sổ việc đã làm"), "see_audit", audit.show, nav=say("Sổ việc")),
)
