#!/bin/sh
# opencv-python-headless 5.0.0.93, square codes as segno 1.6.6 draws them (black on white, four modules of border).
# Guess: a decoder reads a flawless picture of a code, whichever of its classes one takes; several sizes make no difference.
# Seen: of sixty codes with an address of 57 characters each, `QRCodeDetector.detectAndDecode` misses some at most sizes and
# `detectAndDecodeMulti` others, without an error; `QRCodeDetectorAruco` reads all, as zxing-cpp does. Whoever proves
# printed papers by OpenCV's first class throws away one good paper in ten.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 segno==1.6.6 zxing-cpp==3.1.1
"$room/v/bin/python" - <<'PY'
import hashlib

import cv2
import numpy
import segno
import zxingcpp

texts = [f"https://example.org/giay/{hashlib.sha256(str(n).encode()).hexdigest()[:32]}" for n in range(60)]
plain, aruco = cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()
missed = []
for scale in (3, 6, 8, 10):
    read = {"detectAndDecode": 0, "detectAndDecodeMulti": 0, "Aruco": 0, "zxing": 0}
    for text in texts:
        rows = segno.make(text, error="m", boost_error=False).matrix_iter(scale=scale, border=4)
        picture = numpy.where(numpy.array([list(row) for row in rows], dtype=numpy.uint8) > 0, 0, 255).astype(numpy.uint8)
        read["detectAndDecode"] += plain.detectAndDecode(picture)[0] == text
        found, several, _, _ = plain.detectAndDecodeMulti(picture)
        read["detectAndDecodeMulti"] += found and text in several
        read["Aruco"] += aruco.detectAndDecode(picture)[0] == text
        read["zxing"] += [each.text for each in zxingcpp.read_barcodes(picture)] == [text]
    print(f"{scale} pixels a module, of {len(texts)}: {read}")
    assert read["Aruco"] == read["zxing"] == len(texts)
    missed.append(len(texts) - read["detectAndDecode"])
    assert read["detectAndDecodeMulti"] < len(texts)
print("OpenCV", cv2.__version__)
assert sum(missed) > 0, "detectAndDecode reads all of them now"
PY
