"""Two persons turn out to be one: their conversations become one, and nothing that was learnt is lost. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.people.policy.invitations import back, greet
from bot.tutor import onboarding
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import ConversationState
from bot.tutor.turn import TurnContext
from flows import Run
from flows.cards import Card
from flows.words.keys import plain_of

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def merge(stays: ConversationState, joins: ConversationState) -> ConversationState:
    """One conversation of two: the lesson begun last goes on (of two alike that of the phone in hand).

    Every other one waits in the menu. Prompts are numbered from the higher of the two, so that a button of either phone
    never acts on the other's step.
    """
    stays, joins = stays.aside(), joins.aside()
    open_runs = [run for run in (joins.open_run, stays.open_run) if run is not None]
    newest = max(open_runs, key=_began, default=None)
    others = [run for run in (*stays.parked, *joins.parked, *open_runs) if run is not newest]
    seq = max(stays.seq, joins.seq) + 1
    return replace(
        stays,
        run=replace(newest, seq=seq) if newest else stays.run or joins.run,
        parked=tuple(others),
        done={each: _best(each, stays, joins) for each in (*stays.done, *joins.done)},
        offer=(),
        pending="",
        seq=seq,
        answers=stays.answers + joins.answers,
        meeting=stays.meeting or joins.meeting,
        cards={**joins.cards, **stays.cards, **_both(stays, joins)},
        skills={**joins.skills, **stays.skills, **_known_first(stays, joins)},
        tests={**joins.tests, **stays.tests},
        review=max(stays.review, joins.review, key=lambda plan: plan.learnt_on or date.min),
        checkins=tuple(sorted({*stays.checkins, *joins.checkins}, key=lambda each: (each.at, each.lesson, each.step))),
    )


# --- asked on both -----------------------------------------------------------------------------------


def give_words(turn: TurnContext, words: str) -> CommandOutcome:
    """To be read on this phone and typed on the other: no link, a tap on what was sent joins nothing."""
    turn.entrust(turn.phrase("link_words", chu=words))
    show_square(turn, "noi=" + "-".join(plain_of(words).split()))
    return ASIDE


def show_square(turn: TurnContext, code: str) -> None:
    """On the page, a code as a picture that the other phone's camera reads: "noi=" and words, or "moi=" and a code.

    Words count there only where nobody has spoken yet: whoever sends somebody such a link gains nothing by it.
    """
    if turn.profile.keeps_log:
        turn.say(turn.phrase("code_square", ma=code))


def ask_yes(turn: TurnContext, code_hash: str, name: str) -> None:
    """On the phone where the words were typed: what joins, and who sees it then."""
    greet(turn)
    yes, no = (f"j:yes:{code_hash}", turn.phrase("label_link_yes")), (f"j:no:{code_hash}", turn.phrase("label_link_no"))
    turn.confide(turn.phrase("link_ask", ten_may=name or turn.phrase("nameless")), (yes, no), pending="phone.link")


def wait(turn: TurnContext) -> CommandOutcome:
    """The other phone is asked now; whoever is new here is asked nothing else meanwhile."""
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("link_wait"))
    return ANSWERED if turn.person.consent == "asked" else ASIDE


def ask_back(turn: TurnContext, code_hash: str, name: str) -> None:
    """On a new phone: somebody of the union has vouched for whoever goes on here."""
    greet(turn)
    yes, no = (f"j:back:{code_hash}", turn.phrase("label_code_mine")), ("j:no", turn.phrase("label_code_not_mine"))
    turn.confide(turn.phrase("back_ask", ten_may=name or turn.phrase("nameless")), (yes, no), pending="phone.back")


def asked_about(turn: TurnContext) -> str:
    """The code of the question that is open, as its first button carries it."""
    token = turn.state.offer[0][0] if turn.state.offer else ""
    return token.rpartition(":")[2] if token.startswith(("j:yes:", "j:back:")) else ""


def refuse(turn: TurnContext, phrase: str) -> CommandOutcome:
    """Nothing joins, and why."""
    turn.change(offer=(), pending="" if turn.state.pending in ("phone.link", "phone.back") else turn.state.pending)
    turn.say(turn.phrase(phrase))
    return back(turn)


def welcome(turn: TurnContext, *, others: int = 0) -> CommandOutcome:
    """Said on the phone in hand, where the person then goes on.

    `others`: how many further phones there are that somebody vouched for; a lost one is taken off by a tap.
    """
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("linked"))
    run = turn.state.open_run
    if run is not None and turn.state.parked:
        turn.say(turn.phrase("linked_two", bai=turn.lesson_title(turn.state.parked[-1].home[0])))
    if others:
        lost, kept = turn.phrase("label_lost_phone"), turn.phrase("label_split_no")
        turn.offer(turn.phrase("linked_old"), (("b:split_other", lost), ("b:show", kept)), pending="self.split")
        return ANSWERED
    return ASIDE


# --- taken apart again -------------------------------------------------------------------------------


def ask_split(turn: TurnContext, others: int) -> None:
    """Ask which phone is not this person's: this one, or the other; with one alone, whether it is left."""
    no = ("b:show", turn.phrase("label_split_no"))
    if others < 1:
        yes = ("b:split_alone", turn.phrase("label_split_alone"))
        turn.offer(turn.phrase("split_ask_alone"), (yes, no), pending="self.split")
        return
    other, this = ("b:split_other", turn.phrase("label_split_other")), ("b:split_this", turn.phrase("label_split_this"))
    turn.offer(turn.phrase("split_ask", so=str(others + 1)), (other, this, no), pending="self.split")


