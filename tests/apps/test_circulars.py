"""What a committee writes to organizations below it: who is told, what is refused, what stands after a withdrawal."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests import world
from tests.world import AT, DAY
from zhibu.apps.archive import files
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.notices import access
from zhibu.apps.notices.actions.circulars import LONGEST_TEXT, LONGEST_TITLE, MOST_FILES, send, withdraw
from zhibu.apps.notices.errors import NoticeRefusal
from zhibu.apps.notices.models import Circular, Enclosure, Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import PostKind

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def written(house, **facts):
    given = {
        "office": house.office,
        "by": house.fang,
        "to": [house.inspection, house.archive_branch],
        "title": "关于开展主题党日的通知",
        "text": "请于本月内开展。",
    }
    return send(**given | facts, **DONE)


def told(**which):
    return sorted(Notice.objects.filter(**which).values_list("person__name", "occasion", "title"))


def test_secretaries_and_deputies_are_told_of_a_group_its_leader_and_nobody_else(house):
    deputy = world.member("副书记", house.archive_branch)
    world.appoint(deputy, house.archive_branch, PostKind.DEPUTY_SECRETARY)
    world.appoint(house.wen, house.inspection, PostKind.PUBLICITY_OFFICER)
    world.appoint(house.chen, house.second_group, PostKind.GROUP_LEADER)
    former = world.member("前书记", house.archive_branch)
    world.appoint(former, house.archive_branch, until=DAY)
    written(house, to=[house.inspection, house.archive_branch, house.second_group])
    assert told() == [(name, "circular", "关于开展主题党日的通知") for name in sorted(["林悦", "陈星", "副书记"])]


def test_the_deed_is_on_record_with_what_was_sent_to_whom(house):
    circular = written(house, until=DAY, attached=[("附件.pdf", PDF)])
    event = Event.objects.get(type="circular_sent", subject=circular.pk)
    document = json.loads(Document.objects.get(pk=event.document_sha256).text)
    assert document["to"] == [str(house.inspection.pk), str(house.archive_branch.pk)]
    assert document["files"][0]["name"] == "附件.pdf"
    kept = Enclosure.objects.get()
    assert (kept.name, kept.size, kept.media_type) == ("附件.pdf", len(PDF), "application/pdf")
    assert house.lin.notices.get().last_day == DAY


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"to": []}, "至少选择一个"),
        ({"title": "  "}, "标题和正文"),
        ({"text": "\n"}, "标题和正文"),
        ({"title": "长" * (LONGEST_TITLE + 1)}, f"最多{LONGEST_TITLE}个"),
        ({"text": "长" * (LONGEST_TEXT + 1)}, f"{LONGEST_TEXT + 1}个字"),
        ({"until": DAY - dt.timedelta(days=1)}, "有效期已过"),
        ({"attached": [("x.pdf", PDF)] * (MOST_FILES + 1)}, f"最多附{MOST_FILES}个"),
    ],
)
def test_what_can_not_go_is_refused_with_what_to_do(house, facts, says):
    with pytest.raises(NoticeRefusal, match=says):
        written(house, **facts)
    assert not Circular.objects.exists()
    assert not Notice.objects.exists()


def test_the_longest_and_the_last_day_and_as_many_files_as_may_be_go(house):
    written(
        house,
        title="长" * LONGEST_TITLE,
        text="长" * LONGEST_TEXT,
        until=DAY,
        attached=[(f"{number}.pdf", PDF + bytes([number])) for number in range(MOST_FILES)],
    )
    assert Enclosure.objects.count() == MOST_FILES


def test_nobody_writes_to_their_own_organization_to_one_elsewhere_or_to_one_that_has_ended(house):
    for astray in (house.office, house.quay, house.root):
        with pytest.raises(NoticeRefusal, match=astray.name):
            written(house, to=[house.inspection, astray])
    Organization.objects.filter(pk=house.archive_branch.pk).update(dissolved=DAY)
    house.archive_branch.refresh_from_db()
    with pytest.raises(NoticeRefusal, match="已经撤销"):
        written(house)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>\x00"),
        ("x.pdf", b"MZ\x00\x01"),
        ("x.docx", PDF),
        ("x.pdf", b""),
        ("x.pdf", PDF + b" " * files.LARGEST),
    ],
)
def test_of_several_files_one_of_a_wrong_kind_or_too_large_sends_nothing(house, name, content):
    with pytest.raises(FileRefused):
        written(house, attached=[("good.pdf", PDF), (name, content)])
    assert not Circular.objects.exists()
    assert not Notice.objects.exists()


def test_withdrawn_it_stands_with_the_reason_and_all_who_were_told_are_told(house):
    circular = written(house, to=[house.inspection])
    with pytest.raises(NoticeRefusal, match="撤回原因"):
        withdraw(circular.pk, reason="  ", **DONE)
    withdraw(circular.pk, reason="时间有误", **DONE)
    circular.refresh_from_db()
    assert (circular.withdrawn_at, circular.withdrawn_because) == (AT, "时间有误")
    assert told(overtaken=False) == [("林悦", "withdrawn", "通知撤回：关于开展主题党日的通知")]
    assert told(overtaken=True) == [("林悦", "circular", "关于开展主题党日的通知")]
    assert Event.objects.filter(type="circular_withdrawn", subject=circular.pk).count() == 1
    with pytest.raises(NoticeRefusal, match="已经撤回"):
        withdraw(circular.pk, reason="再撤", **DONE)


# --- Who may -------------------------------------------------------------------------------------------------------


def askers(house) -> dict[str, Asker]:
    world.appoint(house.chen, house.second_group, PostKind.GROUP_LEADER)
    deputy = world.member("总支书记", house.platform)
    world.appoint(deputy, house.station)
    people = {"lin": house.lin, "chen": house.chen, "fang": house.fang, "qiu": house.qiu, "wen": house.wen}
    return {name: asker_of(world.account(person), DAY) for name, person in (people | {"deputy": deputy}).items()}


def test_both_forms_of_each_question_agree_for_everybody(house):
    world.appoint(house.qiu, house.root, PostKind.COMMITTEE_MEMBER)
    sent = [
        written(house),
        written(house, to=[house.second_group]),
        written(house, office=house.root, to=[house.quay, house.office]),
        written(house, office=house.inspection, by=house.lin, to=[house.first_group]),
        written(house, office=house.station, to=[house.platform]),
    ]
    for asker in askers(house).values():
        organizations = set(access.organizations_written_to_by(asker))
        assert organizations == {one for one in Organization.objects.all() if access.may_write_to(asker, one)}
        assert set(access.circulars_seen_by(asker)) == {one for one in sent if access.may_see_circular(asker, one)}
        under = {one for one in sent if access.may_see_all_addressees(asker, one)}
        assert set(access.circulars_sent_under(asker)) == under


def test_who_sent_it_and_who_got_it_see_it_a_neighbor_and_a_member_do_not(house):
    circular = written(house, to=[house.inspection])
    seen = {name for name, asker in askers(house).items() if access.may_see_circular(asker, circular)}
    assert seen == {"lin", "fang"}
    assert {name for name, asker in askers_again(house).items() if access.may_withdraw(asker, circular)} == {"fang"}


def askers_again(house) -> dict[str, Asker]:
    return {name: asker_of(getattr(house, name).account, DAY) for name in ("lin", "chen", "fang", "qiu", "wen")}


def test_the_nearest_office_above_all_of_them_writes(house):
    asker = asker_of(world.account(house.fang), DAY)
    assert access.office_above(asker, [house.inspection, house.archive_branch]) == house.office.path
    assert access.office_above(asker, [house.inspection, house.quay]) is None
    assert access.office_above(asker, [house.office]) is None
