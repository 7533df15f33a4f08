"""The channel against an account over real HTTP: error codes, tokens in the middle, pictures, what nobody is told."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels.base import (
    Attachment,
    Button,
    LearnerGone,
    Misconfigured,
    Outgoing,
    SendError,
    SendRefused,
    Throttled,
    Unreachable,
    WindowClosed,
)
from bot.channels.provider import SetUpFailed, Surroundings
from bot.channels.zalo_oa.client import OaApi
from bot.channels.zalo_oa.provider import ZaloOaProvider
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.errors import SettingsInvalid
from tests.channels.conformance.under_test import Scratch, alone
from tests.support.fake_zalo_oa import FakeZaloOa, Person, Shown

JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 50
FILE = f"{hashlib.sha256(JPEG).hexdigest()}.jpg"
DAY = timedelta(days=1)


class Files:
    """A media store: what lies in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, file: str) -> Path | None:
        found = self.folder / file
        return found if found.exists() else None

    def address(self, file: str) -> str:
        return ""

    def draw(self, wanted: Iterable[str]) -> None:
        pass


class Stage:
    def __init__(self, folder: Path) -> None:
        self.at = datetime(2026, 11, 22, tzinfo=UTC)
        self.memory = Scratch()
        self.fake = FakeZaloOa(lambda: self.at.timestamp())
        self.folder = folder
        self.no = 0

    def settings(self, **more: str) -> ZaloOaSettings:
        of, url = self.fake, self.fake.url
        given = {"app_id": of.app_id, "oa_id": of.oa_id, "webhook_url": "https://camtay.example", "api_base": url}
        secrets: dict[str, Any] = {
            "app_secret": of.app_secret,
            "oa_secret": of.oa_secret,
            "refresh_token": "refresh-0-SECRET",
        }
        return ZaloOaSettings(**{**secrets, **given, "oauth_base": url, **more})

    def provider(self, **more: str) -> ZaloOaProvider:
        around = Surroundings(lambda channel: self.memory, Files(self.folder))
        made = ZaloOaProvider(self.settings(**more), around)
        made.routes(_nobody, lambda: self.at)
        return made

    def lan(self) -> Person:
        """Somebody whose window is open."""
        person = self.fake.person("777")
        person.heard_at, person.since = self.at.timestamp(), 0
        return person

    def message(self, text: str = "Chào chị", *media: Attachment, buttons: tuple[Button, ...] = ()) -> Outgoing:
        self.no += 1
        return Outgoing("zalo_oa:1", "777", self.no, text, buttons, media=media)


async def _nobody(updates: object) -> None:
    raise AssertionError("nothing is posted here")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path)
    async with made.fake:
        yield made


@pytest.fixture
async def provider(stage: Stage) -> AsyncIterator[ZaloOaProvider]:
    made = stage.provider()
    yield made
    await made.close()


CODES: list[tuple[int, type[SendError]]] = [
    (-32, Throttled),
    (-100, SendRefused),
    (-201, SendRefused),
    (-210, SendRefused),
    (-211, WindowClosed),
    (-213, LearnerGone),
    (-218, WindowClosed),
    (-221, Misconfigured),
    (-224, Misconfigured),
    (-227, LearnerGone),
    (-230, WindowClosed),
    (-232, WindowClosed),
    (-233, SendRefused),
    (-240, Misconfigured),
    (-242, Misconfigured),
    (-244, LearnerGone),
    (-320, Misconfigured),
    (-321, Misconfigured),
    (-99_999, SendRefused),
]


@pytest.mark.parametrize(("code", "kind"), CODES, ids=[str(row[0]) for row in CODES])
async def test_every_code_says_what_to_do_next(stage: Stage, provider: ZaloOaProvider, code: int, kind: type) -> None:
    stage.lan()
    stage.fake.account.waiting.append((code, "", 1))
    with pytest.raises(SendError) as caught:
        await provider.channel.send(stage.message())
    assert type(caught.value) is kind or (kind is SendRefused and isinstance(caught.value, SendRefused))
    assert stage.fake.account.counts["exchange"] == 1


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_token_that_is_refused_is_renewed_once(stage: Stage, provider: ZaloOaProvider, code: int) -> None:
    lan = stage.lan()
    stage.fake.account.waiting.append((code, "", 1))
    await provider.channel.send(stage.message())
    assert [each.text for each in lan.inbox] == ["Chào chị"] and stage.fake.account.counts["exchange"] == 2
    stage.fake.account.waiting.append((code, "", 2))
    with pytest.raises(Misconfigured):
        await provider.channel.send(stage.message())
    assert stage.fake.account.counts["exchange"] == 3


