"""What another text of a table changes, told as people read it."""

from __future__ import annotations

import yaml

from bot.studio.policy.answers import entries_of, with_way_of_asking
from bot.studio.policy.table_changes import WordsChange, answer_changes, words_changes

WORDS = """\
spelling: {ko: khong, tía: cha}
fillers: [dạ, nha]
answers:
  done: [xong, rồi]
commands:
  menu: [danh sách]
"""
ANSWERS = """\
- id: l6-ma
  outline: L6
  say: "Không đọc mã."
  src: [S1]
  ask: [mã là gì, đọc mã được không]
"""


def of(text: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(text)
    return found


def test_words_that_come_and_go():
    after = WORDS.replace("xong, rồi", "xong, làm xong").replace("tía: cha", "tía: ba").replace("dạ, nha", "nha, dạ")
    assert words_changes(of(WORDS), of(after)) == (
        WordsChange("spelling", "", ("tía → ba",), ("tía → cha",)),
        WordsChange("answers", "done", ("làm xong",), ("rồi",)),
    )
    assert words_changes(of(WORDS), of(WORDS)) == ()
    assert words_changes({}, of("answers: {done: [xong]}")) == (WordsChange("answers", "done", ("xong",), ()),)


def test_answers_before_and_after():
    before = entries_of("t", ANSWERS)
    asked = with_way_of_asking(ANSWERS, before[0], "mã đó chi")
    assert asked is not None
    (one,) = answer_changes(before, entries_of("t", asked.replace("Không đọc mã.", "Đừng đọc mã.")))
    assert (one.before, one.after, one.added, one.gone) == ("Không đọc mã.", "Đừng đọc mã.", ("mã đó chi",), ())
    (new,) = answer_changes([], before)
    assert (new.asked, new.before, new.after) == ("mã là gì", "", "Không đọc mã.")
    (gone,) = answer_changes(before, [])
    assert (gone.before, gone.after, gone.gone) == ("Không đọc mã.", "", ("mã là gì", "đọc mã được không"))
    (cited,) = answer_changes(before, entries_of("t", ANSWERS.replace("S1", "S2")))
    assert cited.sources == (("S1",), ("S2",))
    assert answer_changes(before, entries_of("t", f"# ghi chú\n{ANSWERS}")) == ()
