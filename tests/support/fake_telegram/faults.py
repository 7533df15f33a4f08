"""Scripted failures and Telegram's own rate limits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class Fault:
    """Befalls the next `times` calls that match; `method` "*" and `chat_id` None match all.

    answer: `code` and `description` (5xx as nginx's HTML) · hang: no answer for `seconds`, then the connection is
    dropped · drop_before / drop_after: the connection breaks before / after the call took effect.
    """

    kind: Literal["answer", "hang", "drop_before", "drop_after"]
    method: str = "sendMessage"
    chat_id: int | None = None
    times: int = 1
    code: int = 0
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 3600.0

    def befalls(self, method: str, params: dict[str, Any]) -> bool:
        """True when this call is hit."""
        if self.times <= 0 or self.method not in ("*", method):
            return False
        return self.chat_id is None or str(params.get("chat_id")) == str(self.chat_id)


class Faults:
    """What goes wrong next; faults are tried in the order in which they were added."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Script one; returns it, so that a test can look how often it is still due (`times`)."""
        self.waiting.append(fault)
        return fault

    def throttle(self, retry_after: int, *, chat_id: int | None = None, times: int = 1) -> Fault:
        """429 with `retry_after` seconds, for one chat or for all."""
        text = f"Too Many Requests: retry after {retry_after}"
        return self.answer(429, text, chat_id=chat_id, times=times, parameters={"retry_after": retry_after})

    def answer(
        self,
        code: int,
        description: str,
        *,
        method: str = "sendMessage",
        chat_id: int | None = None,
        times: int = 1,
        parameters: dict[str, Any] | None = None,
    ) -> Fault:
        """Any refusal in Telegram's own words, or a 5xx."""
        return self.add(Fault("answer", method, chat_id, times, code, description, parameters or {}))

    def hang(self, seconds: float, *, method: str = "sendMessage", chat_id: int | None = None, times: int = 1) -> Fault:
        """No answer for so long, then a broken connection."""
        return self.add(Fault("hang", method, chat_id, times, seconds=seconds))

    def drop(self, *, after: bool, method: str = "sendMessage", chat_id: int | None = None, times: int = 1) -> Fault:
        """A broken connection, before or after the call took effect."""
        return self.add(Fault("drop_after" if after else "drop_before", method, chat_id, times))

    def strike(self, method: str, params: dict[str, Any]) -> Fault | None:
        """The fault that hits this call, used up by one."""
        for fault in self.waiting:
            if fault.befalls(method, params):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """All is well again."""
        self.waiting.clear()


@dataclass(slots=True)
class Limits:
    """Telegram's limits on sendMessage: `per_second` over all chats, one a second in a chat after a short burst."""

    per_second: float = 30.0
    per_chat_s: float = 1.0
    burst: int = 3
    _all: tuple[float, float] = (0.0, 0.0)
    _chats: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait_s(self, chat_id: str, now: float) -> int:
        """0 when one more message may pass at `now` (seconds, any zero), else whole seconds to wait."""
        all_left = min(self.per_second, self._all[0] + (now - self._all[1]) * self.per_second)
        stored, since = self._chats.get(chat_id, (float(self.burst), now))
        chat_left = min(float(self.burst), stored + (now - since) / self.per_chat_s)
        missing = max((1 - all_left) / self.per_second, (1 - chat_left) * self.per_chat_s)
        if missing > 0:
            return math.ceil(missing)
        self._all = (all_left - 1, now)
        self._chats[chat_id] = (chat_left - 1, now)
        return 0
