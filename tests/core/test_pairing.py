"""The pairing's pure parts one by one: deadlines, nearness, order, and a few stories told to the end."""

from __future__ import annotations

from datetime import time
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot.tutoring.pairing import policy, staff, taking, ticking
from bot.tutoring.pairing.candidates import nearness, scopes
from bot.tutoring.pairing.deadlines import Clock
from bot.tutoring.pairing.explain import explain
from bot.tutoring.pairing.ledger import Memory
from bot.tutoring.pairing.model import HOUR, MINUTE, Instructor, Learner, Rules
from bot.tutoring.pairing.turn import Turn
from bot.tutoring.quiet import QuietHours

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CLOCK = Clock(QuietHours(time(20), time(8), ZONE))
NINE = 1_795_572_000_000  # 09:00 in Đồng Nai
HOME = "/dong-nai/w1/b-1/g-1/"


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        (0, 4, 4),
        (0, 10.5, 10.5),
        (0, 11, 23),
        (0, 12, 24),
        (12, 1, 24),
        (20, 1, 24),
        (10, 4, 26),
        (-9, 1, 0),
        (0, 24, 48),
    ],
)
def test_deadlines_stand_still_at_night(start, span, end):
    assert CLOCK.after(NINE + int(start * HOUR), int(span * HOUR)) == NINE + int(end * HOUR)


def test_hours_that_pass_midnight_and_days_without_quiet():
    late = Clock(QuietHours(time(1), time(7), ZONE))
    assert not late.is_quiet(NINE + 15 * HOUR + 30 * MINUTE)  # half past midnight
    assert late.is_quiet(NINE + 16 * HOUR)
    assert late.after(NINE + 15 * HOUR, 2 * HOUR) == NINE + 23 * HOUR
    never = Clock(QuietHours(time(0), time(0), ZONE))
    assert never.after(NINE, 100 * HOUR) == NINE + 100 * HOUR


def test_nearness_and_scopes():
    others = (HOME, HOME[:-2] + "2/", "/dong-nai/w1/", "/dong-nai/w2/b-9/", "/x/")
    assert [nearness(HOME, other) for other in others] == [0, 1, 2, 3, 4]
    assert scopes("/dong-nai/w1/") == [(2, "/dong-nai/w1/"), (3, "/dong-nai/")]
    assert scopes("") == []


class Story:
    def __init__(self) -> None:
        self.memory, self.now, self.ids = Memory(CLOCK, Rules()), NINE, count()
        self.memory.posts = {"/dong-nai/w1/": ["canbo"], "/dong-nai/": ["tinh"]}
        self.memory.put_learner(Learner("sau", "Bà Sáu", HOME, needs=("elderly",), area="Tổ 3, ấp 2"))

    def does(self, actor, event, *arguments, **more):
        turn = Turn(self.memory, Rules(), CLOCK, self.now, lambda: f"n{next(self.ids)}", actor)
        result = event(turn, *arguments, **more)
        self.said = [(tell.to, tell.phrase) for tell in turn.tells]
        return result

    def teaches(self, who: str, path: str = HOME, **more) -> None:
        self.does("", staff.changed, Instructor(who, who, path, **more))


def test_offered_near_first_then_wider_then_the_officer():
    story = Story()
    story.teaches("xa", "/dong-nai/w2/")
    story.teaches("gan")
    request = story.does("sau", policy.ask, "sau", "pair")
    assert (request.owner_id, request.width, request.due_at) == ("gan", 0, NINE + 4 * HOUR)
    assert story.said == [("gan", "offer_pair"), ("sau", "pair_asked")]
    story.now += 4 * HOUR
    story.does("", ticking.tick, request.request_id)
    assert story.memory.requests[request.request_id].owner_id == "xa"
    assert story.said == [("xa", "offer_pair"), ("sau", "pair_next")]
    offer = story.memory.offer_for(request.request_id)
    assert offer is not None
    assert story.does("xa", policy.decline, offer.offer_id)
    waiting = story.memory.requests[request.request_id]
    assert (waiting.state, waiting.owner_id) == ("waiting", "canbo")
    assert ("sau", "pair_wait") in story.said
    story.now = waiting.due_at
    story.does("", ticking.tick, request.request_id)
    assert story.said == [("canbo", "officer_must"), ("sau", "pair_officer")]
    assert story.memory.requests[request.request_id].due_at > story.now
    lines = explain(story.memory, waiting, story.memory.instructors.values(), story.now, CLOCK).lines
    assert any("đã hỏi rồi" in line for line in lines)


