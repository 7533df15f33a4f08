"""The gentle form: every sentence and picture of every lesson, each changed alone."""

from __future__ import annotations

import random

import pytest

from bot.studio.policy.fields import EMPTY, TOO_LONG, FormField, apply, beside, form_of
from bot.studio.policy.splicing import ValueSpan, cleaned, spans
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
    assert apply(text, form, {}) == (text, {})
    assert apply(text, form, {field.name: f" {field.value}\r\n" for field in fields(text)}) == (text, {})


def test_an_emptied_field_is_refused_and_stays():
    text = TEXTS["_moi-loai-buoc"]
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    assert apply(text, form, {"chao.text": "  "}) == (text, {"chao.text": EMPTY})


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


def test_a_field_that_is_too_long_is_told_and_the_others_are_written():
    text = TEXTS["_moi-loai-buoc"]
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    found, refused = apply(text, form, {"chao.text": "x" * 200_000, "title": "Tên mới"})
    assert refused == {"chao.text": TOO_LONG}
    assert found == apply(text, form, {"title": "Tên mới"})[0] != text


@pytest.mark.parametrize("name", TEXTS)
def test_a_place_of_the_file_is_at_its_field(name: str):
    text = TEXTS[name]
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    written = spans(text)
    every = [(field.name, at) for step in form for field in step.fields for at in _ends(written[field.path])]
    places = [(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) for _, at in every]
    assert beside(text, form, places) == [name for name, _ in every]


def _ends(span: ValueSpan) -> tuple[int, int]:
    return span.start, span.end


def test_what_belongs_to_no_field_is_at_its_step():
    text = TEXTS["_moi-loai-buoc"]
    form = form_of(read_draft(text.encode(), "x/lesson.yaml", ()))
    step = next(step for step in form if step.id == "chao")
    assert beside(text, form, [(step.line, 3), (1, 1), (99_999, 1)]) == ["step:chao", "step:", f"step:{form[-1].id}"]
