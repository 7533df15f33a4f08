"""What is called one thing inside and another by whoever reads it: inside → shown. Light, since help shows them."""

from __future__ import annotations

ROLE_NAMES = {
    "learner": "hội viên",
    "instructor": "người chỉ",
    "officer": "cán bộ",
    "editor": "soạn bài",
    "admin": "quản trị",
}
STATE_NAMES = {"active": "đang hoạt động", "suspended": "tạm dừng", "asked": "xin chỉ bài", "invited": "chưa nhận lời"}
NEED_NAMES = {
    "elderly": "lớn tuổi",
    "disability": "khuyết tật",
    "poor": "hoàn cảnh khó khăn",
    "worker": "công nhân",
    "remote": "ở xa",
}
KINDS = {
    "family": "Gia đình số",
    "club": "CLB Phụ nữ số",
    "branch": "Chi hội số",
    "team": "Tổ công nghệ số cộng đồng",
}
"""Of a program of the union."""
REPORTS = {"targets": "chỉ tiêu", "pairs": "đôi 1+1", "progress": "việc học"}
KIND_NAMES = {"pair": "cần người chỉ", "help": "nhờ giúp", "safety": "KHẨN", "change": "đổi người chỉ"}
"""Of a request."""
WAIT_NAMES = {"waiting": "chưa hỏi ai", "offered": "đang hỏi một người", "open": "có người đang giúp"}
