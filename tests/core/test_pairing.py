"""The pairing's pure parts one by one: deadlines, nearness, order, and a few stories told to the end."""

from __future__ import annotations

from datetime import time
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot.pairing.policy import happenings, staff, taking, ticking
from bot.pairing.policy.candidates import nearness, scopes
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.explain import explain
from bot.pairing.policy.ledger import Memory
from bot.pairing.policy.model import HOUR, MINUTE, OFFICER, Instructor, Learner, PairingRules
from bot.pairing.policy.work import PairingWork
from bot.tutor.quiet_hours import QuietHours
from tests.support.memory import dump_memory, load_memory

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
        self.memory, self.now, self.ids = Memory(CLOCK, PairingRules()), NINE, count()
        self.memory.posts = {"/dong-nai/w1/": ["canbo"], "/dong-nai/": ["tinh"]}
        self.memory.put_learner(Learner("sau", "Bà Sáu", HOME, needs=("elderly",), area="Tổ 3, ấp 2"))

    def does(self, actor, event, *arguments, **more):
        work = PairingWork(self.memory, PairingRules(), CLOCK, self.now, lambda: f"n{next(self.ids)}", actor)
        result = event(work, *arguments, **more)
        self.said = [(tell.to, tell.phrase) for tell in work.tells]
        return result

    def teaches(self, who: str, path: str = HOME, **more) -> None:
        self.does("", staff.changed, Instructor(who, who, path, **more))


def test_offered_near_first_then_wider_then_the_officer():
    story = Story()
    story.teaches("xa", "/dong-nai/w2/")
    story.teaches("gan")
    request = story.does("sau", happenings.ask, "sau", "pair")
    assert (request.owner_id, request.width, request.due_at) == ("gan", 0, NINE + 4 * HOUR)
    assert story.said == [("gan", "offer_pair"), ("sau", "pair_asked")]
    story.now += 4 * HOUR
    story.does("", ticking.tick, request.request_id)
    assert story.memory.requests[request.request_id].owner_id == "xa"
    assert story.said == [("xa", "offer_pair"), ("sau", "pair_next")]
    offer = story.memory.offer_for(request.request_id)
    assert offer is not None
    assert story.does("xa", happenings.decline, offer.offer_id)
    waiting = story.memory.requests[request.request_id]
    assert (waiting.state, waiting.owner_id) == ("waiting", "canbo")
    assert ("sau", "pair_wait") in story.said
    story.now = waiting.due_at
    story.does("", ticking.tick, request.request_id)
    assert story.said == [("canbo", "officer_must"), ("sau", "pair_officer")]
    assert story.memory.requests[request.request_id].due_at > story.now
    lines = explain(story.memory, waiting, story.memory.instructors.values(), story.now, CLOCK).lines
    assert any("đã hỏi rồi" in line for line in lines)


def test_of_a_request_that_has_gone_up_it_is_told_how_near_the_asked_one_lives():
    story = Story()
    request = story.does("sau", happenings.ask, "sau", "pair")
    story.now = story.memory.requests[request.request_id].due_at
    story.does("", ticking.tick, request.request_id)
    story.teaches("gan")
    assert story.does("canbo", happenings.assign, request.request_id, "gan") in ("", happenings.ALREADY)
    now = story.memory.requests[request.request_id]
    assert now.width >= OFFICER
    lines = " ".join(explain(story.memory, now, (), story.now, CLOCK).lines)
    assert "Đang hỏi một người cùng tổ. Cán bộ phải lo." in lines
    assert story.does("canbo", happenings.assign, request.request_id, "gan") == happenings.ALREADY
    assert story.said == []


def test_the_officer_hears_of_it_in_time_though_there_is_always_one_more_to_ask():
    story = Story()
    for n in range(20):
        story.teaches(f"im{n}")
    request = story.does("sau", happenings.ask, "sau", "pair")
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
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    request = story.does("sau", happenings.ask, "sau", "change")
    assert (request.state, request.owner_id) == ("waiting", "canbo")
    assert story.does("canbo", happenings.assign, request.request_id, "gan") == "paired"
    pairing = story.memory.pairing_of("sau")
    assert pairing and pairing.instructor_id == "gan"  # until somebody else has said yes


