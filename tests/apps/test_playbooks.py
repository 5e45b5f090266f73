"""A branch publishes its practice; another takes of it into drafts, follows what becomes of it, and can go back."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pytest

from tests import world
from tests.playbooks import (
    AFTER,
    DONE,
    LATER,
    LESSON,
    MEETING,
    RECORD,
    SIGNING,
    article,
    keys_of,
    practice,
    published,
    section,
)
from tests.world import DAY
from zhibu.apps.archive.models import Event
from zhibu.apps.lists import access as lists_access
from zhibu.apps.lists.actions import drafting, writing
from zhibu.apps.lists.actions.drafting import Proposed
from zhibu.apps.lists.actions.writing import Words, words_of
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Article, Draft, Section, Wording
from zhibu.apps.lists.queries import in_force
from zhibu.apps.people.queries import asker_of
from zhibu.apps.showcases import access
from zhibu.apps.showcases.actions.adopting import adopt, articles_left, undo_adoption
from zhibu.apps.showcases.actions.marking import end_mark, mark
from zhibu.apps.showcases.actions.publishing import Gathering, open_playbook_to, publish, receive
from zhibu.apps.showcases.errors import ShowcaseRefusal
from zhibu.apps.showcases.models import Adoption, Playbook, PlaybookEdition, Showcase
from zhibu.apps.showcases.queries import file_of, gathered, known_people, marks_on, offer, playbook_of
from zhibu.documents import playbooks as files
from zhibu.domain.personal import Inside
from zhibu.domain.playbooks import Outcome, Standing
from zhibu.domain.terms import Bearer, DraftState, ListKind, Proof, Readership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def house():
    return world.bureau()


def drafts(of):
    return [(one.section, one.text, one.state) for one in Draft.objects.filter(organization=of)]


def taken_all(organization, edition, done=DONE):
    return adopt(organization, edition, offer(organization, edition, done["at"].date()).may_be_taken, **done)


def in_words(organization, on=DAY):
    return sorted(row.text for row in in_force(organization, on))


def outcomes(offered):
    return {one.mine.says.text if one.mine else one.key: one.outcome for one in offered.merges}


# --- Drafts of the lists -------------------------------------------------------------------------------------------


def test_a_draft_holds_nowhere_until_it_is_put_in_force(house):
    one = Proposed(ListKind.RULES, "会议制度", Words(text=RECORD))
    (draft,) = drafting.propose(house.inspection, [one], credit="取自别处", **DONE)
    assert in_words(house.inspection) == []
    (done,) = drafting.put_in_force([draft], since=DAY, **DONE)
    assert (in_words(house.inspection), done.state) == ([RECORD], DraftState.IN_FORCE)
    assert done.article == Article.objects.get()
    assert Section.objects.get().title == "会议制度"


def test_a_draft_of_an_article_becomes_its_later_wording_and_keeps_its_tasks_and_number(house):
    written = article(section(house.inspection), RECORD)
    change = Proposed(ListKind.RULES, "会议制度", Words(text="会议记录必须在3日内归档。"), written.pk)
    (draft,) = drafting.propose(house.inspection, [change], credit="取自别处", **DONE)
    drafting.put_in_force([draft], since=AFTER, **DONE)
    assert [(row.number, row.text) for row in written.wordings.order_by("since")] == [
        (1, RECORD),
        (1, "会议记录必须在3日内归档。"),
    ]


def test_a_settled_draft_stays_as_it_is(house):
    one = Proposed(ListKind.RULES, "会议制度", Words(text=RECORD))
    (draft,) = drafting.propose(house.inspection, [one], credit="取自别处", **DONE)
    assert drafting.drop([draft], **DONE) == 1
    assert drafting.drop([draft], **DONE) == 0
    with pytest.raises(ListRefusal, match="未采用"):
        drafting.redraft(draft, section="甲", words=Words(text="乙"), **DONE)
    with pytest.raises(ListRefusal, match="未采用"):
        drafting.put_in_force([draft], since=DAY, **DONE)


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        (ListKind.RULES, Words(text=" "), "内容"),
        (ListKind.RULES, Words(text="长" * 4001), "4001"),
        (ListKind.DUTIES, Words(text=LESSON), "承担"),
        (ListKind.PROHIBITIONS, Words(text=SIGNING), "如何处理"),
    ],
)
def test_what_could_not_be_put_in_force_is_no_draft(house, kind, words, said):
    with pytest.raises(ListRefusal, match=said):
        drafting.propose(house.inspection, [Proposed(kind, "甲", words)], credit="", **DONE)
    assert not Draft.objects.exists()


def test_a_requirement_that_no_rule_here_asks_for_is_left_out(house):
    words = Words(text=LESSON, bearer=Bearer.SECRETARY, proof=Proof.REQUIREMENT, requirement="unit.elsewhere")
    (draft,) = drafting.propose(house.inspection, [Proposed(ListKind.DUTIES, "甲", words)], credit="", **DONE)
    assert (draft.proof, draft.requirement) == (Proof.NONE, "")


def test_a_draft_is_seen_by_whoever_writes_the_lists_and_by_nobody_else(house):
    one = Proposed(ListKind.RULES, "会议制度", Words(text=RECORD))
    (draft,) = drafting.propose(house.inspection, [one], credit="取自别处", **DONE)
    for somebody in (house.lin, house.chen, house.fang, house.qiu, house.wen):
        asker = asker_of(world.account(somebody), DAY)
        may = lists_access.may_write_draft(asker, draft)
        assert may is (somebody == house.lin)
        assert may is lists_access.drafts_written_by(asker).exists()


# --- Gathered and published ----------------------------------------------------------------------------------------


def test_what_is_personal_or_internal_is_found_and_does_not_go(house):
    rules = section(house.inspection)
    for text in (RECORD, "请找陈夜班签字。", "电话10012345678。", f"工号{house.chen.staff_number}。", "密级：秘密"):
        article(rules, text)
    found = {one.item.says.text: one for one in gathered(house.inspection, known_people(), DAY)}
    kinds = {text: ([hit.kind for hit in one.findings], one.may_go) for text, one in found.items()}
    assert kinds[RECORD] == ([], True)
    assert kinds["电话10012345678。"] == ([Inside.PHONE], False)
    assert kinds[f"工号{house.chen.staff_number}。"] == ([Inside.STAFF_NUMBER], False)
    assert kinds["密级：秘密"] == ([Inside.SECRET], False)
    for text in ("电话10012345678。", f"工号{house.chen.staff_number}。", "密级：秘密"):
        with pytest.raises(ShowcaseRefusal, match="不得带出"):
            publish(house.inspection, Gathering(title="做法", story="", keys=[found[text].item.key]), **DONE)
    assert not Playbook.objects.exists()


def test_a_name_goes_only_where_somebody_said_that_it_is_none(house):
    article(section(house.inspection), RECORD)
    gathering = Gathering(title="做法", story=f"这是{house.chen.name}想到的。", keys=keys_of(house.inspection))
    with pytest.raises(ShowcaseRefusal, match=house.chen.name):
        publish(house.inspection, gathering, **DONE)
    assert publish(house.inspection, replace(gathering, looked_at=True), **DONE).number == 1


def test_an_edition_is_one_signed_file_that_says_what_is_in_force(house):
    practice(house.inspection)
    edition = published(house.inspection, story="分两批开会。")
    told = files.read(file_of(edition)).playbook
    assert [(item.says.kind, item.says.text) for item in told.items] == [
        (ListKind.RULES, MEETING),
        (ListKind.RULES, RECORD),
        (ListKind.DUTIES, LESSON),
        (ListKind.PROHIBITIONS, SIGNING),
    ]
    assert (told.edition, told.branch, told.house, told.story) == (
        1,
        house.inspection.name,
        house.root.name,
        "分两批开会。",
    )
    assert Event.objects.get(type="playbook_published").pk == edition.event_id


def test_the_next_edition_has_the_next_number_and_nothing_new_is_none(house):
    practice(house.inspection)
    first = published(house.inspection)
    with pytest.raises(ShowcaseRefusal, match="第1版"):
        published(house.inspection, done=LATER)
    second = published(house.inspection, story="新写的。", done=LATER)
    assert (second.number, second.playbook) == (2, first.playbook)
    assert playbook_of(first).story == "", "an edition never changes"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"keys": []}, "至少"),
        ({"keys": ["01900000-0000-7000-8000-000000000000"]}, "变化"),
        ({"title": " "}, "标题"),
        ({"title": "长" * 121}, "121"),
        ({"story": "字\x00"}, "story.md"),
    ],
)
def test_a_playbook_without_articles_or_title_is_refused(house, facts, said):
    practice(house.inspection)
    gathering = Gathering(title="做法", story="", keys=keys_of(house.inspection))
    with pytest.raises(ShowcaseRefusal, match=said):
        publish(house.inspection, replace(gathering, **facts), **DONE)


# --- Taken ---------------------------------------------------------------------------------------------------------


def test_what_is_taken_becomes_drafts_with_credit_and_nothing_is_in_force(house):
    practice(house.inspection)
    edition = published(house.inspection)
    adoption = taken_all(house.archive_branch, edition)
    assert [text for _, text, _ in drafts(house.archive_branch)] == [MEETING, RECORD, LESSON, SIGNING]
    assert in_words(house.archive_branch) == []
    credit = Draft.objects.first().credit
    assert house.inspection.name in credit
    assert "第1版" in credit
    assert adoption.taken.count() == 4


def test_a_part_can_be_taken_and_the_rest_is_still_offered(house):
    articles = practice(house.inspection)
    edition = published(house.inspection)
    adopt(house.archive_branch, edition, [str(articles[RECORD].pk)], **DONE)
    offered = offer(house.archive_branch, edition, DAY)
    assert [one.item.says.text for one in offered.besides] == [MEETING, LESSON, SIGNING]
    assert offered.left_out == {str(articles[text].pk) for text in (MEETING, LESSON, SIGNING)}
    assert outcomes(offered) == {RECORD: Outcome.SAME}


def test_beside_ones_own_each_article_has_its_standing(house):
    practice(house.inspection)
    edition = published(house.inspection)
    rules = section(house.archive_branch)
    mine = article(rules, "支部党员大会每半年必须召开1次，分两批开，夜班有一批。")
    article(rules, RECORD)
    offered = offer(house.archive_branch, edition, DAY)
    assert [one.standing for one in offered.besides] == [
        Standing.TIGHTENED,
        Standing.HAD,
        Standing.ADDED,
        Standing.ADDED,
    ]
    taken_all(house.archive_branch, edition)
    draft = Draft.objects.get(text=MEETING)
    assert (draft.article, draft.section) == (mine, "会议制度")


def test_a_must_is_not_loosened_and_a_contradiction_is_refused_with_its_reason(house):
    rules = section(house.inspection)
    loose = article(rules, "会议记录可以在10日内归档。")
    against = article(rules, "应当代缺席党员签到。")
    edition = published(house.inspection)
    article(section(house.archive_branch), RECORD)
    prohibitions = section(house.archive_branch, ListKind.PROHIBITIONS, "组织生活")
    article(prohibitions, "代缺席党员签到。", consequence="提醒", ask="书记")
    assert offer(house.archive_branch, edition, DAY).may_be_taken == []
    for one, because in ((loose, "放宽"), (against, "矛盾")):
        with pytest.raises(ShowcaseRefusal, match=because):
            adopt(house.archive_branch, edition, [str(one.pk)], **DONE)
    assert not Draft.objects.exists()
    assert not Adoption.objects.exists()


def test_a_must_from_above_is_not_loosened_either(house):
    loose = article(section(house.inspection), "会议记录可以在10日内归档。")
    edition = published(house.inspection)
    above = writing.write_section(
        organization=house.office, kind=ListKind.RULES, title="会议制度", reach="branches", **DONE
    )
    article(above, RECORD)
    with pytest.raises(ShowcaseRefusal, match="放宽"):
        adopt(house.archive_branch, edition, [str(loose.pk)], **DONE)


def test_nothing_or_what_is_not_offered_is_refused(house):
    articles = practice(house.inspection)
    edition = published(house.inspection)
    article(section(house.archive_branch), RECORD)
    for keys, said in (([], "至少"), ([str(house.lin.pk)], "对照"), ([str(articles[RECORD].pk)], "已有")):
        with pytest.raises(ShowcaseRefusal, match=said):
            adopt(house.archive_branch, edition, keys, **DONE)
    with pytest.raises(ShowcaseRefusal, match=house.inspection.name):
        adopt(house.inspection, edition, [str(articles[RECORD].pk)], **DONE)


def test_taken_back_its_open_drafts_go_and_what_is_in_force_stays(house):
    practice(house.inspection)
    adoption = taken_all(house.archive_branch, published(house.inspection))
    drafting.put_in_force([Draft.objects.get(text=RECORD)], since=DAY, **DONE)
    assert articles_left(adoption) == 1
    assert undo_adoption(adoption, **LATER) == 3
    assert undo_adoption(adoption, **LATER) == 0
    assert {state for _, text, state in drafts(house.archive_branch) if text != RECORD} == {DraftState.DROPPED}
    assert in_words(house.archive_branch) == [RECORD]
    offered = offer(house.archive_branch, adoption.edition, DAY)
    assert (offered.is_new_here, len(offered.besides)) == (True, 4)


# --- A later edition -----------------------------------------------------------------------------------------------


@pytest.fixture
def followed(house):
    """The archive branch took all four, put three in force, and altered what a prohibition says."""
    articles = practice(house.inspection)
    taken_all(house.archive_branch, published(house.inspection))
    three = list(Draft.objects.exclude(text=LESSON))
    drafting.put_in_force(three, since=DAY, **DONE)
    own = Wording.objects.get(article__section__organization=house.archive_branch, text=SIGNING)
    changed = replace(words_of(own), consequence="通报批评")
    writing.amend(article=own.article, words=changed, since=DAY + dt.timedelta(days=1), **DONE)
    return articles


def _amended(articles, text, later, **facts):
    last = articles[text].wordings.get()
    writing.amend(article=articles[text], words=replace(words_of(last), text=later, **facts), since=AFTER, **LATER)


def test_a_later_edition_is_offered_beside_what_it_grew_into_and_forces_nothing(house, followed):
    _amended(followed, MEETING, MEETING + "会后通报。")
    _amended(followed, SIGNING, "代他人签到、代他人发言。", consequence="谈话提醒")
    _amended(followed, LESSON, "每年讲两次党课。")
    second = published(house.inspection, done=LATER)
    offered = offer(house.archive_branch, second, AFTER)
    assert offered.before == 1
    assert outcomes(offered) == {
        MEETING: Outcome.THEIRS,
        RECORD: Outcome.SAME,
        LESSON: Outcome.THEIRS,
        SIGNING: Outcome.CONFLICT,
    }
    assert [text for _, text, state in drafts(house.archive_branch) if state == DraftState.OPEN] == [LESSON]
    taken_all(house.archive_branch, second, LATER)
    open_now = {text for _, text, state in drafts(house.archive_branch) if state == DraftState.OPEN}
    assert open_now == {MEETING + "会后通报。", "每年讲两次党课。", "代他人签到、代他人发言。"}
    proposed = Draft.objects.get(text="代他人签到、代他人发言。")
    assert proposed.consequence == "通报批评", "where both changed it, mine stands"
    assert in_words(house.archive_branch, AFTER) == sorted([MEETING, RECORD, SIGNING])


def test_what_they_repeal_stays_and_what_i_repealed_does_not_come_back(house, followed):
    writing.repeal(followed[RECORD], until=AFTER, **LATER)
    _amended(followed, MEETING, MEETING + "会后通报。")
    own = Article.objects.get(section__organization=house.archive_branch, wordings__text=MEETING)
    writing.repeal(own, until=AFTER, **LATER)
    offered = offer(house.archive_branch, published(house.inspection, done=LATER), AFTER)
    assert {one.outcome for one in offered.merges} == {
        Outcome.REPEALED,
        Outcome.DROPPED,
        Outcome.SAME,
        Outcome.MINE,
    }
    assert offered.may_be_taken == []


def test_once_merged_a_later_edition_is_held_against_the_merged(house, followed):
    _amended(followed, MEETING, MEETING + "会后通报。")
    second = published(house.inspection, done=LATER)
    taken_all(house.archive_branch, second, LATER)
    drafting.put_in_force([Draft.objects.get(text=MEETING + "会后通报。")], since=AFTER, **LATER)
    assert set(outcomes(offer(house.archive_branch, second, AFTER)).values()) == {Outcome.SAME, Outcome.MINE}


def test_taking_a_later_edition_back_keeps_what_came_with_the_first(house, followed):
    _amended(followed, MEETING, MEETING + "会后通报。")
    second = taken_all(house.archive_branch, published(house.inspection, done=LATER), LATER)
    assert undo_adoption(second, **LATER) == 1
    assert [text for _, text, state in drafts(house.archive_branch) if state == DraftState.OPEN] == [LESSON]


# --- Between two installations -------------------------------------------------------------------------------------


def test_the_same_file_in_another_house_gives_the_same_drafts(house, settings):
    practice(house.inspection)
    edition = published(house.inspection, story="分两批。")
    content = file_of(edition)
    taken_all(house.archive_branch, edition)
    here = drafts(house.archive_branch)
    for model in (Adoption, PlaybookEdition, Playbook):
        model.objects.all().delete()
    settings.SECRET_KEY = "another-house-with-another-secret-key-of-its-own"
    received = receive(house.quay, content, **DONE)
    assert receive(house.quay, content, **LATER) == received
    taken_all(house.quay, received)
    assert drafts(house.quay) == here
    assert received.playbook.is_received
    shutil.rmtree(settings.MEDIA_ROOT)


def test_a_file_of_this_house_leads_to_where_it_was_published(house):
    practice(house.inspection)
    edition = published(house.inspection)
    assert receive(house.archive_branch, file_of(edition), **DONE) == edition


def _foreign(house, secret):
    """What another house published: nothing of it is known here."""
    practice(house.inspection)
    told = playbook_of(published(house.inspection))
    PlaybookEdition.objects.all().delete()
    Playbook.objects.all().delete()
    return told, files.write(told, secret)


def test_a_later_edition_with_another_key_is_refused_until_somebody_compared_the_keys(house):
    keys = [files.Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2)]
    told, content = _foreign(house, keys[0])
    receive(house.quay, content, **DONE)
    other = files.write(replace(told, edition=2), keys[1])
    with pytest.raises(ShowcaseRefusal, match=files.fingerprint(files.key_of(keys[1]))):
        receive(house.quay, other, **DONE)
    with pytest.raises(ShowcaseRefusal):
        receive(house.quay, other, accepts=files.fingerprint(files.key_of(keys[0])), **DONE)
    assert receive(house.quay, other, accepts=files.fingerprint(files.key_of(keys[1])), **DONE).number == 2


def test_two_files_that_call_themselves_the_same_edition_are_not_both_taken(house):
    secret = files.Ed25519PrivateKey.from_private_bytes(bytes(32))
    told, content = _foreign(house, secret)
    receive(house.quay, content, **DONE)
    with pytest.raises(ShowcaseRefusal, match="第1版"):
        receive(house.quay, files.write(replace(told, story="另一份。"), secret), **DONE)


def test_an_altered_file_is_refused_in_words(house):
    _told, content = _foreign(house, files.Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(ShowcaseRefusal, match="样板"):
        receive(house.quay, content[:-1], **DONE)
    assert not Playbook.objects.exists()


# --- Marked as a demonstration -------------------------------------------------------------------------------------


def test_a_mark_has_reasons_and_a_term_that_ends_by_itself(house):
    practice(house.inspection)
    playbook = published(house.inspection).playbook
    until = DAY + dt.timedelta(days=30)
    made = mark(playbook, house.office, reasons="夜班一个不落。", until=until, **DONE)
    assert marks_on([playbook], until) == {playbook.pk: [made]}
    assert marks_on([playbook], until + dt.timedelta(days=1)) == {}
    with pytest.raises(ShowcaseRefusal, match=house.office.name):
        mark(playbook, house.office, reasons="再标一次。", until=until, **DONE)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"reasons": " "}, "理由"),
        ({"reasons": "长" * 1001}, "1001"),
        ({"until": DAY - dt.timedelta(days=1)}, "三年"),
        ({"until": DAY + dt.timedelta(days=1100)}, "三年"),
    ],
)
def test_a_mark_without_reasons_or_with_an_odd_term_is_refused(house, facts, said):
    practice(house.inspection)
    playbook = published(house.inspection).playbook
    with pytest.raises(ShowcaseRefusal, match=said):
        mark(playbook, house.office, **({"reasons": "好学。", "until": DAY} | facts), **DONE)


def test_a_mark_ends_early_with_a_reason_and_once(house):
    practice(house.inspection)
    playbook = published(house.inspection).playbook
    made = mark(playbook, house.office, reasons="好学。", until=AFTER, **DONE)
    with pytest.raises(ShowcaseRefusal, match="原因"):
        end_mark(made, why=" ", **DONE)
    end_mark(made, why="支部合并。", **DONE)
    end_mark(made, why="再说一次。", **LATER)
    made.refresh_from_db()
    assert (made.ended_on, made.why_ended) == (DAY, "支部合并。")
    assert marks_on([playbook], DAY) == {}


# --- Access --------------------------------------------------------------------------------------------------------


def test_both_forms_of_every_question_agree(house):
    practice(house.inspection)
    own = published(house.inspection, readership=Readership.BRANCH)
    _, content = None, file_of(own)
    practice(house.quay)
    abroad = published(house.quay)
    adoption = taken_all(house.archive_branch, abroad)
    showcase = mark(own.playbook, house.office, reasons="好学。", until=AFTER, **DONE)
    received = receive(house.archive_branch, content, **DONE)
    questions = [
        (access.may_read_playbook, access.playbooks_read_by, Playbook),
        (access.may_read_playbook_edition, access.playbook_editions_read_by, PlaybookEdition),
        (access.may_mark, access.playbooks_marked_by, Playbook),
        (access.may_end_showcase, access.showcases_ended_by, Showcase),
        (access.may_see_adoption, access.adoptions_seen_by, Adoption),
        (access.may_undo_adoption, access.adoptions_undone_by, Adoption),
    ]
    seen = 0
    for somebody in (house.lin, house.chen, house.fang, house.qiu, house.wen):
        asker = asker_of(world.account(somebody), DAY)
        for may, by, model in questions:
            told = {row.pk for row in by(asker)}
            assert told == {row.pk for row in model.objects.all() if may(asker, row)}, may.__name__
            seen += len(told)
    assert seen
    fang = asker_of(house.fang.account, DAY)
    assert access.may_mark(fang, own.playbook)
    assert not access.may_mark(fang, abroad.playbook)
    assert not access.may_mark(fang, received.playbook)
    assert access.may_end_showcase(fang, showcase)
    assert access.may_see_adoption(fang, adoption)
    qiu = asker_of(house.qiu.account, DAY)
    assert not access.may_read_playbook(qiu, own.playbook)
    open_playbook_to(own.playbook, readership=Readership.HOUSE, **DONE)
    assert access.may_read_playbook(qiu, own.playbook)
