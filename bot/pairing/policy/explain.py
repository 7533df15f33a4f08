"""Why a request is where it is: for the officer who looks at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.pairing.policy.calls import OfficerCall, told
from bot.pairing.policy.candidates import against, nearness
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import Ledger
from bot.pairing.policy.model import OFFICER, UNION_FIRST, Instructor, Learner, Request

WIDTHS = ("cùng tổ", "cùng chi hội", "cùng xã, phường", "trong tỉnh")
REASONS = {
    "full": "đã kèm đủ người",
    "paused": "đang tạm nghỉ",
    "resting": "vừa được hỏi, để lát nữa",
    "hours": "chưa tới giờ nhận",
    "language": "không nói tiếng của người học",
    "topic": "không dạy phần này",
    "tried": "đã hỏi rồi, hoặc người học đã đổi",
    "suspended": "đang bị dừng",
    "away": "không nhắn tới được (đã chặn máy)",
    "conduct": "chưa nhận quy tắc",
    "self": "chính là người học",
    "province": "ở tỉnh khác",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`near` counts by width who could be asked, `against` by reason who cannot; `lines` says all of it in words."""

    near: tuple[int, int, int, int]
    against: tuple[tuple[str, int], ...]
    lines: tuple[str, ...]


def explain(
    ledger: Ledger,
    request: Request,
    instructors: Iterable[Instructor],
    now: int,
    clock: Clock,
    calls: Sequence[OfficerCall] = (),
) -> Explanation:
    """Look at it as the policies do. `instructors`: everybody who teaches in the learner's province; `calls`: who was
    called, where it is a cry for safety."""
    learner = ledger.learner(request.learner_id)
    if learner is None:
        return Explanation((0, 0, 0, 0), (), ("Người học không còn ở đây.",))
    if request.kind == "safety":
        return Explanation((0, 0, 0, 0), (), _of_cry(ledger, request, clock, calls))
    tried, near, reasons = ledger.tried(request), [0, 0, 0, 0], Counter[str]()
    for each in instructors:
        reason = against(each, ledger.load(each.learner_id), learner, request.topic, tried, now, clock)
        if reason:
            reasons[reason] += 1
        else:
            near[nearness(each.path, learner.path)] += 1
    lines = [f"Chờ từ {clock.say(request.since_at)}, hạn tới {clock.say(request.due_at)}."]
    if request.priority <= UNION_FIRST:
        lines.append("Được ưu tiên.")
    lines.append(_where(ledger, request))
    if not learner.confirmed:
        lines.append("Chưa được xác nhận là hội viên nên chưa ghép với ai.")
    free = [f"{count} người {width}" for width, count in zip(WIDTHS, near, strict=True) if count]
    lines.append("Hỏi được ngay: " + ", ".join(free) + "." if free else "Lúc này không còn ai hỏi được.")
    if reasons:
        kinds = [f"{count} người {REASONS[reason]}" for reason, count in reasons.most_common()]
        lines.append("Không hỏi được: " + ", ".join(kinds) + ".")
    lines += _out_of_reach(ledger, learner)
    first, second, third, fourth = near
    return Explanation((first, second, third, fourth), tuple(reasons.most_common()), tuple(lines))


def _of_cry(ledger: Ledger, request: Request, clock: Clock, calls: Sequence[OfficerCall]) -> tuple[str, ...]:
    """Nobody is offered a cry: people are called, until somebody takes it."""
    since = f"Việc khẩn, trước mọi việc khác: kêu cứu từ {clock.say(request.since_at)}."
    if request.state == "closed":
        return since, _where(ledger, request), *told(calls, clock)
    owner = ledger.learner(request.owner_id)
    name = (owner.name if owner else "") or "một người"
    if request.state == "open":
        return since, f"{name} đã nhận và đang lo.", *told(calls, clock)
    learner = ledger.learner(request.learner_id)
    out = _out_of_reach(ledger, learner) if learner else []
    return since, f"Chưa ai nhận; gọi lại lúc {clock.say(request.due_at)}.", *told(calls, clock), *out


def _out_of_reach(ledger: Ledger, learner: Learner) -> list[str]:
    """How many officers of hers are passed over."""
    closed = len(ledger.away(ledger.officers(learner.path)))
    return [f"Bỏ qua vì không nhắn tới được (đã chặn máy): {closed} cán bộ."] if closed else []


def _where(ledger: Ledger, request: Request) -> str:
    offer = ledger.offer_for(request.request_id)
    if request.state == "closed":
        return f"Đã xong ({request.closed_why})."
    if request.state == "open":
        return "Đã có người nhận và đang giúp."
    asked = f"Đang hỏi một người {WIDTHS[min(request.width, 3)]}." if offer else "Chưa hỏi ai."
    return asked + (f" Cán bộ phải lo (mức {request.width - OFFICER + 1})." if request.width >= OFFICER else "")
