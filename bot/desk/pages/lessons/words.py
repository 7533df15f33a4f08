"""How does the commonest change get into a lesson without its file being touched by hand? Ends in a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from bot.desk.language import teller
from bot.desk.pages.lessons.rooms import as_json, faults, lesson_of, rooms, titled
from bot.desk.pages.lessons.shape import KINDS, shaped
from bot.desk.pages.lessons.writing import drafts_shown, notes_of, outcome, places_shown
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from bot.publishing.policy.texts import plain
from bot.studio.checking import Checker
from bot.studio.policy.fields import FormStep, apply, beside, form_of
from bot.studio.policy.shaping import first_of_option, hinted, is_hint
from bot.studio.policy.splicing import cleaned
from bot.studio.policy.ways import choices_at
from flows.reading.loader import read_draft
from flows.saying import say

SHAPED = say("Đã sửa trong nháp.")
FIELD = "="  # begins the names of a lesson's own fields in the form


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Sentences and pictures of a lesson as fields, what is wrong beside each; what was typed, where it is not kept."""
    room, lesson = rooms(desk), lesson_of(visit)
    lying = await room.studio.open(visit.who.actor, lesson)
    text = plain(visit.form.get("began", lying.text))
    draft = await asyncio.to_thread(read_draft, text.encode(), str(lying.path), ())
    steps = await asyncio.to_thread(form_of, draft)
    typed = {field.name: visit.form.get(FIELD + field.name, field.value) for step in steps for field in step.fields}
    _, refused = await asyncio.to_thread(apply, text, steps, typed) if visit.form else (text, {})
    media = sorted(path.name for path in (lying.path.parent / "media").glob("*"))
    scenes = await asyncio.to_thread(room.studio.checker.scenes)
    return PageShown(
        "lessons/words.html",
        {
            "title": titled(desk, visit, say("Sửa lời, sửa hình"), lying), "lesson": lesson,
            "place": f"lessons/{lesson}",
            "steps": steps, "typed": typed, "began": text, "media": media, "scenes": scenes, "lying": lying,
            "places": await places_shown(desk, visit, lying.text),
            "saved": day_and_hour(lying.saved_at, desk.zone), **await drafts_shown(desk, visit),
            "beside": await _beside(desk, visit, text, steps, refused),
            "rings": await asyncio.to_thread(_rings, steps, typed, room.studio.checker, teller(visit.lang)),
            "kinds": KINDS, "hinted": hinted(draft), "is_hint": is_hint, "first_of_option": first_of_option,
            "new": visit.form, "spoken": {step.id for step in steps if choices_at(draft, step.id)},
        },
    )  # fmt: skip


async def save(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Write what was changed where it stands, and keep all that can be; a script is answered with what is in force
    from now on. Raises CamtayError where something could not be written."""
    room, lesson = rooms(desk), lesson_of(visit)
    room.studio.admit(visit.who.actor)
    began = plain(visit.form.get("began", ""))
    typed = {name.removeprefix(FIELD): value for name, value in visit.form.items() if name.startswith(FIELD)}
    form = await asyncio.to_thread(_form, began)
    text, refused = await asyncio.to_thread(apply, began, form, typed)
    saved = await room.studio.save(visit.who.actor, lesson, began, text)
    if visit.form.get("script"):
        steps = await asyncio.to_thread(_form, saved.text)
        return as_json({
            "text": saved.text, "changed": saved.is_changed, "notes": notes_of(saved, visit),
            "conflicts": saved.conflicts,
            "at": day_and_hour(saved.saved_at, desk.zone), "refused": refused,
            "fresh": _fresh(form, steps, typed, refused),
            "beside": await _beside(desk, visit, saved.text, steps, refused),
            "rings": await asyncio.to_thread(_rings, steps, {}, room.studio.checker, teller(visit.lang)),
        })  # fmt: skip
    if go := visit.form.get("go", ""):
        text = await asyncio.to_thread(shaped, saved.text, visit.form)
        await room.studio.save(visit.who.actor, lesson, saved.text, text)
        step = go.partition(" ")[2].partition(".")[0]
        return Redirect(f"lessons/{lesson}/words{'' if go.startswith('drop-') else f'#step:{step}'}", SHAPED)
    if refused:
        raise CamtayError(say("Đã lưu các ô khác; {count} ô chưa lưu được, xem ngay dưới ô ấy.", count=len(refused)))
    return Redirect(f"lessons/{lesson}/words", outcome(saved))


def _form(text: str) -> tuple[FormStep, ...]:
    return form_of(read_draft(text.encode(), "", ()))


def _fresh(
    before: tuple[FormStep, ...], after: tuple[FormStep, ...], typed: Mapping[str, str], refused: Mapping[str, str]
) -> dict[str, str]:
    """The fields that have another value than the page has: what came from elsewhere."""
    had = {field.name: cleaned(typed.get(field.name, field.value)) for step in before for field in step.fields}
    now = {field.name: field.value for step in after for field in step.fields}
    return {name: value for name, value in now.items() if had.get(name) != value and name not in refused}


async def _beside(
    desk: DeskServices, visit: Visit, text: str, form: tuple[FormStep, ...], refused: Mapping[str, str]
) -> dict[str, list[dict[str, object]]]:
    """Name of a field, or "step:ID" → what is wrong there."""
    studio, lesson, tell = rooms(desk).studio, lesson_of(visit), teller(visit.lang)
    found = faults(await studio.faults(visit.who.actor, lesson, text), visit, str(await studio.path_of(lesson)))
    here = [each for each in found if not each["where"]]
    places = [(int(str(each["line"])), int(str(each["col"]))) for each in here]
    names = await asyncio.to_thread(beside, text, form, places) if places else []
    told: dict[str, list[dict[str, object]]] = {
        name: [{"severity": "error", "message": tell(why)}] for name, why in refused.items()
    }
    for name, each in zip(names, here, strict=True):
        message = f"{each['message']} ({each['hint']})" if each["hint"] else each["message"]
        if name.endswith(".scene") and each["severity"] == "error":
            message = tell(say("Chọn một màn hình trong danh sách hiện ra khi gõ."))
        told.setdefault(name, []).append({"severity": each["severity"], "message": message})
    return told


def _rings(
    steps: tuple[FormStep, ...], typed: Mapping[str, str], checker: Checker, tell: Callable[[str], str]
) -> dict[str, list[tuple[str, str]]]:
    """Name of a field → what its picture has to be ringed, with what is written there now."""
    found = {}
    for step in steps:
        at = {field.path[-1]: field for field in step.fields}
        if "ring" in at and "scene" in at:
            scene, ring = (typed.get(at[key].name, at[key].value) for key in ("scene", "ring"))
            offered = [(part, f"{words} ({part})") for part, words in checker.rings(scene)]
            if offered and ring not in dict(offered):
                offered.insert(0, (ring, tell(say("{ring}: không có trên hình này", ring=ring))))
            found[at["ring"].name] = offered
    return found
