"""Guides of a section: written by one, reviewed by another, dated, found by anybody's words, questions answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.guides import NEXT_YEAR, Guides
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.guides import access
from zhibu.apps.guides.actions import answering, asking, guiding, reviewing, writing
from zhibu.apps.guides.actions.indexing import rebuild_guides
from zhibu.apps.guides.actions.reminding import remind_of_guides
from zhibu.apps.guides.actions.writing import Words
from zhibu.apps.guides.errors import GuideRefusal, TooManyQuestions
from zhibu.apps.guides.models import Guide, GuidedUnit, GuideVersion, Helped, Question
from zhibu.apps.guides.queries import Answer, answers, helped, in_force, keepers_of, question_of, version_in_force
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.queries import asker_of
from zhibu.apps.search.models import Indexed
from zhibu.apps.windows.actions.places import join_sections
from zhibu.apps.windows.actions.posts import open_window_post
from zhibu.apps.windows.models import Counter, Section
from zhibu.domain.terms import GuideAudience, GuideState, QuestionSource, QuestionState

pytestmark = pytest.mark.django_db

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
ONE = dt.timedelta(days=1)
PUBLIC = GuideAudience.PUBLIC


@pytest.fixture
def house() -> Guides:
    return Guides()


def found(words: str, audience: GuideAudience = PUBLIC, *, on: dt.date = DAY) -> list[str]:
    return [answer.title for answer in answers(words, on=on, audience=audience)]


# --- Written by one, reviewed by another ----------------------------------------------------------------------------


def test_a_guide_is_written_by_one_reviewed_by_another_and_in_force_from_its_day(house: Guides) -> None:
    version = house.begun()
    assert (found("产地证"), version_in_force(version.guide, DAY)) == ([], None)
    house.let_through(version, since=DAY + ONE)
    assert (found("产地证"), found("产地证", on=DAY + ONE)) == ([], ["产地证办理"])
    kept = version_in_force(version.guide, DAY + ONE)
    assert kept is not None
    assert (kept.writer, kept.reviewer, kept.number) == (house.chen, house.lin, 1)
    sealed = Document.objects.get(sha256=Event.objects.get(type="guide_published").document_sha256)
    assert kept.text in sealed.text


def test_nobody_reviews_their_own_text_neither_by_the_deed_nor_past_it(house: Guides) -> None:
    version = house.begun()
    with pytest.raises(GuideRefusal, match="自己"):
        house.let_through(version, reviewer=house.chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuideVersion.objects.filter(pk=version.pk).update(reviewer=house.chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuideVersion.objects.filter(pk=version.pk).update(state=GuideState.PUBLISHED.value)


def test_whoever_saves_last_is_the_writer_and_what_was_read_is_what_is_published(house: Guides) -> None:
    version = house.begun()
    writing.hand_over(version, **DONE)
    changed = Words(title="产地证办理", text="另带装箱单。")
    saved = writing.save_draft(version, words=changed, based_on=1, writer=house.lin, **DONE)
    assert (saved.writer, saved.word) == (house.lin, GuideState.DRAFT)
    with pytest.raises(GuideRefusal, match="不在等待审核"):
        reviewing.publish_guide(saved, reviewer=house.chen, revision=2, since=DAY, read_again_by=NEXT_YEAR, **DONE)
    with pytest.raises(GuideRefusal, match="林悦"):
        writing.save_draft(version, words=Words(title="旧", text="旧"), based_on=1, writer=house.chen, **DONE)
    writing.hand_over(saved, **DONE)
    with pytest.raises(GuideRefusal, match="再读"):
        reviewing.publish_guide(saved, reviewer=house.chen, revision=1, since=DAY, read_again_by=NEXT_YEAR, **DONE)


def test_what_is_marked_as_internal_is_no_guide_for_the_public_and_what_is_secret_none_at_all(house: Guides) -> None:
    with pytest.raises(GuideRefusal, match="内部资料"):
        house.published(text="内部资料\n办理口径。")
    with pytest.raises(GuideRefusal, match="秘密★"):
        house.published(text="秘密★1年", audience=GuideAudience.INTERNAL)
    house.published("口径", text="内部资料\n办理口径。", audience=GuideAudience.INTERNAL)


def test_what_goes_back_says_what_to_change(house: Guides) -> None:
    version = house.begun()
    writing.hand_over(version, **DONE)
    with pytest.raises(GuideRefusal, match="改什么"):
        reviewing.return_guide(version, reviewer=house.lin, because=" ", **DONE)
    reviewing.return_guide(version, reviewer=house.lin, because="缺收费标准", **DONE)
    version.refresh_from_db()
    assert (version.word, version.returned) == (GuideState.DRAFT, "缺收费标准")


def test_a_published_version_never_changes_and_the_next_one_ends_it(house: Guides) -> None:
    first = house.published()
    with pytest.raises(GuideRefusal, match="不再改动"):
        writing.save_draft(first, words=Words(title="新", text="新"), based_on=1, writer=house.chen, **DONE)
    second = writing.begin_version(first.guide, writer=house.chen, **DONE)
    with pytest.raises(GuideRefusal, match="正在起草"):
        writing.begin_version(first.guide, writer=house.lin, **DONE)
    second = writing.save_draft(
        second, words=Words(title="原产地证", text="网上申请。"), based_on=1, writer=house.chen, **DONE
    )
    with pytest.raises(GuideRefusal, match="第1版"):
        house.let_through(second, since=DAY)
    house.let_through(second, since=DAY + 7 * ONE)
    first.refresh_from_db()
    assert (first.until, first.text) == (DAY + 7 * ONE, "带合同和发票。")
    assert [found("发票", on=day) for day in (DAY, DAY + 7 * ONE)] == [["产地证办理"], []]
    assert [found("网上", on=day) for day in (DAY, DAY + 7 * ONE)] == [[], ["原产地证"]]


def test_a_guide_is_not_in_force_from_a_day_that_has_passed_nor_read_again_too_late(house: Guides) -> None:
    version = house.begun()
    with pytest.raises(GuideRefusal, match="已经过去"):
        house.let_through(version, since=DAY - ONE)
    with pytest.raises(GuideRefusal, match="24"):
        house.let_through(version, read_again_by=dt.date(2028, 11, 24))


def test_looked_through_it_is_due_later_and_withdrawn_it_says_why(house: Guides) -> None:
    guide = house.published().guide
    later = dt.date(2028, 5, 1)
    reviewing.look_through(guide, read_again_by=later, **DONE)
    guide.refresh_from_db()
    assert guide.read_again_by == later
    with pytest.raises(GuideRefusal, match="为什么"):
        reviewing.withdraw_guide(guide, because="", **DONE)
    reviewing.withdraw_guide(guide, because="改为全国通办", **DONE)
    guide.refresh_from_db()
    assert (guide.read_again_by, guide.withdrawn_because, found("产地证")) == (None, "改为全国通办", [])
    assert not in_force(DAY).exists()
    assert not Indexed.objects.exists()
    again = writing.begin_version(guide, writer=house.chen, **DONE)
    house.let_through(again, since=DAY + ONE)
    assert found("产地证", on=DAY + ONE) == ["产地证办理"]


def test_a_draft_that_is_dropped_takes_a_guide_that_never_was_in_force_with_it(house: Guides) -> None:
    assert not writing.drop_draft(house.begun(), **DONE)
    first = house.published()
    assert writing.drop_draft(writing.begin_version(first.guide, writer=house.chen, **DONE), **DONE)
    assert list(Guide.objects.values_list("versions__number", flat=True)) == [1]


def test_two_sections_that_are_joined_keep_their_guides_units_and_questions(house: Guides) -> None:
    guide = house.published().guide
    guiding.guide_unit(name="城东查检单位", section=house.section, contact="", since=DAY, **DONE)
    asking.ask("几点开门", source=QuestionSource.PUBLIC, section=house.section, at=AT)
    into = Section.objects.create(name="综合业务")
    join_sections(house.section, into, **DONE)
    guide.refresh_from_db()
    assert guide.section == into
    assert {GuidedUnit.objects.get().section, Question.objects.get().section} == {into}


def test_two_weeks_before_it_is_due_those_who_keep_it_hear_once(house: Guides) -> None:
    house.let_through(house.begun("到期指南"), read_again_by=DAY + 15 * ONE)
    assert remind_of_guides(at=AT) == 0
    assert remind_of_guides(at=AT + ONE) == 3
    assert remind_of_guides(at=AT + 2 * ONE) == 0
    assert Notice.objects.get(person=house.chen).title == "请在12月8日前复审指南“到期指南”"


# --- Found ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "产地",
        "产地证",
        "產地證",
        "产地 证",
        "产 地证　",
        "产地证怎么办理？",
        "请问產地證需要什麼材料",
        "CO证",
        "co 證",
        "地證申",
    ],
)
def test_two_characters_and_parts_are_found_with_and_without_spaces_in_either_script(
    house: Guides, words: str
) -> None:
    house.published("签发", "产 地 证申领：先 报检。", keywords="CO 证")
    house.published("計費", "按件收費。")
    assert found(words) == ["签发"]


def test_an_answer_is_its_title_a_line_around_the_words_and_where_it_is_read(house: Guides) -> None:
    first = house.published("報檢", f"# 流程\n\n{'先' * 60}\n\n- 第一步：**申報**，见 [网页](https://example.cn)\n")
    (answer,) = answers("申报", on=DAY, audience=PUBLIC)
    assert (answer.guide, answer.title, answer.path) == (first.guide_id, "報檢", "/public/guides/1/")
    assert answer.excerpt.startswith("…先")
    assert "第一步：申報，见 网页" in answer.excerpt


def test_title_hits_come_first_then_the_newest_and_never_more_than_asked_for(house: Guides) -> None:
    in_text = house.published("甲", "乙说明")
    newer = house.published("丙", "乙说明", since=DAY + ONE)
    in_title = house.published("乙", "说明")
    assert found("乙", on=DAY + ONE) == [version.title for version in (in_title, newer, in_text)]
    assert len(answers("乙", on=DAY + ONE, audience=PUBLIC, limit=1)) == 1


def test_what_is_for_some_is_found_by_them_and_by_the_house(house: Guides) -> None:
    for audience in GuideAudience:
        house.published(audience.zh, "口岸", audience=audience)
    assert found("口岸") == ["公众"]
    assert sorted(found("口岸", GuideAudience.UNITS)) == ["公众", "对口指导单位"]
    assert len(found("口岸", GuideAudience.INTERNAL)) == 3
    assert answers("内部", on=DAY, audience=GuideAudience.INTERNAL)[0].path.startswith("/guides/")


def test_what_was_reviewed_for_some_is_not_opened_to_others_without_a_review(house: Guides) -> None:
    draft = house.begun(audience=GuideAudience.INTERNAL)
    writing.set_audience(draft.guide, GuideAudience.UNITS, **DONE)
    published = house.let_through(draft)
    with pytest.raises(GuideRefusal, match="停用"):
        writing.set_audience(published.guide, PUBLIC, **DONE)
    assert found("产地证") == []


@pytest.mark.parametrize(
    "words", ["", " ", "？", "口" * 5000, '"', "* OR 产", "\x00", "\ud800", "%", "' OR 1=1 --", "😀", "<script>"]
)
def test_whatever_is_asked_nothing_breaks_and_nothing_is_found_that_is_not_there(house: Guides, words: str) -> None:
    house.published()
    assert found(words) == []


def test_hostile_text_is_found_and_told_as_text(house: Guides) -> None:
    house.published("<b>题</b>", '<script>1</script> "DROP💥')
    (answer,) = answers("💥", on=DAY, audience=PUBLIC)
    assert answer == Answer(answer.guide, "<b>题</b>", '<script>1</script> "DROP💥', answer.path)


def test_made_anew_the_index_finds_the_same(house: Guides) -> None:
    house.published()
    house.begun("草稿", "草稿")
    Indexed.objects.all().delete()
    assert (rebuild_guides(), found("发票"), found("草稿")) == (1, ["产地证办理"], [])


def test_that_it_was_the_answer_is_a_sum_of_the_day_and_nothing_else(house: Guides) -> None:
    version = house.published()
    said = [asking.say_it_helped(version, at=AT) for _time in range(asking.THANKS.at_once + 1)]
    assert said == [True] * asking.THANKS.at_once + [False]
    assert {field.name for field in Helped._meta.fields} == {"id", "version", "day", "times"}
    assert helped(version.guide, DAY, DAY) == asking.THANKS.at_once
    assert helped(version.guide, DAY + ONE, NEXT_YEAR) == 0
    assert not Event.objects.filter(type__contains="help").exists()


# --- Questions ------------------------------------------------------------------------------------------------------


def test_a_question_is_promised_an_answer_told_to_the_section_answered_and_becomes_a_guide(house: Guides) -> None:
    asked = asking.ask(
        "木质包装要熏蒸吗？", source=QuestionSource.PUBLIC, section=house.section, looked_for="木质包装", at=AT
    )
    question = asked.question
    assert question.promised == dt.date(2026, 11, 30)  # five working days after a Monday
    told = set(Notice.objects.filter(about=f"question:{question.pk}").values_list("person", flat=True))
    assert told == {house.chen.pk, house.lin.pk, house.wen.pk} == keepers_of(house.section, DAY)
    with pytest.raises(GuideRefusal, match="先答复"):
        answering.make_guide_of(question, writer=house.chen, **DONE)
    answering.answer_question(question, "要，出具证明。", by=house.chen, **DONE)
    assert not Notice.objects.filter(overtaken=False).exists()
    told_by_code = question_of(f" {asked.code.lower().replace('-', ' ')} ")
    assert told_by_code is not None
    assert (told_by_code.answer, told_by_code.word) == ("要，出具证明。", QuestionState.ANSWERED)
    question.refresh_from_db()
    draft = answering.make_guide_of(question, writer=house.chen, **DONE)
    house.let_through(draft)
    assert (found("木质包装"), draft.text) == (["木质包装要熏蒸吗？"], "要，出具证明。")
    with pytest.raises(GuideRefusal, match="第1号指南"):
        answering.make_guide_of(question, writer=house.chen, **DONE)
    with pytest.raises(GuideRefusal, match="已经答复"):
        answering.answer_question(question, "再答", by=house.chen, **DONE)


def test_nothing_of_who_asked_is_kept_and_the_code_stands_nowhere(house: Guides) -> None:
    asked = asking.ask("几点开门", source=QuestionSource.PUBLIC, at=AT)
    row = {field.name: field.value_from_object(asked.question) for field in Question._meta.fields}
    plain = asked.code.replace("-", "")
    assert len(plain) == 12
    assert not any(plain in str(value) for value in row.values())
    assert not any(plain in event.text for event in Event.objects.all())
    assert not {"person", "asker", "address", "session", "phone", "ip"} & row.keys()
    assert Event.objects.get(type="question_asked").actor == "public"
    assert question_of("") is None
    assert question_of(asked.code[:-1]) is None


def test_a_question_of_no_section_reaches_the_managers_who_hand_it_on(house: Guides) -> None:
    asked = asking.ask("哪里缴费", source=QuestionSource.PUBLIC, at=AT).question
    assert keepers_of(None, DAY) == {house.wen.pk}
    answering.hand_on(asked, house.section, **DONE)
    asked.refresh_from_db()
    assert asked.section == house.section
    assert Notice.objects.filter(person=house.chen, about=f"question:{asked.pk}", overtaken=False).exists()


def test_what_is_no_question_is_struck_with_a_reason_and_its_words_are_nowhere(house: Guides) -> None:
    asked = asking.ask("加微信领红包", source=QuestionSource.PUBLIC, section=house.section, looked_for="红包", at=AT)
    with pytest.raises(GuideRefusal, match="为什么"):
        answering.strike_question(asked.question, " ", by=house.chen, **DONE)
    for _twice in range(2):
        answering.strike_question(asked.question, "广告", by=house.chen, **DONE)
    kept = question_of(asked.code)
    assert kept is not None
    assert (kept.text, kept.looked_for, kept.answer, kept.word) == ("", "", "广告", QuestionState.CLOSED)
    assert not Notice.objects.filter(text__contains="红包").exists()
    assert not Notice.objects.filter(overtaken=False).exists()
    assert Event.objects.filter(type="question_struck").count() == 1
    assert not Document.objects.filter(text__contains="红包").exists()


def test_the_words_of_a_settled_question_go_after_two_years_and_its_answer_stays(house: Guides) -> None:
    settled, waits = (
        asking.ask(text, source=QuestionSource.PUBLIC, section=house.section, at=AT).question
        for text in ("旧的问题", "还在等的")
    )
    answering.answer_question(settled, "这样办。", by=house.chen, **DONE)
    documents = set(Document.objects.values_list("text", flat=True))
    two_years = dt.timedelta(days=730)
    assert answering.forget_questions(at=AT + two_years) == 0
    assert answering.forget_questions(at=AT + two_years + ONE) == 1
    assert answering.forget_questions(at=AT + two_years + ONE) == 0
    settled.refresh_from_db()
    waits.refresh_from_db()
    assert (settled.text, settled.answer, waits.text) == ("", "这样办。", "还在等的")
    assert set(Document.objects.values_list("text", flat=True)) == documents
    with pytest.raises(GuideRefusal, match="另写"):
        answering.make_guide_of(settled, writer=house.chen, **DONE)


def test_an_answer_that_takes_longer_says_until_when_and_why(house: Guides) -> None:
    question = asking.ask("能否预约", source=QuestionSource.PUBLIC, section=house.section, at=AT).question
    with pytest.raises(GuideRefusal, match="2026"):
        answering.promise_later(question, question.promised, because="x", **DONE)
    with pytest.raises(GuideRefusal, match="为什么"):
        answering.promise_later(question, dt.date(2026, 12, 7), because=" ", **DONE)
    answering.promise_later(question, dt.date(2026, 12, 7), because="要问总局", **DONE)
    question.refresh_from_db()
    assert (question.promised, question.moved_because) == (dt.date(2026, 12, 7), "要问总局")


def test_a_flood_of_questions_is_refused_with_when_to_come_again_and_nothing_of_it_is_kept(house: Guides) -> None:
    for number in range(asking.QUESTIONS.at_once):
        asking.ask(f"问题{number}", source=QuestionSource.PUBLIC, at=AT)
    with pytest.raises(TooManyQuestions, match="09:31"):
        asking.ask("再问", source=QuestionSource.PUBLIC, at=AT)
    assert Question.objects.count() == asking.QUESTIONS.at_once
    assert asking.ask("再问", source=QuestionSource.PUBLIC, at=AT + dt.timedelta(minutes=1)).question.pk
    assert list(Counter.objects.values_list("key", flat=True)) == ["questions"]


@pytest.mark.parametrize(
    ("text", "says"), [(" \x00\n", "写下"), ("长" * 1001, "1001"), ("报\ufffd\ufffd", "重新输入")]
)
def test_a_question_that_says_nothing_too_much_or_is_in_no_encoding_is_refused(
    house: Guides, text: str, says: str
) -> None:
    with pytest.raises(GuideRefusal, match=says):
        asking.ask(text, source=QuestionSource.PUBLIC, at=AT)
    assert not Counter.objects.exists()


def test_what_is_typed_is_kept_letter_for_letter(house: Guides) -> None:
    text = "<img src=x onerror=alert(1)> {{ 7*7 }} =cmd|'/c' 𫠊㙍葛\U000e0100 👨‍👩‍👧"
    assert asking.ask(text, source=QuestionSource.PUBLIC, at=AT).question.text == text


# --- Guided units ---------------------------------------------------------------------------------------------------


def test_a_unit_is_guided_by_one_section_at_a_time_from_when_until_when(house: Guides) -> None:
    given = {"name": "城东查检单位", "contact": "业务科 10012345678"}
    unit = guiding.guide_unit(section=house.section, since=DAY, **given, **DONE)
    with pytest.raises(GuideRefusal, match="城东"):
        guiding.guide_unit(section=house.section, since=DAY, **given, **DONE)
    assert not guiding.alter_unit(unit, section=house.section, **given, **DONE)
    assert guiding.alter_unit(unit, section=house.section, **given | {"name": "城东业务单位"}, **DONE)
    with pytest.raises(GuideRefusal, match="更晚"):
        guiding.end_unit(unit, on=DAY, **DONE)
    guiding.end_unit(unit, on=DAY + ONE, **DONE)
    assert [GuidedUnit.objects.on(day).count() for day in (DAY, DAY + ONE)] == [1, 0]


# --- Who may --------------------------------------------------------------------------------------------------------


def test_a_section_is_kept_by_who_sits_there_today_and_by_who_manages_it(house: Guides) -> None:
    other = open_window_post(
        code="C09",
        name="放行",
        site="大厅",
        section="放行",
        organization=house.house.quay,
        since=world.LONG_AGO,
        **DONE,
    ).section
    accounts = {person: world.account(person) for person in (house.chen, house.house.qiu)} | {
        house.wen: house.manager
    }
    for person, sections in ((house.chen, {house.section}), (house.wen, {house.section}), (house.house.qiu, set())):
        asker = asker_of(accounts[person], DAY)
        assert set(access.sections_kept_by(asker)) == sections
        assert [access.keeps_section(asker, one) for one in (house.section, other)] == [bool(sections), False]
    gone = asker_of(accounts[house.chen], world.LONG_AGO - ONE)
    assert not access.keeps_section(gone, house.section)


def test_both_forms_of_each_question_agree_for_everybody(house: Guides) -> None:
    draft, handed, open_to_all, internal = (
        house.begun("草稿"),
        house.begun("待审"),
        house.published("公开"),
        house.published("内部", audience=GuideAudience.INTERNAL),
    )
    writing.hand_over(handed, **DONE)
    asking.ask("有", source=QuestionSource.PUBLIC, section=house.section, at=AT)
    asking.ask("无", source=QuestionSource.PUBLIC, at=AT)
    guiding.guide_unit(name="甲", section=house.section, contact="", since=DAY, **DONE)
    people = (house.chen, house.lin, house.house.fang, house.house.qiu)
    askers = {person: asker_of(world.account(person), DAY) for person in people}
    askers[house.wen] = asker_of(house.manager, DAY)
    askers["system"] = asker_of(world.account(login="system"), DAY)
    for asker in askers.values():
        for one, many, rows in (
            (access.may_read_guide, access.guides_read_by, Guide.objects.all()),
            (access.may_keep_guide, access.guides_kept_by, Guide.objects.all()),
            (access.may_review, access.versions_reviewed_by, GuideVersion.objects.all()),
            (access.may_keep_unit, access.units_kept_by, GuidedUnit.objects.all()),
            (access.may_answer, access.questions_answered_by, Question.objects.all()),
        ):
            assert {row for row in rows if one(asker, row)} == set(many(asker)), (asker, one)
    reads = {who: {g.number for g in access.guides_read_by(asker)} for who, asker in askers.items()}
    assert reads[house.chen] == reads[house.wen] == {1, 2, 3, 4}
    assert reads[house.house.qiu] == {3, 4} == {open_to_all.guide.number, internal.guide.number}
    assert reads["system"] == {3}
    assert not access.may_review(askers[house.chen], GuideVersion.objects.get(pk=handed.pk))
    assert access.may_review(askers[house.lin], GuideVersion.objects.get(pk=handed.pk))
    assert not access.may_review(askers[house.lin], draft)