async def test_a_token_revoked_or_over_in_the_middle_is_not_felt(stage: Stage, provider: ZaloOaProvider) -> None:
    lan = stage.lan()
    await provider.channel.send(stage.message("một"))
    stage.fake.account.revoke()
    await provider.channel.send(stage.message("hai"))
    stage.fake.account.access_until = 0.0
    await provider.channel.send(stage.message("ba"))
    assert [each.text for each in lan.inbox] == ["một", "hai", "ba"] and stage.fake.account.used == []


@pytest.mark.parametrize("status", [500, 502, 503, 429, 302])
async def test_what_stands_before_zalo_may_fail(stage: Stage, provider: ZaloOaProvider, status: int) -> None:
    lan = stage.lan()
    await provider.channel.send(stage.message("một"))
    stage.fake.failing.append(status)
    with pytest.raises(Throttled if status == 429 else Unreachable):
        await provider.channel.send(again := stage.message("hai"))
    await provider.channel.send(again)
    assert [each.text for each in lan.inbox] == ["một", "hai"]


async def test_a_long_text_goes_on_where_it_failed(stage: Stage, provider: ZaloOaProvider) -> None:
    lan = stage.lan()
    long = stage.message(" ".join(f"từ{at}" for at in range(1_000)))
    await provider.channel.send(stage.message("trước"))
    stage.fake.account.waiting.append((-32, "nobody", 1))

    def fails_after_the_second(user_id: str) -> None:
        if stage.fake.account.counts["message"] == 3:
            stage.fake.failing.append(502)

    stage.fake.on_sent = fails_after_the_second
    with pytest.raises(Unreachable):
        await provider.channel.send(long)
    await provider.channel.send(long)
    assert " ".join(each.text for each in lan.inbox[1:]).split() == long.text.split()


@pytest.mark.parametrize("shape", ["inside", "beside"])
async def test_buttons_of_the_shape_that_was_tried_are_tapped(stage: Stage, shape: str) -> None:
    stage.fake.account.switches.buttons = shape  # type: ignore[assignment]
    provider, lan = stage.provider(buttons=shape), stage.lan()
    buttons = Button("s:7:dung", "Đúng rồi"), Button("s:7:sai", "Sai")
    await provider.channel.send(stage.message("Chọn:\n1. Đúng rồi\n2. Sai", buttons=buttons))
    assert [title for title, _ in lan.inbox[-1].buttons] == ["Đúng rồi", "Sai"]
    await provider.close()


@pytest.mark.parametrize("shape", ["inside", "beside"])
async def test_buttons_that_are_refused_leave_the_numbers(stage: Stage, shape: str) -> None:
    stage.fake.account.switches.buttons = "refused"
    provider, lan = stage.provider(buttons=shape), stage.lan()
    outgoing = stage.message("Chọn:\n1. Đúng rồi", buttons=(Button("s:7:dung", "Đúng rồi"),))
    with pytest.raises(SendRefused):
        await provider.channel.send(outgoing)
    await provider.channel.send(outgoing, plain=True)
    assert lan.inbox == [Shown("Chọn:\n1. Đúng rồi")]
    await provider.close()


# --- pictures ----------------------------------------------------------------------------------------


async def test_a_picture_is_uploaded_once_and_again_when_its_id_is_over(stage: Stage, provider: ZaloOaProvider) -> None:
    (stage.folder / FILE).write_bytes(JPEG)
    photo, account = Attachment("photo", file=FILE, words="[Hình]"), stage.fake.account
    for text in ("một", "hai"):
        stage.lan()
        await provider.channel.send(stage.message(text, photo))
    lan = stage.lan()
    assert account.counts["upload"] == 1 and [each.text for each in lan.inbox] == ["một", "hai"]
    assert len({each.picture for each in lan.inbox}) == 1 and lan.inbox[0].picture
    account.uploads.clear()
    await provider.channel.send(stage.message("ba", photo))
    assert account.counts["upload"] == 2 and lan.inbox[-1].picture in account.uploads
    again = stage.provider()
    await again.channel.send(stage.message("bốn", photo))
    assert account.counts["upload"] == 2, "another process knows it"
    stage.at += 7 * DAY
    stage.lan()
    await again.channel.send(stage.message("năm", photo))
    assert account.counts["upload"] == 3, "its age is known: no call is made to be refused"
    await again.close()


