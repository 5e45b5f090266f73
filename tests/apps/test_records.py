"""What is held about a person, and who looked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.honors.models import Honor
from zhibu.apps.people.models import Account, Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.reports.actions import look_at, take_away
from zhibu.apps.reports.holdings import HOLDINGS
from zhibu.apps.reports.looks import Look, looks_at
from zhibu.apps.reports.records import (
    Happening,
    Kind,
    RosterMonth,
    entries_of,
    held_about,
    history_of,
    record_document,
    roster_of,
    sheet_of,
)
from zhibu.apps.rosters.models import RosterDay, Shift
from zhibu.apps.windows.models import Seat, Section, Site, WindowPost
from zhibu.domain.terms import PostKind, Role, Standing

DAY, AT = world.DAY, world.AT

#: Rooms whose rows about a person hold nothing else: each of their fields has a purpose.
ALL_FIELDS = {"people", "windows", "rosters", "honors", "mfa", "usersessions", "account"}


@pytest.fixture
def bureau(db):
    return world.bureau()


def pointers(model):
    return {
        field.name
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False) and field.is_relation and field.related_model in {Person, Account}
    }


def pointing_models():
    return [model for model in apps.get_models(include_auto_created=True) if pointers(model)]


def described(model):
    return [holding for holding in HOLDINGS if holding.rows is model]


# --- The registry ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", pointing_models(), ids=lambda model: model._meta.label)
def test_whatever_points_at_a_person_or_an_account_is_in_the_registry(model):
    named = {pointer.split("__")[0] for holding in described(model) for pointer in holding.pointers}
    through_itself = {"person"} if model is Account else set()
    other_ways = {"chosen"} if model._meta.label == "meetings.Meeting" else set()
    assert pointers(model) - other_ways <= named | through_itself


@pytest.mark.parametrize(
    "model",
    [Person, *(model for model in pointing_models() if model._meta.app_label in ALL_FIELDS)],
    ids=lambda model: model._meta.label,
)
def test_no_field_about_a_person_is_without_a_purpose(model):
    fields = {field.name for field in model._meta.concrete_fields if not field.primary_key}
    named = [name for holding in described(model) for name in holding.fields]
    assert sorted(named) == sorted(fields - pointers(model))


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda holding: f"{holding.model} {holding.what}")
def test_each_holding_can_be_read_and_says_what_for_and_how_long(holding, bureau):
    assert entries_of(holding, bureau.chen) is not None
    assert str(holding.what)
    assert str(holding.purpose)
    assert str(holding.retention.value)


SECRETS = {"password", "digest", "session_key", "nonce", "data"}


def test_secrets_are_named_and_never_shown():
    shown = {name for holding in HOLDINGS for name, lookup in holding.fields.items() if lookup}
    named = {name for holding in HOLDINGS for name in holding.fields}
    assert named >= SECRETS
    assert not shown & SECRETS


# --- History --------------------------------------------------------------------------------------------------------


def full_life(bureau):
    """Chen with one of everything."""
    site, section = Site.objects.create(name="大厅"), Section.objects.create(name="报检")
    window = WindowPost.objects.create(
        code="W01", name="报检1号岗", site=site, section=section, organization=bureau.inspection, since=DAY
    )
    Seat.objects.create(person=bureau.chen, window_post=window, since=dt.date(2026, 1, 1))
    world.appoint(bureau.chen, bureau.inspection, PostKind.YOUTH_OFFICER, since=dt.date(2024, 6, 30))
    Honor.objects.create(person=bureau.chen, title="疫情防控一线支援", year=2015)
    day_shift = Shift.objects.create(code="白", name="行政班")
    night = Shift.objects.create(code="夜", name="夜班")
    RosterDay.objects.bulk_create(
        RosterDay(person=bureau.chen, day=dt.date(2026, month, day), shift=shift)
        for month, day, shift in ((10, 31, night), (11, 1, night), (11, 2, night), (11, 3, day_shift))
    )


def test_a_history_has_everything_dated_the_latest_first(bureau):
    full_life(bureau)
    branch = "检务处党支部"
    assert history_of(bureau.chen) == [
        Happening(Kind.SEAT, dt.date(2026, 1, 1), None, branch, "", None, "报检1号岗", None),
        Happening(Kind.POST, dt.date(2024, 6, 30), None, branch, "", PostKind.YOUTH_OFFICER, "", None),
        Happening(Kind.HONOR, None, None, "", "", None, "疫情防控一线支援", 2015),
        Happening(Kind.MEMBERSHIP, world.LONG_AGO, None, branch, "第二党小组", Standing.FULL, "", None),
        Happening(Kind.EMPLOYMENT, world.LONG_AGO, None, branch, "", None, "", None),
    ]


def test_a_history_without_a_membership_is_a_history(bureau):
    assert [line.kind for line in history_of(bureau.wen)] == [Kind.EMPLOYMENT]


def test_a_history_is_of_one_person_only(bureau):
    full_life(bureau)
    assert {line.kind for line in history_of(bureau.lin)} == {Kind.MEMBERSHIP, Kind.EMPLOYMENT, Kind.POST}


def test_the_roster_is_summed_by_month_and_shift(bureau):
    full_life(bureau)
    assert roster_of(bureau.chen) == [
        RosterMonth(dt.date(2026, 11, 1), {"夜班": 2, "行政班": 1}),
        RosterMonth(dt.date(2026, 10, 1), {"夜班": 1}),
    ]


def test_how_much_is_held_is_counted_for_the_person_and_without_the_log_in_for_others(bureau):
    full_life(bureau)
    world.account(bureau.chen)
    own = {(held.holding.model, held.entries) for held in held_about(bureau.chen, is_own=True)}
    others = {held.holding.model for held in held_about(bureau.chen, is_own=False)}
    assert own >= {("people.Person", 1), ("rosters.RosterDay", 4), ("people.Account", 1), ("people.Grant", 0)}
    assert others.isdisjoint({"people.Account", "people.ApiToken", "usersessions.UserSession", "mfa.Authenticator"})
    assert "rosters.RosterDay" in others


def test_a_record_can_be_taken_away_whole(bureau):
    full_life(bureau)
    taken = record_document(bureau.chen, on=DAY, is_own=True)
    entries = {held["what"]: held["entries"] for held in taken["held"]}
    assert taken["person"]["name"] == "陈星"
    assert len(taken["held"]) == len(HOLDINGS)
    assert [
        each["year"] for held in taken["held"] if held["model"] == "honors.Honor" for each in held["entries"]
    ] == [2015]
    assert [each for held in taken["held"] if held["model"] == "people.Membership" for each in held["entries"]] == [
        {
            "since": world.LONG_AGO,
            "until": None,
            "standing": Standing.FULL,
            "organization": "检务处党支部",
            "group": "第二党小组",
        }
    ]
    assert entries


def test_a_record_holds_nothing_about_anybody_else(bureau):
    full_life(bureau)
    taken = record_document(bureau.wen, on=DAY, is_own=True)
    models = {held["model"] for held in taken["held"] if held["entries"]}
    assert models == {"people.Person", "people.Employment"}


def test_history_and_holdings_cost_the_same_for_an_empty_and_for_a_full_life(bureau):
    with CaptureQueriesContext(connection) as few:
        history_of(bureau.wen), roster_of(bureau.wen), held_about(bureau.wen, is_own=True)
    full_life(bureau)
    with CaptureQueriesContext(connection) as many:
        history_of(bureau.chen), roster_of(bureau.chen), held_about(bureau.chen, is_own=True)
    assert len(few) == len(many) == 3


# --- Who looked -----------------------------------------------------------------------------------------------------


def asker_for(person):
    return asker_of(getattr(person, "account", None) or world.account(person), DAY)


def test_opening_a_record_is_one_event_a_day_for_each_who_looks(bureau):
    lin, fang = asker_for(bureau.lin), asker_for(bureau.fang)
    for asker in (lin, lin, fang):
        look_at(bureau.chen, asker=asker, at=AT)
    look_at(bureau.chen, asker=lin, at=AT + dt.timedelta(days=1))
    assert [(event.type, event.subject) for event in Event.objects.filter(type="record_looked_at")] == [
        ("record_looked_at", bureau.chen.pk)
    ] * 3


def test_a_day_ends_at_local_midnight(bureau):
    lin = asker_for(bureau.lin)
    last = dt.datetime(2026, 11, 23, 23, 59, 59, tzinfo=AT.tzinfo)
    for at in (AT, last, last + dt.timedelta(seconds=1)):
        look_at(bureau.chen, asker=lin, at=at.astimezone(dt.UTC))
    assert [look.day for look in looks_at(bureau.chen)] == [dt.date(2026, 11, 24), DAY]


def test_nobody_is_seen_looking_at_themself(bureau):
    look_at(bureau.lin, asker=asker_for(bureau.lin), at=AT)
    take_away(bureau.lin, asker=asker_for(bureau.lin), at=AT)
    assert looks_at(bureau.lin) == []


def test_a_person_learns_who_looked_on_which_day_and_in_which_capacity(bureau):
    lin, fang = asker_for(bureau.lin), asker_for(bureau.fang)
    look_at(bureau.chen, asker=lin, at=AT)
    take_away(bureau.chen, asker=fang, at=AT)
    assert looks_at(bureau.chen) == [
        Look(DAY, "方澄", bureau.office.pk, PostKind.SECRETARY, was_taken=True),
        Look(DAY, "林悦", bureau.inspection.pk, PostKind.SECRETARY, was_taken=False),
    ]


def test_of_several_offices_the_nearest_is_the_capacity(bureau):
    world.appoint(bureau.lin, bureau.office, PostKind.COMMITTEE_MEMBER)
    look_at(bureau.chen, asker=asker_for(bureau.lin), at=AT)
    assert [(look.office, look.post) for look in looks_at(bureau.chen)] == [
        (bureau.inspection.pk, PostKind.SECRETARY)
    ]


def test_the_event_of_a_look_holds_ids_and_no_names(bureau):
    look_at(bureau.chen, asker=asker_for(bureau.lin), at=AT)
    event = Event.objects.get(type="record_looked_at")
    text = event.text + Document.objects.get(sha256=event.document_sha256).text
    assert not any(word in text for word in ("林", "陈", "检务处", bureau.lin.staff_number))


def test_a_deleted_document_leaves_who_and_when(bureau):
    look_at(bureau.chen, asker=asker_for(bureau.lin), at=AT)
    Document.objects.all().delete()
    assert looks_at(bureau.chen) == [Look(DAY, "林悦", None, None, was_taken=False)]


def test_looks_cost_two_queries_however_many_there_are(bureau):
    look_at(bureau.chen, asker=asker_for(bureau.lin), at=AT)
    with CaptureQueriesContext(connection) as few:
        looks_at(bureau.chen)
    for n in range(5):
        look_at(bureau.chen, asker=asker_for(bureau.fang), at=AT + dt.timedelta(days=n))
    with CaptureQueriesContext(connection) as many:
        assert len(looks_at(bureau.chen)) == 6
    assert len(few) == len(many) == 2


def test_a_role_granted_is_among_what_is_held(bureau):
    world.grant(world.account(bureau.wen), Role.WINDOW_MANAGER, of=bureau.inspection)
    held = {each.holding.model: each.entries for each in held_about(bureau.wen, is_own=False)}
    assert held["people.Grant"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda holding: f"{holding.model} {'/'.join(holding.pointers)}")
def test_each_holding_becomes_a_sheet(holding):
    sheet = sheet_of(holding, world.person("陈星"))
    assert len(sheet.columns) == len([name for name, lookup in holding.fields.items() if lookup])
