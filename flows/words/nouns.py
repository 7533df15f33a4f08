"""What a number is called: nouns of secrets and nouns of everything else, each with the shape of its numbers.

A noun fits a number only by its shape: a house has no twelve digits, a passport begins with a letter.

A comma parts nouns, "/" words in the same place, "?" stands behind a word that may be missing. A noun is typed with the
marks that it has here or with none at all; where "!" stands behind it, with its marks. A word that has none here may be
typed with any in a noun of SECRETS.
"""

from __future__ import annotations

from typing import NamedTuple

MASK = "•••"
ANY = r"\w+"
PHONE = r"(?:(?:0|84)[35789]\d{8}|02\d{9}|1[89]00\d{4,8})"


class NounRow(NamedTuple):
    """What its nouns name: `kind`, "" for what is no secret; the shape of its numbers, with letters before them;
    how many words its nouns reach."""

    kind: str
    shape: str
    reach: int
    nouns: str


_BANKS = """vcb, vietcombank, agribank, bidv, vietinbank, vietin, mb bank, mbbank, mb, techcombank, techcom, tcb, acb,
    sacombank, tpbank, vpbank, hdbank, vib, shb, ocb, lpbank, lienviet, msb, seabank, scb, eximbank"""
PASSWORDS = NounRow(
    "password",
    r"(?![1-9]000$|1[89]00\d{4})\d{4,8}|(?=.*[a-z])(?=.*\d).{4,}",
    10,
    """mat khau, mac khau, mata khau, mat kau, mat kahu, matkhau, m khau, mkhau, mkau, mk, mật mã, pass, pas,
    password, pass word, passwork, passwort, passwod""",
)
UNLOCKS = NounRow(
    "password",
    r"(?![1-9]000$|1[89]00\d{4})\d{4,8}",
    10,
    """pin, so pin, ma pin, ma khoa, ma mo khoa, ma két, ma két sat, ma mo, khoa man hinh, mo man hinh,
    mo khoa man hinh, khoa/mở máy, mo khoa may, ổ khóa, dien thoai khoa, may khoa, mo may bang,
    khoa/mo dien thoai, mo khoa dien thoai, khóa/mở bằng, mo khoa bang, khoa/mo zalo, khoa/mo facebook, mở app,
    mở ipad, mở két, mo duoc may, mo duoc dien thoai, mo duoc khoa, cay rut tien""",
)
SECRETS = (
    NounRow(
        "account",
        r"(?!02\d{9}|1[89]00)\d{8,16}|711a\d{8,12}",
        14,
        "stk, so tk, so tai khoan, sotk, trung so dt, trung so dien thoai, trung sdt, trung voi so dien thoai",
    ),
    NounRow("account", r"(?!02\d{9}|1[89]00)\d{8,16}", 2, _BANKS),
    NounRow(
        "account",
        rf"(?!{PHONE}$)\d{{8,16}}|711a\d{{8,12}}",
        14,
        f"""{_BANKS}, tai khoan, tk, agri, kienlongbank, namabank, abbank, bank, banking, ngan hang, nha bang,
        ngoai thuong, cong thuong, dau tu phat trien, dau tu va phat trien, sổ tiết kiệm, so tiet kiem, chủ sổ,
        chu tk, thu huong, chuyen khoan, ck, chuyen nham, chuyen vo, chuyen vao, chuyen qua, chuyen tien,
        chuyen cho""",
    ),
    NounRow(
        "citizen_id",
        r"\d{9}|\d{12}",
        14,
        """cmnd, cmtnd, cmt, cmdn, cnmd, cccd, ccd, cc, can cuoc, can cuot, chung minh, chung minh thu,
        so chung minh, giay chung minh, dinh danh, tuy than, giay to tuy than""",
    ),
    NounRow(
        "passport",
        r"[a-z]?\d{7,9}",
        14,
        "ho chieu, ho chiu, passport, pasport, passpot, passpor, pass port, xuat nhap canh, xuat canh",
    ),
    NounRow(
        "insurance",
        r"(?:[a-z]{2})?\d{10,15}",
        14,
        """so/ma bhxh, so/ma bhyt, ma so bhxh, ma so bhyt, so so bhxh, so/ma bao hiem, ma so bao hiem,
        so so bao hiem, bhxh so, bao hiem so""",
    ),
    NounRow(
        "insurance",
        rf"(?!{PHONE}$)(?:[a-z]{{2}})?\d{{10,15}}",
        14,
        """bhxh, bhyt, bao hiem, bao hiem xa hoi, bao hiem y te, baohiem, so the y te, so the bao hiem, so the bhyt,
        ma? dinh danh y te, vssid, vsid, the y te, thẻ khám bệnh, sổ hưu, so huu, that nghiep, bhtn""",
    ),
    NounRow(
        "card",
        r"\d{13,19}",
        14,
        """thẻ, so the, the atm, the visa, visa, master, mastercard, master card, jcb, atm, napas, the ngan hang,
        tin dung, the tin dung, ghi no, so tren the, so in tren the, so in noi""",
    ),
    NounRow(
        "card",
        r"\d{3,4}",
        8,
        """cvv, cvc, ma cvv, ma cvc, ba/3 so sau, ba/3 con/chu so sau, ba/3 so cuoi, ba/3 so mat sau,
        ba/3 so o mat sau, ba/3 so dang/phia/o/in sau, ba/3 so sau lung, sau thẻ, mat sau, mat sau thẻ,
        mat sau cua thẻ, mat sau co ba/3 so, mat sau thẻ co ba/3 so, dang/phia sau, sau lung thẻ,
        dang/phia sau thẻ, lung thẻ, ma an ninh, ma an ninh thẻ, ma/so bao mat thẻ, ma/so bi mat, mat lung,
        mat kia, so sau lung, so mat sau, so lung, ba/3 so duoi""",
    ),
    NounRow(
        "otp",
        r"(?!1[89]00\d{4})\d{4,8}",
        10,
        """otp, ma otp, smart otp, ma xac thuc, ma xac nhan, ma xac minh, xac thuc, xac nhan, xac minh, kich hoat,
        ma kich hoat, khoi phuc, ma khoi phuc, passcode, pass code, code, ma code, sms, ma dang nhap, ma dang ky,
        ma bao mat, ma giao dich, de dang nhap, gui ve, nhan ve, moi ve, verification""",
    ),
    NounRow("otp", r"\d{6}", 10, "tin nhan, trong tin, tin moi, vneid, dang nhap, thẻ atm"),
    NounRow("otp", r"(?!1[89]00\d{4})\d{4,8}", 7, "mã, mả!, cai ma, ma so, day ma, con ma"),
    PASSWORDS,
    NounRow("password", r"(?=.*[a-z])(?=.*\d).{6,}", 5, "wifi, wi fi"),
    UNLOCKS,
)

