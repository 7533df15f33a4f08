#!/bin/sh
# vietnam-number 1.0.6, sums as they are typed at a market.
# Guess: w2n reads the digits before "nghìn" and "triệu", or raises for what it cannot read.
# Seen: digits beside a word of number are dropped without an error ("200 nghìn đồng" is 1000, "3 triệu" is 1000000),
# "hăm" (twenty, as in "hăm lăm", 25) and "nửa" (half) are dropped likewise. Sums all in words are right.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check vietnam-number==1.0.6
"$room/v/bin/python" - <<'PY'
from vietnam_number import w2n

seen = {
    "hai trăm nghìn đồng": 200_000,
    "một triệu rưỡi": 1_500_000,
    "200 nghìn đồng": 1_000,
    "50 ngàn": 1_000,
    "3 triệu": 1_000_000,
    "hăm lăm": 5,
    "nửa triệu": 1_000_000,
}
for said, number in seen.items():
    print(f"{said:22} {w2n(said)}")
    assert w2n(said) == number, said
PY
