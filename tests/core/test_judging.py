"""The learnt opinion beside the signs: what it adds, what it may not do, from what it is learnt."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bot.cli import scam_checking
from bot.cli.training import MOULDS, SCAMS, scams
from bot.errors import CamtayError
from flows.reading.loader import JUDGEMENT, load_files
from flows.reading.moulds import cast, read_moulds
from flows.reading.scams import LabelledScam, ScamInvalid, read_scams
from flows.signs.judging import FEWEST, WHOLE, pieces
from flows.signs.judging_learning import JudgedWords, learn_scams
from flows.signs.signs import SignTable, look
from flows.words.ear.features import words_only
from flows.words.ear.learn import fingerprint
from flows.words.ear.model import MOST_NAMED, model_of, write
from flows.words.ear.voices import read_voice
from tests.support.builders import LESSONS, shelf

SMALL = [
    *(JudgedWords(("nap", "tien", "nhan", "qua", each), scam=True) for each in ("lon", "ngay", "xe", "lien")),
    *(JudgedWords(("me", "oi", "con", "ve", each), scam=False) for each in ("roi", "nha", "tre", "som")),
]
MODEL_ALONE = [
    "Đơn này hệ thống trả gấp rưỡi, nhóm ai cũng rút được rồi, chị làm lẹ kẻo hết suất",
    "Truy tim con no chiem doat tai san, gia dinh bao che, ai gap bao cong ty",
]


def table() -> SignTable:
    return shelf().scam.signs


@cache
def moulded() -> tuple[LabelledScam, ...]:
    paths = sorted((LESSONS / SCAMS / MOULDS).glob("*.tsv"))
    return tuple(each for path in paths for each in read_moulds(path.read_bytes(), path.name))


@cache
def unseen() -> tuple[LabelledScam, ...]:
    paths = sorted((LESSONS / SCAMS / "unseen").glob("*.tsv"))
    return tuple(each for path in paths for each in read_scams(path.read_bytes(), path.name))


def test_it_is_learnt_from_many_messages_of_both_kinds_and_from_none_that_is_measured():
    texts = {each.text for each in moulded()}
    assert len(texts) >= 2_000
    assert 0.4 < sum(each.scam for each in moulded()) / len(moulded()) < 0.6
    assert not texts & {each.text for each in unseen()}


def test_the_model_is_the_one_of_these_messages():
    """Whether its weights are, too, `./camtay train --check` tells."""
    assert model_of((LESSONS / JUDGEMENT).read_bytes()).learnt_from == fingerprint(scams(LESSONS))


def test_it_learns_the_same_everywhere():
    raw = write(learn_scams(SMALL))
    assert raw == write(learn_scams(SMALL)) and model_of(raw) == learn_scams(SMALL)
    assert raw.startswith(b"camtay-ear\t2\t")


@pytest.mark.parametrize("text", MODEL_ALONE)
def test_a_message_without_any_sign_is_flagged_for_what_it_sounds_like(text: str):
    found = look(table(), text)
    assert found.flagged and found.ids[0] == "sounds-much"
    assert not look(table(), text, signs_alone=True).flagged


def test_beside_the_signs_it_catches_more_and_doubts_fewer_of_what_it_never_met():
    """On messages of the kinds that came in last, told by a fold: what the signs were never written for."""
    scam, ordinary = [each.text for each in moulded() if each.scam], [each.text for each in moulded() if not each.scam]
    caught = [sum(look(table(), text, signs_alone=alone).flagged for text in scam[::9]) for alone in (True, False)]
    doubted = [sum(look(table(), text, signs_alone=alone).flagged for text in ordinary[::9]) for alone in (True, False)]
    assert caught[1] > caught[0] and doubted[1] < doubted[0]


def test_an_address_that_deceives_is_not_outweighed_by_what_surrounds_it():
    calm = "Mẹ ơi con về nhà rồi nha, mai con đi làm sớm, mẹ ngủ ngon"
    assert look(table(), calm).weight < 0
    assert look(table(), f"{calm}. http://vietcombank-xacthuc.example").flagged


def test_of_a_long_message_nothing_calm_hides_the_rest():
    calm = "hôm nay trời đẹp, má đi chợ mua rau. " * 40
    assert look(table(), f"{calm} đọc mã OTP cho em").flagged


@pytest.mark.parametrize(
    "text", ["", "ok", "con về nha", "🙂 🙂 🙂", "https://vietcombank.com.vn", "a" * 6000, "\u200b" * 90]
)
def test_of_hardly_any_words_nothing_is_thought(text: str):
    assert not look(table(), text).flagged


def test_a_piece_has_no_more_features_than_can_be_added_up():
    kinds = ("real", "alike", "letters", "numbers", "jumbled", "short", "free", "odd", "unknown", "phone", "hotline")
    words = " ".join(f"ba{'bcdghklmnp'[n % 10]}o{'aeiou'[n % 5]}{n}" for n in range(500))
    assert all(len(words_only(piece)) <= MOST_NAMED for piece in pieces(words, kinds))
    assert FEWEST < WHOLE


def test_cries_are_told_from_scams_by_the_signs_alone():
    without = replace(table(), learnt=None)
    paths = sorted((LESSONS / "voices").glob("*.tsv"))[:12]
    cries = [each.text for path in paths for each in read_voice(path.read_bytes(), path.name) if each.level == "ring"]
    assert len(cries) > 100
    for text in cries[::5]:
        assert look(table(), text, signs_alone=True) == look(without, text)


def test_the_model_is_read_when_a_message_is_looked_at_and_not_before():
    """A name of the process's cache of models: who taps and who learns never asks for this one."""
    learnt = table().learnt
    assert learnt is not None and isinstance(learnt.raw, bytes)
    model_of.cache_clear()
    files = {str(LESSONS / name): (LESSONS / name).read_bytes() for name in ("signs.yaml", "sites.yaml", JUDGEMENT)}
    signs = load_files(files, {}).scam.signs
    assert model_of.cache_info().misses == 0
    look(signs, "chị ơi cho em hỏi chút")
    assert model_of.cache_info().misses == 1


