"""The lesson on aiogram's FSM, its state and data in SQLite; updates of one learner wait for one another."""

from __future__ import annotations

import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.peers.sqlite_storage import SQLiteStorage
from bench.script import PROMPTS, Turn, begin, graded


class Lesson(StatesGroup):
    s1 = State()
    s2 = State()
    s3 = State()
    s4 = State()
    s5 = State()
    s6 = State()


STATES = [Lesson.s1, Lesson.s2, Lesson.s3, Lesson.s4, Lesson.s5, Lesson.s6]
dp = Dispatcher(
    storage=SQLiteStorage(os.path.join(os.environ["BENCH_DATA"], "fsm.db")), events_isolation=SimpleEventIsolation()
)


def keyboard(turn: Turn) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(text=a.label, callback_data=f"{turn.at}:{a.id}")] for a in turn.answers]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


async def go(message: Message, state: FSMContext, turn: Turn) -> None:
    """Remember where she stands, then tell her."""
    await state.set_state(STATES[turn.at] if turn.at < len(PROMPTS) else None)
    await state.update_data(points=turn.points)
    await message.answer(turn.text, reply_markup=keyboard(turn))


@dp.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await go(message, state, begin())


@dp.message(Lesson.s4, F.text)
async def typed(message: Message, state: FSMContext) -> None:
    data = await state.get_data()
    await go(message, state, graded(3, data["points"], message.text or ""))


def taps(at: int) -> None:
    """One handler for each state with buttons, as such bots are written."""

    @dp.callback_query(STATES[at], F.data.startswith(f"{at}:"))
    async def tapped(callback: CallbackQuery, state: FSMContext) -> None:
        await callback.answer()
        data = await state.get_data()
        await go(callback.message, state, graded(at, data["points"], (callback.data or "").partition(":")[2]))


for number in (0, 1, 2, 4, 5):
    taps(number)


@dp.callback_query()
async def stale(callback: CallbackQuery) -> None:
    await callback.answer()


def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_BASE"]))
    dp.run_polling(Bot(os.environ["TELEGRAM_TOKEN"], session=session))


if __name__ == "__main__":
    main()
