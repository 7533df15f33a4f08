"""What each Bot API method does to a bot's state: `METHODS_DONE[name](bot, params)` gives the `result`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.support.fake_telegram.bots import ANSWER_WITHIN_S, Bot, Chat, Message, Webhook
from tests.support.fake_telegram.errors import BotApiError
from tests.support.fake_telegram.files import DOWNLOAD_MOST, StoredFile


def run_method(bot: Bot, method: str, params: dict[str, Any], attached: dict[str, bytes]) -> Any:
    """Do one checked call; `attached` are the files that came beside it. Raises BotApiError as Telegram would refuse;
    getUpdates is the server's own affair.
    """
    if method in SENDING:
        return SENDING[method](bot, params, attached)
    return METHODS_DONE[method](bot, params)


def _chat_of(bot: Bot, params: dict[str, Any]) -> Chat:
    chat = bot.chats.get(int(params["chat_id"]))
    if chat is None:
        raise BotApiError(400, "Bad Request: chat not found")
    if chat.blocked:
        raise BotApiError(403, "Forbidden: bot was blocked by the user")
    return chat


def _keyboard(params: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for row in params.get("reply_markup", {}).get("inline_keyboard", []) for each in row]


def _buttons(params: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each["text"], each["callback_data"]) for each in _keyboard(params) if "callback_data" in each)


def _as_message(bot: Bot, chat: Chat, message: Message, stored: StoredFile | None = None) -> dict[str, Any]:
    words = "caption" if stored else "text"
    shown: dict[str, Any] = {
        "message_id": message.message_id,
        "from": {"id": bot.id, "is_bot": True, "first_name": "Cầm Tay", "username": bot.username},
        "chat": chat.as_chat(),
        "date": int(message.at),
        **({words: message.text} if message.text else {}),
        **({stored.kind: bot.files.told(stored)} if stored else {}),
        **({"media_group_id": message.album} if message.album else {}),
        **({"has_protected_content": True} if message.is_protected else {}),
    }
    if message.buttons:
        shown["reply_markup"] = {
            "inline_keyboard": [[{"text": label, "callback_data": token}] for label, token in message.buttons]
        }
    return shown


def _deliver(
    bot: Bot, params: dict[str, Any], text: str, stored: StoredFile | None = None, album: str = ""
) -> dict[str, Any]:
    if stored is None and not text.strip():
        raise BotApiError(400, "Bad Request: message text is empty")
    chat, keyboard = _chat_of(bot, params), _keyboard(params)
    message = Message(
        bot.new_message_id(),
        chat.chat_id,
        text.strip(),
        _buttons(params),
        bot.clock(),
        stored.kind if stored else "text",
        tuple(each.get("style", "") for each in keyboard if "callback_data" in each),
        tuple((each["text"], each["copy_text"]["text"]) for each in keyboard if "copy_text" in each),
        tuple((each["text"], each["url"]) for each in keyboard if "url" in each),
        bool(params.get("protect_content")),
        stored.file_id if stored else "",
        album,
    )
    chat.inbox.append(message)
    chat.news.set()
    return _as_message(bot, chat, message, stored)


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
    if bot.webhook:
        info |= {"ip_address": bot.webhook.ip_address, "max_connections": bot.webhook.max_connections}
    if bot.allowed:
        info["allowed_updates"] = sorted(bot.allowed)
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
    bot.commands[_scope(params)] = params["commands"]
    return True


def _delete_commands(bot: Bot, params: dict[str, Any]) -> bool:
    bot.commands.pop(_scope(params), None)
    return True


def _scope(params: dict[str, Any]) -> tuple[str, str]:
    return params.get("scope", {"type": "default"})["type"], params.get("language_code", "")


def _show(field: str) -> Callable[[Bot, dict[str, Any]], bool]:
    def show(bot: Bot, params: dict[str, Any]) -> bool:
        bot.shown[field] = params.get(field)
        return True

    return show


Sending = Callable[[Bot, dict[str, Any], dict[str, bytes]], Any]


def _send_media(kind: str) -> Sending:
    def send(bot: Bot, params: dict[str, Any], attached: dict[str, bytes]) -> dict[str, Any]:
        _chat_of(bot, params)
        return _deliver(bot, params, str(params.get("caption", "")), bot.files.resolve(kind, params[kind], attached))

    return send


def _send_group(bot: Bot, params: dict[str, Any], attached: dict[str, bytes]) -> list[dict[str, Any]]:
    """All of them, or none: what is wrong with one is told with its number."""
    _chat_of(bot, params)
    stored = []
    for number, each in enumerate(params["media"], 1):
        try:
            stored.append(bot.files.resolve(each["type"], each["media"], attached))
        except BotApiError as wrong:
            told = wrong.description.removeprefix("Bad Request: ")
            sentence = f'Bad Request: failed to send message #{number} with the error message "{told}"'
            raise BotApiError(wrong.code, sentence) from None
    album = str(13_000_000_000 + bot.new_message_id())
    pairs = zip(params["media"], stored, strict=True)
    return [_deliver(bot, params, str(each.get("caption", "")), file, album) for each, file in pairs]


def _file(bot: Bot, params: dict[str, Any]) -> dict[str, Any]:
    stored = bot.files.by_id.get(params["file_id"])
    if stored is None:
        raise BotApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_MOST:
        raise BotApiError(400, "Bad Request: file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": f"u{stored.path}",
        "file_size": stored.size,
        "file_path": stored.path,
    }


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
    "getMyCommands": lambda bot, params: bot.commands.get(_scope(params), []),
    "getWebhookInfo": _webhook_info,
    "logOut": _nothing,
    "sendChatAction": lambda bot, params: bool(_chat_of(bot, params)),
    "setChatMenuButton": _show("menu_button"),
    "setMyCommands": _set_commands,
    "setMyDescription": _show("description"),
    "setMyName": _show("name"),
    "setMyShortDescription": _show("short_description"),
    "setWebhook": _set_webhook,
}
SENDING: dict[str, Sending] = {
    "sendMediaGroup": _send_group,
    "sendMessage": lambda bot, params, _: _deliver(bot, params, params["text"]),
    "sendPhoto": _send_media("photo"),
    "sendVideo": _send_media("video"),
    "sendVoice": _send_media("voice"),
}
