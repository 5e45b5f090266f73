"""Terms begin, posts are taken and given up."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.former import make
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.closing import close
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Appointment, Person, Term
from zhibu.domain.terms import OrganizationKind, PostKind


def _refuse_gone(organization: Organization, on: dt.date) -> None:
    if not organization.exists_on(on):
        raise PeopleRefusal(
            _("%(name)s does not exist on %(on)s. Choose another day or organization.")
            % {"name": organization.name, "on": on}
        )


@transaction.atomic
def begin_term(
    organization: Organization, *, on: dt.date, ends: dt.date | None, actor: Actor, at: dt.datetime
) -> Term:
    """A committee's new term: the term before it ends, and with it its appointments."""
    _refuse_gone(organization, on)
    for term in Term.objects.filter(organization=organization, until__isnull=True):
        close(term, on, at=at)
    for appointment in organization.appointments.filter(until__isnull=True, term__isnull=False):
        close(appointment, on, at=at)
    term = make(Term(organization=organization, since=on, ends=ends), at=at)
    record(
        "term_begun",
        organization.pk,
        actor=actor,
        at=at,
        document={"on": on.isoformat(), "ends": ends.isoformat() if ends else None},
    )
    return term


@transaction.atomic
def appoint(
    person: Person, *, post: PostKind, of: Organization, on: dt.date, actor: Actor, at: dt.datetime
) -> Appointment:
    """From ``on`` the person holds the post; a new secretary or leader follows the one before.

    The same post again changes nothing.
    """
    held = of.appointments.filter(person=person, post=post, until__isnull=True).first()
    if held is not None:
        return held
    _refuse_gone(of, on)
    if (post == PostKind.GROUP_LEADER) != (of.kind == OrganizationKind.GROUP):
        raise PeopleRefusal(
            _("%(organization)s has no such post. Choose a post that fits it.") % {"organization": of.name}
        )
    if post in {PostKind.SECRETARY, PostKind.GROUP_LEADER}:
        for before in of.appointments.filter(post=post, until__isnull=True):
            close(before, on, at=at)
    term = None if post == PostKind.GROUP_LEADER else of.terms.filter(until__isnull=True).first()
    appointment = make(Appointment(person=person, organization=of, post=post, term=term, since=on), at=at)
    record(
        "person_appointed",
        person.pk,
        actor=actor,
        at=at,
        document={"post": post.value, "of": str(of.pk), "on": on.isoformat()},
    )
    return appointment


@transaction.atomic
def end_appointment(appointment: Appointment, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """``on`` is the first day without the post."""
    close(appointment, on, at=at)
    record(
        "appointment_ended",
        appointment.person_id,
        actor=actor,
        at=at,
        document={"post": appointment.post, "of": str(appointment.organization_id), "on": on.isoformat()},
    )
