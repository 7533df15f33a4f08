"""The one lesson that every bot in the bench plays: six prompts and eight actions of a learner, in plain data.

Every prompt carries a mark ("Bước 3") that no other prompt has, so the load can tell which action a message answers,
and a message that comes twice from one that is new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One button of a prompt; `right` is None where nothing is graded, `say` is the feedback."""

    id: str
    label: str
    right: bool | None = None
    say: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One step. Without answers she types, and `accept` is what is right."""

    id: str
    text: str
    answers: tuple[Answer, ...] = ()
    accept: str = ""
    say: str = ""


PROMPTS = (
    Prompt(
        "s1", "Bước 1. Chào chị! Hôm nay mình tập giữ mã OTP cho an toàn, chừng năm phút.", (Answer("tiep", "Tiếp"),)
    ),
    Prompt(
        "s2",
        "Bước 2. Chị mở VNeID trên máy, nhập mật khẩu của chị. Xong thì bấm Xong rồi nhé.",
        (Answer("done", "Xong rồi"), Answer("stuck", "Chưa thấy nút"), Answer("later", "Để sau")),
    ),
    Prompt(
        "s3",
        "Bước 3. Có người gọi, tự xưng công an, xin mã OTP. Chị làm gì?",
        (
            Answer("doc_ma", "Đọc cho nhanh", False, "Chưa an toàn: có mã là vào được tài khoản của chị."),
            Answer("tu_choi", "Không đọc, cúp máy", True, "Đúng rồi, không đọc mã cho ai cả."),
        ),
    ),
    Prompt("s4", "Bước 4. Chị gõ số điện thoại của công an vào đây nhé.", (), "113", "Đúng rồi, số 113."),
    Prompt(
        "s5",
        "Bước 5. Đường dẫn lạ gửi qua tin nhắn, chị có bấm không?",
        (
            Answer("co", "Bấm xem thử", False, "Chưa an toàn: đường dẫn lạ có thể lấy tiền của chị."),
            Answer("khong", "Không bấm", True, "Đúng rồi, không bấm đường dẫn lạ."),
        ),
    ),
    Prompt("s6", "Bước 6. Chị giỏi lắm! Mình nhớ: mã OTP là chìa khóa nhà.", (Answer("het", "Kết thúc"),)),
)
LAST = "Hết bài. Chị được {points} điểm."
POINTS = 3
WRONG = "Chưa đúng."


@dataclass(frozen=True, slots=True)
class Action:
    """What a learner does, and the text that the answer to it must hold (`reply`, a regular expression).

    `what` is a typed text, the label of the button she taps, or of the line whose number she writes. Where the bot
    shows no buttons, `data` is what the tap carries and `step` the prompt it is to hang on.
    """

    kind: str  # "text" | "tap" | "number"
    what: str
    reply: re.Pattern[str]
    data: str = ""
    step: int = 0


def text(what: str, reply: str) -> Action:
    """She types `what`."""
    return Action("text", what, re.compile(reply, re.DOTALL))


def tap(what: str, reply: str) -> Action:
    """She taps the button labelled `what`."""
    return Action("tap", what, re.compile(reply, re.DOTALL))


def number(what: str, reply: str) -> Action:
    """She writes the number of the line that reads `what`."""
    return Action("number", what, re.compile(reply, re.DOTALL))


def echoed(action: Action, step: int, data: str = "") -> Action:
    """The same action for a bot that only repeats what it got."""
    return Action(action.kind, action.what, re.compile(re.escape(data or action.what)), data, step)


LESSON = (
    text("/start", "Bước 1"),
    tap("Tiếp", "Bước 2"),
    tap("Xong rồi", "Bước 3"),
    tap("Đọc cho nhanh", "Chưa (đúng|an toàn).*Bước 3"),
    tap("Không đọc, cúp máy", "Bước 4"),
    text("113", "Bước 5"),
    tap("Không bấm", "Bước 6"),
    tap("Kết thúc", f"{POINTS} điểm"),
)
ECHO = (
    echoed(LESSON[0], 0),
    echoed(LESSON[1], 0, "0:tiep"),
    echoed(LESSON[2], 1, "1:done"),
    echoed(LESSON[3], 2, "2:doc_ma"),
    echoed(LESSON[4], 2, "2:tu_choi"),
    echoed(LESSON[5], 3),
    echoed(LESSON[6], 4, "4:khong"),
    echoed(LESSON[7], 5, "5:het"),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a peer says after an answer: the words, the buttons under them, and where the learner stands now."""

    at: int
    points: int
    text: str
    answers: tuple[Answer, ...]


def begin() -> Turn:
    """The first prompt of the lesson."""
    return Turn(0, 0, PROMPTS[0].text, PROMPTS[0].answers)


def graded(at: int, points: int, answer: str) -> Turn:
    """The lesson as plain logic, for peers: prompt number `at` was answered with an option id or a typed text."""
    prompt = PROMPTS[at]
    if prompt.answers:
        chosen = next((a for a in prompt.answers if a.id == answer), None)
        right, say = (chosen.right, chosen.say) if chosen else (False, "")
    else:
        right, say = answer.strip() == prompt.accept, prompt.say
    if right is False:
        return Turn(at, points, f"{WRONG} {say}\n\n{prompt.text}", prompt.answers)
    points += 1 if right else 0
    at += 1
    if at == len(PROMPTS):
        return Turn(at, points, LAST.format(points=points), ())
    after = PROMPTS[at]
    return Turn(at, points, f"{say}\n\n{after.text}" if say else after.text, after.answers)
