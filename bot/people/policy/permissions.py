"""Who may do what where: one table of acts, asked by the command line, the chat and the web alike. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from flows.saying import say

ROLES = ("learner", "instructor", "officer", "editor", "admin")

ACTING = frozenset(ROLES) - {"learner"}
"""What lets somebody see or change what is another person's."""

OPERATOR_NAME = "operator"
"""What the audit calls whoever has the machine in hand: the command line."""

OFFICERS, ADMINS = frozenset({"officer", "admin"}), frozenset({"admin"})

INVITES = say("Chị chỉ mời được người vào địa bàn mình phụ trách; cán bộ thì do cấp trên mời.")
BEYOND = say("Chị ấy do cấp trên tạm dừng; chỉ cấp ấy trở lên mới mở lại được.")
ELSEWHERE = say("Ngoài địa bàn mình phụ trách, chị chỉ xem được số chung của xã, phường và của tỉnh.")
ABOVE = say("Vai trò này của chị ấy do cấp trên giao; chỉ cấp trên mới tạm dừng được.")


@dataclass(frozen=True, slots=True)
class Permission:
    """One act: the `roles` that carry it, each within its own area and below; the sentence of a refusal.

    `from_above`: nobody but an admin does it at her own level: a ward's officer makes officers of its branches, not of
    the ward. A chat refuses by its own phrase, in its reader's language.
    """

    roles: frozenset[str]
    refusal: str
    from_above: bool = False


PERMISSIONS: Mapping[str, Permission] = {
    "see_people": Permission(OFFICERS, say("Chị chỉ xem được danh sách của địa bàn mình phụ trách.")),
    "import": Permission(OFFICERS, say("Chị chỉ nhập được danh sách cho địa bàn mình phụ trách.")),
    "invite_learner": Permission(OFFICERS, INVITES),
    "invite_instructor": Permission(OFFICERS, INVITES),
    "invite_officer": Permission(OFFICERS, INVITES, from_above=True),
    "invite_editor": Permission(ADMINS, INVITES, from_above=True),
    "invite_admin": Permission(ADMINS, INVITES, from_above=True),
    "approve": Permission(OFFICERS, say("Chị chỉ duyệt được người chỉ bài trong địa bàn mình phụ trách.")),
    "vouch": Permission(
        OFFICERS, say("Chị chỉ cấp mã đổi máy hay cho thoát máy được với người trong địa bàn mình phụ trách.")
    ),
    "suspend": Permission(OFFICERS, say("Chị chỉ tạm dừng được người trong địa bàn mình phụ trách.")),
    "export": Permission(OFFICERS, say("Chị chỉ xem được dữ liệu của người trong địa bàn mình phụ trách.")),
    "correct": Permission(OFFICERS, say("Chị chỉ sửa được dữ liệu của người trong địa bàn mình phụ trách.")),
    "withdraw": Permission(OFFICERS, say("Chị chỉ rút lời đồng ý giúp được người trong địa bàn mình phụ trách.")),
    "delete": Permission(OFFICERS, say("Chị chỉ xóa được dữ liệu của người trong địa bàn mình phụ trách.")),
    "announce": Permission(OFFICERS, say("Chị chỉ gửi hay dừng được tin của địa bàn mình phụ trách.")),
    "meet": Permission(OFFICERS, say("Chị chỉ họp được với địa bàn mình phụ trách.")),
    "report": Permission(OFFICERS, ELSEWHERE),
    "drill": Permission(OFFICERS, say("Chị chỉ dừng hay mở được bài thử của địa bàn mình phụ trách.")),
    "see_counts": Permission(OFFICERS | {"editor"}, ELSEWHERE),
    "record": Permission(ADMINS | {"editor"}, say("Chị chưa được giao thu tiếng cho bài học.")),
    "edit_lessons": Permission(ADMINS | {"editor"}, say("Chị chưa được giao soạn bài học.")),
    "see_unheard": Permission(ADMINS | {"editor"}, say("Câu máy chưa hiểu chỉ người soạn bài và quản trị xem được.")),
    "operate": Permission(ADMINS, say("Trang vận hành chỉ quản trị xem được.")),
    "see_audit": Permission(ADMINS, say("Sổ việc đã làm chỉ quản trị xem được.")),
    "models": Permission(
        OFFICERS, say("Chị chỉ lo được mô hình của địa bàn mình phụ trách, với người của địa bàn ấy.")
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within an area; `path` is the area's ("/" is everywhere)."""

    role: str
    path: str
    active: bool = True

    def carries(self, act: str, path: str) -> bool:
        """Whether it allows the act in the area at `path` ("" is nowhere: nobody may)."""
        permission = PERMISSIONS.get(act)
        if permission is None or not self.active or self.role not in permission.roles or not self.holds(path):
            return False
        return not permission.from_above or self.role == "admin" or path != self.path

    def holds(self, path: str) -> bool:
        """Whether an area is its own or lies below."""
        return self.path.startswith("/") and self.path.endswith("/") and path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the roles of this moment; `name` is what the audit calls her: a pseudonym."""

    name: str
    grants: tuple[Grant, ...]

    def may(self, act: str, path: str) -> bool:
        """Whether one of her roles allows the act in the area at `path`."""
        return any(grant.carries(act, path) for grant in self.grants)

    def paths(self, act: str) -> list[str]:
        """The areas of hers in which she may."""
        return [grant.path for grant in self.grants if grant.carries(act, grant.path)]

    def reach(self, act: str, paths: Collection[str]) -> str:
        """The widest area within which she may, of those that hold one of `paths`."""
        wide = [grant.path for grant in self.grants if any(grant.carries(act, path) for path in paths)]
        return min(wide, key=len, default=min(paths, key=len, default="/"))

    def may_give(self, held: Iterable[Grant]) -> bool:
        """Whether she may give each of these roles where it is held."""
        return all(self.may(f"invite_{grant.role}", grant.path) for grant in held)

    def may_end(self, role: str, held: Collection[Grant]) -> bool:
        """Whether she may end a role wherever it is held: what is given from above is ended from above."""
        permission = PERMISSIONS.get(f"invite_{role}")
        return permission is None or not permission.from_above or self.may_give(held)

    def may_lift(self, paths: Iterable[str]) -> bool:
        """Whether her right reaches as far as that of those who suspended (`paths`)."""
        return all(self.may("suspend", path) for path in paths)

    def may_list(self, role: str, path: str) -> bool:
        """Whether a line of a list may bring this role to an area."""
        return self.may("import", path) and self.may_end(role, [Grant(role, path)])

    def may_vouch(self, home: str, held: Iterable[Grant], *, guides: bool) -> bool:
        """Whether she lets somebody in again who lives at `home` and holds these roles: an officer people of her areas,
        an instructor whom she `guides`; who acts on others herself, only whoever may give such roles."""
        if acting := [grant for grant in held if grant.role in ACTING]:
            return self.may_give(acting)
        teaches = any(grant.active and grant.role == "instructor" for grant in self.grants)
        return (teaches and guides) or self.may("vouch", home)

    def may_report(self, path: str, *, is_whole: bool) -> bool:
        """Whether she sees an area's figures: her own's, another's only where it `is_whole`, a ward or the province."""
        return self.may("report", path) or (is_whole and bool(self.paths("see_counts")))


OPERATOR = Actor(OPERATOR_NAME, (Grant("admin", "/"),))
"""Whoever has the machine in hand: the command line."""
