"""The walk of one tap on the answer of a quiz through the product: `python -m tests.support.walk`.

Prints how many modules run, what the shell asks the pure policies (`bot.tutor`, `bot.*.policy`) to decide, and whether
a policy calls back into the shell; `--tsv` prints the modules one a line.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from tests.support.builders import book, lesson
from tests.support.harness import tutor

ROOMS = ("bot.", "flows.", "storage.")
SHELL = ("bot.conversation.", "bot.people.", "bot.pairing.", "bot.announcements.", "bot.meetings.", "bot.reports.")

DATA = ("bot.tutor.learnt", "bot.tutor.state", "bot.tutor.state_codec", "bot.tutor.turn")
"""What both sides hold in their hands: reading it decides nothing."""

QUIZ = lesson(
    """
    - quiz: q
      text: Hỏi
      skill: k
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
      points: 5
    - {say: sau, text: Giỏi, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)


def is_policy(module: str) -> bool:
    """Whether a module of the product is pure."""
    return module.startswith("bot.tutor.") or ".policy." in module


class Walk:
    """What is called while it is `on`, in every thread that begins after it was made."""

    def __init__(self) -> None:
        self.on = False
        self.modules: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.back: Counter[str] = Counter()
        threading.setprofile(self._called)
        sys.setprofile(self._called)

    def stop(self) -> None:
        """Nothing is called any more on behalf of this walk."""
        threading.setprofile(None)
        sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if not self.on or event != "call" or not module.startswith(ROOMS):
            return
        self.modules.add(module)
        caller = frame.f_back.f_globals.get("__name__", "") if frame.f_back else ""
        name = f"{module}.{frame.f_code.co_qualname}"
        if is_policy(module) and caller.startswith(SHELL) and not is_policy(caller) and module not in DATA:
            self.asked[name] += 1
        if is_policy(caller) and module.startswith(SHELL) and not is_policy(module):
            self.back[name] += 1


async def tapped(walk: Walk, where: Path) -> None:
    """Lan taps the right answer of a quiz, by way of a messenger."""
    async with tutor(where, book(QUIZ)) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("thu")
        walk.on = True
        await lan.tap("Đúng")
        walk.on = False
        assert "Giỏi" in lan.said


def main() -> None:
    walk = Walk()
    with TemporaryDirectory() as folder:
        asyncio.run(tapped(walk, Path(folder)))
    rooms = Counter(".".join(module.split(".")[: 2 if module.startswith("bot") else 1]) for module in walk.modules)
    print(f"{len(walk.modules)} modules: {', '.join(f'{room} {count}' for room, count in sorted(rooms.items()))}")
    for what, found in (("decisions asked of the policies", walk.asked), ("calls of a policy back", walk.back)):
        print(f"{sum(found.values())} {what}")
        for name, count in sorted(found.items()):
            print(f"  {count} × {name}")
    if "--tsv" in sys.argv:
        print("\n".join(sorted(walk.modules)))


if __name__ == "__main__":
    main()
