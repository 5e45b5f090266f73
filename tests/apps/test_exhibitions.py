"""Nothing is shown without the consent of those who are in it; withdrawn, it is gone from everywhere at once."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image

from tests import world
from tests.exhibitions import DONE, begun, drawing, later, picture_said, says, seal_said, with_chen, with_seal
from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.archive.files import place_of
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.exhibitions import access
from zhibu.apps.exhibitions.actions import asking, writing
from zhibu.apps.exhibitions.actions.writing import Framed
from zhibu.apps.exhibitions.errors import ExhibitionRefusal
from zhibu.apps.exhibitions.models import Exhibit, Exhibition, ShownPerson
from zhibu.apps.exhibitions.queries import FOLDER, ready_in, sections_of
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.access import stranger
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import Consent, ExhibitionStage, Readership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_in(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def house():
    return world.bureau()


def asker(person):
    account = getattr(person, "account", None) or world.account(person)
    return asker_of(account, world.DAY)


def kept_files(exhibit):
    return [default_storage.exists(place_of(FOLDER, digest)) for digest in (exhibit.picture, exhibit.large)]


# --- Consent -------------------------------------------------------------------------------------------------------


def test_an_exhibit_is_shown_only_once_everybody_in_it_has_consented(house):
    of = begun(house)
    exhibit, chen = with_chen(of, house)
    wen = asking.ask_person(exhibit, house.wen, **DONE)
    assert ready_in(of) == []
    says(chen)
    assert ready_in(of) == []
    says(wen, agrees=False)
    assert ready_in(of) == []
    says(wen)
    assert ready_in(of) == [exhibit]


def test_a_picture_with_people_of_whom_nobody_is_listed_is_not_shown(house):
    of = begun(house)
    exhibit, chen = with_chen(of, house)
    says(chen)
    asking.drop_shown(chen, **DONE)
    assert ready_in(of) == []
    assert not access.is_ready(Exhibit.objects.get(pk=exhibit.pk))


def test_whoever_is_taken_off_the_list_is_told_so(house):
    _exhibit, chen = with_chen(begun(house), house)
    asking.drop_shown(chen, **later())
    newest = Notice.objects.filter(person=house.chen, overtaken=False).get()
    assert "没有您的形象" in newest.text


def test_the_consent_of_others_says_how_it_was_given(house):
    of = begun(house)
    exhibit = writing.add_exhibit(of, picture_said(), **DONE)
    with pytest.raises(ExhibitionRefusal):
        asking.note_other(exhibit, "老船长", how=" ", **DONE)
    asking.note_other(exhibit, "老船长", how="其女儿书面同意，2026年3月3日", **DONE)
    assert ready_in(of) == [exhibit]
    with pytest.raises(IntegrityError), transaction.atomic():
        ShownPerson.objects.update(how="")


def test_somebody_asked_twice_is_told_once(house):
    exhibit, chen = with_chen(begun(house), house)
    assert asking.ask_person(exhibit, house.chen, **later()) == chen
    assert Notice.objects.filter(person=house.chen).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"text": "别的说法。"},
        {"title": "别的标题"},
        {"source": "别处"},
        {"alt": "别的人"},
        {"picture": drawing("blue")},
    ],
)
def test_what_is_changed_is_asked_anew(house, change):
    of = begun(house)
    exhibit, chen = with_chen(of, house)
    says(chen)
    writing.rewrite_exhibit(exhibit, picture_said(**{"picture": None, **change}), **later())
    chen.refresh_from_db()
    assert (chen.said, ready_in(of)) == (Consent.ASKED, [])


def test_another_section_or_the_same_again_asks_nobody(house):
    of = begun(house)
    exhibit, chen = with_chen(of, house)
    says(chen)
    writing.rewrite_exhibit(exhibit, picture_said(picture=None, section="夜班"), **later())
    assert ready_in(of) == [exhibit]


def test_of_others_how_they_consented_is_asked_anew_too(house):
    of = begun(house)
    exhibit = writing.add_exhibit(of, picture_said(), **DONE)
    other = asking.note_other(exhibit, "老船长", how="书面", **DONE)
    writing.rewrite_exhibit(exhibit, picture_said(text="别的说法。"), **later())
    other.refresh_from_db()
    assert (other.said, other.how, ready_in(of)) == (Consent.ASKED, "", [])


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        (Readership.BRANCH, Readership.HOUSE, False),
        (Readership.HOUSE, Readership.PUBLIC, False),
        (Readership.HOUSE, Readership.HOUSE, True),
        (Readership.PUBLIC, Readership.BRANCH, True),
    ],
)
def test_more_readers_are_asked_for_and_fewer_are_not(house, before, after, stays):
    of = begun(house, before)
    exhibit, chen = with_chen(of, house)
    says(chen)
    writing.rewrite_exhibition(of, Framed(title="窗口", foreword="", readership=after), **later())
    assert ready_in(of) == ([exhibit] if stays else [])


def test_an_answer_to_what_has_changed_meanwhile_is_refused(house):
    of = begun(house)
    exhibit, chen = with_chen(of, house)
    seen = chen.asked_at.isoformat()
    writing.rewrite_exhibit(exhibit, picture_said(picture=drawing("blue")), **later())
    with pytest.raises(ExhibitionRefusal):
        asking.answer(chen, agrees=True, seen_at=seen, **later(61))
    assert ready_in(of) == []


def test_people_can_not_be_said_away_while_they_are_listed(house):
    exhibit, _chen = with_chen(begun(house), house)
    with pytest.raises(ExhibitionRefusal):
        writing.rewrite_exhibit(exhibit, seal_said(), **DONE)


def test_to_list_somebody_hides_what_was_said_to_show_nobody(house):
    of = begun(house)
    exhibit = with_seal(of)
    assert ready_in(of) == [exhibit]
    asking.ask_person(exhibit, house.chen, **DONE)
    assert ready_in(of) == []


# --- Withdrawn -----------------------------------------------------------------------------------------------------


def withdrawn(house, django_capture_on_commit_callbacks, readership=Readership.HOUSE):
    of = begun(house, readership)
    exhibit, chen = with_chen(of, house)
    says(chen)
    with_seal(of)
    writing.open_exhibition(of, **DONE)
    exhibit.refresh_from_db()
    assert kept_files(exhibit) == [True, True]
    before = Exhibit.objects.get(pk=exhibit.pk)
    with django_capture_on_commit_callbacks(execute=True):
        asking.withdraw(chen, **later())
    return of, before


def test_withdrawn_text_and_both_pictures_are_deleted_and_only_the_number_stays(
    house, django_capture_on_commit_callbacks
):
    of, before = withdrawn(house, django_capture_on_commit_callbacks)
    left = Exhibit.objects.get(pk=before.pk)
    assert kept_files(before) == [False, False]
    assert (left.title, left.text, left.source, left.alt, left.picture, left.large) == ("",) * 6
    assert left.number == before.number
    assert left.withdrawn_at is not None
    assert not ShownPerson.objects.filter(exhibit=left).exists()
    assert [one.title for one in ready_in(of)] == ["老印章"]


def test_neither_archive_nor_notices_keep_a_word_of_it(house, django_capture_on_commit_callbacks):
    withdrawn(house, django_capture_on_commit_callbacks)
    assert Event.objects.filter(type="exhibit_withdrawn").count() == 1
    words = ("夜班的灯", "除夕夜", "陈星", "查验台")
    said = [*Document.objects.values_list("text", flat=True)]
    said += [f"{one.title} {one.text}" for one in Notice.objects.all()]
    about = [text for text in said if "exhibition" in text or "展" in text]
    assert about
    assert not [text for text in about for word in words if word in text]


def test_the_keepers_are_told_which_panel_to_take_down_and_not_who_withdrew(
    house, django_capture_on_commit_callbacks
):
    _of, before = withdrawn(house, django_capture_on_commit_callbacks)
    told = Notice.objects.filter(about=f"exhibit-kept:{before.pk}")
    assert [one.person_id for one in told] == [house.lin.pk]
    said = f"{told[0].title} {told[0].text}"
    assert f"第{before.number}块展板" in said
    assert "陈星" not in said


def test_the_same_picture_elsewhere_in_the_house_goes_with_it(house, django_capture_on_commit_callbacks):
    framed = Framed(title="码头", foreword="", readership=Readership.HOUSE)
    elsewhere = writing.begin_exhibition(house.quay, framed, **DONE)
    other = writing.add_exhibit(elsewhere, picture_said(title="借来的", source="他处", has_people=False), **DONE)
    kept = writing.add_exhibit(elsewhere, seal_said(), **DONE)
    _of, before = withdrawn(house, django_capture_on_commit_callbacks)
    assert kept_files(before) == [False, False]
    assert ready_in(elsewhere) == [kept]
    assert Notice.objects.filter(about=f"exhibit-kept:{other.pk}").get().person_id == house.qiu.pk


def test_what_is_withdrawn_is_neither_asked_about_nor_rewritten_nor_withdrawn_again(
    house, django_capture_on_commit_callbacks
):
    _of, before = withdrawn(house, django_capture_on_commit_callbacks)
    for deed in (
        lambda: asking.ask_person(before, house.chen, **DONE),
        lambda: asking.note_other(before, "某人", how="书面", **DONE),
        lambda: writing.rewrite_exhibit(before, picture_said(), **DONE),
        lambda: writing.drop_exhibit(before, **DONE),
    ):
        with pytest.raises(ExhibitionRefusal):
            deed()


def test_the_database_keeps_no_words_of_what_is_withdrawn(house, django_capture_on_commit_callbacks):
    _of, before = withdrawn(house, django_capture_on_commit_callbacks)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exhibit.objects.filter(pk=before.pk).update(title="又来了")


def test_a_deed_that_fails_leaves_the_picture(house, monkeypatch, django_capture_on_commit_callbacks):
    exhibit, chen = with_chen(begun(house), house)
    says(chen)

    def fails(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr(asking, "_tell_to_take_down", fails)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        asking.withdraw(chen, **later())
    exhibit.refresh_from_db()
    assert (exhibit.title, kept_files(exhibit)) == ("夜班的灯", [True, True])


# --- Pictures and texts --------------------------------------------------------------------------------------------


def _with_place():
    made = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (40, 40)).save(made, "JPEG", exif=exif, comment=b"SECRET-CAMERA")
    return made.getvalue()


def test_nothing_is_left_of_what_was_in_the_file(house):
    exhibit = with_seal(begun(house), picture=_with_place(), alt="印章")
    with default_storage.open(place_of(FOLDER, exhibit.large)) as kept:
        assert b"SECRET-CAMERA" not in kept.read()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"GIF89a",
        drawing()[:60],
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_kept(house, content):
    of = begun(house)
    with pytest.raises(ExhibitionRefusal):
        with_seal(of, picture=content, alt="印章")
    assert not of.exhibits.exists()


def test_a_picture_of_too_many_pixels_is_refused(house):
    bomb = drawing("white", (5000, 4000))
    with pytest.raises(ExhibitionRefusal):
        with_seal(begun(house), picture=bomb, alt="印章")


def test_a_picture_that_is_changed_leaves_no_file_behind(house, django_capture_on_commit_callbacks):
    exhibit = with_seal(begun(house), picture=drawing("red", (2500, 1000)), alt="印章")
    before = Exhibit.objects.get(pk=exhibit.pk)
    with django_capture_on_commit_callbacks(execute=True):
        writing.rewrite_exhibit(exhibit, seal_said(picture=drawing("blue"), alt="印章"), **DONE)
    assert kept_files(before) == [False, False]
    with django_capture_on_commit_callbacks(execute=True):
        writing.rewrite_exhibit(exhibit, seal_said(drops_picture=True), **DONE)
    exhibit.refresh_from_db()
    assert (exhibit.picture, exhibit.alt, exhibit.width) == ("", "", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"source": ""},
        {"text": ""},
        {"picture": drawing(), "alt": ""},
        {"text": "字" * (writing.LONGEST_TEXT + 1)},
        {"text": "电话 13812345678"},
        {"text": "身份证 11010519491231002X"},
        {"text": "陈星说"},
    ],
)
def test_an_exhibit_that_says_too_little_or_too_much_is_refused(house, wrong):
    with pytest.raises(ExhibitionRefusal):
        with_seal(begun(house), **wrong)


def test_a_name_may_stand_with_consent_or_where_it_is_none(house):
    of = begun(house)
    with_seal(of, text="陈星说", has_people=True)
    with_seal(of, text="陈星是一颗星", names_are_none=True)
    assert [one.has_people for one in of.exhibits.all()] == [True, False]


@pytest.mark.parametrize("field", ["title", "text", "source", "section"])
def test_marks_of_secrecy_are_refused_in_every_text(house, field):
    with pytest.raises(BearsMark):
        with_seal(begun(house), **{field: "机密★"})


def test_a_mark_in_the_foreword_is_refused(house):
    with pytest.raises(BearsMark):
        writing.begin_exhibition(
            house.inspection, Framed(title="展", foreword="密级：机密", readership=Readership.HOUSE), **DONE
        )


# --- Order, opening, closing ---------------------------------------------------------------------------------------


def test_before_it_opens_the_numbers_follow_the_order_and_stay_after(house):
    of = begun(house)
    one, two, three = (with_seal(of, title=title) for title in ("甲", "乙", "丙"))
    writing.move_exhibit(three, up=True, **DONE)
    writing.drop_exhibit(one, **DONE)
    writing.open_exhibition(of, **DONE)
    assert list(of.exhibits.values_list("title", "number")) == [("丙", 1), ("乙", 2)]
    writing.move_exhibit(two, up=True, **DONE)
    writing.move_exhibit(two, up=True, **DONE)  # at the top already
    assert list(of.exhibits.values_list("title", "number")) == [("乙", 2), ("丙", 1)]


def test_exhibits_that_follow_each_other_in_a_section_stand_under_one_heading(house):
    of = begun(house)
    for title, section in (("甲", "一"), ("乙", "一"), ("丙", "二"), ("丁", "一")):
        with_seal(of, title=title, section=section)
    found = [(one.title, [exhibit.title for exhibit in one.exhibits]) for one in sections_of(of.exhibits.all())]
    assert found == [("一", ["甲", "乙"]), ("二", ["丙"]), ("一", ["丁"])]


def test_nothing_to_show_does_not_open_and_closed_says_why(house):
    of = begun(house)
    with_chen(of, house)
    with pytest.raises(ExhibitionRefusal):
        writing.open_exhibition(of, **DONE)
    with_seal(of)
    assert writing.open_exhibition(of, **DONE) == 1
    with pytest.raises(ExhibitionRefusal):
        writing.drop_exhibition(of, **DONE)
    with pytest.raises(ExhibitionRefusal):
        writing.close_exhibition(of, why=" ", **DONE)
    writing.close_exhibition(of, why="展期已满", **DONE)
    with pytest.raises(ExhibitionRefusal):
        with_seal(of)
    assert Exhibition.objects.get().at_stage is ExhibitionStage.CLOSED


def test_a_dropped_draft_leaves_neither_files_nor_words(house, django_capture_on_commit_callbacks):
    of = begun(house)
    exhibit, _chen = with_chen(of, house)
    with django_capture_on_commit_callbacks(execute=True):
        writing.drop_exhibition(of, **DONE)
    assert kept_files(exhibit) == [False, False]
    assert not Exhibition.objects.exists()
    assert not Notice.objects.exclude(text="").exists()


def test_consent_can_be_withdrawn_after_it_was_closed(house, django_capture_on_commit_callbacks):
    of = begun(house)
    exhibit, chen = with_chen(of, house)
    says(chen)
    writing.open_exhibition(of, **DONE)
    writing.close_exhibition(of, why="展期已满", **DONE)
    with django_capture_on_commit_callbacks(execute=True):
        asking.withdraw(chen, **later())
    assert kept_files(exhibit) == [False, False]


# --- Access --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readership", list(Readership))
def test_both_forms_of_every_question_agree(house, readership):
    opened, draft = begun(house, readership), begun(house, readership, "未开")
    exhibit, chen = with_chen(opened, house)
    says(chen)
    with_chen(opened, house, title="没有答复", picture=drawing("blue"))
    with_seal(opened)
    with_seal(draft)
    writing.open_exhibition(opened, **DONE)
    people = [house.lin, house.chen, house.fang, house.qiu, house.wen]
    for who in [*map(asker, people), stranger(world.DAY)]:
        exhibitions = [(access.may_read_exhibition, access.exhibitions_read_by)]
        exhibitions += [(access.may_keep_exhibition, access.exhibitions_kept_by)]
        for may, by in exhibitions:
            assert {one.pk for one in Exhibition.objects.all() if may(who, one)} == {one.pk for one in by(who)}
        seen = {one.pk for one in Exhibit.objects.all() if access.may_see_exhibit(who, one)}
        assert seen == {one.pk for one in access.exhibits_seen_by(who)}
        ready = {one.pk for one in Exhibit.objects.all() if access.is_ready(one)}
        assert ready == {one.pk for one in access.ready_exhibits()}
        for may, by in [
            (access.may_answer_consent, access.consents_answered_by),
            (access.may_keep_shown_person, access.shown_people_kept_by),
        ]:
            assert {one.pk for one in ShownPerson.objects.all() if may(who, one)} == {one.pk for one in by(who)}
    assert exhibit.pk in {one.pk for one in access.exhibits_seen_by(asker(house.chen))}


def test_who_reads_an_open_exhibition_by_its_circle(house):
    found = {}
    for readership in Readership:
        of = begun(house, readership, readership.zh)
        with_seal(of)
        writing.open_exhibition(of, **DONE)
        of.refresh_from_db()
        people = {"lin": house.lin, "wen": house.wen, "qiu": house.qiu}
        found[readership] = [
            *(name for name, person in people.items() if access.may_read_exhibition(asker(person), of)),
            *(["stranger"] if access.may_read_exhibition(stranger(world.DAY), of) else []),
        ]
    assert found == {
        Readership.BRANCH: ["lin", "wen"],
        Readership.HOUSE: ["lin", "wen", "qiu"],
        Readership.PUBLIC: ["lin", "wen", "qiu", "stranger"],
    }


def test_only_the_person_answers_and_those_above_see_no_consent(house):
    _exhibit, chen = with_chen(begun(house), house)
    assert [access.may_answer_consent(asker(one), chen) for one in (house.chen, house.lin, house.fang)] == [
        True,
        False,
        False,
    ]
    assert list(access.shown_people_kept_by(asker(house.fang))) == []
