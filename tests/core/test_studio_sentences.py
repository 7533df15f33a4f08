"""What a publication changes for people: sentences, pictures, ways of saying, translations, files; and nothing else."""

from __future__ import annotations

from dataclasses import replace

from bot.studio.policy.fields import apply, form_of
from bot.studio.policy.sentences import LessonTexts, changes_between, texts_in
from bot.studio.policy.ways import choices_at, with_way
from flows.reading.loader import read_draft
from tests.core.test_splicing import TEXTS

TEXT = TEXTS["_moi-loai-buoc"]
PLAIN = texts_in(TEXT, {}, {})


def other(**typed: str) -> LessonTexts:
    form = form_of(read_draft(TEXT.encode(), "x/lesson.yaml", ()))
    return texts_in(apply(TEXT, form, {name.replace("__", "."): text for name, text in typed.items()})[0], {}, {})


def test_sentences():
    changed = other(chao__text="Câu khác.", title="Tên khác")
    found = changes_between(PLAIN, changed)
    assert [each.after for each in found] == ["Tên khác", "Câu khác."]
    assert [each.before for each in changes_between(changed, PLAIN)] == ["Tên khác", "Câu khác."]
    assert changes_between(PLAIN, PLAIN) == ()
    assert all(each.before == "" for each in changes_between(texts_in("lesson: x", {}, {}), PLAIN))


def test_a_way_of_saying_that_came_or_went():
    draft = read_draft(TEXT.encode(), "", ())
    assert draft.lesson is not None
    choice = next(each for step in draft.lesson.steps for each in choices_at(draft, step.id))
    added = texts_in(with_way(TEXT, choice, "rồi sao nữa") or "", {}, {})
    (one,) = changes_between(PLAIN, added)
    assert (one.before, one.after, choice.label in one.label) == ("", "“rồi sao nữa”", True)
    (one,) = changes_between(added, PLAIN)
    assert (one.before, one.after) == ("“rồi sao nữa”", "")


def test_translations():
    before = replace(PLAIN, translations={"en": {"title": "A lesson", "chao.text": "Hello."}})
    (one,) = changes_between(
        before, replace(PLAIN, translations={"en": {"title": "One lesson", "chao.text": "Hello."}})
    )
    assert (one.language, one.before, one.after, one.label) == (
        "en",
        "A lesson",
        "One lesson",
        PLAIN.fields["title"][1].label,
    )
    (one,) = changes_between(PLAIN, before)[1:]
    assert (one.before, one.after, one.step) == ("", "Hello.", PLAIN.fields["chao.text"][0].begins)
    (one,) = changes_between(before, replace(PLAIN, translations={"en": {"title": "A lesson"}}))
    assert (one.before, one.after) == ("Hello.", ""), "taken away by hand"
    changed = replace(other(chao__text="Câu khác."), translations={"en": {"title": "A lesson"}})
    assert [each.language for each in changes_between(before, changed)] == [""], "it waits for a translator"


def test_files_of_another_content():
    named = next(field.value for _, field in PLAIN.fields.values() if field.path[-1] == "src")
    before = replace(PLAIN, media={named: "a.png", "0123456789ab": "a.aac", "man@nut.png": "a.png"})
    after = replace(
        PLAIN, media={named: "b.png", "0123456789ab": "b.aac", "ffffffffffff": "c.aac", "man@nut.png": "b.png"}
    )
    picture, spoken = changes_between(before, after)
    assert (picture.before, picture.after) == ("tệp cũ", "tệp mới")
    assert spoken.after == "2 câu có tiếng mới"
    assert changes_between(after, after) == ()
