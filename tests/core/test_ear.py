"""The ear: what it learns is the same everywhere, what it hears of voices it has not learnt from, what it survives."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.cli.training import sentences
from flows.reading.loader import EAR, load_files
from flows.words.ear.ear import Alarm, Matter, ear_of, listen, matter_of, reply_of
from flows.words.ear.features import features_of
from flows.words.ear.learn import fingerprint, learn
from flows.words.ear.measure import Score, measure
from flows.words.ear.model import VERSION, Model, ModelInvalid, Named, model_of, write
from flows.words.ear.syllables import stripped, syllables
from flows.words.ear.voices import LabelledSentence, VoiceInvalid, read_replies, read_voice
from flows.words.understand import Emergency, read_words, understand
from tests.support.builders import LESSONS, words

VOICES = LESSONS / "voices" / "unseen"


# --- how well it hears those whom it has not learnt from -----------------------------------------------


@cache
def score() -> Score:
    unseen = [each for path in sorted(VOICES.glob("*.tsv")) for each in read_voice(path.read_bytes(), path.name)]
    assert sum(each.level == "quiet" for each in unseen) >= 1000
    return measure(words().ear, unseen)


def test_cries_are_heard_and_few_others_are():
    assert score().share("ring", "ring", "ask") >= 0.95
    assert score().share("ring", "ring") >= 0.75
    assert score().share("quiet", "ring") <= 0.01
    assert score().share("quiet", "ask") <= 0.07


def test_questions_find_their_lesson_and_wishes_for_a_human_are_one():
    assert score().topic("question", "first") >= 0.78
    assert score().topic("question", "first", "among") >= 0.88
    assert score().topic("oos", "question") <= 0.08
    assert score().topic("human", "human") >= 0.95


def test_voices_are_measured_that_were_not_learnt():
    learnt = {each.text for each in sentences(LESSONS)}
    unseen = [each.text for path in VOICES.glob("*.tsv") for each in read_voice(path.read_bytes(), path.name)]
    assert sum(text in learnt for text in unseen) <= len(unseen) // 100  # "alo", "dạ" is said by many


# --- what counts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harmless", "cry"),
    [
        ("máy tui bị chậm dữ", "tui bị dụ rồi"),
        ("bận lo chuyện nhà", "lỡ chuyển cho nó rồi"),
        ("dạ cho má hỏi", "dạ đưa mã cho nó rồi"),
        ("em bị bận đi gặt", "em bị gạt rồi"),
        ("tui lựa hoài hổng xong", "tui bị lừa xong rồi"),
    ],
)
def test_marks_that_were_typed_count(harmless: str, cry: str):
    assert listen(words().ear, harmless).level == "quiet"
    assert listen(words().ear, cry).level != "quiet"


@pytest.mark.parametrize(
    "text",
    [
        "toi bi lwaf tien", "tooi bij lwaf roofi", "em vuwaf bij lwaf", "bij lwaf roi", "toi5 bi5 lu7a2 ro6i2",
        "toibiluaroi", "tôi bị Iừa rồi", "tôi bị lưà rồi", "TÔI BỊ LỪA RỒI",
        "tôi ðã ðưa mã otp cho nó rồi", "bị gạt zồi rồi",
    ],
)  # fmt: skip
def test_a_cry_is_heard_however_the_keys_fell(text: str):
    assert listen(words().ear, text).level != "quiet"


def test_who_wants_to_die_or_is_beaten_is_told_apart():
    assert listen(words().ear, "muốn chết quá") == Alarm("ring", "die", listen(words().ear, "muốn chết quá").why)
    assert listen(words().ear, "chồng tôi đánh tôi").kind == "hurt"


def test_one_word_is_no_cry_for_the_model():
    assert listen(words().ear, "mất").level == "quiet"


def test_without_a_model_only_phrases_are_heard():
    bare = read_words({"emergency": ["bị lừa rồi"], "emergency_around": ["tôi", "ơi", "con"]})
    assert listen(bare.ear, "tôi bị lừa rồi con ơi").level == "ring"
    assert understand(bare, "toi bi lua roi", ()) == Emergency()
    assert listen(bare.ear, "tôi bị lứa rồi").level == "quiet", "another mark is another word"
    assert listen(bare.ear, "năm ngoái tôi bị lừa rồi").level == "quiet", "more than the phrase is no longer certain"
    assert matter_of(bare.ear, "cho tôi gặp người thật") == Matter() and reply_of(bare.ear, "xong rồi").kind == ""


# --- what it survives ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", " ", "😀" * 4000, "ạ" * 3000, "a" * 3000, "ạ " * 1500, "1" * 4000, "•" * 2000, "\u0301" * 999]
)
def test_odd_texts_are_heard_as_nothing(text: str):
    assert listen(words().ear, text).level in ("quiet", "ask")
    matter_of(words().ear, text)
    reply_of(words().ear, text)


def test_a_cry_in_the_middle_of_a_long_story_is_heard():
    story = "sáng nay bà đi chợ mua cá về nấu canh chua cho mấy đứa cháu ăn rồi ra vườn tưới rau "
    assert listen(words().ear, story * 4 + "tui bị lừa chuyển hết tiền cho nó rồi con ơi " + story * 4).level != "quiet"
    assert listen(words().ear, story * 8).level == "quiet"


# --- the file ------------------------------------------------------------------------------------------


SMALL = [
    *(LabelledSentence(f"bị lừa mất tiền {each} rồi", "ring") for each in ("hết", "sạch", "thiệt", "nữa")),
    *(LabelledSentence(f"hôm nay {each} đi chợ mua cá", "quiet", "", ("chat",)) for each in ("bà", "má", "dì", "cô")),
    *(
        LabelledSentence(f"thẻ bảo hiểm y tế {each} đâu", "quiet", "", ("V4", "V6"))
        for each in ("ở", "coi", "thêm", "lấy")
    ),
    *(
        LabelledSentence(f"làm xong {each} rồi đó", "quiet", "", ("chat",), "done")
        for each in ("hết", "bước", "cái", "bài")
    ),
]


def test_the_same_sentences_give_the_same_bytes():
    raw = write(learn(SMALL))
    assert raw == write(learn(SMALL)) and write(model_of(raw)) == raw
    assert learn(SMALL).learnt_from == fingerprint(SMALL) != fingerprint(SMALL[1:])


def test_weights_are_found_where_they_lie():
    given = {f"{'xin chào'[: n % 8]}{n}": bytes((n % 50, n)) for n in range(100)} | {"~": b"\1\2"}
    model = Model(sense=Named(("a",), (0,), given), learnt_from="x")
    lying = model_of(write(model)).sense.weights
    assert dict(lying) == given and len(lying) == len(given) and lying == given
    assert all(lying.get(f"{name}{more}") is None for name in given for more in ("!", "\t", "x"))
    assert [lying.get(name) for name in ("", "!", "~~", "ỷ")] == [None] * 4
    with pytest.raises(KeyError):
        lying["xin"]


def test_a_model_hears_what_it_has_learnt():
    ear = ear_of((), (), learn(SMALL))
    assert listen(ear, "bị lừa mất tiền rồi").level == "ring" and listen(ear, "bi lua mat tien roi").level == "ring"
    assert listen(ear, "hôm nay ngoại đi chợ mua cá").level == "quiet"
    assert matter_of(ear, "thẻ bảo hiểm y tế coi đâu").topics[:1] == ("V4",)


def test_the_file_is_what_the_voices_give():
    """That it is so to the byte is shown by `./camtay train --check`."""
    assert model_of((LESSONS / EAR).read_bytes()).learnt_from == fingerprint(sentences(LESSONS))


def faults() -> list[bytes]:
    raw = write(learn(SMALL))
    head, _, rest = raw.partition(b"\n")
    return [
        raw[: len(raw) // 2],
        b"",
        b"PK\x03\x04",
        head.replace(f"\t{VERSION}\t".encode(), b"\t99\t") + b"\n" + rest,
        raw + b"x",
        rest,
    ]


@pytest.mark.parametrize("at", range(6))
def test_a_broken_file_is_refused_whole(at: int):
    with pytest.raises(ModelInvalid):
        model_of(faults()[at])


def test_with_a_broken_file_the_rest_is_read_and_it_is_said():
    library = load_files({"l/ear.model": b"half", "l/words.yaml": b"commands: {menu: [menu]}\n"}, {})
    assert library.model is None and library.words == {"menu": ("menu",)}
    (problem,) = library.problems
    assert problem.place.path == "l/ear.model" and "words.yaml" in str(problem.message)


# --- its parts -----------------------------------------------------------------------------------------


def test_a_word_is_kept_as_it_was_typed():
    plain, marked, slipped = syllables("lua lừa lwaf", 9)
    assert (plain.plain, plain.marked) == ("lua", "") and marked.plain == ""
    assert slipped.marked == marked.marked and slipped.plain == "lua"
    assert stripped(marked).typed == "lua"
    assert syllables("hoà", 9) == syllables("hòa", 9) and syllables("lỗi", 9) == syllables("lổi", 9)
    assert [each.typed for each in syllables("50k 500 5tr2", 9)] == ["#k", "#", "#k"]


def test_features_are_few_and_below_their_size():
    assert features_of([]) == []
    many = features_of([f"w{at}" for at in range(60)])
    assert len(many) == len(set(many)) < 60 * 14


@pytest.mark.parametrize(
    "line", ["ring\t-", "loud\t-\tcứu", "quiet\tZ9\tcâu hỏi", "quiet\tchat\t ", "quiet\tchat\tto\u0302i"]
)
def test_a_line_that_is_no_labelled_sentence_is_named(line: str):
    with pytest.raises(VoiceInvalid, match=r"v\.tsv:2"):
        list(read_voice(f"quiet\tchat\tdạ\n{line}\n".encode(), "v.tsv"))


def test_a_reply_without_a_known_meaning_is_named():
    assert [each.reply for each in read_replies(b"done\txong nha\nother\tLan\n", "r.tsv")] == ["done", "other"]
    with pytest.raises(VoiceInvalid, match=r"r\.tsv:1"):
        list(read_replies(b"perhaps\txong\n", "r.tsv"))


def test_every_voice_can_be_read():
    assert len(sentences(LESSONS)) >= 10_000
    assert len(list(Path(LESSONS / "voices").glob("*.tsv"))) >= 20
