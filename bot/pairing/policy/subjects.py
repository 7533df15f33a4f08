"""What requests, lines between two, instructors' learners and officers' inboxes answer to: buttons, words."""

from __future__ import annotations

from functools import partial

from bot.pairing.policy import commands as pa
from bot.pairing.policy import inbox_commands as inbox
from bot.tutor.command import ServiceCommand
from bot.tutor.subject import Maker, OpenQuestion, Subject, page, plain, two

WRITING = "line.write"
"""What `ConversationState.pending` says while whatever she types goes to the other."""


def _talk(line_id: str) -> ServiceCommand:
    return pa.WriteTo(line_id) if line_id else pa.ChooseLine("")


def _skill(level: str) -> Maker:
    return two(lambda pairing_id, lesson_key: pa.ConfirmSkill(pairing_id, lesson_key, level))


SUBJECTS = (
    Subject(
        "o",
        {
            "accept": pa.AcceptOffer, "later": pa.PostponeOffer, "decline": pa.DeclineOffer, "take": pa.TakeRequest,
            "relieve": pa.RelieveOwner, "done": pa.CloseRequest, "still": pa.KeepRequest,
            "wish": plain(pa.WishInstructor), "change": lambda value: pa.ChangeInstructor(value == "yes"),
            "emergency": pa.CallForSafety, "mistake": plain(pa.CallOffSafety), "cancel": plain(pa.CancelRequests),
            "back": plain(pa.ComeBackToGuide), "show": pa.ShowOwnRequest, "heirs": pa.ChooseHeir,
            "hand": two(pa.HandOver),
        },
        {
            "offer.wish": plain(pa.WishInstructor), "offer.change": lambda _: pa.ChangeInstructor(False),
            "offer.cancel": plain(pa.CancelRequests), "offer.back": plain(pa.ComeBackToGuide),
        },
        before_consent=True,
        tones={"accept": "right", "take": "right", "emergency": "danger"},
    ),
    Subject(
        "y",
        {
            "talk": _talk, "send": plain(pa.SendMedia), "hold": plain(pa.HoldMedia), "stop": plain(pa.StopWriting),
            "report": pa.ReportLine, "end": pa.AskEndOfLine, "over": pa.EndLine, "union": pa.GiveUnionNumber,
            "mine": pa.AskOwnNumber, "first": pa.SendFirstWords, "tutor": plain(pa.KeepFirstWords),
        },  # what she really wrote or sent no button stands for
        {"line.talk": _talk, "line.report": pa.ReportLine},
        {WRITING: OpenQuestion(pa.AskLineAgain, pa.WriteLine, kept=False)},
        before_consent=True,
        tones={"over": "danger"},
    ),
    Subject(
        "u",
        {
            "list": page(pa.ShowLearners), "offers": pa.ShowOffers, "offer": pa.ShowOffers, "card": pa.ShowLearner,
            "skills": pa.ChooseSkill, "skill": two(pa.AskLevel), "alone": _skill("alone"), "help": _skill("help"),
            "notyet": _skill("notyet"),
        },
        {"crew.list": lambda _: pa.ShowLearners(0)},
    ),
    Subject(
        "q",
        {
            "list": page(inbox.ShowInbox), "strangers": page(inbox.ShowStrangers), "kept": inbox.ShowKept,
            "seen": inbox.MarkSeen,
            "phone": inbox.AskUnionPhone, "nophone": inbox.DropUnionPhone, "request": inbox.ShowRequest,
            "ask": two(inbox.AssignRequest), "confirm": inbox.ConfirmStranger, "in": two(inbox.SettleIn),
            "helpers": page(inbox.ShowInstructors), "person": inbox.ShowInstructor, "approve": inbox.ApproveInstructor,
            "lift": two(inbox.LiftSuspension), "pause": inbox.AskSuspension, "suspend": inbox.SuspendInstructor,
        },
        {"post.list": lambda _: inbox.ShowInbox(0), "post.phone": lambda _: inbox.AskUnionPhone("")},
        {"post.phone": OpenQuestion(partial(inbox.AskUnionPhone, ""), inbox.WriteUnionPhone)},
        tones={"suspend": "danger"},
    ),
)  # fmt: skip
