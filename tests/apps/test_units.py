"""A unit: drafted, published version by version, withdrawn; what is attached is what it is."""

from __future__ import annotations

import datetime as dt
import json
from itertools import product

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from tests import world
from tests.campaigns import opened, part
from tests.documents.media import mp3, mp4, picture, wav
from tests.units import DONE, QUESTIONS, TITLE, drafted, published, words
from tests.world import AT, DAY
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.learning import units as reads
from zhibu.apps.learning.access import (
    may_keep_unit,
    may_see_unit,
    units_found_by,
    units_kept_by,
    units_seen_by,
)
from zhibu.apps.learning.actions import receiving, self_study, unit_files, units
from zhibu.apps.learning.actions.unit_files import Brought
from zhibu.apps.learning.actions.unit_index import rebuild_units
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Receipt, SelfStudy, Unit, UnitFile
from zhibu.apps.people.queries import asker_of
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.queries import Scope, found_all
from zhibu.domain.learning import UnitReach
from zhibu.domain.terms import PostKind, Role

pytestmark = pytest.mark.django_db

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n今天讲交接班。\n"
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def asker(person, on=DAY):
    return asker_of(getattr(person, "account", None) or world.account(person), on)


def refused(deed, *args, **facts):
    with pytest.raises(LearningRefusal) as refusal, transaction.atomic():
        deed(*args, **facts)
    return str(refusal.value)


def stored():
    return [
        path for path in default_storage.listdir(unit_files.FOLDER)[0] if default_storage.listdir(f"units/{path}")[1]
    ]


# --- Written and published -----------------------------------------------------------------------------------------


def test_a_unit_is_published_as_it_was_read_and_sealed(house):
    draft = drafted(house)
    assert Unit.objects.get().is_out is False
    assert "读一遍" in refused(units.publish_unit, draft, revision=7, **DONE)
    unit = units.publish_unit(draft, revision=1, **DONE)
    version = reads.published_of(unit)
    sealed = json.loads(Document.objects.get(pk=version.sealed_id).text)
    assert (sealed["title"], sealed["questions"][0]["explanation"]) == (TITLE, "交接簿上有上一班留下的事。")
    assert unit.is_out


def test_what_is_published_never_changes_the_next_version_does(house):
    unit = published(house)
    first = reads.published_of(unit)
    assert "已发布" in refused(units.save_unit, first, words=words(), based_on=1, writer=house.lin, **DONE)
    draft = units.begin_unit_version(unit, writer=house.lin, **DONE)
    units.save_unit(draft, words=words(title="新的题目"), based_on=1, writer=house.lin, **DONE)
    unit.refresh_from_db()
    assert (unit.title, reads.published_of(unit), reads.last_of(unit)) == (TITLE, first, draft)
    units.publish_unit(draft, revision=2, **DONE)
    unit.refresh_from_db()
    assert (unit.title, reads.published_of(unit)) == ("新的题目", draft)
    first.refresh_from_db()
    assert first.title == TITLE


def test_what_somebody_else_saved_meanwhile_is_not_written_over(house):
    draft = drafted(house)
    units.save_unit(draft, words=words(text="甲"), based_on=1, writer=house.lin, **DONE)
    assert "林" in refused(units.save_unit, draft, words=words(text="乙"), based_on=1, writer=house.fang, **DONE)


def test_an_empty_unit_one_that_is_too_long_and_one_for_a_foreign_part_are_refused(house):
    empty = drafted(house, text="", questions=())
    assert "还没有" in refused(units.publish_unit, empty, revision=1, **DONE)
    for facts in (
        {"title": " "},
        {"title": "题" * 81},
        {"text": "字" * 10_001},
        {"minutes": 16},
        {"topic": "题" * 21},
    ):
        refused(drafted, house, **facts)
    foreign = part(opened(house), house, of=house.archive_branch, title="别的支部的自选内容")
    assert "别的支部的自选内容" in refused(drafted, house, part=foreign)


def test_a_draft_that_is_dropped_takes_its_files_along_and_the_unit_where_it_was_the_first(house):
    draft = drafted(house)
    unit_files.attach(draft, brought=Brought(name="a.png", content=picture("PNG"), said="一张图"), **DONE)
    assert units.drop_unit_draft(draft, **DONE) is False
    assert (Unit.objects.count(), UnitFile.objects.count()) == (0, 0)
    unit = published(house, None, Brought(name="a.png", content=picture("PNG"), said="一张图"))
    assert units.drop_unit_draft(units.begin_unit_version(unit, writer=house.lin, **DONE), **DONE) is True
    assert UnitFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_with_the_last_version_that_has_it(house):
    file = Brought(name="a.png", content=picture("PNG"), said="一张图")
    unit = published(house, None, file)
    draft = units.begin_unit_version(unit, writer=house.lin, **DONE)
    unit_files.detach(draft.files.get(), **DONE)
    assert len(stored()) == 1
    other = drafted(house)
    unit_files.attach(other, brought=Brought(name="b.png", content=picture("PNG", (9, 9)), said="另一张"), **DONE)
    units.drop_unit_draft(other, **DONE)
    assert len(stored()) == 1


