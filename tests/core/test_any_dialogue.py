"""Any lesson, any learner: what was played can be written down, read and played again, and its coverage be told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.engine.stage import clean
from flows.play.coverage import Trail, coverage, ways_of
from flows.play.rehearsal import rehearse, rewritten
from flows.play.transcript import Act, DialogueHead, Player, parse, play
from flows.reading.loader import load_lesson
from tests.support.arbitrary import lesson_sources
from tests.support.builders import book, facts

WORDS = (
    *("xong", "để sau", "giúp", "quay lại", "nói lại", "1", "2 3", "1 2 3", "5", "cam", "không", "xyz", "menu", "tiếp"),
    *("[Cam]", "(ảnh)", "\\", "# a", "— 1 day passes —", "một\nhai", "một\n[Cam]", "mã 558391 nhập ở đâu"),
    *("079163001234", "mật khẩu là lan1990", "tôi bị lừa rồi", "máy nóng quá", "bot      a", "= x"),
)
DEEDS = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=20).map(clean),
    st.integers(0, 3),
    st.integers(1, 5).map(lambda days: Act("wait", wait_s=days * 43_200)),
    st.just(Act("send", "photo")),
)


@given(lesson_sources(), st.lists(DEEDS, max_size=12))
def test_whatever_was_played_is_written_read_and_played_again(source: str, deeds: list[str | int | Act]):
    lesson, problems = load_lesson(source.encode(), "a/lesson.yaml", facts())
    assert lesson is not None, problems
    shelf = book(lesson)
    trail = Trail(shelf)
    player = Player(shelf, DialogueHead(lesson.id), watch=trail.watch)
    player.begin()
    for deed in deeds:
        labels = list(player.buttons)
        match deed:
            case str():
                player.do(Act("say", deed))
            case int() if labels:
                player.do(Act("tap", labels[deed % len(labels)]))
            case Act():
                player.do(deed)
    kept = play(shelf, player.transcript)
    text = str(kept)
    assert parse(text, "khac") == kept
    again = rehearse(shelf, "a.txt", text, lesson.id)
    assert again.good, again
    assert rewritten(again) == text
    assert "lan1990" not in text and "558391" not in text and "079163001234" not in text
    found = coverage(lesson, trail)
    assert {step for _, step in trail.steps} <= lesson.index.keys()
    assert found.steps[0] <= found.steps[1] == len(lesson.steps)
    assert found.options[1] + found.ways[1] == len(ways_of(lesson))
    assert all(1 <= gap.first <= gap.last <= source.count("\n") + 1 for gap in found.gaps)
