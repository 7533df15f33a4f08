#!/bin/sh
# av 18.1.0 (PyAV), the wheel for Linux x86-64; a project asks what licence it takes on with it.
# Guess: the package says BSD-3-Clause, and FFmpeg is LGPL where nobody asked for more.
# Seen: the metadata says BSD-3-Clause alone and FFmpeg says of itself "LGPL version 3 or later", while the wheel carries
# x264 and x265, which are GPL, and both encode: neither of the two places that one would ask tells of it.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check --only-binary :all: av==18.1.0
"$room/v/bin/python" - <<'PY'
from importlib.metadata import metadata
from pathlib import Path

import av
from av._core import library_meta

told = metadata("av")
licence = told.get("License-Expression") or told.get("License") or ""
carried = sorted(each.name for each in Path(av.__file__).parents[1].joinpath("av.libs").iterdir())
gpl = [name for name in carried if name.startswith(("libx264", "libx265"))]
itself = library_meta["libavcodec"]["license"]
encoders = sorted(name for name in ("libx264", "libx265") if name in av.codec.codecs_available)
print("metadata:", licence, "| FFmpeg of itself:", itself, "| carried:", gpl, "| encoders:", encoders)
assert "BSD" in licence and "GPL" not in licence
assert {name.partition("-")[0].partition(".")[0] for name in gpl} == {"libx264", "libx265"}
assert itself == "LGPL version 3 or later" and encoders == ["libx264", "libx265"]
PY
