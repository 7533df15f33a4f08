"""A fake Bot API server for tests and the bench: see FakeTelegram, Learner, Faults and README.md."""

from tests.support.fake_telegram.bots import Bot, Message
from tests.support.fake_telegram.errors import BotApiError
from tests.support.fake_telegram.faults import Fault, Faults, Limits
from tests.support.fake_telegram.learner import Group, Learner
from tests.support.fake_telegram.server import TOKEN, FakeTelegram

__all__ = ["TOKEN", "Bot", "BotApiError", "FakeTelegram", "Fault", "Faults", "Group", "Learner", "Limits", "Message"]
