"""Playbooks as they are read: how other branches do it, which is held up as a demonstration, the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.showcases.access import (
    adoptions_seen_by,
    may_mark,
    may_write_playbook,
    playbook_editions_read_by,
    playbooks_read_by,
    playbooks_written_for_by,
)
from zhibu.apps.showcases.models import PlaybookEdition, Showcase
from zhibu.apps.showcases.queries import file_of, marks_on, playbook_of
from zhibu.apps.visits.access import may_call_visit, visits_seen_by
from zhibu.documents.playbooks import fingerprint
from zhibu.domain.playbooks import Item
from zhibu.domain.terms import ListKind
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import attachment, file_name
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of

#: So many of its visits stand beside a playbook; all of them are on the page of visits.
MOST_VISITS = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """The newest edition of a playbook, with the marks that hold today."""

    edition: PlaybookEdition
    marks: tuple[Showcase, ...]


@login_required
@require_safe
def playbooks(request: AskedRequest) -> HttpResponse:
    """The newest edition of each, the latest first; ``?marked=1`` leaves those held up as a demonstration."""
    today = clock.today()
    readable = playbooks_read_by(request.asker)
    is_marked = request.GET.get("marked") == "1"
    if is_marked:
        holds = Q(ended_on__isnull=True) | Q(ended_on__gt=today)
        marks = Showcase.objects.filter(holds, since__lte=today, until__gte=today)
        readable = readable.filter(pk__in=marks.values("playbook"))
    newest = PlaybookEdition.objects.filter(playbook=OuterRef("playbook")).order_by("-number").values("pk")[:1]
    rows = PlaybookEdition.objects.filter(playbook__in=readable.order_by().values("pk"), pk=Subquery(newest))
    page = page_of(request, rows.select_related("playbook__organization").order_by("-recorded_at", "pk"))
    found = marks_on([row.playbook for row in page], today)
    context = {
        "page": page,
        "shown": [Shown(row, tuple(found.get(row.playbook_id, ()))) for row in page],
        "is_marked": is_marked,
        "may_gather": playbooks_written_for_by(request.asker).exists(),
    }
    return render(request, "member/playbooks/list.html", context)


@dataclass(frozen=True, slots=True)
class Part:
    kind: ListKind
    title: str
    items: tuple[Item, ...]


def parts_of(items: Iterable[Item]) -> list[Part]:
    """As the lists stand in the file: by list and section."""
    return [
        Part(kind, title, tuple(found))
        for (kind, title), found in groupby(items, key=lambda item: (item.says.kind, item.says.section))
    ]


@login_required
@require_safe
def playbook(request: AskedRequest, playbook_edition_id: UUID) -> HttpResponse:
    """One edition: its story, its articles, who holds it up, and what one may do with it."""
    found = _edition(request, playbook_edition_id)
    of, told, today = found.playbook, playbook_of(found), clock.today()
    mine = playbooks_written_for_by(request.asker)
    if not of.is_received:
        mine = mine.exclude(pk=of.organization_id)
    taken = adoptions_seen_by(request.asker).filter(edition__playbook__uid=of.uid, undone_at__isnull=True)
    context = {
        "edition": found,
        "of": of,
        "told": told,
        "parts": parts_of(told.items),
        "paragraphs": [line for line in told.story.split("\n") if line.strip()],
        "fingerprint": fingerprint(of.key),
        "marks": marks_on([of], today).get(of.pk, []),
        "others": of.editions.exclude(pk=found.pk).order_by("-number"),
        "may_mark": may_mark(request.asker, of),
        "may_open": not of.is_received and may_write_playbook(request.asker, of.organization),
        "may_take": mine.exists(),
        "offices": request.asker.offices,
        "may_call": may_call_visit(request.asker, of),
        "visits": visits_seen_by(request.asker).filter(playbook=of)[:MOST_VISITS],
        "taken": taken.select_related("organization", "edition").order_by("organization__path", "-adopted_at"),
        "crumbs": [Crumb(_("Playbooks"), reverse("playbooks")), Crumb(found.title)],
    }
    return render(request, "member/playbooks/playbook.html", context)


def _edition(request: AskedRequest, key: UUID) -> PlaybookEdition:
    rows = playbook_editions_read_by(request.asker).select_related("playbook__organization", "event")
    found: PlaybookEdition = get_object_or_404(rows, pk=key)
    return found


@login_required
@require_safe
def playbook_file(request: AskedRequest, playbook_edition_id: UUID) -> HttpResponse:
    """The one file, as it was signed."""
    found = _edition(request, playbook_edition_id)
    name = _("%(title)s, edition %(number)s") % {"title": found.title, "number": found.number}
    return attachment(file_of(found), f"{file_name(name)}.zip", "application/zip")
