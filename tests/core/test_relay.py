"""What passes between the two: real messages, with and without diacritics, in both directions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.pairing.policy.relay import HIDDEN_LINK, LONGEST, RelayVerdict, look_in_need
from bot.pairing.policy.relay import look as look_by
from flows.reading.wish_rules import examples_of
from flows.run import Book
from flows.words.asks import Side
from flows.words.wishes import asked
from tests.support.builders import LESSONS, phrases, real_book

PHRASES = phrases()


def look(text: str, side: Side) -> RelayVerdict:
    return look_by(real_book().wishes, text, side)


# Side, then what it is called, then what is written: L the learner writes, I the instructor.
BLOCKED = """
I relay_secret_wanted Chị đọc mã OTP cho em nhé
I relay_secret_wanted chi doc ma otp cho em nhe
I relay_secret_wanted Cô gửi mã xác nhận qua đây cho con
I relay_secret_wanted co gui ma xac nhan qua day cho con
I relay_secret_wanted Chị cho em xin mật khẩu VNeID
I relay_secret_wanted chi cho em xin mat khau vneid de em lam dum
I relay_secret_wanted Mã vừa về máy, cô đọc cho em
I relay_secret_wanted Chị nhắn cho em mã 6 số trong tin nhắn
I relay_secret_wanted chi nhan cho em ma 6 so trong tin nhan nha
I relay_secret_wanted Đọc giúp em mã O.T.P đi chị
I relay_secret_wanted doc ma 0TP cho e
I relay_secret_wanted Cho em biết mã PIN thẻ của chị
I relay_secret_wanted Chị đừng lo, cứ đọc mã OTP cho em
I relay_secret_wanted chi dung lo cu doc ma otp cho em la xong
I relay_secret_wanted Gửi em mật khẩu Zalo qua đây cho em làm giúp
I relay_secret_wanted bac chup ma otp gui cho chau
I relay_secret_wanted Chị nhập mật khẩu vào đây cho em kiểm tra
I relay_secret_wanted Em cần mật khẩu ngân hàng, chị gửi cho em
I relay_secret_wanted xin co ma xac thuc
I relay_secret_wanted Cô báo mã số trên tin nhắn cho con với
L relay_secret_wanted Em cho chị xin mật khẩu Zalo của em
I relay_papers_wanted Chị chụp căn cước hai mặt gửi cho em
I relay_papers_wanted chi chup cccd 2 mat gui cho em
I relay_papers_wanted Cô gửi ảnh mặt trước thẻ ngân hàng cho con nhé
I relay_papers_wanted co gui hinh the atm qua day cho con
I relay_papers_wanted Chụp cho em giấy tờ nhà đất
I relay_papers_wanted Cho em xin ảnh căn cước của cô nhé
I relay_remote Chị cài UltraViewer để em vào máy làm cho
I relay_remote cai teamviewer di chi
I relay_remote Chị tải file apk này về
I relay_remote Chị bấm chia sẻ màn hình cho em xem ngân hàng
I relay_remote Chị cài ứng dụng này giúp em
I relay_remote de em dieu khien dien thoai chi tu xa
I relay_money Chị chuyển khoản cho em 200k tiền công
I relay_money chi chuyen khoan cho em 200k
I relay_money Cho em mượn 500 ngàn, mai em trả
I relay_money cho em muon 2 trieu toi cuoi thang
I relay_money Chị chuyển tiền cho em trước nhé
I relay_money Cô đóng phí 50k cho em để được học tiếp
I relay_money phi ho tro 100k nha chi
I relay_money Chị nạp thẻ cào giúp em
I relay_money mua dum em the cao 100
I relay_money Chị ứng cho em một triệu
I relay_money Chị đầu tư với em, lãi 30% một tháng
I relay_money Lam nhiem vu like video hoa hong 50k
I relay_money Chị gửi cho em ít tiền uống nước
I relay_money Em kẹt quá, chị vay dùm em 3 triệu
I relay_money co ck cho chau 300.000 tien xe
L relay_money Em cho chị vay 1 triệu nhé
L relay_money chi cho em muon 500k duoc khong
L relay_money Cho cô mượn ít tiền mua gạo
I relay_account Số tài khoản của em 0123456789 Vietcombank
I relay_account stk 19031234567890 tcb
I relay_account STK: 1903 1234 5678 90
I relay_account 0071001234567 vcb nhe chi
I relay_account Vietcombank 0071001234567
L relay_account tai khoan cua chi 711A là 7110012345678 vietinbank
L relay_account so tk agribank 5900205123456
I relay_phone Chị gọi em số 0912345678
I relay_phone goi em 0912 345 678
I relay_phone so em 0.9.1.2.3.4.5.6.7.8
I relay_phone +84912345678 gọi em nha
I relay_phone zalo em o912345678
I relay_phone Số em là không chín một hai ba bốn năm sáu bảy tám
L relay_phone Số chị 0387 654 321, em gọi chị nhé
L relay_phone sdt chi 0387.654.321
L relay_phone goi co so khong ba tam bay sau nam bon ba hai mot
L relay_secret Mã của chị là 482913
L relay_secret ma otp la 482913
L relay_secret 482913
L relay_secret Mật khẩu của chị là hoahong99
L relay_secret mat khau la hoa hong 99
L relay_secret thẻ 4111 1111 1111 1111
L relay_secret mã pin 4829
I relay_secret_wanted Em thử mã 482913 xem
I relay_link Chị bấm vào http://vneid-capnhat.com/abc
I relay_link vao www.quatang-hoiphunu.xyz nhan qua
I relay_link bit.ly/abc123 nha chi
I relay_link t.me/hotro_vneid
I relay_link zalo.me/0g12abc
I relay_link Chị vào vneid.gov.vn.dangky.top làm nhé
I relay_link https://dichvucong-gov.vn-login.com/x
I relay_link chi vao dichvucong dot com nha
I relay_link hxxp://abc.net/a
I relay_link vietcombank.com.vn dang nhap di chi
I relay_link vao trang quatang24h . com
L relay_link_only http://trungthuong.xyz/nhan
L relay_link_only bit.ly/3xYz
"""

MARKED = [
    ("L", "relay_link_hidden", "Link này có phải lừa không: http://trungthuong.xyz/a", HIDDEN_LINK),
    ("L", "relay_link_hidden", "co nguoi gui chi bit.ly/3abc co nen bam khong", HIDDEN_LINK),
    ("L", "relay_masked", "Căn cước của chị 075162001234 đúng không em", "•••"),
    ("L", "relay_masked", "so can cuoc 075 162 001 234", "•••"),
    ("I", "relay_elsewhere", "Chị kết bạn Zalo với em nhé", "Zalo"),
    ("I", "relay_elsewhere", "nhan qua facebook em di", "facebook"),
    ("L", "relay_elsewhere", "em goi zalo cho chi nhe", "zalo"),
]

PASSED = """
I Chào cô, con là Hoa ở chi hội Ấp 2. Cô đang học tới đâu rồi ạ?
I Chao co, con la Hoa. Co dang hoc toi dau roi a
L Chị mở được app rồi, giờ bấm vào đâu em?
L chi mo duoc app roi gio bam vao dau em
L Máy chị báo nhập mã OTP, chị nhập ở đâu?
L may bao nhap ma otp chi nhap o dau
L Mã OTP là gì vậy em?
L ma otp la gi vay em
I Mã OTP là chìa khóa nhà mình, cô đừng đọc cho ai, kể cả em
I ma otp la chia khoa, co dung doc ma cho ai ke ca em
I Không ai được xin mật khẩu của chị đâu nhé
I khong ai duoc xin mat khau cua chi dau
I Em không bao giờ hỏi mã của chị
I Nếu có người gọi xin mã xác nhận thì cô cúp máy
I neu co nguoi goi xin ma thi co cup may
L Có người gọi bảo chị chuyển tiền vào tài khoản an toàn
L co nguoi goi bao chi chuyen tien
L Nó bảo chị đọc mã cho nó, chị không đọc
L no bao chi doc ma cho no chi khong doc
I Chị đừng chuyển tiền cho ai nhé
I dung chuyen tien cho ai het nha chi
L Chuyển tiền bằng ngân hàng làm sao em?
L chuyen tien bang app ngan hang lam sao em
L Chị chuyển tiền cho con gái mà không được
L Chi phi nao khong em
L Học cái này có mất tiền không em?
L hoc cai nay co mat tien khong em
I Không mất tiền đâu cô, Hội dạy miễn phí
I Chị gọi 113 nếu cần gấp
I tong dai vneid 1900 0368 co nhe
I Tổng đài VNeID là 19000368
I Cô vào dichvucong.gov.vn là thấy
I co vao https://vneid.gov.vn/ nhe
I Xong rồi.Chị giỏi quá
L Xong.Mẹ ơi giúp con
L Chị sinh năm 1962
L Ngày 20/11/1962 em
L Chị 62 tuổi rồi, học chậm lắm
L Mai 8h chị rảnh
L mai 9 gio duoc khong em
I Mai 14h30 em ghé nhà văn hóa, chị tới nhé
I Chị cất điện thoại, em nhìn chỗ khác trong lúc chị gõ mã nhé
I Chị tự gõ mật khẩu, đừng cho em thấy
L Chị quên mật khẩu rồi làm sao
L chi quen mat khau roi lam sao em
I Mật khẩu nên có chữ và số, chị tự đặt nhé
L Tiền điện tháng này 320.000 chị trả trên app được không
L tien dien 320k tra tren app duoc khong em
L Quét mã QR ở chợ thế nào em
L quet ma qr o cho the nao
I Chị bấm vào hình máy ảnh rồi đưa lên mã QR
L Căn cước chị hết hạn rồi
L can cuoc chi het han roi phai lam sao
I Chị mang căn cước ra công an xã nhé
I Cô bấm nút ở góc trên bên phải ạ
L Điện thoại hết pin
L het pin roi mai chi hoc tiep
L Chữ nhỏ quá chị không thấy
L Cảm ơn em nhiều nghe
L cam on em nhieu
L Con chị ở Biên Hòa không chỉ cho chị được
L Cháu nội chị bày mà chị quên
I Chị làm được rồi đó, giỏi quá
I Chị thử lại lần nữa, không sao đâu
L Máy chị là Samsung A12
L may oppo a54 co cai duoc khong
I Chị có Zalo chưa?
L Zalo chị bị mất tin nhắn
I Ứng dụng VNeID của Bộ Công an, biểu tượng màu đỏ
L Số 2 hay số 3 em?
L Chị bấm 3 lần rồi mà không được
L Họ nói phải nộp phạt 2 triệu không thì khóa máy, có đúng không em
L ho keu chi dong phi 500k moi nhan qua, co that khong
I Họ xin mã OTP là lừa đảo đó cô
I Coi chừng lừa đảo, chị đừng bấm vào link lạ
L Bảo hiểm y tế của chị xem ở đâu
L vssid dang nhap sao em
"""


def _rows(table: str, parts: int) -> list[list[str]]:
    return [line.split(" ", parts) for line in table.strip().splitlines()]


def _cases(name: str) -> list[list[str]]:
    """Lines "side what text", # apart."""
    lines = (Path(__file__).parent / name).read_text("utf-8").split("\n")
    return [line.split(" ", 2) for line in lines if line and not line.startswith("#")]


