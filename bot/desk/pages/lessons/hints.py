"""What to do about a fault, said for whoever has the studio before her and no terminal."""

from __future__ import annotations

from collections.abc import Iterable

from flows.saying import Sentence, say

_KEEPER = say("nhờ người giữ máy học lại mẫu nghe")
_TRANSLATE = say("dịch ở trang Bản dịch của bài")
_LOOK_AGAIN = say("xem lại câu ấy ở trang Bản dịch của bài")
_DIALOGUE = say("xem ở trang Các bước; bản thoại do người giữ máy ghi lại")

_SOURCE = say("chọn nguồn đã có bằng Ctrl và phím cách; nguồn mới nhờ người giữ máy thêm")
_ADD = say("nhờ người giữ máy thêm")

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
    "hãy thêm vào lessons/sources.yaml": _SOURCE,
    "ghi “was: {step}” ở bước thay nó, hoặc quyết định: {decide}": say(
        "ghi “was: mã_cũ” ở bước thay nó, hoặc quyết định ngay dưới đây"
    ),
    "không có tệp “{file}” trong thư mục media": say("chưa có tệp “{file}” trong bài này", file="{file}"),
    "hãy điền helper trong config.yaml, hoặc tìm người nhận chủ đề này": say(
        "nhờ người giữ máy ghi người giúp, hoặc tìm người nhận chủ đề này"
    ),
    "tổng đài thì lấy từ config.yaml, ví dụ {{hotline_vneid}}; số làm mẫu thì che bớt: 09xx xxx xxx": say(
        "số tổng đài thì ghi tên chỗ điền, ví dụ {{hotline_vneid}}; số làm mẫu thì che bớt: 09xx xxx xxx"
    ),
    "xem mục facts trong config.yaml": say("tên các chỗ điền thì hỏi người giữ máy"),
    "hãy đặt mã riêng cho bài này, trùng tên thư mục": say("hãy đặt mã riêng cho bài này"),
    "bài “{id}” nằm trong thư mục “{folder}”": say(
        "mã bài đã đổi thành “{id}”, mà bài này là “{folder}”", id="{id}", folder="{folder}"
    ),
    "hãy đặt thư mục cùng tên với mã bài": say("hãy ghi lại mã cũ; bài mang mã khác thì mở Bài mới"),
    "hãy thêm một dòng vào glossary.yaml": _ADD,
    "không có sources.yaml, nên không soát được lời nào có nguồn": say("chưa có bảng nguồn nên không soát được nguồn"),
    "hãy ghi các nguồn vào sources.yaml cạnh tracks.yaml": _ADD,
    "thêm nguồn vào sources.yaml": _SOURCE,
    "sources.yaml không có “{source}”": say("không có nguồn nào mang mã “{source}”", source="{source}"),
    "hãy ghi src: [mã trong sources.yaml], hoặc src: none khi không kể điều gì về việc đời": say(
        "hãy ghi src: [mã nguồn], hoặc src: none khi không kể điều gì về việc đời"
    ),
    "đặt mã bước khác, hoặc quyết định: {decide}": say("đặt mã bước khác, hoặc quyết định ngay dưới đây"),
}  # fmt: skip
"""What a rule says that names a command or a file which she has not → what it is here."""

NOT_HERS = frozenset({"glossary.py", "noun_rows.py", "scam_tables.py", "tables.py", "reading.py"})
"""Modules whose sentences are about files that no page of the studio shows."""


def here(hint: str) -> str:
    """What a rule says, as it is said in the studio; parts of one that is put together, too."""
    if not isinstance(hint, Sentence):
        return hint
    if (found := HERE.get(hint.template)) is not None:
        return say(found.template, **hint.values)
    parts = {name: here(value) if isinstance(value, str) else value for name, value in hint.values.items()}
    return say(hint.template, **parts) if _differ(parts.values(), hint.values.values()) else hint


def _differ(some: Iterable[object], others: Iterable[object]) -> bool:
    return any(one is not other for one, other in zip(some, others, strict=True))
