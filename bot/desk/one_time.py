"""A one-time code beside the password: switched on by its owner, asked for after the password, ten spare ones on paper.

Whoever lost both comes in by a link, in the own chat or from the command line, and switches it off.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.desk.policy import one_time
from bot.desk.sealing import seal, unseal
from bot.errors import CamtayError
from bot.people.pseudonyms import Pseudonyms
from flows.saying import say
from storage.desk import entering as entered
from storage.desk import one_time as kept
from storage.engine.database import Connection, Database
from storage.people import people
from storage.people.records import AuditRow

SECRET, TICKET = "desk.one_time", "desk.ticket"


@dataclass(frozen=True, slots=True)
class OneTimeState:
    """`on_since` is when it was switched on, None where it is not; `secret` and `link` are shown until a first code was
    right; `spares` are left."""

    on_since: datetime | None = None
    secret: str = ""
    link: str = ""
    spares: int = 0


class OneTimeCodes:
    """`title` is what programs on a phone show beside the code."""

    def __init__(
        self, database: Database, names: Pseudonyms, now: Callable[[], datetime], new_id: Callable[[], str], title: str
    ) -> None:
        self._database, self._names, self._now, self._new_id, self._title = database, names, now, new_id, title

    # --- hers to switch ---

    async def state(self, learner_id: str) -> OneTimeState:
        """How it stands with her."""
        row, spares, account = await self._database.read(
            lambda c: (kept.get(c, learner_id), kept.spares(c, learner_id), entered.account_of(c, learner_id))
        )
        if row is None or account is None:
            return OneTimeState()
        if row.on_since is not None:
            return OneTimeState(row.on_since, spares=spares)
        secret = self._secret(row)
        if secret is None or self._now() - row.made_at >= one_time.UNCONFIRMED_LASTS:
            return OneTimeState()
        return OneTimeState(
            None, one_time.shown(secret), _totp(secret).get_provisioning_uri(account.shown, self._title)
        )

    async def begin(self, learner_id: str) -> None:
        """Make a secret to be put into a phone. Raises CamtayError where there is no password, or it is on already."""
        made = base64.b64encode(secrets.token_bytes(one_time.SECRET_BYTES)).decode()
        sealed = seal(self._names.key(SECRET), made, learner_id)

        def work(connection: Connection) -> None:
            if entered.account_of(connection, learner_id) is None:
                raise CamtayError(say("Đặt mật khẩu trước; mã một lần chỉ hỏi sau mật khẩu."))
            row = kept.get(connection, learner_id, locked=True)
            if row is not None and row.on_since is not None:
                raise CamtayError(say("Mã một lần đang bật; muốn đổi máy thì tắt rồi bật lại."))
            kept.begin(connection, learner_id, sealed, self._now())

        await self._database.transact(work)

    async def confirm(self, learner_id: str, typed: str, session: str) -> list[str]:
        """Switch it on by a first code; other browsers are put out. The spare codes. Raises CamtayError."""
        made = self._new_spares()

        def work(connection: Connection) -> bool:
            row = kept.get(connection, learner_id, locked=True)
            if row is None or row.on_since is not None or self._used(connection, row, typed) is None:
                return False
            kept.turn_on(connection, learner_id, self._now())
            self._put(connection, learner_id, made)
            entered.end_sessions(connection, learner_id, session)
            self._note(connection, learner_id, "desk_code_on")
            return True

        if not await self._database.transact(work):
            raise CamtayError(say("Mã chưa đúng. Chờ máy hiện mã mới rồi gõ lại; giờ trên máy phải đúng."))
        return made

    async def renew_spares(self, learner_id: str) -> list[str]:
        """Ten spare codes instead of those she had. Raises CamtayError where it is not on."""
        made = self._new_spares()

        def work(connection: Connection) -> None:
            row = kept.get(connection, learner_id, locked=True)
            if row is None or row.on_since is None:
                raise CamtayError(say("Mã một lần đang tắt."))
            self._put(connection, learner_id, made)
            self._note(connection, learner_id, "desk_spares")

        await self._database.transact(work)
        return made

    async def turn_off(self, learner_id: str) -> None:
        """Nothing but the password is asked for any more."""

        def work(connection: Connection) -> None:
            row = kept.get(connection, learner_id, locked=True)
            kept.drop(connection, learner_id)
            if row is not None and row.on_since is not None:
                self._note(connection, learner_id, "desk_code_off")

        await self._database.transact(work)

    # --- asked for ---

    def is_on(self, connection: Connection, learner_id: str) -> bool:
        """Whether a code is asked for after her password."""
        row = kept.get(connection, learner_id)
        return row is not None and row.on_since is not None

    def passes(self, connection: Connection, learner_id: str, typed: str) -> bool:
        """Whether this is a good code of hers, or a spare one; it is worth nothing from now on."""
        row = kept.get(connection, learner_id, locked=True)
        if row is None or row.on_since is None:
            return False
        if self._used(connection, row, typed) is not None:
            return True
        spare = one_time.spare_of(typed)
        if not spare or not kept.spend(connection, learner_id, self._hashed(learner_id, spare)):
            return False
        self._note(connection, learner_id, "desk_spare_used")
        return True

    def ticket(self, learner_id: str) -> str:
        """What a browser holds between the right password and the code; it is nobody's to read or make."""
        return seal(self._names.key(TICKET), json.dumps([learner_id, self._now().timestamp()]), TICKET)

    def holder(self, ticket: str) -> str | None:
        """Whose ticket it is; None once its time is over."""
        text = unseal(self._names.key(TICKET), ticket, TICKET)
        if text is None:
            return None
        learner_id, at = json.loads(text)
        return str(learner_id) if 0 <= self._now().timestamp() - at < one_time.TICKET_LASTS.total_seconds() else None

    # --- kept ---

    def _used(self, connection: Connection, row: kept.OneTimeRow, typed: str) -> int | None:
        secret = self._secret(row)
        if secret is None:
            return None
        step = one_time.used_step(typed, self._now(), row.last_step, lambda step: code_at(secret, step))
        if step is not None:
            kept.use(connection, row.learner_id, step)
        return step

    def _secret(self, row: kept.OneTimeRow) -> bytes | None:
        """None where the data folder's key is another's: then only a link leads in."""
        text = unseal(self._names.key(SECRET), row.sealed, row.learner_id)
        return None if text is None else base64.b64decode(text)

    def _new_spares(self) -> list[str]:
        return [one_time.new_spare(self._new_id() + self._new_id()) for _ in range(one_time.SPARES)]

    def _put(self, connection: Connection, learner_id: str, made: list[str]) -> None:
        kept.put_spares(connection, learner_id, [self._hashed(learner_id, one_time.spare_of(each)) for each in made])

    def _hashed(self, learner_id: str, spare: str) -> str:
        return self._names.code(f"spare:{learner_id}:{spare}")

    def _note(self, connection: Connection, learner_id: str, what: str) -> None:
        by = self._names.of(learner_id)
        people.note(connection, AuditRow(self._now(), by, what, by, ""))


def code_at(secret: bytes, step: int) -> str:
    """The code of one step."""
    made: bytes = _totp(secret).generate(step * one_time.STEP_S)
    return made.decode()


def _totp(secret: bytes):  # type: ignore[no-untyped-def]  # the library's own type would have to be imported for it
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    return TOTP(secret, one_time.DIGITS, SHA1(), one_time.STEP_S)
