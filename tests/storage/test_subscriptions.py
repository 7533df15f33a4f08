"""Browsers that are rung, on both databases: a knock that waits is one, joins what comes, and is ended once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from storage.conversations import conversations, leaving, subscriptions
from storage.conversations import tables as conversations_t
from storage.conversations.records import DueKnock, KnockEnd, KnockRow, SubscriptionRow
from storage.engine.database import Database
from storage.engine.instants import to_ms
from storage.people import forgetting
from storage.people import tables as people_t
from storage.people.records import PersonRow
from tests.support.world import START


def browser(name: str) -> SubscriptionRow:
    return SubscriptionRow(f"https://push.example/{name}", "key", "secret")


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def meet(database: Database, learner_id: str, *chats: str) -> None:
    """A person at these chats, the conversation at the first."""
    person = PersonRow(learner_id, "Lan", "chị/em", "agreed")
    await database.transact(lambda c: conversations.add_learner(c, person, "web", chats[0], START))
    more = [
        {"channel": "web", "chat_id": each, "learner_id": learner_id, "away": False, "created_at": 1}
        for each in chats[1:]
    ]
    if more:
        await database.transact(lambda c: c.execute(insert(people_t.identity), more))


async def keep(database: Database, chat: str, name: str, at: float = 0) -> bool:
    return await database.transact(lambda c: subscriptions.keep(c, "web", chat, browser(name), after(at)))


async def knock(
    database: Database, learner_id: str, at: float, *, since: float | None = None, urgent: bool = False, text: str = "?"
) -> None:
    row = KnockRow(learner_id, text, after(at), after(at if since is None else since), urgent)
    await database.transact(lambda c: subscriptions.knock(c, [row]))


async def take(database: Database, at: float, limit: int = 10, **more: bool) -> list[DueKnock]:
    until = after(at + 20)
    return await database.transact(lambda c: subscriptions.take_due(c, after(at), until, limit, **more))


async def end(database: Database, *ends: KnockEnd) -> None:
    await database.transact(lambda c: subscriptions.end(c, ends))


def names(found: list[DueKnock]) -> list[str]:
    return [each.to.endpoint.rpartition("/")[2] for each in found]


async def test_every_browser_of_a_person_is_rung_wherever_the_conversation_is(database: Database):
    await meet(database, "p1", "chat-1", "chat-2")
    await meet(database, "p2", "chat-3")
    assert [await keep(database, chat, name) for chat, name in (("chat-1", "a"), ("chat-2", "b"), ("chat-3", "c"))]
    assert not await keep(database, "nobody", "d"), "of whoever is not known nothing is kept"
    await knock(database, "p1", 0)
    found = await take(database, 0)
    assert names(found) == ["a", "b"] and {each.chat_id for each in found} == {"chat-1"}
    assert not await take(database, 1), "whoever takes a knock has it"
    assert names(await take(database, 20)) == ["a", "b"], "unless it dies meanwhile"


async def test_lines_that_come_while_one_waits_join_it(database: Database):
    await meet(database, "p1", "chat-1")
    await keep(database, "chat-1", "a")
    await knock(database, "p1", 100, since=0, text="first")
    await knock(database, "p1", 200, since=1, text="second")
    assert not await take(database, 99)
    await knock(database, "p1", 2, urgent=True, text="third")
    (found,) = await take(database, 2)
    assert (found.text, found.urgent, found.since) == ("third", True, after(0))
    await knock(database, "p1", 3, text="fourth")
    await end(database, KnockEnd(found.to.endpoint, found.no, after(3), rung=True))
    (later,) = await take(database, 3)
    assert (later.text, later.no) == ("fourth", found.no + 1), "what has left ends nothing that came meanwhile"
    await end(database, KnockEnd(later.to.endpoint, later.no, after(3), rung=True))
    assert not await take(database, 1000)
    await knock(database, "p1", 1000, text="fifth")
    (fresh,) = await take(database, 1000)
    assert (fresh.urgent, fresh.since) == (False, after(1000))


async def test_a_knock_that_did_not_get_through_is_counted_and_comes_again(database: Database):
    await meet(database, "p1", "chat-1")
    await keep(database, "chat-1", "a")
    await knock(database, "p1", 0)
    (found,) = await take(database, 0)
    await end(database, KnockEnd(found.to.endpoint, found.no, after(1), again_at=after(30), tries=1))
    assert not await take(database, 29)
    (again,) = await take(database, 30)
    assert (again.tries, again.no) == (1, found.no)
    await end(database, KnockEnd(found.to.endpoint, found.no, after(31), gone=True))
    assert not await database.read(lambda c: subscriptions.is_rung(c, "web", "chat-1"))


async def test_the_urgent_come_first_and_alone_where_there_is_no_room(database: Database):
    for at in range(3):
        await meet(database, f"p{at}", f"chat-{at}")
        await keep(database, f"chat-{at}", f"b{at}")
        await knock(database, f"p{at}", at, urgent=at == 2)
    assert names(await take(database, 5, urgent_only=True)) == ["b2"]
    assert names(await take(database, 5, limit=1)) == ["b0"]


async def test_what_was_read_on_one_is_taken_from_the_others(database: Database):
    await meet(database, "p1", "chat-1", "chat-2")
    await keep(database, "chat-1", "a")
    await keep(database, "chat-2", "b")
    await knock(database, "p1", 0)
    for each in await take(database, 0):
        await end(database, KnockEnd(each.to.endpoint, each.no, after(0), rung=True))
    await knock(database, "p1", 500, since=1)
    assert await database.transact(lambda c: subscriptions.looked(c, "web", "chat-1", after(2)))
    (close,) = await take(database, 600)
    assert (names([close]), close.text) == (["b"], ""), "and what still waited rings nobody"
    await end(database, KnockEnd(close.to.endpoint, close.no, after(600)))
    assert not await database.transact(lambda c: subscriptions.looked(c, "web", "chat-2", after(601)))


async def test_who_writes_anywhere_has_read_it(database: Database):
    await meet(database, "p1", "chat-1")
    await keep(database, "chat-1", "a")
    await knock(database, "p1", 0)
    (found,) = await take(database, 0)
    await end(database, KnockEnd(found.to.endpoint, found.no, after(10), rung=True))
    assert await database.read(lambda c: subscriptions.waits(c, after(11))) == (False, False)
    heard = update(conversations_t.session).values(seen_at=to_ms(after(12)))
    await database.transact(lambda c: c.execute(heard))
    assert await database.read(lambda c: subscriptions.waits(c, after(13))) == (False, True)
    await database.transact(lambda c: subscriptions.close_read(c, after(13)))
    (close,) = await take(database, 13)
    assert close.text == "" and close.seen_at == after(12)


async def test_what_is_newer_than_what_was_read_rings(database: Database):
    """Read at ten seconds what rang at one; what came at twenty waits while that is found out."""
    await meet(database, "p1", "chat-1", "chat-2")
    await keep(database, "chat-1", "a")
    await knock(database, "p1", 1)
    (found,) = await take(database, 1)
    await end(database, KnockEnd(found.to.endpoint, found.no, after(1), rung=True))
    heard = update(conversations_t.session).values(seen_at=to_ms(after(10)))
    await database.transact(lambda c: c.execute(heard))
    await knock(database, "p1", 20, urgent=True)
    await database.transact(lambda c: subscriptions.close_read(c, after(21)))
    (newer,) = await take(database, 21)
    assert (newer.text, newer.urgent) == ("?", True)
    await database.transact(lambda c: subscriptions.close_read(c, after(22)))
    await end(database, KnockEnd(newer.to.endpoint, newer.no, after(23), rung=True))
    assert await database.read(lambda c: subscriptions.waits(c, after(24))) == (False, False)


async def test_since_when_it_waits_is_counted_from_what_was_not_read(database: Database):
    await meet(database, "p1", "chat-1")
    await keep(database, "chat-1", "a")
    await knock(database, "p1", 100, since=1)
    await knock(database, "p1", 100, since=2)
    heard = update(conversations_t.session).values(seen_at=to_ms(after(3)))
    await database.transact(lambda c: c.execute(heard))
    await knock(database, "p1", 100, since=4)
    await knock(database, "p1", 100, since=5)
    (found,) = await take(database, 100)
    assert (found.since, found.seen_at) == (after(4), after(3))


async def test_a_cry_that_waits_rings_though_a_page_was_just_looked_at(database: Database):
    await meet(database, "p1", "chat-1")
    await keep(database, "chat-1", "a")
    await knock(database, "p1", 1, urgent=True)
    await database.transact(lambda c: subscriptions.looked(c, "web", "chat-1", after(2)))
    assert [each.urgent for each in await take(database, 2)] == [True]


async def test_an_address_has_few_browsers_and_a_browser_one_address(database: Database):
    await meet(database, "p1", "chat-1")
    await meet(database, "p2", "chat-2")
    for at in range(5):
        await keep(database, "chat-1", f"b{at}", at)
    await keep(database, "chat-2", "b4", 9)
    for learner in ("p1", "p2"):
        await knock(database, learner, 0)
    assert sorted(names(await take(database, 0))) == ["b2", "b3", "b4"]
    await database.transact(lambda c: subscriptions.forget(c, "web", "chat-1", browser("b4").endpoint))
    assert await database.read(lambda c: subscriptions.is_rung(c, "web", "chat-2")), "only one's own can be forgotten"
    await database.transact(lambda c: subscriptions.forget(c, "web", "chat-2", browser("b4").endpoint))
    assert not await database.read(lambda c: subscriptions.is_rung(c, "web", "chat-2"))


@pytest.mark.parametrize("consent", ["new", "asked", "declined"])
async def test_of_who_has_not_agreed_no_browser_is_kept(database: Database, consent: str):
    person = PersonRow("p1", "", "chị/em", consent)
    await database.transact(lambda c: conversations.add_learner(c, person, "web", "chat-1", START))
    assert not await keep(database, "chat-1", "a")


async def test_who_withdraws_is_rung_no_more(database: Database):
    await meet(database, "p1", "chat-1")
    await meet(database, "p2", "chat-2")
    await keep(database, "chat-1", "a")
    await keep(database, "chat-2", "b")
    await database.transact(lambda c: forgetting.forget_belonging(c, "p1"))
    kept = await database.read(lambda c: list(c.scalars(conversations_t.subscription.select())))
    assert kept == [browser("b").endpoint]


async def test_it_goes_with_its_person_and_stands_in_the_export_without_keys(database: Database):
    await meet(database, "p1", "chat-1")
    await meet(database, "p2", "chat-2")
    await keep(database, "chat-1", "a")
    await keep(database, "chat-2", "b")
    (row,) = (await database.read(lambda c: forgetting.export(c, "p1")))["subscription"]
    assert row == {
        "endpoint": browser("a").endpoint, "channel": "web", "created_at": to_ms(START), "looked_at": to_ms(START),
    }  # fmt: skip
    await database.transact(lambda c: leaving.forget_person(c, "p1"))
    kept = await database.read(lambda c: list(c.scalars(conversations_t.subscription.select())))
    assert kept == [browser("b").endpoint]


async def test_nobody_to_ring_is_no_work(database: Database):
    await knock(database, "nobody", 0)
    assert not await take(database, 0)
    assert await database.read(lambda c: subscriptions.waits(c, after(0))) == (False, False)
