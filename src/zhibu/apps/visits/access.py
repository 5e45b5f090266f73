"""Who calls, holds, sees and follows up visits. Each question stands in two forms that agree.

Who is invited follows from the posts of the day: ``queries.guests_of``.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker
from zhibu.apps.showcases.models import Playbook, Showcase
from zhibu.apps.visits.models import Invitation, TakenHome, Visit, VisitFile, VisitQuestion
from zhibu.domain.terms import VisitStage
from zhibu.domain.tree import tops


def may_call_visit(asker: Asker, playbook: Playbook) -> bool:
    """Office holders of a branch that is held up as a demonstration today, and of those who hold it up."""
    offices = {one.office.path for one in _holding(asker).filter(playbook=playbook).select_related("office")}
    return not playbook.is_received and bool(
        offices and (playbook.organization.path in asker.offices or offices & set(asker.offices))
    )


def playbooks_visited_by(asker: Asker) -> QuerySet[Playbook]:
    mine = _holding(asker).filter(playbook=OuterRef("pk"))
    return Playbook.objects.filter(
        Q(organization__path__in=asker.offices) & Q(Exists(mine))
        | Q(Exists(mine.filter(office__path__in=asker.offices))),
        is_received=False,
    )


def _holding(asker: Asker) -> QuerySet[Showcase]:
    holds = Q(ended_on__isnull=True) | Q(ended_on__gt=asker.on)
    return Showcase.objects.filter(holds, since__lte=asker.on, until__gte=asker.on)


def may_hold_visit(asker: Asker, visit: Visit) -> bool:
    """Office holders of the branch and of whoever called it: they prepare it and write down what was said."""
    return visit.host.path in asker.offices or visit.caller.path in asker.offices


def visits_held_by(asker: Asker) -> QuerySet[Visit]:
    return Visit.objects.filter(_is_held(asker))


def _is_held(asker: Asker) -> Q:
    return Q(host__path__in=asker.offices) | Q(caller__path__in=asker.offices)


def may_see_visit(asker: Asker, visit: Visit) -> bool:
    """Once announced: whoever belongs to the branch or to an organization that is invited, and who oversees it."""
    if may_hold_visit(asker, visit):
        return True
    if visit.stage == VisitStage.DRAFT:
        return False
    around = _around(asker)
    invited = visit.invitations.select_related("organization")
    return (
        visit.host.path in around
        or visit.host.path.startswith(asker.offices)
        or any(one.organization.path in around for one in invited)
    )


def visits_seen_by(asker: Asker) -> QuerySet[Visit]:
    around = _around(asker)
    invited = Invitation.objects.filter(visit=OuterRef("pk"), organization__path__in=around)
    seen = Q(host__path__in=around) | Q(Exists(invited))
    for office in asker.offices:
        seen |= in_subtree(office, "host__")
    return Visit.objects.filter(_is_held(asker) | seen & ~Q(stage=VisitStage.DRAFT.value))


def _around(asker: Asker) -> set[str]:
    """One's own places in the tree and all above them."""
    return {top for path in asker.offices + asker.belongs + asker.windows for top in tops(path)}


def may_see_visit_file(asker: Asker, file: VisitFile) -> bool:
    return may_see_visit(asker, file.visit)


def visit_files_seen_by(asker: Asker) -> QuerySet[VisitFile]:
    return VisitFile.objects.filter(visit__in=visits_seen_by(asker).order_by().values("pk"))


def may_drop_question(asker: Asker, question: VisitQuestion) -> bool:
    """Whoever asked it, while it has no answer."""
    return asker.person is not None and question.by_id == asker.person and question.answered_at is None


def questions_dropped_by(asker: Asker) -> QuerySet[VisitQuestion]:
    if asker.person is None:
        return VisitQuestion.objects.none()
    return VisitQuestion.objects.filter(by=asker.person, answered_at__isnull=True)


def may_answer_question(asker: Asker, question: VisitQuestion) -> bool:
    return may_hold_visit(asker, question.visit)


def questions_answered_by(asker: Asker) -> QuerySet[VisitQuestion]:
    return VisitQuestion.objects.filter(visit__in=visits_held_by(asker).order_by().values("pk"))


def may_follow_up(asker: Asker, taken_home: TakenHome) -> bool:
    """Office holders of the branch that took it home."""
    return taken_home.organization.path in asker.offices


def followed_up_by(asker: Asker) -> QuerySet[TakenHome]:
    return TakenHome.objects.filter(organization__path__in=asker.offices)


def may_read_follow_ups(asker: Asker, taken_home: TakenHome) -> bool:
    """The branch itself, and those who hold the visit."""
    return may_follow_up(asker, taken_home) or may_hold_visit(asker, taken_home.visit)


def follow_ups_read_by(asker: Asker) -> QuerySet[TakenHome]:
    held = visits_held_by(asker).order_by().values("pk")
    return TakenHome.objects.filter(Q(organization__path__in=asker.offices) | Q(visit__in=held))


def callers_for(asker: Asker, playbook: Playbook) -> QuerySet[Organization]:
    """In whose name the asker may call a visit: the branch itself, or a superior that holds it up today."""
    if playbook.is_received or not _holding(asker).filter(playbook=playbook).exists():
        return Organization.objects.none()
    offices = _holding(asker).filter(playbook=playbook).values("office")
    return Organization.objects.filter(Q(pk=playbook.organization_id) | Q(pk__in=offices), path__in=asker.offices)
