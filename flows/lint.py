"""Every fault of every lesson, at once: those of form from the loader, and those the rules find."""

from __future__ import annotations

from flows.loader import Library, by_place
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
    problems = list(library.problems)
    for draft in library.drafts:
        if draft.lesson is not None and draft.lesson.steps:
            script = Script(draft, library)
            problems.extend(problem for rule in RULES for problem in rule.problems(script))
            problems.extend(other_words(draft, library))
    problems.extend(whole_shelf(library))
    problems.extend(phrase_problems(library))
    return by_place(problems)


def rules() -> dict[str, str]:
    """Code → one line in Vietnamese, for the list of rules."""
    return dict(sorted({**FORM, **{rule.code: rule.about for rule in RULES}, **ABOUT}.items()))
