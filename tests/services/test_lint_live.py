"""`./camtay lint --live`: what a publication would do to those inside is told where the file has to be mended."""

from __future__ import annotations

from pathlib import Path

from tests.services.test_library import LESSON, folder, put
from tests.services.test_publishing import NO_QUIZ, Running, at_quiz, camtay, t

__all__ = ["camtay", "folder", "t"]  # the fixtures


async def test_a_step_with_somebody_at_it_may_not_go(t: Running, folder: Path, camtay):
    await at_quiz(t)
    code, said = await camtay("lint", "--live")
    assert code == 0 and "E801" not in said and "I805" not in said
    put(folder, "mot", NO_QUIZ)
    assert (await camtay("lint"))[0] == 0
    code, said = await camtay("lint", "--live", "--lang", "en")
    assert code == 1
    assert "E801 1 at the step “hoi” (version 1), which is gone (write “was: hoi” in the step" in said
    assert "I805 1 inside: 0 stay, 1 need a decision (step “hoi” removed)" in said


async def test_a_topic_that_nobody_takes(t: Running, folder: Path, camtay):
    help_step = '  - help: nho\n    text: "{Em} nhờ người."\n    topic: vneid\n'
    put(folder, "mot", LESSON.replace("  - end: xong", f"{help_step}  - end: xong"))
    code, said = await camtay("lint", "--live")
    assert code == 0
    assert "W702 bước “nho” cần người giúp mà chưa có ai nhận" in said
