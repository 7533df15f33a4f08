"""What hearing costs: `python -m bench.hearing` (in `.venv`) prints a message's cost, memory and start of the ear.

Run over the voices that the ear has not learnt from, and over the longest and oddest texts that are allowed. Each
message is heard once, so that nothing is remembered of it: the alarm, what it is about, what it means among buttons.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from flows.reading.loader import EAR
from flows.shelf.shelf import read_table
from flows.words.ear import ear as hearing
from flows.words.ear.finding import find, finder_of
from flows.words.ear.model import model_of
from flows.words.ear.voices import read_voice
from flows.words.understand import Own, read_words, understand

LESSONS = Path(__file__).parents[1] / "lessons"
OWN = (Own("done", ("Xong rồi",)), Own("stuck", ("Chưa thấy nút",)), Own("later", ("Để sau",)), Own("help", ("Hỏi",)))
LONGEST = 4_000  # characters that the web chat takes
STORY = "hôm nay bà ra chợ mua cá rồi có thằng gọi điện kêu bà chuyển tiền mà bà hổng chịu "
ODD = {
    "“ạ ” nhiều lần": "ạ " * (LONGEST // 2),
    "một chữ 3.000 chữ cái": "a" * 3_000,
    "4.000 hình": "😀" * 4_000,
    "chuyện dài": STORY * (LONGEST // len(STORY)),
    "toàn số": "1 " * (LONGEST // 2),
    "chữ không dấu cách": "toibiluaroi" * (LONGEST // 11),
    "dấu rời": "a\u0301" * (LONGEST // 2),
    "lời đệm": "dạ " * (LONGEST // 3),
}


def main() -> None:
    raw = (LESSONS / EAR).read_bytes()
    gc.collect()
    tracemalloc.start()
    model = model_of(raw)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    model_of.cache_clear()
    print(f"bộ nhớ của tai nghe: {memory / 1e6:.1f} MB; tệp: {len(raw) / 1e6:.1f} MB")
    print(
        f"nạp tai nghe: {1000 * min(_timed(lambda: (model_of.cache_clear(), model_of(raw))) for _ in range(5)):.0f} ms"
    )
    words = read_words(read_table(LESSONS / "words.yaml"), model)

    def hear(text: str) -> None:
        hearing.listen(words.ear, text)
        hearing.matter_of(words.ear, text)
        understand(words, text, OWN)

    texts = [
        each.text
        for path in sorted((LESSONS / "voices" / "unseen").glob("*.tsv"))
        for each in read_voice(path.read_bytes(), path.name)
    ]
    for text in texts[:200]:
        hear(f"{text} nha")  # the words themselves are known by then, as in a tutor that has run for a minute
    took = sorted(_timed(lambda text=text: hear(text)) for text in dict.fromkeys(texts))
    print(f"nghe một câu ({len(took)} câu): trung vị {_ms(took, 0.5)} ms, p99 {_ms(took, 0.99)} ms")
    for name, text in ODD.items():
        print(f"  {name}: {1000 * min(_timed(lambda at=at, text=text: hear(text[at:])) for at in range(3)):.2f} ms")
    finder = finder_of(_answers())
    asked = sorted(_timed(lambda text=text: find(finder, words.ear, text)) for text in texts)
    print(f"tìm câu trả lời: trung vị {_ms(asked, 0.5)} ms, p99 {_ms(asked, 0.99)} ms")


def _answers() -> tuple:
    from flows.reading.loader import load_folder

    return load_folder(LESSONS, {}).answers


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _ms(took: list[float], share: float) -> str:
    return f"{1000 * took[min(int(len(took) * share), len(took) - 1)]:.3f}"


if __name__ == "__main__":
    main()
