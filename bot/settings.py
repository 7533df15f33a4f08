"""What can be set, where it came from, and one sentence when it is wrong.

Precedence: flags > environment > config.yaml > defaults. Every key of the file is also `CAMTAY__SECTION__KEY`; what
nobody knows is refused with its place, since a misspelt setting that is silently ignored costs an evening.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from bot.channels.registry import CHANNELS, ChannelSettings
from bot.checks import (
    clock,
    database,
    hosts,
    networks,
    one_of,
    phone,
    site,
    some,
    within,
    zone,
)
from bot.errors import SettingsInvalid, in_words
from bot.sections import Sections, accounts_in, key
from bot.upkeep import BackupSettings, Keep, Log, MediaSettings, MetricsSettings
from flows.saying import joined, say
from flows.yaml import strictyaml
from flows.yaml.fields import NAME, NAME_SHAPE, did_you_mean

PREFIX = "CAMTAY__"


# --- the sections ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tutor:
    name: str = key("Cầm Tay", some)
    union: str = key("Hội Phụ nữ", some)


@dataclass(frozen=True, slots=True)
class Helper:
    """The person whose number "giúp" gives."""

    name: str = key("")
    phone: str = key("", phone)


@dataclass(frozen=True, slots=True)
class Web:
    """`max_text` in characters; port 0 lets the system choose; `proxies` (IP addresses) stand before us:
    they alone are believed when they name whom they ask for."""

    host: str = key("127.0.0.1", some)
    port: int = key(8080, within(0, 65_535))
    public_url: str = key("", site)
    max_text: int = key(4_000, within(100, 100_000))
    proxies: str = key("127.0.0.1 ::1", networks)

    def link(self, payload: str) -> str:
        """A link that opens the page and carries `payload` into it; "" without an address."""
        return f"{self.public_url.rstrip('/')}/?moi={payload}" if self.public_url else ""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Empty: an SQLite file under the data folder. It may hold a password, hence never shown."""

    url: str = key("", database, secret=True, variable="DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Data:
    dir: str = key("data", some, path=True, variable="CAMTAY_DATA")


@dataclass(frozen=True, slots=True)
class Time:
    """`quiet_from` and `quiet_to` are HH:MM in `zone`."""

    zone: str = key("Asia/Ho_Chi_Minh", zone)
    quiet_from: str = key("20:00", clock)
    quiet_to: str = key("08:00", clock)


@dataclass(frozen=True, slots=True)
class PairingSettings:
    """The 1+1: spans in hours of waking time (quiet hours don't count), `safety_min` in minutes of any time."""

    capacity: int = key(3, within(1, 50))
    offer_h: int = key(4, within(1, 72))
    later_h: int = key(4, within(1, 720))
    request_h: int = key(24, within(1, 720))
    officer_h: int = key(24, within(1, 720))
    help_h: int = key(4, within(1, 72))
    follow_up_h: int = key(24, within(1, 720))
    safety_min: int = key(15, within(1, 60))
    silences: int = key(3, within(1, 20))
    rest_days: int = key(7, within(1, 60))
    digest_at: str = key("18:00", clock)
    priority: str = key("elderly disability poor worker remote")
    prefer_previous: str = key("yes", one_of("yes", "no"))
    living_days: int = key(30, within(1, 366))


@dataclass(frozen=True, slots=True)
class Announce:
    """Officers' news: `hosts` may be linked to (themselves and below, blanks between), `a_day` an officer sends so many
    at most, `per_minute` people are told."""

    hosts: str = key("gov.vn hoilhpn.org.vn", hosts)
    a_day: int = key(3, within(1, 100))
    per_minute: int = key(300, within(1, 6_000))


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """`listen`: voice messages are understood where the extra for it is installed; after `idle_min` minutes without one
    the process that listens gives its memory back."""

    listen: str = key("yes", one_of("yes", "no"))
    idle_min: int = key(5, within(1, 1_440))


@dataclass(frozen=True, slots=True)
class Lessons:
    """`scene_months`: a practice screen that shows a real one is looked at again after so long; `review_months`: a
    lesson is read again."""

    dir: str = key("lessons", some, path=True)
    scene_months: int = key(6, within(1, 60))
    review_months: int = key(6, within(1, 60))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set, one section each; `channels` those of the messengers, by the ids of their profiles, a
    further account of one by its id and a name ("telegram_bien_hoa"); `facts` the placeholders that lessons may use."""

    tutor: Tutor = Tutor()
    helper: Helper = Helper()
    web: Web = Web()
    database: DatabaseAddress = DatabaseAddress()
    data: Data = Data()
    time: Time = Time()
    pairing: PairingSettings = PairingSettings()
    announce: Announce = Announce()
    keep: Keep = field(default_factory=Keep)
    backup: BackupSettings = field(default_factory=BackupSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    voice: VoiceSettings = VoiceSettings()
    log: Log = field(default_factory=Log)
    lessons: Lessons = Lessons()
    media: MediaSettings = field(default_factory=MediaSettings)
    channels: Mapping[str, ChannelSettings] = field(default_factory=lambda: {c.profile.id: c() for c in CHANNELS})
    facts: Mapping[str, str] = field(default_factory=dict)
    config: Path = Path("config.yaml")
    """The file that was read."""

    @property
    def links(self) -> tuple[Callable[[str], str], ...]:
        """What carries a code into a chat, a channel each."""
        return (*(each.link for each in self.channels.values()), self.web.link)

    @property
    def database_url(self) -> str:
        """Where the data are; without a setting an SQLite file in the data folder."""
        return self.database.url or f"sqlite:///{Path(self.data.dir) / 'camtay.db'}"

    @property
    def placeholders(self) -> dict[str, str]:
        """What a lesson may put between braces: the facts, and the helper's name and phone."""
        return {**self.facts, "nguoi_giup": self.helper.name, "so_nguoi_giup": self.helper.phone}


_SECTIONS: Mapping[str, Any] = {
    "tutor": Tutor,
    "helper": Helper,
    "web": Web,
    "database": DatabaseAddress,
    "data": Data,
    "time": Time,
    "pairing": PairingSettings,
    "announce": Announce,
    "keep": Keep,
    "backup": BackupSettings,
    "metrics": MetricsSettings,
    "voice": VoiceSettings,
    "log": Log,
    "lessons": Lessons,
    "media": MediaSettings,
}


# --- where values come from --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as text, and how to name its origin to the person who wrote it."""

    section: str
    key: str
    text: str
    where: str


def load(
    config_path: str | Path,
    environ: Mapping[str, str],
    flags: Mapping[str, str],
    channels: Sequence[type[ChannelSettings]] = CHANNELS,
) -> Settings:
    """All settings. `flags` are texts by "section.key" (`web.port`), `channels` those that can be configured.

    Raises SettingsInvalid with one sentence that names file:line:col, variable or flag.
    """
    path = Path(config_path)
    root = _file(path)
    kinds = {channel.profile.id: channel for channel in channels}
    further = accounts_in(root.entries, kinds)
    of_channels = {**kinds, **{name: kinds[kind] for name, kind in further.items()}}
    schema = Sections({**_SECTIONS, **of_channels}, further)
    values: dict[tuple[str, str], Any] = {}
    facts: dict[str, str] = {}
    for given in _from_file(root, schema):
        if given.section == "facts":
            facts[given.key] = given.text
        else:
            value = _value(given, schema)
            is_path = schema.keys[given.section, given.key].metadata["path"]
            values[given.section, given.key] = _beside(path, value) if is_path else value
    for at, known in schema.keys.items():
        if known.metadata["path"]:
            values.setdefault(at, _beside(path, known.default))
    for given in (*_from_environment(environ, facts, schema), *_from_flags(flags, schema)):
        if given.section == "facts":
            facts[given.key] = given.text
        else:
            values[given.section, given.key] = _value(given, schema)
    for (section, name), (variable, file) in schema.credentials.items():
        values[section, name] = _credential(environ.get(variable, ""), f"{section}.{file}", values[section, file])
    made = {name: kind(**_of(name, values)) for name, kind in schema.sections.items()}
    own, channels_ = {name: made[name] for name in _SECTIONS}, {name: made[name] for name in of_channels}
    return Settings(**own, channels=channels_, facts=facts, config=path)


def _of(section: str, values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    return {key: value for (part, key), value in values.items() if part == section}


def _file(path: Path) -> strictyaml.Mapping:
    """The sections of the file, as they are written."""
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
    return document.root


def _from_file(root: strictyaml.Mapping, schema: Sections) -> Iterator[_Given]:
    for section, (at, node) in root.entries.items():
        if section not in schema.sections and section != "facts":
            hint = did_you_mean(section, (*schema.sections, "facts"))
            _refuse(str(at.place), say("không có phần nào tên “{section}”", section=section), hint)
        if not isinstance(node, strictyaml.Mapping):
            _refuse(str(node.place), say("phần “{section}” phải gồm các dòng “tên: giá trị”", section=section))
        yield from _from_section(section, node, schema)


def _from_section(section: str, node: strictyaml.Mapping, schema: Sections) -> Iterator[_Given]:
    for name, (at, value) in node.entries.items():
        if secret := schema.credentials.get((section, name)):
            variable, file = secret
            hint = say("hãy đặt biến {variable} hoặc dùng {file}", variable=variable, file=file)
            _refuse(str(at.place), say("không ghi {name} vào tệp này", name=name), hint)
        if section == "facts" and not NAME.fullmatch(name):
            _refuse(str(at.place), say("“{name}” không dùng làm tên được", name=name), NAME_SHAPE)
        if section != "facts" and (section, name) not in schema.keys:
            known = (each for part, each in schema.keys if part == section)
            unknown = say("không có mục nào tên “{name}” trong phần {section}", name=name, section=section)
            _refuse(str(at.place), unknown, did_you_mean(name, known))
        if not isinstance(value, strictyaml.Scalar):
            _refuse(str(value.place), say("“{name}” phải là một giá trị", name=name), strictyaml.QUOTE_HINT)
        if section == "database" and re.search(r"://[^/@]*:[^/@]*@", value.text):
            _refuse(
                str(value.place),
                say("không ghi mật khẩu vào tệp này"),
                say("hãy đặt biến {variable}", variable=f"DATABASE_{name.upper()}"),
            )
        yield _Given(section, name, value.text.strip(), str(value.place))


def _from_environment(environ: Mapping[str, str], facts: Mapping[str, str], schema: Sections) -> Iterator[_Given]:
    for name, at in schema.short.items():
        if environ.get(name):
            yield _Given(*at, environ[name].strip(), name)
    known = {_variable(*at): at for at in (*schema.keys, *(("facts", fact) for fact in facts))}
    secrets = [variable for variable, _ in schema.credentials.values()]
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            _refuse(name, say("không có biến nào tên như vậy"), did_you_mean(name, (*known, *secrets)))
        yield _Given(*known[name], text.strip(), name)


def _from_flags(flags: Mapping[str, str], schema: Sections) -> Iterator[_Given]:
    for name, text in flags.items():
        section, _, key = name.partition(".")
        if (section, key) not in schema.keys:
            hint = did_you_mean(name, (".".join(known) for known in schema.keys))
            _refuse(name, say("không có mục nào tên như vậy"), hint)
        yield _Given(section, key, text, name)


def _variable(section: str, key: str) -> str:
    return f"{PREFIX}{section.upper()}__{key.upper()}"


def account(environ: Mapping[str, str]) -> str:
    """Whoever works at this machine, by the name of the account."""
    return next((environ[name] for name in ("USER", "LOGNAME", "USERNAME") if environ.get(name)), "?")


# --- one value ---------------------------------------------------------------------------------------


_NUMBER = {int: re.compile(r"-?[0-9]{1,12}"), float: re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")}


def _value(given: _Given, schema: Sections) -> Any:
    key = schema.keys[given.section, given.key]
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


def _credential(from_variable: str, setting: str, path: str) -> str:
    """The secret of the variable, else of the file that the `setting` names."""
    if from_variable.strip() or not path:
        return from_variable.strip()
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalid(say("{setting}: không đọc được tệp {path}.", setting=setting, path=path)) from None


def _refuse(where: str, message: str, hint: str = "") -> NoReturn:
    told = joined([message, hint] if hint else [message], "; ")
    raise SettingsInvalid(say("{where}: {told}" if hint.endswith("?") else "{where}: {told}.", where=where, told=told))
