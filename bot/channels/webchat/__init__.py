"""The web chat channel."""

from bot.channels.webchat.channel import WebChat
from bot.channels.webchat.routes import web_routes
from bot.channels.webchat.voice import voice_routes

__all__ = ["WebChat", "voice_routes", "web_routes"]
