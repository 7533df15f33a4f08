"""What transcripts reach, which of them fail, and how they are renewed without touching what a teacher wrote."""

from __future__ import annotations

import pytest

from flows import Book, Lesson
from flows.engine.kinds.facets import Way
from flows.play.coverage import Coverage, Trail, coverage, problems, ways_of
from flows.play.dialogue import TranscriptInvalid
from flows.play.rehearsal import rehearse, rewritten
from flows.play.transcript import play
from tests.support.builders import book, lesson

STEPS = """
- say: chao
  text: Chào
  wait_tap: Tiếp
- choose: chon
  text: Chọn gì
  options:
    - {id: a, text: Táo}
    - {id: b, text: Mận, next: rieng}
    - id: c
      text: Ổi
      next: het
# một ghi chú
- quiz: hoi
  text: Hỏi
  tries: 2
  out_of_tries: giai
  options:
    - {id: dung, text: Đúng đó, right: true, next: het}
    - {id: sai, text: Sai đó}
- say: giai
  text: Giải

- say: rieng
  when: "score > 5"
  text: Riêng
- end: het
  text: Hết
"""


@pytest.fixture
def fruit() -> Lesson:
    return lesson(STEPS)


def covered(found: Lesson, *learners: str) -> tuple[Trail, Coverage]:
    shelf = book(found)
    trail = Trail(shelf)
    for learner in learners:
        lines = "\n".join(f"learner  {line}" if line[0] != "—" else line for line in learner.split("|"))
        played = rehearse(shelf, "a.txt", f"# thu\n{lines}\n", "thu", trail.watch)
        assert played.failed is None, played.failed
    return trail, coverage(found, trail)


def lines_of(found: Lesson, what: str) -> int:
    return 1 + next(at for at, line in enumerate(found.source.split("\n")) if what in line)


def test_nothing_played_nothing_met(fruit: Lesson):
    _, found = covered(fruit)
    assert (found.steps, found.options, found.ways) == ((0, 6), (0, 5), (0, 2))
    assert found.lines == ((lines_of(fruit, "say: chao"), lines_of(fruit, "text: Hết")),)


def test_steps_options_and_the_lines_of_what_is_missing(fruit: Lesson):
    _, found = covered(fruit, "tiếp|tao|[Đúng đó]")
    assert (found.steps, found.options, found.ways) == ((4, 6), (2, 5), (0, 2))
    mận, sai, giai = (lines_of(fruit, each) for each in ("Mận", "Sai đó", "say: giai"))
    assert found.lines == ((mận, mận + 3), (sai, giai + 5))


def test_an_answer_counts_however_it_is_given(fruit: Lesson):
    for learner in ("[Tiếp]|[Táo]", "tiếp|1", "tiep|tao"):
        trail, _ = covered(fruit, learner)
        assert ("thu", Way("chon", "option", "a")) in trail.ways


def test_ways_beside_the_options(fruit: Lesson):
    trail, found = covered(fruit, "tiếp|[Táo]|[Sai đó]|[Sai đó]", "tiếp|[Mận]")
    assert {("thu", Way("hoi", "out_of_tries")), ("thu", Way("rieng", "skipped"))} <= trail.ways
    assert found.ways == (2, 2)
    assert found.steps == (5, 6)


def test_tries_that_are_left_are_not_run_out(fruit: Lesson):
    trail, _ = covered(fruit, "tiếp|[Táo]|[Sai đó]|[Đúng đó]", "tiếp|[Táo]|[Sai đó]|xyz|giúp")
    assert ("thu", Way("hoi", "out_of_tries")) not in trail.ways


def test_every_kind_has_its_ways():
    found = lesson(
        """
        - task: lam
          text: Làm
          stuck: {hints: [Gợi ý]}
        - quiz: so
          type: number
          text: Mấy
          accept: ["5"]
          tries: 0
        - branch: re
          cases:
            - {when: "score > 0", go: het}
          else: thua
        - say: thua
          text: Thua
        - end: het
        """
    )
    assert {(way.step, way.kind) for way in ways_of(found)} == {
        *(("lam", kind) for kind in ("done", "stuck", "later")),
        *(("so", kind) for kind in ("right", "wrong")),
        *(("re", kind) for kind in ("case", "else")),
    }
    _, half = covered(found, "để sau|chưa được|xong rồi|4|5")
    assert half.ways == (6, 7)
    assert [(gap.step, gap.way and gap.way.kind) for gap in half.gaps] == [("re", "else"), ("thua", None)]


def test_going_back_loses_nothing_that_was_met(fruit: Lesson):
    _, found = covered(fruit, "tiếp|[Táo]|quay lại|[Ổi]")
    assert found.steps == (4, 6)
    assert found.options == (2, 5)


def test_a_called_lesson_is_met_to_its_last_word():
    other = lesson(
        "- {choose: c, text: Chọn, options: [{id: a, text: Táo}, {id: b, text: Mận}]}\n"
        "- {say: s, text: Ngon}\n- end: xong",
        lesson_id="kia",
    )
    found = lesson("- {call: qua, lesson: kia}\n- {say: ve, text: Về, wait_tap: Tiếp}\n- end: het")
    shelf = book(found, other)
    trail = Trail(shelf)
    played = rehearse(shelf, "a.txt", "# thu\nlearner  [Mận]\nlearner  tiếp\n", "thu", trail.watch)
    assert played.failed is None
    assert coverage(found, trail).steps == (3, 3)
    assert (coverage(other, trail).steps, coverage(other, trail).options) == ((3, 3), (1, 2))


