"""What a page is told (`Visit`), what it answers (`PageShown`, `Redirect`, `FileSent`, `Fragment`), how it is declared
(`DeskPage`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.people.policy.permissions import Actor
from flows.saying import Sentence

if TYPE_CHECKING:
    from bot.desk.services import DeskServices


@dataclass(frozen=True, slots=True)
class DeskVisitor:
    """Who looks, with the roles of this very moment; `form_key` is what forms carry, `session` the hash of hers, `box`
    the key of what is kept for this browser alone: it is made of what only the browser holds."""

    learner_id: str
    name: str
    actor: Actor
    session: str
    form_key: str
    box: bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a form brought: what it is called where it comes from, and all that is in it."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: `at` leads from its address to that of the desk; `form` is empty of a look, and `files` of most;
    `asked` is the query once more, with what it names several times. Of query and form only what the page's line in the
    table names is there, as text that can be written down. `here` is the address at which her browser finds the
    tutor ("" where no other machine would), `once` what a form has just made for her eyes alone."""

    who: DeskVisitor
    lang: str
    at: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    asked: Sequence[tuple[str, str]] = ()
    here: str = ""
    once: str = ""


@dataclass(frozen=True, slots=True)
class PageShown:
    """A page: the template and what stands in it."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redirect:
    """What was asked is done: go there (from the desk's own address) and read this sentence. `once` is for the page
    there, kept nowhere but sealed in her browser, for a few minutes: to load that page again makes nothing anew."""

    to: str
    said: str = ""
    once: str = ""


@dataclass(frozen=True, slots=True)
class FileSent:
    """A file."""

    body: bytes
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a page fetches for itself, or shows in a frame: nothing of the desk around it. `policy` stands in place of
    the desk's, where it needs another."""

    body: bytes
    kind: str
    policy: str = ""


PageAnswer = PageShown | Redirect | FileSent | Fragment
PageHandler = Callable[["DeskServices", Visit], Awaitable[PageAnswer]]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One address of the desk, `path` below it: who carries `act` somewhere may come ("" is whoever is in).

    `show` answers a look, `do` a form; `nav` is what the page is called among the others ("": it is not named there).
    `asks` are the names in its address's query and `fields` those of its form, nothing else is read; one that ends in *
    stands for all that begin so. `gives` are the media types that it answers with beside HTML. `file_bytes` is how much
    the files of its form may weigh together; of most pages no file is read.
    """

    path: str
    title: Sentence
    act: str
    show: PageHandler | None = None
    do: PageHandler | None = None
    nav: Sentence | None = None
    file_bytes: int = 0
    asks: Sequence[str] = ()
    fields: Sequence[str] = ()
    gives: Sequence[str] = ()

    @property
    def most_mb(self) -> int:
        """The heaviest file that its form takes, in whole MB as people are told."""
        return self.file_bytes // 1_000_000

    def lets_in(self, actor: Actor) -> bool:
        """Whether somebody with these roles sees it."""
        return not self.act or bool(actor.paths(self.act))


def is_named(name: str, names: Sequence[str]) -> bool:
    """Whether a name is one of those that a page's line tells."""
    return any(name == each or (each.endswith("*") and name.startswith(each[:-1])) for each in names)
