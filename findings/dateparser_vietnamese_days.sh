#!/bin/sh
# dateparser 1.5.0 with languages=["vi"], birthdays as they are said.
# Guess: what it reads in digits and plain months it also reads with the usual word before days 1 to 10 ("mùng", "mồng")
# and with the names of the first and the last month ("giêng", "chạp"); a two-digit year is one in the past.
# Seen: with "mùng", "mồng", "giêng", "chạp" nothing is read (None); "năm 62" is 2062 unless PREFER_DATES_FROM is "past".
# Other months in words are read.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check dateparser==1.5.0
"$room/v/bin/python" - <<'PY'
import dateparser

seen = {
    "ngày 5 tháng 3 năm 1962": "1962-03-05",
    "5 tháng tư năm 1962": "1962-04-05",
    "5 tháng mười hai năm 1962": "1962-12-05",
    "mùng 5 tháng 3 năm 1962": None,
    "mồng 5 tháng 3 năm 1962": None,
    "5 tháng giêng năm 1962": None,
    "5 tháng chạp năm 1962": None,
    "ngày 20 tháng 10 năm 62": "2062-10-20",
}
for said, day in seen.items():
    found = dateparser.parse(said, languages=["vi"])
    print(f"{said:28} {found and found.date()}")
    assert (str(found.date()) if found else None) == day, said
past = dateparser.parse("ngày 20 tháng 10 năm 62", languages=["vi"], settings={"PREFER_DATES_FROM": "past"})
print("the last one, from the past ", past.date())
assert str(past.date()) == "1962-10-20"
PY
