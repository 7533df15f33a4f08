"""The one descriptor of a step kind: how it is read, what it holds, what it does, how it is drawn.

A kind is a class in a module of its own beside this one and a line in `table.py`. What is abstract here every kind has
to answer; the rest has the answer of a kind that waits for a tap on one of its choices.

`enter` returns where to go on (a step id, None for the step below) or WAIT. `prompt` gives the text and the choices of
the step as it waits now. `tap` takes the id of a choice; `typed` takes words that are none of the choices; `sent` what
is not words; `due` says that the step's own time has come. All return like `enter`, or AGAIN where it means nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import ClassVar, Generic

from flows import events as ev
from flows.engine import buttons
from flows.engine.kinds.facets import (
    Edge,
    KindLook,
    MessageOnChannel,
    OwnCondition,
    SavedValue,
    StepPath,
    StepText,
    Way,
    WayOn,
)
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.words import KindWords
from flows.engine.stage import FOLLOWED_UP, REMINDED, Stage, StepPrompt
from flows.model import Lesson, Option, Outcome, SourcePosition, Step, StepOf
from flows.run import Run
from flows.yaml.fields import Fields


class Mark(Enum):
    WAIT = "wait"
    AGAIN = "again"
    ENDED = "ended"


WAIT, AGAIN, ENDED = Mark.WAIT, Mark.AGAIN, Mark.ENDED

Next = str | Mark | None


@dataclass(slots=True)
class KnownPrompt:
    """What all who are addressed alike are shown at a step; None: not known yet, or it names something of one's own."""

    step: Step
    lesson: Lesson
    prompt: StepPrompt | None = None
    choices: tuple[ev.Choice, ...] | None = None


MOST_PROMPTS = 2_048  # that a book remembers: 2.4 MB of the lessons there are


