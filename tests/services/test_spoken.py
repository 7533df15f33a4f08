"""A voice message from its arrival to what it means: shown back, confirmed, as if typed; a cry asked about at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import Attachment, Media, SendRefused, Spoken, Text, Unreachable, Update
from bot.conversation.batch import INNER
from bot.conversation.policy.spoken import is_to_be_heard
from bot.tutor.state import ConversationState
from bot.tutor.turn import Person, TurnContext
from bot.voice.transcriber import Transcriber
from bot.voice.worker import VoiceWorker
from storage.conversations import recordings
from tests.services.test_cries import CRY, LESSON, RESCUE, WORRY, member, officer
from tests.services.test_lines import paired
from tests.services.test_offers import SAFETY
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.listener import COMMAND
from tests.support.world import universe

QUIZ = lesson(
    """
    - quiz: hoi
      text: Ai gọi xin mã thì làm gì?
      options: [{id: doc, text: Đọc cho họ}, {id: cup, text: Cúp máy, right: true}]
    - {ask: may, text: Nhà có mấy người?, type: number, save: so}
    - {end: het, text: Hết}
    """,
    lesson_id="quiz",
)


class Sounds:
    """What people have recorded, by its id."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.away = False

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        if self.away:
            raise Unreachable("no line")
        if ref not in self.kept or len(self.kept[ref]) > most_bytes:
            raise SendRefused("gone")
        return self.kept[ref]

    def drop(self, ref: str) -> None:
        self.kept.pop(ref, None)

    def sweep(self, now: object) -> None:
        pass


class House:
    """A tutor that listens, with the process that does it."""

    def __init__(self, t: Tutor) -> None:
        self.t, self.sounds = t, Sounds()
        t.conversation.listens = True
        self.transcriber = Transcriber(COMMAND)
        self.worker = VoiceWorker(
            t.database, t.submit, t.clock.now, self.transcriber,
            lambda: {TELEGRAM: self.sounds, WEB: self.sounds}, self.sounds, 60.0,
        )  # fmt: skip

    async def hears(self, her: Learner, wish: str, ref: str = "VOICE-1") -> None:
        """She records; what `tests.support.listener` does then is the wish."""
        self.sounds.kept[ref] = wish.encode()
        await her.does(Media("voice", ref))
        await self.listens()

    async def listens(self) -> None:
        await self.worker.step()
        await self.t.flush()

    async def waits(self) -> int:
        return len(await self.t.database.read(recordings.waiting))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with tutor(tmp_path, book(QUIZ, LESSON, RESCUE)) as t:
        made = House(t)
        yield made
        await made.transcriber.close()


CHOICES = ("Đúng", "Nói lại", "Gõ chữ")


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_what_was_heard_counts_once_she_says_yes(house: House, channel: str):
    lan = await house.t.learner("lan", channel).meets()
    await lan.opens("quiz")
    await house.hears(lan, "say cúp máy")
    assert "“cúp máy”" in lan.said and lan.last.labels[:3] == CHOICES
    assert not await house.t.rows("attempt"), "nothing counts yet"
    await lan.tap("Đúng")
    assert [row["right"] for row in await house.t.rows("attempt")] == [1]
    assert "Nhà có mấy người" in lan.said
    await house.hears(lan, "say nhà có bốn người", "VOICE-2")
    await lan.say("đúng rồi em")
    assert "Hết" in lan.said
    assert await house.waits() == 0 and "VOICE" not in await house.t.everything()


@pytest.mark.parametrize(
    ("choice", "answer"), [("Nói lại", "nói chậm"), ("Gõ chữ", "gõ chữ"), ("không phải", "nói chậm")]
)
async def test_a_no_counts_nothing_and_the_question_stands(house: House, choice: str, answer: str):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, "say đọc cho họ")
    await (lan.tap(choice) if choice in CHOICES else lan.say(choice))
    assert answer in lan.said and "Ai gọi xin mã" in lan.last.text
    assert not await house.t.rows("attempt")
    await lan.tap("Cúp máy")
    assert [row["right"] for row in await house.t.rows("attempt")] == [1]