SURE = frozenset(row for row in SECRETS if row.kind in ("otp", "password") and row.reach == 10)
"""Where one of these is said, six digits are a code whatever else they are called."""
ELSE = {
    "telephones": NounRow(
        "",
        rf"{PHONE}|0\d{{8,11}}|\d{{3}}|[2-9]\d{{6,7}}",
        6,
        """điện thoại, số điện thoại, sdt, sđt, số đt, số dt, đt, dt, gọi, gọi số, gọi cho, gọi từ số, zalo,
        số zalo, hotline, tổng đài, đường dây nóng, số nóng, máy bàn, alo, phone, viber, liên hệ, liên lạc, fax,
        thuê bao""",
    ),
    "short lines": NounRow("", r"1\d{2,3}|[2-9]\d{3}", 1, "soạn, gọi, tổng đài, đầu số"),
    "plates": NounRow(
        "",
        ANY,
        4,
        "biển số, bảng số!, bảng số xe, biển kiểm soát, số xe, số khung, xe, bằng lái, giấy phép lái xe, gplx",
    ),
    "orders and parcels": NounRow(
        "",
        ANY,
        7,
        """mã đơn, đơn hàng, mã đơn hàng, vận đơn, mã vận đơn, kiện hàng, gói hàng, bưu kiện, bưu phẩm, mã bưu gửi,
        đơn shopee/lazada/tiki/tiktok, giao hàng, mã hàng, mã giảm giá, voucher, mã sản phẩm, bưu tá""",
    ),
    "files and papers": NounRow(
        "",
        ANY,
        6,
        """hồ sơ!, mã/số hồ sơ, biên nhận, mã biên nhận, biên lai, giấy hẹn, phiếu thu, phiếu, công văn, quyết định,
        nghị định, nghị quyết, luật số, số hiệu, khai sinh, giấy khai sinh, sổ đỏ, sổ hồng, thửa, thửa đất,
        tờ bản đồ, hộ nghèo, bệnh án, bệnh nhân, mã bệnh nhân, báo danh, số báo danh, số thứ tự, giấy mời,
        hợp đồng, mã số thuế, mst, mã số? học viên, mã số? nhân viên, mã số? hội viên, mã số? sinh viên,
        mã số? học sinh, mã số? lớp, mã số? trường, mã số? đại lý, mã số? cửa hàng, mã số? giới thiệu,
        mã số? khuyến mãi, mã số? quà, mã số? hộ, mã số? doanh nghiệp, mã số? kinh doanh, mã số? màu,
        mã số? phòng, mã số? khóa học, giấy phép, số lô, mã lớp, mã vạch, mã y tế, toa thuốc, hộ khẩu,
        sổ hộ khẩu, số hộ khẩu, ra viện, nhập viện, giấy khen, bằng khen, chứng nhận, giấy chứng nhận,
        thông báo số, đăng ký kết hôn, kết hôn, đăng ký kinh doanh, đăng ký xe, số đăng ký, tờ khai, thư viện,
        thẻ giữ xe, trụ điện, cột điện, mã trạm, máy lạnh, số vào sổ, bia mộ""",
    ),
    "transactions": NounRow(
        "", r"\w{8,}", 6, "mã/số giao dịch, mã giao dịch ngân hàng, tham chiếu, mã tham chiếu, chứng từ, bút toán"
    ),
    "customers, meters and bills": NounRow(
        "",
        ANY,
        6,
        """khách hàng, mã khách hàng, mã kh, makh, danh bộ, công tơ, đồng hồ!, đồng hồ điện/nước, điện kế, nước kế,
        chỉ số!, chỉ số điện/nước, chỉ số công tơ, số điện/nước, tiền điện/nước/nhà/mạng/internet/rác/gas/cước,
        cước, hóa/hoá đơn""",
    ),
    "lotteries": NounRow(
        "",
        ANY,
        12,
        """vé số, vé!, tờ vé, tờ vé số, xổ số, tờ số, kiến thiết, trúng số, giải tám, giải đặc biệt, vietlott,
        dò số, dò!, số đề, mã trúng, mã dự thưởng, trúng thưởng""",
    ),
    "devices": NounRow("", ANY, 6, "imei, seri, serial, số máy!, model, mã máy!, đời máy, lỗi, mã lỗi, báo lỗi"),
    "brands": NounRow(
        "",
        r"\w*[a-z]\w*",
        3,
        """samsung, oppo, vivo, xiaomi, redmi, iphone, nokia, realme, galaxy, vsmart, máy, tivi, tủ lạnh, máy giặt,
        tên, gói, số nhà, đường, link, trang, web""",
    ),
    "sums": NounRow(
        "",
        r"[1-9]\d{4,8}",
        2,
        """giá, lương, lương hưu, trợ cấp, nộp, đóng, vay, nợ!, số dư, rút, mua, bán được, lãi, lệ phí, tổng cộng,
        hết, mất, còn lại, tiền, số tiền, đòi, trả, nạp, thưởng, xăng, vàng, gạo""",
    ),
    "years": NounRow(
        "",
        r"(?:19|20)\d\d",
        2,
        "năm, tháng, ngày, từ, tới, đến, hồi, sinh, sanh, đời, khóa học, chương trình, bầu cử, mua, hạn",
    ),
    "days": NounRow(
        "",
        r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:\d\d|(?:19|20)\d\d)?|(?:0[1-9]|1[0-2])[2-4]\d",
        1,
        "sinh, sanh, ngày, tháng, hạn, hết hạn, cấp ngày",
    ),
    "hours": NounRow("", r"[01]\d[0-5]\d|2[0-3][0-5]\d", 1, "lúc, hồi, tới, đến"),
    "houses": NounRow("", r"\d{1,6}", 2, "số nhà, nhà số, bưu điện, mã bưu điện, bưu chính, mã vùng"),
    "places": NounRow(
        "",
        r"\d{1,4}",
        2,
        """đường, hẻm, kiệt, ấp, phòng, căn hộ, lô, km, km số, quốc lộ, tỉnh lộ, tầng, lầu, khu phố, bàn số, ghế số,
        giường, trang, bài, câu, điều, lớp, kênh, chuyến, chuyến xe, máy bay""",
    ),
}
"""Each of a sort that a stranger can name."""
PAPERS = ELSE["files and papers"]
NOTHING = NounRow(
    "",
    r"(?!)",
    0,
    """là ngày/năm sinh, là sinh nhật, ngày sinh, năm sinh, là số điện thoại, mã qr, con chị, thế nào, nhân viên,
    dự phòng, đề phòng, văn phòng, đường dây, đường huyết, qua đường""",
)
"""Words that look like nouns of the tables and are none."""
CUES = NounRow(
    "",
    r"(?!)",
    14,
    """số, con số, nhập, nhận được, nó gửi, nhắn, gửi, tin, đọc, gõ, bấm, mã, bốn/4 số, bốn/4 chữ/con số, sáu/6 số,
    sáu/6 chữ/con số""",
)
"""Where six digits that are parted are a code as well."""
ROWS = (*SECRETS, *ELSE.values(), NOTHING, CUES)
