"""The pages of the desk: one line each, in the order of the navigation."""

from __future__ import annotations

from bot.desk.pages import audit, me, pairings, request, today
from bot.desk.visit import Page
from flows.saying import say

PAGES: tuple[Page, ...] = (
    Page("", say("Hôm nay"), "see_people", today.show, nav=say("Hôm nay")),
    Page("pairings", say("Ghép đôi"), "see_people", pairings.show, nav=say("Ghép đôi")),
    Page("request/{id}", say("Một yêu cầu"), "see_people", request.show, request.do),
    Page("me", say("Của tôi"), "", me.show, nav=say("Của tôi")),
    Page("me/password", say("Đặt mật khẩu"), "", me.show_password, me.choose_password),
    Page("me/out", say("Của tôi"), "", do=me.put_out),
    Page("audit", say("Sổ việc đã làm"), "see_audit", audit.show, nav=say("Sổ việc")),
)
