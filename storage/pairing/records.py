"""What leaves storage of notices: a frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A sentence to be said to somebody by itself: `said` are the phrase's values, `buttons` token → label phrase.

    `about` is whom or what it speaks of: with that it goes. `digest`: it joins others of its day; `urgent`: it is said
    at night too. `at` and `due_at` in ms; what is due together is said in the order of `at`, then of the id.
    """

    notice_id: str
    learner_id: str
    phrase: str
    said: Mapping[str, str]
    at: int
    due_at: int
    buttons: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    digest: bool = False
    urgent: bool = False
