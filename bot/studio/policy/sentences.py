"""What people read, hear and can say of a lesson that is another in a second version of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.studio.policy.fields import FormField, FormStep, form_of
from bot.studio.policy.ways import SpokenChoice, choices_at
from flows.reading.loader import read_draft
from flows.saying import say


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """One sentence, picture or way of saying before and after; "" where there is none. `step` are the first words of
    its step, `language` is that of a translation."""

    step: str
    label: str
    before: str
    after: str
    is_scene: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class LessonTexts:
    """A version of a lesson as its sentences are compared: fields by name with their steps, choices by step and id;
    `translations` (language → key → text) and `media` (name in the lesson → name in the store), as they are kept."""

    fields: Mapping[str, tuple[FormStep, FormField]] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], tuple[str, SpokenChoice]] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What a field says; "" where there is none of this name."""
        return self.fields[name][1].value if name in self.fields else ""


def texts_in(source: str, translations: Mapping[str, Mapping[str, str]], media: Mapping[str, str]) -> LessonTexts:
    """A version read; what cannot be read counts as empty."""
    draft = read_draft(source.encode(), "", (), hashed=False)
    steps = form_of(draft)
    fields = {field.name: (step, field) for step in steps for field in step.fields}
    choices = {
        (step.id, each.id): (step.begins, each) for step in steps if step.id for each in choices_at(draft, step.id)
    }
    return LessonTexts(fields, choices, translations, media)


def changes_between(before: LessonTexts, after: LessonTexts) -> tuple[SentenceChange, ...]:
    """What is another: sentences and pictures in the order of the second, what is gone last; then what can be said,
    translations, files that were replaced under their name."""
    return (*_sentences(before, after), *_ways(before, after), *_translations(before, after), *_files(before, after))


def _every(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    yield from after
    yield from (name for name in before if name not in after)


def _sentences(before: LessonTexts, after: LessonTexts) -> Iterator[SentenceChange]:
    for name in _every(before.fields, after.fields):
        step, field = after.fields.get(name) or before.fields[name]
        was, now = before.value(name), after.value(name)
        if was != now:
            yield SentenceChange(step.begins, field.label, was, now, field.path[-1] == "scene")


def _ways(before: LessonTexts, after: LessonTexts) -> Iterator[SentenceChange]:
    for key in (*after.choices, *(key for key in before.choices if key not in after.choices)):
        step, choice = after.choices.get(key) or before.choices[key]
        was, now = (each.choices[key][1].ways if key in each.choices else () for each in (before, after))
        gone, new = (_quoted(way for way in one if way not in other) for one, other in ((was, now), (now, was)))
        if gone or new:
            yield SentenceChange(step, say("Cách nói của nút: {button}", button=choice.label), gone, new)


def _translations(before: LessonTexts, after: LessonTexts) -> Iterator[SentenceChange]:
    """Those that are gone because their sentence is another now wait for a translator, which is told elsewhere."""
    for language in dict.fromkeys((*after.translations, *before.translations)):
        was, now = (each.translations.get(language, {}) for each in (before, after))
        for key in _every(was, now):
            waits = key not in now and before.value(key) != after.value(key)
            if was.get(key, "") != now.get(key, "") and not waits:
                step, label = _place(key, before, after)
                yield SentenceChange(step, label, was.get(key, ""), now.get(key, ""), language=language)


def _place(key: str, before: LessonTexts, after: LessonTexts) -> tuple[str, str]:
    found = after.fields.get(key) or before.fields.get(key)
    return (found[0].begins, found[1].label) if found else ("", key)


def _files(before: LessonTexts, after: LessonTexts) -> Iterator[SentenceChange]:
    """Files of another content under the same name; of the lines that are read aloud how many have another recording.
    Drawn screens are the program's."""
    other = [name for name, file in after.media.items() if before.media.get(name) != file]
    named = {field.value: step for step, field in after.fields.values() if field.path[-1] == "src"}
    for name in (name for name in other if name in named and name in before.media):
        yield SentenceChange(named[name].begins, say("Tệp hình"), say("tệp cũ"), say("tệp mới"))
    spoken = sum("." not in name for name in other)
    if spoken:
        yield SentenceChange(
            "", say("Tiếng đọc"), say("tiếng cũ, hay chưa có"), say("{count} câu có tiếng mới", count=spoken)
        )


def _quoted(ways: Iterable[str]) -> str:
    return ", ".join(f"“{way}”" for way in ways)
