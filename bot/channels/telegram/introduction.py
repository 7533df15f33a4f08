"""What Telegram itself shows of the bot, before and beside what the tutor says: texts and the calls that set them. Pure
but for `introduce`.

All of it is Vietnamese on every telephone, whatever language its menus are in: no call names a language.
"""

from __future__ import annotations

from bot.channels.telegram.client import BotApi
from bot.channels.telegram.render import ApiCall

COMMANDS = {
    "menu": "Danh sách bài học",
    "giup": "Nhờ người giúp",
    "tiep": "Học tiếp bài đang dở",
    "dung": "Nghỉ, lúc khác học tiếp",
}
"""What stands under the menu button: command without the slash -> what it does."""

DESCRIPTION = (
    "Học dùng điện thoại từng bước, mỗi bài chừng năm phút, không mất tiền.\n\n"
    "Ở đây không ai hỏi mật khẩu hay mã OTP. Ai hỏi thì đừng đưa.\n\n"
    "Bấm nút bên dưới để bắt đầu."
)
"""Stands in the empty chat, above the button that begins; at most 512 characters."""

SHORT_DESCRIPTION = "Học dùng điện thoại từng bước, mỗi bài chừng năm phút, không mất tiền."
"""Stands on the bot's own page, and under a link to it; at most 120 characters."""

GROUP_TEXT = "Cầm Tay chỉ trò chuyện riêng với từng người, ở nhóm không trả lời. Mời bấm nút này để nhắn riêng:"
GROUP_LABEL = "Nhắn riêng với Cầm Tay"

INTRODUCTION: tuple[ApiCall, ...] = (
    ("deleteMyCommands", {}),  # for all chats, groups too: there the bot answers nothing
    (
        "setMyCommands",
        {
            "commands": [{"command": command, "description": text} for command, text in COMMANDS.items()],
            "scope": {"type": "all_private_chats"},
        },
    ),
    ("setChatMenuButton", {"menu_button": {"type": "commands"}}),
    ("setMyDescription", {"description": DESCRIPTION}),
    ("setMyShortDescription", {"short_description": SHORT_DESCRIPTION}),
)
"""Each sets what was there before anew: done twice it is as done once."""


async def introduce(api: BotApi) -> None:
    """Make the calls, in order. Raises SendError; what was set before it stays set."""
    for method, params in INTRODUCTION:
        await api.call(method, params)
