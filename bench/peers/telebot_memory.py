"""The lesson on pyTelegramBotAPI (its asyncio bot), states and data in memory."""

from __future__ import annotations

import asyncio
import os

from telebot import asyncio_filters, asyncio_helper
from telebot.async_telebot import AsyncTeleBot
from telebot.asyncio_storage import StateMemoryStorage
from telebot.states import State, StatesGroup
from telebot.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.script import PROMPTS, Turn, begin, graded

asyncio_helper.API_URL = os.environ["TELEGRAM_API_BASE"] + "/bot{0}/{1}"
bot = AsyncTeleBot(os.environ["TELEGRAM_TOKEN"], state_storage=StateMemoryStorage())


class Lesson(StatesGroup):
    s1 = State()
    s2 = State()
    s3 = State()
    s4 = State()
    s5 = State()
    s6 = State()


STATES = [Lesson.s1, Lesson.s2, Lesson.s3, Lesson.s4, Lesson.s5, Lesson.s6]


async def go(chat: int, user: int, turn: Turn) -> None:
    if turn.at < len(PROMPTS):
        await bot.set_state(user, STATES[turn.at], chat)
        await bot.add_data(user, chat, points=turn.points)
    else:
        await bot.delete_state(user, chat)
    markup = InlineKeyboardMarkup(
        [[InlineKeyboardButton(a.label, callback_data=f"{turn.at}:{a.id}")] for a in turn.answers]
    )
    await bot.send_message(chat, turn.text, reply_markup=markup if turn.answers else None)


@bot.message_handler(commands=["start"])
async def start(message: Message) -> None:
    await go(message.chat.id, message.from_user.id, begin())


async def answered(chat: int, user: int, at: int, answer: str) -> None:
    async with bot.retrieve_data(user, chat) as data:
        points = data["points"]
    await go(chat, user, graded(at, points, answer))


@bot.message_handler(state=Lesson.s4)
async def typed(message: Message) -> None:
    await answered(message.chat.id, message.from_user.id, 3, message.text)


def taps(at: int) -> None:
    """One handler for each state with buttons, as such bots are written."""

    @bot.callback_query_handler(func=lambda call: call.data.startswith(f"{at}:"), state=STATES[at])
    async def tapped(call: CallbackQuery) -> None:
        await bot.answer_callback_query(call.id)
        await answered(call.message.chat.id, call.from_user.id, at, call.data.partition(":")[2])


for number in (0, 1, 2, 4, 5):
    taps(number)
bot.add_custom_filter(asyncio_filters.StateFilter(bot))

if __name__ == "__main__":
    asyncio.run(bot.infinity_polling())
