"""A fake Zalo Bot Platform: see FakeZaloBot, Learner and Variants."""

from tests.support.fake_zalo_bot.platform import Fault, Message, Variants
from tests.support.fake_zalo_bot.server import TOKEN, FakeZaloBot, Learner

__all__ = ["TOKEN", "FakeZaloBot", "Fault", "Learner", "Message", "Variants"]
