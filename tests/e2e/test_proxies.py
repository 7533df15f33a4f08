"""Behind a real nginx, Caddy and HAProxy, by the recipes of deploy/ word for word, also under a path; behind one that
rewrites Host."""

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
from playwright.async_api import BrowserContext, async_playwright, expect

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


@contextmanager
def haproxy(folder: Path, whole: str) -> Iterator[None]:
    folder.mkdir()
    (folder / "haproxy.cfg").write_text(whole)
    with subprocess.Popen([program("haproxy"), "-db", "-f", f"{folder}/haproxy.cfg"]) as served:
        try:
            yield
        finally:
            served.kill()  # a goodbye would wait for whoever still listens


BY = {"nginx": (nginx, "nginx.conf"), "caddy": (caddy, "Caddyfile"), "haproxy": (haproxy, "haproxy.cfg")}


def recipe(by: str, tutor: int) -> str:
    return (ROOT / "deploy" / BY[by][1]).read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{tutor}")


def with_certificate(by: str, tutor: int, port: int, folder: Path) -> str:
    key, signed = folder / "privkey.pem", folder / "fullchain.pem"
    text = recipe(by, tutor).replace(f"/etc/letsencrypt/live/{SITE}", str(folder))
    if by == "nginx":
        return text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    if by == "caddy":
        return text.replace(f"{SITE} {{", f"https://{SITE}:{port} {{\n\tbind 127.0.0.1\n\ttls {signed} {key}")
    (folder / "camtay.pem").write_text(signed.read_text() + key.read_text())
    return text.replace("bind :443", f"bind 127.0.0.1:{port}").replace("/etc/haproxy/", f"{folder}/")


def under_a_path(by: str, tutor: int, port: int) -> str:
    """As the first lines of each recipe tell; without a certificate, for a browser trusts its own machine as it is."""
    text = recipe(by, tutor)
    if by == "nginx":
        text = text.replace("location / {", "location /hoc/ {").replace(f"{tutor};", f"{tutor}/;")
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port}").replace(SITE, "127.0.0.1")
        return "\n".join(line for line in text.splitlines() if "ssl_" not in line)
    if by == "caddy":
        text = text.replace("\treverse_proxy", "\tredir /hoc /hoc/\n\thandle_path /hoc/* {\n\treverse_proxy")
        return text.replace(f"{SITE} {{", f"http://127.0.0.1:{port} {{\n\tbind 127.0.0.1") + "}\n"
    text = text.replace("    #", "    ").replace("X-Forwarded-Proto https", "X-Forwarded-Proto http")
    return text.replace("bind :443 ssl crt /etc/haproxy/camtay.pem alpn h2,http/1.1", f"bind 127.0.0.1:{port}")


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


@pytest.mark.parametrize("by", BY)
async def test_the_recipe_works_as_it_stands(tmp_path: Path, by: str) -> None:
    program(by)
    _, signed = certificate(tmp_path)
    port, start = free_port(), BY[by][0]
    async with running(tmp_path / "tutor", {"CAMTAY__WEB__PUBLIC_URL": f"https://{SITE}/"}) as tutor:
        with start(tmp_path / by, with_certificate(by, tutor.port, port, tmp_path)):
            async with visitor(port, signed) as session:
                await chats(session, f"https://{SITE}:{port}")


async def test_under_a_path_the_page_stays_within_it(tmp_path: Path, chromium_path: str) -> None:
    for each in BY:
        program(each)
    async with running(tmp_path / "tutor", {}) as tutor, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=switches())
        for by, (start, _) in BY.items():
            port = free_port()
            with start(tmp_path / by, under_a_path(by, tutor.port, port)):
                await until(lambda port=port: _listens(port))
                await _lives_in(await browser.new_context(), f"http://127.0.0.1:{port}/hoc")
        await browser.close()


async def _lives_in(context: BrowserContext, place: str) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await context.new_page()
    await page.goto(place)
    await page.get_by_role("button", name="Đồng ý", exact=True).click()
    await page.get_by_text("gọi", exact=False).last.wait_for()
    await page.evaluate(WORKING)
    assert page.url == f"{place}/"
    assert [cookie["path"] for cookie in await context.cookies()] == ["/hoc"]
    assert {url.removeprefix(f"{place}/").partition("?")[0] for url in asked if url != place} >= {
        "", "chat/log", "chat/stream", "chat/send", "sw.js",
    }  # fmt: skip
    assert all(url == place or url.startswith(("data:", f"{place}/")) for url in asked), asked
    assert await page.evaluate("navigator.serviceWorker.ready.then((one) => one.scope)") == f"{place}/"
    manifest = await (await context.new_cdp_session(page)).send("Page.getAppManifest")
    assert manifest["url"] == f"{place}/app.webmanifest" and not manifest["errors"]
    await page.goto(f"{place}/nothing/here")
    await page.get_by_role("link", name="Mở trang trò chuyện").click()
    await context.set_offline(True)
    await page.goto(f"{place}/")
    await page.get_by_text("Dưới đây là những gì đã xem lần trước.").wait_for()
    await context.close()


WORKING = """navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
  || new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done))).then(() => 0)"""


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
                await expect(page.locator("body")).not_to_contain_text("Chưa gửi được")
                await browser.close()
            refused = await sent(port, {"Origin": f"http://127.0.0.1:{port}"})
            assert refused == (403, "Tin này không đến từ trang trò chuyện nên Cầm Tay không nhận.")
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
