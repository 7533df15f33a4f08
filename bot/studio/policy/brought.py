"""What goes with a lesson beside its text (files, translations): an editor's own, what was published, what lies there.

Of both the rule is that of texts: what lies in the folder counts unless it was published before and another is current.
Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from flows.reading.po import Catalogue, PoEntry, source_hash

_LINE = re.compile(r"(?m)^(\S.*) ([0-9a-f]{64}\.\w+)$")


@dataclass(frozen=True, slots=True)
class BroughtFiles:
    """Files of a lesson by name (of its media folder, or the digest of recorded words) → name in the media store.

    `mine` are an editor's own, not published yet; `current` those of the version in force; `known`: by name every file
    that was ever published under it.
    """

    mine: Mapping[str, str] = field(default_factory=dict)
    current: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def chosen(self, wanted: Collection[str], folder: Mapping[str, str]) -> dict[str, str]:
        """The file in force for each name; as of texts, what lies in the folder counts unless it was published before
        and another is current."""
        found = {}
        for name in wanted:
            lying = folder.get(name, "")
            current = self.current.get(name, "")
            standing = current if current and (not lying or lying in self.known.get(name, ())) else lying
            if file := self.mine.get(name) or standing:
                found[name] = file
        return found


Translated = Mapping[str, Mapping[str, PoEntry]]
"""Language → key → translation."""


@dataclass(frozen=True, slots=True)
class BroughtTexts:
    """Translations of a lesson beside its PO files, named as in `BroughtFiles`; `known`: by language and key every
    translation that was ever published."""

    mine: Translated = field(default_factory=dict)
    current: Translated = field(default_factory=dict)
    known: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def chosen(self, language: str, folder: Catalogue) -> dict[str, PoEntry]:
        """The translation in force for each key of a language; `folder` is its PO file."""
        found = dict(folder)
        for key, entry in self.current.get(language, {}).items():
            if key not in folder or folder[key].text in self.known.get((language, key), ()):
                found[key] = entry
        return found | dict(self.mine.get(language, {}))


def published_texts(
    versions: Mapping[int, Mapping[str, Mapping[str, str]]], current: int, sources: Mapping[str, str]
) -> tuple[Translated, dict[tuple[str, str], frozenset[str]]]:
    """`current` and `known` of `BroughtTexts`, from the translations of every version; `sources` are the texts of the
    current one: each of its translations was up to date with them."""
    known: dict[tuple[str, str], set[str]] = {}
    for languages in versions.values():
        for language, words in languages.items():
            for key, text in words.items():
                known.setdefault((language, key), set()).add(text)
    now = {
        language: {key: PoEntry(text, source_hash(sources[key])) for key, text in words.items() if key in sources}
        for language, words in versions.get(current, {}).items()
    }
    return now, {each: frozenset(texts) for each, texts in known.items()}


def entries_as_text(entries: Mapping[str, PoEntry]) -> str:
    """How an editor's own translations of a language are kept: a line each."""
    rows = ([key, each.source_hash, each.text] for key, each in sorted(entries.items()))
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def entries_from_text(text: str) -> dict[str, PoEntry]:
    """The same read again."""
    rows: Iterable[list[str]] = (json.loads(line) for line in text.splitlines() if line)
    return {key: PoEntry(said, known) for key, known, said in rows}


def formers_as_text(formers: Mapping[str, str]) -> str:
    """How it is kept what stood in a lesson before an editor's own pictures, by their names: a line each."""
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in sorted(formers.items()))


def formers_from_text(text: str) -> dict[str, str]:
    """The same read again."""
    return dict(json.loads(line) for line in text.splitlines() if line)


def as_text(files: Mapping[str, str]) -> str:
    """How an editor's own files are kept: a line each."""
    return "".join(f"{name} {file}\n" for name, file in sorted(files.items()))


def from_text(text: str) -> dict[str, str]:
    """The same read again."""
    return dict(_LINE.findall(text))
