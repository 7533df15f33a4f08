"""What has happened to a request so far, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows.saying import say

KINDS = {
    "pair": say("xin người chỉ 1+1"),
    "help": say("nhờ người giúp"),
    "safety": say("kêu cứu"),
    "change": say("xin đổi người chỉ"),
}
ENDINGS = {
    "done": say("đã lo xong"),
    "paired": say("đã có người chỉ"),
    "cancelled": say("người học rút lại"),
    "mistake": say("người học báo bấm nhầm"),
    "left": say("người học không còn ở đây"),
}
"""Why a request is over, by its `closed_why`."""


def told(what: str, by: str, detail: Mapping[str, str], names: Mapping[str, str], officers: Collection[str]) -> str:
    """One line of the history. `by` and the people of `detail` are pseudonyms, as are `officers`, who ask by hand;
    `names` has those who are still here."""

    def name(pseudonym: str) -> str:
        return names.get(pseudonym, "") or say("một người")

    match what:
        case "asked":
            return say("{kind}", kind=KINDS.get(detail.get("kind", ""), detail.get("kind", "")))
        case "offered" if by in officers and by != detail.get("to"):
            return say("{officer} hỏi {who} nhận", officer=name(by), who=name(detail.get("to", "")))
        case "offered":
            return say("hỏi {who} nhận", who=name(detail.get("to", "")))
        case "called":
            return say("gọi {who}", who=name(detail.get("to", "")))
        case "cried":
            return say("người học kêu thêm lần nữa")
        case "taken":
            return say("{who} nhận lo", who=name(detail.get("by", by)))
        case "handed":
            return say("nhờ {who} lo tiếp", who=name(detail.get("to", "")))
        case "escalated":
            return say("chuyển lên cán bộ")
        case "nobody_there":
            return say("chưa có cán bộ nào để chuyển lên")
        case "not_helped":
            return say("người học báo chưa ai giúp")
        case "closed":
            return say("xong: {why}", why=ENDINGS.get(detail.get("why", ""), detail.get("why", "")))
        case _:
            return what


ANSWERS = {
    "open": say("chưa trả lời"),
    "accepted": say("đã nhận"),
    "later": say("để lát nữa"),
    "declined": say("chưa nhận được"),
    "expired": say("không trả lời"),
    "withdrawn": say("đã rút lời hỏi"),
}
"""What somebody who was asked has said, by the state of the offer."""