@pytest.mark.parametrize("heard", ["húp mấy", "chúp mái"])
async def test_an_answer_that_was_misheard_is_offered_by_its_label(house: House, heard: str):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, f"say {heard}")
    assert "“Cúp máy” phải không" in lan.said and not await house.t.rows("attempt")
    await lan.tap("Đúng")
    assert [row["right"] for row in await house.t.rows("attempt")] == [1]


@pytest.mark.parametrize("heard", ["con mèo nhà chị bị lạc mất rồi", "không cúp máy đâu", "chị chưa hiểu"])
async def test_what_sounds_like_no_answer_is_shown_as_it_was_heard(house: House, heard: str):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, f"say {heard}")
    assert f"“{heard}”" in lan.said


async def test_what_she_types_or_taps_instead_is_what_counts(house: House):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    question = dict(lan.buttons)
    await house.hears(lan, "say đọc cho họ")
    await lan.tap_token(question["Cúp máy"])
    assert [row["right"] for row in await house.t.rows("attempt")] == [1]
    await house.hears(lan, "say nhà có ba người", "V2")
    await lan.say("năm người")
    assert "Hết" in lan.said and "5" in str((await house.t.state(lan)).run or "5")


@pytest.mark.parametrize(
    "words", ["đúng đâu mà đúng, không phải vậy", "ừ mà không phải", "có phải vậy đâu, không đúng"]
)
async def test_a_yes_that_denies_is_none(house: House, words: str):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, "say đọc cho họ")
    await lan.say(words)
    assert not await house.t.rows("attempt")


async def test_an_old_yes_confirms_nothing_new(house: House):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, "say đọc cho họ")
    old = lan.buttons["Đúng"]
    await house.hears(lan, "say cúp máy", "V2")
    await lan.tap_token(old)
    assert not await house.t.rows("attempt")


async def test_a_yes_that_was_only_heard_is_none_and_a_no_is_one(house: House):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, "say cúp máy")
    await house.hears(lan, "say đúng rồi em", "V2")
    assert "bấm nút" in lan.said and "“cúp máy”" in lan.said and not await house.t.rows("attempt")
    await house.hears(lan, "say không phải", "V3")
    assert "Ai gọi xin mã" in lan.said and not await house.t.rows("attempt")
    assert (await house.t.state(lan)).spoken is None


async def test_the_question_of_the_tutors_own_is_open_again_too(house: House):
    lan = await house.t.learner().meets()
    await lan.say("xóa hết dữ liệu của tôi")
    asked = lan.last.labels
    await house.hears(lan, "say thôi giữ lại đi")
    assert lan.last.labels[:3] == CHOICES
    await lan.tap("Gõ chữ")
    assert lan.last.labels == asked


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("words", [CRY, WORRY, "cứu tôi với", "tôi không muốn sống nữa"])
async def test_a_cry_is_asked_about_with_the_button_that_calls(house: House, words: str, opens: bool):
    t = house.t
    cuc, lan = await officer(t), await member(t)
    if opens:
        await lan.opens("thu")
    await house.hears(lan, f"say {words}")
    await t.tells()
    assert "KHẨN" not in cuc.said and not await t.rows("request"), "nobody is called by what was only heard"
    assert len(lan.last.labels) == 2
    await lan.tap(lan.last.labels[0])
    await t.tells()
    assert "KHẨN" in cuc.said


async def test_a_cry_that_was_none_leads_back(house: House):
    cuc, lan = await officer(house.t), await member(house.t)
    await lan.opens("thu")
    await house.hears(lan, f"say {CRY}")
    await lan.tap("Không phải")
    assert "Làm thử một việc" in lan.said
    await house.t.tells()
    assert "KHẨN" not in cuc.said


