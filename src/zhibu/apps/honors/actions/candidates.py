"""Who stands in a selection: nominated, asked, looked at, objected to, withdrawn. Nobody decides about themself."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import PUBLIC, Actor, record
from zhibu.apps.honors.actions.selections import at_stage, ballot_paper
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Candidate, Nomination, Objection, Recusal, Selection
from zhibu.apps.honors.queries import conflict, place_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.seal import Canonical
from zhibu.domain.selections import UNDER_WAY
from zhibu.domain.terms import SelectionStage

#: Characters of a reason, of an objection; open objections of one person to one candidate.
LONGEST_REASON, LONGEST_OBJECTION, MOST_OBJECTIONS = 500, 2000, 3


@transaction.atomic
def nominate(
    selection: Selection,
    person: Person,
    *,
    by: Person,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    organization: Organization | None = None,
) -> Nomination:
    """Somebody should be chosen, for this reason. ``organization``: it is the organization's word, not a person's."""
    stood = at_stage(selection, SelectionStage.NOMINATING)
    if localtime(at).date() > stood.nominate_until:
        raise HonorRefusal(_("Nominations were taken until %(day)s.") % {"day": stood.nominate_until})
    if person.pk == by.pk:
        raise HonorRefusal(_("Nobody nominates themself. A colleague or the branch can."))
    said = _reason(reason, _("Say why, in a few sentences: without a reason nobody is nominated."))
    place = place_of(person, stood.organization, localtime(at).date())
    if not place:
        raise HonorRefusal(
            _("%(name)s does not belong to %(organization)s.")
            % {"name": person.name, "organization": stood.organization.name}
        )
    candidate, _made = Candidate.objects.get_or_create(selection=stood, person=person, defaults={"place": place})
    if candidate.withdrew_at is not None:
        raise HonorRefusal(_("%(name)s does not want to stand this time.") % {"name": person.name})
    if candidate.nominations.filter(by=by).exists():
        raise HonorRefusal(_("You have nominated %(name)s already.") % {"name": person.name})
    if organization is not None and candidate.nominations.filter(organization=organization).exists():
        raise HonorRefusal(
            _("%(organization)s has nominated %(name)s already.")
            % {"organization": organization.name, "name": person.name}
        )
    made = Nomination.objects.create(candidate=candidate, by=by, organization=organization, reason=said, made_at=at)
    document: dict[str, Canonical] = {
        "candidate": str(candidate.pk),
        "organization": str(organization.pk) if organization else None,
        "reason": said,
    }
    record("candidate_nominated", stood.pk, actor=actor, at=at, document=document)
    return made


@transaction.atomic
def take_back(nomination: Nomination, *, actor: Actor, at: dt.datetime) -> None:
    """It was not meant so. Who has no other nomination is no candidate any more."""
    at_stage(nomination.candidate.selection, SelectionStage.NOMINATING)
    candidate = Candidate.objects.get(pk=nomination.candidate_id)
    document: dict[str, Canonical] = {"candidate": str(candidate.pk)}
    record("nomination_taken_back", candidate.selection_id, actor=actor, at=at, document=document)
    nomination.delete()
    if not candidate.nominations.exists() and candidate.withdrew_at is None:
        candidate.delete()


@transaction.atomic
def agree(candidate: Candidate, *, actor: Actor, at: dt.datetime) -> None:
    """The person is willing to stand and to be shown. Saying so again changes nothing."""
    held = _held(candidate, SelectionStage.NOMINATING, SelectionStage.REVIEWING)
    if held.withdrew_at is not None:
        raise HonorRefusal(_("You have withdrawn from this selection. Whoever runs it can call it anew."))
    if held.agreed_at is None:
        held.agreed_at = at
        held.save(update_fields=["agreed_at"])
        record("candidate_agreed", held.selection_id, actor=actor, at=at, document={"candidate": str(held.pk)})


@transaction.atomic
def withdraw(candidate: Candidate, *, actor: Actor, at: dt.datetime) -> None:
    """The person does not stand, or stands no more; no reason is asked. Votes for them count for nobody.

    Nobody moves up. Those with whom they were tied are chosen where there are places for all of them.
    """
    held = _held(candidate, *UNDER_WAY)
    if held.withdrew_at is not None:
        return
    on_paper, places = ballot_paper(held.selection) if held.selection.rounds.exists() else ([], 0)
    held.withdrew_at, held.is_chosen = at, False
    held.save(update_fields=["withdrew_at", "is_chosen"])
    left = [one for one in on_paper if one.pk != held.pk]
    if len(left) < len(on_paper) and len(left) <= places:  # nobody is tied any more
        Candidate.objects.filter(pk__in=[one.pk for one in left]).update(is_chosen=True)
    record("candidate_withdrew", held.selection_id, actor=actor, at=at, document={"candidate": str(held.pk)})


@transaction.atomic
def find(candidate: Candidate, *, is_fit: bool, reason: str, by: Person, actor: Actor, at: dt.datetime) -> None:
    """Looked at: fit to stand or not, with the reason that is shown to those who run it and to the person."""
    held = _held(candidate, SelectionStage.REVIEWING)
    _refuse_conflict(held, by)
    said = _reason(reason, _("Say what was looked at, and why."))
    held.is_fit, held.finding, held.found_by = is_fit, said, by
    held.save(update_fields=["is_fit", "finding", "found_by"])
    document: dict[str, Canonical] = {"candidate": str(held.pk), "is_fit": is_fit, "reason": said}
    record("candidate_found", held.selection_id, actor=actor, at=at, document=document)


@transaction.atomic
def recuse(candidate: Candidate, *, by: Person, reason: str, actor: Actor, at: dt.datetime) -> None:
    """``by`` does not decide about this candidate: a relative, a close friend. It can not be taken back."""
    held = _held(candidate, SelectionStage.NOMINATING, SelectionStage.REVIEWING, SelectionStage.NOTICE)
    said = _reason(reason, _("Say in a few words why you do not decide."), most=300)
    _row, made = Recusal.objects.get_or_create(
        candidate=held, person=by, defaults={"reason": said, "declared_at": at}
    )
    if made:
        document: dict[str, Canonical] = {"candidate": str(held.pk), "reason": said}
        record("candidate_recused", held.selection_id, actor=actor, at=at, document=document)


@transaction.atomic
def object_to(candidate: Candidate, *, by: Person, text: str, at: dt.datetime) -> Objection:
    """Within the notice, by anybody who belongs there. The event holds neither the text nor who wrote it."""
    held = _held(candidate, SelectionStage.NOTICE)
    last = held.selection.notice_last
    assert last is not None  # it was given
    if localtime(at).date() > last:
        raise HonorRefusal(
            _("Objections were taken until %(day)s. Speak to whoever runs the selection.") % {"day": last}
        )
    if not held.stands:
        raise HonorRefusal(_("%(name)s is not on the short list any more.") % {"name": held.person.name})
    said = kept(text)
    if not said:
        raise HonorRefusal(_("Write what speaks against it."))
    if len(said) > LONGEST_OBJECTION:
        raise HonorRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(said), "most": LONGEST_OBJECTION}
        )
    if held.objections.filter(by=by, answered_at__isnull=True).count() >= MOST_OBJECTIONS:
        raise HonorRefusal(_("What you wrote before waits for its answer still."))
    made = Objection.objects.create(candidate=held, by=by, text=said, raised_at=at)
    record("objection_raised", held.selection_id, actor=PUBLIC, at=at, document={"candidate": str(held.pk)})
    return made


@transaction.atomic
def answer(objection: Objection, *, is_upheld: bool, outcome: str, by: Person, actor: Actor, at: dt.datetime) -> None:
    """What was found. Upheld, the candidate is on the short list no more."""
    held = _held(objection.candidate, SelectionStage.NOTICE)
    _refuse_conflict(held, by)
    stood = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if stood.by_id == by.pk:
        raise HonorRefusal(_("You raised it yourself. Somebody else answers it."))
    if stood.answered_at is not None:
        raise HonorRefusal(_("It was answered already. Load the page again."))
    said = _reason(outcome, _("Say what was found, without a word that tells who raised it."))
    stood.is_upheld, stood.outcome, stood.answered_at, stood.answered_by = is_upheld, said, at, by
    stood.save()
    if is_upheld:
        held.is_fit, held.finding, held.found_by = False, said, by
        held.save(update_fields=["is_fit", "finding", "found_by"])
    document: dict[str, Canonical] = {"candidate": str(held.pk), "is_upheld": is_upheld, "outcome": said}
    record("objection_answered", held.selection_id, actor=actor, at=at, document=document)


def _held(candidate: Candidate, *stages: SelectionStage) -> Candidate:
    selection = at_stage(candidate.selection, *stages)
    held = Candidate.objects.select_related("person").get(pk=candidate.pk)
    held.selection = selection
    return held


def _refuse_conflict(candidate: Candidate, by: Person) -> None:
    if why := conflict(candidate, by):
        raise HonorRefusal(why)


def _reason(text: str, nothing: str, *, most: int = LONGEST_REASON) -> str:
    said = kept_line(text)
    if not said:
        raise HonorRefusal(nothing)
    if len(said) > most:
        raise HonorRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(said), "most": most}
        )
    return said
