"""Who reads feedback and evaluations. Each question stands in two forms that agree.

Feedback is read by those who manage the windows it is about, and by nobody above them: of the public's words no
sums by place or person are made. What changed because of it is read by everybody once it is public.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.feedback.models import Evaluation, Feedback
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.access import (
    may_manage_post,
    may_manage_windows,
    may_see_windows,
    posts_managed_by,
    windows_managed_by,
    windows_seen_by,
)
from zhibu.apps.windows.models import Site, WindowPost


def sites_heard_by(asker: Asker) -> QuerySet[Site]:
    """Those at which the asker manages a post."""
    return Site.objects.filter(Exists(posts_managed_by(asker).filter(site=OuterRef("pk"))))


def may_read_feedback(asker: Asker, feedback: Feedback) -> bool:
    """Of a post those who manage it; of a site those who manage one of its posts."""
    if asker.person is None:
        return False
    if feedback.post is not None:
        return may_manage_post(asker, feedback.post)
    return any(may_manage_post(asker, post) for post in feedback.site.window_posts.select_related("organization"))


def feedback_read_by(asker: Asker) -> QuerySet[Feedback]:
    if asker.person is None:
        return Feedback.objects.none()
    posts: QuerySet[WindowPost] = posts_managed_by(asker)
    at_site = Q(post__isnull=True) & Q(site__in=sites_heard_by(asker).order_by().values("pk"))
    return Feedback.objects.filter(Q(post__in=posts.order_by().values("pk")) | at_site)


def may_see_evaluation(asker: Asker, evaluation: Evaluation) -> bool:
    """Those who manage the windows of the unit, and office holders at or above it."""
    return may_see_windows(asker, evaluation.organization)


def evaluations_seen_by(asker: Asker) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(organization__in=windows_seen_by(asker).order_by().values("pk"))


def may_keep_evaluation(asker: Asker, evaluation: Evaluation) -> bool:
    return may_manage_windows(asker, evaluation.organization)


def evaluations_kept_by(asker: Asker) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(organization__in=units_evaluated_by(asker).values("pk"))


def units_evaluated_by(asker: Asker) -> QuerySet[Organization]:
    """Those of which the asker records evaluations."""
    return windows_managed_by(asker).order_by()
