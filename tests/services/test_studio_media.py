"""Pictures and recordings that an editor brings: looked into, hers until published, taken back with their version."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.desk.policy.entering import form_key
from bot.media.store import MediaStore
from bot.publishing.service import PublishingOptions
from bot.studio.files import LessonFiles, NotTaken
from bot.studio.following import NotReady
from bot.studio.policy.pictures import FILE_BYTES, given_back, picture_name, picture_written, with_picture
from bot.studio.previews import DraftPreviews
from bot.web.preview import showing
from flows.files import words_digest
from flows.reading.loader import read_draft
from storage.drafts import drafts
from storage.engine.database import Database
from storage.publications import publications
from tests.services.test_library import LESSON, folder, publish_all, put
from tests.storage.conftest import database, database_url
from tests.support.desk_house import DeskBrowser, desk_house
from tests.support.media import aac, bomb, moving, opus, photo, picture
from tests.support.studio import LAN, MAI, OTHERS, Room, studio_on

__all__ = ["database", "database_url", "folder"]  # the fixtures

PLAIN = PublishingOptions("")
WORDS = "Mã OTP không đọc cho ai cả."  # sounds the same whoever hears it
DIGEST = words_digest(WORDS)


@pytest.fixture(params=[True, False], ids=["writes", "served"])
async def room(request: pytest.FixtureRequest, database: Database, folder: Path, tmp_path: Path) -> AsyncIterator[Room]:
    async with studio_on(database, folder, writes=request.param, store=MediaStore(tmp_path / "media")) as opened:
        yield opened


async def published(room: Room) -> int:
    review = await room.publisher.review(LAN, "mot", PLAIN)
    row = await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    await taken_over(room)
    return row.version


async def taken_over(room: Room) -> None:
    """The book as a running tutor has it a moment later."""
    await room.library.reload()
    while await room.library.make_files():
        pass


async def media_of(room: Room) -> dict[int, dict[str, str]]:
    return await room.database.read(lambda c: publications.media_of(c, "mot"))


async def seen(room: Room, actor: object, name: str) -> bytes:
    """A file as the preview of an editor gives it."""
    previews = await DraftPreviews(room.studio).of(LAN if actor is LAN else MAI, "mot")
    found = previews.file("mot", name)
    return found.read_bytes() if found else b""


async def test_a_picture_is_hers_until_it_is_published_and_the_old_one_comes_back(room: Room):
    files, one, two = LessonFiles(room.studio), picture(colour="teal"), picture(colour="plum")
    desk = await files.picture(LAN, "mot", "chao", one, 'Nút "Tiếp": màu hồng')
    assert r'image: {src: chao.png, alt: "Nút \"Tiếp\": màu hồng"}' in desk.text
    assert (await seen(room, LAN, "chao.png"), await seen(room, MAI, "chao.png")) == (one, b"")
    assert not any(each.code == "E504" for each in (await room.studio.check(LAN, "mot", desk.text)).problems)
    assert not (room.file().parent / "media").exists()
    assert (await room.studio.tree(LAN))[0].mine is not None
    assert await published(room) == 2
    lying = room.file().parent / "media" / "chao.png"
    assert (lying.read_bytes() if lying.exists() else b"") == (one if room.publisher.writes(lying) else b"")
    assert (await seen(room, MAI, "chao.png")) == one, "what is published everybody has"
    await files.picture(LAN, "mot", "chao", two, "Màu tím")
    assert (await seen(room, LAN, "chao.png"), await seen(room, MAI, "chao.png")) == (two, one)
    assert await published(room) == 3
    media = await media_of(room)
    assert media[2]["chao.png"] != media[3]["chao.png"]
    assert room.library.book.versions["mot", 3].files["chao.png"].file == media[3]["chao.png"]
    review = await room.publisher.review_rollback(LAN, "mot", 2)
    await room.publisher.roll_back(LAN, "mot", 2, PLAIN, review.stamp)
    await taken_over(room)
    assert room.library.book.lesson("mot").files["chao.png"].file == media[2]["chao.png"]  # type: ignore[union-attr]
    assert await seen(room, MAI, "chao.png") == one
    store = room.library.store
    assert store is not None and store.path(media[2]["chao.png"]) is not None


@asynccontextmanager
async def elsewhere(room: Room, place: Path, store: Path) -> AsyncIterator[Room]:
    """Another process on the same database, on a machine of its own."""
    root = Path(shutil.copytree(room.root, place))
    async with studio_on(room.database, root, writes=room.publisher.writes(root), store=MediaStore(store)) as opened:
        yield opened


@pytest.mark.parametrize("room", [False], indirect=True, ids=["served"])
async def test_what_is_brought_to_one_process_is_shown_by_every_other(room: Room, tmp_path: Path):
    files, body, sound = LessonFiles(room.studio), picture(colour="teal"), aac(3)
    async with elsewhere(room, tmp_path / "other", tmp_path / "other media") as other:
        await files.picture(LAN, "mot", "chao", body, "Màu xanh")
        assert (await seen(other, LAN, "chao.png"), await seen(other, MAI, "chao.png")) == (body, b"")
        await files.recording(LAN, "mot", DIGEST, sound)
        assert await published(other) == 2, "and there she may publish it"
        await taken_over(room)
        media = (await media_of(room))[2]
        for each in (room, other):
            shown, store = each.library.book.versions["mot", 2].files, each.library.store
            assert store is not None and {shown[name].file for name in media} == set(media.values())
            found = [store.path(media[name]) for name in ("chao.png", DIGEST)]
            assert [path.read_bytes() for path in found if path] == [body, sound]


@pytest.mark.parametrize("room", [False], indirect=True, ids=["served"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_where_there_is_no_room_for_what_was_brought_elsewhere_it_is_told_in_words(
    room: Room, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    await LessonFiles(room.studio).picture(LAN, "mot", "chao", picture(colour="teal"), "Màu xanh")
    before = Path(shutil.copytree(room.root, tmp_path / "before"))
    await published(room)
    (tmp_path / "taken").write_text("a file where the folder should be")
    async with studio_on(room.database, before, store=MediaStore(tmp_path / "taken" / "media")) as other:
        assert not other.library.book.versions["mot", 2].files
    assert "file of a lesson not kept" in [record.message for record in caplog.records]


async def test_a_recording_is_heard_published_and_given_back(room: Room):
    files = LessonFiles(room.studio)
    await files.recording(LAN, "mot", DIGEST, aac(2))
    assert (await seen(room, LAN, DIGEST), await seen(room, MAI, DIGEST)) == (aac(2), b"")
    await files.give_back(LAN, "mot", DIGEST)
    assert await seen(room, LAN, DIGEST) == b""
    await files.recording(LAN, "mot", DIGEST, aac(3))
    assert await published(room) == 2
    assert DIGEST in (await media_of(room))[2]
    lying = room.root / "recordings" / "media" / f"mot.giai.text.{DIGEST}.aac"
    assert lying.exists() == room.publisher.writes(room.file())
    assert await seen(room, MAI, DIGEST) == aac(3)
    assert (await room.publisher.review(LAN, "mot", PLAIN)).plan.unchanged  # type: ignore[union-attr]


DRAWN = (
    "image: {scene: a, ring: b}  # ghi chú",
    "image:\n      scene: a  # ghi chú\n      ring: b",
    'image: {src: cu.png, alt: "Hình cũ"}',
    "image:\n      src: cu.jpg\n      alt: 'Hình cũ'",
    "",
)


def with_image(image: str) -> str:
    return LESSON.replace('    wait_tap: "Tiếp"\n', f'    {image}\n    wait_tap: "Tiếp"\n') if image else LESSON


async def test_dropping_brings_back_what_was_there(room: Room):
    """What was in the draft before the first of her own pictures, however many came since."""
    text, files = with_image(DRAWN[0]), LessonFiles(room.studio)
    await room.studio.save(LAN, "mot", LESSON, text)
    for body in (picture(), photo(40, 30)):
        await files.picture(LAN, "mot", "chao", body, "Ảnh khác")
    (name,) = (await room.studio.beside(LAN, "mot")).files.mine
    await files.give_back(LAN, "mot", name)
    assert (await room.studio.open(LAN, "mot")).text == text
    assert not (await room.studio.beside(LAN, "mot")).files.mine
    assert not [head for head in await room.database.read(drafts.heads) if "/" in head.lesson], "no draft is left of it"


@pytest.mark.parametrize("image", DRAWN)
def test_the_file_is_what_it_was_byte_for_byte(image: str):
    text = with_image(image)
    written, name = picture_written(text, "chao"), picture_name(text, "chao", "png")
    found = with_picture(text, "chao", name, "Ảnh khác")
    assert found is not None and found != text
    assert given_back(found, name, {"chao": written}.__getitem__) == text
    assert given_back(found, "khac.png", {"": ""}.__getitem__) == found


async def test_dropping_brings_back_the_published_picture(room: Room):
    files, one = LessonFiles(room.studio), picture(colour="teal")
    await files.picture(LAN, "mot", "chao", one, "Màu xanh")
    await published(room)
    before = (await room.studio.open(LAN, "mot")).text
    desk = await files.picture(LAN, "mot", "chao", picture(colour="plum"), "Màu xanh")
    look = (await DraftPreviews(room.studio).of(LAN, "mot")).look("mot")
    assert (desk.is_changed, look and look.status) == (False, "draft"), "another file alone is tried out as well"
    review = await room.publisher.review(LAN, "mot", PLAIN)
    assert [each.after for each in await room.publisher.sentences(review.plan)] == ["tệp mới"]  # type: ignore[arg-type]
    await files.give_back(LAN, "mot", "chao.png")
    assert (await room.studio.open(LAN, "mot")).text == before
    assert await seen(room, LAN, "chao.png") == one


async def test_what_was_lost_before_comes_from_the_text_in_force(room: Room):
    """Drafts in which a dropped picture is still named."""
    put(room.root, "mot", with_image(DRAWN[0]))
    lying = (await room.studio.open(LAN, "mot")).text
    await room.studio.save(LAN, "mot", lying, with_picture(lying, "chao", "chao.png", "Mất rồi") or "")
    await LessonFiles(room.studio).give_back(LAN, "mot", "chao.png")
    assert (await room.studio.open(LAN, "mot")).text == lying


def test_another_picture_is_called_so_that_no_other_changes_with_it():
    image = '    image: {src: chung.png, alt: "Chung"}\n'
    text = with_image(image.strip())
    assert picture_name(text, "chao", "png") == "chung.png"
    assert picture_name(text, "chao", "jpg") == "chao.jpg"
    both = text.replace("  - say: giai\n", f"  - say: giai\n{image}")
    assert both != text and picture_name(both, "chao", "png") == "chao.png"
    assert picture_name(both.replace("chung.png", "chao.png"), "chao", "png") == "chao_2.png"


async def test_a_lesson_whose_picture_is_missing_is_not_published(room: Room):
    """What the page of the text calls an error keeps it back, also where it is taught like that already."""
    text = with_image('image: {src: mat.png, alt: "Mất rồi"}')
    put(room.root, "mot", text)
    await publish_all(room.database, room.root)
    await room.studio.save(LAN, "mot", text, text.replace("Hết bản A.", "Hết rồi."))
    review = await room.publisher.review(LAN, "mot")
    assert ([each.code for each in review.errors], review.is_ready) == (["E504"], False)
    with pytest.raises(NotReady, match="còn chỗ sai"):
        await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    assert (await room.publisher.review_rollback(LAN, "mot", 1)).stamp, "going back is no question of the draft"
    await LessonFiles(room.studio).picture(LAN, "mot", "chao", picture(), "Có lại rồi")
    assert (await room.publisher.review(LAN, "mot")).is_ready
    assert await published(room) == 3


async def test_the_tree_tells_what_is_wrong_with_what_is_taught_not_with_what_was_taken_back(room: Room):
    put(room.root, "mot", with_image('image: {src: mat.png, alt: "Mất rồi"}'))
    await publish_all(room.database, room.root)
    review = await room.publisher.review_rollback(LAN, "mot", 1)
    await room.publisher.roll_back(LAN, "mot", 1, PLAIN, review.stamp)
    await taken_over(room)
    (line,) = [line for line in await room.studio.tree(LAN) if line.lesson == "mot"]
    told = (await room.studio.check(LAN, "mot", (await room.studio.open(LAN, "mot")).text)).problems
    errors = sum(each.severity == "error" for each in told)
    assert (line.version, line.state, line.errors, line.warnings) == (1, "live", errors, len(told) - errors)


async def test_the_tree_sees_the_picture_of_a_lesson_that_is_being_begun(room: Room):
    await room.studio.begin(LAN, "moi", "m", "Bài mới", "mot")
    desk = await LessonFiles(room.studio).picture(LAN, "moi", "chao", picture(), "Một hình")
    told = (await room.studio.check(LAN, "moi", desk.text)).problems
    (line,) = [line for line in await room.studio.tree(LAN) if line.lesson == "moi"]
    assert (line.errors, line.warnings) == (0, len(told))


BAD = [
    (b"", "Chưa chọn tệp"), (b"PK\x03\x04 la zip", "không phải là hình"), (picture()[:200], "hỏng"),
    (moving(), "cử động"), (bomb(), "40 triệu"), (b"\xff\xd8\xff" + b"x" * FILE_BYTES, "nặng quá 8 MB"),
    (opus(2), "không phải là hình"), (b"<svg onload=alert(1)>", "không phải là hình"),
]  # fmt: skip


async def test_what_is_no_picture_is_refused_in_a_sentence(room: Room):
    files = LessonFiles(room.studio)
    for body, told in BAD:
        with pytest.raises(NotTaken, match=told):
            await files.picture(LAN, "mot", "chao", body, "Một hình")
    with pytest.raises(NotTaken, match="trong hình có gì"):
        await files.picture(LAN, "mot", "chao", picture(), "  ")
    for body, told in ((picture(), "tiếng"), (aac(700), "10 phút"), (opus(2)[:40], "hỏng")):
        with pytest.raises(NotTaken, match=told):
            await files.recording(LAN, "mot", DIGEST, body)
    assert (await room.studio.open(LAN, "mot")).text == LESSON
    assert not (await room.studio.beside(LAN, "mot")).files.mine


async def test_giving_the_draft_up_gives_the_files_up(room: Room):
    await LessonFiles(room.studio).picture(LAN, "mot", "chao", picture(), "Một hình")
    assert await room.studio.give_up(LAN, "mot")
    assert not (await room.studio.beside(LAN, "mot")).files.mine


async def test_only_who_edits_lessons_may(room: Room):
    files = LessonFiles(room.studio)
    for actor in OTHERS:
        for ask in (files.picture(actor, "mot", "chao", picture(), "x"), files.recording(actor, "mot", DIGEST, aac(1)),
                    files.give_back(actor, "mot", DIGEST)):  # fmt: skip
            with pytest.raises(Exception, match="soạn bài"):
                await ask


async def test_a_heavy_picture_shows_in_the_frame_that_has_no_session(room: Room):
    heavy = photo(2600, 1900)
    assert len(heavy) > showing.MOST_INSIDE
    await LessonFiles(room.studio).picture(LAN, "mot", "chao", heavy, "Ảnh chụp")
    previews = await DraftPreviews(room.studio).of(LAN, "mot")
    page = showing.page(previews, "mot", [], "Cầm Tay", ("", ""))
    kept = (await room.studio.beside(LAN, "mot")).files.mine["chao.jpg"]
    assert page is not None and f"/media/{kept}" in page


@pytest.mark.parametrize(
    "image", ["", "    image: {scene: a, ring: b}\n", "    image:\n      scene: a\n      ring: b\n"]
)
def test_a_picture_takes_the_place_of_a_drawing(image: str):
    text = LESSON.replace('    wait_tap: "Tiếp"\n', f'    wait_tap: "Tiếp"\n{image}')
    found = with_picture(text, "chao", "chao.jpg", "Một: hình")
    assert found is not None
    lesson = read_draft(found.encode(), "", ()).lesson
    assert lesson is not None and lesson.steps[0].image is not None
    assert (lesson.steps[0].image.src, lesson.steps[0].image.scene, lesson.steps[0].image.alt) == (
        "chao.jpg", "", "Một: hình",
    )  # fmt: skip
    again = with_picture(found, "chao", "chao.png", "Khác")
    assert again is not None and "src: chao.png" in again and "Khác" in again
    assert with_picture(text, "khong_co", "a.png", "a") is None


# --- the page ----------------------------------------------------------------------------------------


@pytest.fixture
async def editor(database: Database, folder: Path, tmp_path: Path) -> AsyncIterator[DeskBrowser]:
    async with (
        desk_house(database, tmp_path / "data", lessons=folder) as house,
        house.browser(await house.person("Lan", "editor")) as browser,
    ):
        yield browser


async def send(editor: DeskBrowser, body: bytes, **fields: str) -> tuple[int, str]:
    form = aiohttp.FormData({**fields, "form_key": form_key(editor.token)})
    form.add_field("file", io.BytesIO(body), filename="x.bin", content_type="application/octet-stream")
    address = f"{editor.house.url}desk/lessons/mot/media"
    async with editor.session.post(address, data=form, allow_redirects=False) as response:
        return response.status, await response.text()


async def test_seen_replaced_and_heard_on_its_page(editor: DeskBrowser):
    assert "chưa có hình nào" in await editor.get("lessons/mot/media")
    assert (await send(editor, picture(), step="chao", alt="<b>Nút</b>"))[0] == 303
    assert (await send(editor, aac(2), name=DIGEST))[0] == 303
    page = await editor.get("lessons/mot/media")
    assert "&lt;b&gt;Nút&lt;/b&gt;" in page
    assert page.count("mới, chưa phát hành") == 2
    assert 'src="../../play/mot/media/chao.png"' in page
    async with editor.session.get(f"{editor.house.url}desk/play/mot/media/chao.png") as response:
        assert (response.content_type, await response.read()) == ("image/png", picture())
    async with editor.session.get(f"{editor.house.url}desk/play/mot/media/{DIGEST}") as response:
        assert (response.content_type, await response.read()) == ("audio/aac", aac(2))
    for asked, told in (
        ({"name": "chao.png", "step": "chao"}, "chỗ này lại chưa có tệp nào, như trước"),
        ({"name": DIGEST}, "chỗ này lại chưa có tệp nào, như trước"),
    ):
        await editor.post("lessons/mot/media", {"go": "back", **asked})
        assert told in await editor.get("lessons/mot/media")
    status, page = await send(editor, b"khong phai hinh", step="chao", alt="Còn đây")
    assert (status, "không phải là hình" in page, "Còn đây" in page) == (400, True, True)
    status, page = await send(editor, b"\xff\xd8\xff" + b"x" * FILE_BYTES, step="chao", alt="Còn đây")
    assert (status, "nặng quá 8 MB" in page) == (400, True)
    assert next(each for each in LESSON_PAGES if each.path.endswith("/media")).file_bytes > FILE_BYTES
    assert page.count("nhiều nhất 8 MB<") > 2, "said before it is found out"


async def test_a_missing_picture_is_led_to_where_it_is_mended(editor: DeskBrowser):
    lost = with_image('image: {src: mat.png, alt: "Mất rồi"}')
    await editor.post("lessons/mot", {"began": LESSON, "text": lost})
    page = await editor.get("lessons/mot/publish")
    assert "Còn lỗi, chưa phát hành được" in page
    assert re.search(r'href="[./]*lessons/mot/media">Tới chỗ sửa', page)
    assert "chưa phát hành được, mà học thử thì được" in await editor.get("play/mot")
    assert "Dùng lại tệp trước" in await editor.get("lessons/mot/media")
    await editor.post("lessons/mot/media", {"go": "back", "name": "mat.png", "step": "chao"})
    page = await editor.get("lessons/mot/publish")
    assert ("Còn lỗi" in page, "Không có gì mới" in page) == (False, True)
    await send(editor, picture(), step="chao", alt="Một hình")
    assert "Tệp ảnh" in await editor.get("lessons/mot/publish")