def test_a_wish_that_an_officer_took_ends_when_she_has_somebody():
    story = Story()
    request = story.does("sau", happenings.ask, "sau", "pair")
    assert story.does("canbo", taking.take, request.request_id)
    story.teaches("gan", capacity=3)
    story.does("sau", happenings.ask, "sau", "help")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    assert story.memory.requests[request.request_id].state == "closed"
    assert ("canbo", "help_not_needed") in story.said


def test_change_is_discreet():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    story.teaches("khac")
    request = story.does("sau", happenings.ask, "sau", "change")
    assert all(to != "gan" for to, _ in story.said)
    offer = story.memory.offer_for(request.request_id)
    assert offer is not None
    assert offer.instructor_id == "khac"
    story.does("khac", happenings.accept, offer.offer_id)
    assert ("gan", "pairing_over") in story.said
    pairing = story.memory.pairing_of("sau")
    assert pairing is not None
    assert pairing.instructor_id == "khac"


def test_a_cry_for_safety_rings_at_night_and_climbs():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    story.now = NINE + 14 * HOUR  # 23:00
    request = story.does("sau", happenings.ask, "sau", "safety")
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
    request = story.does("sau", happenings.ask, "sau", "pair")
    offer = story.memory.offer_for(request.request_id)
    assert offer is not None
    story.does("sau", happenings.cancel, request.request_id)
    assert not story.does("gan", happenings.accept, offer.offer_id)
    assert story.said == [("gan", "offer_gone")]
    assert not story.does("la", happenings.accept, offer.offer_id)


def test_an_officer_of_another_ward_reaches_nothing():
    story = Story()
    story.memory.posts["/dong-nai/w2/"] = ["khac"]
    story.teaches("gan")
    request = story.does("sau", happenings.ask, "sau", "pair")
    assert not story.does("khac", taking.take, request.request_id)
    assert story.said == [("khac", "not_yours")]
    assert story.does("khac", happenings.assign, request.request_id, "gan") == "not_yours"


def test_a_stranger_goes_to_the_officer_until_confirmed():
    story = Story()
    story.memory.put_learner(Learner("la", "Khách", "", confirmed=False))
    story.teaches("gan")
    request = story.does("la", happenings.ask, "la", "pair")
    assert (request.owner_id, request.state) == ("tinh", "waiting")
    assert ("la", "pair_stranger") in story.said


# --- who cannot be reached ---


def blocks(story: Story, who: str) -> None:
    story.memory.reach(who, away=True)
    story.does("", staff.away, who)


def test_who_has_blocked_the_tutor_is_not_asked_and_it_is_said_why():
    story = Story()
    story.teaches("gan")
    story.teaches("xa", "/dong-nai/w2/")
    blocks(story, "gan")
    request = story.does("sau", happenings.ask, "sau", "pair")
    assert request.owner_id == "xa"
    told = explain(story.memory, request, story.memory.instructors.values(), story.now, CLOCK)
    assert ("away", 1) in told.against
    assert any("1 người không nhắn tới được" in line for line in told.lines)
    assert story.does("canbo", happenings.assign, request.request_id, "gan") == "away"


def test_who_blocks_while_she_is_asked_costs_no_time():
    story = Story()
    story.teaches("gan")
    story.teaches("xa", "/dong-nai/w2/")
    request = story.does("sau", happenings.ask, "sau", "pair")
    assert request.owner_id == "gan"
    blocks(story, "gan")
    assert story.memory.requests[request.request_id].owner_id == "xa"
    assert story.said[-2:] == [("xa", "offer_pair"), ("sau", "pair_moved")]


def test_whoever_can_be_reached_again_is_asked_again():
    story = Story()
    story.teaches("gan")
    blocks(story, "gan")
    request = story.does("sau", happenings.ask, "sau", "pair")
    assert request.state == "waiting"
    story.memory.reach("gan", away=False)
    story.does("", staff.there_again, "gan")
    assert story.memory.requests[request.request_id].owner_id == "gan"


def test_her_own_instructor_out_of_reach_sends_her_question_to_the_officer_at_once():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    asked = story.does("sau", happenings.ask, "sau", "help")
    assert asked.owner_id == "gan"
    blocks(story, "gan")
    assert story.memory.requests[asked.request_id].owner_id == "canbo"
    assert ("canbo", "officer_must") in story.said


