"""The tutor's words to somebody of whom it does not know yet what she wants to be called: they call her nothing.

Every sentence is written with `{chị}` and `{em}`; Vietnamese lets whoever is spoken to go unnamed, so her word is left
out, with the preposition that would stand there alone. The tutor calls itself by its name, for "máy" is also a phone.
"""

from __future__ import annotations

import re
from functools import lru_cache

UNADDRESSED = "-"
"""The form of address of somebody who has not chosen one; it is kept, so it has to be no pair of `ADDRESSES`."""

ITSELF = "Cầm Tay"

_END = r"(?= *(?:[.,;:!?…)”\n]|$|\{nhé\}|(?:đây|rồi|như|quá|ngay)\b))"
_CAPITAL_NEXT = "\ue002"
_INSTEAD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r" *\{ten\}", ""),
        (r"Có người cần \{chị\}", "Có người đang cần giúp"),
        (r"\{Em\} là Cầm Tay", "Đây là Cầm Tay"),
        (r"\{Em\} cảm ơn \{chị\}", "Cảm ơn nhiều"),
        (r"cảm ơn \{chị\}", "cảm ơn nhiều"),
        (r"\{Dạ\}, \{em\} chào \{chị\}", "Xin chào"),
        (r"nghe \{chị\} nói:", "nghe được:"),
        (r"\{Chị\}(?: ơi)?, ", _CAPITAL_NEXT),
        (r",? *\{chị\} ơi\b", ""),
        (r"\b(lỗi|phải|máy) của \{chị\}", r"\1 của mình"),
        (r"\b(tại|do|bằng tên) \{chị\}", r"\1 mình"),
        (r"\b(phải máy) \{chị\}", r"\1 của mình"),
        (r"\b(đúng là) \{chị\}", r"\1 mình"),
        (r"người \{chị\} kèm", "người đang được kèm"),
        (r"\{chị\} và ", "mình và "),
        (r" ý \{chị\}" + _END, ""),
        (r"Ý \{chị\} là:", "Có phải ý này:"),
        (r"Ý \{chị\} là", "Ý là"),
        (r" ?\bgiúp \{em\} \{nhé\}", " {nhé}"),
        (r" giúp \{em\}" + _END, " {nhé}"),
        (r" (?:của|cho|với|tới) \{chị\}" + _END, ""),
        (r" (?:của|với) \{chị\}", ""),
        (r" \{chị\}" + _END, ""),
        (r"\{Chị\} +", _CAPITAL_NEXT),
        (r"\{chị\} +", ""),
        (r"\{[Cc]hị\}", ""),
        (r"\{[Ee]m\}", ITSELF),
    )
)
"""What is written, and what is said instead, in this order; a capital begins what follows `_CAPITAL_NEXT`."""

_CAPITAL = re.compile(_CAPITAL_NEXT + r"(\W*)(\w?)")


@lru_cache(maxsize=512)
def without_form(text: str) -> str:
    """A text as written, with no `{chị}`, `{em}` or `{ten}` left in it; other placeholders stay."""
    for pattern, instead in _INSTEAD:
        text = pattern.sub(instead, text)
    return _CAPITAL.sub(lambda found: found[1] + found[2].upper(), text)
