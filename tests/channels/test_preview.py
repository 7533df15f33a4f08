"""What the preview of lessons shows."""

from __future__ import annotations

import html
import re
import shutil

import aiohttp
import pytest
from yarl import URL

from flows.play.transcript import parse, play
from tests.support import media
from tests.support.preview_house import STEPS, WITH_KEY, House, text_of
from tests.support.preview_house import house as house
from tests.support.preview_house import root as root

# --- what it shows -----------------------------------------------------------------------------------


async def test_a_draft_shows_the_picture_that_lies_beside_it(house: House) -> None:
    path = house.write(STEPS.replace(
        '{ten}!"\n', '{ten}!"\n    image: {src: "may quet.png", alt: "Máy quét"}\n'
    ))  # fmt: skip
    (path.parent / "media").mkdir()
    (path.parent / "media" / "may quet.png").write_bytes(media.picture())
    (path.parent / "media" / "khoa.key").write_text("secret")
    page = await house.get("/preview/thu")
    assert "data:image/png;base64," in page and "Máy quét" in page
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        async with session.get(f"{house.url}/preview/thu/media/may%20quet.png") as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert await answer.read() == media.picture()
        for other in ("khoa.key", "..%2Flesson.yaml", "khac.png"):
            async with session.get(URL(f"{house.url}/preview/thu/media/{other}", encoded=True)) as answer:
                assert answer.status == 404
    await house.get("/preview/thu/media/may%20quet.png", 404, Cookie="")


async def test_a_drawn_screen_is_shown_as_it_is_written_now(house: House):
    shown = "    image: {scene: vi-giay-to, ring: can_cuoc}\n"
    house.write(f"  - say: nhin\n    src: none\n    text: Nhìn nè\n{shown}    wait_tap: Tiếp\n  - end: het\n")
    page = await house.get("/preview/thu")
    assert "data:image/png;base64," in page
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        async with session.get(f"{house.url}/preview/thu/media/vi-giay-to@can_cuoc.png") as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
            assert (await answer.read()).startswith(b"\x89PNG")
        async with session.get(f"{house.url}/preview/thu/media/vi-giay-to@tich_hop.png") as answer:
            assert answer.status == 404


async def test_the_list_shows_every_lesson_with_its_faults(house: House) -> None:
    house.write('  - say: a\n    text: "Chào"\n    next: khong_co\n', lesson="hong")
    page = await house.get("/preview/")
    for path in house.root.glob("*/*/lesson.yaml"):
        is_template = path.parent.parent.name.startswith("_")
        assert (f'href="/preview/{path.parent.name}"' in page) is not is_template
    assert "tệp có lỗi" in page
    assert "1 bài có lỗi" in page


async def test_the_list_stands_whatever_the_folder_holds(house: House) -> None:
    (house.root / "tracks.yaml").write_text("- {id: m, titel: Khởi động}\n", "utf-8")
    file = house.root / "m" / "m0-khoi-dong" / "lesson.yaml"
    file.unlink()
    file.mkdir()
    page = text_of(await house.get("/preview/"))
    assert "lessons/tracks.yaml, dòng 1" in page
    assert "m0-khoi-dong" in page
    await house.get("/preview/m0-khoi-dong")


async def test_the_list_of_steps_says_what_is_wrong_with_their_ways(house: House) -> None:
    house.write(STEPS.replace("else: a", "else: mat_tieu").replace('text: "Chào', 'next: a\n    text: "Chào'))
    page = text_of(await house.get("/preview/thu?of=file"))
    assert "⚠ ngõ cụt: không tới end nào" in page
    assert "⚠ không có đường nào tới" in page


async def test_a_play_lies_in_its_address(house: House) -> None:
    page = text_of(await house.get("/preview/thu?a=tap:doc&a=tap:khong&name=B%E1%BA%A3y&address=b%C3%A0/con"))
    assert "Chào bà Bảy!" in page
    assert "Nguy hiểm." in page
    assert "Hết bài." in page
    assert "đi lối này" in page
    assert "score = 1" in page


async def test_any_step_with_values_and_points(house: House) -> None:
    page = text_of(await house.get("/preview/thu?step=c&vars=x%3D1&points=2"))
    assert "Xong." in page
    assert "x=1" in page
    assert "score = 2" in page


async def test_the_same_by_a_posted_form(house: House) -> None:
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        data = [("a", "tap:doc"), ("say", "không đọc")]
        async with session.post(f"{house.url}/preview/thu", data=data) as response:
            assert response.status == 200
            assert "Nguy hiểm." in await response.text()


async def test_a_long_play_is_posted_on(house: House) -> None:
    data = [("a", f"say:{'không hiểu gì hết ' * 20}")] * 12
    async with (
        aiohttp.ClientSession(headers=WITH_KEY) as session,
        session.post(f"{house.url}/preview/thu", data=data) as response,
    ):
        page = await response.text()
    assert 'method="post"' in page
    assert 'id="again"' in page


async def test_a_draft_is_shown_and_said(house: House) -> None:
    house.write(STEPS.replace("Chào", "Kính chào"))
    draft = text_of(await house.get("/preview/thu"))
    assert "Kính chào chị Lan!" in draft
    assert "bản nháp" in draft
    live = text_of(await house.get("/preview/thu?of=live"))
    assert "Kính chào" not in live
    assert "Đây là bản đang dùng" in live


async def test_a_broken_file_shows_its_faults_and_the_last_good_version(house: House) -> None:
    house.write(STEPS.replace("else: a", "else: mat_tieu"))
    page = text_of(await house.get("/preview/thu"))
    assert "Chào chị Lan!" in page
    assert "bản tốt gần nhất" in page
    assert "E101" in page
    assert "dòng 18" in page
    assert "mat_tieu" in page