def test_a_withdrawn_unit_says_why_and_is_found_no_more(house):
    unit = published(house)
    assert "为什么" in refused(units.withdraw_unit, unit, because=" ", **DONE)
    units.withdraw_unit(unit, because="规定已经改了", **DONE)
    chen = asker(house.chen)
    assert (list(reads.library(chen)), Indexed.objects.filter(kind=reads.UNIT).count()) == ([], 0)
    assert may_see_unit(chen, Unit.objects.get())
    refused(units.withdraw_unit, unit, because="再一次", **DONE)


# --- What is attached ----------------------------------------------------------------------------------------------


def test_a_picture_is_kept_small_without_where_it_was_taken(house):
    file = unit_files.attach(
        drafted(house), brought=Brought(name="..\\IMG 1.PNG", content=picture("PNG", (3000, 10)), said="大厅"), **DONE
    )
    assert (file.name, file.media_type, file.width, file.height) == ("IMG 1.jpg", "image/jpeg", 960, 3)
    with default_storage.open(f"units/{file.sha256[:2]}/{file.sha256}") as content:
        assert content.read(3) == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("brought", "says"),
    [
        (Brought(name="图.jpg", content=picture()), "图.jpg"),
        (Brought(name="录音.mp3", content=mp3()), "文字稿"),
        (Brought(name="录像.mp4", content=mp4()), "字幕"),
        (Brought(name="录像.mp4", content=mp4(), captions="WEBVTT\n\n00:00.000 -> 00:01.000\n话"), "3"),
        (Brought(name="图.svg", content=b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "图.svg"),
        (Brought(name="图.jpg", content=b"<html><script>alert(1)</script>"), "图.jpg"),
        (Brought(name="a.zip", content=b"PK\x03\x04" + bytes(40)), "a.zip"),
        (Brought(name="a.exe", content=b"MZ" + bytes(40)), "a.exe"),
        (Brought(name="录音.wav", content=wav() + b"PK\x03\x04<script>", transcript="话"), "录音.wav"),
        (Brought(name="文.pdf", content=b"%PDF-1.7 << /OpenAction << /S /JavaScript >> >>\n%%EOF"), "文.pdf"),
        (Brought(name="文.pdf", content=b"%PDF-1.7 no end"), "文.pdf"),
        (Brought(name="文.pdf", content=PDF + b"PK\x05\x06" + bytes(18)), "文.pdf"),
        (Brought(name="图.png", content=b"\x89PNG\r\n\x1a\n" + bytes(40), said="图"), "图.png"),
        (Brought(name="图.png", content=picture("PNG"), said="长" * 121), "图.png"),
        (Brought(name="大.pdf", content=b"%PDF-1.7" + bytes(20 * 2**20) + b"%%EOF"), "大.pdf"),
    ],
)
def test_what_can_not_be_taken_is_refused_by_its_name(house, brought, says):
    assert says in refused(unit_files.attach, drafted(house), brought=brought, **DONE)
    assert UnitFile.objects.count() == 0


def test_recordings_come_with_their_words(house):
    draft = drafted(house)
    heard = unit_files.attach(draft, brought=Brought(name="a.mp3", content=mp3(), transcript="各位同事："), **DONE)
    seen = unit_files.attach(draft, brought=Brought(name="b.mov", content=mp4(), captions=VTT), **DONE)
    assert (heard.kind, heard.transcript, seen.name, seen.media_type) == ("audio", "各位同事：", "b.mp4", "video/mp4")
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitFile.objects.filter(pk=heard.pk).update(transcript="")


# --- Who sees it ---------------------------------------------------------------------------------------------------


