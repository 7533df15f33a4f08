"""Several tutors on one PostgreSQL behind HAProxy, by the recipe of deploy/ but for ports and certificate."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.environment import leave_out
from tests.support.process import ROOT, TutorProcess, free_port, until

RECIPE = ROOT / "deploy" / "haproxy-several.cfg"
PROCESSES = 4


@dataclass(slots=True)
class Cluster:
    """`url` is where the balancer listens; who asks it as of a tutor's gets a living one's answer."""

    url: str
    tutors: list[TutorProcess] = field(default_factory=list)

    async def healths(self) -> list[dict[str, object]]:
        """What each that serves tells of itself."""
        return [(await each.health())[1] for each in self.tutors if each.exit_code is None]

    async def owner(self, channel: str = "telegram") -> TutorProcess:
        """The one that serves the account, once there is one."""

        async def found() -> TutorProcess | None:
            states = [await each.health() for each in self.tutors]
            ours = [at for at, (_, told) in enumerate(states) if told.get(channel) not in ("waiting", "standing by")]
            return self.tutors[ours[0]] if len(ours) == 1 else None

        owner: TutorProcess = await until(found)
        return owner


@asynccontextmanager
async def cluster(
    folder: Path, environ: Mapping[str, str], processes: int = PROCESSES, port: int = 0
) -> AsyncIterator[Cluster]:
    """So many tutors with one key; killed at the end."""
    port = port or free_port()
    tutors = [TutorProcess(folder / f"tutor{n}", dict(environ)) for n in range(processes)]
    with haproxy(folder / "haproxy", [each.port for each in tutors], port):
        running = Cluster(f"http://127.0.0.1:{port}", tutors)
        try:
            await tutors[0].start()
            for other in tutors[1:]:
                tutors[0].share_keys(other)
            await asyncio.gather(*(each.start() for each in tutors[1:]))
            yield running
        finally:
            await asyncio.gather(*(each.kill() for each in tutors))


def recipe(tutors: list[int], port: int) -> str:
    """The recipe for tutors at these ports; the balancer listens at `port`, without a certificate."""

    def at(line: str) -> str:
        found = re.search(r"127\.0\.0\.1:808(\d)", line)
        if found is None:
            return line
        number = int(found[1]) - 1
        return line.replace(found[0], f"127.0.0.1:{tutors[number]}") if number < len(tutors) else ""

    text = "".join(map(at, RECIPE.read_text("utf-8").splitlines(keepends=True)))
    text = re.sub(r"bind :443.*", f"bind 127.0.0.1:{port}", text)
    return text.replace("X-Forwarded-Proto https", "X-Forwarded-Proto http")


@contextmanager
def haproxy(folder: Path, tutors: list[int], port: int) -> Iterator[None]:
    """Debian's, before these."""
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin") or leave_out("không có haproxy")
    folder.mkdir(parents=True)
    (folder / "haproxy.cfg").write_text(recipe(tutors, port))
    with subprocess.Popen([program, "-db", "-f", folder / "haproxy.cfg"], stderr=subprocess.DEVNULL) as served:
        try:
            yield
        finally:
            served.kill()
