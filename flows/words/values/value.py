"""What somebody said as a value: how much, how many, which day, which phone. Pure; today comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ValueKind = Literal["money", "number", "date", "phone"]

LANDLINE = 11  # digits, with the area's
SHORT_CODES = ("024", "028")  # Hà Nội, Thành phố Hồ Chí Minh: eight digits follow, elsewhere seven


@dataclass(frozen=True, slots=True)
class Value:
    """`value`: đồng or a whole number (int), YYYY-MM-DD or YYYY, 0XXXXXXXXX, or the words themselves (str).

    `certain`: nothing else can have been meant; else it is asked back.
    """

    kind: ValueKind | Literal["text"]
    value: int | str
    certain: bool = True

    @property
    def shown(self) -> str:
        """The value as it is said back: 50.000 đồng, 20/10/1962, 0901 234 567."""
        match self.kind:
            case "money":
                return f"{self.value:,} đồng".replace(",", ".")
            case "number":
                return f"{self.value:,}".replace(",", ".")
            case "date":
                return "/".join(reversed(str(self.value).split("-")))
            case _:
                said = str(self.value)
                return in_groups(said) if self.kind == "phone" else said


def in_groups(number: str) -> str:
    """A telephone number as it is printed and read out: 0901 234 567, 0251 3822 999, 028 3822 9999, 1900 1234."""
    if number.startswith("02") and len(number) == LANDLINE:
        code = 3 if number.startswith(SHORT_CODES) else 4
        return f"{number[:code]} {number[code : code + 4]} {number[code + 4 :]}"
    return f"{number[:4]} {number[4:]}" if len(number) == 8 else f"{number[:4]} {number[4:7]} {number[7:]}"