def begin_anew(turn: TurnContext) -> CommandOutcome:
    """Said on the phone that was taken off, to whoever holds it now."""
    turn.say(turn.phrase("split_this"))
    onboarding.greet(turn)
    return ANSWERED


def stays(turn: TurnContext, others: int) -> CommandOutcome:
    """Said on the phone that stays; where there was no other to take off, what can be done is asked again."""
    if not others:
        ask_split(turn, 0)
        return ANSWERED
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("split_other"))
    return ASIDE


def undone(turn: TurnContext) -> CommandOutcome:
    """Said on either phone: each is what it was before they were joined."""
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("split_undone"))
    if turn.person.consent == "new":
        onboarding.greet(turn)
        return ANSWERED
    return ASIDE


def part(
    now: ConversationState, stays: ConversationState, goes: ConversationState
) -> tuple[ConversationState, ConversationState]:
    """Two conversations of one, `stays` and `goes` as they were before: what was begun since belongs to who stays."""
    hers = {run.run_id: run for run in _runs(goes)}
    current = {run.run_id: run for run in _runs(now)}
    only = goes.done.keys() - stays.done.keys()
    left = replace(
        now,
        run=None if now.run is not None and now.run.run_id in hers else now.run,
        parked=tuple(run for run in now.parked if run.run_id not in hers),
        done={lesson: points for lesson, points in now.done.items() if lesson not in only},
        cards={key: card for key, card in now.cards.items() if key not in goes.cards.keys() - stays.cards.keys()},
        skills={key: day for key, day in now.skills.items() if key not in goes.skills.keys() - stays.skills.keys()},
        tests={key: test for key, test in now.tests.items() if key not in goes.tests.keys() - stays.tests.keys()},
        checkins=tuple(each for each in now.checkins if each not in goes.checkins or each in stays.checkins),
        answers=max(0, now.answers - goes.answers),
        offer=(),
        pending="",
    )
    seq = max(now.seq, goes.seq) + 1
    run = current.get(goes.run.run_id, goes.run) if goes.run else None
    back = replace(
        goes,
        run=replace(run, seq=seq) if run else None,
        parked=tuple(current.get(each.run_id, each) for each in goes.parked),
        offer=(),
        pending="",
        seq=seq,
    )
    return left, back


def _runs(state: ConversationState) -> list[Run]:
    return [run for run in (state.run, *state.parked) if run is not None]


def _began(run: Run) -> datetime:
    return run.began_at or _LONG_AGO


def _best(lesson: str, *states: ConversationState) -> int:
    return max(state.done.get(lesson, 0) for state in states)


def _known_first(stays: ConversationState, joins: ConversationState) -> dict[str, date]:
    """A skill that both know: since the earlier day; firm where it is so on either."""
    twice = stays.skills.keys() & joins.skills.keys()
    return {skill: min(stays.skills[skill], joins.skills[skill]) for skill in twice}


def _both(stays: ConversationState, joins: ConversationState) -> dict[str, Card]:
    """A card that both have: the one that asks again sooner."""
    twice = stays.cards.keys() & joins.cards.keys()
    return {key: min(stays.cards[key], joins.cards[key], key=lambda card: (card.due_on, card.level)) for key in twice}
