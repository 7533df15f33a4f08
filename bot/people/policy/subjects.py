"""What people's own data, codes, phones and vouching answer to: buttons, typed words, open questions. Pure."""

from __future__ import annotations

from functools import partial
from typing import get_args

from bot.people.policy import commands as pe
from bot.people.policy import officer_commands as of
from bot.people.policy.profile import OWN_AREA, TO_TEACH
from bot.tutor.subject import OpenQuestion, Subject, plain

SUBJECTS = (
    Subject(
        "x",
        {"list": plain(of.ListCodes), "one": of.ShowCode, "back": of.TakeCodeBack},
        {"given.list": plain(of.ListCodes)},
        tones={"back": "danger"},
    ),
    Subject(
        "vo",
        {"begin": plain(of.AskWhomToVouch), "give": of.VouchFor},
        {"vouch.begin": plain(of.AskWhomToVouch)},
        {"vouch.whom": OpenQuestion(of.AskWhomToVouch, of.NameWhomToVouch)},
    ),
    Subject("dk", {"ask": plain(of.AskDeskLink)}, {"desk.ask": plain(of.AskDeskLink)}),
    Subject(
        "b",
        {
            "show": plain(pe.ShowProfile), "area": plain(pe.AskArea), "ward": pe.PickWard,
            "needs": plain(pe.AskNeeds), "need": pe.TickNeed, "split": plain(pe.AskSplit),
            "split_this": lambda _: pe.SplitPhones("this"), "split_other": lambda _: pe.SplitPhones("other"),
            "split_alone": lambda _: pe.SplitPhones("alone"),
        },
        {"self.show": plain(pe.ShowProfile), "self.split": plain(pe.AskSplit)},
        {
            "self.split": OpenQuestion(pe.AskProfileAgain), "self.needs": OpenQuestion(pe.AskProfileAgain),
            **dict.fromkeys((OWN_AREA, TO_TEACH), OpenQuestion(pe.AskProfileAgain, pe.NameArea)),
        },
        tones=dict.fromkeys(("split_this", "split_other", "split_alone"), "danger"),
    ),
    Subject(
        "p",
        {"mine": pe.TakeCode, "no": plain(pe.LeaveCode)},
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
        {each: partial(pe.SetTeaching, each) for each in get_args(pe.TeachingSetting)},
        words={"link": plain(pe.GiveWords), "teach": plain(pe.ShowTeaching), "apply": plain(pe.ApplyToTeach)},
    ),
    Subject(
        "",
        words={"persons": plain(pe.AskPersons)},
        questions={
            "persons": OpenQuestion(pe.AskPersons),
            "pin.new": OpenQuestion(pe.AskPinAgain, pe.ChoosePin),
            "pin.enter": OpenQuestion(pe.AskPinAgain, pe.EnterPin),
            "conduct": OpenQuestion(pe.ShowTeaching),
        },
        before_consent=True,
    ),
)  # fmt: skip
