"""What everybody of a neighbourhood does: learn, guide, see to what waits, announce, meet, begin models."""

from __future__ import annotations

from datetime import time
from functools import partial

from bot.channels.base import Left
from bot.people.policy.permissions import Actor
from bot.people.profile import Correction
from bot.reports.programs import FAMILY
from bot.seeding.last_hours import last_hours
from bot.seeding.neighbourhood import LAST, STAFF, WARD, Neighbourhood, placeholder
from bot.seeding.villager import Villager
from storage.engine.database import Connection
from storage.meetings import meetings
from storage.pairing import pairings, roster
from storage.people import areas, invitees, people
from storage.people.areas import AreaRow
from storage.people.records import InviteeRow

LOOKS_AT = (time(8, 2), time(12, 0), time(16, 0), time(18, 2), time(19, 30))
"""When what is due is done, and instructors and officers look: the real tutor looks all the time."""

NEEDS = ("elderly", "elderly", "elderly", "poor", "disability", "worker", "remote")
LEVELS = ("alone", "alone", "help", "notyet")
NEWS = (
    "Sáng thứ bảy này mời các chị tới nhà văn hóa học dùng VNeID. Nhớ mang điện thoại nha.",
    "Chiều thứ tư Hội mở lớp bán hàng trên mạng. Chị nào muốn học thì nhắn chi hội trưởng.",
    "Tuần tới Hội đi từng nhà chỉ cài chữ to cho các bà lớn tuổi. Nhà nào cần thì nhắn chi hội.",
)
LETTERS = ("Chị ơi em làm tới bước ba rồi", "Mai em ghé nhà chị chỉ tiếp nha", "Dạ em cảm ơn chị nhiều")
CONFIRMED, WISHES_HELP, CRIES_FOR_HELP, GOES_AWAY = 0.94, 0.75, 0.25, 0.05
READY, SLOW = 0.7, 0.2
"""Of instructors: who answers at the next look, who now and then; the rest never does."""
TAKES = 0.85
FIRST = 3
"""Lessons that everybody begins with."""
STAYS, VISITS, ENDS = 0.6, 8, 0.15
"""Who looks in now and then after her last lesson, how often, and who ends her pairing then."""
NEVER_CAME = 6
"""Entries of the list whose people have not come yet."""


