"""Minutes and what they hang on: nothing that somebody wrote is lost, whoever changes what."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import meetings, world
from tests.meetings import DONE
from tests.world import AT, Bureau
from zhibu.apps.meetings.actions import convening, filing, minutes
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, MinutesText, SetAside
from zhibu.apps.people.models import Account
from zhibu.domain.terms import MeetingStage

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Bureau:
    return meetings.branch()


def points(
    item: AgendaItem, text: str, based_on: int = 0, by: Account | None = None, page: str = ""
) -> minutes.Saved:
    return minutes.save_text(
        item.meeting,
        field=MinutesText.Field.DISCUSSION,
        item=item,
        text=text,
        based_on=based_on,
        by=by,
        page=page,
        **DONE,
    )


# --- The agenda -----------------------------------------------------------------------------------------------------


def test_an_item_whose_title_is_put_right_keeps_its_minutes_and_what_it_carries_on(house: Bureau) -> None:
    before = meetings.closed(house, starts=AT - dt.timedelta(days=30), agenda=["发展党圆"])
    minutes.keep_open(before, {before.agenda.get().pk: True}, **DONE)
    meeting = meetings.announced(house, agenda=["传达学习", "发展党圆"], continues=before)
    item = meeting.agenda.get(title="发展党圆")
    points(item, "林悦：同意。")
    points(item, "陈星：再议。")
    convening.set_agenda(meeting.pk, ["学习党章", "发展党员"], **DONE)
    kept = meeting.agenda.get(title="发展党员")
    assert (kept.pk, kept.position, kept.carried_from) == (item.pk, 2, before.agenda.get())
    assert [(text.text, text.set_aside.get().text) for text in kept.texts.all()] == [("林悦：同意。", "陈星：再议。")]


def test_an_item_with_minutes_is_not_taken_off_the_agenda(house: Bureau) -> None:
    meeting = meetings.announced(house, agenda=["传达学习", "讨论发展党员"])
    item = meeting.agenda.get(title="讨论发展党员")
    points(item, "林悦：同意。")
    with pytest.raises(MeetingRefusal, match="讨论发展党员"):
        convening.set_agenda(meeting.pk, ["传达学习"], **DONE)
    points(item, "", based_on=1)
    convening.set_agenda(meeting.pk, ["传达学习"], **DONE)
    assert [one.title for one in meeting.agenda.all()] == ["传达学习"]


# --- Two versions ---------------------------------------------------------------------------------------------------


def test_a_version_that_is_set_aside_after_the_handing_over_is_settled_before_the_filing(house: Bureau) -> None:
    meeting = meetings.closed(house)
    item = meeting.agenda.get()
    points(item, "林悦：同意。")
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    aside = points(item, "陈星：再议。").aside
    assert aside is not None
    meeting.refresh_from_db()
    assert (meeting.at_stage, meeting.approvals.count()) == (MeetingStage.CLOSED, 0)
    with pytest.raises(MeetingRefusal):
        filing.finish(meeting, house.lin, **DONE)
    minutes.settle(aside, text="林悦：同意。\n陈星：再议。", by=None, **DONE)
    assert filing.finish(meeting, house.lin, **DONE).document.text.count("再议") == 1


def test_the_same_version_set_aside_once_more_reopens_nothing(house: Bureau) -> None:
    meeting = meetings.closed(house)
    item = meeting.agenda.get()
    points(item, "林悦：同意。")
    assert [points(item, "陈星：再议。").is_changed for _time in range(2)] == [True, False]


def test_settling_drops_no_text_that_came_after_the_two_were_read(house: Bureau) -> None:
    meeting = meetings.closed(house)
    item = meeting.agenda.get()
    chen = world.account(house.chen)
    points(item, "林悦：同意。")
    points(item, "陈星：再议。", by=chen)
    read = SetAside.objects.select_related("beside").get()
    points(item, "陈星：再议。王五也这样说。", by=chen)
    with pytest.raises(MeetingRefusal):
        minutes.settle(read, text="林悦：同意。", by=None, **DONE)
    points(item, "林悦：同意。无异议。", based_on=1)
    read = SetAside.objects.select_related("beside").get()
    points(item, "林悦：改。", based_on=2)
    with pytest.raises(MeetingRefusal):
        minutes.settle(read, text="林悦：同意。", by=None, **DONE)
    assert [one.text for one in SetAside.objects.all()] == ["陈星：再议。王五也这样说。"]
    assert MinutesText.objects.get().text == "林悦：改。"


def test_two_pages_of_one_writer_set_aside_a_version_each(house: Bureau) -> None:
    item = meetings.closed(house).agenda.get()
    chen = world.account(house.chen)
    points(item, "林悦：同意。")
    points(item, "陈星：再", by=chen, page="phone")
    points(item, "陈星：下月再办。", by=chen, page="desk")
    points(item, "陈星：再议。", by=chen, page="phone")
    assert {one.text for one in SetAside.objects.all()} == {"陈星：再议。", "陈星：下月再办。"}


# --- Sent back ------------------------------------------------------------------------------------------------------


def test_what_the_chair_asks_for_is_kept_until_the_minutes_are_handed_over_again(house: Bureau) -> None:
    meeting = meetings.closed(house)
    minutes.hand_over(meeting, **DONE)
    minutes.send_back(meeting, reason=" 补上王五的发言 ", **DONE)
    meeting.refresh_from_db()
    assert meeting.asked_for == "补上王五的发言"
    minutes.hand_over(meeting, **DONE)
    meeting.refresh_from_db()
    assert meeting.asked_for == ""
