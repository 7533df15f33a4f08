"""Telegram: one bot account as a channel. README.md tells how the parts fit.

`setup` is left out on purpose: it also runs as a child process, and it alone may import aiogram.
"""

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import BotApi, Occupied
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.webhook import webhook_address, webhook_handler, webhook_path, webhook_secret

__all__ = [
    "BotApi",
    "Occupied",
    "Poller",
    "TelegramChannel",
    "webhook_address",
    "webhook_handler",
    "webhook_path",
    "webhook_secret",
]
