#!/bin/sh
# av 18.1.0 (PyAV, FFmpeg inside its wheel), an MP4 written into a file-like object.
# Guess: `movflags=faststart` (what phones need to begin before all is there) works wherever plain MP4 does: the object can be
# read and sought. Or it is refused when the container is opened.
# Seen: everything is encoded, and closing fails with FileNotFoundError for a file called '<none>': FFmpeg opens its own output a
# second time by name to move the index. On a real path, or with a fragmented MP4 in memory, it works.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check av==18.1.0 numpy
"$room/v/bin/python" - "$room/film.mp4" <<'PY'
import io
import sys

import av
import numpy


def film(target, **options):
    with av.open(target, "w", format="mp4", options=options) as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for n in range(10):
            frame = av.VideoFrame.from_ndarray(numpy.full((64, 64, 3), n * 20, dtype=numpy.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


plain, moved, parts = io.BytesIO(), io.BytesIO(), io.BytesIO()
film(plain)
try:
    film(moved, movflags="faststart")
    said = "worked"
except FileNotFoundError as fault:
    said = str(fault)
film(parts, movflags="frag_keyframe+empty_moov")
film(sys.argv[1], movflags="faststart")
on_disk = open(sys.argv[1], "rb").read()
print("in memory, plain: index at", plain.getvalue().find(b"moov"), "data at", plain.getvalue().find(b"mdat"))
print("in memory, faststart:", said)
print("in memory, fragmented: index at", parts.getvalue().find(b"moov"), "data at", parts.getvalue().find(b"mdat"))
print("on disk, faststart: index at", on_disk.find(b"moov"), "data at", on_disk.find(b"mdat"))
print("av", av.__version__)
assert "<none>" in said
assert 0 < on_disk.find(b"moov") < on_disk.find(b"mdat") and plain.getvalue().find(b"mdat") < plain.getvalue().find(b"moov")
PY