async def test_a_broken_new_file_shows_its_faults_alone(house: House) -> None:
    house.write("  - say: [a\n", lesson="moi")
    page = text_of(await house.get("/preview/moi"))
    assert "E001" in page
    assert "chưa học thử được" in page


async def test_a_file_with_errors_is_played_where_it_is_asked_for_or_nothing_else_is_there(house: House) -> None:
    house.write(STEPS.replace("Chào", "Kính chào").replace("else: a", "else: mat_tieu"))
    page = text_of(await house.get("/preview/thu?of=file&step=c"))
    assert "bài có lỗi: step_missing" in page
    assert "Xem bản tốt gần nhất" in page
    house.write(STEPS.replace("score >= 1", "score >>> 1"), lesson="moi")
    page = text_of(await house.get("/preview/moi"))
    assert "Chào chị Lan!" in page
    assert "chưa có bản nào dùng được" in page
    assert "bài có lỗi: condition" in text_of(await house.get("/preview/moi?step=c"))


@pytest.mark.parametrize(
    "step",
    [
        '- ask: b\n    text: "Mấy?"\n    save: x\n    check: "value >>> 1"',
        '- quiz: b\n    text: "Hỏi?"\n    options: []',
        '- quiz: b\n    type: number\n    text: "Hỏi?"',
        "- call: b\n    lesson: khong-co",
        "- call: b\n    lesson: thu",
        "- wait: b\n    until: mai",
        "- branch: b\n    cases: []",
        "- say: b",
        "- help: b\n    kind: xx",
    ],
)
async def test_no_broken_file_breaks_the_page(house: House, step: str) -> None:
    house.write(f"  {step}\n  - end: z\n")
    for query in ("of=file", "of=file&say=5", "of=file&step=b&a=tap:x&a=wait:due", "of=live"):
        await house.get(f"/preview/thu?{query}")
    await house.get("/preview/thu/graph.svg")
    await house.get("/preview/")


async def test_a_file_that_is_gone_shows_what_is_live(house: House) -> None:
    shutil.rmtree(house.root / "m" / "thu")
    assert "Không còn tệp" in text_of(await house.get("/preview/thu"))
    assert "không còn tệp" in text_of(await house.get("/preview/"))


async def test_a_play_can_be_kept_as_a_transcript(house: House) -> None:
    page = await house.get(
        "/preview/thu?name=B%E1%BA%A3y&vars=x%3D1&a=tap:doc&a=wait:due&a=say:kh%C3%B4ng%20%C4%91%E1%BB%8Dc"
    )
    written = html.unescape(re.findall(r"<pre>(.*?)</pre>", page, re.S)[0])
    transcript = parse(written, "thu")
    assert str(transcript) == written
    assert play(house.book, transcript) == transcript
    assert [str(act) for act, _ in transcript.exchanges][:2] == ["learner  [Đọc luôn]", "— 1 day passes —"]
    assert "run ended: completed" in written
    assert "<pre>" not in await house.get("/preview/thu?step=c")


async def test_the_graph_marks_what_no_transcript_walks_through(house: House) -> None:
    assert "chưa có bản thoại" not in await house.get("/preview/thu/graph.svg")
    kept = house.root / "m" / "thu" / "transcripts" / "mot.txt"
    kept.parent.mkdir()
    kept.write_text("# thu\nbot      Chào\n", "utf-8")
    assert (await house.get("/preview/thu/graph.svg")).count("⚠ chưa có bản thoại") == 2


async def test_a_draft_in_another_language(house: House) -> None:
    file = house.root / "l" / "l1-cham-ma-chac" / "lesson.yaml"
    file.write_text(file.read_text("utf-8").replace("minutes: 4", "minutes: 5"), "utf-8")
    page = text_of(await house.get("/preview/l1-cham-ma-chac?lang=en"))
    assert "bản nháp" in page
    english = house.book.lesson("l1-cham-ma-chac", None, "en")
    assert english is not None
    assert english.steps[0].text.partition("{")[0] in page
    assert " lỗi" not in page
    before = await house.get("/preview/l1-cham-ma-chac/state")
    po = file.parent / "po" / "en.po"
    po.write_text(po.read_text("utf-8") + 'msgid "x', "utf-8")
    assert "E400 po/en.po, dòng" in text_of(await house.get("/preview/l1-cham-ma-chac"))
    assert await house.get("/preview/l1-cham-ma-chac/state") != before


async def test_a_translation_that_is_behind_hides_no_draft(house: House) -> None:
    file = house.root / "l" / "l1-cham-ma-chac" / "lesson.yaml"
    file.write_text(file.read_text("utf-8").replace("Kẻ gian", "Bọn gian"), "utf-8")
    page = text_of(await house.get("/preview/l1-cham-ma-chac"))
    assert "W402" in page
    assert "Bọn gian" in page
    assert "bản nháp" in page
    assert "tệp có lỗi" not in text_of(await house.get("/preview/"))


async def test_the_stamp_moves_with_the_file(house: House) -> None:
    before = await house.get("/preview/thu/state")
    assert await house.get("/preview/thu/state") == before
    stamp = before.split('"')[3]
    assert f'data-stamp="{stamp}"' in await house.get("/preview/thu")
    house.write(STEPS + "# xong\n")
    assert await house.get("/preview/thu/state") != before


async def test_the_graph_leads_to_every_step(house: House) -> None:
    drawing = await house.get("/preview/thu/graph.svg")
    assert drawing.startswith("<svg")
    for step in "abcd":
        assert f'href="../thu?step={step}"' in drawing
