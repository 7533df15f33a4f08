"""Who needs what, why is it where it is, and whom can I ask? Ends in: taken, handed over, an instructor asked, done."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.desk.areas import area_choice
from bot.desk.full_names import names_on, titled
from bot.desk.pages.today import KINDS, STATES
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import ago, day_and_hour, left
from bot.errors import CamtayError
from bot.pairing.looking import RequestLook
from bot.pairing.policy.explain import REASONS, WIDTHS, InstructorChoice
from bot.pairing.policy.history import ANSWERS, ENDINGS
from flows.profiles import profile_of
from flows.run import DEFAULT_ADDRESS, render
from flows.saying import say
from storage.desk.people import details
from storage.engine.database import Connection
from storage.engine.instants import from_ms

MOST_FREE, MOST_OTHERS = 12, 12
EXCERPT = 160  # characters of a step by which it is recognised


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One request, in the words of whoever decides about it."""
    found = await desk.officers.requests.look(visit.who.actor, visit.who.learner_id, visit.path["id"])
    request, now = found.request, desk.now()
    me = visit.who.learner_id
    known = *(each.instructor.learner_id for each in found.choices), *(each.instructor_id for each in found.asked)

    def look(connection: Connection) -> tuple[str, dict[str, str]]:
        return details(connection, [me])[me].channel, names_on(visit, connection, (found.learner.learner_id, *known))

    channel, who = await desk.officers.database.read(look)
    name = who[found.learner.learner_id]
    due, is_over = from_ms(request.due_at), request.state == "closed"
    asked = {each.instructor_id for each in found.asked if each.state == "open"}
    free = [each for each in found.choices if not each.barred]
    others = [each for each in found.choices if each.barred]
    values = {
        "title": titled(visit, name, found.learner.area), "name": name, "called": found.learner.name or name,
        "id": request.request_id, "learner_id": request.learner_id, "area": found.learner.area,
        "kind": KINDS[request.kind], "urgent": request.kind == "safety", "over": is_over,
        "state": ENDINGS.get(request.closed_why, "") if is_over else STATES[request.state],
        "owner": found.owner, "guide": found.guide,
        "since": ago(from_ms(request.since_at), now), "left": left(due, now), "late": due < now,
        "lines": found.lines, **_lesson(desk, visit, found),
        "free": [_choice(each, asked, found.guided, who) for each in free[:MOST_FREE]],
        "first": next((c.instructor.learner_id for c in free if not c.against and not asked), ""),
        "others": [_choice(each, asked, found.guided, who) for each in others[:MOST_OTHERS]],
        "more": len(others[MOST_OTHERS:]),
        "asked": [
            {
                "id": each.instructor_id, "name": who[each.instructor_id], "answer": ANSWERS[each.state],
                "at": day_and_hour(from_ms(each.made_at), desk.zone),
            }
            for each in found.asked
        ],
        "happened": [(day_and_hour(from_ms(at), desk.zone), what) for at, what in found.happened],
        "heirs": found.heirs, "may_act": found.may_act, "quiet": found.quiet,
        "chat": profile_of(channel).name if channel else "", "on_page": profile_of(channel).keeps_log,
        "write": _label(desk, "label_write"), "phone": _label(desk, "label_give_union"),
        "mine": request.state == "open" and request.owner_id == visit.who.learner_id,
    }  # fmt: skip
    choice = await area_choice(desk, visit, "invite_learner", "") if found.is_stranger and not is_over else None
    return PageShown("request.html", {**values, "stranger": choice})


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Take it (over), hand it over, confirm who asks, ask an instructor for it, or say that it is done.

    Raises CamtayError, NotAllowed, NobodyThere.
    """
    requests, who, request_id = desk.officers.requests, visit.who, visit.path["id"]
    back = f"request/{request_id}"
    match visit.form.get("act", ""):
        case "relieve":
            await requests.relieve(who.actor, who.learner_id, request_id)
            return Redirect(back, say("Từ giờ chị lo việc này. Người lo trước và người học được báo ngay."))
        case "hand":
            await requests.hand_over(who.actor, who.learner_id, request_id, visit.form.get("to", ""))
            return Redirect(back, say("Đã nhờ. Tới khi người ấy nhận, việc này vẫn là của chị."))
        case "take":
            await requests.take(who.actor, who.learner_id, request_id)
            return Redirect(back, say("Chị đã nhận lo việc này. Người học được báo ngay."))
        case "confirm":
            choice = await area_choice(desk, visit, "invite_learner", visit.form.get("khu", ""))
            found = await requests.look(who.actor, who.learner_id, request_id)
            if choice.chosen is None or not found.may_act:
                raise CamtayError(say("Chưa chọn địa bàn."))
            await requests.confirm(who.actor, found.request.learner_id, choice.chosen_id)
            return Redirect(back, say("Đã xác nhận là hội viên ở {area}.", area=choice.chosen.name))
        case "done":
            await requests.done(who.actor, who.learner_id, request_id)
            return Redirect(back, say("Đã ghi là xong."))
        case "ask":
            await requests.assign(who.actor, who.learner_id, request_id, visit.form.get("instructor", ""))
            return Redirect(back, say("Đã hỏi. Có trả lời thì thấy ở trang này."))
    raise CamtayError(say("Chưa rõ chị muốn làm gì; chọn lại một nút trên trang."))


def _label(desk: DeskServices, phrase: str) -> str:
    return f"“{desk.officers.book().phrase(phrase)}”"


def _lesson(desk: DeskServices, visit: Visit, found: RequestLook) -> dict[str, object]:
    """Where she stands: the title of the lesson and how its step begins, as she reads it."""
    request, book = found.request, desk.officers.book()
    lesson = book.lesson(request.lesson, request.version or None, found.learner.lang) if request.lesson else None
    lesson = lesson or (book.lesson(request.lesson) if request.lesson else None)
    if lesson is None:
        return {"lesson": request.lesson, "step": "", "tries": request.tries}
    step = lesson.step(request.step)
    text = " ".join(render(step.text, DEFAULT_ADDRESS, found.learner.name, book.facts, "…").split()) if step else ""
    return {"lesson": lesson.title, "step": text[:EXCERPT] + ("…" if text[EXCERPT:] else ""), "tries": request.tries}


def _choice(
    each: InstructorChoice, asked: Collection[str], guided: Mapping[str, int], who: Mapping[str, str]
) -> dict[str, object]:
    known, load = each.instructor, guided.get(each.instructor.learner_id, 0)
    return {
        "id": known.learner_id, "name": who[known.learner_id], "width": WIDTHS[min(each.width, 3)],
        "load": load, "waits": max(0, each.load - load),
        "capacity": known.capacity, "silences": known.silences, "knows": each.knows_her,
        "asked": known.learner_id in asked, "against": REASONS.get(each.against, ""),
        "barred": REASONS.get(each.barred, ""),
    }  # fmt: skip
