"""A lesson with a picture on every known channel: seen where it can be had, in words elsewhere, never in the way."""

from __future__ import annotations

from pathlib import Path

from flows.profiles import profile_of
from tests.channels.conformance.test_channels import meets, single
from tests.channels.conformance.under_test import UnderTest, sees, serving
from tests.support import media
from tests.support.short_lesson import LESSON, LESSON_ID, write_lessons

__all__ = ["single"]  # the fixture

WORDS = "Máy có nút đỏ"


async def test_a_picture_reaches_her_or_its_words_do(single: UnderTest, tmp_path: Path) -> None:
    lesson = write_lessons(tmp_path / "lessons") / "t" / LESSON_ID
    shown = f'    wait_tap: "Tiếp"\n    image: {{src: may.png, alt: "{WORDS}"}}\n'
    (lesson / "lesson.yaml").write_text(LESSON.replace('    wait_tap: "Tiếp"\n', shown, 1), "utf-8")
    (lesson / "media").mkdir()
    (lesson / "media" / "may.png").write_bytes(media.picture())
    async with serving(single, tmp_path / "data") as app:
        assert await app.library.make_files()
        app.conversation.book = app.library.book
        phone = single.phone(app)
        await meets(phone)
        await phone.picks("Bài thử")
        seen = await sees(phone, "Bước một")
        profile = profile_of(single.channel)
        must_be_fetched = profile.media == "address" and not profile.keeps_log  # and nobody outside reaches this tutor
        assert not must_be_fetched or any(WORDS in text for text in seen)
        await phone.picks("Tiếp")
        await sees(phone, "Bước hai")
