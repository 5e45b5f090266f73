"""Tasks by which a duty of the lists is seen: which may be chosen, and that no others are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Section, Wording
from zhibu.apps.meetings.models import Task
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Appointment
from zhibu.domain.terms import Bearer

#: More are no help to choose from.
MOST_OFFERED = 200


def tasks_chosen_from(organization: Organization, chosen: Sequence[str] = ()) -> list[Task]:
    """Those of ``chosen`` that are there still, and the latest open tasks of an organization; by post and due date.

    At most 200.
    """
    keys = [key for one in chosen if (key := _key(one)) is not None]
    rows = Task.objects.filter(Q(done_on__isnull=True) | Q(pk__in=keys), meeting__organization=organization)
    is_chosen = Case(When(pk__in=keys, then=0), default=1)
    latest = rows.select_related("holder").order_by(is_chosen, "-pk")[:MOST_OFFERED]
    return sorted(latest, key=lambda task: (task.post, task.due or dt.date.max, task.pk))


def listen() -> None:
    """Called once, when the house is put together."""
    for name in ("article_written", "article_amended"):
        registry.listen(name, refuse_other_tasks)


def refuse_other_tasks(event: Event, document: Mapping[str, Any] | None) -> None:
    """A duty points at open tasks of those who bear it, where it is written; one that it has is let be when done."""
    assert document is not None
    if not document["tasks"]:
        return
    organization = Section.objects.select_related("organization").get(pk=document["section"]).organization
    keys = {text: _key(text) for text in document["tasks"]}
    asked = [key for key in keys.values() if key is not None]
    there = {task.pk: task for task in Task.objects.filter(meeting__organization=organization, pk__in=asked)}
    bearer, today = Bearer(document["bearer"]), localtime(event.recorded_at).date()
    borne = set(Task.objects.filter(_is_borne_by(bearer, today), pk__in=there).values_list("pk", flat=True))
    before: set[str] = set()
    for tasks in Wording.objects.filter(article=event.subject, since__lt=document["since"]).values_list("tasks"):
        before.update(*tasks)
    for text, key in keys.items():
        task = there.get(key) if key is not None else None
        if task is None:
            raise ListRefusal(
                _("“%(task)s” is no task of %(name)s: taken off, or of another organization. Choose anew.")
                % {"task": text, "name": organization.name}
            )
        _refuse_what_shows_nothing(task, is_new=text not in before, is_theirs=task.pk in borne)


def _refuse_what_shows_nothing(task: Task, *, is_new: bool, is_theirs: bool) -> None:
    if task.done_on is not None and is_new:
        raise ListRefusal(
            _("“%(task)s” is done since %(day)s. Choose a task that is open.")
            % {"task": task.text, "day": task.done_on.isoformat()}
        )
    if not is_theirs:
        raise ListRefusal(
            _("“%(task)s” is held by nobody who bears this duty. Choose one of theirs.") % {"task": task.text}
        )


def _is_borne_by(bearer: Bearer, on: dt.date) -> Q:
    """Taken on in a post that bears the duty, or by somebody who holds such a post; of others, anybody's."""
    if not bearer.posts:
        return Q()
    held = Appointment.objects.on(on).filter(
        organization=OuterRef("meeting__organization"), person=OuterRef("holder"), post__in=bearer.posts
    )
    return Q(post__in=bearer.posts) | Q(Exists(held))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
