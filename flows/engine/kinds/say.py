"""Say: tell something, with a button to go on or without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, MessageOnChannel, StepText, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import AGAIN, Next, StepKind, is_pictured
from flows.engine.kinds.words import SNIPPET_TEXT, KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Say
from flows.yaml.fields import Fields


class SayKind(StepKind[Say]):
    step = Say
    look = KindLook(
        "nói", "M2 6a4 4 0 0 1 4-4h12a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4h-8l-5 4v-4a3 3 0 0 1-3-4z", '(["', corner=16
    )
    words = KindWords(
        about="Nói một ý. Thêm wait_tap thì có nút, học viên bấm rồi mới đi tiếp.",
        snippet={"text": SNIPPET_TEXT, "wait_tap": '"Tiếp"'},
        keys={
            "more": "Nói thêm — các tin ngay sau tin này.",
            "wait_tap": "Chữ trên nút — học viên bấm rồi mới nói tiếp; chỉ có một nút thì ghi “Tiếp”.",
            "ways": "Cách nói khác của nút — học viên gõ vậy cũng là bấm nút.",
        },
    )
    needs_text = True
    only_tells = True
    may_be_put_off = True

    def read(self, fields: Fields, common: CommonFields) -> Say:
        """`wait_tap` is the button's label; without it nothing waits here."""
        return Say(**common, more=fields.texts("more"), wait_tap=fields.optional("wait_tap"), ways=fields.texts("ways"))

    # --- what it holds ---

    def waits(self, step: Say) -> bool:
        """Whether there is a button to go on."""
        return step.wait_tap is not None

    def edges(self, step: Say, on: WayOn) -> Iterable[Edge]:
        """One way on, after a tap where there is a button."""
        return (on.edge(waits=self.waits(step)),)

    def texts(self, step: Say) -> Iterator[StepText]:
        """The further bubbles and the button's label."""
        yield from (StepText(step, ("more", at), text, "said") for at, text in enumerate(step.more))
        yield StepText(step, ("wait_tap",), step.wait_tap or "", "label")

    def messages(self, step: Say) -> Iterator[MessageOnChannel]:
        """One message with the button, else one for each bubble."""
        pictured = is_pictured(step)
        if step.wait_tap is not None:
            yield MessageOnChannel(("text",), "\n\n".join((step.text, *step.more)), (step.wait_tap,), pictured)
            return
        yield MessageOnChannel(("text",), step.text, (), pictured)
        yield from (MessageOnChannel(("more", at), text) for at, text in enumerate(step.more))

    def spoken_ways(self, step: Say) -> Mapping[str, tuple[str, ...]]:
        """What the editor lets be typed instead of the button to go on."""
        return {"next": step.ways}

    # --- what it does ---

    def enter(self, stage: Stage, step: Say) -> Next:
        """Say all bubbles and go on, or show them with the button and wait."""
        if step.wait_tap:
            return super().enter(stage, step)
        stage.tell(step)
        for text in map(stage.words, step.more):
            stage.say(step.id, text)
        return step.next

    def prompt(self, stage: Stage, step: Say) -> StepPrompt:
        """All bubbles as one text, with the button."""
        text = "\n\n".join(map(stage.words, (step.text, *step.more)))
        return StepPrompt(text, self.choices(stage, step), stage.exhibits(step))

    def choices(self, stage: Stage, step: Say) -> tuple[ev.Choice, ...]:
        """The button to go on."""
        return (ev.Choice("next", stage.words(step.wait_tap or "")),)

    def is_alike(self, step: Say) -> bool:
        """Always."""
        return True

    def tap(self, stage: Stage, step: Say, choice: str) -> Next:
        """Go on."""
        return step.next if choice == "next" else AGAIN
