"""The program behind ./camtay: one verb is answered, and what can go wrong is told in a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli.language import choose, shown, told
from bot.cli.parser import parse


def main(arguments: Sequence[str]) -> int:
    """Answer one verb; the exit code. What can go wrong is told in a sentence, never by a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    choose(arguments, os.environ)
    given = parse(arguments)
    mask = os.umask(0o077)  # whatever is written may hold what a learner told us
    try:
        return int(given.verb(given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `./camtay lint | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(sentence[1], file=sys.stderr)
        return sentence[0]
    finally:
        os.umask(mask)


def _sentence(error: Exception) -> tuple[int, str] | None:
    """Exit code and words for an expected error; None for a fault of ours, whose traceback we want to see."""
    from bot.errors import CamtayError, NotAllowed, SettingsInvalid, StorageError
    from flows.model import LessonInvalid
    from flows.play.dialogue import TranscriptInvalid
    from flows.saying import line_of, said_by

    match error:
        case FileNotFoundError(filename=str() as path) if Path(path).name in (
            "phrases.yaml",
            "words.yaml",
            "relay.yaml",
            "masking.yaml",
        ):
            return 2, told("{path}: không có tệp này; --lessons phải chỉ vào thư mục có lời của máy.", path=path)
        case LessonInvalid():
            return 1, "\n".join(shown(line_of(problem)) for problem in error.problems)
        case TranscriptInvalid():
            return 2, told("Chưa chạy được: {reason}.", reason=error.message)
        case SettingsInvalid() | NotAllowed():
            return 2, shown(said_by(error))
        case CamtayError() | StorageError():
            return 1, shown(said_by(error))
    return None
