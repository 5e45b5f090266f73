"""Filed records are found by what they say, by exactly those who may read them, from the filing on."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from tests import world
from tests.gatherings import DONE, announced, file_session
from tests.world import AT, DAY, Bureau
from zhibu.apps.meetings.access import meetings_seen_by, records_found_by
from zhibu.apps.meetings.actions import filing
from zhibu.apps.meetings.actions.indexing import RECORD, index_record, rebuild_records, unindex_records
from zhibu.apps.meetings.models import Filing, Meeting, MinutesText
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.queries import Found, Scope, found, hits
from zhibu.domain.terms import AbsenceReason, MeetingKind, Role
from zhibu.web.operator.main import app


@pytest.fixture
def house(db: None) -> Bureau:
    return world.bureau()


def asks(person: Person) -> Asker:
    return asker_of(world.account(person), DAY)


def subjects(query: str, asker: Asker) -> set[Meeting]:
    keys = found(query, (Scope(RECORD, records_found_by(asker)),)).keys
    return {hit.subject for hit in hits(keys, query)}


def written(meeting: Meeting, text: str) -> None:
    MinutesText.objects.create(meeting=meeting, field=MinutesText.Field.DISCUSSION.value, text=text, saved_at=AT)


def filed(house: Bureau, text: str = "讨论夜班学习安排", **facts: object) -> Meeting:
    meeting = announced(house, **facts)
    written(meeting, text)
    file_session(meeting.sessions.get(), chair=house.lin)
    return Meeting.objects.get(pk=meeting.pk)


def test_a_record_is_found_from_its_filing_on_and_never_as_a_draft(house: Bureau) -> None:
    lin = asks(house.lin)
    meeting = announced(house)
    written(meeting, "讨论夜班学习安排")
    assert subjects("夜班", lin) == set()
    assert not Indexed.objects.exists()
    file_session(meeting.sessions.get(), chair=house.lin)
    for query in ("夜班", "十一月支部", "传达", "发展党员", "班"):
        assert subjects(query, lin) == {meeting.pk}


def test_a_correction_is_found_beside_what_it_puts_right(house: Bureau) -> None:
    meeting, lin = filed(house), asks(house.lin)
    filing.correct(Filing.objects.get(meeting=meeting), text="实到应为二十一人", by=None, **DONE)
    assert subjects("二十一人", lin) == subjects("夜班", lin) == {meeting.pk}


def test_who_was_away_and_why_is_not_found(house: Bureau) -> None:
    meeting = announced(house)
    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.LEAVE})
    (row,) = Indexed.objects.all()
    assert house.chen.name not in row.text
    assert subjects(house.chen.name, asks(house.fang)) == set()


def test_exactly_those_who_may_read_a_record_find_it(house: Bureau) -> None:
    kinds = (MeetingKind.GENERAL_MEETING, MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.THEME_DAY)
    for number, kind in enumerate(kinds):
        filed(house, kind=kind, title=f"第{number}次")
    filed(house, kind=MeetingKind.GROUP_MEETING, organization=house.first_group, title="小组")
    hidden = filed(house, organization=house.quay, title="码头", text="夜班，绝不外传")
    everybody = [asks(person) for person in Person.objects.all()]
    for role in Role:
        account = world.account(login=f"x{role.value}")
        world.grant(account, role, of=house.office if role is Role.WINDOW_MANAGER else None)
        everybody.append(asker_of(account, DAY))
    readers = 0
    for asker in everybody:
        may = set(meetings_seen_by(asker).filter(filing__isnull=False).values_list("pk", flat=True))
        assert subjects("夜班", asker) == may
        assert subjects("绝不外传", asker) == may & {hidden.pk}
        if hidden.pk not in may:
            assert found("绝不外传", (Scope(RECORD, records_found_by(asker)),)) == Found()
        readers += bool(may)
    assert 0 < readers < len(everybody)


def test_what_a_move_of_the_tree_changes_for_readers_it_changes_for_finders(house: Bureau) -> None:
    filed(house, organization=house.quay, title="码头")
    fang = asks(house.fang)
    assert subjects("夜班", fang) == set()
    Organization.objects.filter(pk=house.quay.pk).update(path=f"{house.office.path}zzzz")
    assert len(subjects("夜班", fang)) == 1
    assert subjects("夜班", fang) == set(
        meetings_seen_by(fang).filter(filing__isnull=False).values_list("pk", flat=True)
    )


def test_made_anew_the_index_says_the_same(house: Bureau) -> None:
    meeting, other = filed(house), filed(house, title="另一次", text="讨论白班")
    filing.correct(Filing.objects.get(meeting=other), text="补充夜班", by=None, **DONE)

    def told() -> list[tuple[object, ...]]:
        names = ("kind", "subject", "number", "organization", "audience", "title", "text", "folded_text", "since")
        return list(Indexed.objects.order_by("title").values_list(*names))

    before = told()
    assert rebuild_records() == 2
    assert told() == before
    assert subjects("夜班", asks(house.lin)) == {meeting.pk, other.pk}
    Indexed.objects.all().delete()
    rebuild_records()
    assert told() == before


def test_a_record_is_indexed_in_three_statements(house: Bureau) -> None:
    meeting = filed(house)
    filing = Filing.objects.select_related("meeting__organization", "document").get()
    unindex_records([meeting.pk])
    with CaptureQueriesContext(connection) as asked:
        index_record(filing, json.loads(filing.document.text))
    told = [each["sql"].removeprefix("1 times: ").split()[0] for each in asked.captured_queries]
    last = "INSERT" if connection.vendor == "sqlite" else "UPDATE"
    assert [word for word in told if word not in {"SAVEPOINT", "RELEASE"}] == ["SELECT", "INSERT", last]


def test_the_command_makes_the_index_anew(house: Bureau) -> None:
    meeting = filed(house)
    unindex_records([meeting.pk])
    told = CliRunner().invoke(app, ["reindex", "--json"])
    assert (told.exit_code, json.loads(told.stdout)) == (
        0,
        {"indexed": {"record": 1, "article": 0, "guide": 0, "unit": 0, "forum": 0}},
    )
    assert subjects("夜班", asks(house.lin)) == {meeting.pk}
