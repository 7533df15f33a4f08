"""Several pictures sent at once come as one message each: they are answered once, whichever batch they come in."""

from __future__ import annotations

from bot.channels.base import Body, Edited, Media, Tap
from bot.pairing.policy import lines
from bot.pairing.policy.commands import AddMedia, AskMedia, WriteLine
from bot.tutor import lessons
from bot.tutor.desk import Desk
from bot.tutor.state import AnsweredAlbum


def is_answered(desk: Desk, media: Media) -> bool:
    """Whether nothing is to be said to it: one of an album that a step has taken, or another of a kind refused.

    Remembers of an album that is new how it is about to be answered: taken by the open step, else as of that kind.
    """
    if not media.album:
        return False
    taken, as_kind = AnsweredAlbum(media.album), AnsweredAlbum(media.album, media.kind)
    if desk.state.album in (taken, as_kind):
        return True
    if not desk.state.offer and lessons.wants(desk, media.kind):
        desk.change(album=taken)
    elif not _is_known(desk, media):
        desk.change(album=as_kind)
    return False


def pass_on(desk: Desk, media: Media) -> None:
    """While she writes to somebody: asked once for all pictures of an album; each waits with the others."""
    more = is_more(desk, media)
    if more or not is_answered(desk, media):
        desk.events.append((AddMedia if more else AskMedia)(media.kind, media.ref, media.caption))
    elif media.caption:
        desk.events.append(WriteLine(media.caption))


def settles(desk: Desk, body: Body) -> bool:
    """Whether it settles what is asked about the pictures she sent: not an edit, nor one more of them."""
    return (
        body != Tap(lines.SEND)
        and not isinstance(body, Edited)
        and not (isinstance(body, Media) and is_more(desk, body))
    )


def is_more(desk: Desk, media: Media) -> bool:
    """Whether it belongs to the pictures that she is being asked about just now."""
    return bool(desk.state.media and media.album) and _is_known(desk, media)


def _is_known(desk: Desk, media: Media) -> bool:
    return desk.state.album is not None and desk.state.album.album == media.album
