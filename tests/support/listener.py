"""Stands in for the process that listens to voice messages: a real process, the same way of asking and answering.

A recording here is what is to be answered: `say WORDS`, `fault NAME`, `dies`, `hangs`, `eats`, `babbles`; `dies once`
dies unless the file named behind it is there, and makes it.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from pathlib import Path

COMMAND = (sys.executable, "-I", "-S", __file__)


def main() -> None:
    source, told = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(4)) == 4:
        wish, _, rest = source.read(struct.unpack(">I", head)[0]).decode().partition(" ")
        if wish == "dies" and not (rest and Path(rest).exists()):
            if rest:
                Path(rest).touch()
            sys.exit(3)
        if wish == "hangs":
            time.sleep(600)
        answer = {"say": {"words": rest}, "fault": {"fault": rest}, "dies": {"words": "một"}}.get(wish, {})
        told.write(b"\xff" * 100_000 if wish == "babbles" else json.dumps(answer).encode() + b"\n")
        told.flush()


if __name__ == "__main__":
    main()
