"""The hosts that a message leads to, however they are written there: with `https://` or without, in signs of IDN, with
another host before an @. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 20  # links of one message that are looked at
LONGEST = 253  # characters of a host (RFC 1035)

_LABEL = r"[^\W_](?:[\w\-]{0,61}[^\W_])?"
_LINK = re.compile(
    rf"(?<![\w@])(?P<scheme>h(?:tt|xx)ps?\s?:\s?/{{1,2}}\s?|www\.)?(?P<user>[^\s/@<>]{{1,80}}@)?"
    rf"(?P<host>(?:{_LABEL}\s?\[?\.\]?){{1,12}}{_LABEL}\.?)(?P<port>:\d{{2,5}})?(?P<path>/[^\s<>\"“”]*)?",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_DOT_SPACED = re.compile(r"\s?\[?\.\]?")


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A host in small letters as a reader sees it (an `xn--` label decoded) without `www.`, and the path behind it.

    `typed` is the host with the capitals it was written with: a capital I looks like an l. `user` is what stands before
    an @, where a reader takes it for the host; `span` where all of it stands in the text.
    """

    host: str
    typed: str
    path: str = ""
    user: str = ""
    span: tuple[int, int] = (0, 0)


def links_in(text: str, endings: frozenset[str]) -> Iterator[SeenLink]:
    """The links of a text (in NFKC), at most MOST, addresses of mail among them.

    Without a scheme a host counts where its last label is one of `endings`, or a path follows.
    """
    found = 0
    for each in _LINK.finditer(text):
        typed = _DOT_SPACED.sub(".", each["host"]).strip(".")
        typed = ".".join(_decoded(label) for label in typed.split("."))
        host = typed.casefold()
        if len(host) > LONGEST or not (each["scheme"] or _is_host(each["host"], host, each["path"], endings)):
            continue
        user = (each["user"] or "").removesuffix("@").casefold()
        yield SeenLink(
            host.removeprefix("www."), re.sub(r"(?i)^www\.", "", typed), each["path"] or "", user, each.span()
        )
        found += 1
        if found == MOST:
            return


def _is_host(written: str, host: str, path: str | None, endings: frozenset[str]) -> bool:
    """Whether words with a dot between them are a host: "nhé.Chị", "1.500" and "3.000d/ngày" are none."""
    last = host.rpartition(".")[2]
    if _NUMBERS.fullmatch(host):
        return path is not None
    if " " in written or not last.isascii() or last[:1].isdigit():
        return False
    return last in endings or (path is not None and len(path) > 1 and len(last) > 1)


def _decoded(label: str) -> str:
    """A label of IDN as it is read; one that cannot be decoded stays."""
    if not label.casefold().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
