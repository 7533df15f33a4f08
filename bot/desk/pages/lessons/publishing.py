"""What happens to whoever is inside when this is published, or taken back? Ends in a lesson that is taught."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlencode

from bot.desk.language import teller
from bot.desk.pages.lessons.inside import INSIDE, counting, learners_inside, time_of
from bot.desk.pages.lessons.languages import NAMES
from bot.desk.pages.lessons.mending import mended_at
from bot.desk.pages.lessons.rooms import authors, faults, lesson_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.people.service import NobodyThere
from bot.publishing.library import BY_FILES, WITHOUT_FILE
from bot.publishing.service import PublishingOptions, PublishingPlan
from bot.studio.policy.sentences import SentenceChange
from bot.studio.publishing import PublicationEntry
from flows.rules.changes import CHECKPOINT, START, STAY, summary
from flows.saying import Sentence, say

_FILE = re.compile(
    r"(# media .+: [0-9a-f]{6})[0-9a-f]{58}"
)  # what a file is called in the store: nobody reads all of it
_OTHER = re.compile(r"# (?:media|[a-z]{2,3}) \S+: ")  # below the text of a lesson: translations, files
CHANGED = ("added", "gone")
DECISION = "step:"  # begins the names of the fields in which a step's learners are decided about
MODES = {
    "first": say("lần đầu"), "text": say("sửa lời"), "graph": say("sửa đường đi"), "checkpoint": say("chuyển ở mốc"),
    "urgent": say("khẩn"), "rollback": say("quay lại"),
}  # fmt: skip
FATES = {
    "stay": say("học nốt bản cũ"), "words": say("ở lại, nhận lời mới"), "move": say("chuyển sang bản mới"),
    "decide": say("CẦN QUYẾT ĐỊNH"),
}  # fmt: skip
WAYS = {
    STAY: say("học nốt bản cũ"),
    CHECKPOINT: say("về mốc gần nhất đã qua"),
    START: say("về đầu bài, điểm còn nguyên"),
}


# --- publish -----------------------------------------------------------------------------------------


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What publishing the draft would do, as it is asked for."""
    room, lesson = rooms(desk), lesson_of(visit)
    how, counted = _how(visit.form or visit.query), await learners_inside(desk, visit)
    if counted is None:
        return counting(desk, visit, say("Phát hành"))
    review = await room.publisher.review(visit.who.actor, lesson, how, counted.value)
    plan = await _plan(desk, review.plan, review.gone, visit) if review.plan else None
    return PageShown(
        "lessons/publish.html",
        {
            "title": titled(desk, visit, say("Phát hành"), review.desk), "lesson": lesson, "plan": plan, "how": how,
            "stamp": review.stamp, "is_ready": review.is_ready,
            "is_changed": review.desk.is_changed, "errors": await mended_at(review.desk, review.errors, visit),
            "warnings": await mended_at(review.desk, review.warnings, visit), "number": 0,
            **time_of(counted, desk), "wishes": _wishes(visit.form or visit.query),
        },
    )  # fmt: skip


