"""Why a request is where it is: for the officer who looks at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.pairing.policy.calls import OfficerCall, told
from bot.pairing.policy.candidates import against, against_by_hand, nearness, rank
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.history import ENDINGS
from bot.pairing.policy.ledger import Ledger
from bot.pairing.policy.model import OFFICER, PROVINCE, UNION_FIRST, Instructor, Learner, Offer, Request
from flows.saying import joined, say

WIDTHS = (say("cùng tổ"), say("cùng chi hội"), say("cùng xã, phường"), say("trong tỉnh"))
REASONS = {
    "full": say("đã kèm đủ người"),
    "paused": say("đang tạm nghỉ"),
    "resting": say("vừa được hỏi, để lát nữa"),
    "hours": say("chưa tới giờ nhận"),
    "language": say("không nói tiếng của người học"),
    "topic": say("không dạy phần này"),
    "tried": say("đã hỏi rồi, hoặc người học đã đổi"),
    "suspended": say("đang bị dừng"),
    "away": say("không nhắn tới được (đã chặn máy)"),
    "window": say("lâu chưa viết nên kênh không cho máy nhắn"),
    "conduct": say("chưa nhận quy tắc"),
    "self": say("chính là người học"),
    "province": say("ở tỉnh khác"),
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
        return Explanation((0, 0, 0, 0), (), (say("Người học không còn ở đây."),))
    if request.kind == "safety":
        return Explanation((0, 0, 0, 0), (), _of_cry(ledger, request, now, clock, calls))
    tried, near, reasons = ledger.tried(request), [0, 0, 0, 0], Counter[str]()
    before, after = _of_request(ledger, request, learner, clock), _out_of_reach(ledger, learner, now)
    for each in instructors:
        reason = against(each, ledger.load(each.learner_id), learner, request.topic, tried, now, clock)
        if reason:
            reasons[reason] += 1
        else:
            near[nearness(each.path, learner.path)] += 1
    lines: list[str] = []
    free = _counted((width, count) for width, count in zip(WIDTHS, near, strict=True) if count)
    lines.append(say("Hỏi được ngay: {free}.", free=free) if free else say("Lúc này không còn ai hỏi được."))
    if reasons["window"]:
        lines.append(say("Gọi điện nhờ người lâu chưa viết nhắn cho máy một câu: nhắn rồi thì hỏi được ngay."))
    if reasons:
        kinds = _counted((REASONS[reason], count) for reason, count in reasons.most_common())
        lines.append(say("Không hỏi được: {kinds}.", kinds=kinds))
    first, second, third, fourth = near
    return Explanation((first, second, third, fourth), tuple(reasons.most_common()), (*before, *lines, *after))


def situation(
    ledger: Ledger, request: Request, now: int, clock: Clock, calls: Sequence[OfficerCall] = ()
) -> tuple[str, ...]:
    """What can be said of a request without counting who teaches: see `explain`."""
    learner = ledger.learner(request.learner_id)
    if learner is None:
        return (say("Người học không còn ở đây."),)
    if request.kind == "safety":
        return _of_cry(ledger, request, now, clock, calls)
    return *_of_request(ledger, request, learner, clock), *_out_of_reach(ledger, learner, now)


@dataclass(frozen=True, slots=True)
class InstructorChoice:
    """An instructor, as somebody who could be asked: `load` of her places are taken, `width` is how near she is.

    `against` is why the policies pass her over and `barred` why nobody may ask her at all; "" of neither.
    """

    instructor: Instructor
    load: int
    width: int
    against: str
    barred: str
    knows_her: bool = False


def choices(
    learner: Learner, topic: str, instructors: Iterable[tuple[Instructor, int]], tried: Collection[str], previous: str,
    now: int, clock: Clock,
) -> list[InstructorChoice]:  # fmt: skip
    """Each of these instructors (with her load), in the order in which the policies would ask; who cannot be, last.

    `previous`: the one who taught the learner before, where she comes first.
    """
    found = [
        InstructorChoice(
            each, load, nearness(each.path, learner.path), against(each, load, learner, topic, tried, now, clock),
            against_by_hand(each, load, learner, now), each.learner_id == previous,
        )
        for each, load in instructors
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda c: (c.barred != "", c.against != "", not c.knows_her, c.width, rank(c.instructor, c.load)),
    )


def _of_request(ledger: Ledger, request: Request, learner: Learner, clock: Clock) -> list[str]:
    lines: list[str] = [
        say("Chờ từ {since}, hạn tới {due}.", since=clock.say(request.since_at), due=clock.say(request.due_at))
    ]
    if request.priority <= UNION_FIRST:
        lines.append(say("Được ưu tiên."))
    lines.append(_where(ledger, request))
    if not learner.confirmed:
        lines.append(say("Chưa được xác nhận là hội viên nên chưa ghép với ai."))
    return lines


def _counted(kinds: Iterable[tuple[str, int]]) -> str:
    return joined(say("{count} người {kind}", count=count, kind=kind) for kind, count in kinds)


def _of_cry(ledger: Ledger, request: Request, now: int, clock: Clock, calls: Sequence[OfficerCall]) -> tuple[str, ...]:
    """Nobody is offered a cry: people are called, until somebody takes it."""
    since = say("Việc khẩn, trước mọi việc khác: kêu cứu từ {since}.", since=clock.say(request.since_at))
    if request.state == "closed":
        return since, _where(ledger, request), *told(calls, clock)
    owner = ledger.learner(request.owner_id)
    name = (owner.name if owner else "") or say("một người")
    if request.state == "open":
        return since, say("{name} đã nhận và đang lo.", name=name), *told(calls, clock)
    learner = ledger.learner(request.learner_id)
    out = _out_of_reach(ledger, learner, now) if learner else []
    return since, say("Chưa ai nhận; gọi lại lúc {due}.", due=clock.say(request.due_at)), *told(calls, clock), *out


def _out_of_reach(ledger: Ledger, learner: Learner, now: int) -> list[str]:
    """Lines on how many officers who answer for the learner are passed over, and on a learner whom nothing reaches."""
    told: list[str] = []
    if closed := len(ledger.away(ledger.officers(learner.path), now)):
        why = "Bỏ qua vì không nhắn tới được (đã chặn máy, hoặc lâu chưa viết): {count} cán bộ."
        told.append(say(why, count=closed))
    if ledger.away([learner.learner_id], now):
        told.append(say("Không nhắn tới người học được (đã chặn máy, hoặc lâu chưa viết): hãy gọi điện."))
    return told


def _where(ledger: Ledger, request: Request) -> str:
    offer = ledger.offer_for(request.request_id)
    if request.state == "closed":
        return say("Không còn chờ: {why}.", why=ENDINGS.get(request.closed_why, ENDINGS["done"]))
    if request.state == "open":
        return say("Đã có người nhận và đang giúp.")
    asked = _asked(ledger, request, offer) if offer else say("Chưa hỏi ai.")
    if request.width < OFFICER:
        return asked
    level = request.width - OFFICER
    owned = say("Cán bộ phải lo; đã báo thêm {level} cấp.", level=level) if level else say("Cán bộ phải lo.")
    return joined([asked, owned], " ")


def _asked(ledger: Ledger, request: Request, offer: Offer) -> str:
    """How near the asked one lives: of a request that has gone up its own width says nothing of that."""
    instructor, learner = ledger.instructor(offer.instructor_id), ledger.learner(request.learner_id)
    width = nearness(instructor.path, learner.path) if instructor and learner else PROVINCE
    return say("Đang hỏi một người {width}.", width=WIDTHS[min(width, PROVINCE)])
