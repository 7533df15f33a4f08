"""The weights of the ear as they lie in `lessons/ear.model`, and how a message is weighed with them.

The first line of the file names its kind, version, number of lines and hash: a file cut in half or of another version
is refused as a whole. Then come the bars and two tables: `alarm` by numbered features (`features_of`), `sense` by named
ones (`words_only`). All weights are whole numbers that fit a byte, FINE thousandths of a margin each; the bytes
are written in base64, so that the file is text and is read in a moment. The hundred thousand named ones stay where they
lie and are looked up there: as a dictionary they would take ten times the memory.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from base64 import b64encode
from binascii import a2b_base64
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import sqrt
from struct import unpack
from typing import Any

from flows.saying import say
from flows.words.ear.features import SIZE

VERSION = 2
MAGIC = "camtay-ear"
BIAS = 300  # thousandths: the value of the feature that every message has
FINE = 20  # thousandths of a margin that one step of a weight is worth: so it fits a byte
MIDDLE = 128  # what is added to a weight so that it is no negative byte
LANE = 16  # bits that hold the sum of all weights of a message
LANE_MIDDLE = 1 << LANE - 1
MOST_NAMED = LANE_MIDDLE // MIDDLE - 1  # features of a message that fit into it

_PAGE = re.compile(rb"(?:[^\n]+\n){1,16}")
"""So many lines are searched for a name from end to end."""


class ModelInvalid(Exception):
    """The file is no model that this version can use; the message says why."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Weights by number of feature, one array a head; what is not in the file weighs nothing."""

    heads: tuple[str, ...] = ()
    bias: tuple[int, ...] = ()
    weights: tuple[array[int], ...] = ()

    def scores(self, features: Sequence[int]) -> dict[str, float]:
        """One score a head, in thousandths of a margin: above 0 is more likely yes than no."""
        scale = sqrt(len(features) or 1)
        return {
            head: FINE * (sum(map(of.__getitem__, features)) / scale + bias * BIAS / 1000)
            for head, of, bias in zip(self.heads, self.weights, self.bias, strict=True)
        }


class WeightLines(Mapping[str, bytes]):
    """Weights by the name of their feature, looked up in the file itself: lines NAME, tab, weights in base64, sorted by
    name, from the byte `start` on."""

    __slots__ = ("_file", "_first", "_starts")

    def __init__(self, file: bytes, start: int) -> None:
        self._file = file
        self._starts = array("I", (page.start() for page in _PAGE.finditer(file, start)))
        self._first = [file[at : file.index(b"\t", at)] for at in self._starts]
        self._starts.append(len(file))

    def get(self, name: str, default: Any = None) -> Any:
        """The weights of a feature, `default` where it has none."""
        key = name.encode()
        page = bisect_right(self._first, key)
        if not page:
            return default
        line = b"\n%b\t" % key
        at = self._file.find(line, self._starts[page - 1] - 1, self._starts[page])
        if at < 0:
            return default
        at += len(line)
        return a2b_base64(self._file[at : self._file.index(b"\n", at)])

    def __getitem__(self, name: str) -> bytes:
        found: bytes | None = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        for start, end in zip(self._starts, self._starts[1:], strict=False):
            yield from (line.partition(b"\t")[0].decode() for line in self._file[start:end].splitlines())

    def __len__(self) -> int:
        return self._file.count(b"\n", self._starts[0])


