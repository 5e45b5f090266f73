"""心得: voluntary, shared by its writer only and with their own branch, gone when they say so, never counted."""

from __future__ import annotations

import pytest
from django.db import models

from tests import world
from tests.campaigns import opened
from tests.world import AT, DAY
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.learning import access
from zhibu.apps.learning.actions.study_notes import keep_note_to_oneself, share_note, take_note_away, write_note
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Link, Part, StudyNote, WrapUp
from zhibu.apps.learning.queries import notes_for, wrap_up_from_records
from zhibu.apps.people.models import Membership, Person
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import PostKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return world.bureau()


def asker(person):
    return asker_of(getattr(person, "account", None) or world.account(person), DAY)


def written(house, person=None, text="学到的要用在交接班上。"):
    campaign = Campaign.objects.first() or opened(house, house.root)
    return write_note(campaign, person or house.chen, text=text, at=AT)


def readers(note, *people):
    """Who of them reads it, as the question and the query say alike."""
    askers = {person.name: asker(person) for person in people}
    found = [name for name, one in askers.items() if access.notes_seen_by(one).filter(pk=note.pk).exists()]
    assert found == [name for name, one in askers.items() if access.may_see_note(one, note)]
    return found


def test_a_note_is_its_writers_alone_until_they_share_it_with_their_branch(house):
    note = written(house)
    everybody = (house.chen, house.lin, house.fang, house.qiu, house.wen)
    assert readers(note, *everybody) == ["陈星"]
    share_note(note, on=DAY)
    assert readers(note, *everybody) == ["陈星", "林悦"]
    keep_note_to_oneself(note)
    assert readers(note, *everybody) == ["陈星"]


def test_no_office_lets_anybody_read_what_a_branch_shares(house):
    note = written(house)
    share_note(note, on=DAY)
    for number, organization in enumerate((house.office, house.inspection, house.harbor)):
        officer = world.member(f"干部{number}", house.archive_branch)
        world.appoint(officer, organization, PostKind.ORGANIZATION_OFFICER)
        assert readers(note, officer) == []


def test_what_is_taken_away_is_gone_for_all_at_once(house):
    note = written(house)
    share_note(note, on=DAY)
    take_note_away(note)
    take_note_away(note)
    assert StudyNote.objects.count() == 0
    assert notes_for(asker(house.lin), Campaign.objects.get()).shared == ()


def test_who_leaves_the_branch_takes_their_note_along(house):
    note = written(house)
    share_note(note, on=DAY)
    Membership.objects.filter(person=house.chen).update(until=DAY)
    world.admit(house.chen, house.archive_branch, since=DAY)
    assert readers(note, house.lin, house.fang) == []
    share_note(note, on=DAY)
    assert readers(note, house.lin, house.fang) == ["方澄"]


def test_there_is_one_note_and_writing_on_leaves_it_with_whom_it_was_shared(house):
    share_note(written(house), on=DAY)
    note = written(house, text=" 又想了想。 ")
    assert (StudyNote.objects.count(), note.text) == (1, "又想了想。")
    note.refresh_from_db()
    assert note.shared_with == house.inspection


@pytest.mark.parametrize(("text", "says"), [(" ", "还没有写内容"), ("长" * 4001, "4001")])
def test_an_empty_or_endless_note_is_refused(house, text, says):
    with pytest.raises(LearningRefusal, match=says):
        written(house, text=text)
    assert StudyNote.objects.count() == 0


def test_who_belongs_to_no_branch_has_nobody_to_share_with(house):
    note = written(house, house.wen)
    with pytest.raises(LearningRefusal, match="不属于任何党支部"):
        share_note(note, on=DAY)
    assert not access.may_write_note(asker(house.wen), note.campaign)


def test_no_event_tells_who_has_written_and_so_who_has_not(house):
    opened(house, house.root)
    before = Event.objects.count()
    note = written(house)
    share_note(note, on=DAY)
    keep_note_to_oneself(note)
    take_note_away(note)
    assert Event.objects.count() == before
    assert not Document.objects.filter(text__contains="交接班").exists()


def test_notes_are_counted_by_no_field_no_figure_and_no_wrap_up(house):
    counting = (models.IntegerField, models.FloatField, models.DecimalField)
    fields = [
        f"{model.__name__}.{field.name}"
        for model in (Campaign, Part, Link, StudyNote, WrapUp)
        for field in model._meta.concrete_fields
        if isinstance(field, counting) and not field.primary_key
    ]
    assert fields == []
    campaign = opened(house, house.root)
    before = [wrap_up_from_records(campaign, place, DAY) for place in (house.inspection, house.office, house.root)]
    for person in (house.chen, house.lin):
        share_note(written(house, person), on=DAY)
    after = [wrap_up_from_records(campaign, place, DAY) for place in (house.inspection, house.office, house.root)]
    assert before == after
    assert "心得" not in "".join(after)


def test_both_forms_of_access_agree(house):
    campaigns = [opened(house, office) for office in (house.root, house.office, house.inspection, house.harbor)]
    Campaign.objects.filter(pk=campaigns[1].pk).update(opened_at=None)
    for campaign in campaigns[:2]:
        for person in (house.chen, house.lin, house.qiu):
            note = write_note(campaign, person, text="心里话", at=AT)
            if campaign is campaigns[0]:
                share_note(note, on=DAY)
    leader = world.member("组长", house.inspection, group=house.first_group)
    world.appoint(leader, house.first_group, PostKind.GROUP_LEADER)
    for person in Person.objects.all():
        who = asker(person)
        rows = Campaign.objects.select_related("office")
        assert set(access.campaigns_seen_by(who)) == {one for one in rows if access.may_see_campaign(who, one)}
        assert set(access.campaigns_led_by(who)) == {one for one in rows if access.may_lead(who, one)}
        notes = StudyNote.objects.select_related("shared_with")
        assert set(access.notes_seen_by(who)) == {one for one in notes if access.may_see_note(who, one)}
        places = set(type(house.root).objects.all())
        assert set(access.organizations_opened_for_by(who)) == {
            one for one in places if access.may_open_for(who, one)
        }
        for campaign in rows:
            served = set(access.organizations_served_by(who, campaign))
            assert served == {one for one in places if access.may_serve(who, campaign, one)}
