"""One learner before the bare engine: what she does, the events it caused, what she reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import flows
from flows import Book, Run, Trigger
from flows import events as ev
from flows.engine.buttons import OTHER
from tests.support.world import START, Ids

E = TypeVar("E")


class Scene:
    """`events` are those of the last sprint; `all_events` of all."""

    def __init__(self, book: Book, lesson: str, *, address: str = "chị/em", name: str = "Lan", channel: str = "web"):
        self.book = book
        self.now: datetime = START
        self.ids = Ids("run")
        self.run = Run("", lesson, 0)
        self.all_events: list[ev.Event] = []
        self._take(flows.start(book, Trigger(lesson, 0, address, name, channel), self.universe()))

    def universe(self) -> ev.Universe:
        return ev.Universe(self.now, self.ids, 7)

    def does(self, signal: ev.Signal) -> Scene:
        self._take(flows.resume(self.book, self.run, signal, self.universe()))
        return self

    def _take(self, sprint: flows.Sprint) -> None:
        self.run, self.events = sprint.run, sprint.events
        self.all_events += sprint.events

    def say(self, text: str) -> Scene:
        return self.does(ev.Typed(text))

    def tap(self, option: str) -> Scene:
        """Tap the option with this id on the present prompt."""
        return self.does(ev.Tapped(self.run.seq, option))

    def passes(self, **amount: float) -> Scene:
        """Time goes by and the timer fires if it is due; otherwise nothing happens."""
        self.now += timedelta(**amount)
        self.events = ()
        if self.run.remind_at is not None and self.run.remind_at <= self.now:
            self.does(ev.Due(self.run.wait_id))
        return self

    def set(self, **fields: object) -> Scene:
        self.run = replace(self.run, **fields)  # type: ignore[arg-type]
        return self

    @property
    def said(self) -> str:
        return "\n".join(event.in_words for event in self.events if isinstance(event, ev.Said | ev.Asked))

    @property
    def prompt(self) -> ev.Asked:
        """The newest prompt of the last sprint."""
        return next(event for event in reversed(self.events) if isinstance(event, ev.Asked))

    @property
    def choices(self) -> tuple[ev.Choice, ...]:
        """What can be tapped, without the button that opens everything else: every prompt ends with it."""
        return tuple(choice for choice in self.prompt.choices if choice.id != OTHER)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(choice.label for choice in self.choices)

    def happened(self, kind: type[E]) -> list[E]:
        """The events of this kind in the last sprint."""
        return [event for event in self.events if isinstance(event, kind)]

    def one(self, kind: type[E]) -> E:
        (event,) = self.happened(kind)
        return event
