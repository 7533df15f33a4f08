"""What stands in the audit, in the words of whoever answers for it. Pure."""

from __future__ import annotations

from collections.abc import Callable

from flows.saying import Sentence, say

ROLES = {
    "learner": say("hội viên"), "instructor": say("người chỉ bài"), "officer": say("cán bộ"),
    "editor": say("người soạn bài"), "admin": say("quản trị"),
}  # fmt: skip

_ACTS = {
    "announced": say("gửi thông báo"), "announcement_drafted": say("soạn thông báo"),
    "announcement_stopped": say("dừng thông báo"),
    "announcement_dropped": say("bỏ bản nháp thông báo"), "approved": say("duyệt làm người chỉ"),
    "assigned": say("hỏi một người chỉ nhận việc"), "confirmed": say("xác nhận là hội viên"),
    "corrected": say("sửa dữ liệu"), "deleted": say("tự xóa dữ liệu"), "deleted_by_officer": say("xóa dữ liệu giúp"),
    "deleted_idle": say("máy xóa dữ liệu đã lâu không dùng"), "desk_in_link": say("vào bàn làm việc bằng đường dẫn"),
    "desk_in_password": say("vào bàn làm việc bằng mật khẩu"), "desk_link": say("lấy đường dẫn vào bàn làm việc"),
    "desk_out": say("cho một máy ra"), "desk_out_all": say("cho mọi máy khác ra"),
    "desk_in_code": say("vào bàn làm việc bằng mật khẩu và mã một lần"), "desk_code_on": say("bật mã một lần"),
    "desk_code_off": say("tắt mã một lần"), "desk_spares": say("làm mã dự phòng mới"),
    "desk_spare_used": say("vào bằng một mã dự phòng"),
    "desk_password": say("đặt mật khẩu"), "draft_given_up": say("bỏ nháp bài học"), "exported": say("xuất dữ liệu"),
    "exported_list": say("xuất danh sách"), "request_seen": say("xem một yêu cầu"),
    "report_seen": say("xem một lời báo"), "report_dealt": say("ghi là đã lo một lời báo"),
    "request_taken": say("nhận lo một yêu cầu"), "request_done": say("báo đã lo xong một yêu cầu"),
    "request_relieved": say("lo thay một yêu cầu"), "request_handed": say("nhờ người khác lo tiếp một yêu cầu"),
    "imported": say("nhập danh sách"), "linked": say("nối hai máy của một người"),
    "unheard_settled": say("cất câu chưa hiểu đã lo xong"),
    "lesson_begun": say("mở bài mới"), "lesson_published": say("phát hành bài học"),
    "lesson_rolled_back": say("quay lại bản cũ của bài học"),
    "meeting_begun": say("mở buổi họp"), "meeting_closed": say("kết thúc buổi họp"),
    "meeting_mended": say("sửa điểm danh một buổi đã họp"),
    "model_ended": say("kết thúc mô hình"), "model_joined": say("thêm người vào mô hình"),
    "model_moved": say("chuyển mô hình sang nơi khác"), "model_renamed": say("đổi tên mô hình"),
    "model_left": say("cho người ra khỏi mô hình"), "paused_drills": say("tạm dừng bài thử"),
    "recognised": say("nhận ra ai trong danh sách"),
    "resumed_drills": say("mở lại bài thử"), "seen": say("xem dữ liệu"), "signed_out": say("cho thoát mọi máy"),
    "split": say("tách một máy"), "union_phone": say("đổi số điện thoại của Hội"), "unlinked": say("tách hai người"),
    "vouched": say("cấp mã đổi máy"), "withdrawn": say("tự rút lời đồng ý"),
    "words_published": say("phát hành bảng từ"), "words_rolled_back": say("quay lại bản cũ của bảng từ"),
    "answers_published": say("phát hành lời đáp"), "answers_rolled_back": say("quay lại bản cũ của lời đáp"),
    "withdrawn_by_officer": say("rút lời đồng ý giúp"),
}  # fmt: skip

_OF_ROLES: dict[str, Callable[[str], Sentence]] = {
    "invited_": lambda role: say("mời {role}", role=role), "joined_": lambda role: say("nhận vai {role}", role=role),
    "barred_": lambda role: say("vai {role} bị giữ lại", role=role),
    "suspended_": lambda role: say("tạm dừng vai {role}", role=role),
    "lifted_": lambda role: say("mở lại vai {role}", role=role),
    "taken_back_": lambda role: say("thu lại mã mời {role}", role=role),
}  # fmt: skip

_OF_MODELS = say("ghi mô hình")
_REPORTED = say("xem báo cáo")

_WISHES = {
    "see_people": say("xem người"), "import": say("nhập danh sách"), "approve": say("duyệt người chỉ"),
    "vouch": say("cấp mã đổi máy"), "suspend": say("tạm dừng"), "export": say("xuất dữ liệu"),
    "correct": say("sửa dữ liệu"), "withdraw": say("rút lời đồng ý giúp"), "delete": say("xóa dữ liệu"),
    "announce": say("gửi thông báo"), "meet": say("mở buổi họp"), "report": say("xem báo cáo"),
    "drill": say("dừng hay mở bài thử"), "models": say("lo mô hình"), "lift": say("mở lại người bị tạm dừng"),
    "edit_lessons": say("soạn bài học"),
}  # fmt: skip


def in_words(what: str) -> str:
    """An act of the audit as a sentence; one that nobody has described by its own name."""
    if what in _ACTS:
        return _ACTS[what]
    for family, sentence in _OF_ROLES.items():
        role = what.removeprefix(family)
        if role != what and role in ROLES:
            return sentence(ROLES[role])
    if what.startswith("model_added_"):
        return _OF_MODELS
    if what.startswith("reported_"):
        return _REPORTED
    if what.startswith("refused_"):
        wish = what.removeprefix("refused_")
        return say("bị từ chối: {what}", what=_WISHES.get(wish) or in_words(wish.replace("invite_", "invited_")))
    return what


def is_known(what: str) -> bool:
    """Whether somebody has described it."""
    return isinstance(in_words(what), Sentence)