class StepKind(ABC, Generic[StepOf]):
    """All that is to be known of one kind; `step` is the class of its steps, whose name is the kind's in the file."""

    step: ClassVar[type[Step]]
    look: ClassVar[KindLook]
    words: ClassVar[KindWords]

    needs_text: ClassVar[bool] = False
    only_tells: ClassVar[bool] = False  # nothing is asked here, there is only a button to go on
    may_be_put_off: ClassVar[bool] = False  # "để mai" is a good-bye here, as nothing else could be meant by it
    put_off_by: ClassVar[str] = buttons.REST  # the choice that "để sau" takes, where no button is called so
    responds: ClassVar[bool] = False  # says something to what was done, before it goes on
    may_go_back_to: ClassVar[bool] = True  # "quay lại" may lead here
    shows_tries: ClassVar[bool] = False  # another prompt is put after some tries or misses
    counts_anew: ClassVar[bool] = True  # its time runs from the last sign of life, not from its beginning

    @property
    def name(self) -> str:
        """The kind's name as a lesson writes it: the class of its steps in small letters."""
        return self.step.__name__.lower()

    # --- read ---

    @abstractmethod
    def read(self, fields: Fields, common: CommonFields) -> StepOf:
        """The step of these fields; what is wrong is told to `fields`, never raised."""

    # --- what it holds ---

    def waits(self, step: StepOf) -> bool:
        """Whether a lesson can be stopped at this step, even if it may let somebody through at once."""
        return True

    @abstractmethod
    def edges(self, step: StepOf, on: WayOn) -> Iterable[Edge]:
        """The ways on, as `enter`, `tap`, `typed` and `due` go; that a false `when` passes the step by is known."""

    def texts(self, step: StepOf) -> Iterator[StepText]:
        """The step's texts beside `text`, and the values that may hold placeholders; empty ones may be among them."""
        yield from ()

    def options(self, step: StepOf) -> tuple[Option, ...]:
        """What is offered to be chosen."""
        return ()

    def conditions(self, step: StepOf) -> Iterator[OwnCondition]:
        """The step's conditions beside `when`, each with the field it is written in."""
        yield from ()

    def saves(self, step: StepOf) -> tuple[str, ...]:
        """The variables that the step may write."""
        return tuple(dict.fromkeys(saved.name for saved in self.values(step)))

    def values(self, step: StepOf) -> Iterable[SavedValue]:
        """Every value that the step may write."""
        return ()

    def is_private(self, step: StepOf) -> bool:
        """Whether what is answered here is never kept."""
        return False

    def wants(self, step: StepOf) -> str:
        """The kind of answer beside taps: a type of `ask`, "positions" of a list; empty where none is wanted."""
        return ""

    def writes_freely(self, step: StepOf) -> bool:
        """Whether words are asked for, so that buttons beside it (yes, no, pass over) are only a help."""
        return False

    def ends(self, step: StepOf) -> bool:
        """Whether the lesson is over here."""
        return False

    def outcome(self, step: StepOf) -> Outcome | None:
        """With what the lesson ends here; None where nothing is said about it."""
        return None

    def points(self, step: StepOf) -> int:
        """What can be earned here."""
        return 0

    def lessons(self, step: StepOf) -> Iterator[tuple[StepPath, str]]:
        """The other lessons that the step names, each with its field."""
        yield from ()

    def topic(self, step: StepOf) -> str | None:
        """On what a person is wanted ("": on anything); None where nobody is."""
        return None

    def messages(self, step: StepOf) -> Iterator[MessageOnChannel]:
        """What the step may say, message by message, without the tutor's own sentences."""
        yield MessageOnChannel(("text",), step.text, (), is_pictured(step))

    # --- drawn, played, covered ---

    def summary(self, step: StepOf) -> str:
        """What stands in its box where it has no text."""
        return ""

    def arrows(self, step: StepOf, field: StepPath) -> Sequence[tuple[str, str]]:
        """What the edge from this field is, and its label: several where things that are told apart go one way."""
        return [(str(field[0]) if field else "next", "")]

    def ways(self, step: StepOf) -> Iterator[tuple[Way, SourcePosition]]:
        """Everything that can happen at the step, and where it is written; that a false `when` passes by is known."""
        yield from ()

    def taken(self, step: StepOf, before: Run, after: Run, events: Sequence[ev.Event]) -> Iterator[Way]:
        """The ways taken by one sprint that began at this step."""
        if (choice := chosen(before, after)) is not None:
            yield Way(step.id, choice or "due")

    def led(self, step: StepOf, to: str) -> Iterator[Way]:
        """The ways that led from the step to `to`, where it decides without an answer."""
        yield from ()

    # --- done ---

    def enter(self, stage: Stage, step: StepOf) -> Next:
        """Do the step: by default show its prompt and wait."""
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: StepOf, *, fresh: bool = True) -> None:
        """Show the prompt in the newest words and wait; not `fresh`: the same prompt again, its buttons stay good."""
        if stage.book.routes:  # an edit leads on
            step = stage.freshest(step)
        stage.ask(step.id, self.shown(stage, step), self.reminders(stage, step) if fresh else (), fresh=fresh)

    def ask(self, stage: Stage, step: StepOf, prompt: StepPrompt) -> None:
        """Put another prompt at this step than its own and wait."""
        stage.ask(step.id, stage.whole(step, prompt), self.reminders(stage, step))

    def shown(self, stage: Stage, step: StepOf) -> StepPrompt:
        """The prompt of the step as it waits now, with the buttons that every prompt has."""
        known = self._known(stage, step)
        if known is not None and known.prompt is not None:
            return known.prompt
        stage.is_personal = False
        prompt = stage.whole(step, self.prompt(stage, step))
        if known is not None and not stage.is_personal:
            known.prompt, known.choices = prompt, prompt.choices
        return prompt

    def offered(self, stage: Stage, step: StepOf) -> tuple[ev.Choice, ...]:
        """All that can be tapped at the step as it waits now."""
        known = self._known(stage, step)
        if known is not None and known.choices is not None:
            return known.choices
        stage.is_personal = False
        choices = (*self.choices(stage, step), *stage.ways_out(step))
        if known is not None and not stage.is_personal:
            known.choices = choices
        return choices

    def _known(self, stage: Stage, step: StepOf) -> KnownPrompt | None:
        """What the book remembers of this prompt, to be read and filled in; None where it is this learner's own."""
        run = stage.run
        if run.sub or ((run.tries or run.misses) and self.shows_tries):
            return None
        memory, key = stage.book.prompts, (id(step), run.address, bool(run.name), run.lang)
        known: KnownPrompt | None = memory.get(key)
        if known is None or known.lesson is not stage.lesson:
            if not self.is_alike(step):
                return None
            if len(memory) >= MOST_PROMPTS:
                memory.clear()
            known = memory[key] = KnownPrompt(step, stage.lesson)
        return known

    def reminders(self, stage: Stage, step: StepOf) -> tuple[timedelta, ...]:
        """After how much silence each reminder comes."""
        return FOLLOWED_UP if stage.lesson.emergency else REMINDED

    def reminder(self, step: StepOf) -> str:
        """The step's own words of a reminder; empty: the usual ones."""
        return ""

    def asked(self, stage: Stage, step: StepOf) -> Step:
        """The step whose question stands before the learner; a review puts that of another lesson."""
        return step

    def prompt(self, stage: Stage, step: StepOf) -> StepPrompt:
        """Text and choices of the step as it waits now, without the buttons that every prompt has."""
        return StepPrompt(stage.words(step.text), (), stage.exhibits(step))

    def choices(self, stage: Stage, step: StepOf) -> tuple[ev.Choice, ...]:
        """What can be tapped, as `prompt` has it; a kind that can tell it without making all of that does so here."""
        return self.prompt(stage, step).choices

    def is_alike(self, step: StepOf) -> bool:
        """Whether all who are addressed alike are shown the same: the prompt looks at nothing of the run but its `sub`,
        its `tries` and `misses` where `shows_tries`, and what `Stage.words` fills in.
        """
        return False

    def unshown(self, stage: Stage, step: StepOf) -> tuple[ev.Choice, ...]:
        """What can be said and was a button once, though none shows it; the first of it puts the step off."""
        return ()

    def spoken_ways(self, step: StepOf) -> Mapping[str, tuple[str, ...]]:
        """Choice → what the lesson lets be typed instead of tapping it, beside its label."""
        return {option.id: option.ways for option in self.options(step)}

    def accepts(self, stage: Stage, step: StepOf, text: str) -> bool:
        """Whether a text that looks like a secret answers the question ("500000" is a sum, not a code)."""
        return False

    def tap(self, stage: Stage, step: StepOf, choice: str) -> Next:
        """Go on from the choice with this id; AGAIN where the step does not know it."""
        return AGAIN

    def typed(self, stage: Stage, step: StepOf, text: str) -> Next:
        """Go on from words that are none of the choices; AGAIN where they mean nothing here."""
        return AGAIN

    def sent(self, stage: Stage, step: StepOf, kind: str) -> Next:
        """Go on from what is not words (`kind`: photo, voice, …); AGAIN where the step did not ask for it."""
        return AGAIN

    def due(self, stage: Stage, step: StepOf) -> Next:
        """The step's own time has come; AGAIN where it has none, then the learner is only reminded."""
        return AGAIN

    def met(self, stage: Stage, step: StepOf) -> Next:
        """Somebody the learner was waiting for has come."""
        return AGAIN