async def test_words_that_answer_the_open_question_are_no_cry(house: House):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, "say cúp máy")
    assert lan.last.labels[:3] == CHOICES


@pytest.mark.parametrize(
    "words",
    [
        "mã của tôi là bốn tám hai chín một ba",
        "số thẻ là chín bảy không bốn ba sáu một hai ba bốn năm sáu bảy tám chín không",
        "mật khẩu là hoa mai một hai ba",
        "nó đọc là bốn tám hay chín một ba",
        "dạ là chín bảy không bốn vào sáu một hai ba bún năm sáu bảy tám chín không",
    ],
)
async def test_a_secret_that_is_spoken_is_neither_kept_nor_shown(house: House, words: str):
    lan = await house.t.learner().meets()
    await house.hears(lan, f"say {words}")
    tail = words.partition("là ")[2]
    assert len(tail.split()) > 4
    assert "•••" in lan.said and tail not in lan.said and "đừng gửi" in lan.said
    assert tail not in await house.t.everything()
    await lan.tap("Đúng")
    assert tail not in await house.t.everything()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("fault long", "ngắn hơn một phút"), ("fault silent", "chưa rõ"), ("fault broken", "chưa nghe được"),
        ("dies", "chưa nghe được"), ("babbles", "chưa nghe được"), ("nonsense", "chưa nghe được"),
    ],
)  # fmt: skip
async def test_what_cannot_be_heard_is_answered_in_a_kind_sentence(house: House, wish: str, said: str):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await house.hears(lan, wish)
    assert said in lan.said and "Ai gọi xin mã" in lan.said
    assert await house.waits() == 0
    await house.hears(lan, "say cúp máy", "V2")
    assert "“cúp máy”" in lan.said, "the next one is heard"


async def test_a_process_that_dies_is_started_again_and_she_never_knows(house: House, tmp_path: Path):
    lan = await house.t.learner().meets()
    await house.hears(lan, f"dies {tmp_path / 'once'}")
    assert "“một”" in lan.said


async def test_a_process_that_hangs_is_ended(house: House):
    house.worker.transcriber = hasty = Transcriber(COMMAND, patience_s=0.3)
    lan = await house.t.learner().meets()
    await house.hears(lan, "hangs")
    assert "chưa nghe được" in lan.said and not hasty.is_running


async def test_a_recording_above_what_is_heard_is_not_even_handed_over(house: House):
    lan = await house.t.learner().meets()
    await house.hears(lan, "say " + "một " * 300_000)
    assert "ngắn hơn một phút" in lan.said and not house.transcriber.is_running


async def test_a_crash_neither_loses_nor_doubles_it(house: House):
    t = house.t
    lan = await t.learner().meets()
    await lan.opens("quiz")
    house.sounds.kept["V1"] = b"say c\xc3\xbap m\xc3\xa1y"
    await lan.does(Media("voice", "V1"))
    await t.crash()
    again = House(t)
    again.sounds = house.sounds
    again.worker.sources = house.worker.sources
    again.worker.sounds = house.sounds
    (row,) = await t.database.read(recordings.waiting)
    # As if the process had been killed after the update, before the row was dropped.
    update = Update(INNER, f"spoken:{row.update}", row.learner_id, Spoken("cúp máy"), t.clock.now())
    await t.submit([update])
    await again.listens()
    await again.transcriber.close()
    shown = [message for message in lan.heard if "“cúp máy”" in message.text]
    assert len(shown) == 1 and await again.waits() == 0


async def test_a_channel_that_is_away_is_asked_again_until_it_is_too_late(house: House):
    lan = await house.t.learner().meets()
    house.sounds.away = True
    await house.hears(lan, "say một")
    assert lan.said == "" and await house.waits() == 1
    house.sounds.away = False
    await house.listens()
    assert "“một”" in lan.said
    house.sounds.away = True
    await house.hears(lan, "say hai", "V2")
    house.t.clock.passes(minutes=11)
    await house.listens()
    assert "chưa nghe được" in lan.said and await house.waits() == 0


