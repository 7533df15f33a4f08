"""Transcripts against the bare core: word for word, and with the session taken apart between any two lines."""

from __future__ import annotations

import json

import pytest

import flows
from flows.play.coverage import Trail, coverage
from flows.play.rehearsal import rehearse
from flows.play.transcript import play
from tests.support.builders import real_book
from tests.transcripts.conftest import Fixture, fixtures, own_lesson, template_book


@pytest.mark.parametrize("lesson_id", [*real_book().current, own_lesson().id])
def test_every_lesson_has_transcripts_of_doing_well_erring_and_falling_silent(lesson_id: str):
    of_lesson = [each for each in fixtures() if each.transcript.head.lesson == lesson_id]
    assert len(of_lesson) >= 3, f"{lesson_id} has {len(of_lesson)} transcripts: record them with `./camtay try`"
    acts = [act for each in of_lesson for act, _ in each.transcript.exchanges]
    assert any(act.kind == "wait" for act in acts), f"{lesson_id}: nobody falls silent"
    assert any(act.kind == "say" for act in acts), f"{lesson_id}: nobody types"
    ended = [note for each in of_lesson for _, turn in each.transcript.exchanges for note in turn.notes]
    assert any(note.startswith("run ended: completed") for note in ended)


def test_the_tutor_says_it_word_for_word(fixture: Fixture):
    played = play(fixture.book, fixture.transcript)
    assert played == fixture.transcript, f"{fixture.path} differs: ./camtay test-lessons --update {fixture.path}"


def test_and_the_same_with_the_session_written_down_between_any_two_lines(fixture: Fixture):
    def apart(run: flows.Run) -> flows.Run:
        return flows.load(json.loads(json.dumps(flows.dump(run), ensure_ascii=False)))

    assert play(fixture.book, fixture.transcript, between=apart) == fixture.transcript


@pytest.mark.parametrize("lesson_id", template_book().current)
def test_transcripts_meet_every_step_option_and_way_of_every_lesson(lesson_id: str):
    shelf = template_book()
    lesson = shelf.lesson(lesson_id)
    assert lesson is not None
    trail = Trail(shelf)
    for each in fixtures():
        if each.transcript.head.lesson == lesson_id:
            assert rehearse(shelf, str(each.path), each.text, lesson_id, trail.watch).good
    found = coverage(lesson, trail)
    assert found.gaps == (), f"./camtay test-lessons {lesson.place.path} --coverage"


def test_all_forms_of_address_are_played():
    assert {each.transcript.head.address for each in fixtures()} == set(flows.ADDRESSES)
