"""A lesson of a few steps before the bare engine."""

from __future__ import annotations

from tests.support.builders import book, lesson
from tests.support.scene import Scene

QUIZ = """
    - quiz: otp
      checkpoint: true
      text: "Ai hỏi mã OTP?"
      options:
        - {id: doc, text: "Đọc cho nhanh", say: "Nguy hiểm."}
        - {id: khong, text: "Không đọc", right: true, say: "Đúng, không đọc."}
        - {id: hoi, text: "Hỏi con", next: hoi_con}
      hints: ["Gợi ý một", "Gợi ý hai"]
      tries: 3
      points: 2
      skill: giu_ma
      out_of_tries: giai
      next: het
    - {say: hoi_con, text: "Hỏi con cũng hay", next: het}
    - {say: giai, text: "Giải thích"}
    - {end: het, text: Hết}
"""


def scene(steps: str, header: str = "", **learner: str) -> Scene:
    return Scene(book(lesson(steps, header=header)), "thu", **learner)
