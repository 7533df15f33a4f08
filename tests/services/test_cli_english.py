"""The command line in English: every sentence has its entry, every help is English to the end."""

from __future__ import annotations

import argparse
import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.cli import logs
from bot.cli.language import CATALOGUE, choose, english, language, told
from bot.cli.main import main
from bot.cli.parser import VERBS, parser_of
from bot.desk.language import CATALOGUE as DESK
from flows.graph.ways import MARKS as MARKED
from flows.play import dialogue
from flows.saying import read_catalogue

ROOT = Path(__file__).parents[2]
MARKS = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]")
SHOWN_AS_THEY_ARE = (
    "Cầm Tay",
    "Trấn Biên",
    "chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình, cô/cháu, ngoại/con",
)
SAYS = ("told", "say", "good", "note", "bad")
"""What takes a template; the last three make the doctor's findings."""

NEVER_AT_A_TERMINAL = {
    "bot/channels/webchat/channel.py": "names for the chat's page",
    "bot/channels/webchat/routes.py": "a browser reads it",
    "bot/certificates": "a paper, and what is said about it in the chat",
    "bot/prints": "a paper",
    "bot/desk/policy/entering.py": "names of browsers",
    "bot/people/own_page.py": "a learner's own file, in the words of the chat",
    "bot/announcements/policy/announcement.py": "how an announcement names an area to those who get it",
    "bot/people/policy/codes.py": "words that codes are made of",
    "bot/pairing/policy/links.py": "how addresses are written",
    "bot/people/policy/lists/fonts.py": "the letters of old fonts",
    "bot/people/policy/lists/people.py": "how years of birth are written",
    "bot/people/policy/lists/places.py": "how places are written",
    "bot/people/policy/lists/reading.py": "how totals and signatures are written",
    "bot/people/policy/lists/syllables.py": "the syllables of names",
    "bot/people/policy/lists/words.py": "letters without marks",
    "bot/channels/telegram/introduction.py": "what Telegram shows of the bot",
    "flows/aloud.py": "figures and letters as they are read",
    "flows/signs": "letters and words of messages",
    "flows/unaddressed.py": "what is said in the chat to whoever has chosen no form of address",
    "bot/studio/policy/merging.py": "lines that a merge puts into a Vietnamese lesson",
    "bot/scams/policy/asking.py": "letters and words of messages",
    "bot/pairing/policy/relay.py": "stands in a message between two",
    "bot/tutor/onboarding.py": "how a learner says her name",
    "bot/tutor/privacy.py": "told to a learner in the chat",
    "bot/seeding": "what made-up people are called and say",
    "bot/web": "a browser reads it",
    "flows/engine": "what the schema, the drawings and the page of rules say, which go with Vietnamese lessons",
    "flows/graph/looks.py": "a drawing goes with its Vietnamese lesson",
    "flows/graph/svg.py": "a drawing goes with its Vietnamese lesson",
    "flows/graph/ways.py": "a drawing goes with its Vietnamese lesson",
    "flows/play/explain.py": "the preview, which a browser reads",
    "flows/play/notes.py": "the preview, which a browser reads",
    "flows/play/playing.py": "the preview, which a browser reads",
    "flows/play/standins.py": "values of a lesson that is tried",
    "flows/profiles.py": "what the schema of lessons tells of a channel",
    "flows/reading": "forms of address, the schema of lessons and the titles of rules, all in lessons/",
    "flows/rules": "the titles of rules, in lessons/RULES.md, and patterns of what learners are asked for",
    "flows/run.py": "forms of address",
    "flows/scenes": "what is on a picture, which goes with its Vietnamese lesson",
    "flows/words": "how learners write",
    "flows/yaml/fields.py": "words that a file may have instead of true",
    "storage/people/areas.py": "the name of the province",
    "storage/migrations": "the name of the province",
    "storage/people/naming.py": "the alphabet",
    "storage/people/traces.py": "forms of address",
}
"""Where a Vietnamese literal is meant for learners, browsers or lessons; what `say` says there has its English."""

