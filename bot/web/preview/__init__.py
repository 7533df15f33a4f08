"""The preview: a lesson as a phone, beside it the state and the reasons. For those who write lessons."""

from bot.web.preview.routes import preview_routes

__all__ = ["preview_routes"]
