"""`./camtay train`: the models made again from the sentences they are learnt from, to the byte."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from bot.cli.language import told
from bot.errors import CamtayError
from flows.answers import Answer
from flows.reading.loader import ANSWERS, ASKS, EAR, JUDGEMENT, RELAY, load_files
from flows.reading.moulds import read_moulds
from flows.reading.scam_tables import TABLES as SCAM_TABLES
from flows.reading.scam_tables import ScamTables, scam_tables
from flows.reading.scams import LabelledScam, ScamInvalid, read_scams
from flows.reading.wish_rules import examples_of
from flows.signs.judging_learning import JudgedWords, judged, learn_scams
from flows.words.asks_learning import AskInvalid, LabelledMessage, learn_asks, read_asks
from flows.words.ear.learn import learn
from flows.words.ear.measure import Score, measure, measure_replies
from flows.words.ear.model import Model, write
from flows.words.ear.voices import LabelledSentence, VoiceInvalid, read_replies, read_voice

VOICES, REPLIES, MESSAGES = "voices", "replies", "asks"
SCAMS, MOULDS = "scams", "learnt"
OF_RELAY, OF_VOICES = 8, 20  # one of so many messages to the relay, to the tutor, tells what is a scam and what is none
ORDINARY = 20  # one of so many sentences of the voices is learnt as a message that asks for nothing
LEARNT = "learnt.json"
"""Beside the models: by the name of each, digests of what it was learnt from and of the model."""
ROOT = Path(__file__).parents[2]
JUDGING_LEARNING = ROOT / "flows" / "signs" / "judging_learning.py"
UNSEEN = "unseen"  # voices in this folder below are only measured by, never learnt from


SampleT = TypeVar("SampleT")


def sentences(lessons: Path) -> list[LabelledSentence]:
    """Everything the ear learns from: the voices, and each answer's ways of asking. Raises CamtayError."""
    found = _voices(lessons / VOICES, read_voice) + _voices(lessons / REPLIES, read_replies)
    if not found:
        raise CamtayError(told("{folder}: không có câu mẫu nào để học.", folder=lessons / VOICES))
    return found + [
        LabelledSentence(way, "quiet", "", (each.outline,)) for each in _answers(lessons) for way in each.ask
    ]


