"""What the product's dataclasses share: to the eye they are the standard library's."""

from __future__ import annotations

import dataclasses
import gc
import weakref
from typing import Any

import pytest

from flows.frozen import dataclass


@dataclass(frozen=True, slots=True)
class _Ours:
    name: str
    secret: str = dataclasses.field(default="", repr=False)
    parts: tuple[_Ours, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class _Theirs:
    name: str
    secret: str = dataclasses.field(default="", repr=False)
    parts: tuple[_Theirs, ...] = ()


@dataclass(frozen=True)
class _ToldOtherwise:
    name: str

    def __repr__(self) -> str:
        return "otherwise"


def test_they_are_told_as_the_standard_librarys():
    ours, theirs = _Ours("an", "x", (_Ours("bình"),)), _Theirs("an", "x", (_Theirs("bình"),))
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert repr(_ToldOtherwise("an")) == "otherwise"


def test_they_are_equal_and_replaced_by_their_fields():
    assert _Ours("an") == _Ours("an") != _Ours("bình")
    assert len({_Ours("an"), _Ours("an")}) == 1
    assert dataclasses.replace(_Ours("an"), name="bình") == _Ours("bình")


@pytest.mark.parametrize("name", ["name", "unheard_of"])
def test_none_is_changed(name: str):
    one: Any = _Ours("an")
    with pytest.raises(dataclasses.FrozenInstanceError, match=name):
        setattr(one, name, "bình")
    with pytest.raises(dataclasses.FrozenInstanceError, match=name):
        delattr(one, name)


def test_what_is_not_frozen_may_be_changed():
    @dataclass(slots=True)
    class Open:
        name: str

    one = Open("an")
    one.name = "bình"
    assert repr(one).endswith("Open(name='bình')")


def test_a_class_is_kept_once():
    class Made:
        name: str

    first = weakref.ref(Made)
    kept: Any = dataclass(frozen=True, slots=True)(Made)
    del Made
    gc.collect()
    assert kept("an").name == "an"
    assert first() is None
