"""What may go out to twenty thousand women: links of the state and the union only, nothing a thief would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.announcements.policy.announcement import cleaned, is_cry, link_fault, link_of, text_fault, whose
from tests.support.builders import real_book

HOSTS = ("gov.vn", "hoilhpn.org.vn")


@pytest.mark.parametrize(
    "link",
    [
        "https://dongnai.gov.vn/tin/123",
        "https://gov.vn",
        "dichvucong.gov.vn",
        "https://hpn.dongnai.gov.vn/a-b/c_d?id=7&x=1#muc-2",
        "https://hoilhpn.org.vn/tin.html",
        "https://www.hoilhpn.org.vn/",
        "https://DONGNAI.gov.vn/",
        "Dongnai.gov.vn",
        "HTTPS://Dichvucong.GOV.VN/tra-cuu",
    ],
)
def test_links_of_the_state_and_the_union_go_out(link: str):
    assert link_fault(link_of(link), HOSTS) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://dongnai-gov.vn/",  # not below gov.vn
        "https://gov.vn.evil.com/",
        "https://evilgov.vn/",
        "https://xgov.vn",
        "http://dongnai.gov.vn/",  # whoever sits between can change it
        "https://gov.vn@evil.com/",
        "https://dongnai.gov.vn:8443/",
        "https://dongnai.gov.vn./",
        "https://.gov.vn/",
        "https://a..gov.vn/",
        "https://dongnаi.gov.vn/",  # a Cyrillic а
        "https://dongnai.gоv.vn/",
        "https://xn--dongni-3nf.gov.vn/",
        "https://đồngnai.gov.vn/",
        "https://DONGNAI-gov.VN/",
        "https://dongnai。gov。vn/",
        "https://dongnai.gov.vn\\@evil.com/",
        "https://dongnai.gov.vn%2eevil.com/",
        "https://dongnai.gov.vn/go?url=https://evil.com",
        "https://dongnai.gov.vn/go?url=https%3A%2F%2Fevil.com",
        "https://dongnai.gov.vn/go?url=//evil.com",
        "https://dongnai.gov.vn/@evil",
        "https://dongnai.gov.vn/a b",
        "https://dongnai.gov.vn/tin\u202egpj",
        "https://1.2.3.4/",
        "https://[::1]/",
        "javascript:alert(1)//gov.vn",
        "tel:0912345678",
        "tg://resolve?domain=gov.vn",
        "https://",
        "https://gov.vn/" + "a" * 300,
        "https:/dongnai.gov.vn/",
        "ftp://dongnai.gov.vn/",
    ],
)
def test_every_other_link_is_refused(link: str):
    fault = link_fault(link_of(link), HOSTS)
    assert fault is not None and fault.phrase == "news_link"
    shown = dict(fault.values)["gi"]
    assert "." not in shown.replace("[.]", ""), "what is named cannot be tapped"


@pytest.mark.parametrize(
    "text",
    [
        "Sáng thứ bảy 29/11, 8 giờ 30, mời các chị tới nhà văn hóa khu phố 3 học dùng VNeID.",
        "TP.HCM và TP.Biên Hòa có lớp mới. Chị nào rảnh thì tới nhé.Các chị mang theo điện thoại.",
        "Hội thi 20.11 có 1.000.000 đ tiền thưởng cho tổ nào đông nhất, v.v. ThS.Lan sẽ chấm.",
        "Cảnh báo: có người gọi xưng công an xin mã OTP. Các chị đừng đọc mã cho ai.",
        "Xem thêm ở dichvucong.gov.vn, hoặc gọi 1900 0368, số máy bàn (0251) 3822 501.",
        "Gửi thư về hpn@dongnai.gov.vn trước ngày 5/12 để ghi tên lớp học.",
        "Họp lúc 8h.Mang theo CCCD nhé các chị, 14h.Tại nhà văn hóa, 9h30.Em chờ.",
        "Chị nào nấu cơm xong.Com nguội cũng tới nhé, ai khỏe.Ai mệt thì nghỉ.",
        "Lịch họp coi ở Dongnai.gov.vn hoặc https://DONGNAI.gov.vn/lich-hop.",
        "Hồ sơ số 000.00.20.G24-250910-0001 của chi hội đã có kết quả.",
        "Mang 50.000đ ra xã nộp lệ phí nhé các chị.",
        "Công tơ điện ghi 012345, cước điện tháng này 354200.",
        "Lớp học mở lúc 13:30 ở chi hội Hoa Sen. Chi tiết: https://dongnai.gov.vn/lop-hoc.",
    ],
)
def test_what_officers_really_write_goes_out(text: str):
    assert text_fault(cleaned(text), HOSTS, real_book().wishes) is None


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Ngắn", "news_length"),
        ("a " * 600, "news_length"),
        ("Các chị vào evil.com xem nhé các chị ơi", "news_link"),
        ("Các chị vào t.me/evilbot xem nhé các chị", "news_link"),
        ("Nhắn cho @evilbot để nhận quà nhé các chị", "news_link"),
        ("Các chị bấm https://gov.vn@evil.com/qua nhé", "news_link"),
        ("Các chị bấm dichvucong.gоv.vn để nhận quà", "news_link"),
        ("Các chị bấm dichvucong。gov.vn để nhận quà", "news_link"),
        ("Các chị bấm (evil.bond) để nhận quà nhé", "news_link"),
        ("Các chị bấm hxxp://evil.com để nhận quà", "news_link"),
        ("Các chị mở đường quà-tặng.рф để nhận quà", "news_link"),
        ("Gửi thư về hpn.dongnai@gmail.com nhé các chị", "news_link"),
        ("Các chị vào vietcombank.Com xem nhé các chị", "news_link"),
        ("Các chị mở Vay.tien.Com mà xem các chị ơi", "news_link"),
        ("Các chị vào 8h.Mang/abc xem nhé các chị", "news_link"),
        ("Mã xác nhận của số nhà 482913 các chị nhé", "news_secret"),
        ("Các chị ðưa mật khẩu cho em ghi lại nhé", "news_asks"),
        ("Cần thì gọi chín một hai ba bốn năm sáu bảy tám nhé", "news_phone"),
        ("Mã OTP của lớp học là 482913, các chị ghi lại", "news_secret"),
        ("Các chị gửi mã OTP cho em để em ghi tên nhé", "news_asks"),
        ("Chị nào học thì chụp căn cước gửi cho em nhé", "news_asks"),
        ("Các chị chuyển khoản 50.000 đ cho em để mua áo", "news_money"),
        ("Đóng góp về STK 0123456789 Vietcombank nhé các chị", "news_money"),
        ("Ai cần thì gọi số 0912 345 678 gặp chị Lan nhé", "news_phone"),
        ("Các chị kết bạn Zalo với em để nhận tài liệu nhé", "news_phone"),
    ],
)
def test_what_a_thief_would_write_does_not(text: str, phrase: str):
    fault = text_fault(cleaned(text), HOSTS, real_book().wishes)
    assert fault is not None and fault.phrase == phrase


VOICES = [
    line.split(" ", 1)
    for line in (Path(__file__).parent / "news_voices.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("what", "text"), VOICES)
def test_an_end_of_a_sentence_is_no_address_and_capitals_are_no_crime(what: str, text: str):
    fault = text_fault(cleaned(text), HOSTS, real_book().wishes)
    assert (fault is None) == (what == "out")


MONEY = [
    line.split(" ", 1)
    for line in (Path(__file__).parent / "news_money.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("what", "text"), MONEY)
def test_news_that_asks_for_a_transfer_stays_and_news_that_warns_or_teaches_goes(what: str, text: str):
    fault = text_fault(cleaned(text), HOSTS, real_book().wishes)
    assert (fault is None) == (what == "out")
    assert fault is None or fault.phrase in ("news_money", "news_asks")


def test_a_text_is_kept_as_it_can_be_seen():
    assert cleaned("  Chào\u200b các\tchị \r\n\r\n\r\n\r\n mai\u202e học\x00 ") == "Chào các chị\n\nmai học"


def test_a_full_stop_of_which_a_messenger_would_make_a_link_gets_its_blank():
    assert cleaned("Nấu cơm xong.Com nguội cũng tới nhé.") == "Nấu cơm xong. Com nguội cũng tới nhé."
    assert cleaned("Họp lúc 8h.Mang theo CCCD, coi ở dongnai.gov.vn") == (
        "Họp lúc 8h.Mang theo CCCD, coi ở dongnai.gov.vn"
    )


def test_areas_in_the_middle_of_a_sentence():
    assert whose("ward", "Phường Trấn Biên", "tỉnh Đồng Nai") == "phường Trấn Biên"
    assert whose("branch", "Hoa Sen", "phường Trấn Biên") == "chi hội Hoa Sen, phường Trấn Biên"
    assert whose("branch", "Chi hội Hoa Sen", "xã Long Thành") == "chi hội Hoa Sen, xã Long Thành"
    assert whose("group", "Tổ 3", "chi hội Hoa Sen") == "tổ 3, chi hội Hoa Sen"
    assert whose("province", "Thành phố Đồng Nai") == "thành phố Đồng Nai"
    assert whose("branch", "Ấp 3", "xã Long Thành") == "chi hội ấp 3, xã Long Thành"


def test_whoever_writes_a_warning_is_not_taken_for_robbed():
    assert is_cry("news.text", "tôi bị lừa mất tiền rồi")
    assert not is_cry(
        "news.text", "Cảnh báo: nhiều chị em vừa bị lừa mất tiền vì nghe lời người xưng là công an gọi tới."
    )
    assert is_cry("", "Cảnh báo: nhiều chị em vừa bị lừa mất tiền vì nghe lời người xưng là công an gọi tới." * 2)
