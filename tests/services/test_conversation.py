"""What comes in, whatever it is: answered, once, kindly, and nothing secret kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.channels.base import Inner, Media, Tap, Text, Update
from bot.conversation.batch import INNER
from flows import Book
from storage.conversations import conversations
from storage.conversations import tables as conversations_t
from storage.engine.errors import Conflict, StorageUnavailable
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, tutor

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])

STEPS = lesson(
    """
    - {say: mot, text: Một, wait_tap: Tiếp, checkpoint: true}
    - quiz: q
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
      tries: 0
    - {say: ba, text: Ba, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)
SIMPLE = book(STEPS)


# --- exactly once ------------------------------------------------------------------------------------


@CHANNELS
async def test_an_update_delivered_twice_is_handled_once(tmp_path: Path, channel: str):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner("1", channel).meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        wrong = lan.update(Tap(lan.buttons["Sai"]))
        await t.deliver(wrong, wrong)
        heard = len(lan.heard)
        await t.deliver(wrong)
        await t.crash()
        await t.deliver(wrong)
        assert len(await t.rows("attempt")) == 1 and len(lan.heard) == heard


async def test_the_same_button_twice_in_two_updates_counts_once(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        token = lan.buttons["Sai"]
        await t.deliver(lan.update(Tap(token)), lan.update(Tap(token)))
        assert len(await t.rows("attempt")) == 1


async def test_of_one_batch_the_tap_on_the_present_prompt_goes_first(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        right = lan.buttons["Đúng"]
        await t.deliver(lan.update(Text("tiếp")), lan.update(Tap(right)))
        run = (await t.state(lan)).run
        assert run is not None and not run.waiting, "Đúng answered the question, tiếp the step after it"


async def test_texts_of_one_batch_keep_their_order(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = t.learner()
        await t.deliver(*(lan.update(Text(text)) for text in ("chào", "đồng ý", "Hoa Mai", "1")))
        (person,) = await t.rows("person")
        assert (person["name"], person["address"], person["consent"]) == ("Hoa Mai", "chị/em", "agreed")


async def test_a_batch_of_many_learners_keeps_them_apart(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        all_of_them = [t.learner(str(at), TELEGRAM if at % 2 else WEB) for at in range(40)]
        for text in ("chào", "đồng ý"):
            await t.deliver(*(each.update(Text(text)) for each in all_of_them))
        await t.deliver(*(each.update(Text(f"Lan {'bcdghklmno'[int(each.chat_id) % 10]}")) for each in all_of_them))
        names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
        for row in await t.rows("identity"):
            assert names[row["learner_id"]] == f"Lan {'bcdghklmno'[int(str(row['chat_id'])) % 10].upper()}" or str(
                names[row["learner_id"]]
            ).startswith("Lan ")
        assert all(len(each.buttons) == 9 for each in all_of_them)


async def test_an_inner_update_for_nobody_is_kept_and_harmless(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        await t.deliver(Update(INNER, "due:x", "nobody", Inner("due", "w"), t.clock.now()))
        await t.deliver(Update(INNER, "reoffer:x", "nobody", Inner("reoffer", ""), t.clock.now()))
        assert len(await t.rows("inbox")) == 2


# --- taps --------------------------------------------------------------------------------------------


async def test_stale_taps_get_a_kind_line_at_most_once_a_minute(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        old = lan.buttons["Tiếp"]
        await lan.tap("Tiếp")
        await lan.tap("Sai")
        stale = old.replace("next", "x")
        await lan.tap_token(stale)
        assert "bước trước" in lan.said and lan.last.labels == ("Sai", "Đúng")
        for _ in range(20):
            await lan.tap_token(stale)
            assert not lan.turn
        await t.passes(seconds=61)
        await lan.tap_token(stale)
        assert "bước trước" in lan.said
        await t.passes(days=-3)  # a clock set back must not silence her for three days
        await lan.tap_token(stale)
        assert "bước trước" in lan.said
        assert len(await t.rows("attempt")) == 1


@CHANNELS
async def test_a_tap_before_any_hello_is_answered(tmp_path: Path, channel: str):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner("1", channel).tap_token("s:4:dung")
        assert "máy trả lời tự động" in lan.said


async def test_a_tap_of_somebody_else_means_nothing(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan, hoa = await t.learner("1").meets(), await t.learner("2").meets("Hoa")
        await lan.opens("thu")
        await hoa.tap_token(lan.buttons["Tiếp"])
        assert hoa.said and (await t.state(hoa)).open_run is None
        assert len(await t.rows("run")) == 1


# --- absence, edits, crashes -------------------------------------------------------------------------


@CHANNELS
async def test_after_a_month_she_goes_on_at_the_same_step(tmp_path: Path, channel: str):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner("1", channel).meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await lan.tap("Sai")
        for _ in range(31):
            await t.passes(days=1)
        await t.ticker.sweep()
        await t.crash()
        await lan.tap("Đúng")
        assert "Ba" in lan.said
        assert [row["tries"] for row in await t.rows("attempt")] == [1, 2]


async def test_two_people_on_one_account_never_mix_up_the_state(tmp_path: Path):
    """Mother and daughter write at once on one phone: every message is answered, one session, nothing lost."""
    async with tutor(tmp_path, SIMPLE) as t:
        phone = await t.learner().meets()
        await phone.opens("thu")
        await phone.tap("Tiếp")
        await t.deliver(
            phone.update(Text("menu")), phone.update(Tap(phone.buttons["Đúng"])), phone.update(Text("giúp"))
        )
        run = (await t.state(phone)).open_run
        assert run is not None and run.step == "ba"
        assert len(phone.turn) == 3 or "cô Hoa" in phone.said


async def test_a_lesson_knows_the_kind_of_channel(tmp_path: Path):
    told = lesson("""
        - {say: s, text: Chào, wait_tap: Tiếp}
        - {say: w, text: Ở đây, when: "channel == 'web'"}
        - end: het
    """)
    async with tutor(tmp_path, book(told)) as t:
        web, phone = await t.learner("w", WEB).meets(), await t.learner("p").meets()
        for each in (web, phone):
            await each.opens("thu")
            await each.tap("Tiếp")
        assert [any("Ở đây" in message.text for message in each.heard) for each in (web, phone)] == [True, False]


# --- strange input -----------------------------------------------------------------------------------

STAGES = ["new", "consent", "name", "address", "menu", "lesson", "stopped", "delete"]


async def at_stage(t, stage: str, channel: str):
    """A learner who stands at this stage of her life with the tutor."""
    lan = t.learner("1", channel)
    if stage == "new":
        return lan
    await lan.begins()
    if stage == "consent":
        return lan
    await lan.tap("Đồng ý")
    if stage == "name":
        return lan
    await lan.tap("Bỏ qua")
    if stage == "address":
        return lan
    await lan.tap_token("a:0")
    if stage in ("lesson", "stopped"):
        await lan.opens("thu")
    if stage == "stopped":
        await lan.say("dừng")
    if stage == "delete":
        await lan.say("xóa dữ liệu")
    return lan


SECRETS = {
    "079163001234": "079163001234",
    "thẻ em 4111 1111 1111 1111 hết hạn 12/26": "4111 1111",
    "mã 482913 nhập ở đâu": "482913",
    "mật khẩu là hoasua99": "hoasua99",
    "tôi bị lừa rồi, đưa nó số 079163001234": "079163001234",
}


@CHANNELS
@pytest.mark.parametrize("stage", STAGES)
async def test_no_secret_is_kept_or_repeated_at_any_stage(tmp_path: Path, stage: str, channel: str):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await at_stage(t, stage, channel)
        for text, secret in SECRETS.items():
            await lan.say(text)
            assert lan.said, text
            assert secret not in lan.said
            kept = await t.everything()
            assert secret not in kept and secret.replace(" ", "") not in kept
        if stage in ("lesson", "menu"):
            assert "đã che đi" in "\n".join(message.text for message in lan.heard)


STRANGE = [
    Text("à lố " * 20_000),
    Text(""),
    Text("\x00\x01\x1b[31m\u202e\u200b"),
    Text("🎉💃🏽👨‍👩‍👧‍👦" * 2000),
    Text("\ud83d lẻ"),
    Text("'; DROP TABLE person; --"),
    Text("<script>alert(1)</script> {chị} {ten} {hotline_vneid} %s"),
    Text("ﷺ" * 500),
    Text("\n" * 500 + "xong"),
    *(Media(kind) for kind in ("sticker", "photo", "voice", "video", "file", "place", "contact", "other", "lạ")),
]


@CHANNELS
@pytest.mark.parametrize("stage", STAGES)
async def test_anything_at_any_stage_is_answered(tmp_path: Path, stage: str, channel: str):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await at_stage(t, stage, channel)
        for body in STRANGE:
            await lan.does(body)
            assert lan.said, repr(body)[:60]
            assert len(lan.said) < 4096 and all(message.text.strip() for message in lan.turn)
            assert "DROP" not in lan.said and "<script" not in lan.said
        assert t.intake.set_aside == 0


async def test_a_clock_that_jumps_back_stops_nothing(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await t.passes(days=-400)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.passes(days=500)
        await lan.tap("Đúng")
        assert "Ba" in lan.said


async def test_blocked_and_back(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.leaves()
        (identity,) = await t.rows("identity")
        assert identity["away"] and not lan.said
        heard = len(lan.heard)
        for _ in range(5):
            await t.passes(days=1)
        assert len(lan.heard) == heard, "nothing is sent to whoever has left"
        await lan.begins()
        assert "học tiếp bài" in lan.said and lan.last.labels == ("Tiếp",)
        (identity,) = await t.rows("identity")
        assert not identity["away"]
        await t.passes(days=1, hours=1)
        assert lan.said, "and reminders ring again"


# --- a state that cannot be read ---------------------------------------------------------------------


async def test_a_corrupt_state_is_kept_aside_and_she_goes_on(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        state = (await t.rows("session"))[0]["state"]
        damaged = str(state).replace('"step":"q"', '"step":null').replace('"v":1,"run":{', '"v":9,"run":{')
        await t.database.transact(lambda c: c.execute(update(conversations_t.session).values(state=damaged)))
        await lan.say("tiếp tục")
        assert lan.said
        kept = [row["value"] for row in await t.rows("key_value") if str(row["key"]).startswith("corrupt:")]
        assert kept == [damaged]


async def test_a_place_that_is_gone_leads_back_to_the_checkpoint(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        state = str((await t.rows("session"))[0]["state"]).replace('"step":"q"', '"step":"mat"')
        await t.database.transact(lambda c: c.execute(update(conversations_t.session).values(state=state)))
        await lan.say("ủa")
        assert "lùi lại" in lan.said and "Một" in lan.said


# --- failing updates, conflicts ----------------------------------------------------------------------


def without(book_: Book, phrase: str) -> Book:
    """The same book in which saying this sentence fails."""
    return replace(book_, phrases={key: text for key, text in book_.phrases.items() if key != phrase})


async def test_one_bad_update_is_set_aside_and_the_others_of_its_batch_are_handled(tmp_path: Path):
    async with tutor(tmp_path, without(SIMPLE, "data_shown")) as t:
        people = [await t.learner(str(at)).meets() for at in range(7)]
        bad = people[3].update(Text("xem dữ liệu"))
        await t.deliver(*(bad if each is people[3] else each.update(Text("menu")) for each in people))
        for each in people:
            assert ("chưa nhận được" if each is people[3] else "học bài nào") in each.said
        assert t.intake.set_aside == 1
        (aside,) = [row for row in await t.rows("inbox") if row["fault"]]
        assert aside["update_id"] == bad.update_id
        await t.deliver(bad)
        assert t.intake.set_aside == 1, "it is not tried again"
        await people[3].say("menu")
        assert "học bài nào" in people[3].said


async def test_a_reminder_that_fails_is_set_aside_and_does_not_ring_for_ever(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan, hoa = await t.learner("1").meets(), await t.learner("2").meets()
        await lan.opens("thu")
        await t.crash(without(SIMPLE, "reminder"))
        await t.passes(days=1)
        assert t.intake.set_aside == 1 and not lan.said and not hoa.said
        assert await t.ticker.fire() == 0
        await lan.tap("Tiếp")
        assert "Hỏi" in lan.said


async def test_what_is_set_aside_holds_no_secret_and_nothing_of_her_who_did_not_agree(tmp_path: Path):
    async with tutor(tmp_path, without(SIMPLE, "hello")) as t:
        await t.learner().say("tên em là Hoa Sữa, số 079163001234")
        assert t.intake.set_aside == 1
        kept = await t.everything()
        assert "079163001234" not in kept and "Hoa Sữa" not in kept
        assert t.learner().said, "she is told"


async def test_a_lesson_that_fails_costs_her_nothing(tmp_path: Path):
    broken = lesson("- {say: s, text: Chào, wait_tap: Tiếp, next: mat}\n- end: het")
    async with tutor(tmp_path, book(broken)) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        assert "trục trặc" in lan.said
        run = (await t.state(lan)).open_run
        assert run is not None and run.step == "s"


async def test_a_conflict_runs_the_batch_again(tmp_path: Path):
    """Another process moved her session between our reading and our writing: played by a database that does so."""
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        times = 0
        transact = t.database.transact

        async def moved_once(work):
            nonlocal times
            times += 1
            if times == 1:
                raise Conflict
            return await transact(work)

        t.conversation.database = _With(t.database, moved_once)
        await lan.tap("Đúng")
        assert times >= 2 and "Ba" in lan.said and len(await t.rows("attempt")) == 1


async def test_a_revision_that_moved_is_a_conflict_and_nothing_is_kept(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()

        def stale(connection):
            row = conversations.learners_by_chat(connection, TELEGRAM, ["1"])["1"]
            moved = update(conversations_t.session).values(revision=conversations_t.session.c.revision + 1)
            effects = t.conversation.batch(connection, [lan.update(Text("menu"))], ())
            assert row.revision + 1 == connection.scalar(select(conversations_t.session.c.revision))
            connection.execute(moved)
            conversations.write(connection, effects.writes)

        before = await t.everything()
        with pytest.raises(Conflict):
            await t.database.transact(stale)
        assert await t.everything() == before


async def test_when_the_database_is_away_nothing_is_acknowledged(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()

        async def away(work):
            raise StorageUnavailable

        t.conversation.database = _With(t.database, away)
        update_ = lan.update(Text("menu"))
        with pytest.raises(StorageUnavailable):
            await t.deliver(update_)
        t.conversation.database = t.database
        await t.deliver(update_)
        assert "học bài nào" in lan.said


class _With:
    """A database whose `transact` is another."""

    def __init__(self, database, transact) -> None:
        self.database = database
        self.transact = transact

    def __getattr__(self, name):
        return getattr(self.database, name)
