"""The gentle form: every sentence and picture of every lesson, each changed alone."""

from __future__ import annotations

import random

import pytest

from bot.studio.policy.fields import FormField, apply, form_of
from bot.studio.policy.splicing import cleaned, spans
from flows.reading.loader import read_draft
from flows.reading.translation import texts
from tests.core.test_splicing import AWKWARD, TEXTS


def fields(text: str) -> list[FormField]:
    return [field for step in form_of(read_draft(text.encode(), "x/lesson.yaml", ())) for field in step.fields]


@pytest.mark.parametrize("name", TEXTS)
def test_every_sentence_of_a_lesson_is_in_the_form(name: str):
    draft = read_draft(TEXTS[name].encode(), "x/lesson.yaml", ())
    assert draft.lesson is not None
    found = {field.name: field for step in form_of(draft) for field in step.fields}
    assert {key: found[key].value for key in texts(draft.lesson)} == texts(draft.lesson)
    assert all(field.label for field in found.values())
    lines = TEXTS[name].split("\n")
    assert all(field.value.split()[0] in "\n".join(lines[field.line - 1 : field.line + 2]) for field in found.values())


@pytest.mark.parametrize("name", TEXTS)
def test_one_field_changes_one_sentence(name: str):
    text, chance = TEXTS[name], random.Random(name)
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    for field in chance.sample([field for step in form for field in step.fields], 4):
        if field.path[-1] in ("src", "scene", "ring"):
            continue
        value = cleaned(chance.choice(AWKWARD))
        found, refused = apply(text, form, {field.name: value})
        assert not refused
        draft = read_draft(found.encode(), "x/lesson.yaml", ())
        assert draft.lesson is not None
        before = read_draft(text.encode(), "x/lesson.yaml", ()).lesson
        assert before is not None
        assert texts(draft.lesson) == {**texts(before), field.name: value}


def test_nothing_typed_changes_nothing():
    text = TEXTS["moi-loai-buoc" if "moi-loai-buoc" in TEXTS else "_moi-loai-buoc"]
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    assert apply(text, form, {}) == (text, ())
    assert apply(text, form, {field.name: f" {field.value}\r\n" for field in fields(text)}) == (text, ())


def test_an_emptied_field_is_refused_and_stays():
    text = TEXTS["_moi-loai-buoc"]
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    assert apply(text, form, {"chao.text": "  "}) == (text, ("chao.text",))


def test_pictures_are_fields_as_well():
    text = TEXTS["_moi-loai-buoc"]
    found, _ = apply(
        text,
        form_of(read_draft(text.encode(), "x", ())),
        {"chao.image.src": "khac.png", "may.options.iphone.text": "Ai-phôn"},
    )
    assert found == text.replace("bam-tiep.png", "khac.png").replace('text: "iPhone"', 'text: "Ai-phôn"')


def test_several_fields_at_once():
    text = TEXTS["_moi-loai-buoc"]
    form = form_of(read_draft(text.encode(), "x", ()))
    wanted = {field.name: f"{field.value} # thêm" for step in form for field in step.fields if field.path[-1] == "text"}
    found, refused = apply(text, form, wanted)
    assert not refused
    assert {each.name: each.value for each in fields(found) if each.name in wanted} == wanted
    assert len(spans(found)) == len(spans(text))
