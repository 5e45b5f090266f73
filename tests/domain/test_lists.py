"""What an edition changes from the one before."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.lists import Article, Change, Difference, Section, differences
from zhibu.domain.terms import Bearer, ListKind, PostKind, Reach

FIRST = Article(1, 1, "每月召开一次。")
SECOND = Article(2, 2, "会后三日内整理记录。")
RULE = Section(10, ListKind.RULES, 1, "会议制度", Reach.OWN, "一支部", (FIRST, SECOND))


def changes(before, after):
    return [(one.difference, one.before, one.after) for one in differences(before, after)]


def test_a_book_changes_nothing_from_itself():
    assert differences([RULE], [RULE]) == []


def test_an_article_is_known_by_its_id_when_its_number_moves():
    moved = replace(RULE, articles=(replace(SECOND, number=1), replace(FIRST, number=2)))
    assert changes([RULE], [moved]) == [
        (Difference.RENUMBERED, SECOND, replace(SECOND, number=1)),
        (Difference.RENUMBERED, FIRST, replace(FIRST, number=2)),
    ]


def test_other_words_count_as_a_change_even_under_another_number():
    said = replace(FIRST, number=3, text="每月召开两次。")
    assert changes([RULE], [replace(RULE, articles=(SECOND, said))]) == [(Difference.CHANGED, FIRST, said)]


def test_another_bearer_is_a_change():
    duty = replace(RULE, kind=ListKind.DUTIES, articles=(replace(FIRST, bearer=Bearer.SECRETARY),))
    other = replace(duty, articles=(replace(FIRST, bearer=Bearer.MEMBER),))
    assert [one.difference for one in differences([duty], [other])] == [Difference.CHANGED]


def test_what_came_is_told_before_what_went():
    third = Article(3, 3, "记录由专人保管。")
    assert differences([RULE], [replace(RULE, articles=(FIRST, third))]) == [
        Change(Difference.ADDED, replace(RULE, articles=(FIRST, third)), None, third),
        Change(Difference.REPEALED, RULE, SECOND, None),
    ]


def test_a_whole_section_that_moves_renumbers_its_articles():
    assert [one.difference for one in differences([RULE], [replace(RULE, number=2)])] == [Difference.RENUMBERED] * 2


ARTICLES = st.lists(
    st.builds(Article, st.integers(1, 6), st.integers(1, 9), st.sampled_from(["一", "二", "三"])),
    unique_by=lambda article: article.id,
)


@given(ARTICLES, ARTICLES)
def test_each_article_is_told_at_most_once_and_what_is_not_told_is_the_same(before, after):
    earlier, later = replace(RULE, articles=tuple(before)), replace(RULE, articles=tuple(after))
    told = differences([earlier], [later])
    ids = [(one.before or one.after).id for one in told]
    assert len(ids) == len(set(ids))
    assert {one for one in before if one.id not in ids} == {one for one in after if one.id not in ids}


def test_every_post_bears_something():
    borne = {post for bearer in Bearer for post in bearer.posts}
    assert borne == set(PostKind)
    assert Bearer.ORGANIZATION.posts == Bearer.MEMBER.posts == ()
    assert PostKind.SECRETARY in Bearer.COMMITTEE_MEMBER.posts
