"""What can be set, where it came from, and one sentence when it is wrong.

Precedence: flags > environment > config.yaml > defaults. Every key of the file is also `CAMTAY__SECTION__KEY`; what
nobody knows is refused with its place, since a misspelt setting that is silently ignored costs an evening.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn

from bot.checks import (
    address,
    bot_name,
    clock,
    database,
    hosts,
    https,
    networks,
    one_of,
    phone,
    site,
    some,
    within,
    zone,
)
from bot.errors import SettingsInvalid, in_words
from flows.saying import joined, say
from flows.yaml import strictyaml
from flows.yaml.fields import NAME, NAME_SHAPE, did_you_mean

PREFIX = "CAMTAY__"


def _key(default: Any, check: Callable[[Any], str] | None = None, *, secret: bool = False, path: bool = False) -> Any:
    """A key of a section; a secret is never shown, a path in the file counts from the file's folder."""
    return field(default=default, repr=not secret, metadata={"check": check, "secret": secret, "path": path})


# --- the sections ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tutor:
    name: str = _key("Cầm Tay", some)
    union: str = _key("Hội Phụ nữ", some)


@dataclass(frozen=True, slots=True)
class Helper:
    """The person whose number "giúp" gives."""

    name: str = _key("")
    phone: str = _key("", phone)


