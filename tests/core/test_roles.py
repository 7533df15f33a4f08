"""Who may do what where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.policy.permissions import PERMISSIONS, ROLES, Actor, Grant

PROVINCE, WARD, OTHER, BRANCH = "/dong-nai/", "/dong-nai/w26041/", "/dong-nai/w26068/", "/dong-nai/w26041/b-1/"


def may(grants: list[Grant], act: str, path: str) -> bool:
    return Actor("her", tuple(grants)).may(act, path)


GRANTS = st.lists(
    st.builds(Grant, st.sampled_from(ROLES), st.sampled_from([PROVINCE, WARD, OTHER, BRANCH]), st.booleans()),
    max_size=4,
)


def test_an_officer_acts_in_her_ward_and_below_it_and_nowhere_else():
    officer = [Grant("officer", WARD)]
    assert may(officer, "approve", WARD) and may(officer, "approve", BRANCH)
    assert not may(officer, "approve", OTHER) and not may(officer, "approve", PROVINCE)


def test_a_ward_whose_id_begins_alike_is_another_ward():
    assert not may([Grant("officer", "/dong-nai/w26/")], "approve", "/dong-nai/w26041/")


def test_officers_are_made_from_above():
    assert may([Grant("officer", PROVINCE)], "invite_officer", WARD)
    assert may([Grant("officer", WARD)], "invite_officer", BRANCH)
    assert not may([Grant("officer", WARD)], "invite_officer", WARD)
    assert may([Grant("admin", "/")], "invite_admin", PROVINCE)
    assert not may([Grant("officer", PROVINCE)], "invite_admin", WARD)


@pytest.mark.parametrize("path", ["", "dong-nai", "/", "/dong-nai"])
def test_nowhere_and_half_a_path_are_nobodys(path: str):
    assert not may([Grant("officer", WARD)], "approve", path)
    assert not may([Grant("officer", path)], "approve", WARD) or path == "/"


@given(GRANTS, st.sampled_from([*PERMISSIONS, "unheard_of"]), st.sampled_from([PROVINCE, WARD, OTHER, BRANCH]))
def test_every_yes_comes_from_one_active_grant_above(grants: list[Grant], action: str, path: str):
    if may(grants, action, path):
        assert any(
            g.active and g.role in PERMISSIONS[action].roles and path.startswith(g.path)
            and (not PERMISSIONS[action].from_above or g.role == "admin" or g.path != path)
            for g in grants
        )  # fmt: skip
    assert not may([Grant(g.role, g.path, active=False) for g in grants], action, path)
