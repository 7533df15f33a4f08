"""Telegram: one bot account as a channel. README.md tells how the parts fit.

Nothing is imported here: the settings are read at every start, the rest only where there is a token. `setup` also runs
as a child process, and it alone may import aiogram.
"""
