"""Another person reviews what was written: it is published from a day on, or goes back with what to change."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.guides.actions.indexing import index_guide
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import Guide, GuideVersion
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import READ_AGAIN_AT_LATEST, kept, may_be_read_again
from zhibu.domain.markings import inside_words, secret_marks
from zhibu.domain.terms import GuideAudience, GuideState


@transaction.atomic
def publish_guide(
    version: GuideVersion,
    *,
    reviewer: Person,
    revision: int,
    since: dt.date,
    read_again_by: dt.date,
    actor: Actor,
    at: dt.datetime,
) -> GuideVersion:
    """From ``since`` on the guide says this; what it said before ends on that day.

    ``revision``: the one that was read. Refused for one's own text, for one that changed meanwhile, and for a day
    that has passed or on which a later version is in force already.
    """
    version = _waiting(version, reviewer, revision)
    guide = Guide.objects.select_for_update().get(pk=version.guide_id)
    _refuse_marks(version, guide)
    if since < localtime(at).date():
        raise GuideRefusal(_("%(day)s has passed. Let it be in force from today on, or later.") % {"day": since})
    _refuse_day(read_again_by, since)
    before = guide.versions.filter(state=GuideState.PUBLISHED.value).order_by("-number").first()
    if before is not None and before.since is not None and before.since >= since:
        raise GuideRefusal(
            _("Version %(number)s is in force from %(day)s. Choose a later day.")
            % {"number": before.number, "day": before.since}
        )
    if before is not None and before.until is None:
        before.until = since
        before.save(update_fields=["until"])
    version.state = GuideState.PUBLISHED.value
    version.reviewer, version.reviewed_at, version.since = reviewer, at, since
    version.save(update_fields=["state", "reviewer", "reviewed_at", "since"])
    guide.read_again_by, guide.withdrawn_because = read_again_by, ""
    guide.save(update_fields=["read_again_by", "withdrawn_because"])
    index_guide(guide)
    record(
        "guide_published",
        guide.pk,
        actor=actor,
        at=at,
        document={
            "number": guide.number,
            "version": version.number,
            "title": version.title,
            "text": version.text,
            "keywords": version.keywords,
            "audience": guide.audience,
            "since": since.isoformat(),
            "read_again_by": read_again_by.isoformat(),
            "writer": str(version.writer_id),
            "reviewer": str(reviewer.pk),
        },
    )
    return version


@transaction.atomic
def return_guide(version: GuideVersion, *, reviewer: Person, because: str, actor: Actor, at: dt.datetime) -> None:
    """It goes back to its writer, with what to change."""
    version = _waiting(version, reviewer, None)
    said = kept(because)[:500]
    if not said:
        raise GuideRefusal(_("Say in a few words what to change."))
    version.state, version.returned = GuideState.DRAFT.value, said
    version.save(update_fields=["state", "returned"])
    record("guide_returned", version.guide_id, actor=actor, at=at, document={"version": version.number})


def _waiting(version: GuideVersion, reviewer: Person, revision: int | None) -> GuideVersion:
    version = GuideVersion.objects.select_for_update().get(pk=version.pk)
    if version.word is not GuideState.REVIEW:
        raise GuideRefusal(_("This version does not wait for a review."))
    if version.writer_id == reviewer.pk:
        raise GuideRefusal(_("You wrote this yourself. Ask somebody else of the section to review it."))
    if revision is not None and version.revision != revision:
        raise GuideRefusal(_("The text changed while you were reading. Read it again."))
    return version


def _refuse_marks(version: GuideVersion, guide: Guide) -> None:
    """What is marked as secret is nobody's guide; what calls itself internal is not for readers outside."""
    said = f"{version.title}\n{version.text}"
    marks = secret_marks(said)
    if guide.word is not GuideAudience.INTERNAL:
        marks += inside_words(said)
    if marks:
        raise GuideRefusal(
            _("It says “%(marks)s”. Take that out, or let it be an internal guide if nothing in it is classified.")
            % {"marks": "、".join(marks)}
        )


def _refuse_day(read_again_by: dt.date, since: dt.date) -> None:
    if not may_be_read_again(read_again_by, since):
        raise GuideRefusal(
            _("A guide is looked through again after it is in force and within %(months)s months. Choose such a day.")
            % {"months": READ_AGAIN_AT_LATEST}
        )


@transaction.atomic
def look_through(guide: Guide, *, read_again_by: dt.date, actor: Actor, at: dt.datetime) -> None:
    """It is still right as it stands; the next look is due by another day."""
    guide = _in_force(guide, localtime(at).date())
    _refuse_day(read_again_by, localtime(at).date())
    guide.read_again_by = read_again_by
    guide.save(update_fields=["read_again_by"])
    record("guide_looked_through", guide.pk, actor=actor, at=at, document={"again": read_again_by.isoformat()})


@transaction.atomic
def withdraw_guide(guide: Guide, *, because: str, actor: Actor, at: dt.datetime) -> None:
    """From today on it is not in force; its address tells so, and why. A version to come goes with it."""
    today = localtime(at).date()
    guide = _in_force(guide, today)
    said = kept(because)[:300]
    if not said:
        raise GuideRefusal(_("Say in a few words why it is withdrawn; it stands at its address."))
    running = guide.versions.filter(Q(until__isnull=True) | Q(until__gt=today), state=GuideState.PUBLISHED.value)
    for version in running:
        assert version.since is not None
        version.until = max(today, version.since)
        version.save(update_fields=["until"])
    guide.read_again_by, guide.withdrawn_because = None, said
    guide.save(update_fields=["read_again_by", "withdrawn_because"])
    index_guide(guide)
    record("guide_withdrawn", guide.pk, actor=actor, at=at, document={"because": said})


def _in_force(guide: Guide, today: dt.date) -> Guide:
    guide = Guide.objects.select_for_update().get(pk=guide.pk)
    running = guide.versions.filter(Q(until__isnull=True) | Q(until__gt=today), state=GuideState.PUBLISHED.value)
    if not running.exists():
        raise GuideRefusal(_("This guide is not in force."))
    return guide
