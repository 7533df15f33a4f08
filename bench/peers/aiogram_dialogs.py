"""The lesson on aiogram-dialog, its stacks and contexts in SQLite.

aiogram's own isolation stands around it: without it two quick taps of one learner both start from the old context.
"""

from __future__ import annotations

import os
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Button, Column
from aiogram_dialog.widgets.text import Const, Format

from bench.peers.sqlite_storage import SQLiteStorage
from bench.script import PROMPTS, begin, graded


class Lesson(StatesGroup):
    s1 = State()
    s2 = State()
    s3 = State()
    s4 = State()
    s5 = State()
    s6 = State()
    end = State()


STATES = [Lesson.s1, Lesson.s2, Lesson.s3, Lesson.s4, Lesson.s5, Lesson.s6, Lesson.end]


async def say(dialog_manager: DialogManager, **_: Any) -> dict[str, Any]:
    """The getter of every window: what is said at this step."""
    return {"say": dialog_manager.dialog_data.get("say", begin().text)}


async def answered(at: int, answer: str, manager: DialogManager) -> None:
    turn = graded(at, manager.dialog_data.get("points", 0), answer)
    manager.dialog_data.update(points=turn.points, say=turn.text)
    if turn.at != at:
        await manager.switch_to(STATES[turn.at])


async def tapped(callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    at, _, answer = (button.widget_id or "").partition("__")
    await answered(int(at[1:]), answer, manager)


async def typed(message: Message, _: MessageInput, manager: DialogManager) -> None:
    await answered(3, message.text or "", manager)


def window(at: int) -> Window:
    prompt = PROMPTS[at]
    if not prompt.answers:
        return Window(Format("{say}"), MessageInput(typed), state=STATES[at], getter=say)
    buttons = [Button(Const(a.label), id=f"p{at}__{a.id}", on_click=tapped) for a in prompt.answers]
    return Window(Format("{say}"), Column(*buttons), state=STATES[at], getter=say)


dp = Dispatcher(
    storage=SQLiteStorage(os.path.join(os.environ["BENCH_DATA"], "dialog.db"), with_destiny=True),
    events_isolation=SimpleEventIsolation(),
)
dp.include_router(
    Dialog(*(window(i) for i in range(len(PROMPTS))), Window(Format("{say}"), state=Lesson.end, getter=say))
)
setup_dialogs(dp)


@dp.message(CommandStart())
async def start(message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Lesson.s1, mode=StartMode.RESET_STACK)


def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_BASE"]))
    dp.run_polling(Bot(os.environ["TELEGRAM_TOKEN"], session=session))


if __name__ == "__main__":
    main()