def test_the_officer_hears_of_it_in_time_though_there_is_always_one_more_to_ask():
    story = Story()
    for n in range(20):
        story.teaches(f"im{n}")
    request = story.does("sau", policy.ask, "sau", "pair")
    for _ in range(6):  # six times four hours of silence: her day of waiting is over in the moment the last one ends
        story.now = story.memory.requests[request.request_id].due_at
        story.does("", ticking.tick, request.request_id)
    assert story.now == CLOCK.after(NINE, 24 * HOUR)
    assert ("canbo", "officer_must") in story.said
    up = story.memory.requests[request.request_id]
    assert (up.state, up.owner_id) == ("offered", "canbo")


def test_whom_she_wants_to_leave_is_not_asked_to_be_the_next():
    story = Story()
    story.teaches("gan", capacity=3)
    story.does("sau", policy.ask, "sau", "pair")
    story.does("gan", policy.accept, next(iter(story.memory.offers)))
    request = story.does("sau", policy.ask, "sau", "change")
    assert (request.state, request.owner_id) == ("waiting", "canbo")
    assert story.does("canbo", policy.assign, request.request_id, "gan") == "paired"
    pairing = story.memory.pairing_of("sau")
    assert pairing and pairing.instructor_id == "gan"  # until somebody else has said yes


def test_a_wish_that_an_officer_took_ends_when_she_has_somebody():
    story = Story()
    request = story.does("sau", policy.ask, "sau", "pair")
    assert story.does("canbo", taking.take, request.request_id)
    story.teaches("gan", capacity=3)
    story.does("sau", policy.ask, "sau", "help")
    story.does("gan", policy.accept, next(iter(story.memory.offers)))
    assert story.memory.requests[request.request_id].state == "closed"
    assert ("canbo", "help_not_needed") in story.said


def test_change_is_discreet():
    story = Story()
    story.teaches("gan")
    story.does("sau", policy.ask, "sau", "pair")
    story.does("gan", policy.accept, next(iter(story.memory.offers)))
    story.teaches("khac")
    request = story.does("sau", policy.ask, "sau", "change")
    assert all(to != "gan" for to, _ in story.said)
    offer = story.memory.offer_for(request.request_id)
    assert offer is not None
    assert offer.instructor_id == "khac"
    story.does("khac", policy.accept, offer.offer_id)
    assert ("gan", "pairing_over") in story.said
    pairing = story.memory.pairing_of("sau")
    assert pairing is not None
    assert pairing.instructor_id == "khac"


def test_a_cry_for_safety_rings_at_night_and_climbs():
    story = Story()
    story.teaches("gan")
    story.does("sau", policy.ask, "sau", "pair")
    story.does("gan", policy.accept, next(iter(story.memory.offers)))
    story.now = NINE + 14 * HOUR  # 23:00
    request = story.does("sau", policy.ask, "sau", "safety")
    assert story.said == [("sau", "safety_steps"), ("canbo", "safety_call"), ("gan", "safety_call")]
    assert request.due_at == story.now + 15 * MINUTE
    story.now = request.due_at
    story.does("", ticking.tick, request.request_id)
    assert story.said == [("canbo", "safety_again"), ("tinh", "safety_again"), ("sau", "safety_wait_1")]
    assert story.does("tinh", taking.take, request.request_id)
    assert ("sau", "help_coming") in story.said


def test_an_offer_of_yesterday_is_a_kind_sentence():
    story = Story()
    story.teaches("gan")
    request = story.does("sau", policy.ask, "sau", "pair")
    offer = story.memory.offer_for(request.request_id)
    assert offer is not None
    story.does("sau", policy.cancel, request.request_id)
    assert not story.does("gan", policy.accept, offer.offer_id)
    assert story.said == [("gan", "offer_gone")]
    assert not story.does("la", policy.accept, offer.offer_id)


def test_an_officer_of_another_ward_reaches_nothing():
    story = Story()
    story.memory.posts["/dong-nai/w2/"] = ["khac"]
    story.teaches("gan")
    request = story.does("sau", policy.ask, "sau", "pair")
    assert not story.does("khac", taking.take, request.request_id)
    assert story.said == [("khac", "not_yours")]
    assert story.does("khac", policy.assign, request.request_id, "gan") == "not_yours"


def test_a_stranger_goes_to_the_officer_until_confirmed():
    story = Story()
    story.memory.put_learner(Learner("la", "Khách", "", confirmed=False))
    story.teaches("gan")
    request = story.does("la", policy.ask, "la", "pair")
    assert (request.owner_id, request.state) == ("tinh", "waiting")
    assert ("la", "pair_stranger") in story.said


def test_strangers_cry_where_no_officer_is_and_the_clock_goes_on():
    story = Story()
    story.memory.posts = {}
    for who in ("la", "lb"):
        story.memory.put_learner(Learner(who, "Khách", "", confirmed=False))
        story.does(who, policy.ask, who, "safety")
    for _ in range(6):
        story.now += 15 * MINUTE
        for request_id in story.memory.due(story.now, 9):
            story.does("", ticking.tick, request_id)
        assert all(each.due_at > story.now for each in story.memory.unclosed())
    assert story.said == [], "alone is said once"
