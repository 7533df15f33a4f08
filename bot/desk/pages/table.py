"""The pages of the desk: one line each, in the order of the navigation."""

from __future__ import annotations

from bot.desk.pages import audit, me, operations, today, unheard
from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.desk.visit import DeskPage
from flows.saying import say

PAGES: tuple[DeskPage, ...] = (
    DeskPage("", say("Hôm nay"), "see_people", today.show, nav=say("Hôm nay")),
    *LESSON_PAGES,
    DeskPage("me", say("Của tôi"), "", me.show, nav=say("Của tôi")),
    DeskPage("me/password", say("Đặt mật khẩu"), "", me.show_password, me.choose_password),
    DeskPage("me/out", say("Của tôi"), "", do=me.put_out),
    DeskPage("unheard", say("Câu máy chưa hiểu"), "see_unheard", unheard.show, nav=say("Chưa hiểu")),
    DeskPage("operations", say("Vận hành"), "operate", operations.show, nav=say("Vận hành")),
    DeskPage("audit", say("Sổ việc đã làm"), "see_audit", audit.show, nav=say("Sổ việc")),
)
