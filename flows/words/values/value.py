"""What somebody said as a value: how much, how many, which day, which phone. Pure; today comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ValueKind = Literal["money", "number", "date", "phone"]


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
                return f"{said[:4]} {said[4:7]} {said[7:]}" if self.kind == "phone" else said