def test_a_cry_passes_over_whoever_cannot_be_reached():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    blocks(story, "canbo")
    blocks(story, "gan")
    story.now = NINE + 14 * HOUR  # 23:00
    request = story.does("sau", happenings.ask, "sau", "safety")
    assert (request.owner_id, story.said) == ("tinh", [("sau", "safety_steps"), ("tinh", "safety_call")])
    told = explain(story.memory, request, story.memory.instructors.values(), story.now, CLOCK)
    assert "Bỏ qua vì không nhắn tới được (đã chặn máy, hoặc lâu chưa viết): 1 cán bộ." in told.lines
    story.now = request.due_at
    story.does("", ticking.tick, request.request_id)
    assert story.said == [("tinh", "safety_again"), ("sau", "safety_wait_1")]


def test_a_cry_moves_on_in_the_moment_in_which_its_officer_proves_to_be_out_of_reach():
    story = Story()
    request = story.does("sau", happenings.ask, "sau", "safety")
    assert request.owner_id == "canbo"
    blocks(story, "canbo")
    assert story.memory.requests[request.request_id].owner_id == "tinh"
    assert story.said == [("tinh", "safety_call")]
    assert story.does("tinh", taking.take, request.request_id)
    blocks(story, "tinh")
    assert ("sau", "safety_alone") in story.said, "nobody is being called any more: she hears whom to call herself"


def test_a_cry_whose_only_helper_proves_to_be_out_of_reach_is_told_so():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    for officer in ("canbo", "tinh"):
        blocks(story, officer)
    story.does("sau", happenings.ask, "sau", "safety")
    assert story.said == [("sau", "safety_steps"), ("gan", "safety_call")]
    blocks(story, "gan")
    assert story.said == [("sau", "safety_alone")]


@pytest.mark.parametrize(("need", "said"), [("", "safety_alone"), ("die", "danger_alone"), ("hurt", "danger_alone")])
def test_who_is_in_danger_and_cannot_be_helped_reads_what_fits_her_danger(need: str, said: str):
    story = Story()
    story.does("sau", happenings.ask, "sau", "safety", need=need)
    story.memory.reach("tinh", away=True)
    blocks(story, "canbo")
    assert story.said == [("sau", said)]


def test_who_acts_is_there_whatever_was_known_of_her():
    story = Story()
    request = story.does("sau", happenings.ask, "sau", "pair")
    blocks(story, "canbo")
    assert story.does("canbo", taking.take, request.request_id)
    assert story.memory.requests[request.request_id].owner_id == "canbo"


def test_what_is_known_of_who_is_out_of_reach_survives_a_stop():
    story = Story()
    story.teaches("gan")
    blocks(story, "gan")
    again = load_memory(dump_memory(story.memory), CLOCK, PairingRules())
    assert again.away(["gan", "canbo"], 0) == {"gan"}
    assert again.instructors["gan"].away


# --- both hear the end ---


def test_whoever_had_taken_it_on_hears_that_she_has_left():
    story = Story()
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("canbo", taking.take, next(iter(story.memory.requests)))
    story.does("", staff.learner_leaves, "sau")
    assert story.said == [("canbo", "helped_left")]


def test_who_guided_her_and_had_taken_her_question_hears_it_once():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "help")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    story.does("", staff.learner_leaves, "sau")
    assert story.said == [("gan", "learner_left")]


def test_everybody_who_was_called_hears_that_she_has_left():
    story = Story()
    story.teaches("gan")
    story.does("sau", happenings.ask, "sau", "pair")
    story.does("gan", happenings.accept, next(iter(story.memory.offers)))
    story.does("sau", happenings.ask, "sau", "safety")
    story.does("", staff.learner_leaves, "sau")
    assert story.said == [("canbo", "safety_left"), ("gan", "safety_left"), ("gan", "learner_left")]


def test_strangers_cry_where_no_officer_is_and_the_clock_goes_on():
    story = Story()
    story.memory.posts = {}
    for who in ("la", "lb"):
        story.memory.put_learner(Learner(who, "Khách", "", confirmed=False))
        story.does(who, happenings.ask, who, "safety")
    for _ in range(6):
        story.now += 15 * MINUTE
        for request_id in story.memory.due(story.now, 9):
            story.does("", ticking.tick, request_id)
        assert all(each.due_at > story.now for each in story.memory.unclosed())
    assert story.said == [], "alone is said once"
