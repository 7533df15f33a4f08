"""At which addresses of this machine a phone on the same network can open the page."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path

_NOT_THE_ROOM = re.compile(
    r"(docker|podman|br-|veth|virbr|vmnet|vbox|lxc|cni|flannel|tun|tap|wg|tailscale|zt|ppp|utun)"
)
"""Interfaces of containers, virtual machines and VPNs: their addresses are of no use to a phone beside the machine."""
_ASK_ADDRESS = 0x8915  # Linux: SIOCGIFADDR, netdevice(7)


def in_the_room(found: Iterable[tuple[str, str]]) -> list[str]:
    """Of (interface, IPv4 address) those that a phone nearby can reach, private ones first."""
    usable = [
        address
        for name, address in found
        if not _NOT_THE_ROOM.match(name)
        and not ip_address(address).is_loopback
        and not ip_address(address).is_link_local
    ]
    return sorted(dict.fromkeys(usable), key=lambda address: not ip_address(address).is_private)


def of_this_machine() -> list[tuple[str, str]]:
    """(interface, IPv4 address) of this machine; where the system does not tell, the one that faces the network."""
    if not hasattr(socket, "AF_NETLINK"):  # not Linux
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address faces the network
            return [("", str(probe.getsockname()[0]))]
        return []
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an address
                answer = fcntl.ioctl(asked, _ASK_ADDRESS, struct.pack("256s", name.encode()[:15]))
                found.append((name, socket.inet_ntoa(answer[20:24])))
    return found


def in_container(environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> bool:
    """Whether this is the inside of a container, whose addresses nobody outside knows."""
    return bool(environ.get("container")) or any((root / sign).exists() for sign in (".dockerenv", "run/.containerenv"))
