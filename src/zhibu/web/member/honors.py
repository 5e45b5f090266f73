"""Honors as they are read: of the house, of organizations and of people, the latest first, in no other order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.archive.files import place_of
from zhibu.apps.honors.access import honors_seen_by, may_keep_honor
from zhibu.apps.honors.actions.bestowing import FOLDER
from zhibu.apps.honors.models import Honor, HonorPaper
from zhibu.documents.tables import Table
from zhibu.domain.terms import HonorKind
from zhibu.web.shell import clock
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file, spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.templatetags.words import word

_OF = {"mine": _lazy("Mine"), "people": _lazy("Of people"), "organizations": _lazy("Of organizations")}


class Filters(forms.Form):
    """Which honors. A filter that can not be read leaves everything in."""

    q = forms.CharField(
        label=_lazy("Honor, name or organization"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "search"}),
    )
    of = forms.ChoiceField(label=_lazy("Whose"), required=False, choices=[("", _lazy("All")), *_OF.items()])
    kind = forms.ChoiceField(
        label=_lazy("Kind"),
        required=False,
        choices=[("", _lazy("All")), *((kind.value, kind.zh) for kind in HonorKind)],
    )
    year = forms.IntegerField(
        label=_lazy("Year"), required=False, widget=forms.TextInput({"inputmode": "numeric", "placeholder": "2015"})
    )

    @property
    def said(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _wanted(request: AskedRequest, form: Filters) -> QuerySet[Honor]:
    rows = honors_seen_by(request.asker).filter(withdrawn_at__isnull=True).select_related("person", "organization")
    said = form.said
    if text := said.get("q", "").strip():
        rows = rows.filter(
            Q(title__icontains=text) | Q(person__name__icontains=text) | Q(organization__name__icontains=text)
        )
    match said.get("of"):
        case "mine":
            rows = rows.filter(person=request.asker.person, person__isnull=False)
        case "people":
            rows = rows.filter(person__isnull=False)
        case "organizations":
            rows = rows.filter(organization__isnull=False)
    if "kind" in said:
        rows = rows.filter(kind=said["kind"])
    if "year" in said:
        rows = rows.filter(year=said["year"])
    return rows.order_by("-year", "title", "organization__code", "person__staff_number", "pk")


@login_required
@require_safe
def honors(request: AskedRequest) -> HttpResponse:
    form = Filters(request.GET)
    context = {
        "page": page_of(request, _wanted(request, form)),
        "form": form,
        "is_narrowed": bool(form.said),
        "may_keep": bool(request.asker.offices),
        "xlsx": f"{reverse('honors_xlsx')}?{request.GET.urlencode()}",
    }
    return render(request, "member/honors/list.html", context)


@login_required
@require_safe
def honors_xlsx(request: AskedRequest) -> HttpResponse:
    """The list as it is narrowed."""
    columns = (_("Year"), _("Honor"), _("Kind"), _("Whose"), _("Conferred by"), _("For what"))
    rows = [
        (str(each.year), each.title, word(each.word), each.bearer, each.conferred_by, each.reason)
        for each in _wanted(request, Filters(request.GET)).iterator()
    ]
    notes = (_("Honors"), _("As of %(day)s") % {"day": clock.today().isoformat()})
    return spreadsheet(_("Honors"), [Table(_("Honors"), columns, rows)], notes=notes)


@login_required
@require_safe
def honor(request: AskedRequest, honor_id: UUID) -> HttpResponse:
    """One of them with its papers, and what became of it."""
    rows = honors_seen_by(request.asker).select_related("person", "organization", "corrects", "corrected_by")
    found = get_object_or_404(rows, pk=honor_id)
    keeps = may_keep_honor(request.asker, found)
    context = {
        "honor": found,
        "papers": found.papers.all(),
        "right": getattr(found, "corrected_by", None),
        "keeps": keeps and found.withdrawn_at is None,
        "reads_wrong": keeps or (found.person_id is not None and found.person_id == request.asker.person),
        "crumbs": [Crumb(_("Honors"), reverse("honors")), Crumb(found.title)],
    }
    return render(request, "member/honors/honor.html", context)


@login_required
@require_safe
def honor_paper(request: AskedRequest, honor_id: UUID, sheet_id: UUID) -> FileResponse:
    """A paper to save, never shown by the browser."""
    of = get_object_or_404(honors_seen_by(request.asker), pk=honor_id)
    found = get_object_or_404(HonorPaper, pk=sheet_id, honor=of)
    return kept_file(place_of(FOLDER, found.sha256), found.name, found.media_type)
