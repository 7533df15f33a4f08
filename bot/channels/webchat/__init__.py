"""The web chat channel."""

from bot.channels.webchat.channel import WebChat
from bot.channels.webchat.routes import web_routes

__all__ = ["WebChat", "web_routes"]
