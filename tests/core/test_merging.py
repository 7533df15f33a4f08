"""What one turn says goes out in as few messages as the channel's limit allows, and loses nothing by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Attachment, Button
from bot.channels.layout import split_text
from bot.conversation.policy.merging import merge
from bot.tutor.turn import OutgoingReply
from flows.profiles import profile_of

ZALO, OA = profile_of("zalo_bot"), profile_of("zalo_oa")
ASKED = OutgoingReply("Xong chưa?", (Button("t", "Xong"),))
PICTURE = OutgoingReply("Xem hình.", media=(Attachment("photo", file="a.jpg"),))


def texts(*replies: OutgoingReply) -> list[str]:
    return [each.text for each in merge(ZALO, replies)]


def said(*words: str) -> list[OutgoingReply]:
    return [OutgoingReply(each) for each in words]


def test_all_that_fits_is_one_message_and_its_order_stays() -> None:
    assert texts(*said("Một", "Hai", "Ba")) == ["Một\n\nHai\n\nBa"]
    assert texts(*said("a" * 1_000, "b" * 1_000, "c")) == ["a" * 1_000, "b" * 1_000 + "\n\nc"]


def test_buttons_and_pictures_stay_with_their_own_text() -> None:
    assert merge(OA, [*said("Một"), ASKED, *said("Hai")]) == [ASKED._replace(text="Một\n\nXong chưa?"), *said("Hai")]
    assert texts(*said("Một"), PICTURE, *said("Hai")) == ["Một", "Xem hình.", "Hai"]


def test_what_rings_or_speaks_of_somebody_else_stays_alone() -> None:
    urgent, one, other = (
        OutgoingReply("Gấp", urgent=True),
        OutgoingReply("Về A", about="a"),
        OutgoingReply("B", about="b"),
    )
    assert texts(*said("Một"), urgent, *said("Hai")) == ["Một", "Gấp", "Hai"]
    assert [(each.text, each.about) for each in merge(ZALO, [*said("Một"), one, other])] == [
        ("Một\n\nVề A", "a"),
        ("B", "b"),
    ]


@given(st.lists(st.text(alphabet="ab \n.", min_size=1, max_size=2_500), max_size=6))
def test_nothing_is_lost_and_never_more_is_sent(words: list[str]) -> None:
    made = merge(ZALO, said(*words))
    assert "".join("".join(each.text for each in made).split()) == "".join("".join(words).split())

    def parts(replies: list[OutgoingReply]) -> int:
        return sum(len(split_text(each.text, ZALO.text)) for each in replies)

    assert parts(made) <= parts(said(*words))
