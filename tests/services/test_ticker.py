"""What time brings: reminders in daytime, to those who want them, once; and forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import Inner, Text, Update
from bot.conversation.batch import INNER
from bot.scheduler.ticker import DUE_AT_ONCE
from storage.conversations import expiry
from storage.engine.instants import from_ms
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, gone, tutor
from tests.support.world import START

TASK = lesson(
    """
    - task: lam
      text: Làm đi
      done: Rồi
      later: {remind: 2h, times: 2, text: "{Chị} {ten} làm chưa?"}
    - {say: s, text: Sau, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)
BOOK = book(TASK)


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_later_rings_when_it_is_due_and_as_often_as_it_says(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("1", channel).meets()
        await lan.opens("thu")
        await lan.say("để sau")
        await t.passes(hours=1, minutes=59)
        assert not lan.said
        for _ in range(2):
            await t.passes(hours=2)
            assert lan.said.startswith("Chị Lan làm chưa?") and "Rồi" in lan.buttons
            assert await t.ticker.fire() == 0, "once"
        await t.passes(days=30)
        assert "làm chưa" not in lan.said
        await lan.tap("Rồi")
        assert "Sau" in lan.said


async def test_nothing_rings_at_night(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await t.passes(hours=11)  # 19:00
        await lan.say("để sau")  # due at 21:00
        await t.passes(hours=2, minutes=30)
        assert not lan.said
        await t.passes(hours=10)  # 07:30
        assert not lan.said
        await t.passes(minutes=31)
        assert "làm chưa" in lan.said


SAFETY = lesson(
    """
    - help: keu
      text: Em đang gọi người.
      kind: safety
      sla: 15m
      fallback: tu_goi
    - {end: het, text: Hết}
    - {say: tu_goi, text: Chị gọi 156 liền nhé., wait_tap: Rồi}
    - {end: xong, text: Xong}
    """,
    lesson_id="keu",
)
RESCUE = lesson(
    "- wait: cho\n  for: 15m\n- {say: s, text: Gọi 156 liền nhé., wait_tap: Rồi}\n- {end: het, text: Hết}",
    header="emergency: true\n",
    lesson_id="cuu",
)
OUTER, RESCUED = (
    lesson(f"- {{call: vao, lesson: {inner}}}\n- {{end: het, text: Hết}}", lesson_id=f"goi-{inner}")
    for inner in ("keu", "cuu")
)


@pytest.mark.parametrize("opened", ["keu", "goi-keu", "goi-cuu"])
async def test_what_a_cry_for_safety_falls_back_to_comes_at_night_too(tmp_path: Path, opened: str):
    async with tutor(tmp_path, book(SAFETY, RESCUE, OUTER, RESCUED)) as t:
        lan = await t.learner().meets()
        t.clock.passes(hours=13)  # 21:00
        await lan.opens(opened)
        await t.passes(minutes=14)
        assert "156" not in lan.said
        await t.passes(minutes=2)
        assert "156" in lan.said
        assert not t.channel.sent[-1].unasked, "nothing holds it back"


async def test_safety_that_was_due_by_day_while_the_tutor_stood_still_is_said_at_night(tmp_path: Path):
    async with tutor(tmp_path, book(TASK, SAFETY)) as t:
        lan, thu = await t.learner("1").meets(), await t.learner("2").meets("Thu")
        await lan.opens("keu")
        await thu.opens("thu")
        await thu.say("để sau")
        await t.passes(hours=13)
        assert "156" in lan.said
        assert not thu.said
        await t.passes(hours=3)
        assert not thu.said
        assert await t.ticker.fire() == 0, "put off until morning, not asked about again and again"
        await t.passes(hours=9)
        assert "làm chưa" in thu.said


async def test_an_older_question_does_not_come_before_her_safety(tmp_path: Path):
    task = lesson("- task: lam\n  text: Làm\n  done: Rồi\n  checkin: 1h\n- {end: het, text: Hết}", lesson_id="viec")
    async with tutor(tmp_path, book(task, SAFETY)) as t:
        lan = await t.learner().meets()
        await lan.opens("viec")
        await lan.tap("Rồi")
        t.clock.passes(minutes=50)
        await lan.opens("keu")
        await t.passes(minutes=16)
        assert "156" in lan.said


async def test_not_to_her_who_left_nor_to_her_who_said_no(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        away, no = await t.learner("1").meets(), t.learner("2")
        await no.say("alo")
        await no.tap("Không")
        for each in (away, no):
            await each.opens("thu")
            await each.say("để sau")
        await away.leaves()
        heard = len(away.heard), len(no.heard)
        await t.passes(hours=3)
        await t.passes(days=3)
        assert (len(away.heard), len(no.heard)) == heard


@pytest.mark.parametrize("found_out", [False, True])
async def test_who_lets_the_tutor_in_again_without_a_word_is_reminded_again(tmp_path: Path, found_out: bool):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        if found_out:
            t.channel.fault = gone
            await t.passes(hours=2)
            t.channel.fault = lambda outgoing, plain: None
        else:
            await lan.leaves()
            await t.passes(hours=2)
        assert not lan.said and [row["away"] for row in await t.rows("identity")] == [True]
        await lan.returns()
        assert not lan.said, "she has said nothing, and is not spoken to about it"
        await t.passes(hours=2)
        assert "làm chưa" in lan.said


async def test_a_stranger_who_lets_the_tutor_in_is_nobody_yet(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        await t.learner().returns()
        assert await t.rows("person") == []


async def test_the_reminder_that_finds_her_gone_is_the_last(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        t.channel.fault = gone
        await t.passes(hours=2)
        t.channel.fault = lambda outgoing, plain: None
        await t.passes(days=9)
        assert not lan.said and await t.ticker.fire() == 0


async def test_a_timer_of_a_step_she_has_left_is_harmless(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        done = lan.buttons["Rồi"]
        await lan.say("để sau")
        run = (await t.state(lan)).open_run
        assert run is not None
        await lan.tap_token(done)
        (person,) = await t.rows("person")
        late = Update(INNER, "due:late", str(person["learner_id"]), Inner("due", run.wait_id), t.clock.now())
        await t.deliver(late)
        assert not lan.said


async def test_a_due_timer_survives_a_crash_and_still_rings_once(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        t.clock.passes(hours=3)
        await t.crash()
        await t.passes(seconds=1)
        assert "làm chưa" in lan.said
        await t.crash()
        await t.passes(seconds=1)
        assert not lan.said


async def test_a_timer_found_twice_before_it_is_written_down_rings_once(tmp_path: Path):
    """By two processes, or by one whose batch is still running."""
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        found: list[Update] = []

        async def note(updates: Sequence[Update]) -> None:
            found.extend(updates)

        t.ticker.submit = note
        for _ in range(2):
            t.clock.passes(hours=2)
            await t.ticker.fire()
        assert len(found) == 2
        for each in found:
            await t.deliver(each)
        assert len([message for message in lan.heard if "làm chưa" in message.text]) == 1


async def test_more_due_timers_than_one_tick_takes_all_ring(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        people = [t.learner(str(at), WEB) for at in range(DUE_AT_ONCE + 7)]
        for act in ("chào", "đồng ý", "Hoa", "1", "Bài thu", "để sau"):
            await t.deliver(*(each.update(Text(act)) for each in people))
        t.clock.passes(hours=2)
        assert await t.ticker.fire() == DUE_AT_ONCE
        assert await t.ticker.fire() == 7
        assert await t.ticker.fire() == 0
        assert all("làm chưa" in each.last.text for each in people)


async def test_after_a_clock_set_back_reminders_do_not_flood(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        heard = len(lan.heard)
        for amount in (3, -5, 3, -5, 10, 24, 24, 24):
            await t.passes(hours=amount)
        assert len(lan.heard) - heard <= 2


async def test_old_update_ids_are_forgotten_but_not_what_was_set_aside(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await t.conversation.set_aside(lan.update(Inner("due", "x")), "kept for an operator")
        assert len(await t.rows("inbox")) > 3
        t.clock.passes(days=15)
        await t.ticker.sweep()
        assert [row["fault"] for row in await t.rows("inbox")] == ["Inner"] or len(await t.rows("inbox")) == 1


async def test_sweep_goes_in_slices_until_nothing_is_left(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        await t.deliver(*(t.learner(str(at), WEB).update(Text("alo")) for at in range(120)))
        t.clock.passes(days=31)
        await t.ticker.sweep()
        assert not await t.rows("person") and not await t.rows("inbox") and not await t.rows("chat_log")


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_who_opened_the_page_and_answered_nothing_is_forgotten_in_days(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        for name in ("nobody", "no", "later", "cries"):
            await t.learner(name, channel).begins()
        await t.learner("no", channel).tap("Không")
        await t.learner("cries", channel).say("tôi bị lừa mất tiền rồi")
        met = await t.learner("yes", channel).meets("Lan")
        t.clock.passes(hours=2)
        await t.learner("later", channel).say("chờ tôi tí")
        t.clock.passes(days=2)
        await t.ticker.sweep()
        assert len(await t.rows("person")) == 5
        t.clock.passes(days=2)
        await t.ticker.sweep()
        left = {str(row["chat_id"]) for row in await t.rows("identity")}
        assert left == {"no", "later", "cries", met.chat_id}
        await t.learner("nobody", channel).begins()
        assert "Đồng ý" in t.learner("nobody", channel).buttons


async def test_step_sweeps_once_an_hour(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        await t.learner().say("alo")
        await t.ticker.step()
        t.clock.passes(days=31)
        await t.ticker.step()
        assert not await t.rows("person")


async def test_due_finds_the_longest_overdue_first(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        for at, name in enumerate(("Ba", "Tư")):
            each = await t.learner(str(at)).meets(name)
            await each.opens("thu")
            await each.say("để sau")
            t.clock.passes(minutes=5)
        rows = await t.database.read(lambda c: expiry.due(c, START + timedelta(days=1), 10))
        assert [from_ms(due_at) for *_, due_at in rows] == sorted(from_ms(due_at) for *_, due_at in rows)
        assert len(rows) == 2