# --- what several kinds need -------------------------------------------------------------------------


def is_pictured(step: Step) -> bool:
    """Whether the step is sent with a picture or a video, so that its text is a caption."""
    return step.image is not None or step.video is not None


def chosen(before: Run, after: Run) -> str | None:
    """The choice tapped or said in this sprint, "" where the step's time came; None where neither happened."""
    used = after.used
    return used[1] if used is not None and used != before.used and used[0] == before.seq else None


def labels(stage: Stage, step: Step, options: tuple[Option, ...]) -> tuple[ev.Choice, ...]:
    """The options of a step as buttons, filled in for the learner, icons first."""
    return tuple(
        [
            ev.Choice(o.id, said_on(stage, o), stage.recording(o.voice, o.text), stage.spot(step, o.spot))
            if o.voice or o.spot
            else ev.Choice(o.id, said_on(stage, o))
            for o in options
        ]
    )


def said_on(stage: Stage, option: Option) -> str:
    """What is read on an option's button, filled in for the learner, icon first."""
    return f"{option.icon} {stage.words(option.text)}".strip()


def label_of(option: Option) -> str:
    """An option's button as it is written, icon first, placeholders not filled in."""
    return f"{option.icon} {option.text}".strip()


def option_of(options: tuple[Option, ...], choice: str) -> Option | None:
    """The option with this id; None where it is gone, as after an edit."""
    for option in options:
        if option.id == choice:
            return option
    return None


def option_texts(step: Step, options: tuple[Option, ...], saves: tuple[str, ...] = ()) -> Iterator[StepText]:
    """Labels and replies of options; `saves` is set by whichever is chosen."""
    for at, option in enumerate(options):
        yield StepText(step, ("options", at, "text"), option.text, "label")
        yield StepText(step, ("options", at, "say"), option.say, "said", (*saves, *option.sets))


def option_messages(step: Step, options: tuple[Option, ...]) -> Iterator[MessageOnChannel]:
    """The question with its buttons, then what each option says."""
    yield MessageOnChannel(("text",), step.text, tuple(map(label_of, options)), is_pictured(step))
    yield from option_replies(options)


def option_replies(options: tuple[Option, ...]) -> Iterator[MessageOnChannel]:
    """What each option says, as a message of its own; empty ones may be among them."""
    yield from (MessageOnChannel(("options", at, "say"), option.say) for at, option in enumerate(options))


def remember(stage: Stage, step: Step, values: Mapping[str, str]) -> None:
    """Save variables as the editor wrote them, their placeholders filled in now."""
    for name, value in values.items():
        stage.save(step.id, name, stage.words(value))


def request_help(stage: Stage, step: Step, need: str = "learning", topic: str = "", sla_s: int = 0) -> None:
    """Say who can help and tell the shell where the learner stands. What is asked next shows that the place is kept."""
    run = stage.run
    known = stage.book.facts.get("nguoi_giup") and stage.book.facts.get("so_nguoi_giup")
    stage.emit(ev.HelpRequested(run.lesson, run.version, step.id, run.tries, need, topic, sla_s))
    unknown = "help_nobody_emergency" if stage.lesson.emergency else "help_nobody"
    stage.say(step.id, stage.phrase("help" if known else unknown))