def _judged(text: str, side: Side) -> str:
    verdict = look(text, side)
    return "report" if verdict.report else verdict.what


SIDE: dict[str, Side] = {"L": "learner", "I": "instructor"}


@pytest.mark.parametrize(("side", "phrase", "text"), _rows(BLOCKED, 2))
def test_what_robs_is_stopped(side, phrase, text):
    verdict = look(text, SIDE[side])
    assert (verdict.what, verdict.phrase) == ("block", phrase)
    assert verdict.text == ""
    if side == "I":
        assert verdict.report


@pytest.mark.parametrize(("side", "phrase", "text", "left"), MARKED)
def test_what_may_pass_in_part_is_marked(side, phrase, text, left):
    verdict = look(text, SIDE[side])
    assert (verdict.what, verdict.phrase) == ("mark", phrase)
    assert left in verdict.text
    assert "trungthuong" not in verdict.text
    assert "001234" not in verdict.text


@pytest.mark.parametrize(("side", "text"), _rows(PASSED, 1))
def test_what_two_people_write_to_each_other_passes(side, text):
    verdict = look(text, SIDE[side])
    assert (verdict.what, verdict.phrase, verdict.text) == ("pass", "", text)


def test_a_sentence_that_begins_at_a_full_stop_gets_its_blank():
    """A messenger would make something to tap of "xong.Com"."""
    verdict = look("An com xong.Com nguoi roi em oi", "learner")
    assert (verdict.what, verdict.text) == ("pass", "An com xong. Com nguoi roi em oi")


