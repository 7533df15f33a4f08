"""Settings are read strictly: a wrong one is a single sentence with its place, secrets are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.telegram.settings import TelegramSettings
from bot.errors import SettingsInvalid
from bot.settings import Settings, load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def read(
    config: Path, text: str = "", environ: dict[str, str] | None = None, flags: dict[str, str] | None = None
) -> Settings:
    config.write_text(text or "web: {port: 1}\n", encoding="utf-8")
    return load(config, environ or {}, flags or {})


def telegram(settings: Settings) -> TelegramSettings:
    section = settings.channels["telegram"]
    assert isinstance(section, TelegramSettings)
    return section


def refusal(
    config: Path, text: str = "", environ: dict[str, str] | None = None, flags: dict[str, str] | None = None
) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        read(config, text, environ, flags)
    return str(caught.value).replace(f"{config.parent}/", "")


def test_the_file_that_comes_with_the_project_says_the_defaults():
    shipped = load(ROOT / "config.yaml", {}, {})
    folder = {"data": str(ROOT / "data"), "lessons": str(ROOT / "lessons")}
    assert (shipped.data.dir, shipped.lessons.dir) == (folder["data"], folder["lessons"])
    plain = Settings()
    for section in ("tutor", "helper", "web", "database", "channels", "time", "log", "keep", "backup", "metrics"):
        assert getattr(shipped, section) == getattr(plain, section)
    assert shipped.facts["hotline_vneid"] == "1900 0368"
    assert shipped.facts["dien_thoai_cong_an_xa"] == ""
    assert shipped.placeholders["nguoi_giup"] == ""


def test_flags_over_environment_over_file_over_defaults(config):
    assert read(config, "log: {level: info}\n").web.port == 8080
    text = "web: {port: 1}\n"
    environ = {"CAMTAY__WEB__PORT": "2"}
    assert read(config, text).web.port == 1
    assert read(config, text, environ).web.port == 2
    assert read(config, text, environ, {"web.port": "3"}).web.port == 3


def test_short_variables(config):
    environ = {
        "DATABASE_URL": "postgresql://a:b@h/d",
        "TELEGRAM_API_BASE": "http://127.0.0.1:9/",
        "CAMTAY_DATA": "/srv/camtay",
        "TELEGRAM_TOKEN": "42:secret",
        "PATH": "/bin",
    }
    settings = read(config, environ=environ)
    assert settings.database.url == "postgresql://a:b@h/d"
    assert telegram(settings).api_base == "http://127.0.0.1:9/"
    assert settings.data.dir == "/srv/camtay"
    assert telegram(settings).token == "42:secret"
    assert read(config, environ={**environ, "CAMTAY__DATA__DIR": "x"}).data.dir == "x"
    assert read(config, environ={"DATABASE_URL": ""}).database.url == ""


def test_every_key_of_the_file_can_be_a_variable(config):
    text = 'facts: {hotline: "1"}\n'
    settings = read(
        config,
        text,
        {
            "CAMTAY__TELEGRAM__MODE": "webhook",
            "CAMTAY__TELEGRAM__WEBHOOK_URL": "https://a.vn/x",
            "CAMTAY__TELEGRAM__MESSAGES_PER_SECOND": "0",
            "CAMTAY__HELPER__NAME": "Cô Sáu",
            "CAMTAY__FACTS__HOTLINE": "2",
        },
    )
    assert (telegram(settings).mode, telegram(settings).webhook_url) == ("webhook", "https://a.vn/x")
    assert telegram(settings).messages_per_second == 0
    assert settings.placeholders == {"hotline": "2", "nguoi_giup": "Cô Sáu", "so_nguoi_giup": ""}


def test_the_token_of_the_figures_comes_from_a_variable_or_a_file_and_is_shown_nowhere(config):
    (config.parent / "prometheus.token").write_text("of-the-file-" * 3 + "\n")
    by_file = read(config, "metrics: {token_file: prometheus.token}\nbackup: {at: ''}\n")
    assert by_file.metrics.token == "of-the-file-" * 3 and by_file.backup.at == ""
    by_variable = read(config, environ={"METRICS_TOKEN": "of-the-variable-" * 2})
    assert by_variable.metrics.token == "of-the-variable-" * 2 and by_variable.config == config
    assert "of-the" not in f"{by_file!r}{by_variable!r}"
    assert Settings().metrics.token == ""


def test_paths_in_the_file_count_from_its_folder(config):
    settings = read(config, "data: {dir: here}\n", flags={"lessons.dir": "there"})
    assert settings.data.dir == str(config.parent / "here")
    assert settings.lessons.dir == "there"
    assert read(config, "data: {dir: /abs}\n").data.dir == "/abs"


WRONG = [
    ("web:\n  prot: 1\n", {}, {}, "config.yaml:2:3: không có mục nào tên “prot” trong phần web; có phải là “port”?"),
    ("wbe: {port: 1}\n", {}, {}, "config.yaml:1:1: không có phần nào tên “wbe”; có phải là “web”?"),
    ("web: {port: tám}\n", {}, {}, "config.yaml:1:13: “port” phải là một con số; ví dụ: 8080."),
    ("web: {port: 99999}\n", {}, {}, "config.yaml:1:13: “port” phải là số từ 0 đến 65535, không phải “99999”."),
    ("web: {port: 1_0}\n", {}, {}, "config.yaml:1:13: “port” phải là một con số; ví dụ: 8080."),
    ("web: {port: [1]}\n", {}, {}, "config.yaml:1:13: “port” phải là một giá trị; hãy đặt trong dấu ngoặc kép."),
    ("web: 1\n", {}, {}, "config.yaml:1:6: phần “web” phải gồm các dòng “tên: giá trị”."),
    ("- web\n", {}, {}, "config.yaml:1:1: tệp phải gồm các phần như “web:”, “telegram:”."),
    ("# trống\n", {}, {}, "config.yaml:1:1: tệp trống"),
    ("web:\n\tport: 1\n", {}, {}, "config.yaml:2:1: ở đây có phím Tab; hãy dùng dấu cách."),
    (
        "web: {port: 1}\nweb: {port: 2}\n",
        {},
        {},
        "config.yaml:2:1: mục “web” có hai lần, lần đầu ở dòng 1; hãy bỏ một.",
    ),
    (
        "telegram: {mode: poling}\n",
        {},
        {},
        "config.yaml:1:18: “mode” phải là một trong: polling, webhook, không phải “poling”.",
    ),
    (
        "telegram: {webhook_url: http://a.vn}\n",
        {},
        {},
        "config.yaml:1:25: “webhook_url” phải là địa chỉ bắt đầu bằng https://",
    ),
    ("telegram: {messages_per_second: nan}\n", {}, {}, "config.yaml:1:33: “messages_per_second” phải là một con số"),
    ("telegram: {token: x}\n", {}, {}, "config.yaml:1:12: không ghi token vào tệp này; hãy đặt biến TELEGRAM_TOKEN"),
    ("database: {url: 'postgresql://a:b@h/d'}\n", {}, {}, "config.yaml:1:17: không ghi mật khẩu vào tệp này"),
    ("time: {zone: Asia/Saigonn}\n", {}, {}, "config.yaml:1:14: “zone” phải là một múi giờ"),
    ("time: {zone: Asia}\n", {}, {}, "config.yaml:1:14: “zone” phải là một múi giờ"),
    ("time: {quiet_from: 25:00}\n", {}, {}, "config.yaml:1:20: “quiet_from” phải là giờ và phút"),
    ("backup: {at: 4h}\n", {}, {}, "config.yaml:1:14: “at” phải là giờ và phút"),
    ("backup: {daily: -1}\n", {}, {}, "config.yaml:1:17: “daily” phải là số từ 0 đến 366"),
    ("metrics: {token: x}\n", {}, {}, "config.yaml:1:11: không ghi token vào tệp này; hãy đặt biến METRICS_TOKEN"),
    ("facts: {Số: 1}\n", {}, {}, "config.yaml:1:9: “Số” không dùng làm tên được"),
    (
        "",
        {"CAMTAY__WEB__PROT": "1"},
        {},
        "CAMTAY__WEB__PROT: không có biến nào tên như vậy; có phải là “CAMTAY__WEB__PORT”?",
    ),
    ("", {"CAMTAY__TELEGRAM__TOKEN": "s3cret"}, {}, "CAMTAY__TELEGRAM__TOKEN: không có biến nào tên như vậy"),
    ("", {"CAMTAY__FACTS__HOTLINE": "1"}, {}, "CAMTAY__FACTS__HOTLINE: không có biến nào tên như vậy"),
    ("", {"CAMTAY__WEB__PORT": ""}, {}, "CAMTAY__WEB__PORT: “port” phải là một con số; ví dụ: 8080."),
    (
        "",
        {"DATABASE_URL": "mysql://u:s3cret@h"},
        {},
        "DATABASE_URL: “url” phải là địa chỉ bắt đầu bằng sqlite:// hay postgresql://.",
    ),
    ("", {}, {"web.prot": "1"}, "web.prot: không có mục nào tên như vậy; có phải là “web.port”?"),
    ("", {}, {"web.port": "x"}, "web.port: “port” phải là một con số; ví dụ: 8080."),
    ("telegram: {token_file: none.txt}\n", {}, {}, "telegram.token_file: không đọc được tệp none.txt."),
]


@pytest.mark.parametrize(("text", "environ", "flags", "sentence"), WRONG)
def test_a_wrong_setting_is_one_sentence(config, text, environ, flags, sentence):
    said = refusal(config, text, environ, flags)
    assert said.startswith(sentence)
    assert "\n" not in said
    assert "s3cret" not in said


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsInvalid, match="không có tệp này"):
        load(tmp_path / "none.yaml", {}, {})


def test_a_token_may_live_in_a_file(config):
    (config.parent / "token.txt").write_text("42:from-file\n", encoding="utf-8")
    text = "telegram: {token_file: token.txt}\n"
    assert telegram(read(config, text)).token == "42:from-file"
    assert telegram(read(config, text, {"TELEGRAM_TOKEN": "42:from-environment"})).token == "42:from-environment"


def test_secrets_are_never_shown(config):
    settings = read(config, environ={"TELEGRAM_TOKEN": "42:s3cret", "DATABASE_URL": "postgresql://a:s3cret@h/d"})
    assert "s3cret" not in repr(settings) + str(settings) + f"{settings}"


def test_why_the_system_refuses_is_said_in_vietnamese(tmp_path: Path) -> None:
    """To the end of the sentence; only the log may keep the system's own words."""
    with pytest.raises(SettingsInvalid, match="đã có một thư mục ở chỗ của tệp"):
        load(tmp_path, {}, {})
    own = ("errors.py", "telemetry.py")
    rooms = [path for path in (ROOT / "bot").glob("*.py") if path.name not in own]
    assert [path.name for path in rooms if "strerror" in path.read_text("utf-8")] == []