def test_a_model_that_is_cut_in_half_is_told_and_the_signs_go_on():
    files = {str(LESSONS / name): (LESSONS / name).read_bytes() for name in ("signs.yaml", "sites.yaml", JUDGEMENT)}
    files[str(LESSONS / JUDGEMENT)] = files[str(LESSONS / JUDGEMENT)][:-9]
    library = load_files(files, {})
    assert [each.code for each in library.problems if JUDGEMENT in each.place.path] == ["E009"]
    assert library.scam.signs.learnt is None
    assert look(library.scam.signs, "chuyển tiền vào tài khoản an toàn").flagged


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("T'a:ng,Ng_ay 1OOK;Ch'o,Kh;ach", True),
        ("Täng qùa khäch möi näp täi", True),
        ("giá 1.500.000đ, lúc 7:30 ngày 20/10, gọi 0912.345.678", False),
        ("11A7 T2 S1: Tin+V+AV;C1: CC+SH+H T3 S2: H+QP;C1: T+L;S1: V+V", False),
        ("Em/chị; anh/em: ai đi (8h,9h) thì nhắn nha.Cảm ơn", False),
    ],
)
def test_words_that_are_broken_on_purpose(text: str, garbled: bool):
    assert ("garbled" in look(table(), text).ids) is garbled


def test_a_mould_makes_messages():
    made = cast("[a|b] {so} [c|]", {"so": ("1", "2")})
    assert len(made) > 1 and all(each[0] in "ab" and each.split()[1] in "12" for each in made)
    assert cast("không có khe", {}) == ["không có khe"]
    assert cast("{la} [a|{so}]", {"so": ("1",)})[0].startswith("{la} ")
    groups = "@so\t1|2\nscam\tgửi {so}\n".encode()
    assert {each.text for each in read_moulds(groups, "a.tsv")} == {"gửi 1", "gửi 2"}


@pytest.mark.parametrize("raw", ["scam\n", "lừa\tmột\n", "ok\ta\tb\n", "ok\te\u0302\n"])
def test_a_line_that_is_no_mould_is_told(raw: str):
    with pytest.raises(ScamInvalid):
        list(read_moulds(raw.encode(), "a.tsv"))


def test_a_file_of_ones_own_is_measured(tmp_path: Path):
    own, told = tmp_path / "tin.tsv", list[str]()
    own.write_text("scam\tchuyển tiền vào tài khoản an toàn\nok\tcon về tới nhà rồi nha\n", "utf-8")
    assert scam_checking.measured(LESSONS, str(own), table(), 0, told.append) == 0
    assert "100.0%" in told[0] and len(told) == 2
    own.write_bytes(b"\xff\xfe")
    for name in (str(own), str(tmp_path / "khong-co")):
        with pytest.raises(CamtayError):
            scam_checking.measured(LESSONS, name, table(), 0, told.append)
