"""The square codes of drawings: a VietQR for practice, which no bank can pay, and what swindlers paste over one.

VietQR is the EMV code of merchants as NAPAS fills it (fields of two digits for what it is, two for its length, then the
value; the last is a CRC-16/CCITT of all before, which the standard library computes). A test reads it back with another
program and holds the writer to examples that NAPAS has published.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Mapping
from functools import cache

NAPAS = "A000000727"
TO_AN_ACCOUNT = "QRIBFTTA"
DONG, VIETNAM = "704", "VN"  # ISO 4217 and ISO 3166


def _field(number: str, value: str) -> str:
    return f"{number}{len(value):02}{value}"


def vietqr(bank: str, account: str, *, amount: int = 0, name: str = "", purpose: str = "", ref: str = "") -> str:
    """The text of a VietQR: `bank` is the six digits of its BIN, `amount` in đồng (0: whoever pays fills it in), `name`
    without marks, `purpose` what the money is for, `ref` the seller's own number of it."""
    account = _field("01", _field("00", bank) + _field("01", account))
    person = _field("00", NAPAS) + account + _field("02", TO_AN_ACCOUNT)
    more = (_field("01", ref) if ref else "") + (_field("08", purpose) if purpose else "")
    fields = [
        _field("00", "01"),
        _field("01", "12" if amount else "11"),
        _field("38", person),
        _field("53", DONG),
        _field("54", str(amount)) if amount else "",
        _field("58", VIETNAM),
        _field("59", name) if name else "",
        _field("62", more) if more else "",
        "6304",
    ]
    told = "".join(fields)
    return f"{told}{crc_hqx(told.encode('ascii'), 0xFFFF):04X}"


PRACTICE: Mapping[str, str] = {
    "vietqr_tap": vietqr("000000", "0000000000", amount=1000, name="NGUOI TAP", purpose="TAP QUET MA"),
    "khac": "MA TAP: DAY KHONG PHAI MA CUA CHU QUAN",
}
"""Word of a scene → what its code says. No bank has the BIN 000000, so no app can send anything there."""


@cache
def rows_of(code: str) -> tuple[tuple[bool, ...], ...]:
    """A code of `PRACTICE` as rows of dark and light, with the quiet edge of four around it."""
    import segno  # a thirtieth of a second that whoever draws no code need not wait

    made = segno.make_qr(PRACTICE[code], error="m")
    return tuple(tuple(bool(each) for each in row) for row in made.matrix_iter(border=4))
