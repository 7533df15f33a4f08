"""Whether a model is what its sentences give: told at once while nothing has changed, learnt again else."""

from __future__ import annotations

from pathlib import Path

from bot.cli.training import LEARNT, _made
from flows.reading.loader import EAR
from flows.words.ear.model import Model, model_of
from tests.support.builders import LESSONS


def test_nothing_is_learnt_again_that_has_not_changed(tmp_path: Path) -> None:
    path, learnt, told = tmp_path / EAR, list[int](), list[str]()

    def learn() -> Model:
        learnt.append(1)
        model = model_of((LESSONS / EAR).read_bytes())
        assert model is not None
        return model

    def made(samples: list[str], *, check: bool = True) -> int:
        return _made(path, samples, learn, check=check, tell=told.append)

    assert made(["một", "hai"], check=False) == 0 and len(learnt) == 1
    assert made(["một", "hai"]) == 0 and len(learnt) == 1
    assert made(["một", "ba"]) == 0 and len(learnt) == 2, "other sentences are learnt, and may give the same"
    path.write_bytes(path.read_bytes()[:-1])
    assert made(["một", "hai"]) == 1 and len(learnt) == 3
    assert "KHÔNG" in told[-1]
    (tmp_path / LEARNT).unlink()
    assert made(["một", "hai"], check=False) == 0
    assert made(["một", "hai"]) == 0 and len(learnt) == 4
