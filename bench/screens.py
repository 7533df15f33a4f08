"""What drawn screens cost: `.venv/bin/python -m bench.screens` (half a minute).

Every screen of the folder, plain and with a ring: the time until its PNG is there in a process that has begun, by the
clock and of a core, its weight, the memory of that process; then a whole picture as the store makes it.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path
from statistics import median

from bot.media.child import png_of
from bot.media.looking import picture_of
from flows.model import Problem
from flows.scenes.reading import read_scenes

LESSONS = Path(__file__).parents[1] / "lessons"
WHOLE = 8  # pictures of which the whole making is measured


def main() -> None:
    """Print the figures, one a line."""
    files = {str(path): path.read_bytes() for path in sorted((LESSONS / "scenes").glob("*.yaml"))}
    problems: list[Problem] = []
    began = time.perf_counter()
    scenes = read_scenes(files, problems)
    print(
        f"read and drawn as SVG: {len(scenes)} screens in {time.perf_counter() - began:.3f} s, faults: {len(problems)}"
    )
    svgs = [scene.drawing.svg(ring) for scene in scenes.values() for ring in ("", *list(scene.drawing.parts)[:1])]
    times, core, sizes = [], [], []
    for svg in svgs:
        began, busy = time.perf_counter(), time.process_time()
        sizes.append(len(png_of(svg)) / 1000)
        times.append(time.perf_counter() - began)
        core.append(time.process_time() - busy)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"PNG: {len(svgs)} pictures, median {median(times):.3f} s, slowest {max(times):.3f} s")
    print(f"     of a core: median {median(core):.3f} s, slowest {max(core):.3f} s; memory {memory:.0f} MB")
    print(f"     median {median(sizes):.0f} kB, heaviest {max(sizes):.0f} kB")
    began = time.perf_counter()
    for svg in svgs[:WHOLE]:
        picture_of(svg)
    each = (time.perf_counter() - began) / WHOLE
    print(f"whole, with the start of its process: {each:.2f} s each")


if __name__ == "__main__":
    main()
