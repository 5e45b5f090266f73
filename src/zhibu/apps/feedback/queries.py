"""Reads of feedback: where it is shown, what was changed, and who hears of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhibu.apps.feedback.models import Feedback
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.windows.models import Site, WindowPost
from zhibu.apps.windows.queries import managers_of
from zhibu.domain.terms import FeedbackState

#: As many people belong to a post that may be named beside feedback: with fewer it would be about one of them.
LEAST_CREW = 2


def posts_named(on: dt.date, posts: QuerySet[WindowPost] | None = None) -> QuerySet[WindowPost]:
    """The posts that are there on a day and at which nobody works alone."""
    rows = WindowPost.objects.all() if posts is None else posts
    crew = Count("seats", filter=holds_on(on, "seats__"), distinct=True)
    return rows.filter(holds_on(on)).alias(crew_then=crew).filter(crew_then__gte=LEAST_CREW)


def works_alone(post: WindowPost, on: dt.date) -> bool:
    """Whether fewer belong to it than may be named beside feedback."""
    return not posts_named(on).filter(pk=post.pk).exists()


def places_of(rows: Iterable[Feedback], on: dt.date) -> dict[UUID, str]:
    """By feedback the name under which it is shown: of the post, or of the site where one works there alone now.

    One query. The rows come with their sites and posts.
    """
    read = list(rows)
    posts: Collection[UUID] = {row.post_id for row in read if row.post_id}
    named = set(posts_named(on).filter(pk__in=posts).values_list("pk", flat=True)) if posts else set()
    return {
        row.pk: f"{row.site.name} {row.post.name}" if row.post and row.post_id in named else row.site.name
        for row in read
    }


def changed() -> QuerySet[Feedback]:
    """What was closed in public, the latest first, with its site and post."""
    rows = Feedback.objects.filter(state=FeedbackState.CLOSED.value, is_public=True)
    return rows.select_related("site", "post").order_by("-closed_at", "-pk")


def hearers_of(site: Site, post: WindowPost | None, on: dt.date) -> set[UUID]:
    """The people who manage the post, or one of the site."""
    posts = WindowPost.objects.filter(Q(pk=post.pk) if post else Q(site=site), organization__isnull=False)
    units = {row.organization for row in posts.select_related("organization") if row.organization}
    return {person for unit in units for person in managers_of(unit, on)}
