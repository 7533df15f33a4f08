"""`./camtay lint --sources`: every text by its source, or some of those without one, to be read by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from bot.cli.language import told
from bot.cli.terminal import Print, near
from flows.reading.loader import LessonSet, load_folder
from flows.rules.rule import Script
from flows.rules.sources import SourcedText, sourced_texts
from flows.yaml.fields import NO_SOURCE

UNSAID = "?"  # stands for the sources of a text whose editor has not said them


def texts_below(lessons: Path, paths: Sequence[Path], facts: Mapping[str, str]) -> tuple[LessonSet, list[SourcedText]]:
    """Every text of the lessons in `paths` (none given: all), with the library that names their sources."""
    library = load_folder(lessons, facts)
    wanted = [path.resolve() for path in paths]
    drafts = (each for each in library.drafts if each.lesson is not None)
    asked = (each for each in drafts if not wanted or _is_in(Path(each.path).resolve(), wanted))
    return library, [text for draft in asked for text in sourced_texts(Script(draft, library))]


def _is_in(path: Path, wanted: Iterable[Path]) -> bool:
    return any(path.is_relative_to(each.parent if each.is_file() else each) for each in wanted)


def show_by_source(library: LessonSet, texts: Sequence[SourcedText], write: Print) -> None:
    """Each source with its texts, the most cited first; those that claim nothing last."""
    found: dict[str, list[SourcedText]] = {}
    for text in texts:
        for name in (UNSAID,) if text.sources is None else text.sources or (NO_SOURCE,):
            found.setdefault(name, []).append(text)
    for name, own in sorted(found.items(), key=lambda each: (each[0] in (NO_SOURCE, UNSAID), -len(each[1]), each[0])):
        cited = f" · {library.sources[name]}" if name in library.sources else ""
        write(f"{name}{cited} · " + told("{count} lời", count=len(own)))
        for text in own:
            write(_line(text))
    write(
        told(
            "{count} lời: {sourced} có nguồn, {none} ghi none, {unsaid} chưa ghi.",
            count=len(texts),
            sourced=sum(bool(text.sources) for text in texts),
            none=sum(text.sources == () for text in texts),
            unsaid=sum(text.sources is None for text in texts),
        )
    )


def show_sample(texts: Sequence[SourcedText], count: int, seed: int, write: Print) -> None:
    """So many of the texts that claim nothing, by chance: the same for the same seed and lessons."""
    bare = [text for text in texts if text.sources == ()]
    for text in Random(seed).sample(bare, min(count, len(bare))):
        write(_line(text))


def _line(text: SourcedText) -> str:
    return f"  {near(text.place.path)}:{text.place.line}: {' '.join(text.text.split())}"
