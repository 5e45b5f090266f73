"""The page of the minutes where two write at once, where a deed is refused, and where somebody asks for a change."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from tests import meetings, world
from tests.meetings import DONE
from tests.world import AT, Bureau
from zhibu.apps.meetings.actions import filing, minutes, roll
from zhibu.apps.meetings.models import Meeting, MinutesText, Session, SetAside
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import MeetingStage
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Bureau:
    return meetings.branch()


@pytest.fixture
def lin(house: Bureau) -> Client:
    return logged_in(house.lin)


def logged_in(person: Person) -> Client:
    client = Client()
    client.force_login(world.account(person))
    return client


def minutes_of(meeting: Meeting) -> str:
    return f"/meetings/{meeting.pk}/minutes/"


def form_of(client: Client, meeting: Meeting) -> dict[str, str]:
    """What a browser sends of the page as it is: every text and everything hidden, and boxes that are ticked."""
    html = client.get(minutes_of(meeting)).content.decode()
    html = html[html.index('id="minutes"') :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    texts = re.findall(r'<textarea[^>]* name="(text-[^"]+)"[^>]*>\n([^<]*)</textarea>', html)
    ticked = re.findall(r'name="(open-[^"]+)" checked', html)
    return dict(hidden) | dict(texts) | dict.fromkeys(ticked, "on")


def texts_of(meeting: Meeting) -> dict[str, str]:
    return {text.field: text.text for text in meeting.texts.all()}


# --- Two write at once ----------------------------------------------------------------------------------------------


def test_two_who_write_in_different_fields_keep_both_texts(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house, recorder=house.chen)
    item, chen = meeting.agenda.get(), logged_in(house.chen)
    lin.post(minutes_of(meeting), form_of(lin, meeting) | {f"text-discussion-{item.pk}": "先前的。"})
    mine, theirs = form_of(lin, meeting), form_of(chen, meeting)
    chen.post(minutes_of(meeting), theirs | {f"text-discussion-{item.pk}": "陈星：同意。"})
    answer = lin.post(minutes_of(meeting), mine | {"text-summary-all": "按期办理。", "then": "save"})
    assert answer.status_code == 302
    assert texts_of(meeting) == {"discussion": "陈星：同意。", "summary": "按期办理。"}
    assert not SetAside.objects.exists()


def test_a_refused_page_sent_again_overwrites_no_newer_text(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house, recorder=house.chen)
    item, chen = meeting.agenda.get(), logged_in(house.chen)
    points = f"text-discussion-{item.pk}"
    mine = form_of(lin, meeting) | {points: "林悦：同意。", "task-text": "整理档案", "task-holder": "无此人"}
    chen.post(minutes_of(meeting), form_of(chen, meeting) | {points: "陈星：再议。"})
    refused = lin.post(minutes_of(meeting), mine)
    base = re.search(rf'name="base-discussion-{item.pk}" value="(\d+)"', refused.content.decode())
    assert base is not None
    assert (refused.status_code, base[1]) == (422, "0")
    lin.post(minutes_of(meeting), mine | {f"base-discussion-{item.pk}": base[1], "task-text": ""})
    assert texts_of(meeting) == {"discussion": "陈星：再议。"}
    assert SetAside.objects.get().text == "林悦：同意。"


def test_an_old_page_takes_back_no_item_that_another_left_open(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house, recorder=house.chen, agenda=["传达学习", "讨论发展党员"])
    first, second = meeting.agenda.all()
    chen = logged_in(house.chen)
    mine, theirs = form_of(lin, meeting), form_of(chen, meeting)
    chen.post(minutes_of(meeting), theirs | {f"open-{first.pk}": "on"})
    lin.post(minutes_of(meeting), mine | {f"open-{second.pk}": "on"})
    assert [item.is_open for item in meeting.agenda.all()] == [True, True]
    again = form_of(lin, meeting)
    del again[f"open-{first.pk}"]
    lin.post(minutes_of(meeting), again)
    assert [item.is_open for item in meeting.agenda.all()] == [False, True]


def test_a_text_that_was_saved_by_itself_is_not_sent_once_more_with_the_form(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house, recorder=house.chen)
    name = f"discussion-{meeting.agenda.get().pk}"
    chen, mine = logged_in(house.chen), form_of(lin, meeting)
    one = {"name": name, "text": "林悦：同意。", "based_on": "0", "page": mine["page"]}
    saved = lin.post(f"{minutes_of(meeting)}text/", one).json()
    chen.post(minutes_of(meeting), form_of(chen, meeting) | {f"text-{name}": "林悦：同意。陈星：同意。"})
    written = {f"text-{name}": "林悦：同意。", f"base-{name}": str(saved["version"]), f"was-{name}": saved["was"]}
    lin.post(minutes_of(meeting), mine | written)
    assert texts_of(meeting) == {"discussion": "林悦：同意。陈星：同意。"}
    assert not SetAside.objects.exists()


@pytest.fixture
def versions(house: Bureau) -> Meeting:
    """Minutes of which one text was written twice at once."""
    meeting = meetings.closed(house)
    world.account(house.chen)
    for text in ("林悦：同意。", "陈星：再议。"):
        write(meeting, text, house)
    return meeting


def write(meeting: Meeting, text: str, house: Bureau) -> None:
    item, field = meeting.agenda.get(), MinutesText.Field.DISCUSSION
    minutes.save_text(meeting, field=field, item=item, text=text, based_on=0, by=house.chen.account, **DONE)


def settling(client: Client, meeting: Meeting) -> tuple[str, dict[str, str]]:
    """Where both are settled, and what the page sends with a text."""
    path = f"{minutes_of(meeting)}versions/{SetAside.objects.get().pk}/"
    html = client.get(path).content.decode()
    return path, dict(re.findall(r'type="hidden" name="(base|aside|name)" value="([^"]*)"', html))


def test_settling_shows_once_more_what_has_changed_since_it_was_read_and_keeps_what_was_made(
    lin: Client, versions: Meeting, house: Bureau
) -> None:
    path, read = settling(lin, versions)
    write(versions, "陈星：再议。王五也是。", house)
    again = lin.post(path, read | {"text": "林悦：同意。陈星：再议。"})
    assert again.status_code == 409
    assert "林悦：同意。陈星：再议。</textarea>" in again.content.decode()
    assert SetAside.objects.get().text == "陈星：再议。王五也是。"
    _path, read = settling(lin, versions)
    assert lin.post(path, read | {"text": "都同意。"})["Location"] == minutes_of(versions)
    assert texts_of(versions) == {"discussion": "都同意。"}


def test_a_mark_met_while_settling_is_refused_and_what_was_made_stands_there_still(
    lin: Client, versions: Meeting
) -> None:
    path, read = settling(lin, versions)
    refused = lin.post(path, read | {"text": "机密★5年：林悦同意。"})
    assert refused.status_code == 409
    assert "机密★5年：林悦同意。</textarea>" in refused.content.decode()
    assert SetAside.objects.exists()


def test_what_was_made_of_versions_that_somebody_else_settled_is_kept_beside_theirs(
    lin: Client, versions: Meeting, house: Bureau
) -> None:
    path, read = settling(lin, versions)
    theirs = SetAside.objects.get()
    minutes.settle(theirs, text="陈星的合并。", by=house.chen.account, **DONE)
    answer = lin.post(path, read | {"text": "林悦的合并。"})
    aside = SetAside.objects.get()
    assert answer["Location"] == f"{minutes_of(versions)}versions/{aside.pk}/"
    assert (aside.text, aside.beside.text) == ("林悦的合并。", "陈星的合并。")


# --- A deed that is refused -----------------------------------------------------------------------------------------


def test_what_was_saved_before_a_deed_was_refused_is_not_done_twice(lin: Client, house: Bureau) -> None:
    before = meetings.closed(house, starts=AT - dt.timedelta(days=30))
    filed = filing.finish(before, house.lin, **DONE)
    meeting = meetings.announced(house)
    session = meeting.sessions.get()
    roll.open_session(session, **DONE)
    roll.close_session(session, **DONE)
    sent = {
        "task-text": "整理档案",
        "task-holder": house.chen.staff_number,
        "correction": "实到应为9人。",
        "then": "finish",
    }
    refused = lin.post(minutes_of(meeting), form_of(lin, meeting) | sent)
    html = refused.content.decode()
    assert refused.status_code == 409
    assert 'name="task-text" value' not in html
    assert "实到应为9人。</textarea>" not in html
    assert [task.text for task in meeting.tasks.all()] == ["整理档案"]
    assert [one.text for one in filed.corrections.all()] == ["实到应为9人。"]


# --- Before a vote --------------------------------------------------------------------------------------------------


def test_beside_all_in_favour_stands_what_can_not_pass_as_long_as_a_vote_is_possible(
    lin: Client, house: Bureau
) -> None:
    """10 voters, 5 in the room: enough to vote, too few to pass."""
    meeting = meetings.announced(house, agenda=["讨论发展党员工作计划"])
    session = meeting.sessions.get()
    roll.open_session(session, **DONE)
    roll.mark(session, Person.objects.filter(name__startswith="党员")[:5], status=Presence.PRESENT, **DONE)
    assert warnings_on(lin, meeting) == 1
    roll.close_session(Session.objects.get(), **DONE)
    assert warnings_on(lin, meeting) == 1
    roll.mark(session, Person.objects.filter(name="党员7"), status=Presence.PRESENT, **DONE)
    assert warnings_on(lin, meeting) == 0


def warnings_on(client: Client, meeting: Meeting) -> int:
    return client.get(minutes_of(meeting)).content.decode().count('<p class="note note-warning">')


# --- Who chaired ----------------------------------------------------------------------------------------------------


def people_form(client: Client, meeting: Meeting) -> dict[str, str]:
    """What a browser sends of the page on which people are changed."""
    html = client.get(f"/meetings/{meeting.pk}/edit/").content.decode()
    chosen = re.findall(r'<select name="([^"]+)".*?</select>', html, re.DOTALL)
    picked = dict(
        re.findall(r'<select name="([^"]+)"(?:(?!</select>).)*?<option value="([^"]*)" selected', html, re.DOTALL)
    )
    typed = dict(re.findall(r'<input type="(?:date|time|text)" name="([^"]+)"(?: value="([^"]*)")?', html))
    return typed | {name: picked.get(name, "") for name in chosen}


def test_the_deputy_who_chaired_in_the_end_is_named_and_approves(lin: Client, house: Bureau) -> None:
    meeting = meetings.announced(house, convener=house.lin, chair=house.lin, recorder=house.chen)
    session = meeting.sessions.get()
    roll.call_roll(session, **DONE)
    deputy = Person.objects.get(name="党员0")
    here, chen = f"/meetings/{meeting.pk}/", logged_in(house.chen)
    assert f"{here}edit/" in chen.get(here).content.decode()
    form = people_form(chen, meeting)
    assert form == {name: getattr(house, who).staff_number for name, who in _NAMED.items()}
    assert chen.post(f"{here}edit/", form | {"chair": deputy.staff_number}).status_code == 302
    roll.close_session(session, **DONE)
    meeting.refresh_from_db()
    assert (meeting.chair, meeting.recorder) == (deputy, house.chen)
    minutes.hand_over(meeting, **DONE)
    assert lin.post(f"{here}approve/").status_code == 403, "who did not chair does not approve"
    assert logged_in(deputy).post(f"{here}approve/").status_code == 302
    record = lin.get(f"{here}record/").content.decode()
    assert "党员0" in record


_NAMED = {"chair": "lin", "recorder": "chen", "convener": "lin"}


def test_another_chair_approves_anew_what_was_handed_over(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house)
    minutes.hand_over(meeting, **DONE)
    form = people_form(lin, meeting) | {"chair": house.chen.staff_number}
    assert lin.post(f"/meetings/{meeting.pk}/edit/", form).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.chair, meeting.at_stage) == (house.chen, MeetingStage.CLOSED)


def test_who_was_not_there_is_not_named_as_chair_after_the_roll_was_taken(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house)
    stranger = world.member("新调入", house.inspection)
    form = people_form(lin, meeting) | {"chair": stranger.staff_number}
    answer = lin.post(f"/meetings/{meeting.pk}/edit/", form)
    assert (answer.status_code, "新调入" in answer.content.decode()) == (409, True)


def test_a_meeting_entered_afterwards_without_chair_and_convener_is_finished(lin: Client, house: Bureau) -> None:
    starts = AT - dt.timedelta(days=9)
    meeting = meetings.announced(house, starts=starts, late_reason="口岸无网络", chair=None, convener=None)
    roll.mark_all_present(meeting.sessions.get(), **DONE)
    page = lin.get(minutes_of(meeting)).content.decode()
    assert f"/meetings/{meeting.pk}/edit/" in page
    number = house.lin.staff_number
    lin.post(f"/meetings/{meeting.pk}/edit/", people_form(lin, meeting) | {"chair": number})
    assert lin.post(minutes_of(meeting), form_of(lin, meeting) | {"then": "finish"})["Location"].endswith("/record/")


def test_people_stay_as_they_are_once_the_record_is_filed(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house)
    filing.finish(meeting, house.lin, **DONE)
    answer = lin.post(f"/meetings/{meeting.pk}/edit/", {"chair": house.chen.staff_number})
    meeting.refresh_from_db()
    assert (answer.status_code, meeting.chair) == (200, house.lin)


# --- Sent back ------------------------------------------------------------------------------------------------------


def test_the_recorder_reads_what_the_chair_asks_for_until_it_is_handed_over_again(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house, recorder=house.chen)
    here, chen = f"/meetings/{meeting.pk}/", logged_in(house.chen)
    chen.post(minutes_of(meeting), form_of(chen, meeting) | {"then": "hand_over"})
    assert lin.post(f"{minutes_of(meeting)}send-back/", {"reason": "补上王五的发言"}).status_code == 302
    for path in (here, minutes_of(meeting)):
        assert "补上王五的发言" in chen.get(path).content.decode(), path
    assert "补上王五的发言" not in logged_in(Person.objects.get(name="党员0")).get(here).content.decode()
    chen.post(minutes_of(meeting), form_of(chen, meeting) | {"then": "hand_over"})
    for path in (here, minutes_of(meeting)):
        assert "补上王五的发言" not in chen.get(path).content.decode(), path
