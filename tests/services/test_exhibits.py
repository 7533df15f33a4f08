"""What goes with a text on each channel: as a file where it can be had, else in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.base import Attachment, Button
from bot.tutor import exhibits, lessons
from bot.tutor.state import ConversationState
from bot.tutor.turn import Person, TurnContext
from flows import Run, Sprint
from flows import events as ev
from flows.files import LessonFile
from flows.profiles import profile_of
from tests.support.builders import real_book
from tests.support.world import universe

PICTURE = LessonFile("a.png", 200_000, 100, 50)
SONG = LessonFile("b.mp3", 90_000, others=(LessonFile("c.aac", 90_000), LessonFile("d.m4a", 90_000)))
IMAGE = ev.Exhibit("image", PICTURE, "Màn hình", "🖼 Màn hình")
VOICE = ev.Exhibit("voice", SONG, "Chào chị nhé")
REACHED = "https://hoi.example/media/"


def told(channel: str, *shown: ev.Exhibit) -> tuple[str, list[str]]:
    text, media = exhibits.carried(profile_of(channel), "Chị xem nhé", shown)
    return text, [each.file for each in media]


def reached(exhibit: ev.Exhibit) -> ev.Exhibit:
    """The same where anybody can fetch it."""
    assert exhibit.file
    others = tuple(replace(each, address=REACHED + each.file) for each in exhibit.file.others)
    return replace(exhibit, file=replace(exhibit.file, address=REACHED + exhibit.file.file, others=others))


@pytest.mark.parametrize(
    ("channel", "file"),
    [("web", "a.png"), ("telegram:42", "a.png"), ("zalo_oa:7", "a.png"), ("zalo_bot:7", ""), ("sms", "")],
)
def test_a_picture_leaves_where_the_channel_can_have_it_else_in_words(channel, file):
    assert told(channel, IMAGE) == (("Chị xem nhé", [file]) if file else ("Chị xem nhé\n🖼 Màn hình", []))


def test_what_a_provider_must_fetch_needs_an_address():
    assert told("zalo_bot:7", reached(IMAGE)) == ("Chị xem nhé", ["a.png"])
    assert told("zalo_bot:7", reached(VOICE)) == ("Chị xem nhé", ["c.aac"])


@pytest.mark.parametrize(("channel", "file"), [("web", "b.mp3"), ("telegram:42", "b.mp3"), ("zalo_oa:7", "")])
def test_a_recording_leaves_in_a_type_that_is_played_there_and_its_text_says_it_anyhow(channel, file):
    assert told(channel, VOICE) == ("Chị xem nhé", [file] if file else [])


@pytest.mark.parametrize(("channel", "files"), [("web", 1), ("telegram:42", 1), ("zalo_bot:7", 0)])
def test_where_messages_are_counted_none_is_spent_on_what_the_text_says(channel: str, files: int):
    assert len(told(channel, replace(reached(VOICE), repeats=True))[1]) == files
    assert told("zalo_bot:7", reached(VOICE))[1] == ["c.aac"], "what an editor has named goes"


def test_too_heavy_or_missing_is_told_in_words():
    heavy = replace(IMAGE, file=replace(PICTURE, size=2_000_000))
    assert told("zalo_oa:7", heavy)[1] == []
    assert told("telegram:42", heavy)[1] == ["a.png"]
    assert told("telegram:42", replace(IMAGE, file=None)) == ("Chị xem nhé\n🖼 Màn hình", [])


def test_a_page_reads_aloud_what_a_recording_would_have_said():
    _, media = exhibits.carried(profile_of("web"), "Chị xem nhé", [replace(VOICE, file=None)])
    assert media == (Attachment("voice", words="Chào chị nhé"),)


def test_a_picture_alone_has_its_words_as_text():
    assert exhibits.carried(profile_of("telegram:42"), "", [IMAGE])[0] == "🖼 Màn hình"


def test_only_a_page_has_the_recordings_of_choices():
    choices = [("s:1:a", replace(VOICE, words="A")), ("s:1:b", None)]
    assert exhibits.read_out(profile_of("telegram:42"), choices) == ()
    assert exhibits.read_out(profile_of("web"), choices) == (Attachment("voice", file="b.mp3", words="A", of="s:1:a"),)


def test_a_picture_stands_alone_with_its_words_and_a_recording_joins():
    person = Person("p1", "Lan", "chị/em", "agreed")
    turn = TurnContext(real_book(), universe(), person, ConversationState(), "telegram:42")
    asked = ev.Asked("c", 3, "Hỏi", (ev.Choice("a", "A", VOICE),), (VOICE,))
    events = (ev.Said("a", "Chào"), ev.Said("b", "Xem", (IMAGE,)), ev.Said("b", "Thêm"), asked)
    lessons.take_over(turn, Sprint(Run("r", "m0-khoi-dong", 1, "mo_dau", seq=3), events))
    said = [(each.text, [media.file for media in each.media], each.buttons) for each in turn.replies]
    assert said == [("Chào", [], ()), ("Xem", ["a.png"], ()), ("Thêm\n\nHỏi", ["b.mp3"], (Button("s:3:a", "A"),))]