@dataclass(frozen=True, slots=True)
class Named:
    """`weights`: feature → head, weight + MIDDLE, head, weight + MIDDLE … as bytes, which take little memory."""

    heads: tuple[str, ...] = ()
    bias: tuple[int, ...] = ()
    weights: Mapping[str, bytes] = field(default_factory=dict)

    def scores(self, features: Sequence[str]) -> dict[str, float]:
        """As of a numbered table; of a very long message only the first MOST_NAMED count."""
        features = features[:MOST_NAMED]
        many, step = len(self.heads), FINE / sqrt(len(features) or 1)
        total = sum(map(_side_by_side, filter(None, map(self.weights.get, features))), _middles(many))
        lanes = unpack(f"<{many}H", total.to_bytes(many * LANE // 8, "little"))
        always = FINE * BIAS / 1000
        scores = [(each - LANE_MIDDLE) * step + bias * always for each, bias in zip(lanes, self.bias, strict=True)]
        return dict(zip(self.heads, scores, strict=True))


@lru_cache(maxsize=8192)
def _side_by_side(packed: bytes) -> int:
    """All weights of one feature in one whole number, LANE bits a head: so that fifty heads are added at once."""
    total = 0
    for at in range(0, len(packed), 2):
        total += packed[at + 1] - MIDDLE << packed[at] * LANE
    return total


@lru_cache(maxsize=8)
def _middles(many: int) -> int:
    return sum(LANE_MIDDLE << head * LANE for head in range(many))


@dataclass(frozen=True, slots=True)
class Model:
    alarm: Numbered = field(default_factory=Numbered)
    sense: Named = field(default_factory=Named)
    bars: Mapping[str, int] = field(default_factory=dict)
    learnt_from: str = ""

    @property
    def words(self) -> frozenset[str]:
        """The words without marks that it knows."""
        return frozenset(name for name in self.sense.weights if name.isalpha() and name.isascii())


@dataclass(frozen=True, slots=True)
class LazyModel:
    """A model that is read from its file when it is first asked for: a whole one, see `checked`."""

    raw: bytes = field(repr=False)

    @property
    def model(self) -> Model:
        return model_of(self.raw)


# --- the file ----------------------------------------------------------------------------------------


def write(model: Model) -> bytes:
    """The file, the same bytes for the same model."""
    lines = [f"%from\t{model.learnt_from}", *(f"%bar\t{name}\t{bar}" for name, bar in sorted(model.bars.items()))]
    lines += [_head("alarm", model.alarm), *_packed(model.alarm.weights), _head("sense", model.sense)]
    lines += [f"{name}\t{b64encode(packed).decode()}" for name, packed in sorted(model.sense.weights.items())]
    body = ("\n".join(lines) + "\n").encode()
    return f"{MAGIC}\t{VERSION}\t{len(lines)}\t{_hash(body)}\n".encode() + body


def _head(name: str, table: Numbered | Named) -> str:
    return f"%table\t{name}\t{' '.join(table.heads)}\t{' '.join(map(str, table.bias))}"


def _packed(columns: Sequence[array[int]]) -> Iterator[str]:
    """Head by head the weight of every number; most weigh nothing, but so the file is read in a moment."""
    yield from (b64encode(column.tobytes()).decode() for column in columns)


def _unpacked(lines: Iterable[str]) -> tuple[array[int], ...]:
    columns = tuple(array("b", a2b_base64(line)) for line in lines)
    if any(len(column) != SIZE for column in columns):
        raise ModelInvalid(say("có bảng dài ngắn khác thường"))
    return columns


@lru_cache(maxsize=6)  # the ear, the second opinion and the judgement of scams, each also as it was before
def model_of(raw: bytes) -> Model:
    """The model of a file; raises ModelInvalid for anything but a whole file of this version."""
    checked(raw)
    return _read(raw)


def checked(raw: bytes) -> None:
    """Raises ModelInvalid for anything but a whole file of this version."""
    head, _, body = raw.partition(b"\n")
    parts = head.decode("utf-8", "replace").split("\t")
    if len(parts) != 4 or parts[0] != MAGIC:
        raise ModelInvalid(say("không phải tệp của tai nghe"))
    if parts[1] != str(VERSION):
        raise ModelInvalid(say("là bản {has}, máy này cần bản {known}", has=parts[1][:20], known=VERSION))
    if parts[3] != _hash(body):
        raise ModelInvalid(say("bị cắt ngang hoặc bị sửa tay"))


def _read(raw: bytes) -> Model:
    begins = [found.start() for found in re.finditer(rb"^%table\t", raw, re.MULTILINE)]
    if [raw[at:].split(b"\t", 2)[1] for at in begins] != [b"alarm", b"sense"]:
        raise ModelInvalid(say("thiếu một bảng"))
    alarm, sense = begins
    _, learnt, *told = (line.split("\t") for line in raw[:alarm].decode().splitlines())
    of_alarm, *columns = raw[alarm:sense].decode("ascii").splitlines()
    named = raw.index(b"\n", sense)
    return Model(
        Numbered(*_heads(of_alarm), _unpacked(columns)),
        Named(*_heads(raw[sense:named].decode("ascii")), WeightLines(raw, named + 1)),
        {name: int(bar) for _, name, bar in told},
        learnt[1],
    )


def _heads(line: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    _, _, heads, bias = line.split("\t")
    return tuple(heads.split()), tuple(map(int, bias.split()))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
