"""Every button, typed word and open question leads to one command, and every command to whoever carries it out."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.conversation.handlers import handlers_of
from bot.conversation.policy import buttons, registry
from bot.conversation.services import ConversationServices
from bot.meetings.policy import commands as meetings
from bot.pairing.policy import commands as pairing
from bot.pairing.policy import inbox_commands
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import PairingRules
from bot.pairing.service import PairingContext
from bot.people.policy import commands as people
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.command import ServiceCommand
from flows.words.tables import Words
from tests.services.test_tokens import record
from tests.support.builders import real_book
from tests.support.harness import QUIET

ROOT = Path(__file__).parents[2]
COMMAND_MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted(ROOT.glob("bot/*/policy/*commands.py"))
]
COMMANDS = {
    each
    for module in COMMAND_MODULES
    for each in vars(import_module(module)).values()
    if isinstance(each, type) and issubclass(each, ServiceCommand) and each is not ServiceCommand
}
WORDS: Words = real_book().words


def services() -> ConversationServices:
    names = Pseudonyms(b"a key of the tests alone")
    world = PairingContext(PairingRules(), Clock(QUIET), lambda: "id", names.of)
    return ConversationServices(names, handlers=handlers_of(names, world))


def test_every_command_has_who_carries_it_out():
    alone = set(get_args(people.PersonCommand))
    assert COMMANDS - services().handlers.keys() == alone and len(COMMANDS) > 100


def test_every_command_to_an_officers_inbox_has_a_name_in_the_audit():
    assert inbox_commands.CALLED.keys() == set(get_args(inbox_commands.InboxCommand))


def test_a_word_that_a_teacher_gave_to_the_office_is_one_of_the_registrys():
    known = {word for subject in registry.SUBJECTS for word in subject.words}
    given = {word for word in (*WORDS.commands.values(), *WORDS.officers.values()) if "." in word}
    assert given and given <= known


def test_prefixes_words_and_questions_belong_to_one_subject():
    for kind in ("words", "questions"):
        every = [name for subject in registry.SUBJECTS for name in getattr(subject, kind)]
        assert len(every) == len(set(every))
    prefixes = [subject.prefix for subject in registry.SUBJECTS if subject.prefix]
    assert len(prefixes) == len(set(prefixes))


def test_every_subjects_folder_has_its_walls():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = {each["name"].partition(":")[0]: each for each in project["tool"]["importlinter"]["contracts"]}
    folders = {f"bot.{path.parent.name}" for path in ROOT.glob("bot/*/policy")}
    assert folders == set(contracts["Within each subject"]["containers"])


def test_a_subjects_prefix_is_no_letter_of_the_tutors_own():
    """The tutor's own buttons are read first: a subject with the same letter would never be asked."""
    for subject in registry.SUBJECTS:
        for what in subject.taps:
            assert isinstance(buttons.read(f"{subject.prefix}:{what}:1", agreed=True), ServiceCommand), what


def test_every_button_of_the_registry_is_among_the_recorded_tokens():
    recorded = {tuple(token.split(":")[:2]) for _, _, token, _, _ in record()}
    buttons = {(subject.prefix, what) for subject in registry.SUBJECTS for what in subject.taps}
    assert buttons - recorded <= {
        ("v", "begin"), ("z", "begin"), ("z", "status"), ("f", "targets"), ("f", "invite"), ("vo", "begin"),
        ("b", "split"), ("dk", "ask"), ("uh", "give"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "rest", "command"),
    [
        ("o", "accept:17", pairing.AcceptOffer("17")),
        ("o", "hand:r1:ab:cd", pairing.HandOver("r1", "ab:cd")),
        ("o", "change:yes", pairing.ChangeInstructor(True)),
        ("y", "talk:", pairing.ChooseLine("")),
        ("y", "talk:7", pairing.WriteTo("7")),
        ("u", "list:x", pairing.ShowLearners(0)),
        ("u", "alone:p1:0a0b", pairing.ConfirmSkill("p1", "0a0b", "alone")),
        ("v", "on:2:abc:who:ever", meetings.TickAttendant(2, "abc", "who:ever", True)),
        ("v", "off:-1:abc:x", meetings.TickAttendant(0, "abc", "x", False)),
        ("b", "split_other", people.SplitPhones("other")),
        ("i", "cap:3", people.SetTeaching("cap", "3")),
        ("q", "phone", inbox_commands.AskUnionPhone("")),
    ],
)
def test_a_button_is_read_once(kind: str, rest: str, command: Any):
    assert registry.tapped(kind, rest, agreed=True) == command


@pytest.mark.parametrize(
    ("kind", "rest"), [("y", "write:7"), ("y", "reply:x"), ("z", "text:x"), ("o", ""), ("", ""), ("qq", "list:")]
)
def test_what_is_no_button_means_nothing(kind: str, rest: str):
    assert registry.tapped(kind, rest, agreed=True) is None


def test_only_what_a_cry_a_scam_or_an_invitation_needs_works_before_consent():
    before = {subject.prefix for subject in registry.SUBJECTS if subject.before_consent}
    assert before == {"o", "y", "p", "j", "sc", ""}
    assert registry.tapped("q", "list:0", agreed=False) is None and registry.said("teach", "", agreed=False) is None
    assert registry.tapped("o", "take:1", agreed=False) is not None