VOICES = _cases("relay_voices.txt")
HELD_OUT = _cases("relay_heldout.txt")


@pytest.mark.parametrize(("side", "what", "text"), VOICES)
def test_as_people_of_the_south_the_centre_and_the_north_write(side, what, text):
    assert _judged(text, SIDE[side]) == what


def test_of_messages_nobody_had_seen_hardly_one_is_judged_wrong():
    """Written when the code was done and scored once: 77 of 82, and the two tables before it 68 and 78 of 82."""
    wrong = [(what, text) for side, what, text in HELD_OUT if _judged(text, SIDE[side]) != what]
    assert len(wrong) <= len(HELD_OUT) // 10, wrong


def test_every_example_of_a_rule_is_judged_as_it_says_by_rules_and_model_together():
    path = LESSONS / "relay.yaml"
    wrong = [
        text
        for side, text, held in examples_of((str(path), path.read_bytes()))
        if (look(text, side).what == "block") != held  # type: ignore[arg-type]
    ]
    assert not wrong


def test_hardly_anything_that_learners_say_is_held():
    """A tenth of the sentences that the ear learns from and that nobody is robbed in; nobody wrote them for this."""
    said = [
        line.split("\t")
        for file in sorted(LESSONS.glob("voices/*.tsv"))
        for line in file.read_text("utf-8").splitlines()
    ]
    quiet = [row[2] for row in said if len(row) == 3 and row[0] == "quiet"][::10]
    held = [text for text in quiet if asked(real_book().wishes, text, "learner")]
    assert len(quiet) > 1_000
    assert 100 * len(held) <= 2 * len(quiet), held


