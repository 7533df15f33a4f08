"""Choose: a menu without right or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flows import events as ev
from flows.engine.kinds.facets import (
    Edge,
    KindLook,
    MessageOnChannel,
    SavedValue,
    StepPath,
    StepText,
    Way,
    WayOn,
    saved_as_written,
)
from flows.engine.kinds.form import (
    OPTION_WORDS,
    CommonFields,
    option_id,
    read_options,
    read_spot,
    read_voice,
    tell_lost_spots,
)
from flows.engine.kinds.kind import (
    AGAIN,
    Next,
    StepKind,
    chosen,
    label_of,
    labels,
    option_messages,
    option_of,
    option_texts,
    remember,
)
from flows.engine.kinds.words import SNIPPET_OPTIONS, SNIPPET_TEXT, KindWords
from flows.engine.stage import Stage, StepPrompt
from flows.model import Choose, Option, SourcePosition
from flows.run import Run
from flows.saying import say
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Sequence as YamlSequence


class ChooseKind(StepKind[Choose]):
    step = Choose
    look = KindLook("chọn", "M4 5h3M4 12h3M4 19h3M10 5h10M10 12h10M10 19h10", '{{"')
    words = KindWords(
        about="Cho chọn, không có đúng sai.",
        snippet={"text": SNIPPET_TEXT, "options": SNIPPET_OPTIONS},
        keys={
            "options": "Các lựa chọn — nên nhiều nhất 4, mỗi cái chừng 20 ký tự.",
            "options.id": "Mã lựa chọn — chữ thường không dấu, số, gạch dưới; không đổi khi đã có người học.",
            "options.text": "Chữ trên nút — ngắn thôi.",
            "options.icon": "Hình nhỏ — một biểu tượng đứng trước chữ.",
            "options.say": "Lời đáp — nói khi học viên chọn cái này.",
            "options.next": "Bước sau — chọn cái này thì sang bước nào.",
            "options.set": "Ghi nhớ — các giá trị ghi lại khi chọn cái này.",
            "options.ways": "Cách nói khác — học viên gõ vậy cũng là chọn cái này.",
            **OPTION_WORDS,
            "save": "Ghi vào biến — tên biến giữ mã của lựa chọn.",
        },
    )
    needs_text = True
    may_be_put_off = True
    responds = True

    def read(self, fields: Fields, common: CommonFields) -> Choose:
        """A `choose` without options is told as a fault: nobody could go on."""
        options = read_options(fields, _choice)
        if not fields.has("options"):
            fields.missing("options")
        elif isinstance(listed := fields.node_of("options"), YamlSequence) and not listed.items:
            message = say("menu không có lựa chọn nào thì không ai đi tiếp được")
            fields.tell("E003", fields.node.key_place("options"), message, say("hãy thêm vào options"))
        tell_lost_spots(fields, common, options)
        return Choose(**common, options=options, save=fields.name("save"))

    # --- what it holds ---

    def edges(self, step: Choose, on: WayOn) -> Iterable[Edge]:
        """One way for each option: its own `next`, else the step's; both set `save` and what the option sets."""
        if not step.options:
            yield on.edge(waits=True)  # they are missing, and that is told
        for at, option in enumerate(step.options):
            sets = (*_saved(step), *option.sets)
            own = Edge(option.next, ("options", at, "next"), waits=True, sets=sets)
            yield own if option.next else on.edge(waits=True, sets=sets)

    def options(self, step: Choose) -> tuple[Option, ...]:
        """The options in the order of the file, which is the order of the buttons."""
        return step.options

    def texts(self, step: Choose) -> Iterator[StepText]:
        """Labels, replies, and the values options set; a reply may show what its option has just set."""
        yield from option_texts(step, step.options, _saved(step))
        for at, option in enumerate(step.options):
            after = (*_saved(step), *option.sets)
            yield from (
                StepText(step, ("options", at, "set", key), value, "value", after) for key, value in option.sets.items()
            )

    def saves(self, step: Choose) -> tuple[str, ...]:
        """The variable `save` and whatever some option sets, each once."""
        return tuple(dict.fromkeys((*_saved(step), *(name for option in step.options for name in option.sets))))

    def values(self, step: Choose) -> Iterable[SavedValue]:
        """The ids of the options in `save`, and what each option sets, as written."""
        for option in step.options:
            yield from (SavedValue(name, option.id, len(option.id)) for name in _saved(step))
            yield from saved_as_written(option.sets)

    def messages(self, step: Choose) -> Iterator[MessageOnChannel]:
        """The question with its buttons, then the reply of each option."""
        return option_messages(step, step.options)

    def arrows(self, step: Choose, field: StepPath) -> Sequence[tuple[str, str]]:
        """An option with its own `next` is one arrow; all others share the step's way, each with its label."""
        match field:
            case ("options", int(at), *_):
                return [("option", label_of(step.options[at]))]
        return [("option", label_of(option)) for option in step.options if not option.next] or [("next", "")]

    def ways(self, step: Choose) -> Iterator[tuple[Way, SourcePosition]]:
        """One for each option."""
        yield from ((Way(step.id, "option", option.id), option.place) for option in step.options)

    def taken(self, step: Choose, before: Run, after: Run, events: Sequence[ev.Event]) -> Iterator[Way]:
        """The option that was tapped or said."""
        if (choice := chosen(before, after)) is not None:
            yield Way(step.id, "option", choice)

    # --- what it does ---

    def prompt(self, stage: Stage, step: Choose) -> StepPrompt:
        """The question with a button for each option."""
        return StepPrompt(stage.words(step.text), self.choices(stage, step), stage.exhibits(step))

    def choices(self, stage: Stage, step: Choose) -> tuple[ev.Choice, ...]:
        """A button for each option."""
        return labels(stage, step, step.options)

    def is_alike(self, step: Choose) -> bool:
        """Always."""
        return True

    def tap(self, stage: Stage, step: Choose, choice: str) -> Next:
        """Save the option's id and what it sets, say its reply, go its way; AGAIN where there is no such option."""
        option = option_of(step.options, choice)
        if option is None:
            return AGAIN
        if step.save:
            stage.save(step.id, step.save, option.id)
        remember(stage, step, option.sets)
        stage.say(step.id, stage.words(option.say))
        return option.next or step.next


def _saved(step: Choose) -> tuple[str, ...]:
    return (step.save,) if step.save else ()


def _choice(fields: Fields) -> Option:
    return Option(
        id=option_id(fields),
        text=fields.text("text", required=True),
        place=fields.node.place,
        icon=fields.text("icon"),
        say=fields.text("say"),
        next=fields.step_id("next"),
        sets=fields.values("set"),
        voice=read_voice(fields),
        ways=fields.texts("ways"),
        spot=read_spot(fields),
        src=fields.sources("src"),
    )