def test_pauses_and_offers_of_help_have_ways_of_their_own():
    found = lesson(
        """
        - {wait: nghi, for: 1h, text: Nghỉ}
        - {help: nho, text: Nhờ nhé, kind: learning, offer: Nhờ người không, sla: 2h, fallback: het}
        - {say: s, text: Thôi, wait_tap: Dạ}
        - end: het
        """
    )
    assert {(way.step, way.kind) for way in ways_of(found)} == {
        *(("nghi", kind) for kind in ("next", "due")),
        *(("nho", kind) for kind in ("yes", "no", "due")),
    }
    _, once = covered(found, "— 1 hour passes —|không|dạ")
    assert once.ways == (2, 5)
    _, all_of = covered(found, "— 1 hour passes —|2|dạ", "tiếp|1|— 2 hours pass —")
    assert (all_of.steps, all_of.ways) == ((4, 4), (5, 5))


# --- a transcript against the lesson -----------------------------------------------------------------

WRITTEN = """\
# thu · Lan, {chị}/{em}
# Bài này do cô Sáu ghi.

bot      Chào em
         [Tiếp] [Việc khác]

# Bấm tiếp
learner  [Tiếp]
bot      Chọn gì
         [Táo] [Mận] [Ổi] [Việc khác]
learner  oi

# Câu cũ
bot      Hết rồi
# Kết quả
= run ended: completed · points 0

"""


def shelf_of(found: Lesson) -> Book:
    return book(found)


def test_what_reads_otherwise_is_told_with_its_line(fruit: Lesson):
    played = rehearse(book(fruit), "a.txt", WRITTEN, "thu")
    assert [each.line for each in played.differences] == [4, 14]
    assert played.differences[1].now.texts == ("Hết",)
    assert played.failed is None and not played.good


def test_only_the_lines_of_the_tutor_are_rewritten(fruit: Lesson):
    played = rehearse(book(fruit), "a.txt", WRITTEN, "thu")
    now = rewritten(played)
    assert now == WRITTEN.replace("Chào em", "Chào").replace("Hết rồi", "Hết").removesuffix("\n") + "\n"
    again = rehearse(book(fruit), "a.txt", now, "thu")
    assert again.good
    assert rewritten(again) == now


def test_comments_and_blank_lines_inside_an_answer_stay_near_their_line():
    found = lesson('- say: s\n  text: "Một\n\n    Hai"\n  more: [Ba, Bốn]\n- end: het')
    old = "# thu\nbot      Cũ\n\n         Hai\n\n# về ba\nbot      Ba\n# về bốn\nbot      Bốn\n"
    old += "= run ended: completed · points 0\n"
    now = rewritten(rehearse(book(found), "a.txt", old, "thu"))
    assert now.splitlines()[-6:] == ["", "# về ba", "bot      Ba", "# về bốn", "bot      Bốn", old.splitlines()[-1]]
    assert rehearse(book(found), "a.txt", now, "thu").good


def test_her_lines_alone_are_enough(fruit: Lesson):
    played = rehearse(book(fruit), "a.txt", "learner  tiếp\nlearner  hai dòng\n         nha\nlearner  [Ổi]\n", "thu")
    now = rewritten(played)
    written = played.written
    assert written is not None
    assert now == str(play(book(fruit), written.transcript)).split("\n", 1)[1]
    assert rehearse(book(fruit), "a.txt", now, "thu").good


def test_a_missing_button_stops_the_play_where_it_is_written(fruit: Lesson):
    played = rehearse(book(fruit), "a.txt", WRITTEN.replace("[Tiếp]\nbot", "[Tới]\nbot"), "thu")
    assert played.failed is not None
    assert (played.failed.line, played.failed.message) == (8, "không có nút [Tới]; đang có [Tiếp] [Việc khác]")
    assert "bot      Hết rồi" in rewritten(played), "what was not reached stays"
    assert "bot      Chào\n" in rewritten(played)


def test_what_cannot_be_read_cannot_be_rewritten(fruit: Lesson):
    played = rehearse(book(fruit), "a.txt", "# thu\nxin chào\n", "thu")
    assert isinstance(played.failed, TranscriptInvalid) and played.failed.line == 2
    with pytest.raises(ValueError, match="cannot be read"):
        rewritten(played)


# --- rules -------------------------------------------------------------------------------------------


def told(found: Lesson, **transcripts: str) -> list[str]:
    return [str(problem) for problem in problems(book(found), found, {f"{k}.txt": v for k, v in transcripts.items()})]


def test_without_transcripts_nothing_is_said(fruit: Lesson):
    assert told(fruit) == []


def test_a_step_that_no_transcript_reaches_is_told_where_it_stands(fruit: Lesson):
    good = rewritten(rehearse(book(fruit), "a.txt", "# thu\nlearner  tiếp\nlearner  [Ổi]\n", "thu"))
    lines = [line.split(" (")[0] for line in told(fruit, a=good)]
    where = {
        step: lines_of(fruit, f"- say: {step}") if step != "hoi" else lines_of(fruit, "quiz: hoi")
        for step in ("hoi", "giai", "rieng")
    }
    assert lines == [
        f"thu/lesson.yaml:{at}:5: W901 chưa bản thoại nào đi qua bước “{step}”" for step, at in where.items()
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WRITTEN, "a.txt:4:1: E902 lời máy nay khác bản thoại này"),
        ("# thu\nlearner  [Tới]\n", "a.txt:2:1: E902 không có nút [Tới]; đang có [Tiếp] [Việc khác]"),
        ("# thu\nhử\n", "a.txt:2:1: E902 cần bot, learner"),
        ("# khac\nlearner  a\n", "a.txt:1:1: E902 không có bài “khac”"),
    ],
)
def test_a_transcript_that_fails_is_told_with_its_line(fruit: Lesson, text: str, place: str):
    first = told(fruit, a=text)[0]
    assert first.startswith(place)
