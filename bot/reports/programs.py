"""The union's models: begun in an area for a year, joined, left, ended by its officers. One transaction each.

Who may and what is refused is decided where it is for everything officers do: `bot.people.service`.
"""

from __future__ import annotations

from bot.errors import CamtayError
from bot.people.policy.lists.words import is_formula
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere, People
from flows.saying import say
from storage.engine.database import Connection
from storage.people import people
from storage.people.areas import AreaRow
from storage.programs import programs as kept
from storage.programs.records import ProgramRow

FAMILY = "family"
KINDS = {
    FAMILY: say("Gia đình số"),
    "club": say("CLB Phụ nữ số"),
    "branch": say("Chi hội số"),
    "team": say("Tổ công nghệ số cộng đồng"),
}
LONGEST_NAME = 60  # characters
ACTION = "models"


class NotSo(CamtayError):
    """Việc này không làm được với mô hình ấy."""


class Programs(People):
    """The union's programs. Every act names its actor; outside the own area it is refused in a sentence and audited."""

    async def add(self, actor: Actor, kind: str, area_id: str, name: str, year: int) -> ProgramRow:
        """Begin a model. Raises NotAllowed, NobodyThere, NotSo."""
        called = _named(name)

        def work(connection: Connection, place: AreaRow) -> ProgramRow:
            row = ProgramRow(self.new_id()[:12], kind, place.area_id, called, year)
            kept.add(connection, row)
            self.note(connection, actor, f"model_added_{kind}", "", place.area_id)
            return row

        return await self.act(actor, ACTION, area_id, work)

    async def under(
        self, actor: Actor, area_id: str, year: int | None = None, kind: str | None = None, limit: int | None = None
    ) -> list[tuple[ProgramRow, str]]:
        """The models of an area and below, with the name of theirs. Raises NotAllowed, NobodyThere."""
        return await self.act(actor, ACTION, area_id, lambda c, place: kept.under(c, place.path, year, kind, limit))

    async def members(self, actor: Actor, model_id: str) -> list[tuple[str, str]]:
        """(id, name) of those who belong to it. Raises NotAllowed, NobodyThere."""
        row = await self._model(model_id)
        return await self.act(actor, ACTION, row.area_id, lambda c, _: kept.members(c, row.model_id))

    async def join(self, actor: Actor, model_id: str, learner_id: str) -> None:
        """Somebody of the actor's own area belongs to it from now on. Raises NotAllowed, NobodyThere, NotSo."""
        row = await self._model(model_id)

        def work(connection: Connection, place: AreaRow) -> None:
            if people.consent_of(connection, learner_id) != "agreed":
                raise NobodyThere
            if row.ended_at is not None:
                raise NotSo(say("Mô hình này đã kết thúc, không thêm người được."))
            if kept.join(connection, row.model_id, learner_id, self.now()):
                self.note(connection, actor, "model_joined", learner_id, place.area_id)

        await self.about(actor, ACTION, learner_id, lambda c, _: None)  # she must be one of the actor's as well
        await self.act(actor, ACTION, row.area_id, work)

    async def leave(self, actor: Actor, model_id: str, learner_id: str) -> None:
        """Take somebody out of a program. Raises NotAllowed, NobodyThere, NotSo."""
        row = await self._model(model_id)

        def work(connection: Connection, place: AreaRow) -> None:
            if not kept.leave(connection, row.model_id, learner_id):
                raise NotSo(say("Người này không ở trong mô hình ấy."))
            self.note(connection, actor, "model_left", learner_id, place.area_id)

        await self.act(actor, ACTION, row.area_id, work)

    async def move(self, actor: Actor, model_id: str, area_id: str) -> None:
        """It is another area's from now on, with its members. Raises NotAllowed, NobodyThere, NotSo."""
        row = await self._model(model_id)
        await self.act(actor, ACTION, row.area_id, lambda c, _: None)  # hers where it is, and where it goes

        def work(connection: Connection, place: AreaRow) -> None:
            if row.ended_at is not None or not kept.move(connection, row.model_id, place.area_id):
                raise NotSo(say("Mô hình này đã kết thúc, không chuyển được."))
            self.note(connection, actor, "model_moved", "", place.area_id)

        await self.act(actor, ACTION, area_id, work)

    async def rename(self, actor: Actor, model_id: str, name: str) -> None:
        """It is called so from now on. Raises NotAllowed, NobodyThere, NotSo."""
        row, called = await self._model(model_id), _named(name)

        def work(connection: Connection, place: AreaRow) -> None:
            if not kept.rename(connection, row.model_id, called):
                raise NotSo(say("Mô hình này đã kết thúc, không đổi tên được."))
            self.note(connection, actor, "model_renamed", "", place.area_id)

        await self.act(actor, ACTION, row.area_id, work)

    async def other_families(self, actor: Actor, model_id: str, learner_id: str) -> list[str]:
        """What the other model families of this year are called to which a member of one belongs, too; nothing of other
        kinds. Raises NotAllowed, NobodyThere."""
        row = await self._model(model_id)
        if row.kind != FAMILY:
            return []
        return await self.act(
            actor, ACTION, row.area_id, lambda c, _: kept.families_of(c, FAMILY, row.year, learner_id, model_id)
        )

    async def end(self, actor: Actor, model_id: str) -> None:
        """End a program; who belonged to it stays written down. Raises NotAllowed, NobodyThere, NotSo."""
        row = await self._model(model_id)

        def work(connection: Connection, place: AreaRow) -> None:
            if not kept.end(connection, row.model_id, self.now()):
                raise NotSo(say("Mô hình này đã kết thúc trước đó rồi."))
            self.note(connection, actor, "model_ended", "", place.area_id)

        await self.act(actor, ACTION, row.area_id, work)

    async def _model(self, model_id: str) -> ProgramRow:
        """Where a model is is read here, never taken from who asks."""
        row = await self.database.read(lambda c: kept.get(c, model_id))
        if row is None:
            raise NobodyThere(say("Không có mô hình nào mang mã “{model_id}”.", model_id=model_id[:40]))
        return row


def _named(name: str) -> str:
    """What was typed, as it is kept. Raises NotSo."""
    called = " ".join(name.split())
    if not any(map(str.isalpha, called)) or len(called) > LONGEST_NAME or is_formula(called):
        why = "Tên mô hình phải có chữ, dài nhất {most} chữ, không bắt đầu như một công thức."
        raise NotSo(say(why, most=LONGEST_NAME))
    return called
