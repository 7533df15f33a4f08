"""The second opinion beside the rules of the relay: it learns the same everywhere; tried by what it never met."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bot.cli.training import asks
from bot.pairing.policy.relay import LONGEST, look
from flows.reading.loader import ASKS, load_files
from flows.words.asks import meant, tokens, weigh
from flows.words.asks_learning import AskInvalid, LabelledMessage, learn_asks, read_asks
from flows.words.ear.learn import fingerprint
from flows.words.ear.model import model_of, write
from flows.words.wishes import asked, wished
from tests.support.builders import LESSONS, real_book

SMALL = [
    *(
        LabelledMessage(f"đọc mã {each} cho em", "instructor", takes=True)
        for each in ("đó", "vừa về", "otp", "trong tin")
    ),
    *(
        LabelledMessage(f"chị đừng đọc mã {each} cho ai", "instructor", takes=False)
        for each in ("đó", "vừa về", "otp", "trong tin")
    ),
]


@cache
def messages(folder: str) -> list[LabelledMessage]:
    paths = sorted((LESSONS / folder).glob("*.tsv"))
    return [each for path in paths for each in read_asks(path.read_bytes(), path.name)]


def share_held(of: list[LabelledMessage]) -> float:
    wishes = real_book().wishes
    return sum(look(wishes, each.text, each.side).what == "block" for each in of) / len(of)


def test_thieves_nobody_had_met_are_held_and_honest_people_are_not():
    unseen = messages("asks/unseen")
    takes, honest = [each for each in unseen if each.takes], [each for each in unseen if not each.takes]
    assert len(takes) >= 400 and len(honest) >= 400
    assert share_held(takes) >= 0.92
    assert share_held(honest) <= 0.03


def test_who_greets_or_says_that_she_comes_is_let_through_and_who_robs_with_the_same_words_is_not():
    raw = (LESSONS / "asks/unseen/chao-hoi-ghe-nha.tsv").read_bytes()
    met = list(read_asks(raw, "chao-hoi-ghe-nha.tsv"))
    takes, honest = [each for each in met if each.takes], [each for each in met if not each.takes]
    assert len(takes) == len(honest) == 40
    assert share_held(takes) == 1 and share_held(honest) <= 0.1


def test_of_what_was_learnt_hardly_anything_is_judged_otherwise():
    learnt = messages("asks")[::10]
    assert share_held([each for each in learnt if each.takes]) >= 0.97
    assert share_held([each for each in learnt if not each.takes]) <= 0.02


def test_messages_are_measured_that_were_not_learnt():
    learnt = {each.text for each in asks(LESSONS)}
    assert not [each.text for each in messages("asks/unseen") if each.text in learnt]


def test_the_file_is_what_the_messages_give():
    """That it is so to the byte is shown by `./camtay train --check`."""
    assert model_of((LESSONS / ASKS).read_bytes()).learnt_from == fingerprint(asks(LESSONS))


def test_the_same_messages_give_the_same_bytes():
    raw = write(learn_asks(SMALL))
    assert raw == write(learn_asks(SMALL)) and write(model_of(raw)) == raw


def test_an_order_to_keep_is_no_order_to_give():
    model = learn_asks(SMALL)
    assert weigh(model, "Chị đọc mã kia cho em", "instructor") > 0 > weigh(model, "đừng đọc mã cho ai", "instructor")


def test_whoever_says_it_in_whichever_manner_means_the_same():
    south, centre = tokens("Dì đọc mã cho con nghen"), tokens("o đọc mã cho em hỉ")
    assert meant(south, "instructor") == meant(centre, "instructor") != meant(south, "learner")


def test_a_not_ends_with_its_clause_and_a_quotation_with_its_marks():
    said = meant(tokens("đừng đọc mã, gửi mã"), "instructor")
    assert said[-5:] == ["!đọc" if "!đọc" in said else said[-5], said[-4], ",", said[-2], said[-1]]
    assert said[-4].startswith("!") and not said[-1].startswith("!")
    quoted = meant(tokens('nó nói "đọc mã" đó'), "instructor")
    assert sum(each.startswith('"') and len(each) > 1 for each in quoted) == 2


@pytest.mark.parametrize("around", ['" {}', "' {}", '"{}"', "“{}”", '{} "', 'dạ "{}"'])
def test_a_quotation_mark_alone_makes_nobody_elses_words_of_an_order(around: str):
    said = around.format("Chị đọc mã OTP cho em nhé")
    assert look(real_book().wishes, said, "instructor").what == "block"


def test_what_is_asked_in_the_middle_of_much_else_is_found():
    model = real_book().wishes.model
    assert model is not None
    much = "hôm nay trời mát, chị em mình ra chợ mua cá rồi về nấu canh chua ăn với nhau cho vui. " * 4
    text = f"{much} Chị đọc mã otp vừa về máy cho em nha. {much}"
    assert len(text) < LONGEST
    assert weigh(model, text, "instructor") > weigh(model, f"{much} {much}", "instructor")
    assert look(real_book().wishes, text, "instructor").what == "block"


def test_what_a_rule_holds_and_the_opinion_doubts_is_held_without_a_report():
    wishes, text = real_book().wishes, "Chị đọc mã OTP cho em nhé"
    assert wishes.model is not None
    rule = wished(wishes, text, "instructor")
    assert rule is not None and rule.report and asked(wishes, text, "instructor") == rule
    weight = int(weigh(wishes.model, text, "instructor"))
    for bars, phrase in (
        ({"takes": weight + 1, "rule_takes": weight - 1}, "relay_asked"),
        ({"takes": weight + 1, "rule_takes": weight + 1}, ""),
    ):
        doubting = replace(wishes, model=replace(wishes.model, bars=bars))
        verdict = look(doubting, text, "instructor")
        assert (verdict.phrase, verdict.report) == (phrase, False)
    assert look(replace(wishes, model=None), text, "instructor").report, "without an opinion the rules are all there is"


@pytest.mark.parametrize(
    "line", ["hold\tI", "hold\tX\tchào", "held\tI\tchào", "pass\tL\t ", "pass\tL\ta\tb", "pass\tL\tcha\u0300o"]
)
def test_a_line_that_is_no_message_is_named(line: str):
    with pytest.raises(AskInvalid, match=r"a\.tsv:1"):
        list(read_asks(line.encode(), "a.tsv"))


def test_with_a_broken_file_the_rules_stand_and_it_is_said():
    rules = (LESSONS / "relay.yaml").read_bytes()
    library = load_files({"l/asks.model": b"half", "l/relay.yaml": rules}, {})
    assert library.wishes is not None and library.wishes.rules and library.wishes.model is None
    (problem,) = library.problems
    assert (problem.code, problem.place.path) == ("E009", "l/asks.model")


@pytest.mark.timeout(20)  # what takes time by the square of a message takes minutes
@pytest.mark.parametrize("text", ["", " ", "?", *(each * 40_000 for each in ("a", "cho ", "1 ", "đừng ", '" '))])
def test_long_and_empty_ones_are_weighed_in_linear_time(text: str):
    model = real_book().wishes.model
    assert model is not None and weigh(model, text, "instructor") < 5_000
