"""Which criteria hold for pioneer posts and who holds one; who stands in a selection, and what is on its file."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from zhibu.apps.honors.models import Candidate, Honor, PioneerCriteria, PioneerPost, Selection
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.models import Person
from zhibu.domain import selections
from zhibu.domain.selections import Conditions, Finding, Nominee, Round, Tally, Volume
from zhibu.domain.strokes import by_surname
from zhibu.domain.terms import SelectionStage
from zhibu.domain.tree import tops


def criteria_in_force(organization: Organization, on: dt.date) -> PioneerCriteria | None:
    """Those of the organization itself, else of the nearest above it; ``None`` where nobody wrote any."""
    return (
        PioneerCriteria.objects.filter(organization__path__in=tops(organization.path), since__lte=on)
        .select_related("organization")
        .order_by("-organization__depth", "-since")
        .first()
    )


def criteria_of(organization: Organization, on: dt.date) -> list[str]:
    """Line by line."""
    found = criteria_in_force(organization, on)
    return found.text.split("\n") if found else []


def pioneer_at(window_post: UUID, on: dt.date) -> Subquery:
    """Of each row with a ``person``: the id of the pioneer post that they hold at this window post on a day."""
    held = PioneerPost.objects.filter(window_post=window_post, person=OuterRef("person"))
    return Subquery(held.filter(since__lte=on, until__gt=on).values("pk")[:1])


# --- Selections ----------------------------------------------------------------------------------------------------


def standing_now(selection: Selection) -> list[Candidate]:
    """Who was nominated and has not withdrawn, by the strokes of their surnames."""
    rows = selection.candidates.filter(withdrew_at__isnull=True).select_related("person")
    return sorted(rows, key=lambda one: (by_surname(one.person.name), one.person.staff_number))


def short_list(selection: Selection) -> list[Candidate]:
    """Of these, who was found fit and agreed."""
    return [one for one in standing_now(selection) if one.stands]


def place_of(person: Person, organization: Organization, on: dt.date) -> str:
    """Where somebody belongs at or below the organization on a day; empty where they do not."""
    member = person.memberships.on(on).filter(in_subtree(organization.path, "organization__"))
    found = member.select_related("organization").first()
    if found is not None:
        return found.organization.name
    works = person.employments.on(on).filter(in_subtree(organization.path, "organization__"))
    employed = works.select_related("organization").first()
    if employed is None:
        return ""
    return employed.department or (employed.organization.name if employed.organization else "")


def findings_of(candidate: Candidate, on: dt.date) -> list[Finding]:
    """What the records say about somebody on a day, condition by condition."""
    selection, person = candidate.selection, candidate.person
    last = Honor.objects.filter(
        person=person, title=selection.title, withdrawn_at__isnull=True, year__lt=selection.year
    )
    return selections.findings(
        Conditions(selection.service_years, selection.not_within),
        works_here=bool(place_of(person, selection.organization, on)),
        work_began=person.work_began,
        last_honored=last.order_by("-year").values_list("year", flat=True).first(),
        on=on,
    )


def conflict(candidate: Candidate, by: Person) -> str:
    """Why somebody does not decide about a candidate, as a sentence; empty where nothing is known."""
    if candidate.person_id == by.pk:
        return _("Nobody decides about themself.")
    if candidate.nominations.filter(by=by).exists():
        return _("You nominated this person. Somebody else decides.")
    if candidate.recusals.filter(person=by).exists():
        return _("You have said that you do not decide about this person.")
    return ""


def volume_of(selection: Selection, on: dt.date) -> Volume:
    """The whole procedure as it stands on a day, without a word of who raised an objection."""
    rows = selection.candidates.select_related("person").prefetch_related(
        "nominations__by", "nominations__organization", "objections"
    )
    nominees = sorted(rows, key=lambda one: (by_surname(one.person.name), one.person.staff_number))
    since, last = selection.notice_since, selection.notice_last
    return Volume(
        organization=selection.organization.name,
        title=f"{selection.year}年度{selection.title}",
        call=selection.text,
        places=selection.places,
        called_on=selection.called_on,
        nominate_until=selection.nominate_until,
        nominees=[_nominee(one) for one in nominees],
        notice=(since, last) if since and last else None,
        rounds=rounds_of(selection),
        result=[one.person.name for one in nominees if one.is_chosen] if _is_closed(selection) else [],
        called_off=selection.remark if selection.at_stage is SelectionStage.CALLED_OFF else "",
        issued_on=selection.closed_on or on,
    )


def _is_closed(selection: Selection) -> bool:
    return selection.at_stage is SelectionStage.CLOSED


def _nominee(one: Candidate) -> Nominee:
    return Nominee(
        name=one.person.name,
        unit=one.place,
        reasons=[
            (each.organization.name if each.organization else each.by.name, each.reason)
            for each in one.nominations.all()
        ],
        findings=[one.finding] if one.finding else [],
        outcome=_outcome(one),
        objections=[
            ("异议成立，" if each.is_upheld else "异议不成立，") + each.outcome
            for each in one.objections.all()
            if each.answered_at is not None
        ],
    )


def _outcome(one: Candidate) -> str:
    if one.withdrew_at is not None:
        return "本人退出。"
    if one.is_fit is None:
        return "尚未审查。"
    if not one.is_fit:
        return "未列入候选。"
    if one.agreed_at is None:
        return "符合条件，本人尚未表态。"
    return "入选。" if one.is_chosen else "列入候选。"


def rounds_of(selection: Selection) -> list[Round]:
    """The ballots that were counted, each with the votes in the order of its paper."""
    rounds = selection.rounds.order_by("pk").prefetch_related("votes__candidate__person")
    return [
        Round(
            held_on=each.held_on,
            tally=Tally(selection.voters or 0, each.issued, each.returned, each.void),
            tellers=each.tellers,
            votes=sorted(
                ((row.candidate.person.name, row.number) for row in each.votes.all()),
                key=lambda row: by_surname(row[0]),
            ),
        )
        for each in rounds
    ]
