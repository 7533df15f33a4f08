"""Every fault of every lesson, at once: those of form from the loader, and those the rules find."""

from __future__ import annotations

from flows.loader import Draft, Library, by_place
from flows.model import Problem
from flows.rules import Script
from flows.rules_channel import rules as channel_rules
from flows.rules_data import rules as data_rules
from flows.rules_graph import rules as graph_rules
from flows.rules_learning import rules as learning_rules
from flows.rules_shelf import ABOUT, whole_shelf
from flows.rules_shelf import rules as shelf_rules
from flows.rules_text import rules as text_rules
from flows.rules_translation import other_words, phrase_problems
from flows.rules_translation import rules as translation_rules

RULES = (*graph_rules, *learning_rules, *data_rules, *text_rules, *channel_rules, *shelf_rules, *translation_rules)

FORM = {
    "E001": "tệp không đúng lối viết YAML",
    "E002": "mục hoặc loại bước không có trong ngôn ngữ bài học",
    "E003": "giá trị không đúng kiểu, hoặc thiếu",
    "E004": "mã bị trùng hoặc đã dùng cho việc khác",
    "E005": "tệp, câu hoặc danh sách quá dài",
    "W006": "ký tự lạ, hoặc dấu tiếng Việt gõ tách rời",
    "E400": "tệp dịch không đúng lối viết PO",
}


def lint(library: Library) -> tuple[Problem, ...]:
    """All problems of a library in reading order, the loader's included. A broken lesson hides no other."""
    problems = [*library.problems, *lint_shelf(library)]
    for draft in library.drafts:
        problems += lint_draft(draft, library)
    return by_place(problems)


def lint_draft(draft: Draft, library: Library) -> list[Problem]:
    """What the rules find in one lesson among the others."""
    if draft.lesson is None or not draft.lesson.steps:
        return []
    script = Script(draft, library)
    return [*(problem for rule in RULES for problem in rule.problems(script)), *other_words(draft, library)]


def lint_shelf(library: Library) -> list[Problem]:
    """What no single lesson can be blamed for."""
    return [*whole_shelf(library), *phrase_problems(library)]


def rules() -> dict[str, str]:
    """Code → one line in Vietnamese, for the list of rules."""
    return dict(sorted({**FORM, **{rule.code: rule.about for rule in RULES}, **ABOUT}.items()))
