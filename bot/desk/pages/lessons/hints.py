"""What to do about a fault, said for whoever has the studio before her and no terminal."""

from __future__ import annotations

from collections.abc import Iterable

from flows.saying import Sentence, say

_KEEPER = say("nhờ người giữ máy học lại mẫu nghe")
_TRANSLATE = say("dịch ở trang Bản dịch của bài")
_LOOK_AGAIN = say("xem lại câu ấy ở trang Bản dịch của bài")
_DIALOGUE = say("xem ở trang Các bước; bản thoại do người giữ máy ghi lại")

HERE = {
    "chạy ./camtay train để làm lại": _KEEPER,
    "hãy xuất lại tệp bằng ./camtay translate export": _TRANSLATE,
    "./camtay translate export {id} {language}, rồi dịch": _TRANSLATE,
    "./camtay translate export {id} {stem}; {look_again}": _LOOK_AGAIN,
    "./camtay translate export {id} {stem}": say("mở trang Bản dịch của bài rồi lưu lại: câu thừa tự bỏ"),
    "sửa dòng này, rồi ./camtay test-lessons": _DIALOGUE,
    "xem rồi ghi lại: ./camtay test-lessons --update": _DIALOGUE,
    "ghi thêm một bản thoại qua bước này: ./camtay try, rồi /save": _DIALOGUE,
    "xem lessons/scenes, hay ./camtay scenes": say("gõ Ctrl và phím cách sau “scene:” để chọn màn hình tập có sẵn"),
    "hãy chép tệp vào thư mục media cạnh lesson.yaml": say("đưa tệp vào ở trang Hình và tiếng của bài"),
    "xem các chỗ điền trong config.yaml, phần facts": say(
        "gọi người học là {{chị}}, tự xưng {{em}}, tên là {{ten}}; thêm được {{nhé}}, {{dạ}}"
    ),
    "xem bài mẫu lessons/_template": say("xem một bài đang dùng để ghi theo"),
    "hãy chép lessons/_template rồi sửa": say("chép chữ của một bài đang dùng rồi sửa"),
    "hãy thêm vào lessons/sources.yaml": say(
        "chọn nguồn đã có bằng Ctrl và phím cách; nguồn mới nhờ người giữ máy thêm"
    ),
    "ghi “was: {step}” ở bước thay nó, hoặc quyết định: {decide}": say(
        "ghi “was: mã_cũ” ở bước thay nó, hoặc quyết định ngay dưới đây"
    ),
    "đặt mã bước khác, hoặc quyết định: {decide}": say("đặt mã bước khác, hoặc quyết định ngay dưới đây"),
}  # fmt: skip
"""Hint of a rule that names a command or a file of the terminal → what it is here."""


def here(hint: str) -> str:
    """The hint as it is said in the studio; parts of one that is put together, too."""
    if not isinstance(hint, Sentence):
        return hint
    if (found := HERE.get(hint.template)) is not None:
        return found
    parts = {name: here(value) if isinstance(value, str) else value for name, value in hint.values.items()}
    return say(hint.template, **parts) if _differ(parts.values(), hint.values.values()) else hint


def _differ(some: Iterable[object], others: Iterable[object]) -> bool:
    return any(one is not other for one, other in zip(some, others, strict=True))
