"""How long `./camtay lint` takes, and what hostile YAML costs it: `python -m bench.lint` (standard library only).

A hundred lessons of thirty steps in a folder of their own; each run is a process of its own, its start included. Every
hostile file is read in a fresh child, which reports the time and the memory that reading it added.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"
LESSONS, STEPS, RUNS = 100, 30, 5

SAY = """\
  - say: s{n}
    text: "Chào {{chị}} {{ten}}, mình sang phần {n} nhé. Xong thì {{chị}} bấm Tiếp."
    wait_tap: "Tiếp"
"""
QUIZ = """\
  - quiz: s{n}
    text: "Có người gọi, tự xưng công an, xin mã OTP lần {n}. {{Chị}} làm gì?"
    options:
      - {{id: doc, text: "Đọc cho nhanh", say: "Nguy hiểm: có mã là vào được tài khoản của {{chị}}."}}
      - {{id: cup, text: "Cúp máy ngay", right: true, say: "Đúng rồi, không đọc mã cho ai cả."}}
      - {{id: hoi, text: "Hỏi lại họ tên", say: "Hỏi cũng không biết thật hay giả đâu {{chị}}."}}
    tries: 2
    hints: ["Chìa khóa nhà, {{chị}} có đưa người lạ không?"]
    out_of_tries: het
"""
TASK = """\
  - task: s{n}
    checkpoint: true
    text: "{{Chị}} mở phần Cài đặt giúp {{em}}."
    steps: ["Tìm hình bánh răng.", "Bấm vào đó.", "Kéo xuống dưới."]
    stuck: {{after_tries: 2, hints: ["Bánh răng thường ở trang đầu."], go: het}}
    later: {{remind: 1d, times: 2, text: "{{Chị}} ơi, {{chị}} mở Cài đặt được chưa?"}}
"""


def lesson(number: int) -> str:
    kinds = (SAY, QUIZ, QUIZ, TASK)
    steps = "".join(kinds[n % 4].format(n=n) for n in range(STEPS - 1))
    head = f'lesson: bai-{number}\ntitle: "Bài số {number}"\ntrack: m\nlangs: [vi]\nmastery: {{pass: 1}}\nsteps:\n'
    return f'{head}{steps}  - end: het\n    text: "Câu nhớ: OTP không đọc cho ai."\n'


HOSTILE: dict[str, str | bytes] = {
    "alias bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{i}: &b{i} [{'*a,' * 9}]\n" for i in range(2_900)),
    "10 MB scalar": "a: " + "x" * 10_000_000,
    "a scalar of the largest file": "a: " + "x" * 131_000,
    "100,000 brackets": "a: " + "[" * 100_000,
    "60,000 braces": "{a: " * 32_000,
    "deep dashes": "- " * 65_000 + "a",
    "duplicate keys": "title: x\n" * 9_900,
    "tabs": "a:\tb\n" * 9_900,
    "BOM and nothing": b"\xef\xbb\xbf" * 40_000,
    "UTF-16": ("a: b\n" * 10_000).encode("utf-16"),
    "!!python/object": "a: !!python/object/apply:os.system ['true']\n" * 2_900,
    "many anchors": "".join(f"a{i}: &x{i} b\n" for i in range(7_500)),
    "one huge list": "a: [" + "b," * 65_000 + "]",
    "10 MB of newlines": "\n" * 10_000_000,
    "10 MB of notes": "# ghi\n" * 1_600_000,
    "a key of 1 MB": "k" * 1_000_000 + ": v",
    "a key of the largest file": "k" * 131_000 + ": v",
    "a million documents": "---\n" * 1_000_000,
    "9,000 documents": "---\n" * 9_000,
    "quotes never closed": "".join(f'text: "a {i}\n' for i in range(7_500)),
    "sentences without quotes": "".join(f"k{i}: {{c}} oi\n" for i in range(7_500)),
    "7,000 options": "lesson: a\ntitle: A\nsteps:\n- quiz: a\n  options:\n"
    + "".join(f"  - {{id: a{i}, text: b}}\n" for i in range(4_500)),
}

CHILD = """
import resource, sys, time, tracemalloc
from flows.rules.lint import lint
from flows.reading.loader import load_files
from bot.cli.linting import Files
from pathlib import Path
import json
load_files({"x/lesson.yaml": b"lesson: a"}, {})
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
def look():
    files = Files()
    files.add_script(Path(sys.argv[1]))
    return load_files(files.texts, {})
before, begun = peak(), time.perf_counter()
library = look()
took, rss = time.perf_counter() - begun, peak() - before
tracemalloc.start()
look()
traced = tracemalloc.get_traced_memory()[1] / 1e6
first = library.problems[0]
told = len(library.problems), f"{first.code} {first.message}", len(library.lessons)
print(json.dumps([took * 1000, rss, traced, *told]))
"""


def main() -> int:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(LESSONS):
            path = root / "m" / f"bai-{number}" / "lesson.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(lesson(number), encoding="utf-8")
        _speed(root, environment)
        _hostile(root / "hostile", environment)
    return 0


def _speed(root: Path, environment: dict[str, str]) -> None:
    one = root / "m" / "bai-0"
    whole = [_run([str(ROOT / "camtay"), "lint", str(root)], environment) for _ in range(RUNS)]
    start = [_run([str(ROOT / "camtay"), "lint", str(one)], environment) for _ in range(RUNS)]
    wall, cpu = zip(*whole, strict=True)
    alone = statistics.median(seconds for seconds, _ in start)
    each = (statistics.median(wall) - alone) / (LESSONS - 1)
    print(f"{LESSONS} lessons of {STEPS} steps, {RUNS} runs, process start included")
    print(f"  wall  best {min(wall):.2f} s, median {statistics.median(wall):.2f} s, worst {max(wall):.2f} s")
    print(f"  CPU   best {min(cpu):.2f} s, median {statistics.median(cpu):.2f} s")
    print(f"  one lesson alone {alone:.2f} s; each further lesson {each * 1000:.1f} ms")


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds on the wall and of CPU."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, used


def _hostile(folder: Path, environment: dict[str, str]) -> None:
    folder.mkdir()
    print("\nhostile file                       ms   RSS MB  traced MB  problems  first")
    for name, content in HOSTILE.items():
        path = folder / "lesson.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = subprocess.run([str(PYTHON), "-c", CHILD, str(path)], env=environment, check=True, capture_output=True)
        took, rss, traced, count, first, lessons = json.loads(done.stdout)
        late = "  NOT REFUSED" if lessons else ""
        print(f"{name:<30}{took:>7.1f}{rss:>9.1f}{traced:>11.1f}{count:>10}  {first[:60]}{late}")


if __name__ == "__main__":
    sys.exit(main())
