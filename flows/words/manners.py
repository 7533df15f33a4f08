"""Manners of speaking that do not change what is meant: what two call each other, particles, words of three regions.

Each word stands here as it is typed with its marks, and counts only as it stands: "chi" without marks is "chị" in
nearly every message, "gì" in the centre. Whoever changes a list trains again (`./camtay train`).
"""

from __future__ import annotations

from flows.words.ear.syllables import syllables


def _typed(words: str) -> frozenset[str]:
    return frozenset(each.typed for word in words.split() for each in syllables(word, 1))


ELDERS = _typed("chị cô dì bác bà mẹ má mệ o thím mợ anh chú ông u bầm nẫu c chi bac di ba me thim mo ong chu")
"""What somebody older is called, by herself too."""
YOUNGER = _typed("em con cháu tui tôi mình tao e chau toi minh tụi tớ")
PARTICLES = _typed("nha nghen nhé nghe hen nhen hỉ hí nè nhe ạ á à ha hả hén nhá với vậy rứa dạ vâng ơi oi hihi hehe")
NOT = _typed("đừng dung không khong hông hổng ko chớ khỏi chưa chẳng nỏ kh hong")

ALIKE = {
    each: alike.split()[0]
    for alike in (
        "gì chi j ji", "sao răng rang", "đâu mô", "vậy rứa rua dậy z dzậy vầy vay", "được đc dc duoc",
        "gửi gởi gui goi", "không hông hổng ko k hong hok khong khg nỏ hỏng kô", "vào vô vo vao",
        "giúp giùm dùm giup dum hộ giùng",
        "rồi r roi òi", "mk pass password mật", "này ni nì nầy nay", "kia nớ tê đó do ấy", "tiền xiền tien",
        "đọc doc đọk", "biểu bảo kêu kiu bieu keu", "lấy lay", "cái cai", "mượn muon", "xem coi ngó dòm", "cũng cung",
        "đừng dung chớ khỏi khoan",
    )
    for each in _typed(alike)
}  # fmt: skip
"""A word as it is typed → the first of those that mean the same."""
