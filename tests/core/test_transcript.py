"""Transcripts as text: read, written down again the same, and refused with the line where they cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import ADDRESSES
from flows.play.dialogue import read_span
from flows.play.standins import MADE_UP, fill, hide
from flows.play.transcript import Act, DialogueHead, Player, Transcript, TranscriptInvalid, TutorTurn, parse, play
from flows.words.masking import mask
from tests.support.builders import book, lesson, phrases, real_book

TEXT = """\
# thu · Lan, {bà}/{con} · 2026-01-05 08:00 +07 · telegram · xa=Phú Lý
bot      Chào bà Lan!

         Xã Phú Lý.
         [Tiếp] [Một nút khác]
learner  xg r
bot      Một
bot      Hai
         ba
= secret masked: otp
— 1 day passes —
— 2 hours pass —
bot      Bà ơi
learner  [Tiếp]
learner  (sticker)
= run ended: completed · points 0
"""


def test_a_transcript_is_written_down_as_it_was_read():
    assert str(parse(TEXT, "thu")) == TEXT


def test_what_was_read():
    read = parse(TEXT, "khac")
    at = datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=7)))
    assert read.head == DialogueHead("thu", "Lan", "bà/con", at, "telegram", {"xa": "Phú Lý"})
    assert read.opening == TutorTurn(("Chào bà Lan!\n\nXã Phú Lý.",), ("Tiếp", "Một nút khác"))
    assert [act for act, _ in read.exchanges] == [
        Act("say", "xg r"),
        Act("wait", wait_s=86_400),
        Act("wait", wait_s=7_200),
        Act("tap", "Tiếp"),
        Act("send", "sticker"),
    ]
    assert read.exchanges[0][1] == TutorTurn(("Một", "Hai\nba"), (), ("secret masked: otp",))


def test_vietnamese_pauses_and_comments_are_read():
    read = parse("# thu\nbot      A\n# một ghi chú\n— 3 ngày trôi qua —\n— 5 phút trôi qua —\n", "thu")
    assert [act.wait_s for act, _ in read.exchanges] == [3 * 86_400, 300]


def test_without_a_head_the_folder_names_the_lesson():
    assert parse("bot      A\n", "thu").head == DialogueHead("thu")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# thu\nxin chào\n", "dòng 2"),
        ("# thu · Lan, {ông}/{cháu}\n", "cách gọi"),
        ("# thu\n— lâu —\n", "dòng 2"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, said: str):
    with pytest.raises(TranscriptInvalid, match=said):
        parse(text, "thu")


@pytest.mark.parametrize("seconds", [60, 300, 3600, 7200, 86_400, 172_800])
def test_pauses_are_spelt_so_that_they_are_read_again(seconds: int):
    act = Act("wait", wait_s=seconds)
    ((read, _),) = parse(f"# thu\n{act}\n", "thu").exchanges
    assert read == act
    assert ("1 " in str(act)) is (seconds in (60, 3600, 86_400))


def test_lines_are_the_same_however_the_bubbles_are_cut():
    assert TutorTurn(("Một\n\nHai", "Ba")).lines == TutorTurn(("Một", "Hai\nBa")).lines == ("Một", "Hai", "Ba")


def test_a_missing_button_is_said():
    steps = "- {say: s, text: Chào, wait_tap: Tiếp}\n- end: het"
    player = Player(book(lesson(steps)), DialogueHead("thu"))
    player.begin()
    with pytest.raises(TranscriptInvalid, match=r"không có nút \[Khác\]; đang có \[Tiếp\]"):
        player.do(Act("tap", "Khác"))


def test_play_gives_what_is_said_now():
    steps = '- {say: s, text: "Chào {chị} {ten}", wait_tap: Tiếp}\n- {end: het, text: Hết}'
    old = parse("# thu · Lan, {chị}/{em}\nbot      Câu cũ\nlearner  tiếp\nbot      Cũ nữa\n", "thu")
    played = play(book(lesson(steps)), old)
    assert isinstance(played, Transcript)
    assert played.opening.texts == ("Chào chị Lan",)
    assert played.exchanges[0][1] == TutorTurn(("Hết",), (), ("run ended: completed · points 0",))


# --- any transcript at all ---------------------------------------------------------------------------

TRICKY = (
    *("[Xong] rồi", "[Xong]", "(sticker)", "(", "# không phải ghi chú", "— 1 day passes —", "= tối", "\\", "\\[a]"),
    *("bot      a", "learner  b", "[A] [B]", "· a=b", "{chị}", "[", "]", "a  b", "\u2028x", "x\x85y", "‘’", "🙂"),
)
LINE = st.one_of(
    st.sampled_from(TRICKY), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12)
).map(str.strip)
FULL_LINE = LINE.filter(bool)
TEXT_OF_LINES = st.lists(LINE, min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool)
LABEL = FULL_LINE
PLAIN = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạ· ,={}\\-", max_size=12).map(str.strip)
NAME = PLAIN.filter(lambda text: not text.endswith("\\"))
HEADS = st.builds(
    DialogueHead,
    st.just("thu"),
    NAME,
    st.sampled_from(sorted(ADDRESSES)),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone(timedelta(hours=7)))).map(
        lambda at: at.replace(second=0, microsecond=0)
    ),
    st.sampled_from(["web", "telegram", "zalo_bot"]),
    st.dictionaries(st.sampled_from(["xa", "so_tien"]), NAME, max_size=2),
    st.sampled_from(["vi", "en"]),
    st.sampled_from([(), ("kia/q",), ("kia/q", "m0-khoi-dong/giu")]),
)
ACTS = st.one_of(
    st.builds(Act, st.just("say"), TEXT_OF_LINES),
    st.builds(Act, st.just("say"), st.just("")),
    st.builds(Act, st.just("tap"), LABEL),
    st.builds(Act, st.just("send"), st.sampled_from(["sticker", "photo", "voice"])),
    st.builds(Act, st.just("wait"), st.just(""), st.integers(1, 20_000).map(lambda minutes: minutes * 60)),
)
TURNS = st.builds(
    TutorTurn,
    st.lists(TEXT_OF_LINES, max_size=3).map(tuple),
    st.lists(LABEL, max_size=3).map(tuple),
    st.lists(FULL_LINE, max_size=2).map(tuple),
)
TRANSCRIPTS = st.builds(Transcript, HEADS, TURNS, st.lists(st.tuples(ACTS, TURNS), max_size=5).map(tuple))


@given(TRANSCRIPTS)
def test_whatever_is_written_down_is_read_again_the_same(transcript: Transcript):
    assert parse(str(transcript), "khac") == transcript


@pytest.mark.parametrize("text", [t for t in TRICKY if t == t.strip()])
def test_what_she_types_may_look_like_anything(text: str):
    for said in (text, f"{text}\n{text}", f"a\n\n{text}"):
        written = Transcript(DialogueHead("thu"), TutorTurn(("A",)), ((Act("say", said), TutorTurn(("B",))),))
        assert parse(str(written), "thu") == written


def test_a_teacher_may_write_it_as_notepad_does():
    read = parse(
        "\ufeff# thu · Lan, {bà}/{con} · 2026-01-05 08:00\r\nlearner  a\r\n\tb\r\n– 2 GIỜ TRÔI QUA –\r\n", "khac"
    )
    assert read.head == DialogueHead("thu", address="bà/con")
    assert [act for act, _ in read.exchanges] == [Act("say", "a\nb"), Act("wait", wait_s=7200)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1d", 86_400),
        ("2 giờ", 7200),
        ("30 phút", 1800),
        ("1 tuan", 604_800),
        ("2h", 7200),
        ("0d", None),
        ("mai", None),
    ],
)
def test_spans_as_people_write_them(text: str, seconds: int | None):
    assert read_span(text) == seconds


# --- playing -----------------------------------------------------------------------------------------

LATER = "- task: t\n  text: Làm\n  later: {remind: 1d, times: 2, text: Nhắc}\n- {end: het, text: Hết}"


def test_every_timer_of_a_jump_rings_at_its_time_in_order():
    player = Player(book(lesson(LATER)), DialogueHead("thu"))
    player.begin()
    turn = player.do(Act("wait", wait_s=10 * 86_400))
    assert turn.texts == ("Nhắc", "Làm", "Nhắc", "Làm")
    assert player.rung == [timedelta(days=1), timedelta(days=2)]
    assert player.now == DialogueHead("thu").at + timedelta(days=10)
    assert player.do(Act("wait", wait_s=86_400)) == TutorTurn()


def test_a_jump_that_ends_before_the_timer_rings_nothing():
    player = Player(book(lesson(LATER)), DialogueHead("thu"))
    player.begin()
    assert player.do(Act("wait", wait_s=86_340)) == TutorTurn()
    assert player.do(Act("wait", wait_s=60)).texts == ("Nhắc", "Làm")


def test_values_of_the_head_are_there_from_the_first_word_on():
    steps = '- {say: s, text: "Xã {xa}", wait_tap: Tiếp}\n- {end: het, text: "Vẫn {xa}"}'
    ask = "- {ask: hoi, text: Ở đâu, save: xa}"
    player = Player(book(lesson(f"{steps}\n{ask}")), DialogueHead("thu", values={"xa": "Tân An"}))
    assert player.begin().texts == ("Xã Tân An",)
    assert player.do(Act("say", "tiếp")).texts == ("Vẫn Tân An",)


def test_an_emergency_goes_on_in_its_lesson():
    urgent = lesson(
        "- {say: u, text: Dừng tay, wait_tap: Dạ}\n- end: het", lesson_id="khan", header="emergency: true\n"
    )
    first = lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- end: het")
    player = Player(book(first, urgent), DialogueHead("thu"))
    player.begin()
    turn = player.do(Act("say", "tôi bị lừa rồi"))
    ways_out = (phrases()["label_human"], phrases()["label_mistake"])
    assert turn == TutorTurn(("Dừng tay",), ("Dạ", *ways_out), ("emergency",))
    assert player.do(Act("tap", "Dạ")).notes == ("run ended: completed · points 0",)


def test_white_space_that_a_page_cannot_show_makes_no_difference():
    text = '- say: s\n  text: "Một \\n\\n   hai  \\n"\n  wait_tap: " Tiếp "\n- end: het'
    player = Player(book(lesson(text)), DialogueHead("thu"))
    assert player.begin() == TutorTurn(("Một\n\nhai",), ("Tiếp", "Việc khác"))
    player.do(Act("tap", "Tiếp"))
    assert parse(str(player.transcript), "thu") == player.transcript


def test_an_unknown_lesson_is_told():
    with pytest.raises(TranscriptInvalid, match="không có bài “khac”"):
        Player(book(lesson(LATER)), DialogueHead("khac")).begin()


# --- lessons that lead into others, pauses, stars -----------------------------------------------------

OTHER = "- {say: ben, text: Bên kia, wait_tap: Dạ}\n- {end: xong, text: Xong bên kia}"
CALLS = "- {call: qua, lesson: kia%s}\n- {say: ve, text: Về rồi, wait_tap: Tiếp}\n- end: het"


HEAD = DialogueHead("thu")


def played(steps: str, *acts: Act, head: DialogueHead = HEAD, header: str = "", **others: str) -> list[TutorTurn]:
    lessons = [lesson(text, lesson_id=name, header=header) for name, text in others.items()]
    player = Player(book(lesson(steps), *lessons), head)
    return [player.begin(), *(player.do(act) for act in acts)]


def test_a_called_lesson_is_played_and_left_again():
    turns = played(CALLS % "", Act("tap", "Dạ"), Act("tap", "Tiếp"), kia=OTHER)
    assert turns[0] == TutorTurn(("Bên kia",), ("Dạ", "Việc khác"), ("called: kia",))
    assert turns[1] == TutorTurn(("Xong bên kia", "Về rồi"), ("Tiếp", "Việc khác"), ("returned from: kia · completed",))


def test_a_lesson_handed_over_to_begins_in_the_same_turn():
    turns = played(CALLS % ", return: false", Act("tap", "Dạ"), kia=OTHER)
    ended = "run ended: completed · points 0", "handed over: kia"
    assert turns[0] == TutorTurn(("Bên kia",), ("Dạ", "Việc khác"), ended)
    assert turns[1].texts == ("Xong bên kia",)


def test_a_pause_ends_within_the_time_that_passes():
    pause = "- {wait: nghi, for: 2h, text: Nghỉ tay}\n- {say: sau, text: Lại nào, wait_tap: Dạ}\n- end: het"
    turns = played(pause, Act("wait", wait_s=3600), Act("wait", wait_s=3600))
    assert turns[0].texts == ("Nghỉ tay",)
    assert (turns[1], turns[2].texts) == (TutorTurn(), ("Lại nào",))
    assert played(pause, Act("wait", wait_s=27 * 3600))[1].texts[::2] == ("Lại nào", "Lại nào"), "and then a reminder"


def test_stars_are_taken_after_the_end():
    player = Player(
        book(lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- {end: het, text: Hết, rate: 1-3}")), DialogueHead("thu")
    )
    player.begin()
    end = player.do(Act("tap", "Tiếp"))
    assert end == TutorTurn(("Hết",), ("1", "2", "3"), ("run ended: completed · points 0",))
    assert player.do(Act("tap", "3")) == TutorTurn(notes=("rated: 3",))
    with pytest.raises(TranscriptInvalid, match="không có nút"):
        player.do(Act("tap", "3"))
    assert play(player.book, player.transcript) == player.transcript


def test_a_review_asks_what_the_head_line_says_is_due():
    quiz = "- {quiz: q, text: Mấy, type: number, accept: ['5']}\n- end: het"
    steps = "- {review: on, text: Ôn nhé, max: 2, empty: Chưa có gì}\n- {say: s, text: Rồi, wait_tap: Dạ}\n- end: het"
    head = parse("# thu · due=kia/q\nbot      a\n", "thu").head
    assert head == DialogueHead("thu", due=("kia/q",))
    header = "mastery: {review_after: [2d]}\n"
    turns = played(steps, Act("say", "5"), head=head, header=header, kia=quiz)
    assert turns[0].texts == ("Ôn nhé", "Mấy")
    assert turns[1].texts[-1] == "Rồi"
    assert played(steps, header=header, kia=quiz)[0].texts == ("Chưa có gì", "Rồi")


# --- secrets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["citizen_id", "otp", "card", "password"])
def test_a_made_up_secret_is_masked_like_a_real_one(kind: str):
    said = f"mật khẩu là {MADE_UP[kind]}" if kind == "password" else MADE_UP[kind]
    assert mask(said, real_book().nouns).kinds == (kind,)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("ma 482913 nhap o dau", "ma •otp• nhap o dau"),
        ("079163001234", "•citizen_id•"),
        ("mật khẩu là lan1990", "mật khẩu là •password•"),
        ("so 079163001234 ma otp la 558391", "so •citizen_id• ma otp la •otp•"),
    ],
)
def test_a_secret_leaves_its_kind(said: str, kept: str):
    masked = mask(said, real_book().nouns)
    assert hide(masked.text, masked.kinds, real_book().nouns) == kept
    assert mask(fill(kept), real_book().nouns).text == masked.text


def test_a_private_answer_is_kept_as_its_type():
    steps = "- {ask: so, text: Số?, type: phone_vn, save: so, private: true}\n- {end: het, text: Hết}"
    player = Player(book(lesson(steps)), DialogueHead("thu"))
    player.begin()
    player.do(Act("say", "0912345678"))
    assert player.log[0][0] == Act("say", "•phone_vn•")
    assert play(player.book, player.transcript) == player.transcript
