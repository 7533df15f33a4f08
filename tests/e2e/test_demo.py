"""`./camtay demo` as a process: addresses that make a browser somebody, pages that work, folders left alone."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.cli.demonstrating import apart
from bot.seeding.world import WorldPlan
from bot.settings import Settings
from tests.support.made_up import make
from tests.support.process import ROOT, TutorProcess, until

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/demo/(\w+)\?key=\w+")
AT_ONE = pytest.mark.asyncio(loop_scope="module")
WARD = WorldPlan(learners=20, instructors=6, attempts=300, days=45)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smaller ward than `demo` would make, where it looks for one."""
    folder = tmp_path_factory.mktemp("demo") / "data-demo"
    folder.mkdir()
    asyncio.run(make(folder, WARD))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(ward: Path) -> AsyncIterator[TutorProcess]:
    """Started once: nobody here takes anything from another, and who stops it starts it again."""
    process = TutorProcess(ward.parent, {"TELEGRAM_TOKEN": "1:never-used"})
    process.command = ("-m", "bot", "demo", "--data", str(ward), "--port", str(process.port))
    try:
        await process.start()
        yield process
    finally:
        await process.kill()


async def addresses(demo: TutorProcess) -> dict[str, str]:
    def printed() -> dict[str, str]:
        return {found[1]: found[0] for found in ADDRESS.finditer(demo.output)}

    await until(lambda: len(printed()) == 5)
    return printed()


class Page:
    """A browser that has opened one of the addresses."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url, self.sent = session, url, 0

    async def lines(self) -> list[dict[str, Any]]:
        async with self.session.get(f"{self.url}/chat/log", params={"after": "0"}) as answer:
            assert answer.status == 200
            return list((await answer.json())["entries"])

    async def says(self, text: str) -> str:
        """What is answered, and what stands on the buttons."""
        before = (await self.lines())[-1]["no"]
        self.sent += 1
        message = {"id": f"message-{self.sent}", "text": text}
        async with self.session.post(f"{self.url}/chat/send", json=message) as answer:
            assert answer.status == 200, await answer.text()
        answered = [line for line in await self.lines() if line["no"] > before and line["who"] == "tutor"]
        labels = (button["label"] for line in answered for button in line["buttons"])
        return "\n".join([*(line["text"] for line in answered), *labels])


async def opened(demo: TutorProcess, role: str) -> Page:
    session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    async with session.get((await addresses(demo))[role]) as page:
        at_desk = role in ("officer", "editor", "admin")
        assert page.status == 200 and not page.url.query
        assert page.url.path.startswith("/desk/vao/") if at_desk else page.url.path == "/"
    return Page(session, demo.url)


@AT_ONE
async def test_one_click_and_the_browser_is_somebody_whose_page_goes_on(demo: TutorProcess):
    learner, officer = await opened(demo, "learner"), await opened(demo, "officer")
    try:
        history = await learner.lines()
        assert len(history) > 20 and {line["who"] for line in history} == {"tutor", "learner"}
        assert "bài" in await learner.says("menu")
        assert "người" in await learner.says("giúp")
        inbox = await officer.says("việc của cán bộ")
        assert "khẩn" in inbox.lower(), inbox
        assert "Gia đình số" in await officer.says("chỉ tiêu")
        assert "Chưa có người giúp" not in demo.output
    finally:
        await learner.session.close()
        await officer.session.close()


@AT_ONE
async def test_who_works_at_the_desk_is_in_with_one_tap_more(demo: TutorProcess):
    for role, shown in (("officer", "Đang chờ, đang lo"), ("editor", "Bài học"), ("admin", "Vận hành")):
        page = await opened(demo, role)
        async with page.session.get((await addresses(demo))[role]) as link:
            token = link.url.name
        form, origin = {"token": token}, {"Origin": demo.url.rstrip("/")}
        async with page.session.post(
            f"{demo.url}/desk/vao".replace("//desk", "/desk"), data=form, headers=origin
        ) as desk:
            assert desk.status == 200 and shown in await desk.text(), role
        await page.session.close()


@AT_ONE
async def test_what_is_published_there_is_written_into_lessons_of_its_own(demo: TutorProcess, ward: Path):
    copied, real = Path(apart(Settings(), ward, demo.port).lessons.dir), ROOT / "lessons"
    assert copied.parent == ward
    names = {path.relative_to(real) for path in real.rglob("lesson.yaml")}
    assert names == {path.relative_to(copied) for path in copied.rglob("lesson.yaml")}


@AT_ONE
async def test_nobody_is_signed_in_without_the_key_or_as_anybody_else(demo: TutorProcess):
    right = (await addresses(demo))["learner"]
    wrong = [right.partition("?")[0], right.replace("key=", "key=x"), right.replace("/learner", "/second"),
             right.replace("/learner", "/..%2flearner")]  # fmt: skip
    async with aiohttp.ClientSession() as session:
        for address in wrong:
            async with session.get(address, allow_redirects=False) as answer:
                assert answer.status == 404 and "camtay" not in answer.cookies, address
        async with session.get(right, headers={"X-Forwarded-For": "10.0.0.1"}, allow_redirects=False) as answer:
            assert answer.status == 404, "not by way of a proxy"


@AT_ONE
async def test_ctrl_c_ends_it_and_a_second_start_goes_on(demo: TutorProcess):
    learner = await opened(demo, "learner")
    await learner.says("menu")
    before = {line["no"] for line in (await learner.lines())[-20:]}
    await learner.session.close()
    await demo.stop()
    assert demo.exit_code == 0
    await demo.start()
    again = await opened(demo, "learner")
    assert before <= {line["no"] for line in await again.lines()}
    await again.session.close()


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_whole_ward_is_made_and_made_anew(tmp_path: Path):
    process = TutorProcess(tmp_path, {})
    process.command = ("-m", "bot", "demo", "--data", str(tmp_path / "data-demo"), "--port", str(process.port))
    try:
        await process.launch()
        await process.ready(within_s=250)
        learner = await opened(process, "learner")
        assert any(line.get("media") for line in await learner.lines()), "with the pictures of its lessons"
        await learner.session.close()
        before = (tmp_path / "data-demo" / "people.key").stat().st_mtime_ns
        await process.stop()
        process.command = (*process.command, "--fresh")
        await process.launch()
        await process.ready(within_s=250)
        assert (tmp_path / "data-demo" / "people.key").stat().st_mtime_ns > before
    finally:
        await process.kill()


@pytest.mark.parametrize("flags", [(), ("--fresh",)])
def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path, flags: tuple[str, ...]):
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    command = [sys.executable, "-m", "bot", "demo", "--data", str(tmp_path), *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "đã có dữ liệu khác" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_real_tutor_has_no_such_addresses(tmp_path: Path):
    async def look() -> int:
        real = TutorProcess(tmp_path)
        try:
            await real.start()
            address = f"{real.url}/demo/learner?key={real.key}"
            async with aiohttp.ClientSession() as session, session.get(address) as answer:
                return answer.status
        finally:
            await real.kill()

    assert asyncio.run(look()) == 404
