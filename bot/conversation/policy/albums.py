"""Several pictures sent at once come as one message each: they are answered once, whichever batch they come in."""

from __future__ import annotations

from bot.channels.base import Body, Edited, Media, Tap
from bot.pairing.policy import lines
from bot.pairing.policy.commands import AddMedia, AskMedia, WriteLine
from bot.tutor import open_step
from bot.tutor.state import AnsweredAlbum
from bot.tutor.turn import TurnContext


def is_answered(turn: TurnContext, media: Media) -> bool:
    """Whether nothing is to be said to it: one of an album that a step has taken, or another of a kind refused.

    Remembers of an album that is new how it is about to be answered: taken by the open step, else as of that kind.
    """
    if not media.album:
        return False
    taken, as_kind = AnsweredAlbum(media.album), AnsweredAlbum(media.album, media.kind)
    if turn.state.album in (taken, as_kind):
        return True
    if not turn.state.offer and open_step.wants(turn, media.kind):
        turn.change(album=taken)
    elif not _is_known(turn, media):
        turn.change(album=as_kind)
    return False


def pass_on(turn: TurnContext, media: Media) -> None:
    """In the writing mode: asked once for all pictures of an album; each waits with the others."""
    more = is_more(turn, media)
    if more or not is_answered(turn, media):
        turn.events.append((AddMedia if more else AskMedia)(media.kind, media.ref, media.caption))
    elif media.caption:
        turn.events.append(WriteLine(media.caption))


def settles(turn: TurnContext, body: Body) -> bool:
    """Whether it settles what is asked about the pictures just sent: not an edit, nor one more of them."""
    return (
        body != Tap(lines.SEND)
        and not isinstance(body, Edited)
        and not (isinstance(body, Media) and is_more(turn, body))
    )


def is_more(turn: TurnContext, media: Media) -> bool:
    """Whether it belongs to the pictures that are being asked about just now."""
    return bool(turn.state.media and media.album) and _is_known(turn, media)


def _is_known(turn: TurnContext, media: Media) -> bool:
    return turn.state.album is not None and turn.state.album.album == media.album
