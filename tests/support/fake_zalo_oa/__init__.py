"""A Zalo Official Account on loopback, written from public accounts of OpenAPI v3; nothing of our client is in it."""

from tests.support.fake_zalo_oa.account import Account, Person, Shown, Switches
from tests.support.fake_zalo_oa.server import FakeZaloOa

__all__ = ["Account", "FakeZaloOa", "Person", "Shown", "Switches"]
