"""Two persons who may be one woman, looked at before anything is joined: what becomes one, what ends, who stays.

Nobody but she joins them: whoever looks makes a code, which is typed on the phone of the one who becomes part of the
other. For a week it is undone on that phone.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import CamtayError
from bot.people.granting import grants_of, is_held
from bot.people.policy.permissions import ACTING, Actor
from bot.people.service import People
from flows.saying import Sentence, joined, say
from storage.desk import person as kept
from storage.desk.person import PartnerRow, SheetRow
from storage.engine.database import Connection
from storage.people.areas import AreaRow


@dataclass(frozen=True, slots=True)
class JoinSide:
    """One of the two: `acts` where a role lets her act on others, or a suspension holds one back."""

    learner_id: str
    area: str
    sheet: SheetRow
    acts: bool

    @property
    def name(self) -> str:
        """As lists say it, else as the tutor does."""
        return ", ".join(self.sheet.detail.listed) or self.sheet.name or "?"

    @property
    def done(self) -> set[str]:
        """The lessons that were finished."""
        return {each.lesson for each in self.sheet.lessons if each.done_at is not None}

    @property
    def guides(self) -> list[PartnerRow]:
        """The instructor who guides this person, if there is one."""
        return [each for each in self.sheet.partners if each.guides]


@dataclass(frozen=True, slots=True)
class JoinPreview:
    """`stays` keeps her name, roles and phone; `goes` becomes part of her. `lines` say what that comes to, `against`
    why it is impossible ("" where it is not)."""

    stays: JoinSide
    goes: JoinSide
    lines: tuple[Sentence, ...]
    against: str


async def preview(service: People, actor: Actor, person_id: str, other_id: str) -> JoinPreview:
    """What joining these two would come to. Raises NotAllowed, NobodyThere, CamtayError where it is one person."""
    if person_id == other_id:
        raise CamtayError(say("Đây là cùng một người rồi."))

    def side(connection: Connection, place: AreaRow, learner_id: str) -> JoinSide:
        acting = any(each.role in ACTING for each in grants_of(connection, learner_id))
        acts = acting or is_held(connection, service.services.names, learner_id)
        return JoinSide(learner_id, place.name, kept.sheet(connection, learner_id), acts)

    both = [
        await service.about(actor, "see_people", each, lambda c, place, each=each: side(c, place, each))  # type: ignore[misc]
        for each in (person_id, other_id)
    ]
    goes, stays = sorted(both, key=lambda each: (each.acts, len(each.done), -each.sheet.created_at.timestamp()))
    return JoinPreview(stays, goes, tuple(_lines(stays, goes)), _against(stays, goes))


def _against(stays: JoinSide, goes: JoinSide) -> str:
    if goes.acts:
        return say("Cả hai đều có vai giao việc trên người khác: thu lại mã đã giao vai cho một bên rồi hãy gộp.")
    if stays.sheet.detail.consent != "agreed":
        return say("{name} chưa đồng ý lưu gì, nên chưa gộp được.", name=stays.name)
    return ""


def _lines(stays: JoinSide, goes: JoinSide) -> list[Sentence]:
    """What stays, what comes along, what ends; the ending things are named."""
    one, other, both = stays.name, goes.name, len(stays.done | goes.done)
    found = [say("Tên gọi và vai của {one} được giữ; dòng trong danh sách của cả hai là của một người.", one=one)]
    found.append(say("Bài đã xong của cả hai được giữ: {n} bài; điều đã vững và huy hiệu cũng vậy.", n=both))
    if stays.sheet.lesson and goes.sheet.lesson:
        found.append(say("Hai bài đang học dở đều còn: bài bắt đầu sau học tiếp trước, bài kia chờ trong thực đơn."))
    if stays.guides and goes.guides:
        ends = joined(each.name or "?" for each in goes.guides)
        found.append(say("Cả hai đều có người chỉ: đôi với {name} kết thúc.", name=ends))
    elif goes.guides:
        found.append(say("Đôi 1+1 với {name} đi theo.", name=joined(each.name or "?" for each in goes.guides)))
    if waits := sum(each.state != "closed" for each in goes.sheet.requests):
        found.append(say("{n} điều đang nhờ đi theo.", n=waits))
    found.append(say("Từ đó không còn {other} riêng nữa: cả hai máy là của một người.", other=other))
    found.append(say("Gộp nhầm thì trong bảy ngày, nhắn “tách máy” trên máy vừa gõ mã: máy nào trở lại như cũ máy đó."))
    return found
