"""The lesson on python-telegram-bot's ConversationHandler with PicklePersistence."""

from __future__ import annotations

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from bench.script import PROMPTS, Turn, begin, graded


def keyboard(turn: Turn) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(a.label, callback_data=f"{turn.at}:{a.id}")] for a in turn.answers]
    return InlineKeyboardMarkup(rows) if rows else None


async def go(update: Update, context: ContextTypes.DEFAULT_TYPE, turn: Turn) -> int:
    context.user_data["points"] = turn.points
    await update.effective_message.reply_text(turn.text, reply_markup=keyboard(turn))
    return turn.at if turn.at < len(PROMPTS) else ConversationHandler.END


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    return await go(update, context, begin())


async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    await update.callback_query.answer()
    at, _, answer = update.callback_query.data.partition(":")
    return await go(update, context, graded(int(at), context.user_data["points"], answer))


async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    return await go(update, context, graded(3, context.user_data["points"], update.message.text))


def main() -> None:
    base = os.environ["TELEGRAM_API_BASE"]
    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_TOKEN"])
        .base_url(base + "/bot")
        .base_file_url(base + "/file/bot")
        .persistence(PicklePersistence(os.path.join(os.environ["BENCH_DATA"], "ptb.pickle")))
        .build()
    )
    states = {at: [CallbackQueryHandler(tapped, pattern=f"^{at}:")] for at in (0, 1, 2, 4, 5)}
    states[3] = [MessageHandler(filters.TEXT & ~filters.COMMAND, typed)]
    application.add_handler(
        ConversationHandler([CommandHandler("start", start)], states, [CommandHandler("start", start)],
                            name="lesson", persistent=True)
    )  # fmt: skip
    application.run_polling()


if __name__ == "__main__":
    main()
