"""Every deed of the desk is in the audit, by whom it was done: a table of forms, each with what it writes down."""

from __future__ import annotations

import pytest

from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.desk.pages.table import PAGES
from bot.desk.policy.entering import form_key
from storage.people import invitees
from storage.people.records import InviteeRow
from tests.services.test_desk_access import filled
from tests.support.desk_house import BRANCH, PROVINCE, WARD, DeskHouse
from tests.support.desk_scene import asks, put, rows, teaches
from tests.support.desk_scene import house as house

PASSWORD = "con mèo leo cây cau"
DEEDS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("person/{person}", "hoa", {"act": "suspend", "role": "instructor"}, "suspended_instructor"),
    ("person/{person}", "lan", {"act": "code_back"}, "vouched"),
    ("person/{person}/correct", "lan", {"name": "Lan Anh", "address": "chị/em", "khu": ""}, "corrected"),
    ("person/{person}/same", "lan", {"dong": "i-lan"}, "recognised"),
    ("person/{person}/same/{other}", "lan", {"sure": "1"}, "vouched"),
    ("person/{person}/kept", "lan", {}, "exported"),
    ("person/{person}/withdraw", "mai", {"sure": "1"}, "withdrawn_by_officer"),
    ("person/{person}/delete", "mai", {"sure": "1"}, "deleted_by_officer"),
    ("invite", "", {"act": "one", "vai": "learner", "khu": BRANCH}, "invited_learner"),
    ("request/{id}", "request", {"act": "take"}, "request_taken"),
    ("report/{id}", "line", {"act": "seen"}, "report_dealt"),
    ("areas/{id}", "area", {"kind": "club", "name": "Câu lạc bộ"}, "model_added_club"),
    ("model/{id}", "model", {"act": "join", "person": "{lan}"}, "model_joined"),
    ("announcements", "", {"area": WARD, "text": "Thứ bảy mời các chị tới nhà văn hóa."}, "announcement_drafted"),
    ("announcement/{id}", "news", {"act": "stop"}, "announcement_stopped"),
    ("announcement/{id}", "draft", {"act": "drop"}, "announcement_dropped"),
    ("model/{id}", "model", {"act": "rename", "name": "Hoa Sen"}, "model_renamed"),
    ("meetings", "", {"khu": BRANCH, "bai": "{lesson}"}, "meeting_begun"),
    ("meeting/{id}", "meeting", {"act": "end", "was": "", "here": ""}, "meeting_closed"),
    ("me/password", "", {"login": "cuc.tb", "password": PASSWORD}, "desk_password"),
    ("me/out", "", {"browser": "others"}, "desk_out_all"),
)
"""Page, about whom or what, form, what the audit says then."""
ELSEWHERE = {"import", "import/check", "import/line", "invite/codes", "me/code", "unheard"}
"""Lists and codes: `test_desk_bringing`, `test_desk_code`; what was not understood: `test_desk`. What is
brought is written down when it is taken in."""


def test_every_form_of_the_desk_is_here():
    forms = {page.path for page in PAGES if page.do and page not in LESSON_PAGES}
    assert forms - {path for path, *_ in DEEDS} - ELSEWHERE == {"areas"}, "the same form as that of one area"


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("path", "about", "form", "act"), DEEDS, ids=[f"{path}:{act}" for path, _, _, act in DEEDS])
async def test_a_deed_is_written_down(house: DeskHouse, path: str, about: str, form: dict[str, str], act: str):
    cuc = await house.person("Cúc", "officer")
    found = {
        "lan": await house.person("Lan", "learner"), "mai": await house.person("Mai", "learner", BRANCH),
        "hoa": await teaches(house, "Hoa"), "area": WARD, "model": "m1", "news": "a1", "draft": "a2", "meeting": "e1",
        "": "",
        "lesson": house.officers.meetings.lessons()[0].id,
    }  # fmt: skip
    await house.person("Trên", "officer", PROVINCE)
    found["request"] = await asks(house, found["lan"], "safety")
    found["line"] = await asks(house, found["mai"], "help")
    line = InviteeRow("i-lan", "Lan", WARD, "learner")
    await house.database.transact(lambda c: invitees.add(c, [line], "", house.clock.now()))
    told = {"announcement_id": "a1", "area_id": WARD, "body": "Tin của Hội", "source_url": "", "by": "x"}
    await put(house, "announcement", {**told, "at": 1, "state": "sending"})
    await put(house, "announcement", {**told, "announcement_id": "a2", "at": 1, "state": "draft"})
    model = {"model_id": "m1", "kind": "club", "area_id": WARD, "name": "Tổ", "year": 2026, "ended_at": None}
    await put(house, "union_model", model)
    met = {"event_id": "e1", "area_id": BRANCH, "lesson": "l1", "by": "x", "begun_at": 1, "ended_at": None}
    await put(house, "meeting", met)
    async with house.browser(cuc) as browser:
        before = len(await rows(house, "audit"))
        sent = {key: value.format_map(found) for key, value in form.items()}
        gaps = {"person": found[about], "id": found[about], "other": found["mai"]}
        address = f"{house.url}desk/{filled(path, gaps)}"
        data = {**sent, "form_key": form_key(browser.token)}
        async with browser.session.post(address, data=data, allow_redirects=False) as response:
            assert response.status in (200, 303), (await response.text())[-600:]
    by = house.officers.services.names.of(cuc)
    assert act in [row["what"] for row in (await rows(house, "audit"))[before:] if row["by"] == by]
