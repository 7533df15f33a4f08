"""Every fault of every lesson, at once: those of form from the loader, and those the rules find."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flows.model import Problem
from flows.reading.loader import LessonDraft, LessonSet, by_place
from flows.reading.noun_rows import ABOUT as ABOUT_NOUNS
from flows.reading.noun_rows import unmasked_examples
from flows.reading.scam_tables import untrue_signs
from flows.reading.sign_rows import ABOUT as ABOUT_SIGNS
from flows.reading.wish_rules import ABOUT as ABOUT_WISHES
from flows.reading.wish_rules import untrue_examples
from flows.reading.word_faults import ABOUT as ABOUT_WORDS
from flows.rules.alike import ABOUT as ABOUT_ALIKE
from flows.rules.alike import near_duplicates
from flows.rules.cases import rules as case_rules
from flows.rules.channel import rules as channel_rules
from flows.rules.checked import Checked
from flows.rules.data import rules as data_rules
from flows.rules.glossary import ABOUT as ABOUT_TERMS
from flows.rules.glossary import unexplained
from flows.rules.graph import rules as graph_rules
from flows.rules.learning import rules as learning_rules
from flows.rules.named import rules as named_rules
from flows.rules.rule import Script
from flows.rules.shelf import ABOUT, own_sentences, whole_shelf
from flows.rules.shelf import rules as shelf_rules
from flows.rules.sources import rules as source_rules
from flows.rules.text import rules as text_rules
from flows.rules.time import rules as time_rules
from flows.rules.translation import other_words, phrase_problems
from flows.rules.translation import rules as translation_rules

RULES = (
    *graph_rules,
    *case_rules,
    *learning_rules,
    *data_rules,
    *source_rules,
    *named_rules,
    *text_rules,
    *translation_rules,
    *channel_rules,
    *time_rules,
    *shelf_rules,
)

FORM = {
    "E001": "tệp không đúng lối viết YAML",
    "E002": "mục hoặc loại bước không có trong ngôn ngữ bài học",
    "E003": "giá trị không đúng kiểu, hoặc thiếu",
    "E004": "mã bị trùng hoặc đã dùng cho việc khác",
    "E005": "tệp, câu hoặc danh sách quá dài",
    "W006": "ký tự lạ, hoặc dấu tiếng Việt gõ tách rời",
    "E510": "màn hình tập không vẽ được như đã ghi",
    "E009": "thiếu câu mà máy phải có để nói",
    "E400": "tệp dịch không đúng lối viết PO",
}


def lint(library: LessonSet, *, examples: bool = True, checked: Checked | None = None) -> tuple[Problem, ...]:
    """All problems of a library in reading order, the loader's included. A broken lesson hides no other.

    `examples` of the relay's rules, of masking and of signs are tried, which costs a second: whoever starts leaves that
    out, and those that `checked` knows to be true are not tried again.
    """
    problems = [*library.problems, *lint_shelf(library)]
    if examples:
        problems += _untrue(library, checked or Checked())
    for draft in library.drafts:
        problems += lint_draft(draft, library)
    return by_place(problems)


def _untrue(library: LessonSet, checked: Checked) -> Iterator[Problem]:
    """The examples that are not dealt with as they say."""
    if library.relay is not None:
        yield from checked.faults(("relay", *library.relay), partial(untrue_examples, library.relay))
    if library.masking is not None:
        yield from checked.faults(("masking", *library.masking), partial(unmasked_examples, library.masking))
    tables = [part for table in library.scam.files.values() for part in table]
    yield from checked.faults(("signs", *tables), partial(untrue_signs, library.scam))


def lint_draft(draft: LessonDraft, library: LessonSet) -> list[Problem]:
    """What the rules find in one lesson among the others."""
    if draft.lesson is None or not draft.lesson.steps:
        return []
    script = Script(draft, library)
    return [*(problem for rule in RULES for problem in rule.problems(script)), *other_words(draft, library)]


def lint_shelf(library: LessonSet) -> list[Problem]:
    """What no single lesson can be blamed for."""
    return [*own_sentences(library), *phrase_problems(library), *lint_together(library)]


def lint_together(library: LessonSet) -> list[Problem]:
    """What lessons are to one another: all of `lint_shelf` that an edit of a lesson can change."""
    return [*whole_shelf(library), *near_duplicates(library), *unexplained(library)]


LIVE = {
    "E801": "bước có người đang đứng mà bị bỏ hay đổi mã, không có was",
    "E802": "bước có người đang đứng mà bị đổi loại",
    "E803": "biến đổi kiểu trong khi người được chuyển còn giữ giá trị cũ",
    "W804": "mốc (checkpoint) bị bỏ",
    "I805": "bao nhiêu người đang học, ai ở lại, ai chuyển",
    "W901": "bước chưa bản thoại mẫu nào đi qua",
    "E902": "bản thoại mẫu diễn lại không khớp",
    "W904": "số phút ở đầu bài khác đồng hồ của người học",
    "W905": "bài dài quá cho một lần ngồi học",
}


def rules() -> dict[str, str]:
    """Code → one line in Vietnamese, for the list of rules."""
    return dict(
        sorted(
            {
                **FORM,
                **{rule.code: rule.about for rule in RULES},
                **ABOUT,
                **ABOUT_ALIKE,
                **ABOUT_TERMS,
                **ABOUT_WORDS,
                **ABOUT_WISHES,
                **ABOUT_NOUNS,
                **ABOUT_SIGNS,
                **LIVE,
            }.items()
        )
    )