async def publish(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Publish what was looked at, or look at it again with other wishes. Raises CamtayError."""
    room, lesson = rooms(desk), lesson_of(visit)
    if visit.form.get("go") != "publish":
        return Redirect(f"lessons/{lesson}/publish{_wishes(visit.form)}")
    with _counted_anew(desk):
        row = await room.publisher.publish(visit.who.actor, lesson, _how(visit.form), visit.form.get("stamp", ""))
    done = say("Đã phát hành bản {version}. Học viên nhận trong vài giây.", version=row.version)
    return Redirect(f"lessons/{lesson}/history", done)


# --- history -----------------------------------------------------------------------------------------


async def show_history(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Every publication with what it changed, the newest first."""
    lesson, counted = lesson_of(visit), await learners_inside(desk, visit)
    if counted is None:
        return counting(desk, visit, say("Các bản đã phát hành"))
    entries = await rooms(desk).publisher.history(visit.who.actor, lesson, counted.value)
    names = await authors(desk)
    shown = [entry_of(each, names, desk, visit) for each in entries]
    title = titled(desk, visit, say("Các bản đã phát hành"))
    return PageShown(
        "lessons/history.html", {"title": title, "lesson": lesson, "entries": shown, **time_of(counted, desk)}
    )


async def show_rollback(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What going back to a version would do."""
    room, lesson, number = rooms(desk), lesson_of(visit), number_of(visit)
    how, counted = _how(visit.form or visit.query), await learners_inside(desk, visit)
    title = say("Quay lại bản {number}", number=number)
    if counted is None:
        return counting(desk, visit, title)
    review = await room.publisher.review_rollback(visit.who.actor, lesson, number, how, counted.value)
    plan = review.plan
    return PageShown(
        "lessons/publish.html",
        {
            "title": titled(desk, visit, title), "lesson": lesson,
            "plan": await _plan(desk, plan, review.gone, visit), "stamp": review.stamp, "how": how, "is_changed": True,
            "is_ready": not (plan.unchanged or plan.impact.blocked), "errors": [], "warnings": [], "number": number,
            **time_of(counted, desk), "wishes": _wishes(visit.form or visit.query),
        },
    )  # fmt: skip


async def roll_back(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Go back to a version, or take its text for the draft. Raises CamtayError."""
    room, lesson, number, actor = rooms(desk), lesson_of(visit), number_of(visit), visit.who.actor
    if visit.form.get("go") == "take":
        await room.studio.take_version(actor, lesson, number)
        return Redirect(f"lessons/{lesson}", say("Nháp nay là chữ của bản {number}.", number=number))
    if visit.form.get("go") != "publish":
        return Redirect(f"lessons/{lesson}/history/{number}{_wishes(visit.form)}")
    with _counted_anew(desk):
        row = await room.publisher.roll_back(actor, lesson, number, _how(visit.form), visit.form.get("stamp", ""))
    done = say("Đã quay lại bản {version}. Học viên nhận trong vài giây.", version=row.version)
    return Redirect(f"lessons/{lesson}/history", done)


@contextmanager
def _counted_anew(desk: DeskServices) -> Iterator[None]:
    """What she sees next is of now: who was moved, and who stands where she was not asked about."""
    try:
        yield
    finally:
        desk.counts.outdate(INSIDE)


# --- as a page shows them ----------------------------------------------------------------------------


def number_of(visit: Visit) -> int:
    """The version that the address names. Raises NobodyThere."""
    number = visit.path.get("number", "")
    if not number.isdecimal() or len(number) > 6:
        raise NobodyThere
    return int(number)


def _how(asked: Mapping[str, str]) -> PublishingOptions:
    decisions = {name.removeprefix(DECISION): way for name, way in asked.items() if name.startswith(DECISION) and way}
    when = asked.get("when", "")
    return PublishingOptions("", urgent=when == "urgent", at_checkpoint=when == "checkpoint", decisions=decisions)


def _wishes(form: Mapping[str, str]) -> str:
    """The query of an address that asks the same as a form: whoever goes back is not asked to send it again."""
    kept = {name: value for name, value in form.items() if value and (name == "when" or name.startswith(DECISION))}
    return f"?{urlencode(kept)}" if kept else ""


async def _plan(desk: DeskServices, plan: PublishingPlan, gone: Mapping[str, int], visit: Visit) -> dict[str, object]:
    tell, lines = teller(visit.lang), diff_lines(plan.diff)
    leaving = plan.before.version if plan.before else 0
    ways = [(STAY, tell(WAYS[STAY]))] if not plan.how.urgent else [
        (CHECKPOINT, tell(WAYS[CHECKPOINT])), (START, tell(WAYS[START])), *((step, step) for step in plan.lesson.index)
    ]  # fmt: skip
    return {
        "version": plan.version, "before": plan.before.version if plan.before else None, "mode": tell(MODES[plan.mode]),
        "sentences": changes_shown(await rooms(desk).publisher.sentences(plan), visit),
        "is_way": plan.changes.graph, "unchanged": plan.unchanged, "diff": lines,
        "staying": sum(each.count for each in plan.impact.stands if (each.version, each.fate) == (leaving, "stay")),
        "total": plan.impact.total, "files": any(_OTHER.match(line) for kind, line in lines if kind in CHANGED),
        "summary": tell(summary(plan.impact)) if plan.impact.total else "",
        "stands": [
            {"version": each.version, "step": each.step, "count": each.count, "fate": tell(FATES[each.fate]),
             "to": each.to if each.to != each.step else ""}
            for each in plan.impact.stands
        ],
        "gone": gone, "ways": ways, "decisions": plan.how.decisions, "blocked": plan.impact.blocked,
        "told": faults((each for each in plan.impact.problems if each.code not in ("I805", "E801", "E802")), visit, ""),
    }  # fmt: skip


def changes_shown(changes: Iterable[SentenceChange], visit: Visit) -> list[dict[str, object]]:
    """What a publication changes for people, as pages show it."""
    tell = teller(visit.lang)

    def said(text: str) -> str:
        return tell(text) if isinstance(text, Sentence) else text  # what a lesson says is not translated here

    return [
        {
            "step": each.step, "before": said(each.before), "after": said(each.after), "is_scene": each.is_scene,
            "label": f"{tell(NAMES.get(each.language, each.language))}: {said(each.label)}" if each.language
            else said(each.label),
        }
        for each in changes
    ]  # fmt: skip


def diff_lines(diff: str) -> list[tuple[str, str]]:
    """A unified diff as (kind, line): added, gone, same, or a new place of the file."""
    kinds = {"+": "added", "-": "gone", "@": "place"}
    lines = (_FILE.sub(r"\1…", line) for line in diff.splitlines()[2:])
    return [(kinds.get(line[:1], "same"), line[1:] if line[:1] in "+- " else line) for line in lines]


def entry_of(each: PublicationEntry, names: Mapping[str, str], desk: DeskServices, visit: Visit) -> dict[str, object]:
    """One publication as the history shows it."""
    row, tell = each.row, teller(visit.lang)
    author, lines = row.author.removeprefix(WITHOUT_FILE), diff_lines(row.diff)
    who = say("tự động") if author == BY_FILES else names.get(author, author[:12])
    text = [kind for kind, line in lines if not _OTHER.match(line)]
    return {
        "version": row.version, "at": day_and_hour(row.at, desk.zone), "mode": tell(MODES[row.mode]), "who": tell(who),
        "urgent": row.urgent, "inside": each.inside, "added": text.count("added"), "gone": text.count("gone"),
        "diff": lines, "is_current": each.is_current, "decisions": row.decisions,
        "sentences": None if each.sentences is None else changes_shown(each.sentences, visit),
    }  # fmt: skip