async def live(n: Neighbourhood) -> None:
    """All of their life up to `n.until`."""
    await n.found_branches()
    for role in STAFF:
        one = await n.comes(keen=0)
        area_id = areas.PROVINCE if role in ("province", "editor", "admin") else WARD
        await n.joins(one, "officer" if role == "province" else role, area_id)
        n.staff.append(one)
    _plan_days(n)
    for number in range(n.plan.instructors):
        n.then(n.on_day(1 + number % max(1, n.plan.days // 8)), partial(_guides, n))
    for _ in range(n.plan.learners):
        n.then(n.on_day(2 + n.rng.randrange(max(1, round(n.plan.days * 0.8)))), partial(_learner, n))
    if n.plan.is_eventful:
        last_hours(n)
    await n.pass_by()


def _plan_days(n: Neighbourhood) -> None:
    days = n.plan.days
    for day in range(days + 1):
        for at in LOOKS_AT:
            n.then(n.on_day(day, at), partial(_looks_around, n))
        n.then(n.on_day(day, time(2, 0)), n.tutor.day_ends)
    n.then(n.on_day(3, time(9, 5)), partial(_lists, n))
    for number, text in enumerate(NEWS if n.plan.is_eventful else ()):
        n.then(n.on_day(days * (number + 1) // 4, time(9, 15)), partial(_announces, n, text))
    for number, day in enumerate(range(20, days, 21)):
        n.then(n.on_day(day, time(15, 10)), partial(_meets, n, n.branches[number % len(n.branches)]))
    for number in range(2 * len(n.branches)):
        n.then(n.on_day(days // 3 + number * 5, time(10, 20)), partial(_family, n, number))
    n.then(n.on_day(days // 2, time(11, 0)), partial(_suspends, n))


async def _looks_around(n: Neighbourhood) -> None:
    await n.tutor.time_comes()
    for one in n.instructors:
        await _answers(n, one, {"o:accept": one.keen, "o:take": one.keen / 2, "o:done": one.keen})
    for one in n.staff[:3]:
        await _answers(n, one, {"o:take": TAKES, "o:done": TAKES})


async def _answers(n: Neighbourhood, one: Villager, likely: dict[str, float]) -> None:
    """Tap what she is asked with; whoever never taps has not seen it."""
    if n.nobody_answers_from is not None and n.now >= n.nobody_answers_from:
        return
    for button in list(one.news()):
        if any(each in button.token for each in n.left_alone):
            continue
        chance = next((chance for start, chance in likely.items() if button.token.startswith(start)), 0.0)
        if one.rng.random() < chance:
            await one.taps(button.token)


# --- who learns ---


async def _learner(n: Neighbourhood) -> None:
    rng = n.rng
    one = await n.comes(skill=rng.uniform(0.5, 0.97), keen=rng.uniform(0.3, 0.95))
    n.learners.append(one)
    if rng.random() < CONFIRMED:
        officer = await n.officer()
        await n.joins(one, "learner", rng.choice(n.groups).area_id, officer)
        if rng.random() < 0.5:
            await n.tutor.officers.people.correct(
                officer, one.learner_id, Correction(needs=(rng.choice(NEEDS),), agreed=True)
            )
    one.wished = _order_of(n, one)
    wanted = min(len(one.wished), round(rng.expovariate(1 / n.plan.lessons))) if n.plan.lessons else 0
    if wanted:
        await _takes_lesson(n, one, wanted)


def _order_of(n: Neighbourhood, one: Villager) -> list[str]:
    """The lessons as she would take them: the first few of all, then one track after the other by her own liking."""
    first, rest = n.scripts.order[:FIRST], n.scripts.order[FIRST:]
    liking = {track: one.rng.random() for track in sorted({n.tutor.track_of(each) for each in rest})}
    return [*first, *sorted(rest, key=lambda each: liking[n.tutor.track_of(each)])]


async def _takes_lesson(n: Neighbourhood, one: Villager, left: int) -> None:
    """The next lesson, mostly to its end; the first is followed by the wish for somebody who shows. Then one more."""
    rng, scripts = one.rng, n.scripts
    await _looks_in(n, one)
    lesson_id = one.wished[len(one.taken)]
    acts = (scripts.smooth if rng.random() < one.skill else scripts.clumsy)[lesson_id] or scripts.smooth[lesson_id]
    end = len(acts) if rng.random() < 0.85 else rng.randrange(1, len(acts) + 1)
    track = n.tutor.track_of(lesson_id)
    if rng.random() < 0.3 and not any(n.tutor.track_of(each) == track for each in one.taken):
        await one.is_tested(track)
    one.taken.append(lesson_id)
    await one.learns(lesson_id, acts[:end])
    if end < len(acts) and rng.random() < CRIES_FOR_HELP:
        await one.says("giúp")
    if len(one.taken) == 1 and rng.random() < WISHES_HELP:
        await one.says("nhờ người chỉ")
    elif rng.random() < 0.02:
        await one.taps("o:change:yes")
    if left > 1:
        n.then(n.on_day(n.day_of(n.now) + rng.choice((1, 2, 2, 3, 4, 7))), partial(_takes_lesson, n, one, left - 1))
    elif rng.random() < GOES_AWAY:
        await one.does(Left())
    elif rng.random() < STAYS:
        n.then(n.on_day(n.day_of(n.now) + rng.choice((2, 4, 6))), partial(_looks_in, n, one, VISITS))
        if rng.random() < ENDS:
            await _ends_pairing(n, one)


async def _looks_in(n: Neighbourhood, one: Villager, more: int = 0) -> None:
    """Answer what was asked or written meanwhile; so many times more, some days apart."""
    await one.answers_what_is_open()
    await _answers(n, one, {"y:talk": 0.2, "o:done": 0.8})
    if one.is_writing:
        await one.writes(one.rng.choice(LETTERS))
    if more:
        n.then(n.on_day(n.day_of(n.now) + one.rng.choice((3, 5, 8))), partial(_looks_in, n, one, more - 1))


async def _ends_pairing(n: Neighbourhood, one: Villager) -> None:
    """Let the one go who guides this learner, who has learnt what she wanted."""
    row = await n.tutor.database.read(partial(pairings.pairing_of, learner_id=one.learner_id))
    if row is not None:
        await one.taps(f"y:end:{row['pairing_id']}")
        await one.taps(f"y:over:{row['pairing_id']}")


# --- who guides ---


async def _guides(n: Neighbourhood) -> None:
    rng = n.rng
    draw = rng.random()
    keen = 0.9 if draw < READY else 0.25 if draw < READY + SLOW else 0.0
    one = await n.comes(skill=0.95, keen=1.0)
    await n.joins(one, "instructor", rng.choice((*n.groups, *n.branches)).area_id, await n.officer())
    await one.taps(f"i:cap:{rng.choice((2, 3, 3, 5))}")
    one.keen = keen
    n.instructors.append(one)
    for number in range(rng.randrange(len(n.scripts.teaching) + 1)):
        n.then(n.on_day(n.day_of(n.now) + 2 + 3 * number), partial(_learns_to_guide, n, one))
    n.then(n.on_day(n.day_of(n.now) + 30), partial(_confirms, n, one))


async def _learns_to_guide(n: Neighbourhood, one: Villager) -> None:
    lesson_id = next((each for each in n.scripts.teaching if each not in one.taken), "")
    if lesson_id:
        one.taken.append(lesson_id)
        await one.learns(lesson_id, n.scripts.smooth[lesson_id])


async def _confirms(n: Neighbourhood, one: Villager) -> None:
    """Write down what this instructor has seen the own learners do; again in three weeks."""
    now = n.now

    def work(connection: Connection) -> None:
        for row in roster.guided(connection, one.learner_id):
            for lesson in roster.finished(connection, row["learner_id"])[:2]:
                roster.confirm(connection, row["learner_id"], lesson, one.rng.choice(LEVELS), one.learner_id, now)

    await n.tutor.database.transact(work)
    n.then(n.on_day(n.day_of(n.now) + 21), partial(_confirms, n, one))


# --- who answers for them ---


async def _lists(n: Neighbourhood) -> None:
    """Some of the list have not come yet."""
    rows = [
        InviteeRow(f"i-{n.tutor.new_id()}", placeholder("y", LAST - at), n.rng.choice(n.groups).area_id, "learner")
        for at in range(NEVER_CAME)
    ]
    by, now = (await n.officer()).name, n.now
    await n.tutor.database.transact(lambda c: invitees.add(c, rows, by, now))


async def _announces(n: Neighbourhood, text: str) -> None:
    news, officer = n.tutor.officers.announcements, await n.officer()
    shown = await news.draft(officer, WARD, text)
    await news.send(officer, shown.row.announcement_id)


async def _meets(n: Neighbourhood, branch: AreaRow) -> None:
    """A meeting of a branch: two of three who are expected come."""
    service, officer, now = n.tutor.officers.people, await n.officer(), n.now
    event = {"event_id": n.tutor.new_id(), "area_id": branch.area_id, "by": officer.name}
    event["lesson"] = n.rng.choice(n.scripts.order[:12])

    def work(connection: Connection, place: AreaRow) -> None:
        service.note(connection, officer, "meeting_begun", "", place.area_id)
        expected, _ = meetings.expected(connection, place.path, 0, 200)
        for who, _, _ in expected:
            if n.rng.random() < 0.65:
                meetings.tick(connection, event, who, now)
        service.note(connection, officer, "meeting_closed", "", place.area_id)

    await service.act(officer, "meet", branch.area_id, work)


async def _family(n: Neighbourhood, number: int) -> None:
    """A pair of a branch becomes a model family of the year; the last of them has ended."""
    programs, officer = n.tutor.officers.programs, await n.officer()
    zone = n.tutor.officers.pairing.clock.quiet.zone
    branch = n.branches[number % len(n.branches)]
    pairs = await n.tutor.database.read(partial(_pairs_in, path=branch.path, of=n.instructors))
    if not pairs:
        return
    learner_id, instructor_id, name, area_id = pairs[number % len(pairs)]
    year = n.until.astimezone(zone).year
    row = await programs.add(officer, FAMILY, area_id, f"Gia đình chị {name}", year)
    for each in (learner_id, instructor_id):
        await programs.join(officer, row.model_id, each)
    if number == 2 * len(n.branches) - 1:
        await programs.end(officer, row.model_id)


def _pairs_in(connection: Connection, path: str, of: list[Villager]) -> list[tuple[str, str, str, str]]:
    """(learner, instructor, the learner's name, her area) of open pairings below a path."""
    found = []
    for one in of:
        for row in pairings.pairings_with(connection, one.learner_id):
            who = roster.guided(connection, one.learner_id, row["pairing_id"])
            place = next(iter(areas_of(connection, row["learner_id"], path)), None)
            if who and place:
                found.append((row["learner_id"], one.learner_id, who[0]["name"], place))
    return found


def areas_of(connection: Connection, learner_id: str, path: str) -> list[str]:
    """The areas below `path` in which somebody holds a role."""
    return [row.area_id for row in people.roles_of(connection, learner_id) if row.path.startswith(path)]


async def _suspends(n: Neighbourhood) -> None:
    """One of those who never answer is no instructor any more."""
    silent = [one for one in n.instructors if one.keen == 0]
    if silent:
        officer: Actor = await n.officer()
        await n.tutor.officers.people.suspend(officer, silent[0].learner_id)
