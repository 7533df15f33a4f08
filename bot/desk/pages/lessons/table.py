"""The addresses of the studio."""

from __future__ import annotations

from bot.desk.pages.lessons import (
    answers,
    beginning,
    hearing,
    languages,
    media,
    playing,
    publishing,
    shape,
    steps,
    tables,
    tree,
    trying,
    ways,
    words,
    writing,
)
from bot.desk.visit import DeskPage
from bot.media.store import TYPES
from bot.studio.service import ACT
from bot.web.preview.asked import NAMES as PLAYED
from flows.saying import say

_LESSON = "lessons/{lesson:[a-z0-9-]{1,40}}"
_PHONE = "phone/{lesson:[a-z0-9-]{1,40}}"
_PLAY = "play/{lesson:[a-z0-9-]{1,40}}"
_HOW = ("when", f"{publishing.DECISION}*")
_JSON = ("application/json",)
_YAML = ("application/yaml",)
_TABLE = say("Bảng từ máy nghe")
_TEXT = say("Chữ của bảng lời đáp")
_ANSWERS = "answers/{table:[a-z]{1,12}}"

LESSON_PAGES: tuple[DeskPage, ...] = (
    DeskPage("lessons", say("Bài học"), ACT, tree.show, nav=say("Bài học")),
    DeskPage("new-lesson", say("Bài mới"), ACT, beginning.show, beginning.begin,
             fields=["source", "name", "code", "track"]),
    DeskPage(_LESSON, say("Soạn bài"), ACT, writing.show, writing.save, fields=["began", "text", "script"],
             gives=_JSON),
    DeskPage(f"{_LESSON}/words", say("Sửa lời, sửa hình"), ACT, words.show, words.save,
             fields=["began", "go", "script", f"{words.FIELD}*", f"{shape.NEW}*"], gives=_JSON),
    DeskPage(f"{_LESSON}/publish", say("Phát hành"), ACT, publishing.show, publishing.publish, asks=[*_HOW, "dem"],
             fields=[*_HOW, "go", "stamp"]),
    DeskPage(f"{_LESSON}/history", say("Các bản đã phát hành"), ACT, publishing.show_history, asks=["dem"]),
    DeskPage(f"{_LESSON}/history/{{number:[0-9]{{1,6}}}}", say("Quay lại"), ACT, publishing.show_rollback,
             publishing.roll_back, asks=[*_HOW, "dem"], fields=[*_HOW, "go", "stamp"]),
    DeskPage(f"{_LESSON}/steps", say("Các bước và bản thoại"), ACT, steps.show, asks=["dem"]),
    DeskPage(f"{_LESSON}/file", say("Soạn bài"), ACT, writing.file, gives=_YAML),
    DeskPage(f"{_LESSON}/check", say("Soạn bài"), ACT, do=writing.check, fields=["text"], gives=_JSON),
    DeskPage(f"{_LESSON}/complete", say("Soạn bài"), ACT, do=writing.complete,
             fields=["text", "line", "col", "steps"], gives=_JSON),
    DeskPage(f"{_LESSON}/give-up", say("Soạn bài"), ACT, do=writing.give_up, fields=["sure", "back"]),
    DeskPage(f"{_LESSON}/take-over", say("Soạn bài"), ACT, do=writing.take_over, fields=["editor", "back"]),
    DeskPage(f"{_LESSON}/choose", say("Soạn bài"), ACT, do=writing.choose, fields=["began", "line", "keep", "back"]),
    DeskPage(f"{_LESSON}/media", say("Hình và tiếng"), ACT, media.show, media.bring, file_bytes=media.FORM_BYTES,
             asks=["address"], fields=["address", "alt", "go", "name", "step", "file"]),
    DeskPage(f"{_LESSON}/languages", say("Bản dịch"), ACT, languages.show, languages.save, asks=["lang", "show"],
             fields=["lang", "show", "go", f"{languages.SAID}*", f"{languages.STILL}*"]),
    DeskPage(f"{_LESSON}/ways", say("Thêm cách nói"), ACT, ways.show, ways.add, asks=["step", "said"],
             fields=["choice", "go", "said", "step", "way"]),
    DeskPage("words", _TABLE, ACT, hearing.show, writing.save, asks=["said", "at", "meaning"],
             fields=["began", "text", "script"], gives=_JSON),
    DeskPage("words/add", _TABLE, ACT, hearing.show, hearing.add, asks=["said", "at", "meaning"],
             fields=["go", "meaning", "means", "typed", "way", "said", "at"]),
    *(
        page
        for at, name in (("words", _TABLE), (_ANSWERS, _TEXT))
        for page in (
            DeskPage(f"{at}/publish", say("Phát hành"), ACT, tables.show_publish, tables.publish, fields=["stamp"]),
            DeskPage(f"{at}/history", say("Các bản đã phát hành"), ACT, tables.show_history),
            DeskPage(f"{at}/history/{{number:[0-9]{{1,6}}}}", say("Quay lại"), ACT, tables.show_rollback,
                     tables.roll_back, fields=["stamp"]),
            DeskPage(f"{at}/check", name, ACT, do=writing.check, fields=["text"], gives=_JSON),
            DeskPage(f"{at}/file", name, ACT, writing.file, gives=_YAML),
            DeskPage(f"{at}/give-up", name, ACT, do=writing.give_up, fields=["sure"]),
            DeskPage(f"{at}/take-over", name, ACT, do=writing.take_over, fields=["editor"]),
            DeskPage(f"{at}/choose", name, ACT, do=writing.choose, fields=["began", "line", "keep"]),
        )
    ),
    DeskPage(_ANSWERS, _TEXT, ACT, tables.show, writing.save, fields=["began", "text", "script"], gives=_JSON),
    DeskPage("answers", say("Lời đáp"), ACT, answers.show, asks=["said"]),
    DeskPage("answers/add", say("Lời đáp"), ACT, answers.show, answers.add, asks=["said"], fields=["id", "said"]),
    DeskPage("answer/{answer:[a-z0-9-]{1,40}}", say("Một lời đáp"), ACT, answers.show_one, answers.save_one,
             fields=["say", "ask", "src"]),
    DeskPage("new-answer", say("Lời đáp mới"), ACT, answers.show_new, answers.begin, asks=["said"],
             fields=["outline", "say", "ask", "src"]),
    DeskPage("scenes/{file}", say("Hình và tiếng"), ACT, playing.scene, asks=["ring"], gives=["image/svg+xml"]),
    DeskPage("hear", say("Nghe thử một câu"), ACT, trying.show, trying.show, asks=["said", "at", "meaning"],
             fields=["said", "at", "meaning"]),
    *(
        page
        for at, show in ((_PLAY, playing.show), (_PHONE, playing.show_phone))
        for page in (
            DeskPage(at, say("Học thử"), ACT, show, show, asks=PLAYED, fields=PLAYED),
            DeskPage(f"{at}/state", say("Học thử"), ACT, playing.state, gives=_JSON),
            DeskPage(f"{at}/graph.svg", say("Sơ đồ"), ACT, playing.graph, gives=["image/svg+xml"]),
            DeskPage(f"{at}/media/{{file}}", say("Học thử"), ACT, playing.media, gives=sorted({*TYPES.values()})),
        )
    ),
)  # fmt: skip
