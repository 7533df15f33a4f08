"""The session as data (codec), forms of address, names, what may be kept without consent."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flows
from bot.tutor import state_codec
from bot.tutor.state import ConversationState
from flows import ADDRESSES, Run, RunCorrupt
from flows.cards import Card, StoredCards, stored
from flows.run import render
from tests.support.builders import book, lesson
from tests.support.scene import Scene

# --- codec -------------------------------------------------------------------------------------------

texts = st.text(max_size=20)
small = st.integers(0, 10**9)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
sessions = st.builds(
    Run,
    run_id=texts,
    lesson=texts,
    version=small,
    step=texts,
    seq=small,
    waiting=st.booleans(),
    tries=small,
    misses=small,
    earned=st.dictionaries(texts, small, max_size=4),
    vars=st.dictionaries(texts, texts, max_size=4),
    path=st.lists(texts, max_size=5).map(tuple),
    checkpoint=texts,
    used=st.none() | st.tuples(small, texts),
    remind_at=st.none() | instants,
    reminded=small,
    address=st.sampled_from(list(ADDRESSES)),
    name=texts,
    channel=texts,
)
talks_ = st.builds(
    ConversationState,
    run=st.none() | sessions,
    parked=st.lists(sessions, max_size=2).map(tuple),
    done=st.dictionaries(texts, small, max_size=3),
    offer=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    pending=texts,
    seq=small,
    answers=small,
    stale_at=st.none() | instants,
)


@given(sessions)
def test_a_session_comes_back_as_it_was(run: Run):
    assert flows.load(json.loads(json.dumps(flows.dump(run)))) == run


@given(talks_)
def test_a_conversation_comes_back_as_it_was(state: ConversationState):
    assert state_codec.load(state_codec.dump(state)) == state


# --- questions to come -------------------------------------------------------------------------------

CARD = Card(date(2026, 12, 3), date(2026, 11, 30), 5.25, 4.5, 2)
KEPT = {"m0/mot": [2, "2026-12-03", "2026-11-30", 5.25, 4.5, 2], "m0/hai": [1, "2026-12-01T08:00:00+07:00"]}


@pytest.mark.parametrize("words", ["", ',"cards":{}', ',"cards":{"m0/ba":[]}}'])
def test_questions_go_back_as_they_came_whatever_a_learner_says(words: str):
    text = state_codec.dump(ConversationState(pending=words, cards=StoredCards(KEPT), done={"m0": 2}, checked=words))
    state = state_codec.load(text)
    assert (state.pending, state.checked, state.done) == (words, words, {"m0": 2})
    assert state_codec.dump(state) == text and json.loads(text)["cards"] == KEPT
    assert state.cards == {"m0/mot": CARD, "m0/hai": Card(date(2026, 12, 1))}
    assert state_codec.dump(state) == text, "read, they still do"


def test_questions_are_read_wherever_an_older_program_has_put_them():
    data = {"v": 1, "cards": KEPT, "checkins": [["2026-12-01T08:00:00+00:00", "m0", "mot"]], "done": {"m0": 2}}
    for text in (json.dumps(data), json.dumps(data, separators=(",", ":"))):
        state = state_codec.load(text)
        assert state.cards["m0/mot"] == CARD and len(state.checkins) == 1 and state.done == {"m0": 2}
        assert json.loads(state_codec.dump(state))["cards"] == KEPT


def test_a_question_answered_goes_last_and_what_is_no_text_of_any_has_none():
    later = replace(CARD, level=3)
    state = state_codec.load(state_codec.dump(ConversationState(cards={"m0/mot": CARD, "m0/hai": CARD})))
    again = state_codec.load(state_codec.dump(state.but(cards=stored(state.cards).but("m0/mot", later))))
    assert list(again.cards.items()) == [("m0/hai", CARD), ("m0/mot", later)]
    assert list(stored(again.cards).but("m0/hai", None)) == ["m0/mot"]
    spoilt = state_codec.load('{"v":1,"done":{"m0":2},"cards":{"m0/mot":[2,}}')
    assert spoilt.done == {"m0": 2} and not dict(spoilt.cards)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "v",
    "run",
    "lesson",
    "step",
    "seq",
    "ended",
    "tries",
    "earned",
    "vars",
    "path",
    "used",
    "remind_at",
    "address",
]


@given(anything)
def test_no_session_is_said_to_be_corrupt_and_nothing_else(data: object):
    with pytest.raises(RunCorrupt):
        flows.load(data)


@given(sessions, st.sampled_from(FIELDS), anything)
def test_a_damaged_session_loads_or_is_corrupt(run: Run, field: str, value: object):
    data = flows.dump(run) | {field: value}
    with contextlib.suppress(RunCorrupt):
        assert isinstance(flows.load(data), Run)


@given(
    talks_,
    st.sampled_from(["v", "run", "parked", "done", "offer", "pending", "seq", "answers", "stale_at", "cards"]),
    anything,
)
def test_a_damaged_conversation_loads_or_is_corrupt_and_can_be_salvaged(
    state: ConversationState, field: str, value: object
):
    text = json.dumps(json.loads(state_codec.dump(state)) | {field: value})
    try:
        dict(state_codec.load(text).cards)
    except RunCorrupt:
        assert isinstance(state_codec.salvage(text), ConversationState)


@given(st.text(max_size=40))
def test_text_that_is_no_conversation_is_corrupt_and_salvaged_empty(text: str):
    if text == "{}":
        return
    with pytest.raises(RunCorrupt):
        state_codec.load(text)
    assert state_codec.salvage(text).run is None


def test_salvage_keeps_the_numbers_the_points_and_each_lesson_that_reads():
    good, other = Run("r", "bai", 1, "b", seq=7), Run("q", "khac", 2, "c", seq=9)
    data = json.loads(state_codec.dump(ConversationState(run=good, parked=(other,), done={"m0": 2}, seq=8)))
    data["run"]["seq"] = "x"
    kept = state_codec.salvage(json.dumps(data))
    assert (kept.run, kept.parked, kept.done, kept.seq) == (other, (), {"m0": 2}, 9)


def test_an_unknown_codec_number_is_corrupt():
    with pytest.raises(RunCorrupt, match="codec"):
        flows.load(flows.dump(Run("r", "b", 1)) | {"v": 999})


@given(sessions)
def test_bare_keeps_the_place_and_nothing_of_hers(run: Run):
    bare = run.bare()
    assert (bare.lesson, bare.version, bare.step, bare.seq) == (
        run.lesson,
        run.version,
        run.step,
        run.seq,
    )
    assert (dict(bare.earned), dict(bare.vars), bare.name, bare.path) == ({}, {}, "", ())
    assert bare.remind_at == run.remind_at


# --- forms of address --------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "her", "me"), [(key, *pair) for key, pair in ADDRESSES.items()])
def test_all_pairs_fill_both_places_in_one_pass(address: str, her: str, me: str):
    text = render("{Chị} ơi, {em} chào {chị}. {Em} đây {ten}.", address, "Lan", {})
    assert text == f"{her.capitalize()} ơi, {me} chào {her}. {me.capitalize()} đây Lan."


def test_the_first_is_used_until_she_chooses_and_new_ones_come_last():
    assert list(ADDRESSES) == [
        "chị/em", "cô/con", "dì/con", "bác/cháu", "bà/con", "em/chị", "bạn/mình", "cô/cháu", "ngoại/con",
    ]  # fmt: skip
    assert next(iter(ADDRESSES)) == flows.DEFAULT_ADDRESS


@pytest.mark.parametrize(
    ("address", "particle", "yes"),
    [
        ("chị/em", "nha", "Dạ, chị"), ("cô/con", "nha", "Dạ, cô"), ("dì/con", "nha", "Dạ, dì"),
        ("bác/cháu", "nhé", "Dạ, bác"), ("bà/con", "nha", "Dạ, bà"), ("em/chị", "nha", "Em"),
        ("bạn/mình", "nha", "Bạn"), ("cô/cháu", "nhé", "Dạ, cô"), ("ngoại/con", "nha", "Dạ, ngoại"),
    ],
)  # fmt: skip
def test_particle_and_politeness_follow_the_pair(address: str, particle: str, yes: str):
    assert render("{Dạ}, {chị} bấm Tiếp {nhé}.", address, "", {}) == f"{yes} bấm Tiếp {particle}."


@pytest.mark.parametrize(
    ("text", "polite", "equal"),
    [
        ("{Dạ} được {chị}.", "Dạ được cô.", "Được bạn."),
        ("{Dạ}. {em} nghe rồi.", "Dạ. con nghe rồi.", "Mình nghe rồi."),
        ("{Dạ} {em} nghe rồi.", "Dạ con nghe rồi.", "Mình nghe rồi."),
        ("{Dạ}, “{bai}” mở rồi.", "Dạ, “Gửi tin” mở rồi.", "“Gửi tin” mở rồi."),
        ("Được rồi, {dạ} {chị} làm đi.", "Được rồi, dạ cô làm đi.", "Được rồi, bạn làm đi."),
        ("Được rồi {dạ}. Xong.", "Được rồi dạ. Xong.", "Được rồi. Xong."),
        ("Được rồi, {dạ}", "Được rồi, dạ", "Được rồi"),
        ("Xong. {Dạ}, đúng {nhé}!", "Xong. Dạ, đúng nha!", "Xong. Đúng nha!"),
    ],
)
def test_what_is_not_said_leaves_no_gap(text: str, polite: str, equal: str):
    assert render(text, "cô/con", "", {"bai": "Gửi tin"}) == polite
    assert render(text, "bạn/mình", "", {"bai": "Gửi tin"}) == equal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chào {chị} {ten}!", "Chào chị!"),
        ("{Chị} {ten} ơi", "Chị ơi"),
        ("Dạ, {chị} {ten}, {em} nghe", "Dạ, chị, em nghe"),
    ],
)
def test_without_a_name_the_greeting_still_reads_well(text: str, expected: str):
    assert render(text, "chị/em", "", {}) == expected


def test_values_are_not_rendered_again():
    assert render("{a}", "chị/em", "Lan", {"a": "{b} {chị}", "b": "x"}) == "{b} {chị}"


def test_an_unknown_placeholder_stays_to_be_seen_and_an_empty_fact_is_empty():
    assert render("{la} {trong}.", "chị/em", "Lan", {"trong": ""}) == "{la} ."


def test_a_name_like_a_placeholder_is_only_a_name():
    assert render("Chào {ten}", "chị/em", "{hotline}", {"hotline": "113"}) == "Chào {hotline}"


def test_a_lesson_speaks_to_her_as_she_chose():
    steps = '- {say: s, text: "{Em} chào {chị} {ten}", wait_tap: Tiếp}\n- {end: het}'
    one = Scene(book(lesson(steps)), "thu", address="em/chị", name="Út")
    assert one.said == "Chị chào em Út"
    one.run = replace(one.run, address="bà/con", name="")
    assert one.say("nhắc lại").said == "Con chào bà"
