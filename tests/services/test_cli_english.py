"""The command line in English: every sentence has its entry, every help is English to the end."""

from __future__ import annotations

import argparse
import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.language import choose, english, language, told
from bot.cli.main import main
from bot.cli.parser import VERBS, parser_of

ROOT = Path(__file__).parents[2]
MARKS = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]")
SHOWN_AS_THEY_ARE = ("Cầm Tay", "Trấn Biên", "chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình")
SAYS = ("told", "good", "note", "bad")
"""What takes a template; the last three make the doctor's findings, also of a channel."""
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def vietnamese_again() -> Iterator[None]:
    choose([], {})
    yield
    choose([], {})


def in_calls() -> dict[str, str]:
    """Template → place of every one that is said."""
    found: dict[str, str] = {}
    for path in sorted([*(ROOT / "bot" / "cli").rglob("*.py"), *(ROOT / "bot" / "channels").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = f"{path.name}:{node.lineno}"
    return found


def in_help(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Whatever a parser and those below it show of themselves."""
    yield parser.description or ""
    for action in parser._actions:
        yield from (text for text in (action.help, action.metavar) if isinstance(text, str))
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from in_help(child)


def in_names() -> Iterator[str]:
    """What is typed as it is called."""
    from bot.cli import names

    tables = [table for name, table in vars(names).items() if name.isupper()]
    yield from (shown for table in tables for shown in table.values())


def test_every_sentence_has_its_english():
    calls = in_calls()
    helps = {text for verb in VERBS for text in in_help(parser_of(verb)) if MARKS.search(text.lower())}
    formed = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(each)) for each in calls]
    said = {each for each in helps if not any(re.fullmatch(form, each) for form in formed)} - {argparse.SUPPRESS}
    needed = {*calls, *said, *in_names()}
    assert {each for each in needed if each not in english() and MARKS.search(each.lower())} == set()
    plain = {text for verb in VERBS for text in in_help(parser_of(verb))}
    assert english().keys() - needed - plain == set(), "nobody says these any more"


def test_the_same_values_stand_in_both():
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    for template, translation in english().items():
        assert names(template) == names(translation), template
        bare = translation
        for kept in SHOWN_AS_THEY_ARE:
            bare = bare.replace(kept, "")
        assert not MARKS.search(bare.lower()), f"still Vietnamese: {translation}"


@pytest.mark.parametrize("verb", VERBS)
def test_help_is_english_to_the_end(verb: str, capsys: Output):
    choose(["--lang", "en"], {})
    below = [action for action in parser_of(verb)._actions if isinstance(action, argparse._SubParsersAction)]
    for words in ([verb], *([verb, each] for action in below for each in action.choices)):
        with pytest.raises(SystemExit) as end:
            main([*words, "--help", "--lang", "en"])
        told = capsys.readouterr().out
        assert end.value.code == 0 and told.startswith(f"usage: ./camtay {words[0]}")
        for kept in SHOWN_AS_THEY_ARE:
            told = " ".join(told.split()).replace(kept, "")
        assert not MARKS.search(told.lower()), told


def test_a_misspelt_command_is_answered_in_english(capsys: Output):
    with pytest.raises(SystemExit) as end:
        main(["run", "--prot", "1", "--lang=en"])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "Not understood: unrecognized arguments: --prot 1. Did you mean “--port”?\n"
        "How it is used: ./camtay run --help\n"
    )


@pytest.mark.parametrize(
    ("arguments", "environ", "chosen"),
    [
        ([], {}, "vi"),
        ([], {"LANG": "C.UTF-8"}, "vi"),
        ([], {"LANG": "vi_VN.UTF-8"}, "vi"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": "vi_VN"}, "vi"),
        ([], {"LC_ALL": "", "LANG": "en_US"}, "en"),
        (["run", "--lang", "vi"], {"LANG": "en_US"}, "vi"),
        (["people", "list", "--lang=en"], {}, "en"),
        (["try", "l1", "--lang", "km"], {}, "vi"),
        (["run", "--lang"], {}, "vi"),
    ],
)
def test_the_flag_comes_before_the_locale_and_vietnamese_before_what_is_unknown(arguments, environ, chosen):
    choose(arguments, environ)
    assert language() == chosen


def test_a_sentence_takes_values_in_either_language():
    assert told("phải là {expected}", expected="x") == "phải là x"
    choose([], {"LANG": "en"})
    assert told("phải là {expected}", expected="x") == "has to be x"
    assert told("không ai dịch {x}", x="{y}") == "không ai dịch {y}"