def test_both_forms_of_each_question_agree_and_what_is_found_is_what_is_seen(house):
    everybody = [house.lin, house.chen, house.fang, house.qiu, house.wen, world.person("谁也不是")]
    group_leader = world.member("组长", house.inspection, group=house.first_group)
    world.appoint(group_leader, house.first_group, PostKind.GROUP_LEADER)
    askers = [asker(person) for person in (*everybody, group_leader)]
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SYSTEM)
    askers.append(asker_of(keeper, DAY))
    places = [house.root, house.office, house.inspection, house.archive_branch]
    for place, reach in product(places, UnitReach):
        published(house, place, title=f"{place.code} {reach}", reach=reach)
        drafted(house, place, title=f"draft {place.code} {reach}", reach=reach)
    everything = list(Unit.objects.select_related("organization"))
    assert len(everything) == 24
    for one in askers:
        seen, kept = set(units_seen_by(one)), set(units_kept_by(one))
        assert seen == {unit for unit in everything if may_see_unit(one, unit)}
        assert kept == {unit for unit in everything if may_keep_unit(one, unit)}
        keys = found_all(["交接簿"], [Scope(reads.UNIT, units_found_by(one))]).keys
        found = set(Indexed.objects.filter(pk__in=keys).values_list("subject", flat=True))
        assert found == {unit.pk for unit in reads.library(one)}
    of_chen = {unit.title for unit in reads.library(asker(house.chen))}
    assert of_chen == {
        f"{place.code} {reach}"
        for place, reach in product(places, UnitReach)
        if place != house.archive_branch or reach is UnitReach.HOUSE
    }


def test_it_is_found_by_two_characters_in_either_script_and_by_what_is_said_in_it(house):
    published(house, None, Brought(name="a.wav", content=wav(), transcript="各位同事，出证之前再核一遍。"))
    ways = [Scope(reads.UNIT, units_found_by(asker(house.chen)))]
    assert [len(found_all([text], ways).keys) for text in ("交接", "簿", "未辦結", "出證", "没有")] == [1, 1, 1, 1, 0]
    assert rebuild_units() == 1
    assert len(found_all(["出证"], ways).keys) == 1


# --- What one learns by oneself ------------------------------------------------------------------------------------


def study(house, unit, nonce, answers=((0,), (0, 1)), at=AT):
    version = reads.published_of(unit)
    return self_study.study(version, house.chen, answers=answers, nonce=nonce, at=at)


def test_answers_are_kept_for_their_owner_and_no_event_tells_of_them(house):
    unit = published(house)
    events = Event.objects.count()
    receipt = study(house, unit, "one", [[0], [0, 2, 7, 0]])
    row = SelfStudy.objects.get()
    assert (receipt.already, row.title, row.day, row.answers) == (False, TITLE, DAY, [[0], [0, 2]])
    lines = reads.answered(reads.published_of(unit), row.answers)
    assert [line.is_right for line in lines] == [True, False]
    assert Event.objects.count() == events
    assert {field.name for field in SelfStudy._meta.fields} == {
        "id", "person", "unit", "version", "title", "day", "answers", "kept_at",
    }  # fmt: skip


def test_the_same_nonce_is_one_row_and_the_same_answer(house):
    unit = published(house)
    first = study(house, unit, "one")
    later = study(house, unit, "one", [[1], []], AT + dt.timedelta(days=2))
    assert (later.received_at, later.already) == (first.received_at, False)
    assert SelfStudy.objects.get().answers == [[0], [0, 1]]


def test_the_same_work_from_two_phones_is_one_row_and_the_second_hears_so(house):
    unit = published(house)
    assert [study(house, unit, nonce).already for nonce in ("one", "two", "one", "two")] == [False, True, False, True]
    assert (SelfStudy.objects.count(), Receipt.objects.count()) == (1, 2)


def test_a_nonce_of_something_else_and_none_at_all_are_refused(house):
    study(house, published(house), "one")
    other = published(house, title="另一个")
    for nonce in ("one", "", "n" * 65, "a\x00b"):
        refused(study, house, other, nonce)
    assert SelfStudy.objects.count() == 1


def test_ones_own_list_holds_other_things_too_and_goes_when_its_owner_says_so(house):
    study(house, published(house), "one")
    self_study.note_study(house.chen, title=" 读了一章书 ", day=DAY, nonce="two", at=AT)
    self_study.note_study(house.chen, title=" 读了一章书 ", day=DAY, nonce="two", at=AT)
    assert SelfStudy.objects.count() == 2
    refused(self_study.note_study, house.chen, title="明天的", day=DAY + dt.timedelta(days=1), nonce="3", at=AT)
    assert self_study.forget_study(house.qiu.pk) == 0
    assert self_study.forget_study(house.chen.pk, only=SelfStudy.objects.get(unit=None).pk) == 1
    assert self_study.forget_study(house.chen.pk) == 1


def test_receipts_are_forgotten_after_half_a_year(house):
    study(house, published(house), "one")
    assert receiving.forget_receipts(AT + dt.timedelta(days=179)) == 0
    assert receiving.forget_receipts(AT + dt.timedelta(days=181)) == 1


def test_questions_typed_in_the_cast_are_whole():
    assert len(words().questions) == QUESTIONS.count(">") == 2
