"""What a visit leaves: its record, sealed once; what each branch takes home; and what has come of it later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.people.models import Person
from zhibu.apps.visits.actions.calling import locked
from zhibu.apps.visits.errors import VisitRefusal
from zhibu.apps.visits.models import FollowUp, TakenHome, Visit, VisitRecord
from zhibu.domain.guidance import kept
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import VisitStage
from zhibu.domain.visits import FOLLOW_UPS, due_on

LONGEST_PART, LONGEST_SAID = 10_000, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """``told``: the experience that was introduced; ``discussed``: questions and views; ``agreed``: what follows."""

    told: str
    discussed: str = ""
    agreed: str = ""


@transaction.atomic
def file_record(visit: Visit, exchange: Exchange, *, actor: Actor, at: dt.datetime) -> VisitRecord:
    """Filed into the archive: from then on neither the record nor the program, the questions and the files change."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    if localtime(at).date() < visit.day:
        raise VisitRefusal(_("The visit is still ahead. Its record is written once it has taken place."))
    told, discussed, agreed = kept(exchange.told), kept(exchange.discussed), kept(exchange.agreed)
    if not told:
        raise VisitRefusal(_("Write down what was told: the experience that the branch introduced."))
    for said in (told, discussed, agreed):
        if len(said) > LONGEST_PART:
            raise VisitRefusal(
                _("“%(text)s …” has %(length)s characters, %(most)s are possible.")
                % {"text": said[:20], "length": len(said), "most": LONGEST_PART}
            )
    document: dict[str, Canonical] = {
        "host": str(visit.host_id),
        "caller": str(visit.caller_id),
        "title": visit.title,
        "day": visit.day.isoformat(),
        "told": told,
        "discussed": discussed,
        "agreed": agreed,
        "files": [{"name": one.name, "sha256": one.sha256} for one in visit.files.all()],
    }
    event = record("visit_recorded", visit.pk, actor=actor, at=at, document=document)
    made = VisitRecord.objects.create(
        visit=visit, told=told, discussed=discussed, agreed=agreed, event=event, filed_at=at
    )
    visit.stage = VisitStage.RECORDED.value
    visit.save(update_fields=["stage"])
    return made


# --- Taken home ----------------------------------------------------------------------------------------------------


@transaction.atomic
def take_home(visit: Visit, person: Person, *, text: str, actor: Actor, at: dt.datetime) -> TakenHome:
    """By somebody who came for the branch. Written anew by any of them until a follow-up stands beside it."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED, VisitStage.RECORDED)
    if localtime(at).date() < visit.day:
        raise VisitRefusal(_("The visit is still ahead. Write this once you have been there."))
    came_for = came(visit, person.pk)
    if came_for is None:
        raise VisitRefusal(_("Somebody who came for the branch writes this. You had no seat at this visit."))
    said = _kept(text)
    before = TakenHome.objects.select_for_update(of=("self",)).filter(visit=visit, organization=came_for).first()
    if before is not None and before.follow_ups.exists():
        raise VisitRefusal(_("A follow-up stands beside it by now. Write what has changed into the next one."))
    made, _new = TakenHome.objects.update_or_create(
        visit=visit, organization_id=came_for, defaults={"by": person, "text": said, "said_at": at}
    )
    document: dict[str, Canonical] = {"organization": str(came_for), "text": said}
    record("visit_taken_home", visit.pk, actor=actor, at=at, document=document)
    return made


def came(visit: Visit, person: UUID) -> UUID | None:
    """For which organization the person had a seat; ``None`` where they had none."""
    seats = visit.answers.filter(person=person, turn__isnull=False)
    found: UUID | None = seats.values_list("organization", flat=True).first()
    return found


def _kept(text: str) -> str:
    said = kept(text)
    if not said or len(said) > LONGEST_SAID:
        raise VisitRefusal(_("Write it in your own words, in %(most)s characters.") % {"most": LONGEST_SAID})
    return said


@transaction.atomic
def follow_up(
    taken_home: TakenHome, after: int, person: Person, *, text: str, actor: Actor, at: dt.datetime
) -> FollowUp:
    """What has come of it, from its day on; "nothing yet, because …" is an answer. Can be written anew."""
    kept_one = TakenHome.objects.select_for_update(of=("self",)).select_related("visit").get(pk=taken_home.pk)
    if after not in FOLLOW_UPS:
        raise VisitRefusal(_("No such follow-up is asked for."))
    day = due_on(kept_one.visit.day, after)
    if localtime(at).date() < day:
        raise VisitRefusal(_("This is asked from %(day)s on.") % {"day": day.isoformat()})
    said = _kept(text)
    made, _new = FollowUp.objects.update_or_create(
        taken_home=kept_one, after=after, defaults={"by": person, "text": said, "said_at": at}
    )
    document: dict[str, Canonical] = {
        "organization": str(kept_one.organization_id),
        "after": after,
        "text": said,
    }
    record("visit_followed_up", kept_one.visit_id, actor=actor, at=at, document=document)
    return made
