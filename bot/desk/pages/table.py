"""The pages of the desk: one line each, in the order of the navigation."""

from __future__ import annotations

from bot.desk.pages import areas, audit, me, model, pairings, progress, request, today
from bot.desk.visit import Page
from flows.saying import say

PAGES: tuple[Page, ...] = (
    Page("", say("Hôm nay"), "see_people", today.show, nav=say("Hôm nay")),
    Page("pairings", say("Ghép đôi"), "see_people", pairings.show, nav=say("Ghép đôi")),
    Page("request/{id}", say("Một yêu cầu"), "see_people", request.show, request.do),
    Page("areas", say("Địa bàn"), "see_counts", areas.show, areas.do, nav=say("Địa bàn")),
    Page("areas/{id}", say("Địa bàn"), "see_counts", areas.show, areas.do),
    Page("model/{id}", say("Mô hình"), "models", model.show, model.do),
    Page("progress", say("Việc học"), "see_counts", progress.show, nav=say("Việc học")),
    Page("progress/{id}", say("Việc học"), "see_counts", progress.show),
    Page("me", say("Của tôi"), "", me.show, nav=say("Của tôi")),
    Page("me/password", say("Đặt mật khẩu"), "", me.show_password, me.choose_password),
    Page("me/out", say("Của tôi"), "", do=me.put_out),
    Page("audit", say("Sổ việc đã làm"), "see_audit", audit.show, nav=say("Sổ việc")),
)