def asks(lessons: Path) -> list[LabelledMessage]:
    """The messages from which it is learnt what may not be asked for: the files of `asks`, what the rules bring as
    examples, and what nobody is robbed by: the tutor's own answers and some of what learners say to it. Raises
    CamtayError."""
    found = _voices(lessons / MESSAGES, read_asks)
    if not found:
        raise CamtayError(told("{folder}: không có câu mẫu nào để học.", folder=lessons / MESSAGES))
    rules = (RELAY, (lessons / RELAY).read_bytes())
    examples = [
        LabelledMessage(text, "learner" if side == "learner" else "instructor", held)
        for side, text, held in examples_of(rules)
    ]
    said = [each.text for each in _voices(lessons / VOICES, read_voice) if each.level == "quiet"]
    honest = [LabelledMessage(text, "learner", takes=False) for text in said[ORDINARY // 2 :: ORDINARY]]
    taught = [part for each in _answers(lessons) for part in re.split(r"(?<=[.!?]) ", each.say)]
    return (
        found
        + examples
        + honest
        + [LabelledMessage(re.sub(r"[{}]", "", part), "instructor", takes=False) for part in taught]
    )


def scams(lessons: Path) -> list[JudgedWords]:
    """The messages from which it is learnt what sounds like a scam: the moulds of `scams/learnt`, those by which the
    signs were written, the drills; what the relay learns of what instructors write; and what learners say to the tutor.
    Raises CamtayError."""
    moulds = _voices(lessons / SCAMS / MOULDS, read_moulds)
    if not moulds:
        raise CamtayError(told("{folder}: không có câu mẫu nào để học.", folder=lessons / SCAMS / MOULDS))
    tables = _tables(lessons)
    drills = [LabelledScam(each.text, not each.real) for each in tables.drills.by_id.values()]
    written = [each for each in _voices(lessons / MESSAGES, read_asks) if each.side == "instructor"][::OF_RELAY]
    quiet = [each.text for each in _voices(lessons / VOICES, read_voice) if each.level == "quiet"][::OF_VOICES]
    replies = [each.text for each in _voices(lessons / REPLIES, read_replies)][::OF_VOICES]
    found = moulds + _voices(lessons / SCAMS, read_scams) + drills
    found += [LabelledScam(each.text, each.takes) for each in written]
    found += [LabelledScam(text, scam=False) for text in quiet + replies]
    return [judged(each.text, tables.signs.sites, scam=each.scam) for each in found]


def _tables(lessons: Path) -> ScamTables:
    files = {Path(name).stem: (name, (lessons / name).read_bytes()) for name in SCAM_TABLES}
    return scam_tables(files, (), [])


def _answers(lessons: Path) -> tuple[Answer, ...]:
    return load_files({str(path): path.read_bytes() for path in sorted((lessons / ANSWERS).glob("*.yaml"))}, {}).answers


def _voices(folder: Path, read: Callable[[bytes, str], Iterator[SampleT]]) -> list[SampleT]:
    try:
        return [each for path in sorted(folder.glob("*.tsv")) for each in read(path.read_bytes(), str(path))]
    except (VoiceInvalid, AskInvalid, ScamInvalid, UnicodeDecodeError) as fault:
        raise CamtayError(str(fault) if isinstance(fault, UnicodeDecodeError) else fault.args[0]) from None


def train(lessons: Path, *, check: bool, tell: Callable[[str], None]) -> int:
    """Write those of the three models that are not what the sentences give; with `check` only say so (exit code 1: one
    is not).

    Beside them stands what each was learnt from: as long as sentences, learning and model are those, nothing has to be
    learnt again to know it.
    """
    heard, messages = sentences(lessons), asks(lessons)
    of_asks = _made(lessons / ASKS, messages, lambda: learn_asks(messages), check=check, tell=tell)
    judged = scams(lessons)
    of_scams = _made(
        lessons / JUDGEMENT, judged, lambda: learn_scams(judged), check=check, tell=tell, also=(JUDGING_LEARNING,)
    )
    return of_asks | of_scams | _made(lessons / EAR, heard, lambda: learn(heard), check=check, tell=tell)


def _learnt_from(samples: Sequence[object], also: Sequence[Path]) -> str:
    """A digest of the sentences and of all code that learning runs through, `also` among it."""
    digest = hashlib.sha256(repr(samples).encode())
    for path in (*sorted([*(ROOT / "flows" / "words").rglob("*.py"), Path(__file__)]), *also):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _known(path: Path) -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # none, or no JSON: then all is learnt again
        return {}
    return found


def _made(
    path: Path,
    samples: Sequence[object],
    learnt: Callable[[], Model],
    *,
    check: bool,
    tell: Callable[[str], None],
    also: Sequence[Path] = (),
) -> int:
    began, count, origins = time.monotonic(), len(samples), path.with_name(LEARNT)
    origin = _learnt_from(samples, also)
    if path.is_file() and _known(origins).get(path.name) == [origin, _digest(path.read_bytes())]:
        tell(told("{path} đúng là bản học từ {count} câu.", path=path, count=count))
        return 0
    raw = write(learnt())
    same = path.is_file() and path.read_bytes() == raw
    if check:
        is_so = told("{path} đúng là bản học từ {count} câu.", path=path, count=count)
        is_not = told("{path} KHÔNG phải bản học từ {count} câu.", path=path, count=count)
        tell(is_so if same else is_not)
        return 0 if same else 1
    if not same:
        path.write_bytes(raw)
    known = {**_known(origins), path.name: [origin, _digest(raw)]}
    origins.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
    spent, kb = time.monotonic() - began, len(raw) // 1024
    tell(told("{path}: học {count} câu trong {spent:.0f} giây, {kb} kB.", path=path, count=count, spent=spent, kb=kb))
    return 0


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def measured(lessons: Path, facts: Mapping[str, str], misses: int, tell: Callable[[str], None]) -> int:
    """Print how well the ear hears the voices of `voices/unseen`, with and without the model."""
    from flows.shelf.shelf import read_shelf
    from flows.words.understand import read_words

    shelf, heard = read_shelf(lessons, facts), _voices(lessons / VOICES / UNSEEN, read_voice)
    for name, model in ((told("chỉ các lời chắc chắn"), None), (told("cả tai nghe"), shelf.model)):
        score = measure(read_words(shelf.words, model).ear, heard)
        tell(told("{name}: {count} câu chưa học", name=name, count=len(heard)))
        for line in _lines(score):
            tell(f"  {line}")
        for kind, texts in sorted(score.missed.items()) if misses and model else ():
            tell(f"{kind}: {len(texts)}")
            for text in texts[:misses]:
                tell(f"  {text}")
    replies = _voices(lessons / REPLIES / UNSEEN, read_replies)
    tell(_of_replies(measure_replies(read_words(shelf.words, shelf.model).ear, replies)))
    return 0


def _of_replies(counts: Counter[tuple[str, str]]) -> str:
    """The figures of the answers that the ear is sure of: a wrong one moves the learner to a place not wanted."""
    whole = sum(counts.values()) or 1
    replies = sum(count for (meant, _), count in counts.items() if meant != "other") or 1
    right = sum(count for (meant, heard), count in counts.items() if heard == meant)
    wrong = sum(count for (meant, heard), count in counts.items() if heard not in ("", meant))
    return told(
        "{whole} câu trong bài: trả lời mà chắc và đúng {right:.1%}, chắc mà sai {wrong:.1%}",
        whole=whole,
        right=right / replies,
        wrong=wrong / whole,
    )


def _lines(score: Score) -> Iterator[str]:
    level, topic = score.share, score.topic
    heard, sure = level("ring", "ring", "ask"), level("ring", "ring")
    yield told("kêu cứu: nghe được {heard:.1%}, chắc chắn {sure:.1%}", heard=heard, sure=sure)
    alarm, asked = level("quiet", "ring"), level("quiet", "ask")
    yield told("câu thường: báo động {alarm:.2%}, hỏi lại {asked:.1%}", alarm=alarm, asked=asked)
    alarm, asked = level("ask", "ring"), level("ask", "ask")
    yield told("đáng ngờ: hỏi lại {asked:.1%}, báo động {alarm:.1%}", alarm=alarm, asked=asked)
    first, among = topic("question", "first"), topic("question", "first", "among")
    yield told("câu hỏi: đúng bài ngay {first:.1%}, trong ba {among:.1%}", first=first, among=among)
    answered, human = topic("oos", "question"), topic("human", "human")
    yield told("ngoài bài mà trả lời {answered:.1%}; cần người {human:.1%}", answered=answered, human=human)