def test_the_answers_of_the_tutor_itself_might_be_an_instructors():
    sentences = [each for one in real_book().answers for each in re.split(r"(?<=[.!?]) ", one.say)]
    said = [re.sub(r"\{(\w+)\}", r"\1", each) for each in sentences]
    held = [text for text in said if asked(real_book().wishes, text, "instructor")]
    assert len(said) > 400
    assert 100 * len(held) <= 3 * len(said), held


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("vay trên mạng lãi cao lắm, chị đừng vay", "pass"),  # a warning tells of what stands before it
        ("vay trên mạng lãi không cao, chị vay giùm em", "block"),
        ("Đừng có gửi hình giấy tờ qua zalo", "pass"),  # what begins with a "don't" is one to its end
        ("gửi hình giấy tờ qua zalo, đừng sợ", "block"),
        ("em không cần số căn cước của chị đâu nha", "pass"),  # she says that she does not want it
        ("em cần số căn cước của chị nha", "block"),
        ("tí nữa tổng đài gọi, chị cứ đọc mã cho họ", "block"),  # an order, whoever gets it
        ("lát có người gọi hỏi mã thì chị đọc cho họ nghen", "block"),
        ("đừng cho con gái chị biết em mượn tiền", "block"),  # sounds like a tale, and asks for silence
        ("con gái chị mượn tiền", "pass"),
        ("chị có hình sổ đỏ không gửi em coi", "block"),  # that "không" asks
        ("chi nhan lai cho em dong chu so vua toi", "block"),  # "chu so" is a figure, never "chứ số"
    ],
)
def test_a_warning_is_no_wish_and_an_order_is_one_whoever_gets_it(text: str, what: str):
    assert look(text, "instructor").what == what


