"""No sentence about people is said without a line that tells when it is true; the machine holds what is claimed."""

from __future__ import annotations

import ast
from pathlib import Path

from bot.pairing.policy.work import BUTTONS
from flows.reading.phrases import REQUIRED
from tests.machine.pairing_truths import TRUTHS

SAYS = ("tell", "report", "call", "_say_to_her", "escalate", "_pass_on")
DANGERS = ("safety", "die", "hurt")
NOT_SAID = {"declined", "waiting"}  # states, which are also sentences of other rooms
ROOT = Path(__file__).parents[2] / "bot"


def spoken(tree: ast.AST) -> set[str]:
    """The phrases that calls of SAYS may say: every literal of an argument, and f"{danger}_call" for each danger."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAYS:
            if getattr(node.func, "attr", "") == "tell" and isinstance(node.args[1], ast.JoinedStr):
                found |= {each for each in TRUTHS if "_wait_" in each}
            for part in (each for argument in node.args for each in ast.walk(argument)):
                if isinstance(part, ast.JoinedStr) and isinstance(part.values[-1], ast.Constant):
                    found |= {f"{danger}{part.values[-1].value!s}" for danger in DANGERS}
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found.add(part.value)
    return found & REQUIRED


def test_every_sentence_about_people_has_its_condition():
    files = [*(ROOT / "pairing" / "policy").glob("*.py"), ROOT / "pairing" / "service.py"]
    said = set[str]().union(*(spoken(ast.parse(file.read_text("utf-8"))) for file in files)) | set(BUTTONS)
    assert len(said) > 50
    missing = said - TRUTHS.keys() - NOT_SAID
    assert not missing, "say in tests/machine/pairing_truths.py when it is true"
    assert not TRUTHS.keys() - REQUIRED
