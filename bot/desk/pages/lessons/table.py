"""The addresses of the studio."""

from __future__ import annotations

from bot.desk.pages.lessons import hearing, media, playing, publishing, steps, tree, ways, words, writing
from bot.desk.visit import DeskPage
from bot.studio.service import ACT
from flows.saying import say

_LESSON = "lessons/{lesson:[a-z0-9-]{1,40}}"
_PHONE = "phone/{lesson:[a-z0-9-]{1,40}}"
_PLAY = "play/{lesson:[a-z0-9-]{1,40}}"

LESSON_PAGES: tuple[DeskPage, ...] = (
    DeskPage("lessons", say("Bài học"), ACT, tree.show, nav=say("Bài học")),
    DeskPage(_LESSON, say("Soạn bài"), ACT, writing.show, writing.save),
    DeskPage(f"{_LESSON}/words", say("Sửa lời, sửa hình"), ACT, words.show, words.save),
    DeskPage(f"{_LESSON}/publish", say("Phát hành"), ACT, publishing.show, publishing.publish),
    DeskPage(f"{_LESSON}/history", say("Các bản đã phát hành"), ACT, publishing.show_history),
    DeskPage(
        f"{_LESSON}/history/{{number:[0-9]{{1,6}}}}",
        say("Quay lại"),
        ACT,
        publishing.show_rollback,
        publishing.roll_back,
    ),
    DeskPage(f"{_LESSON}/steps", say("Các bước và bản thoại"), ACT, steps.show),
    DeskPage(f"{_LESSON}/file", say("Soạn bài"), ACT, writing.file),
    DeskPage(f"{_LESSON}/check", say("Soạn bài"), ACT, do=writing.check),
    DeskPage(f"{_LESSON}/complete", say("Soạn bài"), ACT, do=writing.complete),
    DeskPage(f"{_LESSON}/give-up", say("Soạn bài"), ACT, do=writing.give_up),
    DeskPage(f"{_LESSON}/take-over", say("Soạn bài"), ACT, do=writing.take_over),
    DeskPage(f"{_LESSON}/choose", say("Soạn bài"), ACT, do=writing.choose),
    DeskPage(f"{_LESSON}/media", say("Hình và tiếng"), ACT, media.show, media.bring, file_bytes=media.FORM_BYTES),
    DeskPage(f"{_LESSON}/ways", say("Thêm cách nói"), ACT, ways.show, ways.add),
    DeskPage("words", say("Bảng từ máy nghe"), ACT, hearing.show, writing.save),
    DeskPage("words/add", say("Bảng từ máy nghe"), ACT, hearing.show, hearing.add),
    DeskPage("words/publish", say("Phát hành bảng từ"), ACT, hearing.show_publish, hearing.publish),
    DeskPage("words/history", say("Các bản của bảng từ"), ACT, hearing.show_history),
    DeskPage("words/history/{number:[0-9]{1,6}}", say("Quay lại"), ACT, hearing.show_rollback, hearing.roll_back),
    DeskPage("words/check", say("Bảng từ máy nghe"), ACT, do=writing.check),
    DeskPage("words/file", say("Bảng từ máy nghe"), ACT, writing.file),
    DeskPage("words/give-up", say("Bảng từ máy nghe"), ACT, do=writing.give_up),
    DeskPage("words/take-over", say("Bảng từ máy nghe"), ACT, do=writing.take_over),
    DeskPage("words/choose", say("Bảng từ máy nghe"), ACT, do=writing.choose),
    DeskPage("scenes/{file}", say("Hình và tiếng"), ACT, playing.scene),
    DeskPage("hear", say("Nghe thử một câu"), ACT, playing.hear, playing.hear),
    *(
        page
        for at, show in ((_PLAY, playing.show), (_PHONE, playing.show_phone))
        for page in (
            DeskPage(at, say("Học thử"), ACT, show, show),
            DeskPage(f"{at}/state", say("Học thử"), ACT, playing.state),
            DeskPage(f"{at}/graph.svg", say("Sơ đồ"), ACT, playing.graph),
            DeskPage(f"{at}/media/{{file}}", say("Học thử"), ACT, playing.media),
        )
    ),
)
