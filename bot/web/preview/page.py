"""The pages of the preview: what their templates show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.publishing.preview import LessonEntry, LessonLook
from bot.web.preview import panels, parts
from bot.web.preview.asked import PlayRequest, told_values
from bot.web.preview.frame import WATCH, EditorsView, FormPairs, fill, script
from bot.web.preview.phone import phone
from bot.web.preview.shown import show_everywhere, title
from flows import ADDRESSES, Book, Problem
from flows.graph.ways import MARKS, graph_of
from flows.play.playing import Play, PlayedTurn
from flows.play.transcript import Act, DialogueHead, Transcript, TranscriptInvalid
from flows.play.transcript import TutorTurn as Written
from flows.play.transcript import play as replay
from flows.profiles import PROFILES

MOST_DUE = 20  # questions that a head line names


def lesson_page(
    look: LessonLook, asked: PlayRequest, play: Play | None, tutor: str, home: tuple[str, str],
    inside: Callable[[str], str], carried: FormPairs = (), view: EditorsView | None = None,
) -> str:  # fmt: skip
    """One lesson; without a play (nothing can be played) its faults alone. `home` is where the way back leads, and
    what it is called. `inside` as of the `phone`; `carried` goes along with every form that is posted. `view`:
    for an editor, who has other pages for the rest."""
    along = carried if parts.method_of(asked) == "post" else ()
    errors = sum(problem.severity == "error" for problem in look.problems)
    return fill(
        "lesson.html",
        look=look,
        view=view,
        home=home[0],
        home_words=home[1],
        status=parts.status_of(look),
        version=parts.version_of(look, asked),
        errors=errors,
        warnings=len(look.problems) - errors,
        faults=parts.faults_of(look),
        address=parts.page_of(look.id),
        method=parts.method_of(asked),
        pairs=[*along, *asked.pairs()],
        script=script(WATCH),
        **(_desk(look, asked, play, tutor, inside, along) if play else {"play": None}),
    )


def _desk(
    look: LessonLook, asked: PlayRequest, play: Play, tutor: str, inside: Callable[[str], str], along: FormPairs
) -> dict[str, object]:
    """What the page shows of a play."""
    newest, earlier = panels.reasons(play)
    return {
        "play": play,
        "tutor": tutor,
        "phone": phone(play, tutor, look.id, inside),
        "since": parts.since(play.turns),
        "back": parts.back(look, asked),
        "jumps": parts.jumps(play),
        "newest": newest,
        "earlier": earlier,
        "most_earlier": panels.MOST_EARLIER,
        "state": panels.state(play),
        "steps": tuple(panels.steps(look, asked, play, _marks(look))),
        "setup": asked.setup,
        "began": f"{asked.setup.at:%Y-%m-%dT%H:%M}",
        "values": told_values(asked.setup.values),
        "addresses": {pair: pair for pair in ADDRESSES},
        "channels": {profile.id: title(profile) for profile in PROFILES},
        "langs": panels.langs(look, asked),
        "kept": [*along, *((name, value) for name, value in asked.pairs() if name in ("step", "of", "a"))],
        "ways": show_everywhere(play.prompt) if play.prompt else (),
        "transcript": as_transcript(look.book, play),
    }


def _marks(look: LessonLook) -> dict[str, list[str]]:
    """What the graph has to say of single steps, for what is played."""
    script = look.script_of(look.lesson) if look.lesson else None
    found: dict[str, list[str]] = {}
    for mark, steps in (graph_of(script).marked if script else {}).items():
        for step in steps:
            found.setdefault(step, []).append(MARKS[mark])
    return found


def as_transcript(book: Book, play: Play) -> str:
    """The play in the form that lies beside lessons; empty where it did not begin at the beginning."""
    setup = play.setup
    if setup.step or setup.points or any(turn.fault for turn in play.turns):
        return ""
    head = DialogueHead(
        setup.lesson,
        name=setup.name,
        address=setup.address,
        at=setup.at,
        channel=setup.channel,
        lang=setup.lang,
        values=setup.values,
        due=tuple(sorted(play.run.cards))[:MOST_DUE],
    )
    deeds = tuple((_act(turn), Written()) for turn in play.turns[1:] if turn.said)
    try:
        return str(replay(book, Transcript(head, Written(), deeds)))
    except TranscriptInvalid:  # two buttons with one label, a called lesson that is only a draft
        return ""


def _act(turn: PlayedTurn) -> Act:
    kind, what = (turn.deed.kind, turn.deed.what) if turn.deed else ("say", "")
    if kind == "wait":
        is_told = what.isascii() and what.isdigit() and len(what) < 10  # as it was played
        return Act("wait", wait_s=int(what) if is_told else max(60, round(turn.waited.total_seconds())))
    return Act(kind, turn.said.strip("[]") if kind == "send" else turn.said)


def list_page(lessons: Sequence[LessonEntry], faults: Sequence[Problem]) -> str:
    """Every lesson with its state; above them the faults of the tables beside the lessons."""
    broken = sum(bool(each.errors) for each in lessons)
    return fill("list.html", lessons=lessons, broken=broken, faults=faults[: parts.MOST_FAULTS], status=parts.STATUS)
