"""How far a learner is: the map of tracks as a picture, in words where none can be shown."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import pytest
from PIL import Image

from bot.media.store import MediaStore
from bot.people.pseudonyms import Pseudonyms
from bot.progress.chat import ProgressChat
from bot.progress.policy.commands import ShowProgress
from bot.progress.policy.learning_map import Standing, TrackOnMap
from bot.progress.policy.picture import MOST_BYTES, MapWords, picture_of
from bot.web.media import media_routes
from bot.web.server import create_app, start
from tests.support.builders import book, lesson, real_book
from tests.support.harness import WEB, Learner, Tutor, tutor

STEPS = "- {say: mot, text: Một, wait_tap: Tiếp}\n- {end: het, text: Hết}"
TRACKS = (("m", "Khởi động"), ("l", "Tránh lừa đảo"), ("v", "Giấy tờ trên máy"))
BOOK = book(
    lesson(STEPS, lesson_id="m1"), lesson(STEPS, lesson_id="m2"), lesson(STEPS, lesson_id="l1", track="l"),
    lesson(STEPS, lesson_id="l2", track="l"), lesson(STEPS, lesson_id="v1", track="v"),
    lesson(STEPS, lesson_id="nguy", track="l", header="emergency: true\n"), tracks=TRACKS,
)  # fmt: skip
WORDS = MapWords("Đường học", "Xong 0 trên 1 bài", "Đang ở đây")


def draws(t: Tutor, store: MediaStore) -> None:
    t.services.handlers[ShowProgress] = ProgressChat(Pseudonyms(b"a key of the tests alone"), store.take_picture)


async def finishes(lan: Learner, *lessons: str) -> None:
    for each in lessons:
        await lan.opens(each)
        await lan.tap("Tiếp")


ASKED = (
    "tới đâu rồi",
    "hoc toi dau roi",
    "con oi toi hoc duoc may bai roi",
    "đường học",
    "tien do cua toi",
    "how far am i",
)


@pytest.mark.parametrize("words", ASKED)
async def test_whoever_asks_how_far_she_is_is_told_and_stays_where_she_is(tmp_path: Path, words: str) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        await finishes(lan, "m1", "m2")
        await lan.opens("l1")
        await lan.say(words)
        assert "2 trên 5 bài" in lan.said and "✓ Khởi động: xong hết 2 bài" in lan.said
        assert "➤ Tránh lừa đảo: 0/2 bài, đang ở bài “Bài l1”" in lan.said
        assert "○ Giấy tờ trên máy: 1 bài, chưa học" in lan.said
        assert "Tiếp" in lan.buttons and (await t.state(lan)).open_run is not None


async def test_the_picture_goes_where_pictures_are_seen_and_stands_in_words_elsewhere(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        draws(t, store := MediaStore(tmp_path / "media"))
        lan = await t.learner("lan").meets()
        await finishes(lan, "m1")
        assert "Xem đường học" not in lan.buttons
        await finishes(lan, "l1")
        await lan.say("menu")
        await lan.tap("Xem đường học")
        sent = next(each for each in reversed(t.channel.sent) if each.media)
        assert "➤" not in sent.text and "2 trên 5 bài" in sent.text
        assert sent.media[0].kind == "photo" and "➤ Tránh lừa đảo: 1/2" in sent.media[0].words
        assert store.path(sent.media[0].file) is None, "nothing is drawn within the transaction"
        drawing = (tmp_path / "media" / sent.media[0].file).with_suffix(".svg").read_text("utf-8")
        assert "Khởi động" in drawing and "Lan" not in drawing, "whoever has its address learns of nobody"
        store.draw([sent.media[0].file])
        assert store.path(sent.media[0].file)
    (tmp_path / "zalo").mkdir()
    async with tutor(tmp_path / "zalo", BOOK, messenger="zalo_bot:1") as t:
        draws(t, MediaStore(tmp_path / "media"))
        mai = t.learner("mai", "zalo_bot:1")
        for words in ("xin chào", "đồng ý", "Mai", "1", "tới đâu rồi"):
            await mai.say(words)
        assert "➤ Khởi động" in mai.said and not any(each.media for each in t.channel.sent), "no address leads here"


async def test_what_was_drawn_in_vain_is_told_in_words(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        (tmp_path / "media").write_text("a file where the folder belongs")
        draws(t, MediaStore(tmp_path / "media"))
        lan = await t.learner("lan").meets()
        await lan.say("tới đâu rồi")
        assert "➤ Khởi động" in lan.said and "{" not in lan.said


async def test_the_emergency_lesson_is_nobodys_task(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        await finishes(lan, "l1", "l2")
        await lan.say("tới đâu rồi")
        assert "✓ Tránh lừa đảo: xong hết 2 bài" in lan.said and "2 trên 5" in lan.said


async def test_without_consent_nothing_is_kept_and_the_way_is_still_shown(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan", WEB).say("chào")
        await lan.tap("Không")
        await lan.say("tới đâu rồi")
        assert lan.said and not await t.rows("mark")


async def test_the_page_draws_it_when_somebody_looks_even_after_a_restart(tmp_path: Path) -> None:
    svg = picture_of([TrackOnMap("Khởi động", 1, 2, "here", "Bài")], WORDS)
    file = MediaStore(tmp_path / "media").take_picture(svg, MOST_BYTES).file
    store = MediaStore(tmp_path / "media")  # of another process
    told = store.describe(file)
    assert told["src"] == f"media/{file}"

    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    runner = await start(create_app(None, well, media_routes(store)), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]

    async def look(session: aiohttp.ClientSession) -> tuple[int, bytes]:
        async with session.get(f"http://{host}:{port}/media/{file}") as answer:
            return answer.status, await answer.read()

    async with aiohttp.ClientSession() as session:
        seen = await asyncio.gather(*(look(session) for _ in range(4)))
    await runner.cleanup()
    assert {status for status, _ in seen} == {200} and len({body for _, body in seen}) == 1
    assert Image.open(io.BytesIO(seen[0][1])).size == (told["width"], told["height"]) == (720, told["height"])


def test_the_map_of_all_lessons_weighs_little(tmp_path: Path) -> None:
    real = real_book()
    of = [real.versions[key].track for key in real.current.items()]
    here = TrackOnMap(
        "Một nhóm bài có tên dài ơi là dài dài nữa", 3, 70, "here", "Một bài có cái tên cũng dài không kém"
    )
    tracks = [TrackOnMap(title, of.count(track) // 2, of.count(track), "begun") for track, title in real.tracks]
    store = MediaStore(tmp_path)
    file = store.take_picture(picture_of([here, *tracks], WORDS), MOST_BYTES).file
    store.draw([file])
    path = store.path(file)
    assert path and path.stat().st_size <= MOST_BYTES


ODD = ("", "<b>&\"'", "A" * 300, "🌸 hoa", "\u202eabc")


@pytest.mark.parametrize("title", ODD)
@pytest.mark.parametrize("total", [1, 200])
def test_any_title_can_be_drawn(title: str, total: int) -> None:
    svg = picture_of([TrackOnMap(title, total, total, "done"), TrackOnMap(title, 0, total, "here", title)], WORDS)
    root = ElementTree.fromstring(svg)
    boxes = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert all(float(each.get("width", "0")) > 0 for each in boxes)
    assert int(root.get("height", "0")) < 1_200


def test_each_standing_has_a_sign_of_its_own_without_colour() -> None:
    standings: tuple[tuple[Standing, int], ...] = (("done", 2), ("here", 1), ("begun", 1), ("open", 0))
    drawn = [picture_of([TrackOnMap("Nhóm", done, 2, standing)], WORDS) for standing, done in standings]
    shapes = {re.sub(r"#[0-9a-f]{6}|>[^<]+<", "", svg) for svg in drawn}
    assert len(shapes) == len(standings)
