"""What changed at a branch after it took over from a playbook: what it owed and met before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.lists.models import Draft
from zhibu.apps.oversight.access import cells_seen_by
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.apps.showcases.access import adoptions_seen_by, may_undo_adoption, playbook_editions_read_by
from zhibu.apps.showcases.models import Adoption
from zhibu.domain.before_after import Spans, spans
from zhibu.domain.compliance import Status
from zhibu.domain.terms import DraftState
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import Owed, owed

_MET = (Status.MET, Status.LATE)


@dataclass(slots=True)
class Part:
    """The periods of one requirement that ended in one span, in the order of time."""

    cells: list[Owed] = field(default_factory=list)

    @property
    def met(self) -> int:
        return sum(one.status in _MET for one in self.cells)

    @property
    def explained(self) -> int:
        return sum(one.status is Status.EXPLAINED for one in self.cells)


@dataclass(slots=True)
class Line:
    """One requirement of the branch or of a post in it."""

    label: str
    post: str
    before: Part = field(default_factory=Part)
    after: Part = field(default_factory=Part)

    @property
    def parts(self) -> list[tuple[str, Part]]:
        return [(_("Before"), self.before), (_("After"), self.after)]


def lines_of(cells: Iterable[Owed], around: Spans) -> list[Line]:
    """By the names of the requirements, as they come; what is neither before nor after is left out."""
    lines: dict[tuple[str, str], Line] = {}
    for one in cells:
        place = around.place(one.cell.last)
        if place is not None:
            line = lines.setdefault((one.cell.requirement, one.cell.post), Line(one.label, one.cell.post))
            getattr(line, place).cells.append(one)
    return list(lines.values())


@login_required
@require_safe
def adoption(request: AskedRequest, adoption_id: UUID) -> HttpResponse:
    rows = adoptions_seen_by(request.asker).select_related("organization", "edition__playbook")
    found: Adoption = get_object_or_404(rows, pk=adoption_id)
    today, taken_on = clock.today(), localdate(found.adopted_at)
    calendar = calendar_kept(today)
    around = spans(taken_on, today, calendar.since)
    lines: list[Line] = []
    if around is not None:
        cells = cells_seen_by(request.asker).filter(
            organization=found.organization_id,
            why_not="",
            last__gte=around.before[0],
            last__lte=around.after[1],
            due__lt=today,
        )
        in_order = cells.select_related("organization").order_by("requirement", "post", "first")
        lines = lines_of([owed(cell, calendar, today) for cell in in_order], around)
    book = found.edition
    is_read = playbook_editions_read_by(request.asker).filter(pk=book.pk).exists()
    crumbs = [Crumb(_("Playbooks"), reverse("playbooks"))]
    if is_read:
        crumbs.append(Crumb(book.title, reverse("playbook", args=[book.pk])))
    title = _("Before and after")
    drafts = Draft.objects.filter(pk__in=found.taken.values("draft"))
    context = {
        "title": title,
        "found": found,
        "taken_on": taken_on,
        "in_force": drafts.filter(state=DraftState.IN_FORCE).count(),
        "open": drafts.filter(state=DraftState.OPEN).count(),
        "around": around,
        "lines": lines,
        "may_undo": found.undone_at is None and may_undo_adoption(request.asker, found),
        "crumbs": [*crumbs, Crumb(title)],
    }
    return render(request, "supervision/showcases/adoption.html", context)