@pytest.mark.parametrize(
    ("file", "content"),
    [(FILE, None), (FILE, b"no picture"), (FILE, JPEG + b"\x00" * 1_000_000), ("x.webp", JPEG), (FILE, b"")],
    ids=["lost", "no picture", "too heavy", "of another kind", "empty"],
)
async def test_a_picture_that_cannot_go_comes_in_words(
    stage: Stage, provider: ZaloOaProvider, file: str, content: bytes | None
) -> None:
    if content is not None:
        (stage.folder / file).write_bytes(content)
    lan = stage.lan()
    await provider.channel.send(stage.message("Chị xem", Attachment("photo", file=file, words="[Hình: thẻ]")))
    assert lan.inbox == [Shown("[Hình: thẻ]\n\nChị xem")]


async def test_a_picture_that_is_refused_twice_comes_in_words(stage: Stage, provider: ZaloOaProvider) -> None:
    (stage.folder / FILE).write_bytes(JPEG)
    stage.fake.account.switches.attachment_lives_s = -1.0
    lan, outgoing = stage.lan(), stage.message("Chị xem", Attachment("photo", file=FILE, words="[Hình: thẻ]"))
    with pytest.raises(SendRefused):
        await provider.channel.send(outgoing)
    await provider.channel.send(outgoing, plain=True)
    assert lan.inbox == [Shown("[Hình: thẻ]\n\nChị xem")] and stage.fake.account.counts["upload"] == 2


async def test_what_a_person_sent_is_fetched_within_bounds(stage: Stage, provider: ZaloOaProvider) -> None:
    async def serve(request: web.Request) -> web.Response:
        status = int(request.match_info["status"])
        return web.Response(body=JPEG, status=status, headers={"Location": "http://127.0.0.1:1/"})

    app = web.Application()
    app.router.add_get("/{status}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    api = OaApi("1", "secret", url, url)
    assert await api.download(f"{url}/200", len(JPEG)) == JPEG
    for address, most, kind in (
        (f"{url}/200", 10, SendRefused),
        (f"{url}/404", 99, SendRefused),
        (f"{url}/302", 99, SendRefused),
        (f"{url}/429", 99, Unreachable),
        (f"{url}/503", 99, Unreachable),
        ("no address", 99, SendRefused),
    ):
        with pytest.raises(kind):
            await api.download(address, most)
    with pytest.raises(SendRefused):
        await provider.channel.fetch(f"{url}/200", 99)  # of our own network, wherever a payload says it lies
    await runner.cleanup()
    with pytest.raises(Unreachable):
        await api.download(f"{url}/200", 99)
    await api.close()


# --- the provider ------------------------------------------------------------------------------------


async def test_the_set_up_proves_the_tokens(stage: Stage, provider: ZaloOaProvider) -> None:
    await provider.set_up()
    assert stage.fake.account.counts["quota"] == 1
    assert (await provider.check(2.0)).level == "good"
    stage.fake.account.revoke()
    assert (await provider.check(2.0)).level == "note"
    assert stage.fake.account.counts["exchange"] == 1, "a doctor exchanges nothing"
    lost = stage.provider()
    stage.fake.account.refresh = "another-SECRET"
    with pytest.raises(SetUpFailed):
        await lost.set_up()
    found = await stage.provider().check(2.0)
    assert found.level == "bad" and "cấp quyền lại" in str(found.values["reason"])
    await lost.close()


async def test_what_is_missing_is_named(stage: Stage) -> None:
    for name, called in (("app_id", "zalo_oa.app_id"), ("oa_secret", "ZALO_OA_SECRET")):
        with pytest.raises(SettingsInvalid, match=called):
            stage.settings(**{name: ""}).provider(alone())


async def test_no_secret_is_in_an_error_or_a_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider, told = stage.provider(), list[str]()
    stage.lan()
    stage.fake.account.refresh = "another-SECRET"  # ours was used
    for _ in range(2):
        with pytest.raises(Misconfigured) as caught:
            await provider.channel.send(stage.message())
        told.append(repr(caught.value) + repr(caught.value.__cause__))
    await stage.fake.stop()
    other = stage.provider(refresh_token="fresh-SECRET")
    with pytest.raises(Unreachable) as gone:
        await other.channel.send(stage.message())
    told += [repr(gone.value), repr(gone.value.__context__), repr(other.channel.api), repr(stage.settings())]
    assert "SECRET" not in caplog.text + "".join(told)
    await provider.close()
    await other.close()
