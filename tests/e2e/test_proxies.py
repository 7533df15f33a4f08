"""Behind a real nginx and a real Caddy, by the recipes of deploy/ word for word, and behind one that rewrites Host."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import async_playwright

from tests.e2e.conftest import switches
from tests.support.environment import leave_out
from tests.support.process import ROOT, TutorProcess, free_port, running, until

SITE = "camtay.example.vn"
BARE = "server { listen 127.0.0.1:%s; access_log off; location / { proxy_pass http://127.0.0.1:%s; } }"


def program(name: str) -> str:
    return shutil.which(name) or leave_out(f"không có {name}")


@contextmanager
def nginx(folder: Path, server: str) -> Iterator[None]:
    folder.mkdir()
    alone = f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    whole = f"{alone} http {{ {server}\n }}"
    for temporary in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        whole = whole.replace("http {", f"http {{ {temporary}_temp_path {folder}/{temporary};", 1)
    (folder / "nginx.conf").write_text(whole)
    command = [program("nginx"), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command) as served:
        try:
            yield
        finally:
            served.kill()  # a goodbye would wait for whoever still listens


@contextmanager
def caddy(folder: Path, site: str) -> Iterator[None]:
    folder.mkdir()
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
    environ = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    command = [program("caddy"), "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as served:
        try:
            yield
        finally:
            served.kill()  # a goodbye would wait for whoever still listens


def certificate(folder: Path) -> tuple[Path, Path]:
    key, signed = folder / "privkey.pem", folder / "fullchain.pem"
    wanted = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2", "-subj", f"/CN={SITE}"]
    made = [program("openssl"), "req", "-x509", "-nodes", *wanted, "-addext", f"subjectAltName=DNS:{SITE}"]
    subprocess.run([*made, "-keyout", key, "-out", signed], check=True, capture_output=True)
    return key, signed


@asynccontextmanager
async def visitor(port: int, signed: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without Sec-Fetch, as phones of ten years ago have; the name leads to this machine."""

    class Here(aiohttp.abc.AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[Any]:
            return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

        async def close(self) -> None:
            pass

    trust = ssl.create_default_context(cafile=str(signed))
    connector = aiohttp.TCPConnector(resolver=Here(), ssl=trust)
    async with aiohttp.ClientSession(f"https://{SITE}:{port}", connector=connector) as session:
        yield session


async def chats(session: aiohttp.ClientSession, origin: str) -> None:
    """The page, one message, and what is said over the open stream."""

    async def page() -> bool:
        try:
            async with session.get("/") as answer:
                return answer.status == 200 and "Secure" in answer.headers.get("Set-Cookie", "Secure")
        except aiohttp.ClientConnectorError:
            return False

    await until(page)
    async with session.get("/chat/stream?after=0") as stream:
        assert (await stream.content.readline()).strip()
        body = {"id": "abcdefgh12345678", "text": "xin chào"}
        async with session.post("/chat/send", json=body, headers={"Origin": origin}) as answer:
            assert answer.status == 200, await answer.text()
        async with asyncio.timeout(10):
            while "Đồng ý" not in (await stream.content.readline()).decode():
                pass
    async with session.get("/healthz") as answer:
        assert await answer.json() == {"ok": True}, "figures are for this machine alone"
    async with session.get("/preview/") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("by", ["nginx", "caddy"])
async def test_the_recipe_works_as_it_stands(tmp_path: Path, by: str) -> None:
    program(by)
    key, signed = certificate(tmp_path)
    port = free_port()
    origin = f"https://{SITE}:{port}"
    async with running(tmp_path / "tutor", {"CAMTAY__WEB__PUBLIC_URL": f"https://{SITE}/"}) as tutor:
        recipe = (ROOT / "deploy" / ("nginx.conf" if by == "nginx" else "Caddyfile")).read_text("utf-8")
        recipe = recipe.replace("127.0.0.1:8080", f"127.0.0.1:{tutor.port}")
        if by == "nginx":
            recipe = recipe.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
            recipe = recipe.replace(f"/etc/letsencrypt/live/{SITE}", str(tmp_path))
        else:
            recipe = recipe.replace(f"{SITE} {{", f"https://{SITE}:{port} {{\n\tbind 127.0.0.1\n\ttls {signed} {key}")
        with nginx(tmp_path / by, recipe) if by == "nginx" else caddy(tmp_path / by, recipe):
            async with visitor(port, signed) as session:
                await chats(session, origin)


async def test_behind_a_proxy_that_rewrites_host_the_page_works_all_the_same(
    tmp_path: Path, chromium_path: str
) -> None:
    """As nginx does when nobody tells it otherwise; the browser itself says that the page is ours."""
    program("nginx")
    port = free_port()
    async with running(tmp_path / "tutor", {}) as tutor:
        with nginx(tmp_path / "nginx", BARE % (port, tutor.port)):
            await until(lambda: _listens(port))
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium_path, args=switches())
                page = await browser.new_page()
                await page.goto(f"http://127.0.0.1:{port}/")
                await page.get_by_role("button", name="Đồng ý", exact=True).click()
                await page.get_by_text("gọi", exact=False).last.wait_for()
                await page.wait_for_function("!document.body.innerText.includes('Chưa gửi được')")
                await browser.close()
            refused = await sent(port, {"Origin": f"http://127.0.0.1:{port}"})
            assert refused == (403, "Tin này không đến từ trang trò chuyện nên em không nhận.")
            passed_on = {"Origin": "http://camtay.test", "X-Forwarded-Host": "camtay.test"}
            assert (await sent(port, passed_on))[0] == 200
            assert any("public_url" in line for line in _log(tutor)), "whoever keeps the machine can read why"


async def sent(port: int, headers: dict[str, str]) -> tuple[int, str]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as session:
        async with session.get("/"):
            pass
        body = {"id": "abcdefgh12345678", "text": "xin chào"}
        async with session.post("/chat/send", json=body, headers=headers) as answer:
            return answer.status, (await answer.json()).get("say", "")


def _log(tutor: TutorProcess) -> list[str]:
    return (tutor.data / "log" / "camtay.jsonl").read_text("utf-8").splitlines()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
