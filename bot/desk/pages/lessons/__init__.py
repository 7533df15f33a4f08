"""The studio's pages: each asks `bot.studio` for everything, and decides nothing."""
