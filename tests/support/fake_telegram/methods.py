"""What each Bot API method does to a bot's state: `METHODS_DONE[name](bot, params)` gives the `result`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.support.fake_telegram.bots import ANSWER_WITHIN_S, Bot, BotApiError, Chat, Message, Webhook


def run_method(bot: Bot, method: str, params: dict[str, Any]) -> Any:
    """Do one checked call. Raises BotApiError as Telegram would refuse; getUpdates is the server's own affair."""
    return METHODS_DONE[method](bot, params)


def _chat_of(bot: Bot, params: dict[str, Any]) -> Chat:
    chat = bot.chats.get(int(params["chat_id"]))
    if chat is None:
        raise BotApiError(400, "Bad Request: chat not found")
    if chat.blocked:
        raise BotApiError(403, "Forbidden: bot was blocked by the user")
    return chat


def _buttons(params: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    rows = params.get("reply_markup", {}).get("inline_keyboard", [])
    return tuple((button["text"], button.get("callback_data", "")) for row in rows for button in row)


def _as_message(bot: Bot, chat: Chat, message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "message_id": message.message_id,
        "from": {"id": bot.id, "is_bot": True, "first_name": "Cầm Tay", "username": bot.username},
        "chat": chat.as_chat(),
        "date": int(message.at),
        "text": message.text,
    }
    if message.buttons:
        shown["reply_markup"] = {
            "inline_keyboard": [[{"text": label, "callback_data": token}] for label, token in message.buttons]
        }
    return shown


def _deliver(bot: Bot, params: dict[str, Any], text: str, kind: str = "text") -> dict[str, Any]:
    if kind == "text" and not text.strip():
        raise BotApiError(400, "Bad Request: message text is empty")
    chat = _chat_of(bot, params)
    message = Message(bot.new_message_id(), chat.chat_id, text.strip(), _buttons(params), bot.clock(), kind)
    chat.inbox.append(message)
    chat.news.set()
    return _as_message(bot, chat, message)


def _edit(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
    chat = _chat_of(bot, params)
    number = params.get("message_id")
    message = next((m for m in chat.inbox if m.message_id == number), None)
    if message is None:
        raise BotApiError(400, "Bad Request: message to edit not found")
    text, buttons = str(params.get("text", message.text)).strip(), _buttons(params)
    if (text, buttons) == (message.text, message.buttons):
        raise BotApiError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message",
        )
    message.text, message.buttons = text, buttons
    chat.news.set()
    return _as_message(bot, chat, message)


def _delete(bot: Bot, params: dict[str, Any]) -> bool:
    chat = _chat_of(bot, params)
    kept = [m for m in chat.inbox if m.message_id != params["message_id"]]
    if len(kept) == len(chat.inbox):
        raise BotApiError(400, "Bad Request: message to delete not found")
    chat.inbox[:] = kept
    return True


def _answer_query(bot: Bot, params: dict[str, Any]) -> bool:
    tapped_at = bot.queries.pop(params["callback_query_id"], None)
    if tapped_at is None or bot.clock() - tapped_at > ANSWER_WITHIN_S:
        raise BotApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    bot.answered.append(params)
    return True


def _set_webhook(bot: Bot, params: dict[str, Any]) -> bool:
    url = params["url"]
    if params.get("drop_pending_updates"):
        bot.queue.clear()
    if not url:
        bot.webhook = None
        return True
    address = urlsplit(url)
    loopback = address.hostname in ("127.0.0.1", "localhost")  # Telegram wants https; our tests have no certificate
    if address.scheme != "https" and not loopback:
        raise BotApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    bot.end_poll("terminated by setWebhook request")
    bot.allowed = set(params.get("allowed_updates", bot.allowed))
    bot.webhook = Webhook(url, params.get("secret_token", ""), params.get("max_connections", 40))
    return True


def _delete_webhook(bot: Bot, params: dict[str, Any]) -> bool:
    return _set_webhook(bot, {**params, "url": ""})


def _webhook_info(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
    info: dict[str, Any] = {
        "url": bot.webhook.url if bot.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue),
    }
    if bot.webhook_error:
        info |= {"last_error_date": int(bot.clock()), "last_error_message": bot.webhook_error}
    return info


def _me(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": bot.id,
        "is_bot": True,
        "first_name": "Cầm Tay",
        "username": bot.username,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def _set_commands(bot: Bot, params: dict[str, Any]) -> bool:
    if len(params["commands"]) > 100:
        raise BotApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    bot.commands = params["commands"]
    return True


def _delete_commands(bot: Bot, params: dict[str, Any]) -> bool:
    bot.commands = []
    return True


def _send_media(kind: str) -> Callable[[Bot, dict[str, Any]], dict[str, Any]]:
    def send(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
        shown = _deliver(bot, params, str(params.get("caption", "")), kind)
        file = {"file_id": f"{kind}-{shown['message_id']}", "file_unique_id": f"u{shown['message_id']}"}
        caption = shown.pop("text")
        media: Any = [{**file, "width": 90, "height": 90}] if kind == "photo" else {**file, "duration": 1}
        return {**shown, kind: media, **({"caption": caption} if caption else {})}

    return send


def _file(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
    file_id = params["file_id"]
    if file_id not in bot.files:
        raise BotApiError(400, "Bad Request: invalid file_id")
    size, path = len(bot.files[file_id]), f"files/{file_id}"
    return {"file_id": file_id, "file_unique_id": "u" + file_id, "file_size": size, "file_path": path}


def _nothing(bot: Bot, params: dict[str, Any]) -> bool:
    return True


METHODS_DONE: dict[str, Callable[[Bot, dict[str, Any]], Any]] = {
    "answerCallbackQuery": _answer_query,
    "close": _nothing,
    "deleteMessage": _delete,
    "deleteMyCommands": _delete_commands,
    "deleteWebhook": _delete_webhook,
    "editMessageReplyMarkup": _edit,
    "editMessageText": _edit,
    "getFile": _file,
    "getMe": _me,
    "getMyCommands": lambda bot, params: bot.commands,
    "getWebhookInfo": _webhook_info,
    "logOut": _nothing,
    "sendChatAction": lambda bot, params: bool(_chat_of(bot, params)),
    "sendMessage": lambda bot, params: _deliver(bot, params, params["text"]),
    "sendPhoto": _send_media("photo"),
    "sendVoice": _send_media("voice"),
    "setChatMenuButton": _nothing,
    "setMyCommands": _set_commands,
    "setMyDescription": _nothing,
    "setMyName": _nothing,
    "setMyShortDescription": _nothing,
    "setWebhook": _set_webhook,
}
