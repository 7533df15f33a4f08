"""What is told of a running tutor: /readyz, /metrics and who may read them, the report, a real Prometheus."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from bot.app import App, bootstrap
from bot.counting import Spread
from bot.errors import SettingsInvalid
from bot.operations.metric_table import TABLE
from bot.operations.metrics import SPREADS, MetricsPage
from bot.operations.policy.readiness import LEAST_DISK, MOST_INTAKE_S, MOST_REPLY_S
from bot.settings import load
from bot.version import VERSION
from bot.web.access import LocalKey
from bot.web.probes import MetricsDoor, probe_routes
from bot.web.server import create_app, start
from storage.engine import schema
from storage.engine.database import open_database
from storage.pairing import tables as pairing_t
from tests.services.test_doctor import migrated
from tests.support.environment import leave_out
from tests.support.fake_telegram import FakeTelegram
from tests.support.process import ROOT, TutorProcess, free_port, running, until
from tests.support.web_learner import WebLearner

KEY = LocalKey("of the tests")
TOKEN = "t" * 32
DEPLOY = ROOT / "deploy"
PROCESS = ("process_resident_memory_bytes", "process_cpu_seconds_total")


@asynccontextmanager
async def house(token: str = "", *, is_public: bool = False, ready: bool = True) -> AsyncIterator[str]:
    """The two pages on loopback; the address."""

    async def well() -> tuple[bool, dict[str, object]]:
        return ready, {"why": [] if ready else ["disk"]}

    async def text() -> tuple[bytes, str]:
        return b"camtay_up 1\n", "text/plain; version=1.0.0; charset=utf-8"

    door = MetricsDoor(KEY, token, is_public=is_public)
    runner = await start(create_app(None, well, probe_routes(well, KEY, text, door), key=KEY), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def ask(address: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
        return answer.status, await answer.text()


def environ(telegram: FakeTelegram) -> dict[str, str]:
    return {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_BASE": telegram.url}


# --- who may read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_readyz_says_yes_or_no_to_everybody_and_why_to_who_works_here(ready: bool, status: int) -> None:
    async with house(ready=ready) as url:
        assert await ask(f"{url}/readyz") == (status, json.dumps({"ready": ready}))
        no = status if ready else 404
        assert await ask(f"{url}/readyz?else=404") == (no, json.dumps({"ready": ready})), "as a balancer wants it"
        why: list[str] = [] if ready else ["disk"]
        assert await ask(f"{url}/readyz?key={KEY.text}") == (status, json.dumps({"ready": ready, "why": why}))


RELAYED = [
    {"X-Forwarded-For": "203.0.113.7"},
    {"Forwarded": "for=203.0.113.7"},
    {"Host": "camtay.example"},
    {"Via": "1.1 a"},
]


async def test_without_a_token_figures_are_for_this_machine_alone() -> None:
    async with house() as url:
        assert await ask(f"{url}/metrics") == (200, "camtay_up 1\n")
        for headers in RELAYED:
            status, text = await ask(f"{url}/metrics", **headers)
            assert status == 404 and "camtay_up" not in text, headers


async def test_behind_a_public_address_this_machine_has_to_show_its_key() -> None:
    async with house(is_public=True) as url:
        assert (await ask(f"{url}/metrics"))[0] == 404
        assert (await ask(f"{url}/metrics", Authorization=f"Bearer {TOKEN}"))[0] == 404
        assert (await ask(f"{url}/metrics", Authorization="Bearer "))[0] == 404
        assert (await ask(f"{url}/metrics?key={KEY.text}"))[0] == 200


async def test_with_a_token_it_is_wanted_from_anywhere_and_nothing_like_it_will_do() -> None:
    async with house(TOKEN, is_public=True) as url:
        for headers in ({}, *RELAYED):
            assert (await ask(f"{url}/metrics", Authorization=f"Bearer {TOKEN}", **headers))[0] == 200
        for shown in ("", TOKEN[1:], TOKEN + "t", TOKEN.upper(), "Bearer", f"Basic {TOKEN}", "Bearer ü" * 3):
            assert (await ask(f"{url}/metrics", Authorization=shown and f"Bearer {shown}"))[0] == 404, shown
        for whole in (TOKEN, f"Bearer  {TOKEN}", f"Bearer{TOKEN}", f"Bearer {TOKEN} x"):
            assert (await ask(f"{url}/metrics", Authorization=whole))[0] == 404, whole
        assert (await ask(f"{url}/metrics"))[0] == 404, "from here likewise"
        assert (await ask(f"{url}/metrics?token={TOKEN}"))[0] == 404


# --- what is told ------------------------------------------------------------------------------------


def families(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Samples by name, as a Prometheus reads them."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return found


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name → kind and labels, as docs/metrics.md has them."""
    rows = re.findall(
        r"^\| `(camtay_\w+)` \| (\w+) \| (.*?) \|", (ROOT / "docs" / "metrics.md").read_text("utf-8"), re.MULTILINE
    )
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def test_every_metric_is_documented_and_nothing_else() -> None:
    exported = {row.name: (str(row.goes), row.labels) for row in TABLE}
    assert documented() == exported | dict.fromkeys(SPREADS, ("histogram", ()))
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    bounds = {f"{MOST_INTAKE_S:g} s", f"{MOST_REPLY_S / 60:g} min", f"{LEAST_DISK // 1_000_000} MB"}
    assert all(bound in text for bound in bounds)
    assert all(row.says in text for row in TABLE) and all(says in text for says in SPREADS.values())


