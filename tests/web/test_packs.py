"""A study pack: made of a superior's lesson, taken in by a branch as its own, all of it or nothing, and undone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.documents.media import picture, wav
from tests.documents.test_packs import PACK, changed
from tests.gatherings import DONE, announced
from tests.units import published
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.learning.access import may_keep_pack, packs_taken_by
from zhibu.apps.learning.actions import make_ups
from zhibu.apps.learning.actions.unit_files import Brought
from zhibu.apps.learning.making_up import equals_of
from zhibu.apps.learning.models import TakenPack, Unit
from zhibu.apps.meetings.actions import convening, minutes
from zhibu.apps.meetings.actions.papers import add_paper
from zhibu.apps.meetings.models import Meeting, MinutesText
from zhibu.apps.people.queries import asker_of
from zhibu.documents.packs import read, write
from zhibu.domain.learning import UnitReach
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def lesson(house):
    """Of Qiu's branch, with a paper, what is conveyed, and a unit with a picture and a recording."""
    branch = house.archive_branch
    meeting = convening.draft(
        organization=branch,
        kind=MeetingKind.LESSON,
        title="党课：交接班",
        made_by=None,
        agenda=["学习规定", "讨论"],
        convener=house.qiu,
        **DONE,
    )
    add_paper(meeting, name="规定.pdf", content=PDF, **DONE)
    conveyed = MinutesText.Field.CONVEYED
    minutes.save_text(meeting, field=conveyed, item=None, text="传达规定。", based_on=0, by=None, **DONE)
    files = (
        Brought(name="a.png", content=picture("PNG"), said="交接簿"),
        Brought(name="b.wav", content=wav(), transcript="请核对。"),
    )
    make_ups.set_equal(meeting, published(house, branch, *files), **DONE)
    return meeting


def take(house, content, client=None):
    given = {"organization": str(house.inspection.pk), "pack": SimpleUploadedFile("a.zip", content)}
    return (client or client_of(house.lin)).post("/learn/packs/", given)


def test_a_lesson_of_one_branch_becomes_the_lesson_of_another_with_all_that_belongs_to_it(house):
    meeting = lesson(house)
    answer = client_of(house.qiu).get(f"/meetings/{meeting.pk}/pack.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert take(house, answer.content).status_code == 302
    taken = TakenPack.objects.get()
    made = taken.meeting
    assert (made.organization, made.at_stage, made.title) == (house.inspection, MeetingStage.DRAFT, "党课：交接班")
    assert list(made.agenda.order_by("position").values_list("title", flat=True)) == ["学习规定", "讨论"]
    assert [paper.name for paper in made.papers.all()] == ["规定.pdf"]
    assert made.texts.get(field=MinutesText.Field.CONVEYED).text == "传达规定。"
    (unit,) = equals_of(made)
    assert (unit.organization, unit.is_out) == (house.inspection, True)
    assert [file.kind for file in unit.versions.get().files.all()] == ["picture", "audio"]


def test_a_unit_that_the_branch_sees_already_is_not_made_twice(house):
    unit = published(house, house.office, reach=UnitReach.PRESCRIBED)
    content = client_of(house.fang).get(f"/learn/write/{unit.pk}/pack.zip").content
    assert read(content).units[0].id == str(unit.pk)
    take(house, content)
    assert equals_of(TakenPack.objects.get().meeting) == [unit]
    assert Unit.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no zip", "不是学习包"),
        (changed(version=9), "“9”"),
        (changed(surprise=1), "surprise"),
        (changed(files=[("../x", b"x")]), "../x"),
        (changed(title="题" * 121), "题题题"),
        (changed(agenda=[""]), "空的"),
        (write(PACK), "a.wav"),  # its recording is none
    ],
)
def test_a_pack_that_is_another_thing_is_refused_by_name_and_leaves_nothing(house, content, says):
    before = (Meeting.objects.count(), Unit.objects.count())
    answer = take(house, content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert (Meeting.objects.count(), Unit.objects.count(), TakenPack.objects.count()) == (*before, 0)


def test_it_is_undone_while_the_lesson_is_a_draft_and_not_later(house):
    lin, meeting = client_of(house.lin), lesson(house)
    content = client_of(house.qiu).get(f"/meetings/{meeting.pk}/pack.zip").content
    take(house, content, lin)
    first = TakenPack.objects.get()
    lin.post(f"/learn/packs/{first.pk}/undo/")
    first.meeting.refresh_from_db()
    assert first.meeting.at_stage is MeetingStage.NOT_HELD
    assert not first.brought.get().is_out
    take(house, content, lin)
    second = TakenPack.objects.exclude(pk=first.pk).get()
    starts = AT + dt.timedelta(days=1)
    ends = starts + dt.timedelta(hours=1)
    convening.add_session(second.meeting_id, starts_at=starts, ends_at=ends, place="会议室", **DONE)
    convening.announce(second.meeting_id, **DONE)
    assert lin.post(f"/learn/packs/{second.pk}/undo/").status_code == 409


def test_only_those_who_keep_the_branch_take_in_download_and_undo(house):
    meeting = lesson(house)
    content = client_of(house.qiu).get(f"/meetings/{meeting.pk}/pack.zip").content
    take(house, content)
    taken = TakenPack.objects.get()
    for person in (house.lin, house.chen, house.fang, house.qiu):
        asker = asker_of(person.account if hasattr(person, "account") else world.account(person), DAY)
        assert may_keep_pack(asker, taken) == packs_taken_by(asker).filter(pk=taken.pk).exists()
        assert may_keep_pack(asker, taken) == (person == house.lin)
    assert client_of(house.chen).get("/learn/packs/").status_code == 403
    assert client_of(house.chen).get(f"/meetings/{meeting.pk}/pack.zip").status_code == 404
    assert client_of(house.qiu).post(f"/learn/packs/{taken.pk}/undo/").status_code == 404
    assert take(house, content, client_of(house.qiu)).status_code == 422
    assert client_of(house.lin).get(f"/meetings/{announced(house).pk}/pack.zip").status_code == 404
    assert default_storage.exists("units")


@pytest.mark.slow
def test_the_page_is_good_on_a_phone_and_at_a_desk(phone, desk, house):
    take(house, client_of(house.qiu).get(f"/meetings/{lesson(house).pk}/pack.zip").content)
    for opens in (phone, desk):
        page = opens(house.lin.account)
        page.goto("/learn/packs/")
        assert_good(page, "study packs")
