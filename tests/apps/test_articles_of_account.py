"""Articles of the official account: written by one, approved by another, public, corrected and withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.windows import Windows
from tests.world import AT, DAY
from zhibu.apps.account_content import access
from zhibu.apps.account_content.actions import articles, drafting
from zhibu.apps.account_content.actions.articles import Said
from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Article
from zhibu.apps.account_content.queries import holding, public_articles, versions_of
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import ArticleState, PostKind, Sending

pytestmark = pytest.mark.django_db

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}


@pytest.fixture
def house() -> Windows:
    return Windows()


def begun(house: Windows, title: str = "支部在窗口", text: str = "午间不断岗。", **said: str) -> Article:
    words = Said(title=title, text=text, **said)
    return articles.begin_article(house.house.inspection, words, writer=house.lin, **DONE)


def published(house: Windows, title: str = "支部在窗口", text: str = "午间不断岗。", **more: Any) -> Article:
    return let_through(begun(house, title, text), house, **more)


def let_through(article: Article, house: Windows, **more: Any) -> Article:
    articles.hand_in(article, **DONE)
    article.refresh_from_db()
    articles.publish(article, reviewer=house.house.fang, revision=article.revision, **more, **DONE)
    article.refresh_from_db()
    return article


def test_what_is_published_was_approved_by_another_and_is_sealed_letter_for_letter(house: Windows) -> None:
    article = begun(house)
    assert list(public_articles()) == []
    let_through(article, house)
    assert list(public_articles()) == [article]
    sealed = Document.objects.get(sha256=Event.objects.get(type="account_article_published").document_sha256)
    assert "午间不断岗。" in sealed.text
    with pytest.raises(AccountContentRefusal, match="不再改动"):
        articles.save_article(article, Said(title="新", text="新"), based_on=1, writer=house.lin, **DONE)


def test_nobody_approves_their_own_words_neither_by_the_deed_nor_past_it(house: Windows) -> None:
    article = begun(house)
    articles.hand_in(article, **DONE)
    with pytest.raises(AccountContentRefusal, match="由您撰写"):
        articles.publish(article, reviewer=house.lin, revision=1, **DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(reviewer=house.lin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(state=ArticleState.PUBLIC.value)


def test_what_was_read_is_what_is_published_and_whoever_saves_last_is_the_writer(house: Windows) -> None:
    article = begun(house)
    articles.hand_in(article, **DONE)
    saved = articles.save_article(
        article, Said(title="支部在窗口", text="两班轮流。"), based_on=1, writer=house.house.fang, **DONE
    )
    assert (saved.word, saved.writer) == (ArticleState.DRAFT, house.house.fang)
    with pytest.raises(AccountContentRefusal, match="方"):
        articles.save_article(article, Said(title="旧", text="旧"), based_on=1, writer=house.lin, **DONE)
    articles.hand_in(saved, **DONE)
    with pytest.raises(AccountContentRefusal, match="又有改动"):
        articles.publish(saved, reviewer=house.lin, revision=1, **DONE)
    articles.publish(saved, reviewer=house.lin, revision=2, **DONE)


def test_what_goes_back_says_what_to_change(house: Windows) -> None:
    article = begun(house)
    articles.hand_in(article, **DONE)
    with pytest.raises(AccountContentRefusal, match="需要修改"):
        articles.send_back(article, reviewer=house.house.fang, remark=" ", **DONE)
    articles.send_back(article, reviewer=house.house.fang, remark="写明时间", **DONE)
    article.refresh_from_db()
    assert (article.word, article.remark) == (ArticleState.DRAFT, "写明时间")


def test_a_correction_takes_the_place_of_what_it_corrects_and_both_stay_on_record(house: Windows) -> None:
    first = published(house)
    draft = articles.correct(first, writer=house.lin, **DONE)
    with pytest.raises(AccountContentRefusal, match="已在起草"):
        articles.correct(first, writer=house.lin, **DONE)
    with pytest.raises(AccountContentRefusal, match="更正了什么"):
        articles.hand_in(draft, **DONE)
    said = Said(title="支部在窗口", text="午间开两个窗口。", correction="窗口数写错了")
    let_through(articles.save_article(draft, said, based_on=1, writer=house.lin, **DONE), house)
    first.refresh_from_db()
    assert first.word is ArticleState.CORRECTED
    assert [one.text for one in public_articles()] == ["午间开两个窗口。"]
    assert [one.pk for one in versions_of(first)] == [one.pk for one in versions_of(draft)] == [draft.pk, first.pk]


def test_a_correction_of_what_was_withdrawn_meanwhile_is_refused(house: Windows) -> None:
    first = published(house)
    draft = articles.correct(first, writer=house.lin, **DONE)
    said = Said(title="支部在窗口", text="另一段。", correction="错字")
    saved = articles.save_article(draft, said, based_on=1, writer=house.lin, **DONE)
    articles.withdraw(first, remark="重复", **DONE)
    with pytest.raises(AccountContentRefusal, match="已经撤下"):
        let_through(saved, house)
    assert list(public_articles()) == []


def test_what_carries_a_degree_of_secrecy_is_refused_and_internal_words_ask_the_reviewer(house: Windows) -> None:
    with pytest.raises(AccountContentRefusal, match="秘密★"):
        begun(house, text="秘密★1年\n名单")
    article = begun(house, text="学习了内部文件的管理办法。")
    articles.hand_in(article, **DONE)
    with pytest.raises(AccountContentRefusal, match="内部文件"):
        articles.publish(article, reviewer=house.house.fang, revision=1, **DONE)
    articles.publish(article, reviewer=house.house.fang, revision=1, may_be_public=True, **DONE)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"title": " "}, "标题和正文"),
        ({"text": "\n"}, "标题和正文"),
        ({"title": "长" * 65}, "65"),
        ({"text": "长" * 20_001}, "20001"),
        ({"text": "坏\ufffd字"}, "无法读取"),
    ],
)
def test_what_can_not_be_kept_is_refused_with_a_word(house: Windows, said: dict[str, str], answer: str) -> None:
    with pytest.raises(AccountContentRefusal, match=answer):
        begun(house, **said)
    assert not Article.objects.exists()


def test_a_draft_is_dropped_and_a_published_one_is_not(house: Windows) -> None:
    draft, public = begun(house), published(house, "另一篇")
    articles.drop_article(draft, **DONE)
    with pytest.raises(AccountContentRefusal):
        articles.drop_article(public, **DONE)
    assert list(Article.objects.all()) == [public]


def test_words_are_found_in_title_sentence_and_text(house: Windows) -> None:
    begun(house, "党课", "讲了报检。", digest="一句话")
    begun(house, "报检", "新流程。")
    assert {one.title for one in holding(Article.objects.all(), "报检")} == {"党课", "报检"}
    assert [one.title for one in holding(Article.objects.all(), "报检 一句")] == ["党课"]


def test_it_waits_for_the_drafts_once_and_not_when_it_is_withdrawn(house: Windows) -> None:
    article = published(house, to_platform=True)
    assert article.way is Sending.WAITING
    with pytest.raises(AccountContentRefusal, match="草稿箱"):
        drafting.hand_over(article, **DONE)
    articles.withdraw(article, remark="重写", **DONE)
    article.refresh_from_db()
    assert (article.way, article.hand_over_at) == (Sending.NONE, None)
    assert not drafting.note_handing_over(article)


def test_both_forms_of_each_question_agree_for_everybody(house: Windows) -> None:
    cast = house.house
    world.appoint(house.chen, cast.first_group, PostKind.GROUP_LEADER)
    for of in (cast.inspection, cast.office, cast.quay):
        for writer in (house.lin, cast.fang, cast.qiu):
            for state in ArticleState:
                made = articles.begin_article(of, Said(title=state.zh, text="文"), writer=writer, **DONE)
                other = cast.fang if writer != cast.fang else house.lin
                Article.objects.filter(pk=made.pk).update(state=state.value, reviewer=other, published_at=AT)
    people = (house.chen, house.lin, cast.fang, cast.qiu)
    askers = {person.name: asker_of(world.account(person), DAY) for person in people}
    askers |= {"wen": asker_of(house.manager, DAY), "system": asker_of(world.account(login="system"), DAY)}
    for asker in askers.values():
        for one, many in (
            (access.may_see_article, access.articles_seen_by),
            (access.may_change, access.articles_changed_by),
            (access.may_review, access.articles_reviewed_by),
            (access.may_correct, access.articles_corrected_by),
            (access.may_withdraw, access.articles_withdrawn_by),
        ):
            assert {row for row in Article.objects.all() if one(asker, row)} == set(many(asker)), (asker, one)
        theirs = set(access.organizations_written_for_by(asker))
        assert {row for row in Organization.objects.all() if access.may_write_for(asker, row)} == theirs
    seen = {who: {row.organization for row in access.articles_seen_by(asker)} for who, asker in askers.items()}
    assert seen == {
        house.chen.name: set(),
        house.lin.name: {cast.inspection},
        cast.fang.name: {cast.inspection, cast.office},
        cast.qiu.name: {cast.quay},
        "wen": {cast.inspection},
        "system": set(),
    }
