"""Access stands in two forms, one thing and a queryset. On generated trees they never differ."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhibu.apps.account_content import access as account_content
from zhibu.apps.account_content.models import Article, Binding
from zhibu.apps.guides import access as guides
from zhibu.apps.guides.models import Guide, GuideVersion, Question
from zhibu.apps.lists.access import lists_read_by, lists_written_by, may_read_lists, may_write_lists
from zhibu.apps.meetings.access import books_read_by, may_read_books
from zhibu.apps.organizations.actions import MAY_STAND_UNDER, rebuild_paths
from zhibu.apps.organizations.models import Organization, Placement
from zhibu.apps.people import access
from zhibu.apps.people.models import Account, Appointment, Employment, Grant, Membership, Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rosters.access import (
    may_decide_swap,
    may_keep_rotation,
    may_see_swap,
    rotations_kept_by,
    swaps_decided_by,
    swaps_seen_by,
)
from zhibu.apps.rosters.models import Rotation, SwapRequest
from zhibu.apps.windows import access as windows
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.domain.terms import (
    OFFICES,
    AccountApp,
    ArticleState,
    GuideAudience,
    OrganizationKind,
    PostKind,
    Role,
    Standing,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
LONG_AGO = dt.date(2020, 1, 1)


@st.composite
def houses(draw):
    """A tree of up to 12 organizations, up to 8 people with places in it, and one who asks."""
    kinds = [OrganizationKind.LEADING_GROUP]
    parents = [None]
    for _ in range(draw(st.integers(2, 11))):
        kind = draw(st.sampled_from(list(OrganizationKind)[1:]))
        fits = [i for i, above in enumerate(kinds) if above in MAY_STAND_UNDER[kind]]
        if fits:
            kinds.append(kind)
            parents.append(draw(st.sampled_from(fits)))
    place = st.integers(0, len(kinds) - 1)
    people = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "branch": st.none() | place,
                    "unit": st.none() | place,
                    "left": st.booleans(),
                    "posts": st.lists(
                        st.tuples(place, st.sampled_from([*OFFICES, PostKind.GROUP_LEADER])), max_size=2
                    ),
                }
            ),
            min_size=1,
            max_size=8,
        )
    )
    role = draw(st.none() | st.sampled_from(list(Role)))
    return kinds, parents, people, role, draw(place)


def build(house):
    kinds, parents, people, role, windows_of = house
    organizations = Organization.objects.bulk_create(
        Organization(code=f"T{i:02}", name=f"组织{i}", kind=kind, began=LONG_AGO, path="", depth=1)
        for i, kind in enumerate(kinds)
    )
    Placement.objects.bulk_create(
        Placement(organization=o, parent=organizations[p] if p is not None else None, since=LONG_AGO)
        for o, p in zip(organizations, parents, strict=True)
    )
    rebuild_paths()
    made = []
    for i, facts in enumerate(people):
        person = Person.objects.create(staff_number=str(i), name=f"人{i}")
        until = dt.date(2025, 1, 1) if facts["left"] else None
        if facts["branch"] is not None:
            Membership.objects.create(
                person=person,
                organization=organizations[facts["branch"]],
                standing=Standing.FULL,
                since=LONG_AGO,
                until=until,
            )
        if facts["unit"] is not None:
            Employment.objects.create(
                person=person, organization=organizations[facts["unit"]], since=LONG_AGO, until=until
            )
        for where, post in dict(facts["posts"]).items():
            if post != PostKind.SECRETARY or not organizations[where].appointments.filter(post=post).exists():
                Appointment.objects.create(
                    person=person, organization=organizations[where], post=post, since=LONG_AGO
                )
        made.append(person)
    _open_windows(organizations, made)
    account = Account.objects.create(login="asks", person=made[0])
    _tell_the_public(organizations, made, account)
    if role is not None:
        scope = organizations[windows_of] if role == Role.WINDOW_MANAGER else None
        Grant.objects.create(account=account, role=role, organization=scope, since=LONG_AGO)
    return account


def _open_windows(organizations, people):
    """A post of every organization and one of none, at three sites and in two sections; a rotation and a request."""
    sites = [Site.objects.create(name=f"大厅{i}") for i in range(3)]
    sections = [Section.objects.create(name=f"科{i}") for i in range(2)]
    for i, unit in enumerate([*organizations, None]):
        WindowPost.objects.create(
            code=f"W{i}",
            name=f"岗{i}",
            site=sites[i % 3],
            section=sections[i % 2],
            organization=unit,
            since=LONG_AGO,
        )
    for i, unit in enumerate(organizations):
        Rotation.objects.create(unit=unit, name="轮班", cycle="-")
        asker, other = people[i % len(people)], people[(i + 1) % len(people)]
        if asker != other:
            SwapRequest.objects.create(
                asker=asker,
                other=other,
                unit=unit,
                first_day=TODAY,
                asked_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            )


def _tell_the_public(organizations, people, account):
    """An article of every organization in some state, by the one who asks or another; two bound phones; guides."""
    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    reader = Person.objects.create(staff_number="reads", name="审")
    for i, organization in enumerate([*organizations, *organizations]):
        Article.objects.create(
            organization=organization,
            title="文",
            text="文",
            state=list(ArticleState)[i % len(ArticleState)].value,
            writer=people[i % len(people)],
            reviewer=reader,
            changed_at=at,
            published_at=at,
        )
    other = Account.objects.create(login="other", person=None)
    for owner in (account, other):
        Binding.objects.create(account=owner, app=AccountApp.OFFICIAL, sender=owner.login, since=at)
    for i, section in enumerate([*Section.objects.all(), *Section.objects.all()]):
        guide = Guide.objects.create(number=i + 1, section=section, audience=list(GuideAudience)[i % 3].value)
        GuideVersion.objects.create(
            guide=guide, number=1, title="指", text="南", state="review", writer=people[0], written_at=at
        )
        asked = {"source": "public", "asked_at": at, "promised": TODAY, "text": "问"}
        Question.objects.create(section=section if i else None, code_sha256=str(i), **asked)


ORGANIZATION_TWINS = [
    (access.may_see_organization, access.organizations_seen_by),
    (access.may_oversee, access.organizations_overseen_by),
    (access.may_convene, access.organizations_convened_by),
    (access.may_hand_out_codes, access.organizations_given_codes_by),
]
BOOK_TWINS = [
    (may_read_books, books_read_by),
    (may_read_lists, lists_read_by),
    (may_write_lists, lists_written_by),
]
WINDOW_UNIT_TWINS = [
    (windows.may_manage_windows, windows.windows_managed_by),
    (windows.may_see_windows, windows.windows_seen_by),
]
POST_TWINS = [
    (windows.may_manage_post, windows.posts_managed_by),
    (windows.may_see_post, windows.posts_seen_by),
]
SITE_TWINS = [
    (windows.may_see_site, windows.sites_seen_by),
    (windows.may_rename_site, windows.sites_renamed_by),
]
SECTION_TWINS = [
    (windows.may_see_section, windows.sections_seen_by),
    (windows.may_rename_section, windows.sections_renamed_by),
]
SWAP_TWINS = [
    (may_see_swap, swaps_seen_by),
    (may_decide_swap, swaps_decided_by),
]
ROTATION_TWINS = [(may_keep_rotation, rotations_kept_by)]
ARTICLE_TWINS = [
    (account_content.may_see_article, account_content.articles_seen_by),
    (account_content.may_change, account_content.articles_changed_by),
    (account_content.may_review, account_content.articles_reviewed_by),
    (account_content.may_correct, account_content.articles_corrected_by),
    (account_content.may_withdraw, account_content.articles_withdrawn_by),
]
WRITTEN_FOR_TWINS = [(account_content.may_write_for, account_content.organizations_written_for_by)]
BINDING_TWINS = [(account_content.may_end_binding, account_content.bindings_ended_by)]
GUIDE_TWINS = [
    (guides.may_read_guide, guides.guides_read_by),
    (guides.may_keep_guide, guides.guides_kept_by),
]
PERSON_TWINS = [
    (access.may_see_person, access.people_seen_by),
    (access.may_see_record, access.records_seen_by),
    (access.may_give_code, access.people_given_codes_by),
]


@pytest.mark.slow
@given(houses())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_question_and_the_queryset_agree_on_every_tree(house):
    with transaction.atomic():
        asker = asker_of(build(house), TODAY)
        for twins, things in (
            (ORGANIZATION_TWINS + BOOK_TWINS + WINDOW_UNIT_TWINS + WRITTEN_FOR_TWINS, Organization.objects.all()),
            (ARTICLE_TWINS, Article.objects.select_related("organization")),
            (BINDING_TWINS, Binding.objects.all()),
            (GUIDE_TWINS, Guide.objects.select_related("section")),
            (
                [(guides.may_review, guides.versions_reviewed_by)],
                GuideVersion.objects.select_related("guide__section"),
            ),
            ([(guides.may_answer, guides.questions_answered_by)], Question.objects.select_related("section")),
            (POST_TWINS, WindowPost.objects.select_related("organization")),
            (SITE_TWINS, Site.objects.all()),
            (SECTION_TWINS, Section.objects.all()),
            (SWAP_TWINS, SwapRequest.objects.select_related("unit")),
            (ROTATION_TWINS, Rotation.objects.select_related("unit")),
            (PERSON_TWINS, Person.objects.all()),
        ):
            for may_x, x_by in twins:
                asked = {thing.pk for thing in things if may_x(asker, thing)}
                assert asked == set(x_by(asker).values_list("pk", flat=True)), may_x.__name__
        transaction.set_rollback(True)


def test_every_pair_of_forms_is_in_the_test_above():
    twins = {f.__name__ for pair in ORGANIZATION_TWINS + PERSON_TWINS for f in pair}
    about_things = {
        name
        for name in dir(access)
        if (name.startswith("may_") or name.endswith("_by")) and name not in ABOUT_THE_ASKER
    }
    assert about_things == twins


def test_every_pair_of_forms_of_the_windows_is_in_the_test_above():
    twins = WINDOW_UNIT_TWINS + POST_TWINS + SITE_TWINS + SECTION_TWINS
    asked = {name for name in dir(windows) if name.startswith("may_") or name.endswith("_by")}
    assert asked == {form.__name__ for pair in twins for form in pair}


def test_every_pair_of_forms_of_the_account_is_in_the_test_above():
    twins = ARTICLE_TWINS + WRITTEN_FOR_TWINS + BINDING_TWINS
    ours = {
        name
        for name, form in vars(account_content).items()
        if (name.startswith("may_") or name.endswith("_by")) and form.__module__ == account_content.__name__
    }
    assert ours - {"may_set_menus"} == {form.__name__ for pair in twins for form in pair}


#: Questions about the one who asks alone: there is no thing to compare, only a queryset of all or of none.
ABOUT_THE_ASKER = {
    "may_import",
    "may_keep_rules",
    "may_manage_accounts",
    "may_audit",
    "accounts_managed_by",
    "grants_seen_by",
}
