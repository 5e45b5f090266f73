"""Who sees, opens and serves a campaign, writes and reads units, and whose study note one may read.

Both forms of each question agree, over today's tree.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.learning.models import Campaign, MakeUp, Part, Recommendation, StudyNote, TakenPack, Unit
from zhibu.apps.meetings.access import may_run, meetings_run_by
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people import access as people
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Membership
from zhibu.domain.learning import PRESCRIBING, UnitReach
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP, tops

_KINDS = [kind.value for kind in PRESCRIBING]


# --- Campaigns -----------------------------------------------------------------------------------------------------


def may_see_campaign(asker: Asker, campaign: Campaign) -> bool:
    """Once opened: those it binds, those at its office and above it. A draft: those who may open it."""
    path = campaign.office.path
    if campaign.is_draft:
        return may_lead(asker, campaign)
    return path.startswith(asker.offices) or any(place.startswith(path) for place in _places(asker))


def campaigns_seen_by(asker: Asker) -> QuerySet[Campaign]:
    places = _places(asker)
    offices = {top for place in places for top in tops(place)}
    opened = Q(office__path__in=offices)
    for office in asker.offices:
        opened |= in_subtree(office, "office__")
    return Campaign.objects.filter((opened & Q(opened_at__isnull=False)) | _led_by(asker))


def _places(asker: Asker) -> tuple[str, ...]:
    return asker.belongs + asker.offices


def may_open_for(asker: Asker, organization: Organization) -> bool:
    """Whoever convenes its meetings opens its campaigns; a group studies with its branch."""
    return organization.kind in _KINDS and people.may_convene(asker, organization)


def organizations_opened_for_by(asker: Asker) -> QuerySet[Organization]:
    return people.organizations_convened_by(asker).filter(kind__in=_KINDS, dissolved__isnull=True)


def may_lead(asker: Asker, campaign: Campaign) -> bool:
    """Change it while it is a draft, open it, close it."""
    return may_open_for(asker, campaign.office)


def campaigns_led_by(asker: Asker) -> QuerySet[Campaign]:
    return Campaign.objects.filter(_led_by(asker))


def _led_by(asker: Asker) -> Q:
    return Q(office__in=people.organizations_convened_by(asker), office__kind__in=_KINDS)


# --- What an organization does in it -------------------------------------------------------------------------------


def is_bound(organization: Organization, campaign: Campaign) -> bool:
    return organization.kind in _KINDS and organization.path.startswith(campaign.office.path)


def may_serve(asker: Asker, campaign: Campaign, organization: Organization) -> bool:
    """Have parts in it, link meetings and write the wrap-up: whoever convenes there."""
    return is_bound(organization, campaign) and people.may_convene(asker, organization)


def organizations_served_by(asker: Asker, campaign: Campaign) -> QuerySet[Organization]:
    within = in_subtree(campaign.office.path)
    return people.organizations_convened_by(asker).filter(within, kind__in=_KINDS, dissolved__isnull=True)


def may_see_state(asker: Asker, campaign: Campaign, organization: Organization) -> bool:
    """How far it and those below it are, in sums and without names: its office holders, and those above."""
    return is_bound(organization, campaign) and people.may_oversee(asker, organization)


def may_see_part(asker: Asker, part: Part) -> bool:
    """With its files: whom it is asked of, and office holders above who asks it."""
    path = part.organization.path
    return path.startswith(asker.offices) or any(place.startswith(path) for place in _places(asker))


def may_see_unreached(asker: Asker, organization: Organization) -> bool:
    """By name: the secretary of the branch itself and the deputy, who can offer a session. Nobody above."""
    return organization.word is OrganizationKind.BRANCH and organization.path in asker.secretary_of


def may_link(asker: Asker, meeting: Meeting) -> bool:
    """Say which parts a meeting serves: office holders of the branch that held it, or whose group did."""
    kind, path = meeting.organization.word, meeting.organization.path
    branch = path[:-STEP] if kind is OrganizationKind.GROUP else path
    return kind in {OrganizationKind.BRANCH, OrganizationKind.GROUP} and branch in asker.offices


# --- Study notes ---------------------------------------------------------------------------------------------------


def may_write_note(asker: Asker, campaign: Campaign) -> bool:
    """Members whom it binds. Whether they do is theirs alone."""
    return not campaign.is_draft and any(branch.startswith(campaign.office.path) for branch in asker.branches)


def may_see_note(asker: Asker, note: StudyNote) -> bool:
    """Its writer; where it is shared, today's members of the branch, as long as the writer is one of them.

    No office lets anybody in: whoever supervises a branch reads what their own branch shares, and no more.
    """
    if note.person_id == asker.person:
        return True
    shared = note.shared_with
    return (
        shared is not None
        and shared.path in asker.branches
        and Membership.objects.on(asker.on).filter(person=note.person_id, organization=shared).exists()
    )


def notes_seen_by(asker: Asker) -> QuerySet[StudyNote]:
    here = Membership.objects.filter(
        holds_on(asker.on), person=OuterRef("person"), organization=OuterRef("shared_with")
    )
    return StudyNote.objects.filter(
        Q(person=asker.person) | (Q(shared_with__path__in=asker.branches) & Q(Exists(here)))
    )


# --- Units ---------------------------------------------------------------------------------------------------------


def may_keep_unit(asker: Asker, unit: Unit) -> bool:
    """Write, publish and withdraw it: whoever opens the campaigns of its organization."""
    return may_open_for(asker, unit.organization)


def units_kept_by(asker: Asker) -> QuerySet[Unit]:
    return Unit.objects.filter(_kept_by(asker))


def _kept_by(asker: Asker) -> Q:
    return Q(organization__in=people.organizations_convened_by(asker).values("pk"), organization__kind__in=_KINDS)


def may_see_unit(asker: Asker, unit: Unit) -> bool:
    """Once published: those at or below its organization and office holders above it; of the house, everybody."""
    if may_keep_unit(asker, unit):
        return True
    if unit.published_at is None:
        return False
    path = unit.organization.path
    return (
        (unit.word is UnitReach.HOUSE and asker.person is not None)
        or path.startswith(asker.offices)
        or any(place.startswith(path) for place in _places(asker))
    )


def units_seen_by(asker: Asker) -> QuerySet[Unit]:
    return Unit.objects.filter((_meant_for(asker) & Q(published_at__isnull=False)) | _kept_by(asker))


def units_out_for(asker: Asker) -> QuerySet[Unit]:
    """Of these the ones that are published and not withdrawn: what one may learn from."""
    return Unit.objects.filter(_meant_for(asker), published_at__isnull=False, withdrawn_at__isnull=True)


def _meant_for(asker: Asker) -> Q:
    """Organizations are named by a subquery: of ten thousand units none is joined to find the page of twenty-five."""
    places = Q(path__in={top for place in _places(asker) for top in tops(place)})
    for office in asker.offices:
        places |= in_subtree(office)
    condition = Q(organization__in=Organization.objects.filter(places).values("pk"))
    if asker.person is not None:
        condition |= Q(reach=UnitReach.HOUSE.value)
    return condition


def units_found_by(asker: Asker) -> list[Q]:
    """The same as conditions on ``search.Indexed``, in which only what is published stands; one for each way."""
    above = {top for place in _places(asker) for top in tops(place)}
    ways = [
        Q(organization__in=Organization.objects.filter(path__in=above).values("pk")),
        Q(organization__in=people.organizations_overseen_by(asker).values("pk")),
        Q(organization__in=people.organizations_convened_by(asker).values("pk")),
    ]
    if asker.person is not None:
        ways.append(Q(audience=UnitReach.HOUSE.value))
    return ways


# --- Make-up -------------------------------------------------------------------------------------------------------


def may_see_equal(unit: Unit, organization: Organization) -> bool:
    """Whether everybody of an organization may see a unit that is to stand for one of its lessons."""
    return unit.word is UnitReach.HOUSE or organization.path.startswith(unit.organization.path)


def may_answer_make_up(asker: Asker, make_up: MakeUp) -> bool:
    """Those who run the lesson, but for their own."""
    return make_up.person_id != asker.person and may_run(asker, make_up.meeting)


def make_ups_answered_by(asker: Asker) -> QuerySet[MakeUp]:
    return MakeUp.objects.filter(meeting__in=meetings_run_by(asker)).exclude(person=asker.person)


# --- What a colleague recommends -----------------------------------------------------------------------------------


def may_see_recommendation(asker: Asker, said: Recommendation) -> bool:
    """Today's members of the branch, as long as the one who said it is one of them, where they see the unit."""
    if not may_see_unit(asker, said.unit):
        return False
    return said.person_id == asker.person or (
        said.branch.path in asker.branches
        and Membership.objects.on(asker.on).filter(person=said.person_id, organization=said.branch).exists()
    )


def recommendations_seen_by(asker: Asker) -> QuerySet[Recommendation]:
    here = Membership.objects.filter(holds_on(asker.on), person=OuterRef("person"), organization=OuterRef("branch"))
    return Recommendation.objects.filter(
        Q(person=asker.person, person__isnull=False) | (Q(branch__path__in=asker.branches) & Q(Exists(here))),
        Exists(units_seen_by(asker).filter(pk=OuterRef("unit"))),
    )


# --- Study packs ---------------------------------------------------------------------------------------------------


def may_keep_pack(asker: Asker, taken: TakenPack) -> bool:
    """See that it was taken in, and undo that: whoever opens campaigns for the branch."""
    return may_open_for(asker, taken.organization)


def packs_taken_by(asker: Asker) -> QuerySet[TakenPack]:
    return TakenPack.objects.filter(_kept_by(asker))