async def test_a_running_tutor_tells_what_is_documented(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, running(tmp_path, environ(telegram)) as tutor:
        async with WebLearner(tutor) as lan:
            await lan.post(text="xin chào, em là Lan")
        status, ready = await ask(f"{tutor.url}/readyz?key={tutor.key}")
        assert status == 200 and json.loads(ready)["why"] == []
        _, text = await ask(f"{tutor.url}/metrics")
    found = families(text)
    told = {re.sub(r"_(bucket|sum|count)$", "", name) if name.startswith(tuple(SPREADS)) else name for name in found}
    exported = {row.name for row in TABLE} | set(SPREADS)
    without = {"camtay_quota_used", "camtay_quota_limit"}  # this messenger counts nothing
    assert {name for name in told if name.startswith("camtay_")} - {
        f"{each}_created" for each in exported
    } == exported - without
    for row in TABLE:
        for labels, _ in found.get(row.name, []):
            assert set(labels) == set(row.labels)
    assert dict(found["camtay_updates_total"][-1][0])["channel"] == "web" and found["camtay_updates_total"][-1][1] >= 1
    assert found["camtay_batch_seconds_count"][0][1] >= 1
    assert [value for _, value in found["camtay_ready"]] == [1.0]
    assert (
        found["camtay_info"][0][0]["schema"] == schema.SCHEMA and "SQLite 3" in found["camtay_info"][0][0]["database"]
    )
    assert all(name in found for name in PROCESS)
    assert "Lan" not in text and len(text.splitlines()) < 400


def test_nobody_pays_for_prometheus_who_has_none() -> None:
    code = "import sys, bot.app; print([name for name in sys.modules if name.startswith('prometheus_client')])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


# --- a real Prometheus -------------------------------------------------------------------------------


def program(name: str) -> str:
    return shutil.which(name) or leave_out(f"không có {name} (cài gói prometheus)")


def named(expressions: str) -> set[str]:
    """Metrics that expressions name."""
    return set(re.findall(r"\b(camtay_[a-z_]+|process_[a-z_]+)\b", expressions))


def expressions() -> dict[str, str]:
    """What rules and dashboard ask for, by file."""
    import yaml

    rules = yaml.safe_load((DEPLOY / "camtay-rules.yml").read_text("utf-8"))
    board = json.loads((DEPLOY / "camtay-dashboard.json").read_text("utf-8"))
    return {
        "rules": "\n".join(rule["expr"] for group in rules["groups"] for rule in group["rules"]),
        "dashboard": "\n".join(each["expr"] for panel in board["panels"] for each in panel.get("targets", [])),
    }


def test_rules_and_dashboard_ask_for_what_is_exported() -> None:
    histograms = {f"{name}_{part}" for name in SPREADS for part in ("bucket", "sum", "count")}
    exported = {row.name for row in TABLE} | histograms | set(PROCESS)
    asked = expressions()
    assert {name: named(text) - exported for name, text in asked.items()} == {"rules": set(), "dashboard": set()}
    shown = named(asked["dashboard"])
    assert {row.name for row in TABLE} - shown - {"camtay_messages_sent_total"} <= named(asked["rules"]), "seen nowhere"


def test_a_real_promtool_takes_the_rules_and_plays_them() -> None:
    promtool = program("promtool")
    for command in (
        ["check", "rules", str(DEPLOY / "camtay-rules.yml")],
        ["test", "rules", str(ROOT / "tests/services/alert_rules.yml")],
    ):
        told = subprocess.run([promtool, *command], capture_output=True, text=True, timeout=60)
        assert told.returncode == 0, told.stdout + told.stderr
    checked = subprocess.run(
        [promtool, "check", "config", DEPLOY / "prometheus.yml"], capture_output=True, text=True, timeout=60
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@asynccontextmanager
async def prometheus(folder: Path, tutor: TutorProcess) -> AsyncIterator[str]:
    """A real one that scrapes this tutor every second, by the files of deploy/ but for the address; its own address."""
    port, data = free_port(), folder / "prometheus"
    data.mkdir()
    config = (DEPLOY / "prometheus.yml").read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{tutor.port}")
    (data / "prometheus.yml").write_text(config.replace("interval: 15s", "interval: 1s"))
    shutil.copy(DEPLOY / "camtay-rules.yml", data)
    command = [
        program("prometheus"), f"--config.file={data}/prometheus.yml", f"--storage.tsdb.path={data}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
    ]  # fmt: skip
    served = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        served.kill()
        await served.wait()


async def test_a_real_prometheus_reads_a_real_tutor_and_answers_every_question_of_the_dashboard(tmp_path: Path) -> None:
    program("prometheus")
    async with (
        FakeTelegram() as telegram,
        running(tmp_path, environ(telegram)) as tutor,
        prometheus(tmp_path, tutor) as url,
        aiohttp.ClientSession() as session,
    ):

        async def asked(query: str) -> list[dict[str, object]]:
            try:
                async with session.get(f"{url}/api/v1/query", params={"query": query}) as answer:
                    told = await answer.json()
            except (aiohttp.ClientError, ValueError):
                return []
            assert told["status"] == "success", (query, told)
            return list(told["data"]["result"])

        await until(lambda: asked('up{job="camtay"} == 1'), 60.0, 0.2)
        await until(lambda: asked("count_over_time(camtay_ready[1m]) > 1"), 60.0, 0.2)
        for query in expressions()["dashboard"].splitlines():
            await asked(query)
        assert await asked("camtay_ready == 1") and await asked("process_resident_memory_bytes > 1e6")
        async with session.get(f"{url}/api/v1/rules") as answer:
            groups = (await answer.json())["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert len(rules) > 15 and {rule["health"] for rule in rules} <= {"ok", "unknown"}


# --- the report for a page ---------------------------------------------------------------------------


@asynccontextmanager
async def bootstrapped(folder: Path, url: str, environ: Mapping[str, str]) -> AsyncIterator[App]:
    """The whole tutor within this process."""
    flags = {"data.dir": str(folder / "data"), "web.port": "0"}
    settings = load(ROOT / "config.yaml", {**environ, "DATABASE_URL": url}, flags)
    async with AsyncExitStack() as stack:
        yield await bootstrap(stack, settings)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_the_report_tells_of_channels_people_who_wait_and_versions(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'camtay.db'}"
    if kind == "postgresql":
        await migrated(url)
    async with FakeTelegram() as telegram, bootstrapped(tmp_path, url, environ(telegram)) as app:
        owner = app.owners[0]
        await until(lambda: owner.is_ours)
        owner.counter.count("throttled")
        help_wanted = {
            "request_id": "r", "learner_id": "lan", "kind": "safety", "state": "waiting", "owner_kind": "nobody",
            "priority": 0, "since_at": 1, "due_at": 2**50, "width": 0,
        }  # fmt: skip
        await app.database.transact(lambda c: c.execute(insert(pairing_t.request), help_wanted))
        told = await app.operations.tell()
        assert await app.operations.tell() is told, "who asks again at once is told the same"
        (channel,) = told.channels
        assert (channel.kind, channel.is_ours, channel.faults_hour) == ("telegram", True, {"throttled": 1})
        assert channel.name.startswith("telegram:") and channel.quota == 0 and channel.outbox.count == 0
        assert told.stored is not None and told.stored.requests["safety"].count == told.stored.emergencies.count == 1
        assert told.stored.emergencies.oldest_s > 10**9 and told.stored.taken == 0
        assert told.versions.schema == schema.SCHEMA and told.versions.program == VERSION
        assert told.versions.database.split()[0].lower() == kind
        assert told.lessons.taught > 50 and not told.lessons.broken and not told.unready and told.free_bytes > 0


async def test_a_token_that_can_be_guessed_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="METRICS_TOKEN: phải dài ít nhất 16 ký tự"):
        async with bootstrapped(tmp_path, f"sqlite:///{tmp_path / 'camtay.db'}", {"METRICS_TOKEN": "abc"}):
            pass


async def test_a_database_that_is_away_is_told_and_all_else_all_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'camtay.db'}"
    async with bootstrapped(tmp_path, url, {}) as app:
        healthy = await app.operations.tell()
        writes = app.health.writable
        writes.database = open_database(f"sqlite:///{tmp_path / 'nowhere' / 'camtay.db'}")
        writes._proved_s = None
        app.operations._last = None
        told = await app.operations.tell()
        assert told.unready == ("database",) and told.stored is None
        assert told.lessons == healthy.lessons and told.versions == healthy.versions
        text, _ = await MetricsPage(app.operations, {name: Spread(()) for name in SPREADS}).text()
        found = families(text.decode())
        assert found["camtay_database_up"][0][1] == found["camtay_ready"][0][1] == 0.0
        assert "camtay_emergencies_open" not in found and "camtay_lessons_taught" in found
        is_ready, why = await app.operations.ready()
        assert not is_ready and why["why"] == ["database"]


async def test_a_database_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    """A server that takes the connection and never answers, as one that is frozen or behind a broken road."""
    async with bootstrapped(tmp_path, f"sqlite:///{tmp_path / 'camtay.db'}", {}) as app:
        silent = socket.create_server(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        frozen = open_database(f"postgresql://camtay@127.0.0.1:{port}/camtay")
        app.health.writable.database, app.health.writable._proved_s = frozen, None
        app.operations.patience_s = 0.2
        for _ in range(2):
            is_ready, figures = await app.operations.ready()
            assert not is_ready and figures["why"] == ["database"]
        assert (await app.operations.tell()).unready == ("database",)
        proving = app.operations._proving
        assert proving is not None, "still trying: nobody has begun another"
        proving.cancel()
        await asyncio.gather(proving, return_exceptions=True)
        await frozen.close()
        silent.close()


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION
