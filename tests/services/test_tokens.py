"""Buttons stay on people's telephones for years: what each token did when it was recorded, it does today.

`tokens.tsv` has a line for every shape of token that was ever sent: who taps it, what was said or tapped before, the
token ({line} {request} {area} and so on stand for ids), and how it was answered: its last line, and the tokens under
it. Lines are added, never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.pairing.policy import officer_inbox, roster
from tests.services.test_lines import paired
from tests.services.test_offers import WARD
from tests.support.builders import book, lesson
from tests.support.harness import Tutor, tutor

RECORDED = Path(__file__).parent / "tokens.tsv"
PEOPLE = ("lan", "hoa", "cuc", "moi")
"""A learner, who guides her, the officer of their ward, and somebody who has not agreed to anything."""

QUIZ = lesson(
    """
    - quiz: q
      text: Hỏi
      skill: k
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
      points: 5
    - {end: het, text: Hết}
    """
)
OTHER = lesson("- {say: rieng, text: Riêng, wait_tap: Tiếp riêng}\n- {end: het, text: Hết}", lesson_id="khac")
BOOK = book(QUIZ, OTHER)


def record() -> Iterator[list[str]]:
    for line in RECORDED.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


_SCENE: list[bytes] = []


async def recorded_scene() -> bytes:
    """The database after Lan and Hoa have been paired and Lan has done a lesson; made once a process."""
    if not _SCENE:
        with TemporaryDirectory() as folder:
            async with tutor(Path(folder), BOOK) as t:
                lan, _, _ = await paired(t)
                await lan.opens("thu")
                await lan.tap("Đúng")
                await t.learner("moi").say("xin chào")
                await t.passes(days=1)  # the digest of the day has been read
            _SCENE.append((Path(folder) / "camtay.db").read_bytes())
    return _SCENE[0]


async def ids(t: Tutor) -> dict[str, str]:
    """What the names in braces stand for, as long as it is there."""
    pairings, requests, runs = [await t.rows(each) for each in ("pairing", "request", "run")]
    found = {"area": WARD, "lesson_key": roster.key("thu"), "hash": "0" * 64}
    if runs:
        found |= {"run": runs[0]["run_id"]}
    if pairings:
        line, learner, guide = (pairings[0][each] for each in ("pairing_id", "learner_id", "instructor_id"))
        found |= {"line": line, "learner": learner, "guide": guide, "guide_key": officer_inbox.key(guide)}
    if open_ones := [each["request_id"] for each in requests if each["state"] != "closed"]:
        found |= {"request": open_ones[0]}
    return found


async def played(path: Path, who: str, before: str, token: str) -> list[str]:
    """How she is answered, as a line of the record has it."""
    (path / "camtay.db").write_bytes(await recorded_scene())
    async with tutor(path, BOOK) as t:
        t.ids.prefix, t.update_ids.prefix = "new", "later"
        people = {each: t.learner(each) for each in PEOPLE}
        known: dict[str, str] = {}
        t.clock.passes(days=2)  # nothing that anybody wrote before is a letter to be replied to
        for each in (*filter(None, before.split(" | ")), token):
            known |= await ids(t)
            act = each.format(**known)
            await (people[who].tap_token(act) if ":" in act and " " not in act else people[who].say(act))
        said = people[who].said.replace("\n", " ")[-100:].strip()
        tokens = " ".join(button.token for message in people[who].turn[-1:] for button in message.buttons)
        for name, value in known.items():
            tokens = re.sub(rf"(?<=:){value}(?=$|[: ])", f"{{{name}}}", tokens)
        return [said or "-", tokens or "-"]


@pytest.mark.parametrize(
    ("who", "before", "token", "said", "tokens"), [pytest.param(*each, id=f"{each[0]} {each[2]}") for each in record()]
)
async def test_a_token_does_what_it_did(tmp_path: Path, who: str, before: str, token: str, said: str, tokens: str):
    assert await played(tmp_path, who, before, token) == [said, tokens]
