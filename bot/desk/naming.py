"""What pages about people call roles, states, needs, requests."""

from __future__ import annotations

from flows.saying import say

ROLES = {
    "learner": say("hội viên"), "instructor": say("người chỉ bài"), "officer": say("cán bộ"),
    "editor": say("người soạn bài"), "admin": say("quản trị"),
}  # fmt: skip
STATES = {
    "active": say("đang hoạt động"), "asked": say("đang xin, chờ duyệt"), "suspended": say("đang tạm dừng"),
    "none": say("tự vào, chưa xác nhận"), "invited": say("trong danh sách, chưa vào"),
}  # fmt: skip
"""Of a role; of somebody without any; of an entry of a list."""
NEEDS = {
    "elderly": say("lớn tuổi"), "disability": say("khuyết tật"), "poor": say("hoàn cảnh khó khăn"),
    "worker": say("công nhân"), "remote": say("ở xa"),
}  # fmt: skip
CONSENTS = {"agreed": say("đã đồng ý lưu"), "declined": say("không đồng ý lưu")}
REQUESTS = {
    "safety": say("kêu cứu"), "help": say("cần người giúp"), "pair": say("cần người chỉ 1+1"),
    "change": say("xin đổi người chỉ"),
}  # fmt: skip
REQUEST_STATES = {
    "waiting": say("chưa ai nhận"), "offered": say("đang hỏi"), "open": say("đang lo"), "closed": say("đã xong"),
}  # fmt: skip
LANGUAGES = {"vi": say("tiếng Việt"), "en": say("tiếng Anh")}
