"""Leave from a meeting, end to end: Chen works at night, Lin grants the leave, the meeting counts without Chen."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests import world
from tests.gatherings import announced, shift, works
from tests.world import AT, DAY
from zhibu.apps.meetings.models import Filing, Leave, Meeting
from zhibu.apps.meetings.queries import count_of, quorum_of, roll_of
from zhibu.domain.assembly import Count, QuorumState
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def client_of(person):
    client = Client()
    client.force_login(world.account(person))
    return client


def test_chen_on_night_shift_asks_leave_lin_grants_it_and_the_quorum_is_counted_without_chen():
    house = world.bureau()
    for i in range(8):
        world.member(f"党员{i}", house.inspection, group=house.first_group)
    works(house.chen, DAY, shift())
    meeting = announced(house, AT.replace(hour=19, minute=30))
    chen, lin = client_of(house.chen), client_of(house.lin)

    today = chen.get(chen.get("/")["Location"]).content.decode()
    assert f'href="/meetings/{meeting.pk}/"' in today
    assert "夜班 20:00–次日 08:00" in today
    here = f"/meetings/{meeting.pk}/"
    assert 'value="shift" class="btn btn-outline-primary"' in chen.get(here).content.decode()
    chen.post(f"{here}my-leave/", {"reason": "shift", "note": "今晚通宵班"})

    assert "今晚通宵班" in lin.get(here).content.decode()
    lin.post(f"{here}leave/{Leave.objects.get().pk}/", {"answer": "grant"})
    assert "已准假" in chen.get("/today/").content.decode()

    session = f"/meetings/sessions/{meeting.sessions.get().pk}/"
    lin.post(f"{session}begin/")
    meeting = Meeting.objects.get(pk=meeting.pk)
    count = count_of(roll_of(meeting))
    quorum = quorum_of(meeting, count)
    assert count == Count(expected=10, present=9, voters=10, voters_present=9)
    assert (quorum.state, quorum.reached, quorum.needed) == (QuorumState.MET, 9, 5)

    lin.post(f"{session}close/")
    lin.post(f"{here}minutes/", {"then": "finish", "settles": "yes"})
    record = json.loads(Filing.objects.get().document.text)
    away = [(line["name"], line["status"], line["reason"]) for line in record["roll"] if line["status"] != "present"]
    assert away == [("陈星", "leave", "shift")]
    assert "今晚通宵班" not in json.dumps(record, ensure_ascii=False), "the note is nobody's but the convener's"
    page, answer = lin.get(here).content.decode(), f"{here}leave/{Leave.objects.get().pk}/"
    assert "已准假" in page
    assert answer not in page
    assert lin.post(answer, {"answer": "decline"}).status_code == 409
    mine = chen.get("/me/meetings/").content.decode()
    assert "请假" in mine
    assert "当班" in mine
