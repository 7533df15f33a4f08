"""What deploy/ says of databases: addresses that are understood, and a Patroni that its own program takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from storage.engine.address import check, hosts_of, postgres_address
from tests.support.environment import leave_out
from tests.support.process import ROOT

DEPLOY = ROOT / "deploy"


def settings(name: str) -> dict[str, str]:
    """A file of PostgreSQL's settings."""
    found = re.findall(r"^(\w+) = ('[^']*'|[^#\s]+)", (DEPLOY / name).read_text("utf-8"), re.MULTILINE)
    return {key: value.strip("'") for key, value in found}


def test_every_address_that_is_shown_is_understood() -> None:
    texts = [(DEPLOY / "camtay.env").read_text("utf-8"), (ROOT / "docs" / "running.md").read_text("utf-8")]
    shown = [url for text in texts for url in re.findall(r"DATABASE_URL=(postgresql://[^\s`]+\w)", text)]
    assert len(shown) >= 5 and [check(url) for url in shown] == [""] * len(shown)
    pooled = [postgres_address(url) for url in shown if "pooler" in url]
    assert pooled and all(hosts_of(each.direct) == (("camtay1", 5432), ("camtay2", 5432)) for each in pooled)


def test_either_machine_can_be_either() -> None:
    """A standby with fewer connections than its primary does not start; what is promoted goes on as the other did."""
    primary, standby = settings("postgresql-primary.conf"), settings("postgresql-standby.conf")
    own = {"synchronous_commit", "synchronous_standby_names"}
    assert primary.keys() - standby.keys() == own
    assert {key: standby[key] for key in primary.keys() - own} == {key: primary[key] for key in primary.keys() - own}
    named = re.findall(r"application_name=(\w+)", standby["primary_conninfo"])
    assert named[0] in primary["synchronous_standby_names"]


def test_patroni_takes_its_file(tmp_path: Path) -> None:
    patroni = shutil.which("patroni") or leave_out("không có patroni")
    text = (DEPLOY / "patroni.yml").read_text("utf-8")
    for name, content, taken in (("good", text, True), ("bad", text.replace("ttl: 20", "ttl: soon"), False)):
        (tmp_path / name).write_text(content, "utf-8")
        run = subprocess.run([patroni, "--validate-config", tmp_path / name], capture_output=True, text=True)
        assert (run.returncode == 0) == taken, run.stdout + run.stderr
    ttl, wait, retry = (int(re.search(rf"{key}: (\d+)", text)[1]) for key in ("ttl", "loop_wait", "retry_timeout"))  # type: ignore[index]
    assert ttl >= wait + 2 * retry, "Patroni would take its own values"
