"""Who may do what where: one table, asked by every service before it acts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ROLES = ("learner", "instructor", "officer", "editor", "admin")

ACTING = frozenset(ROLES) - {"learner"}
"""What lets somebody see or change what is another person's."""

OPERATOR = "operator"
"""What the audit calls whoever has the machine in hand: the command line."""

ALLOWED: dict[str, frozenset[str]] = {
    "see_people": frozenset({"officer", "admin"}),
    "see_counts": frozenset({"officer", "editor", "admin"}),
    "import": frozenset({"officer", "admin"}),
    "invite_learner": frozenset({"officer", "admin"}),
    "invite_instructor": frozenset({"officer", "admin"}),
    "invite_officer": frozenset({"officer", "admin"}),
    "invite_editor": frozenset({"admin"}),
    "invite_admin": frozenset({"admin"}),
    "approve": frozenset({"officer", "admin"}),
    "vouch": frozenset({"officer", "admin"}),
    "suspend": frozenset({"officer", "admin"}),
    "export": frozenset({"officer", "admin"}),
    "correct": frozenset({"officer", "admin"}),
    "withdraw": frozenset({"officer", "admin"}),
    "delete": frozenset({"officer", "admin"}),
    "announce": frozenset({"officer", "admin"}),
    "meet": frozenset({"officer", "admin"}),
    "report": frozenset({"officer", "admin"}),
    "models": frozenset({"officer", "admin"}),
    "hear_reports": frozenset({"officer", "admin"}),
    "edit_lessons": frozenset({"editor", "admin"}),
    "teach": frozenset({"instructor"}),
}
"""An action → the roles that carry it, each within its own area and whatever lies below."""

FROM_ABOVE = frozenset({"invite_officer", "invite_editor", "invite_admin"})
"""What nobody may do to her own level: a ward's officer makes officers of its branches, not of the ward."""

FROM_ABOVE_ALONE = frozenset(action.removeprefix("invite_") for action in FROM_ABOVE)
"""The roles that nobody ends at her own level either."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within an area; `path` is the area's ("/" is everywhere)."""

    role: str
    path: str
    active: bool = True


def may(grants: Iterable[Grant], action: str, area_path: str) -> bool:
    """Whether these roles allow the action in the area at `area_path` ("" is nowhere: nobody may)."""
    carriers = ALLOWED.get(action, frozenset())
    return bool(area_path) and any(
        grant.active and grant.role in carriers and _reaches(grant, action, area_path) for grant in grants
    )


def reach(grants: Iterable[Grant], action: str, paths: Iterable[str]) -> str:
    """The widest area within which these roles allow the action, of those that hold one of `paths`."""
    places = list(paths)
    wide = [g.path for g in grants if any(may((g,), action, path) for path in places)]
    return min(wide, key=len, default=min(places, key=len, default="/"))


def _reaches(grant: Grant, action: str, area_path: str) -> bool:
    if not grant.path.startswith("/") or not grant.path.endswith("/") or not area_path.startswith(grant.path):
        return False
    return action not in FROM_ABOVE or grant.role == "admin" or area_path != grant.path
