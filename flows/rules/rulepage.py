"""`lessons/RULES.md`: every rule with a bad and a good example. The examples stand in `rules.yaml`; tests run them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.rules.lint import rules
from flows.yaml import strictyaml
from flows.yaml.strictyaml import Mapping, Scalar, YamlNode

EXAMPLES = Path(__file__).with_name("rules.yaml")
MARK = "►"  # where the fault is told
HEAD = "lesson: thu\ntitle: Bài thử\ntrack: m\n"

_SEVERITIES = {"E": "lỗi", "W": "nên xem lại", "I": "cho biết"}
_GROUPS = {
    "0": "Lối viết",
    "1": "Đường đi",
    "2": "Việc học",
    "3": "Dữ liệu của học viên",
    "4": "Câu chữ và bản dịch",
    "5": "Kênh nhắn tin",
    "6": "Thời gian",
    "7": "Người giúp",
    "8": "Sửa bài khi có người đang học",
    "9": "Bản thoại mẫu và nguồn",
}
_BEGINNING = """\
# Các điều máy soát

Trang này do máy viết ra: `./camtay lint --rules > lessons/RULES.md`. Đừng sửa bằng tay.

Mỗi lỗi hiện thành một dòng `tệp:dòng:cột: mã lời báo (cách sửa)`. Mã bắt đầu bằng E là lỗi, phải sửa mới phát hành được
(riêng E902, bản thoại mẫu chưa khớp, không chặn); W là điều nên xem lại; I chỉ để biết. Trong ví dụ, dấu ► đứng ngay
trước chỗ máy báo, khi viết bài thì không có dấu này.
Đoạn nào mở đầu bằng `- ` là các bước, nằm dưới `steps:` của bài.
"""


@dataclass(frozen=True, slots=True)
class RuleExample:
    """A rule's two examples. `beside` are other files (path from the lesson's folder → text) that go with both.

    `before` is the version learners are inside of, at the step `inside`; `urgent`: they are to be moved.
    """

    code: str
    bad: str
    good: str
    beside: dict[str, str] = field(default_factory=dict)
    before: str = ""
    inside: str = ""
    urgent: bool = False


def examples() -> tuple[RuleExample, ...]:
    """What `rules.yaml` holds, in the order of the codes."""
    root = strictyaml.read(EXAMPLES.read_bytes(), str(EXAMPLES)).root
    assert isinstance(root, Mapping), "the examples are a table"
    found = [_example(code, node) for code, (_, node) in root.entries.items()]
    return tuple(sorted(found, key=lambda example: _order(example.code)))


def _example(code: str, node: YamlNode) -> RuleExample:
    assert isinstance(node, Mapping), code
    texts = {key: value.text for key, (_, value) in node.entries.items() if isinstance(value, Scalar)}
    beside = node.get("beside")
    others = beside.entries.items() if isinstance(beside, Mapping) else ()
    return RuleExample(
        code=code,
        bad=texts.get("bad", ""),
        good=texts.get("good", ""),
        beside={name: value.text for name, (_, value) in others if isinstance(value, Scalar)},
        before=texts.get("before", ""),
        inside=texts.get("inside", ""),
        urgent="urgent" in texts,
    )


def whole(snippet: str) -> str:
    """A snippet as a file: steps get a head."""
    if not re.match(rf"(?:{MARK}|⟦\w+⟧)*- ", snippet):
        return snippet
    lines = "\n".join(f"  {line}" if line.strip() else line for line in snippet.rstrip("\n").split("\n"))
    return f"{HEAD}steps:\n{lines}\n"


def page() -> str:
    """The page, in Vietnamese, for teachers."""
    return "\n".join([_BEGINNING, *_sections()])


def _sections() -> Iterator[str]:
    by_code = {example.code: example for example in examples()}
    group = ""
    for code, about in sorted(rules().items(), key=lambda rule: _order(rule[0])):
        if code[1] != group:
            group = code[1]
            yield f"## {_GROUPS[group]}\n"
        yield f"### {code} · {_SEVERITIES[code[0]]}\n\n{about[0].upper()}{about[1:]}.\n"
        if example := by_code.get(code):
            yield from _shown(example)


def _shown(example: RuleExample) -> Iterator[str]:
    if example.before:
        yield f"Bản cũ, có người đang ở bước `{example.inside}`:\n\n{_fenced(example.before)}"
    yield f"Chưa được:\n\n{_fenced(example.bad)}"
    for name, text in example.beside.items():
        yield f"Cùng với `{name}`:\n\n{_fenced(text, name)}"
    if example.good:
        yield f"Được:\n\n{_fenced(example.good)}"


def _fenced(text: str, name: str = "") -> str:
    kind = "yaml" if not name or name.endswith(".yaml") else "text"
    return f"```{kind}\n{text.rstrip()}\n```\n"


def _order(code: str) -> tuple[str, str]:
    return code[1:], code[0]