TYPED_OR_READ = {
    "bot/cli/demonstrating.py": {"Nguyễn Thị Hoa"},
    "bot/people/policy/lists/heads.py": {"Vai trò"},
    "bot/cli/console.py": {"/thoát", "/đợi", "/lùi", "/lưu", "/giúp"},
    "bot/cli/logs.py": {"phút", "giờ", "ngày", logs._AGO.pattern},
    "bot/cli/parser.py": {
        "còn thiếu", "không có tùy chọn", "cần một giá trị", "không có lựa chọn", "chọn một trong", "tùy chọn",
    },
    "bot/cli/verbs/people.py": {"đ"},
    "bot/studio/policy/answers.py": {"đ"},
    "bot/studio/policy/shaping.py": {"đ", '  wait_tap: "Tiếp"\n'},
    "bot/people/profile.py": {"cách xưng hô", "nơi sinh hoạt", "điều Hội nên biết"},
    "bot/settings.py": {"Cầm Tay", "Hội Phụ nữ"},
    "bot/people/policy/lists/filling.py": {"như trên"},
    "flows/play/dialogue.py": {"phút", "giờ", "tiếng", "ngày", "tuần", dialogue._PASSES.pattern},
}  # fmt: skip
"""Commands, argparse's own words, what a learner is told, names, what a file may say."""
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def vietnamese_again() -> Iterator[None]:
    choose([], {})
    yield
    choose([], {})


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def strings(path: Path) -> Iterator[tuple[str, int]]:
    """Every literal of a module but its docstrings, and what is put between sentences, as the template it makes."""
    tree = tree_of(path)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    between = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "joined" and len(node.args) == 2:
            between.add(id(node.args[1]))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield ("{first}" + node.value + "{then}" if id(node) in between else node.value), node.lineno


def in_calls(folder: str = "bot/cli") -> dict[str, str]:
    """Template → place of every one that is said."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = f"{path.name}:{node.lineno}"
    return found


def in_docstrings() -> set[str]:
    """What an exception says when nobody says more."""
    paths = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "storage").rglob("*.py")]
    nodes = (node for path in paths for node in ast.walk(tree_of(path)))
    every = (ast.get_docstring(node) or "" for node in nodes if isinstance(node, ast.ClassDef) and node.bases)
    return {doc for doc in every if MARKS.search(doc.lower())}


def in_help(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Whatever a parser and those below it show of themselves."""
    yield parser.description or ""
    for action in parser._actions:
        yield from (text for text in (action.help, action.metavar) if isinstance(text, str))
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from in_help(child)


def in_templates() -> set[str]:
    """What the pages of the desk say: `t("…")` or `t('…')`."""
    found: set[str] = set()
    for path in sorted((ROOT / "bot" / "desk" / "templates").rglob("*.html")):
        found |= {each[1] for each in re.findall(r"""\bt\((["'])(.+?)\1[,)]""", path.read_text("utf-8"))}
    return found


@cache
def known() -> dict[str, str]:
    """The English of a terminal and of the desk."""
    return {**english(), **read_catalogue(DESK)}


def in_names() -> Iterator[str]:
    """What is typed as it is called."""
    from bot.cli import names

    tables = [table for name, table in vars(names).items() if name.isupper()]
    yield from (shown for table in tables for shown in table.values())


def bare(text: str) -> str:
    """English without what stays Vietnamese in it: names, and what is quoted."""
    text = re.sub(r"“[^”]*”|\{[^{}]*\}", "", " ".join(text.split()))
    for kept in SHOWN_AS_THEY_ARE:
        text = text.replace(kept, "")
    return text


def test_every_sentence_has_its_english():
    calls = {**in_calls("bot"), **in_calls("storage")}
    helps = {text for verb in VERBS for text in in_help(parser_of(verb)) if MARKS.search(text.lower())}
    formed = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(each)) for each in in_calls()]
    said = {each for each in helps if not any(re.fullmatch(form, each) for form in formed)} - {argparse.SUPPRESS}
    needed = {*calls, *said, *in_names(), *in_docstrings(), *in_templates()}
    assert {each for each in needed if each not in known() and MARKS.search(each.lower())} == set()
    plain = {text for verb in VERBS for text in in_help(parser_of(verb))}
    literal = {text for path in sorted((ROOT / "bot").rglob("*.py")) for text, _ in strings(path)}
    literal |= {text for path in sorted((ROOT / "storage").rglob("*.py")) for text, _ in strings(path)}
    written = {*read_catalogue(CATALOGUE), *read_catalogue(DESK)}
    assert written - needed - plain - literal - set(MARKED.values()) == set(), "nobody says it"


