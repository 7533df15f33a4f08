"""The pages of the desk: one line each, in the order of the navigation."""

from __future__ import annotations

from bot.desk.pages import (
    audit,
    bringing,
    correct,
    invite,
    kept,
    leaving,
    me,
    operations,
    people,
    person,
    same,
    today,
    unheard,
)
from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.desk.visit import DeskPage
from flows.saying import say

PAGES: tuple[DeskPage, ...] = (
    DeskPage("", say("Hôm nay"), "see_people", today.show, nav=say("Hôm nay")),
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
    *LESSON_PAGES,
    DeskPage("me", say("Của tôi"), "", me.show, nav=say("Của tôi")),
    DeskPage("me/password", say("Đặt mật khẩu"), "", me.show_password, me.choose_password),
    DeskPage("me/out", say("Của tôi"), "", do=me.put_out),
    DeskPage("unheard", say("Câu máy chưa hiểu"), "see_unheard", unheard.show, nav=say("Chưa hiểu")),
    DeskPage("operations", say("Vận hành"), "operate", operations.show, nav=say("Vận hành")),
    DeskPage("audit", say("Sổ việc đã làm"), "see_audit", audit.show, nav=say("Sổ việc")),
)
