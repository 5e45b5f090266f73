"""Minutes and what they hang on: nothing that somebody wrote is lost, whoever changes what."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import meetings
from tests.meetings import DONE
from tests.world import AT, Bureau
from zhibu.apps.meetings.actions import convening, minutes
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, MinutesText
from zhibu.apps.people.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Bureau:
    return meetings.branch()


def points(item: AgendaItem, text: str, based_on: int = 0, by: Account | None = None) -> minutes.Saved:
    return minutes.save_text(
        item.meeting,
        field=MinutesText.Field.DISCUSSION,
        item=item,
        text=text,
        based_on=based_on,
        by=by,
        **DONE,
    )


# --- The agenda -----------------------------------------------------------------------------------------------------


def test_an_item_whose_title_is_put_right_keeps_its_minutes_and_what_it_carries_on(house: Bureau) -> None:
    before = meetings.closed(house, starts=AT - dt.timedelta(days=30), agenda=["发展党圆"])
    minutes.keep_open(before, {before.agenda.get().pk}, **DONE)
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
