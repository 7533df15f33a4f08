"""What each subject of the office answers to: buttons, typed words, open questions, and whether before consent. Pure.

A button's token is "prefix:what:value"; tokens stay on people's telephones for years, so a `what` never gets another
meaning. Typed words are the keys of `lessons/words.yaml`; questions are what `ConversationState.pending` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.tutoring.commands import officers as of
from bot.tutoring.commands import pairing as pa
from bot.tutoring.commands import people as pe
from bot.tutoring.commands.command import OfficeCommand

Maker = Callable[[str], OfficeCommand]
"""Makes a command of what a button carries, or of what was written."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of a subject: how it is put again, and what is made of words written to it.

    Without `written` only its buttons answer it, and words that mean one of them.
    """

    again: Callable[[], OfficeCommand]
    written: Maker | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """`words` are made of the line of the writing mode, "" for none. `before_consent`: buttons and words work for
    whoever has not agreed to anything: who cried for help may answer a helper, who was invited says whether the
    invitation is right. `every` is made of a button's whole rest, where that is not a `what` and a value.
    """

    prefix: str
    taps: Mapping[str, Maker] = field(default_factory=dict)
    words: Mapping[str, Maker] = field(default_factory=dict)
    questions: Mapping[str, OpenQuestion] = field(default_factory=dict)
    before_consent: bool = False
    every: Maker | None = None


def _page(make: Callable[[int], OfficeCommand]) -> Maker:
    return lambda value: make(_number(value))


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0


def _plain(make: Callable[[], OfficeCommand]) -> Maker:
    """What carries nothing, whatever stands behind it."""
    return lambda _: make()


def _two(make: Callable[[str, str], OfficeCommand]) -> Maker:
    """Two ids, with a colon between."""

    def of_value(value: str) -> OfficeCommand:
        first, _, second = value.partition(":")
        return make(first, second)

    return of_value


def _skill(level: str) -> Maker:
    return _two(lambda pairing_id, lesson_key: pa.ConfirmSkill(pairing_id, lesson_key, level))


def _tick(value: str, *, is_here: bool) -> OfficeCommand:
    page, _, rest = value.partition(":")
    mark, _, who = rest.partition(":")
    return of.TickAttendant(_number(page), mark, who, is_here)


def _talk(line_id: str) -> OfficeCommand:
    return pa.WriteTo(line_id) if line_id else pa.ChooseLine("")


WRITING = "line.write"
"""What `ConversationState.pending` says while whatever she types goes to the other."""

_PAIRING = (
    Subject(
        "o",
        {
            "accept": pa.AcceptOffer, "later": pa.PostponeOffer, "decline": pa.DeclineOffer, "take": pa.TakeRequest,
            "relieve": pa.RelieveOwner, "done": pa.CloseRequest, "still": pa.KeepRequest,
            "wish": _plain(pa.WishInstructor), "change": lambda value: pa.ChangeInstructor(value == "yes"),
            "emergency": pa.CallForSafety, "mistake": _plain(pa.CallOffSafety), "cancel": _plain(pa.CancelRequests),
            "back": _plain(pa.ComeBackToGuide), "show": pa.ShowOwnRequest, "heirs": pa.ChooseHeir,
            "hand": _two(pa.HandOver),
        },
        {
            "offer.wish": _plain(pa.WishInstructor), "offer.change": lambda _: pa.ChangeInstructor(False),
            "offer.cancel": _plain(pa.CancelRequests), "offer.back": _plain(pa.ComeBackToGuide),
        },
        before_consent=True,
    ),
    Subject(
        "y",
        {
            "talk": _talk, "send": _plain(pa.SendMedia), "hold": _plain(pa.HoldMedia), "stop": _plain(pa.StopWriting),
            "report": pa.ReportLine, "end": pa.AskEndOfLine, "over": pa.EndLine, "union": pa.GiveUnionNumber,
            "mine": pa.AskOwnNumber,
        },  # what she really wrote or sent no button stands for
        {"line.talk": _talk, "line.report": pa.ReportLine},
        {WRITING: OpenQuestion(pa.AskLineAgain, pa.WriteLine)},
        before_consent=True,
    ),
    Subject(
        "u",
        {
            "list": _page(pa.ShowLearners), "offers": pa.ShowOffers, "offer": pa.ShowOffers, "card": pa.ShowLearner,
            "skills": pa.ChooseSkill, "skill": _two(pa.AskLevel), "alone": _skill("alone"), "help": _skill("help"),
            "notyet": _skill("notyet"),
        },
        {"crew.list": lambda _: pa.ShowLearners(0)},
    ),
)  # fmt: skip

_OFFICERS = (
    Subject(
        "q",
        {
            "list": _page(of.ShowInbox), "strangers": _page(of.ShowStrangers), "kept": of.ShowKept, "seen": of.MarkSeen,
            "phone": of.AskUnionPhone, "nophone": of.DropUnionPhone, "request": of.ShowRequest,
            "ask": _two(of.AssignRequest), "confirm": of.ConfirmStranger, "in": _two(of.SettleIn),
            "helpers": _page(of.ShowInstructors), "person": of.ShowInstructor, "approve": of.ApproveInstructor,
            "lift": _two(of.LiftSuspension), "pause": of.AskSuspension, "suspend": of.SuspendInstructor,
        },
        {"post.list": lambda _: of.ShowInbox(0), "post.phone": lambda _: of.AskUnionPhone("")},
        {"post.phone": OpenQuestion(partial(of.AskUnionPhone, ""), of.WriteUnionPhone)},
    ),
    Subject(
        "v",
        {
            "begin": _plain(of.BeginMeeting), "areas": _page(of.ShowMeetingAreas), "area": of.PickMeetingArea,
            "lessons": _page(of.ShowMeetingLessons), "lesson": of.PickMeetingLesson, "go": _plain(of.ResumeMeeting),
            "on": partial(_tick, is_here=True), "off": partial(_tick, is_here=False), "roll": _page(of.ShowRoll),
            "done": _plain(of.CloseMeeting), "leave": _plain(of.LeaveMeeting),
        },
        {"meeting.begin": _plain(of.BeginMeeting), "meeting.roll": lambda _: of.ShowRoll(0)},
        {"meeting.again": OpenQuestion(of.AskMeetingAgain)},
    ),
    Subject(
        "z",
        {
            "begin": _plain(of.BeginAnnouncement), "area": of.PickAnnouncementArea, "nolink": _plain(of.OmitSource),
            "rewrite": _plain(of.RewriteAnnouncement), "send": of.SendAnnouncement,
            "leave": _plain(of.DropAnnouncement), "stop": of.StopAnnouncement, "status": _plain(of.ShowAnnouncements),
        },
        {
            "news.begin": _plain(of.BeginAnnouncement), "news.stop": lambda _: of.StopAnnouncement(""),
            "news.status": _plain(of.ShowAnnouncements),
        },
        {
            "news.again": OpenQuestion(of.ShowAnnouncementDraft),
            "news.text": OpenQuestion(of.ShowAnnouncementDraft, of.WriteAnnouncement),
            "news.link": OpenQuestion(of.ShowAnnouncementDraft, of.WriteSource),
        },
    ),
    Subject(
        "f",
        {"targets": _plain(of.ShowTargets), "invite": _plain(of.InviteMember)},
        {"figures.targets": _plain(of.ShowTargets), "figures.invite": _plain(of.InviteMember)},
    ),
    Subject(
        "x",
        {"list": _plain(of.ListCodes), "one": of.ShowCode, "back": of.TakeCodeBack},
        {"given.list": _plain(of.ListCodes)},
    ),
    Subject(
        "vo",
        {"begin": _plain(of.AskWhomToVouch), "give": of.VouchFor},
        {"vouch.begin": _plain(of.AskWhomToVouch)},
        {"vouch.whom": OpenQuestion(of.AskWhomToVouch, of.NameWhomToVouch)},
    ),
)  # fmt: skip

_PEOPLE = (
    Subject(
        "b",
        {
            "show": _plain(pe.ShowProfile), "area": _plain(pe.AskArea), "ward": pe.PickWard,
            "needs": _plain(pe.AskNeeds), "need": pe.TickNeed, "split": _plain(pe.AskSplit),
            "split_this": lambda _: pe.SplitPhones("this"), "split_other": lambda _: pe.SplitPhones("other"),
            "split_alone": lambda _: pe.SplitPhones("alone"),
        },
        {"self.show": _plain(pe.ShowProfile), "self.split": _plain(pe.AskSplit)},
        {
            "self.split": OpenQuestion(pe.AskProfileAgain), "self.needs": OpenQuestion(pe.AskProfileAgain),
            "self.area": OpenQuestion(pe.AskProfileAgain, pe.NameArea),
        },
    ),
    Subject(
        "p",
        {"mine": pe.TakeCode, "no": _plain(pe.LeaveCode)},
        questions={"code.mine": OpenQuestion(pe.AskCodeAgain)},
        before_consent=True,
    ),
    Subject(
        "j",
        {
            "yes": pe.AskOtherPhone, "back": pe.ComeBack, "no": pe.RefuseJoin, "ok": pe.AllowJoin, "not": pe.DenyJoin,
        },
        questions={"phone.link": OpenQuestion(pe.AskJoinAgain), "phone.back": OpenQuestion(pe.AskJoinAgain)},
        before_consent=True,
    ),
    Subject(
        "i",
        every=pe.SetTeaching,
        words={"link": _plain(pe.GiveWords), "teach": _plain(pe.ShowTeaching), "apply": _plain(pe.ApplyToTeach)},
    ),
    Subject(
        "",
        words={"persons": _plain(pe.AskPersons)},
        questions={
            "persons": OpenQuestion(pe.AskPersons),
            "pin.new": OpenQuestion(pe.AskPinAgain, pe.ChoosePin),
            "pin.enter": OpenQuestion(pe.AskPinAgain, pe.EnterPin),
            "conduct": OpenQuestion(pe.ShowTeaching),
        },
        before_consent=True,
    ),
)  # fmt: skip

SUBJECTS = (*_PAIRING, *_OFFICERS, *_PEOPLE)
_BY_PREFIX = {subject.prefix: subject for subject in SUBJECTS if subject.prefix}
BY_WORD = {word: subject for subject in SUBJECTS for word in subject.words}
QUESTIONS = {pending: question for subject in SUBJECTS for pending, question in subject.questions.items()}
WRITTEN = {pending: question.written for pending, question in QUESTIONS.items() if question.written}
"""Questions that are answered in her own words: whatever she types is for the subject."""


def tapped(kind: str, rest: str, *, agreed: bool) -> OfficeCommand | None:
    """What the button `kind:rest` asks for; None where it is of no subject, or means nothing for this person now."""
    subject = _BY_PREFIX.get(kind)
    what, _, value = rest.replace("\x00", "").partition(":")
    if subject is None or not (agreed or subject.before_consent):
        return None
    if subject.every is not None:
        return subject.every(rest)
    return subject.taps[what](value) if what in subject.taps else None


def said(word: str, line_id: str, *, agreed: bool) -> OfficeCommand | None:
    """What a typed word asks for; None as for a button. It was said by whoever was writing by `line_id`."""
    subject = BY_WORD.get(word)
    if subject is None or not (agreed or subject.before_consent):
        return None
    return subject.words[word](line_id)