def test_no_vietnamese_reaches_a_terminal_alone():
    alone, idle = [], {*NEVER_AT_A_TERMINAL, *TYPED_OR_READ}
    for room in ("bot", "storage", "flows"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            elsewhere = {each for each in NEVER_AT_A_TERMINAL if name == each or name.startswith(f"{each}/")}
            untold = [
                (name, line, text)
                for text, line in strings(path)
                if MARKS.search(text.lower()) and text not in known() and text not in TYPED_OR_READ.get(name, ())
            ]
            alone += [] if elsewhere else untold
            idle -= elsewhere if untold else set()
            idle -= {name} & TYPED_OR_READ.keys()
    assert alone == [], "say it by told(…) or say(…), with its English in the catalogue"
    assert idle == set(), "no exception is needed here any more"


def test_the_same_values_stand_in_both():
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    for template, translation in english().items():
        assert names(template) == names(translation), template
        assert not MARKS.search(bare(translation).lower()), f"still Vietnamese: {translation}"


@pytest.mark.parametrize("verb", VERBS)
def test_help_is_english_to_the_end(verb: str, capsys: Output):
    choose(["--lang", "en"], {})
    below = [action for action in parser_of(verb)._actions if isinstance(action, argparse._SubParsersAction)]
    for words in ([verb], *([verb, each] for action in below for each in action.choices)):
        with pytest.raises(SystemExit) as end:
            main([*words, "--help", "--lang", "en"])
        told = capsys.readouterr().out
        assert end.value.code == 0 and told.startswith(f"usage: ./camtay {words[0]}")
        assert not MARKS.search(bare(told).lower()), told


def test_a_misspelt_command_is_answered_in_english(capsys: Output):
    with pytest.raises(SystemExit) as end:
        main(["run", "--prot", "1", "--lang=en"])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "Not understood: unrecognized arguments: --prot 1. Did you mean “--port”?\n"
        "How it is used: ./camtay run --help\n"
    )


LIST = "ten;vai;xa_phuong;chi_hoi;nghe\nLan;hoi vien;Tran Bien;Hoa Sen;x\nLan;chu tich;Tran Bien;Hoa Sen;y\n"
WRONG_LIST = "ten;vai;chi_hoi\nA1?;x;Hoa\n;hoi vien;Hoa\n"


@pytest.mark.parametrize(
    "typed",
    [
        "people import {data}/wrong.csv",
        "people import {data}/list.csv",
        "people import {data}/list.csv --yes",
        "people list w26041 --format csv",
        "people areas Bien",
        "people show nobody1",
        "people explain nobody1",
        "people correct nobody1 --address zz",
        "people assign a b",
        "models members nothing",
        "report targets --area w26041",
        "report progress --area w26041 --format csv",
        "announce draft w26041 short",
        "announce draft w26041",
        "history nothing",
        "rollback nothing 3",
        "publish nothing",
        "publish --dry-run --decide x=nothing",
        "restore {data}/list.csv",
        "backup /proc/nothing.tar.gz",
        "migrate --config /nothing.yaml",
        "run --port many",
    ],
)
def test_what_is_answered_and_refused_is_english(typed: str, tmp_path: Path, capsys: Output):
    (tmp_path / "wrong.csv").write_text(WRONG_LIST, "utf-8")
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    words = [each.format(data=tmp_path) for each in typed.split()]
    main([*words, "--data", str(tmp_path), "--lang", "en"])
    told = "".join(capsys.readouterr())
    for place in ("Phường Trấn Biên", "Gia đình số"):
        told = told.replace(place, "")
    assert told and not MARKS.search(bare(told).lower()), told


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
