"""What may be typed after ./camtay, in the words of whoever types it; only the verb that was typed is imported."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any, NoReturn, Protocol, TypeVar, cast

from bot.cli.flags import add_flags
from bot.cli.language import language, told

VERBS = (
    "run",
    "lint",
    "hear",
    "train",
    "scam-check",
    "publish",
    "history",
    "rollback",
    "try",
    "translate",
    "graph",
    "print",
    "scenes",
    "voice",
    "test-lessons",
    "schema",
    "migrate",
    "simulate",
    "backup",
    "restore",
    "admin",
    "people",
    "announce",
    "models",
    "report",
    "doctor",
    "log",
    "demo",
    "seed",
)


ActionT = TypeVar("ActionT", bound=argparse.Action)


class VerbModule(Protocol):
    """A module of `bot.cli.verbs`: its sentence in the list of verbs, what may be typed after it, what it does.

    `run` returns the exit code. It imports what it needs when it is called: help is asked for more often than done.
    """

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what may be typed after the verb; metavars and help in Vietnamese, told in the chosen language."""

    def run(self, given: argparse.Namespace) -> int:
        """Do it; the exit code. What the user can mend is a CamtayError."""


def module_of(verb: str) -> VerbModule:
    """The module of a verb, imported now: `test-lessons` is `test_lessons`, `try` is `try_`."""
    name = verb.replace("-", "_") + ("_" if iskeyword(verb) else "")
    return cast(VerbModule, import_module(f"bot.cli.verbs.{name}"))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What was typed; `verb` of it does it. SystemExit after help (0) or for what cannot be understood (2)."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    if name not in VERBS:
        return _parser_of_all().parse_args(arguments)
    parser = parser_of(name)
    given, unknown = parser.parse_known_args(rest)
    if unknown:
        given.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return given


def parser_of(verb: str) -> argparse.ArgumentParser:
    """What may be typed after a verb."""
    module = module_of(verb)
    parser = _Parser(prog=f"./camtay {verb}", description=module.HELP, allow_abbrev=False)
    parser.set_defaults(verb=module.run, parser=parser)
    module.add_arguments(parser)
    if "--lang" not in parser._option_string_actions:
        add_flags(parser, "lang")
    return parser


def _parser_of_all() -> argparse.ArgumentParser:
    """For whoever asks what verbs there are, or types one that is none."""
    parser = _Parser(prog="./camtay", allow_abbrev=False)
    children = parser.add_subparsers(required=True, metavar=told("LỆNH"))
    for verb in VERBS:
        children.add_parser(verb, help=told(module_of(verb).HELP))
    return parser


class _Frame(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, told("Cách dùng: ") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse speaks English; whoever types here may not. What a verb says is told in the chosen language."""

    def __init__(self, **given: Any) -> None:
        about = {"description": told(given.get("description") or ""), "formatter_class": _Frame, "add_help": False}
        super().__init__(**{**given, **about})
        self._positionals.title, self._optionals.title = told("Ghi thêm"), told("Tùy chọn")
        self.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help="in trang này")

    def _add_action(self, action: ActionT) -> ActionT:
        """Every argument comes by here, those of groups too."""
        if action.help:
            action.help = told(action.help)
        if isinstance(action.metavar, str):
            action.metavar = told(action.metavar)
        return super()._add_action(action)

    _WORDS: Mapping[str, str] = {
        "the following arguments are required": "còn thiếu",
        "unrecognized arguments": "không có tùy chọn",
        "expected one argument": "cần một giá trị",
        "invalid choice": "không có lựa chọn",
        "choose from": "chọn một trong",
        "argument": "tùy chọn",
    }

    def error(self, message: str) -> NoReturn:
        if language() == "vi":
            for english, vietnamese in self._WORDS.items():
                message = message.replace(english, vietnamese)
        told_so = told("Lệnh chưa đúng: {message}.{nearest}", message=message, nearest=self._nearest(message))
        self.exit(2, f"{told_so}\n{told('Xem cách dùng: {program} --help', program=self.prog)}\n")

    def _nearest(self, message: str) -> str:
        from flows.yaml.fields import did_you_mean

        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        unknown = next((word.partition("=")[0].rstrip(":") for word in message.split() if word.startswith("--")), "")
        hint = told("{hint}", hint=did_you_mean(unknown, known)) if unknown and unknown not in known else ""
        return f" {hint[0].upper()}{hint[1:]}" if hint else ""