@dataclass(frozen=True, slots=True)
class Web:
    """`max_text` in characters; port 0 lets the system choose; `proxies` (IP addresses) stand before us:
    they alone are believed when they name whom they ask for."""

    host: str = _key("127.0.0.1", some)
    port: int = _key(8080, within(0, 65_535))
    public_url: str = _key("", site)
    max_text: int = _key(4_000, within(100, 100_000))
    proxies: str = _key("127.0.0.1 ::1", networks)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Empty: an SQLite file under the data folder. It may hold a password, hence never shown."""

    url: str = _key("", database, secret=True)


@dataclass(frozen=True, slots=True)
class Data:
    dir: str = _key("data", some, path=True)


@dataclass(frozen=True, slots=True)
class Telegram:
    """`token` comes from TELEGRAM_TOKEN or from `token_file`, never from config.yaml; empty: no Telegram.

    `username` is the bot's name in the links of invitations. `messages_per_second` 0 means no limiter at all; after
    `drop_after_s` seconds of stop Telegram has dropped taps.
    """

    mode: str = _key("polling", one_of("polling", "webhook"))
    webhook_url: str = _key("", https)
    messages_per_second: float = _key(30.0, within(0, 10_000))
    api_base: str = _key("https://api.telegram.org", address)
    token_file: str = _key("", path=True)
    username: str = _key("", bot_name)
    drop_after_s: float = _key(150.0, within(0, 86_400))
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Time:
    """`quiet_from` and `quiet_to` are HH:MM in `zone`."""

    zone: str = _key("Asia/Ho_Chi_Minh", zone)
    quiet_from: str = _key("20:00", clock)
    quiet_to: str = _key("08:00", clock)


@dataclass(frozen=True, slots=True)
class PairingSettings:
    """The 1+1: spans in hours of waking time (quiet hours don't count), `safety_min` in minutes of any time."""

    capacity: int = _key(3, within(1, 50))
    offer_h: int = _key(4, within(1, 72))
    later_h: int = _key(4, within(1, 720))
    request_h: int = _key(24, within(1, 720))
    officer_h: int = _key(24, within(1, 720))
    help_h: int = _key(4, within(1, 72))
    follow_up_h: int = _key(24, within(1, 720))
    safety_min: int = _key(15, within(1, 60))
    silences: int = _key(3, within(1, 20))
    rest_days: int = _key(7, within(1, 60))
    digest_at: str = _key("18:00", clock)
    priority: str = _key("elderly disability poor worker remote")
    prefer_previous: str = _key("yes", one_of("yes", "no"))
    living_days: int = _key(30, within(1, 366))


@dataclass(frozen=True, slots=True)
class Announce:
    """Officers' news: `hosts` may be linked to (themselves and below, blanks between), `a_day` an officer sends so many
    at most, `per_minute` people are told."""

    hosts: str = _key("gov.vn hoilhpn.org.vn", hosts)
    a_day: int = _key(3, within(1, 100))
    per_minute: int = _key(300, within(1, 6_000))


@dataclass(frozen=True, slots=True)
class Keep:
    """How long data stay, in days; `aside_days` and `backup_days` 0: for ever."""

    idle_days: int = _key(365, within(30, 3_650))
    answer_days: int = _key(30, within(7, 365))
    aside_days: int = _key(30, within(0, 3_650))
    backup_days: int = _key(90, within(0, 3_650))


@dataclass(frozen=True, slots=True)
class Log:
    level: str = _key("info", one_of("debug", "info", "warning", "error"))
    max_mb: int = _key(10, within(1, 10_000))
    keep: int = _key(5, within(0, 1_000))


@dataclass(frozen=True, slots=True)
class Lessons:
    dir: str = _key("lessons", some, path=True)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set, one section each; `facts` are the placeholders that lessons may use."""

    tutor: Tutor = Tutor()
    helper: Helper = Helper()
    web: Web = Web()
    database: DatabaseAddress = DatabaseAddress()
    data: Data = Data()
    telegram: Telegram = Telegram()
    time: Time = Time()
    pairing: PairingSettings = PairingSettings()
    announce: Announce = Announce()
    keep: Keep = Keep()
    log: Log = Log()
    lessons: Lessons = Lessons()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        """Where the data are; without a setting an SQLite file in the data folder."""
        return self.database.url or f"sqlite:///{Path(self.data.dir) / 'camtay.db'}"

    @property
    def placeholders(self) -> dict[str, str]:
        """What a lesson may put between braces: the facts, and the helper's name and phone."""
        return {**self.facts, "nguoi_giup": self.helper.name, "so_nguoi_giup": self.helper.phone}


_SECTIONS: dict[str, Any] = {
    "tutor": Tutor,
    "helper": Helper,
    "web": Web,
    "database": DatabaseAddress,
    "data": Data,
    "telegram": Telegram,
    "time": Time,
    "pairing": PairingSettings,
    "announce": Announce,
    "keep": Keep,
    "log": Log,
    "lessons": Lessons,
}
_KEYS: dict[tuple[str, str], Any] = {  # dataclasses.Field, whose default is typed too tightly for us
    (section, key.name): key for section, kind in _SECTIONS.items() for key in fields(kind) if "check" in key.metadata
}
_SHORT = {
    "DATABASE_URL": ("database", "url"),
    "TELEGRAM_API_BASE": ("telegram", "api_base"),
    "CAMTAY_DATA": ("data", "dir"),
}


# --- where values come from --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as text, and how to name its origin to the person who wrote it."""

    section: str
    key: str
    text: str
    where: str


def load(config_path: str | Path, environ: Mapping[str, str], flags: Mapping[str, str]) -> Settings:
    """All settings. `flags` are texts by "section.key" (`web.port`).

    Raises SettingsInvalid with one sentence that names file:line:col, variable or flag.
    """
    path = Path(config_path)
    values: dict[tuple[str, str], Any] = {}
    facts: dict[str, str] = {}
    for given in _from_file(path):
        if given.section == "facts":
            facts[given.key] = given.text
        else:
            value = _value(given)
            is_path = _KEYS[given.section, given.key].metadata["path"]
            values[given.section, given.key] = _beside(path, value) if is_path else value
    for (section, key), known in _KEYS.items():
        if known.metadata["path"]:
            values.setdefault((section, key), _beside(path, known.default))
    for given in (*_from_environment(environ, facts), *_from_flags(flags)):
        if given.section == "facts":
            facts[given.key] = given.text
        else:
            values[given.section, given.key] = _value(given)
    values["telegram", "token"] = _token(environ, values["telegram", "token_file"])
    sections = {name: kind(**_of(name, values)) for name, kind in _SECTIONS.items()}
    return Settings(**sections, facts=facts)


def _of(section: str, values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    return {key: value for (part, key), value in values.items() if part == section}


def _from_file(path: Path) -> Iterator[_Given]:
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        raise SettingsInvalid(say("{file}: không có tệp này; hãy chỉ đúng chỗ bằng --config.", file=path)) from None
    except OSError as fault:
        raise SettingsInvalid(say("{file}: không mở được ({reason}).", file=path, reason=in_words(fault))) from None
    document = strictyaml.read(source, str(path))
    for problem in document.problems:
        if problem.severity == "error":
            _refuse(str(problem.place), problem.message, problem.hint)
    if not isinstance(document.root, strictyaml.Mapping):
        _refuse(f"{path}:1:1", say("tệp phải gồm các phần như “web:”, “telegram:”"))
    for section, (at, node) in document.root.entries.items():
        if section not in _SECTIONS and section != "facts":
            _refuse(
                str(at.place),
                say("không có phần nào tên “{section}”", section=section),
                did_you_mean(section, (*_SECTIONS, "facts")),
            )
        if not isinstance(node, strictyaml.Mapping):
            _refuse(str(node.place), say("phần “{section}” phải gồm các dòng “tên: giá trị”", section=section))
        yield from _from_section(section, node)


def _from_section(section: str, node: strictyaml.Mapping) -> Iterator[_Given]:
    for key, (at, value) in node.entries.items():
        if (section, key) == ("telegram", "token"):
            _refuse(
                str(at.place),
                say("không ghi token vào tệp này"),
                say("hãy đặt biến TELEGRAM_TOKEN hoặc dùng token_file"),
            )
        if section == "facts" and not NAME.fullmatch(key):
            _refuse(str(at.place), say("“{key}” không dùng làm tên được", key=key), NAME_SHAPE)
        if section != "facts" and (section, key) not in _KEYS:
            keys = (known for part, known in _KEYS if part == section)
            _refuse(
                str(at.place),
                say("không có mục nào tên “{key}” trong phần {section}", key=key, section=section),
                did_you_mean(key, keys),
            )
        if not isinstance(value, strictyaml.Scalar):
            _refuse(str(value.place), say("“{key}” phải là một giá trị", key=key), strictyaml.QUOTE_HINT)
        if (section, key) == ("database", "url") and re.search(r"://[^/@]*:[^/@]*@", value.text):
            _refuse(str(value.place), say("không ghi mật khẩu vào tệp này"), say("hãy đặt biến DATABASE_URL"))
        yield _Given(section, key, value.text.strip(), str(value.place))


def _from_environment(environ: Mapping[str, str], facts: Mapping[str, str]) -> Iterator[_Given]:
    for name, (section, key) in _SHORT.items():
        if environ.get(name):
            yield _Given(section, key, environ[name].strip(), name)
    known = {_variable(*key): key for key in (*_KEYS, *(("facts", fact) for fact in facts))}
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            _refuse(name, say("không có biến nào tên như vậy"), did_you_mean(name, (*known, "TELEGRAM_TOKEN")))
        section, key = known[name]
        yield _Given(section, key, text.strip(), name)


def _from_flags(flags: Mapping[str, str]) -> Iterator[_Given]:
    for name, text in flags.items():
        section, _, key = name.partition(".")
        if (section, key) not in _KEYS:
            _refuse(name, say("không có mục nào tên như vậy"), did_you_mean(name, (".".join(known) for known in _KEYS)))
        yield _Given(section, key, text, name)


def _variable(section: str, key: str) -> str:
    return f"{PREFIX}{section.upper()}__{key.upper()}"


def account(environ: Mapping[str, str]) -> str:
    """Whoever works at this machine, by the name of the account."""
    return next((environ[name] for name in ("USER", "LOGNAME", "USERNAME") if environ.get(name)), "?")


# --- one value ---------------------------------------------------------------------------------------


_NUMBER = {int: re.compile(r"-?[0-9]{1,12}"), float: re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")}


def _value(given: _Given) -> Any:
    key = _KEYS[given.section, given.key]
    kind = type(key.default)
    if kind is not str and not _NUMBER[kind].fullmatch(given.text):
        example = say("ví dụ: {default}", default=key.default)
        _refuse(given.where, say("“{key}” phải là một con số", key=given.key), example)
    value = kind(given.text)
    check = key.metadata["check"]
    expected = check(value) if check else ""
    if expected:
        wrong = say("“{key}” phải là {expected}", key=given.key, expected=expected)
        typed = say("{wrong}, không phải “{text}”", wrong=wrong, text=given.text)
        _refuse(given.where, wrong if key.metadata["secret"] else typed)
    return value


def _beside(config: Path, path: str) -> str:
    """A path written in the file counts from the file's folder."""
    return str(config.parent / path) if path else ""


def _token(environ: Mapping[str, str], token_file: str) -> str:
    token = environ.get("TELEGRAM_TOKEN", "").strip()
    if token or not token_file:
        return token
    try:
        return Path(token_file).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalid(say("telegram.token_file: không đọc được tệp {file}.", file=token_file)) from None


def _refuse(where: str, message: str, hint: str = "") -> NoReturn:
    told = joined([message, hint] if hint else [message], "; ")
    raise SettingsInvalid(say("{where}: {told}" if hint.endswith("?") else "{where}: {told}.", where=where, told=told))
