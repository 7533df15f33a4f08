"""The way in: a link through the person's own chat, or a name and a password, and where its owner wants it a one-time
code. One transaction each.

Whoever is in is known by 256 bits that her browser holds and of which only the hash is kept. Roles are read with every
request: who is demoted is out of a page at the next tap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bot.desk.one_time import OneTimeCodes
from bot.desk.passwords import hash_password, is_password
from bot.desk.policy import entering
from bot.desk.policy.entering import Failures
from bot.desk.visit import DeskVisitor
from bot.desk.words import length
from bot.errors import CamtayError
from bot.people.desk_links import DESK
from bot.people.granting import actor_of
from bot.people.policy.permissions import Actor
from bot.people.pseudonyms import Pseudonyms
from flows.saying import say
from storage.desk import entering as kept
from storage.desk.entering import AccountRow, DeskSessionRow
from storage.engine.database import Connection, Database
from storage.people import invitations, people
from storage.people.records import AuditRow

Subjects = tuple[tuple[str, int], ...]


class NotLetIn(CamtayError):
    """Tên hoặc mật khẩu chưa đúng. Thử lại, hoặc nhắn “bàn làm việc” cho Cầm Tay để lấy đường dẫn vào."""


class LinkIsOver(CamtayError):
    """Đường dẫn này đã dùng hoặc đã hết hạn. Nhắn lại “bàn làm việc” cho Cầm Tay để lấy đường dẫn mới."""


class NotTheCode(CamtayError):
    """Mã chưa đúng hoặc đã dùng. Chờ máy hiện mã mới rồi gõ lại, hay gõ một mã dự phòng."""


@dataclass(frozen=True, slots=True)
class PasswordRight:
    """`token` is what the browser is to hold; "" where a code is asked for: until that is right it holds `ticket`."""

    token: str = ""
    ticket: str = ""


class Entrance:
    def __init__(
        self, database: Database, names: Pseudonyms, now: Callable[[], datetime], new_id: Callable[[], str],
        codes: OneTimeCodes,
    ) -> None:  # fmt: skip
        self.database, self.names, self.now, self.new_id, self.codes = database, names, now, new_id, codes

    # --- in ---

    async def by_link(self, token: str, agent: str) -> str:
        """What the browser is to hold, for a link that is good. Raises LinkIsOver."""

        def work(connection: Connection) -> str | None:
            row, now = invitations.get(connection, self.names.code(token)), self.now()
            if row is None or row.kind != "desk" or row.used_at is not None or row.expires_at <= now:
                return None
            learner_id = row.learner_id or ""
            if not _acts(actor_of(connection, self.names, learner_id)):
                return None
            invitations.use(connection, row.code_hash, learner_id, now)
            return self._let_in(connection, learner_id, "link", agent)

        if (made := await self.database.transact(work)) is None:
            raise LinkIsOver
        return made

    async def by_password(self, login: str, password: str, source: str, agent: str) -> PasswordRight:
        """In, or asked for a code, for the right password. Raises NotLetIn, which tells nothing of who is here.

        `source` is the address that asks; failures of a name and of an address make both wait, longer each time.
        """
        named = self.names.of(f"login:{login.strip().lower()}")
        subjects = self._subjects(named, source)
        account = await self.database.read(lambda c: kept.account_named(c, named))
        await self._let_try(subjects)
        is_right = await is_password(password[: entering.LONGEST + 1], account.password if account else "")

        def work(connection: Connection) -> PasswordRight | None:
            acts = account is not None and _acts(actor_of(connection, self.names, account.learner_id))
            if account is None or not is_right or not acts:
                self._fail(connection, subjects)
                return None
            if self.codes.is_on(connection, account.learner_id):  # nothing is forgiven before the code is right
                return PasswordRight(ticket=self.codes.ticket(account.learner_id))
            kept.forgive(connection, named)
            return PasswordRight(self._let_in(connection, account.learner_id, "password", agent))

        if (made := await self.database.transact(work)) is None:
            raise NotLetIn
        return made

    async def by_code(self, ticket: str, typed: str, source: str, agent: str) -> str:
        """What the browser is to hold, for the right code after the right password. Raises NotTheCode, NotLetIn.

        Wrong codes count as wrong passwords do, for the same name and the same address.
        """
        holder = self.codes.holder(ticket)
        account = await self.database.read(lambda c: kept.account_of(c, holder)) if holder else None
        if account is None:
            raise NotLetIn(say("Đã lâu quá rồi: gõ lại tên và mật khẩu."))
        subjects = self._subjects(account.login, source)
        await self._let_try(subjects)

        def work(connection: Connection) -> str | None:
            learner_id = account.learner_id
            acts = _acts(actor_of(connection, self.names, learner_id))
            if not acts or not self.codes.passes(connection, learner_id, typed):
                self._fail(connection, subjects)
                return None
            kept.forgive(connection, account.login)
            return self._let_in(connection, learner_id, "code", agent)

        if (made := await self.database.transact(work)) is None:
            raise NotTheCode
        return made

    def _subjects(self, named: str, source: str) -> Subjects:
        return (named, entering.FREE_TRIES), (self.names.of(f"line:{source}"), entering.FREE_TRIES_OF_LINE)

    def _fail(self, connection: Connection, subjects: Subjects) -> None:
        now = self.now()
        for subject, _ in subjects:
            kept.count_failure(connection, subject, now, now - entering.FORGOTTEN)

    async def _let_try(self, subjects: Subjects) -> None:
        """Raises NotLetIn, with how long to wait: of a name that nobody has it is the same."""

        def look(connection: Connection) -> list[datetime]:
            failed = ((Failures(*kept.failures(connection, each)), free) for each, free in subjects)
            return [end for each, free in failed if (end := entering.waits_until(each, free)) is not None]

        now = self.now()
        wait = max(await self.database.read(look), default=now) - now
        if wait > timedelta():
            span = length(timedelta(minutes=ceil(wait / timedelta(minutes=1))))
            why = "Đã thử sai nhiều lần. Chờ {span} rồi thử lại, hoặc vào bằng đường dẫn qua chat."
            raise NotLetIn(say(why, span=span))

    def _let_in(self, connection: Connection, learner_id: str, way: str, agent: str) -> str:
        token, now = self.new_id() + self.new_id(), self.now()
        kept.expire(connection, now - entering.LASTS, now - entering.IDLE)
        words = entering.agent_in_words(agent)
        kept.add_session(connection, DeskSessionRow(entering.hashed(token), learner_id, way, words, now, now))
        self._note(connection, learner_id, f"desk_in_{way}")
        return token

    # --- there ---

    async def visitor(self, token: str, *, sees: bool = True) -> DeskVisitor | None:
        """Who holds this; None for whoever is out, or acts for nobody any more. Without `sees` nobody is known to sit
        there: a page has asked by itself."""
        if not token:
            return None
        session_hash, now = entering.hashed(token), self.now()

        def look(connection: Connection) -> tuple[DeskVisitor, datetime] | None:
            row = kept.session(connection, session_hash)
            if row is None or not entering.is_in(row.made_at, row.seen_at, now):
                return None
            actor, name = actor_of(connection, self.names, row.learner_id), people.name_of(connection, row.learner_id)
            if not _acts(actor):
                return None
            keys = entering.form_key(token), entering.box_key(token)
            return DeskVisitor(row.learner_id, name, actor, session_hash, *keys), row.seen_at

        found = await self.database.read(look)
        if found is None:
            return None
        if sees and now - found[1] >= entering.TOUCH:
            await self.database.transact(lambda c: kept.touch_session(c, session_hash, now))
        return found[0]

    async def sessions(self, learner_id: str) -> list[DeskSessionRow]:
        """The browsers of a person that are in."""
        rows, now = await self.database.read(lambda c: kept.sessions_of(c, learner_id)), self.now()
        return [row for row in rows if entering.is_in(row.made_at, row.seen_at, now)]

    async def account(self, learner_id: str) -> AccountRow | None:
        """The name to sign in with, if one is chosen."""
        return await self.database.read(lambda c: kept.account_of(c, learner_id))

    async def leave(self, learner_id: str, session_hash: str) -> None:
        """Put one browser out."""

        def work(connection: Connection) -> None:
            if kept.end_session(connection, learner_id, session_hash):
                self._note(connection, learner_id, "desk_out")

        await self.database.transact(work)

    async def leave_all(self, learner_id: str, but: str) -> int:
        """Put all browsers of a person out, `but` the one that asks; how many."""

        def work(connection: Connection) -> int:
            ended = kept.end_sessions(connection, learner_id, but)
            self._note(connection, learner_id, "desk_out_all")
            return ended

        return await self.database.transact(work)

    async def choose_password(self, learner_id: str, login: str, password: str, session: str) -> None:
        """Set name and password anew; other browsers are put out. Raises CamtayError with what is wrong."""
        login = login.strip().lower()
        if fault := entering.login_fault(login) or entering.password_fault(password, login):
            raise CamtayError(fault)
        named, made = self.names.of(f"login:{login}"), await hash_password(password)

        def work(connection: Connection) -> bool:
            there = kept.account_named(connection, named)
            if there is not None and there.learner_id != learner_id:
                return False
            kept.put_account(connection, AccountRow(learner_id, named, login, made, self.now()))
            kept.end_sessions(connection, learner_id, session)
            self._note(connection, learner_id, "desk_password")
            return True

        if not await self.database.transact(work):
            raise CamtayError(say("Tên đăng nhập này đã có người dùng; chọn tên khác."))

    def _note(self, connection: Connection, learner_id: str, what: str) -> None:
        by = self.names.of(learner_id)
        people.note(connection, AuditRow(self.now(), by, what, by, ""))


def _acts(actor: Actor) -> bool:
    """Whether the desk has anything for her."""
    return any(grant.active and grant.role in DESK for grant in actor.grants)
