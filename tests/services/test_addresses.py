"""Where the page can be opened: addresses a phone reaches, never a container's or a VPN's; a site has no path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot import settings
from bot.addresses import in_container, in_the_room, of_this_machine
from bot.errors import SettingsInvalid
from bot.greeting import _where
from bot.settings import Web
from tests.support.environment import leave_out
from tests.support.squares import picture_of_blocks, read_squares

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("links", "reached"),
    [
        ("lo=127.0.0.1 docker0=172.17.0.1 wlan0=192.168.1.20", "192.168.1.20"),
        ("tun0=10.8.0.6 wlan0=192.168.1.20 wg0=10.9.0.2", "192.168.1.20"),
        ("ap0=192.168.137.1", "192.168.137.1"),
        ("eth0=113.161.1.1 wlan0=192.168.1.20", "192.168.1.20 113.161.1.1"),
        ("veth12ab=172.18.0.2 eth0=169.254.7.7", ""),
        ("lo=127.0.0.1", ""),
    ],
)
def test_a_phone_is_shown_an_address_in_the_room(links: str, reached: str) -> None:
    """Whatever a default route points at, and without one too."""
    found = [(name, address) for name, _, address in (each.partition("=") for each in links.split())]
    assert in_the_room(found) == reached.split()


def test_this_machine_knows_its_own() -> None:
    assert ("lo", "127.0.0.1") in of_this_machine()


def test_a_container_is_known_and_shows_no_address_of_its_own(tmp_path: Path) -> None:
    assert not in_container({}, tmp_path)
    (tmp_path / ".dockerenv").touch()
    assert in_container({}, tmp_path) and in_container({"container": "podman"}, tmp_path / "none")
    told = list(_where(Web(host="0.0.0.0"), container=True))
    assert len(told) == 2 and "điền web.public_url" in told[1], "no QR code"
    with_name = list(_where(Web(host="0.0.0.0", public_url="https://camtay.example.vn/"), container=True))
    assert with_name[0] == "Cầm Tay đang chạy: https://camtay.example.vn/"
    codes = [line for line in with_name if line and not line.strip(" ▀▄█")]
    assert read_squares(picture_of_blocks(codes)) == ["https://camtay.example.vn/"]


@pytest.mark.parametrize("url", ["https://hoi.example.vn/camtay/", "https://hoi.example.vn/?x=1", "hoi.example.vn"])
def test_a_site_below_a_path_is_a_sentence_at_the_start(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="không có gì sau tên miền"):
        settings.load(ROOT / "config.yaml", {"CAMTAY__WEB__PUBLIC_URL": url}, {})
    good = {"CAMTAY__WEB__PUBLIC_URL": "https://hoi.example.vn:8443"}
    assert settings.load(ROOT / "config.yaml", good, {}).web.public_url


def test_a_helper_has_a_number_that_can_be_called() -> None:
    with pytest.raises(SettingsInvalid, match="số điện thoại"):
        settings.load(ROOT / "config.yaml", {"CAMTAY__HELPER__PHONE": "abc"}, {})
    for number in ("", "0912 345 678", "+84 912.345.678", "1900 0368", "156"):
        assert settings.load(ROOT / "config.yaml", {"CAMTAY__HELPER__PHONE": number}, {}).helper.phone == number


def test_the_image_has_what_it_needs() -> None:
    """What a build would trip over, and the programs that a backup of PostgreSQL asks for."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    known = {"FROM", "ARG", "ENV", "WORKDIR", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
    assert {step for step, _ in steps} == known | {"ENTRYPOINT", "CMD"}
    for step, rest in steps:
        if step == "COPY":
            assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest
    installed = next(rest for step, rest in steps if step == "RUN" and "apt-get install" in rest)
    assert "postgresql-client" in installed and "--no-install-recommends" in installed
    assert installed.startswith("apt-get update") and installed.endswith("rm -rf /var/lib/apt/lists/*")
    order = [step for step, _ in steps]
    assert order.index("USER") < order.index("ENTRYPOINT"), "it does not serve as root"


@pytest.mark.parametrize("unit", ["camtay.service", "camtay-backup.service", "camtay-backup.timer"])
def test_systemd_takes_the_units(unit: str, tmp_path: Path) -> None:
    text = (ROOT / "deploy" / unit).read_text("utf-8").replace("/opt/camtay/camtay", sys.executable)
    for other in ("camtay-backup.service", unit):
        source = (ROOT / "deploy" / other).read_text("utf-8").replace("/opt/camtay/camtay", sys.executable)
        (tmp_path / other).write_text(source)
    try:
        run = subprocess.run(["systemd-analyze", "verify", tmp_path / unit], capture_output=True, text=True)
    except FileNotFoundError:
        leave_out("không có systemd-analyze")
    ours = [line for line in run.stderr.splitlines() if "camtay" in line]
    assert text and ours == []