async def test_nobody_waits_for_all_that_another_said(house: House):
    lan, hoa = [await house.t.learner(each).meets(each) for each in ("lan", "hoa")]
    for at in range(3):
        house.sounds.kept[f"L{at}"] = f"say lời {at}".encode()
        await lan.does(Media("voice", f"L{at}"))
    await house.hears(hoa, "say chào em", "H")
    assert "“chào em”" in hoa.said and await house.waits() == 2
    await house.listens()
    await house.listens()
    assert "“lời 2”" in lan.said and await house.waits() == 0


@pytest.mark.parametrize(("lang", "heard"), [("vi", True), ("km", False)])
def test_who_reads_another_language_is_not_misheard(lang: str, heard: bool):
    her, state = Person("her", consent="agreed"), ConversationState(lang=lang)
    turn = TurnContext(book(QUIZ), universe(), her, state, TELEGRAM, listens=True)
    assert is_to_be_heard(turn, Media("voice", "V1")) == heard


async def test_without_the_extra_a_voice_message_is_answered_as_ever(house: House):
    house.t.conversation.listens = False
    lan = await house.t.learner().meets()
    await lan.does(Media("voice", "V1"))
    assert "chưa nghe được tin thoại" in lan.said and await house.waits() == 0


async def test_to_her_instructor_it_goes_with_her_word_and_is_not_listened_to(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        house = House(t)
        lan, _, _ = await paired(t)
        await lan.tap("Nhắn tin")
        await house.hears(lan, "say gửi cho chị", "FILE-9")
        assert "Gửi cái này" in lan.said and await house.waits() == 0
        await lan.tap("Gửi đi")
        await t.tells()
        assert [each.media for each in t.channel.sent if each.media] == [(Attachment("voice", "FILE-9"),)]
        assert "FILE-" not in await t.everything()
        assert not house.transcriber.is_running


@pytest.mark.parametrize("media", [Media("voice"), Media("voice", "V", forwarded=True), Media("voice", "V", "cúp máy")])
async def test_what_is_not_her_own_voice_alone_is_not_listened_to(house: House, media: Media):
    lan = await house.t.learner().meets()
    await lan.opens("quiz")
    await lan.does(media)
    assert await house.waits() == 0 and lan.said


async def test_of_who_has_not_agreed_only_a_cry_is_taken_up(house: House):
    lan = house.t.learner()
    await house.hears(lan, "say xin chào em")
    assert "Đồng ý" in lan.buttons and "xin chào em" not in lan.said
    await house.hears(lan, "say đồng ý", "V2")
    assert "chưa nghe được" in lan.said and "đồng ý”" not in lan.said
    await house.hears(lan, f"say {CRY}", "V3")
    assert "Cần giúp liền" in lan.buttons
    state = await house.t.state(lan)
    assert state.spoken is None


async def test_what_waits_goes_when_she_deletes_everything(house: House):
    lan = await house.t.learner().meets()
    await lan.does(Media("voice", "V1"))
    await lan.say("xóa hết dữ liệu của tôi")
    await lan.tap(lan.last.labels[0])
    assert await house.waits() == 0


async def test_on_a_channel_without_buttons_a_number_says_yes(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger="zalo_bot:1") as t:
        house = House(t)
        house.worker.sources = lambda: {"zalo_bot:1": house.sounds}
        lan = t.learner("lan", "zalo_bot:1")
        await lan.say("xin chào")
        for word in ("đồng ý", "Lan", "chị"):
            await lan.say(word)
        await house.hears(lan, "say bài quiz")
        number = next(line.partition(".")[0] for line in lan.last.text.splitlines() if line.endswith(". Đúng"))
        await lan.does(Text(number))
        await house.transcriber.close()
        assert "Ai gọi xin mã" in lan.said
