"""Who is deleted stands nowhere by name, in nobody's conversation either; namesakes and places stay what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from storage.people.traces import _without
from tests.services.test_offers import CHANNELS, SAFETY, instructor, member
from tests.support.builders import book
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

HER = "Zoả"


async def story(t: Tutor, channel: str) -> tuple[Learner, Learner, Learner, Learner]:
    """She is guided, robbed and written to; another learner of the same instructor comes in between."""
    hoa = await instructor(t, channel=channel)
    cuc = await member(t, "cuc", "Cúc", "officer", channel)
    her = await member(t, "her", HER, "learner", channel)
    mai = await member(t, "mai", "Mai", "learner", channel)
    for she in (her, mai):
        await she.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
    await hoa.say("học viên của tôi")
    await her.say("tôi bị lừa mất tiền rồi")
    await t.tells()
    await cuc.tap("Tôi lo việc này")
    await t.tells()
    await cuc.tap("Nhắn tin")
    await cuc.say("chị gọi ngân hàng chưa?")
    await t.tells()
    await hoa.say("học viên của tôi")
    return her, mai, hoa, cuc


@CHANNELS
@pytest.mark.parametrize("how", ["herself", "officer", "withdraws"])
async def test_her_name_is_nowhere_in_the_conversations_of_others(tmp_path: Path, channel: str, how: str):
    async with tutor(tmp_path, book(SAFETY)) as t:
        her, _, hoa, _ = await story(t, channel)
        before = await t.everything()
        assert HER in before and "Mai" in before, "the search finds what is there"
        if how == "officer":
            mine = next(row["learner_id"] for row in await t.rows("person") if row["name"] == HER)
            await t.people.delete(OPERATOR, mine)
        elif how == "herself":
            await her.say("xóa dữ liệu")
            await her.tap("Xóa hết")
        else:
            await her.say("rút đồng ý")
        await t.tells()
        await t.database.scrub()
        left = await t.everything()
        assert [line for line in left.splitlines() if HER in line] == []
        assert "Mai" in left
        raw = [path.name for path in tmp_path.iterdir() if path.is_file() and HER.encode() in path.read_bytes()]
        assert raw == []
        await hoa.say("học viên của tôi")
        assert "chị Mai" in hoa.said and HER not in hoa.said


async def test_what_waits_to_be_sent_or_said_names_her_no_more(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        await story(t, TELEGRAM)
        await t.database.transact(lambda c: c.exec_driver_sql(
            "INSERT INTO outbox VALUES ('telegram:1', 'hoa', 9999999999, ?, 0)",
            ('["Chị Cúc đã nhận việc khẩn của chị Zoả.", [["g:menu", "Zoả"]], true]',),
        ))  # fmt: skip
        await t.database.transact(lambda c: c.exec_driver_sql(
            "INSERT INTO notice SELECT 'n-z', learner_id, 'help_done_owner', ?, '{}', '', 0, 0, 9999999999999, 0"
            " FROM identity WHERE chat_id = 'cuc'", ('{"ten_hv": "Zoả"}',),
        ))  # fmt: skip
        await t.people.delete(OPERATOR, next(r["learner_id"] for r in await t.rows("person") if r["name"] == HER))
        assert HER not in await t.everything()
        notice = next(row for row in await t.rows("notice") if row["notice_id"] == "n-z")
        assert notice["said"] == '{"ten_hv": ""}', "one woman: the phrase knows what to say then"


async def test_a_namesake_keeps_her_name(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        _, _, hoa, _ = await story(t, WEB)
        other = await member(t, "other", HER, "learner", WEB)
        await other.say("nhờ người chỉ")
        await t.tells()
        assert f"chị {HER}" in hoa.said and "Nhận giúp" in hoa.buttons
        await t.people.delete(
            OPERATOR,
            next(r["learner_id"] for r in await t.rows("identity") if r["chat_id"] == "her"),
        )
        log = [row for row in await t.rows("chat_log") if row["chat_id"] == "hoa" and HER in row["text"]]
        assert len(log) == 1 and "Nhận giúp" in log[0]["buttons"], "what is asked about the other still says whom"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Có chị An ở Phường An Bình đang cần.", "Có chị … ở Phường An Bình đang cần."),
        ("Chị An: xong 2 bài", "Chị …: xong 2 bài"),
        ("An · 2", "… · 2"),
        ("Báo Công An xã", "Báo Công An xã"),
        ("chị Lan An và chị Bình An", "chị Lan An và chị Bình An"),
        ("Hỏi An nhé, chuyện an toàn", "Hỏi … nhé, chuyện an toàn"),
    ],
)
def test_a_name_inside_another_stays(text: str, left: str) -> None:
    assert _without(["An"], text) == left
