"""The crowd that plays a lesson through the fake Bot API: what each learner does next, and what became of her."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.fakeapi import ME, FakeApi, dumps
from bench.script import PROMPTS, Action


@dataclass(slots=True)
class Learner:
    """One person with one phone. She waits for the answer to what she did last, however long it takes."""

    chat: int
    at: int = 0
    waits: bool = False
    since: float = 0.0
    text: str = ""
    markup: str = ""
    message_id: int = 0
    seen: list[str] = field(default_factory=list)
    doubled: int = 0


class Crowd:
    """`size` learners with chat ids from `first`; each plays `actions` once.

    Counters: `sent` updates, `done` learners at the end, `doubled` messages that came a second time, `odd` messages
    that answer nothing she did. `latencies` are seconds from update to reply.
    """

    def __init__(self, api: FakeApi, actions: Sequence[Action], size: int, first: int) -> None:
        self._api, self.actions = api, actions
        self.learners = {first + i: Learner(first + i) for i in range(size)}
        self.sent = self.done = 0
        self.odd: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.moved_at = time.monotonic()
        self.finished = asyncio.Event()
        self._free: list[Learner] | None = None  # open loop: who could act now
        self.on_reply: list[tuple[int, asyncio.Event]] = []

    @property
    def doubled(self) -> int:
        return sum(learner.doubled for learner in self.learners.values())

    @property
    def doubled_most(self) -> int:
        """Of the learner who read most messages twice."""
        return max(learner.doubled for learner in self.learners.values())

    # --- how they come -----------------------------------------------------------------------------------

    def all_at_once(self) -> None:
        """Closed loop: everybody begins now and goes on as soon as she is answered."""
        for learner in self.learners.values():
            self._act(learner)

    async def at_rate(self, per_second: float, seed: int = 7) -> None:
        """Open loop: actions come by chance, `per_second` on average, from whoever was answered; until all are done."""
        rng = random.Random(seed)
        self._free = list(self.learners.values())
        due = time.perf_counter()
        while not self.finished.is_set():
            due += rng.expovariate(per_second)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self._free:
                at = rng.randrange(len(self._free))
                self._free[at], self._free[-1] = self._free[-1], self._free[at]
                self._act(self._free.pop())
            elif time.monotonic() - self.moved_at > 15:
                return

    async def all_done(self, stall_s: float) -> bool:
        """Wait until all are done; False when nothing has moved for `stall_s` seconds."""
        self.moved_at = time.monotonic()
        while not self.finished.is_set():
            try:
                await asyncio.wait_for(self.finished.wait(), 0.25)
            except TimeoutError:
                if time.monotonic() - self.moved_at > stall_s:
                    return False
        return True

    def after(self, replies: int) -> asyncio.Event:
        """An event set when `replies` answers have come."""
        event = asyncio.Event()
        self.on_reply.append((replies, event))
        return event

    # --- one learner -------------------------------------------------------------------------------------

    def _act(self, learner: Learner) -> None:
        action = self.actions[learner.at]
        learner.waits, learner.since = True, time.perf_counter()
        who = f'{{"id":{learner.chat},"is_bot":false,"first_name":"Lan","last_name":"Nguyễn","language_code":"vi"}}'
        chat = f'{{"id":{learner.chat},"first_name":"Lan","last_name":"Nguyễn","type":"private"}}'
        now = int(time.time())
        if action.kind != "tap":
            what = action.what if action.kind == "text" else self._number(learner, action.what)
            command = ',"entities":[{"offset":0,"length":6,"type":"bot_command"}]' if what == "/start" else ""
            payload = (
                f'{{"message_id":{self._api.next_message_id()},"from":{who},"chat":{chat},"date":{now},'
                f'"text":{dumps(what)}{command}}}'
            )
            self._api.push(learner.chat, "message", payload)
        else:
            data, text, markup = self._tapped(learner, action)
            if not data:
                self.odd[f"no button {action.what!r} under: {learner.text[:60]!r}"] += 1
                return
            tail = f',"reply_markup":{markup}' if markup else ""
            payload = (
                f'{{"id":"{self._api.update_id + 1}","from":{who},"chat_instance":"-77","data":{dumps(data)},"message":'
                f'{{"message_id":{learner.message_id},"from":{dumps(ME)},"chat":{chat},"date":{now},'
                f'"text":{dumps(text)}{tail}}}}}'
            )
            self._api.push(learner.chat, "callback_query", payload)
        self.sent += 1

    def _number(self, learner: Learner, label: str) -> str:
        """The number before this choice in what she read last; where there is none, its words, which nobody answers."""
        found = re.search(rf"^(\d+)\. .*{re.escape(label)}", learner.text, re.MULTILINE)
        return found[1] if found else label

    def _tapped(self, learner: Learner, action: Action) -> tuple[str, str, str]:
        """(data of the button, text, keyboard) of the message whose button she taps."""
        if action.data:  # a bot that shows no buttons is tapped as if it had shown the prompt's
            return action.data, PROMPTS[action.step].text, BOARDS[action.step]
        if not learner.markup:
            return "", "", ""
        for row in json.loads(learner.markup)["inline_keyboard"]:
            for button in row:
                if action.what in button["text"]:
                    return button["callback_data"], learner.text, learner.markup
        return "", "", ""

    def heard(self, chat: int, text: str, markup: str, message_id: int) -> None:
        """A message of the bot for one of them; others' are ignored."""
        learner = self.learners.get(chat)
        if learner is None:
            return
        now = time.perf_counter()
        if markup or not learner.markup:
            learner.markup, learner.text, learner.message_id = markup, text, message_id
        if not learner.waits or not self.actions[learner.at].reply.search(text):
            self._unexpected(learner, text)
            return
        self.latencies.append(now - learner.since)
        self.moved_at = time.monotonic()
        learner.waits = False
        learner.seen.append(text)
        learner.at += 1
        self._count()
        if learner.at == len(self.actions):
            self.done += 1
            if self.done == len(self.learners):
                self.finished.set()
        elif self._free is not None:
            self._free.append(learner)
        else:
            self._act(learner)

    def _unexpected(self, learner: Learner, text: str) -> None:
        if text in learner.seen:
            learner.doubled += 1
        else:
            self.odd[re.sub(r"\s+", " ", text)[:90]] += 1

    def _count(self) -> None:
        for event in self.on_reply:
            if len(self.latencies) >= event[0]:
                event[1].set()


def board(step: int) -> str:
    """The keyboard of prompt number `step` as Telegram would carry it."""
    return dumps(
        {"inline_keyboard": [[{"text": a.label, "callback_data": f"{step}:{a.id}"}] for a in PROMPTS[step].answers]}
    )


BOARDS = [board(step) for step in range(len(PROMPTS))]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
