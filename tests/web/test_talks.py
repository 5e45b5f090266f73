"""Talks: a secretary enters that two members talked, never about what; both find it on their record."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.web.browser import assert_good
from tests.web.visits import client_of, text
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.meetings import access
from zhibu.apps.meetings.actions.talks import record_talk
from zhibu.apps.meetings.models import Talk
from zhibu.apps.oversight import live
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import PostKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    made = world.bureau()
    live.rebuild(DAY)
    return made


def said(house, **facts):
    return {"one": str(house.lin.pk), "other": str(house.chen.pk), "held_on": "2026-11-20"} | facts


def test_a_secretary_enters_a_talk_and_it_is_on_the_record_of_both(house):
    lin = client_of(house.lin)
    assert "委员与党员 0/1" in text(lin.get("/talks/"))
    assert lin.post("/talks/", said(house)).status_code == 302
    shown = text(lin.get("/talks/"))
    assert "2026-11-20 · 委员与党员" in shown
    assert shown.count("委员与党员 1/1") == 2
    assert "《中国共产党支部工作条例（试行）》（2018年，条号待核）" in shown
    assert "1/1 次" in text(client_of(house.chen).get("/me/owed/"))
    assert lin.post("/talks/", said(house)).status_code == 302
    assert Talk.objects.count() == 1


def test_nothing_asks_what_was_said(house):
    shown = text(client_of(house.lin).get("/talks/"))
    assert "<textarea" not in shown
    assert {field.name for field in Talk._meta.get_fields()} == {
        "id",
        "organization",
        "one",
        "other",
        "held_on",
        "recorded_at",
        "recorded_by",
    }


def test_a_talk_between_members_is_told_from_one_with_the_committee_on_its_day(house):
    other = world.member("郑远", house.inspection)
    lin = client_of(house.lin)
    lin.post("/talks/", said(house, one=str(house.chen.pk), other=str(other.pk)))
    assert "党员与党员" in text(lin.get("/talks/"))
    world.appoint(house.chen, house.inspection, PostKind.COMMITTEE_MEMBER, since=dt.date(2026, 11, 21))
    assert "党员与党员" in text(lin.get("/talks/"))


def test_each_kind_is_met_by_itself_and_seen_by_the_holder_and_the_secretary_alone(house):
    other = world.member("郑远", house.inspection)
    lin, chen = client_of(house.lin), client_of(house.chen)

    def of(client, address, *kinds):
        shown = text(client.get(address))
        return [kind in shown for kind in kinds]

    assert of(chen, "/me/owed/", "谈心谈话（委员与党员）", "谈心谈话（党员与党员）") == [True, True]
    assert of(lin, "/me/owed/", "谈心谈话（委员与委员）", "谈心谈话（党员与党员）") == [False, False]
    lin.post("/talks/", said(house, one=str(house.chen.pk), other=str(other.pk)))
    assert text(lin.get("/talks/")).count("党员与党员 1/1") == 2
    assert text(lin.get("/talks/")).count("委员与党员 0/1") == 3
    assert text(chen.get("/me/owed/")).count("1/1 次") == text(chen.get("/me/owed/")).count("0/1 次") == 1
    for person in (house.fang, house.qiu):
        shown = text(client_of(person).get("/talks/"))
        assert house.chen.name not in shown
        assert other.name not in shown


@pytest.mark.parametrize(("since", "kind"), [("2026-11-20", "委员与委员"), ("2026-11-21", "委员与党员")])
def test_the_office_counts_that_was_held_on_the_very_day(house, since, kind):
    world.appoint(house.chen, house.inspection, PostKind.COMMITTEE_MEMBER, since=dt.date.fromisoformat(since))
    lin = client_of(house.lin)
    lin.post("/talks/", said(house))
    assert f"2026-11-20 · {kind}" in text(lin.get("/talks/"))


def test_what_a_member_talked_in_another_branch_this_year_counts_and_is_not_listed(house):
    moved = world.person("唐行")
    world.admit(moved, house.quay, until=dt.date(2026, 6, 1))
    world.admit(moved, house.inspection, since=dt.date(2026, 6, 1))
    there = {"organization": house.quay, "one": moved, "other": house.qiu, "held_on": dt.date(2026, 3, 2)}
    record_talk(**there, by=None, actor=OPERATOR, at=AT)
    shown = text(client_of(house.lin).get("/talks/"))
    assert shown.count("委员与党员 1/1") == 1
    assert "2026-03-02" not in shown
    assert "委员与党员" in text(client_of(moved).get("/me/owed/"))
    assert "1/1 次" in text(client_of(moved).get("/me/owed/"))


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"held_on": "2026-11-24"}, "这一天还没到"),
        ({"other": "lin"}, "谈话需要两个人"),
        ({"other": "qiu"}, "other"),
        ({"held_on": ""}, "held_on"),
    ],
)
def test_what_can_not_be_is_told_at_its_field(house, facts, says):
    known = {"lin": str(house.lin.pk), "qiu": str(house.qiu.pk)}
    facts = {key: known.get(one, one) for key, one in facts.items()}
    answer = client_of(house.lin).post("/talks/", said(house, **facts))
    assert answer.status_code == 200
    assert says in text(answer)
    assert 'aria-invalid="true"' in text(answer)
    assert not Talk.objects.exists()


def test_a_wrong_entry_is_withdrawn_and_the_event_stays(house):
    lin = client_of(house.lin)
    lin.post("/talks/", said(house))
    talk = Talk.objects.get()
    address = f"/talks/{talk.pk}/withdraw/"
    assert "林悦" in text(lin.get(address))
    assert lin.post(address).status_code == 302
    assert not Talk.objects.exists()
    assert "0/1 次" in text(client_of(house.chen).get("/me/owed/"))
    told = Event.objects.filter(type__startswith="talk_").order_by("sequence")
    assert [one.type for one in told] == ["talk_recorded", "talk_withdrawn"]


def test_nobody_above_and_no_member_reads_or_withdraws_them(house):
    world.appoint(house.wen, house.inspection, PostKind.YOUTH_OFFICER)
    client_of(house.lin).post("/talks/", said(house))
    talk = Talk.objects.get()
    for person in (house.chen, house.fang, house.qiu, house.wen):
        client = client_of(person)
        answer = client.get("/talks/")
        assert answer.status_code in {200, 403}
        assert f"/talks/{talk.pk}/" not in text(answer)
        assert client.get(f"/talks/{talk.pk}/withdraw/").status_code == 404
        assert client.post(f"/talks/{talk.pk}/withdraw/").status_code == 404
    assert Talk.objects.count() == 1
    document = client_of(house.fang).get(f"/people/{house.chen.pk}.json").json()
    assert "meetings.Talk" not in {held["model"] for held in document["held"]}


def test_the_question_and_the_queryset_agree(house):
    client_of(house.lin).post("/talks/", said(house))
    talk = Talk.objects.get()
    for person in (house.lin, house.chen, house.fang, house.qiu, house.wen):
        asker = asker_of(world.account(person) if not hasattr(person, "account") else person.account, DAY)
        may = access.may_note_talks(asker, house.inspection)
        assert may == access.talks_noted_by(asker).filter(pk=talk.pk).exists()
        assert may == (person == house.lin)


def test_the_page_asks_eight_times_at_most_however_many_talks_there_are(house, django_assert_max_num_queries):
    lin = client_of(house.lin)
    for day in range(1, 20):
        lin.post("/talks/", said(house, held_on=f"2026-11-{day:02}"))
    with django_assert_max_num_queries(8):
        lin.get("/talks/")


def test_the_page_is_good_on_a_phone_and_at_a_desk(house, phone, desk):
    client_of(house.lin).post("/talks/", said(house))
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(house.lin.account)
        page.goto("/talks/")
        assert_good(page, f"talks-{name}")
