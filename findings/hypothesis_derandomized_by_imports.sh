#!/bin/sh
# Hypothesis 6.170.15, `derandomize=True`, one test, and a module of one's own that is imported beside it and never used.
# Guess: the test function alone decides which examples are tried, until it, Python or Hypothesis changes.
# Seen: constants of every local module that is loaded are drawn, too, so an import elsewhere chooses other examples for
# a test that nobody touched: the same twice in a row, others once the module is imported. A test that fails in one
# selection of files passes in another.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check hypothesis==6.170.15
cd "$room"
echo 'WORDS = ("mười bảy", "hai mươi mốt")
NUMBERS = (48291, 77003, 913442)' >beside.py
cat >examples.py <<'PY'
import hashlib
import sys

if len(sys.argv) > 1:
    __import__(sys.argv[1])
from hypothesis import given, settings
from hypothesis import strategies as st

seen = []


@settings(derandomize=True, database=None, max_examples=200, deadline=None)
@given(st.integers(), st.text())
def drawn(number, text):
    seen.append((number, text))


drawn()
print(len(seen), hashlib.sha256(repr(seen).encode()).hexdigest()[:12])
PY
alone=$(v/bin/python examples.py)
again=$(v/bin/python examples.py)
beside=$(v/bin/python examples.py beside)
echo "alone: $alone, again: $again, with another module loaded: $beside"
[ "$alone" = "$again" ]
[ "$alone" != "$beside" ]
