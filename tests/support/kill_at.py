"""One verb of ./camtay as a process that ends itself (SIGKILL) at a point: `python -m tests.support.kill_at N VERB …`.

The points are every beginning and every end of a transaction, counted from 1; with N = 0 it lives, and says at its end
how many it passed.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import Engine, event

from bot.cli.main import main

passed = 0


def at(*_: object) -> None:
    global passed
    passed += 1
    if passed == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)


event.listen(Engine, "begin", at)
event.listen(Engine, "commit", at)

if __name__ == "__main__":
    code = main(sys.argv[2:])
    print(f"points: {passed}")
    sys.exit(code)
