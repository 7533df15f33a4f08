"""The words of `lessons/glossary.yaml` that a learner may ask for; a broken row hides no other."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows.glossary import Term
from flows.model import Problem
from flows.reading.answers import check_sources, check_words
from flows.saying import say
from flows.words.ear.voices import OUTLINES
from flows.words.keys import bare_of
from flows.yaml import strictyaml
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Mapping as YamlMapping
from flows.yaml.strictyaml import Sequence


def glossary_of(
    table: tuple[str, bytes], sources: Mapping[str, str], facts: Collection[str], problems: list[Problem]
) -> tuple[Term, ...]:
    """Every row without a fault, in the order of the file (path, bytes); what is wrong with the others is told.

    `sources` are the known ids and how they are cited (none: not checked), `facts` the placeholders that the
    configuration fills.
    """
    path, raw = table
    document = strictyaml.read(raw, path)
    problems.extend(document.problems)
    good: dict[str, Term] = {}
    taken: dict[str, Term] = {}
    for row in document.root.items if isinstance(document.root, Sequence) else []:
        if not isinstance(row, YamlMapping):
            message = say("bảng phải gồm các dòng “- {{id: …, …}}”")
            problems.append(Problem("E003", row.place, message, say("xem các dòng có sẵn")))
            continue
        found: list[Problem] = []
        term = _term(Fields(row, found), facts, sources)
        _only_once(term, good, taken, found)
        problems.extend(found)
        if not any(each.severity == "error" for each in found):
            good[term.id] = term
            taken.update({bare_of(name): term for name in term.names})
    return tuple(good.values())


def _term(fields: Fields, facts: Collection[str], sources: Mapping[str, str]) -> Term:
    cited = fields.sources("src") or ()
    term = Term(
        id=fields.lesson_id("id", required=True) or "",
        names=fields.texts("names"),
        say=fields.text("say", required=True),
        outline=fields.one_of("outline", ("", *OUTLINES), ""),
        sources=cited,
        place=fields.node.place,
        cited=next((sources[each] for each in cited if each in sources), ""),
    )
    for key in ("names", "src"):
        if not fields.has(key):
            fields.missing(key)
    fields.done()
    check_words(term.say, fields, facts)
    check_sources(cited, fields, sources)
    return term


def _only_once(term: Term, good: Mapping[str, Term], taken: Mapping[str, Term], found: list[Problem]) -> None:
    if other := good.get(term.id):
        message = say("mã “{id}” đã có ở {path}", id=term.id, path=f"{other.place.path}:{other.place.line}")
        found.append(Problem("E004", term.place, message, say("hãy đổi một mã")))
    for name in term.names:
        if other := taken.get(bare_of(name)):
            message = say("chữ “{name}” đã được giải thích ở “{other}”", name=name, other=other.id)
            found.append(Problem("E004", term.place, message, say("một chữ chỉ giải thích một chỗ")))
