"""The yardstick: aiogram as its documentation starts it, which answers every update and stores nothing."""

from __future__ import annotations

import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message

dp = Dispatcher()


@dp.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


@dp.callback_query()
async def echo_tap(callback: CallbackQuery) -> None:
    await callback.answer()
    if callback.message is not None:
        await callback.message.answer(callback.data or "")


def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_BASE"]))
    dp.run_polling(Bot(os.environ["TELEGRAM_TOKEN"], session=session))


if __name__ == "__main__":
    main()