@pytest.mark.parametrize(
    "text",
    [
        "lệ phí 50.000đ ở xã",
        "Số điện thoại ủy ban xã 0251 3845 222 chị gọi giờ hành chính",
        "Mã hồ sơ của chị 000.00.19.H19-251120-0033, chị cất nhé",
        "Chị cho em số căn cước để em điền hồ sơ giùm",
        "Chị cài ứng dụng Gia Đình Việt",
        "máy bàn nhà em 0251 3845 222",
    ],
)
def test_an_instructor_is_reported_only_for_what_only_a_thief_writes(text: str):
    assert not look(text, "instructor").report


def test_where_no_rules_were_read_nothing_passes():
    with pytest.raises(LookupError):
        look_by(Book({}, {}, {}, real_book().words).wishes, "chào chị", "learner")


def test_the_tables_are_large_enough():
    assert len(_rows(BLOCKED, 2)) + len(MARKED) + len(_rows(PASSED, 1)) >= 160
    assert len(VOICES) >= 120 and len(HELD_OUT) >= 80


def test_every_explanation_is_a_phrase():
    named = {row[1] for row in _rows(BLOCKED, 2)} | {row[1] for row in MARKED}
    assert named <= set(PHRASES)


@pytest.mark.timeout(20)  # what takes time by the cube of a message takes minutes
@pytest.mark.parametrize("piece", ["gửi lại luôn ", "cho ", "mã ", "1 ", "đọc cho em lại ", "nó gửi ", "a", "không "])
def test_no_message_that_may_pass_takes_long(piece: str):
    assert look((piece * LONGEST)[:LONGEST], "instructor").what in ("pass", "mark", "block")


@pytest.mark.timeout(20)  # what takes time by the square of so great a length takes minutes
@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", *(each * 40_000 for each in ("a", "cho ", "1", "1.", "1 ", "ma "))]
)
def test_long_and_empty_ones_are_judged_in_linear_time(text: str):
    assert look(text, "instructor").what in ("pass", "mark", "block")


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        ("em lỡ chuyển 5 triệu cho nó rồi, số tk 0123456789", "em lỡ chuyển 5 triệu cho nó rồi, số tk •••"),
        ("nó kêu chuyển vào stk 19031234567890 Techcombank", "nó kêu chuyển vào stk ••• Techcombank"),
        ("số tài khoản không bảy một không không một hai ba bốn năm", "số tài khoản •••"),
        ("chuyển 2.000.000đ vào 19031234567890", "chuyển 2.000.000đ vào •••"),
        ("em chuyển cho nó 5000000 vô stk 123456", "em chuyển cho nó 5000000 vô stk •••"),
        ("em đọc mã OTP 482913 cho nó rồi chị ơi", "em đọc mã OTP ••• cho nó rồi chị ơi"),
        ("em gửi căn cước 075123456789 cho nó rồi", "em gửi căn cước ••• cho nó rồi"),
        ("nó gọi từ số 0909123456 với 0912345678", "nó gọi từ số ••• với •••"),
        ("nó gọi từ số 0909123456, em lỡ chuyển 5 triệu", "nó gọi từ số •••, em lỡ chuyển 5 triệu"),
        ("chị gọi lại cho em số 0987654321", ""),  # asked about: she may give it
        ("hôm 30.11.2026 em chuyển 50000000 đồng", "hôm 30.11.2026 em chuyển 50000000 đồng"),
        ("em mất 12.500.000 rồi chị", "em mất 12.500.000 rồi chị"),
        ("chị ơi giúp em với, em mất hết tiền rồi", "chị ơi giúp em với, em mất hết tiền rồi"),
        ("nó dọa bắt em nếu không chuyển thêm 10 triệu", "nó dọa bắt em nếu không chuyển thêm 10 triệu"),
        ("19031234567890", ""),
        ("chị chuyển cho em mượn 2 triệu", ""),
    ],
)
def test_what_happened_to_her_arrives_without_the_numbers(text: str, goes: str):
    verdict = look_in_need(real_book().wishes, text)
    assert verdict.text == goes and (verdict.what == "block") == (goes == "")
