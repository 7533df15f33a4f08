"""The pages of the desk: one line each, in the order of the navigation."""

from __future__ import annotations

from bot.desk.pages import (
    announcement,
    announcements,
    areas,
    audit,
    bringing,
    correct,
    exports,
    guide,
    invite,
    kept,
    leaving,
    me,
    meetings,
    model,
    month,
    operations,
    pairings,
    people,
    person,
    progress,
    request,
    same,
    today,
    unheard,
)
from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.desk.visit import DeskPage
from flows.saying import say

PAGES: tuple[DeskPage, ...] = (
    DeskPage("", say("Hôm nay"), "see_people", today.show, nav=say("Hôm nay")),
    *LESSON_PAGES,
    DeskPage("people", say("Người"), "see_people", people.show, nav=say("Người")),
    DeskPage("person/{person}", say("Một người"), "see_people", person.show, person.do),
    DeskPage("person/{person}/correct", say("Sửa dữ liệu"), "correct", correct.show, correct.do),
    DeskPage("person/{person}/same", say("Trùng với ai?"), "invite_learner", same.show, same.do),
    DeskPage("person/{person}/kept", say("Đang giữ gì của chị ấy"), "export", kept.show, kept.do),
    DeskPage(
        "person/{person}/withdraw", say("Rút lời đồng ý giúp"), "withdraw", leaving.show_withdraw, leaving.withdraw
    ),
    DeskPage("person/{person}/delete", say("Xóa hết dữ liệu"), "delete", leaving.show_delete, leaving.delete),
    DeskPage("import", say("Nhập danh sách"), "import", bringing.show, bringing.bring, file_bytes=bringing.FILE_BYTES),
    DeskPage("import/check", say("Xem trước danh sách"), "import", bringing.show_check, bringing.decide),
    DeskPage("invite", say("Mời vào"), "invite_learner", invite.show, invite.do, nav=say("Mời")),
    DeskPage("invite/codes", say("Các mã đã phát"), "invite_learner", invite.show_codes, invite.take_back),
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
    DeskPage("guide", say("Hướng dẫn"), "", guide.show_list, nav=say("Hướng dẫn")),
    DeskPage("guide/{who}", say("Hướng dẫn"), "", guide.show),
    DeskPage("unheard", say("Câu máy chưa hiểu"), "see_unheard", unheard.show, nav=say("Chưa hiểu")),
    DeskPage("operations", say("Vận hành"), "operate", operations.show, nav=say("Vận hành")),
    DeskPage("audit", say("Sổ việc đã làm"), "see_audit", audit.show, nav=say("Sổ việc")),
)
