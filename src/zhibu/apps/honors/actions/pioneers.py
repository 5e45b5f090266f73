"""Pioneer posts: by which criteria they are chosen, who holds one for which term, and that one ends early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import PioneerCriteria, PioneerPost
from zhibu.apps.honors.queries import criteria_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.terms import Standing

#: Criteria and commitments, one a line: so many lines, of so many characters.
MOST_LINES, LONGEST_LINE = 10, 120

#: Days of a term at most: two years.
LONGEST_TERM = 731


@transaction.atomic
def write_criteria(
    organization: Organization, text: str, *, since: dt.date, actor: Actor, at: dt.datetime
) -> PioneerCriteria:
    """From that day on, in place of those before; what is held already keeps the criteria it was chosen by."""
    if since < localtime(at).date():
        raise HonorRefusal(_("%(day)s has passed. Choose a later day.") % {"day": since})
    lines = _lines(text, _("Write at least one criterion, each in a line of its own."))
    written, _made = PioneerCriteria.objects.update_or_create(
        organization=organization, since=since, defaults={"text": lines}
    )
    document = {"organization": str(organization.pk), "since": since.isoformat(), "text": lines}
    record("pioneer_criteria_written", written.pk, actor=actor, at=at, document=document)
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Where it is held, from which day to before which, and what the holder commits to, one commitment a line.

    ``met``: the criteria that were looked at and found met, as they are worded.
    """

    place: str
    since: dt.date
    until: dt.date
    commitments: str
    met: Collection[str]
    window_post: WindowPost | None = None


@transaction.atomic
def name_pioneer(
    person: Person, organization: Organization, term: Term, *, actor: Actor, at: dt.datetime
) -> PioneerPost:
    """The member holds a pioneer post of the branch for the term; it ends by itself."""
    place = kept_line(term.place)[:80] or (term.window_post.name if term.window_post else "")
    if not place:
        raise HonorRefusal(_("Say at which post."))
    if not term.since < term.until <= term.since + dt.timedelta(days=LONGEST_TERM):
        raise HonorRefusal(_("The term ends after it begins, and lasts two years at most."))
    if term.until <= localtime(at).date():
        raise HonorRefusal(_("This term would be over already. Choose a later end."))
    if not _is_full_member(person, organization, term.since):
        raise HonorRefusal(
            _("%(name)s is no full member of %(branch)s on that day. Choose one who is.")
            % {"name": person.name, "branch": organization.name}
        )
    commitments = _lines(term.commitments, _("Write what is committed to, each in a line of its own."))
    asked = criteria_of(organization, term.since)
    if not asked:
        raise HonorRefusal(_("No criteria are written yet. Write them first."))
    missing = [one for one in asked if one not in term.met]
    if missing:
        raise HonorRefusal(_("Not all criteria are met: %(missing)s.") % {"missing": "；".join(missing)})
    held = person.pioneer_posts.filter(since__lt=term.until, until__gt=term.since).first()
    if held is not None:
        raise HonorRefusal(
            _("%(name)s holds the pioneer post %(post)s until %(day)s.")
            % {"name": person.name, "post": held.place, "day": held.until}
        )
    named = PioneerPost.objects.create(
        organization=organization,
        person=person,
        window_post=term.window_post,
        place=place,
        since=term.since,
        until=term.until,
        criteria="\n".join(asked),
        commitments=commitments,
    )
    document = {
        "organization": str(organization.pk),
        "person": str(person.pk),
        "place": place,
        "since": term.since.isoformat(),
        "until": term.until.isoformat(),
        "criteria": named.criteria,
        "commitments": commitments,
    }
    record("pioneer_named", named.pk, actor=actor, at=at, document=document)
    return named


@transaction.atomic
def end_pioneer(pioneer: PioneerPost, *, on: dt.date, reason: str, actor: Actor, at: dt.datetime) -> None:
    """It is held no more from ``on`` on: somebody moved, or asked for it. The reason is read by whoever keeps it."""
    held = PioneerPost.objects.select_for_update(of=("self",)).get(pk=pioneer.pk)
    said = kept_line(reason)
    if not said:
        raise HonorRefusal(_("Say in a few words why it ends."))
    if not held.since < on < held.until:
        raise HonorRefusal(
            _("It is held from %(since)s until %(until)s. Choose a day between.")
            % {"since": held.since, "until": held.until}
        )
    if on < localtime(at).date():
        raise HonorRefusal(_("%(day)s has passed. Choose a later day.") % {"day": on})
    held.until, held.ended_for = on, said[:300]
    held.save(update_fields=["until", "ended_for"])
    record("pioneer_ended", held.pk, actor=actor, at=at, document={"on": on.isoformat(), "reason": held.ended_for})


def _is_full_member(person: Person, organization: Organization, on: dt.date) -> bool:
    standing = person.memberships.on(on).filter(organization=organization, standing=Standing.FULL.value)
    return standing.exists()


def _lines(text: str, nothing: str) -> str:
    lines = [" ".join(line.split()) for line in kept(text).split("\n") if line.strip()]
    if not lines:
        raise HonorRefusal(nothing)
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise HonorRefusal(
            _("At most %(lines)s lines of %(length)s characters each. Shorten it.")
            % {"lines": MOST_LINES, "length": LONGEST_LINE}
        )
    return "\n".join(lines)
