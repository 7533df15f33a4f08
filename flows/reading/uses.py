"""What a step does with variables: which it may write, and the conditions that read them."""

from __future__ import annotations

from collections.abc import Iterator

from flows.model import Ask, Award, Branch, Call, Certificate, Choose, Set, Step, Wait


def saved_names(step: Step) -> tuple[str, ...]:
    """The variables a step may write."""
    match step:
        case Choose(options=options, save=save):
            return (*([save] if save else []), *dict.fromkeys(name for option in options for name in option.sets))
        case Ask(save=save) | Call(save=save):
            return (save,) if save else ()
        case Set(values=values):
            return tuple(values)
        case _:
            return ()


def conditions_of(step: Step) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where each condition of a step stands in it, and the condition."""
    if step.when is not None:
        yield ("when",), step.when
    match step:
        case Ask(check=str(check)):
            yield ("check",), check
        case Wait(skip_if=str(skip_if)):
            yield ("skip_if",), skip_if
        case Award(certificate=Certificate(requires=requires)) if requires:
            yield ("certificate", "requires"), requires
        case Branch(cases=cases):
            yield from ((("cases", at, "when"), case.when) for at, case in enumerate(cases))
