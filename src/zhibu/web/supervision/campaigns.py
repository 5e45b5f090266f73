"""A campaign is opened for all below, closed, and seen over the tree: in sums, in tree order, without names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.files import refuse_too_large
from zhibu.apps.learning.access import (
    campaigns_seen_by,
    may_lead,
    organizations_opened_for_by,
)
from zhibu.apps.learning.actions import campaigns as deeds
from zhibu.apps.learning.actions.campaigns import Said
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Part
from zhibu.apps.learning.queries import Place, Row, Spreading, places_of, rows_at, spreading
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import organizations_overseen_by
from zhibu.apps.people.models import Person
from zhibu.documents.tables import Table
from zhibu.domain.learning import PartState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import file_name, spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.templatetags.words import word

_CHIPS = {PartState.DONE: "done", PartState.UNDER_WAY: "open", PartState.OPEN: "quiet"}

#: So many levels are set in; deeper ones stand with the last.
_DEEPEST = 3


# --- Opening and closing -------------------------------------------------------------------------------------------


def _date_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class CampaignForm(forms.Form):
    office = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_lazy("For whom"),
        empty_label=None,
        help_text=_lazy("It binds this organization and all below it."),
    )
    title = forms.CharField(label=_lazy("What it is called"), max_length=deeds.LONGEST_TITLE)
    text = forms.CharField(
        label=_lazy("What it is about"), max_length=deeds.LONGEST_TEXT, widget=forms.Textarea({"rows": 6})
    )
    since = forms.DateField(label=_lazy("First day"), widget=_date_input())
    until = forms.DateField(
        label=_lazy("Last day"),
        required=False,
        widget=_date_input(),
        help_text=_lazy(
            "Empty where nobody has set it. A day that has passed keeps it as one of before: texts only."
        ),
    )
    issuer = forms.CharField(label=_lazy("Who issued the document that launched it"), max_length=80, required=False)
    document = forms.CharField(label=_lazy("Document"), max_length=160, required=False)
    number = forms.CharField(label=_lazy("Number of the document"), max_length=60, required=False)
    dated = forms.DateField(label=_lazy("Date of the document"), required=False, widget=_date_input())

    def __init__(self, *args: Any, offices: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not offices:
            del self.fields["office"]
            return
        field = self.fields["office"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organization.objects.filter(pk__in=[one.pk for one in offices])
        field.choices = [(str(one.pk), one.name) for one in offices]

    @property
    def said(self) -> Said:
        names = ("title", "text", "since", "until", "issuer", "document", "number", "dated")
        return Said(**{name: self.cleaned_data[name] for name in names})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    offices = list(organizations_opened_for_by(request.asker).order_by("path"))
    forbid_unless(bool(offices))
    own = next((one for one in offices if one.path in request.asker.offices), offices[0])
    initial = {"since": clock.today(), "office": own.pk}
    form = CampaignForm(request.POST or None, offices=offices, initial=initial)
    if request.method == "POST" and form.is_valid():

        def write() -> Campaign:
            return deeds.draft(
                office=form.cleaned_data["office"],
                by=_me(request),
                said=form.said,
                attached=_files_of(request),
                actor=request.user.actor,
                at=clock.now(),
            )

        if (made := _tried(form, write)) is not None:
            messages.success(request, _("Kept as a draft. Add its parts, then open it."))
            return redirect("campaign", made.pk)
    return _page(request, form, _("New campaign"), reverse("campaigns"), [Crumb(_("New campaign"))])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def edit(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    """While it is a draft."""
    shown = _led(request, campaign_id)
    if not shown.is_draft:
        raise LearningRefusal(_("This campaign is open already. Add a part, or close it and open another one."))
    names = ("title", "text", "since", "until", "issuer", "document", "number", "dated")
    form = CampaignForm(request.POST or None, offices=(), initial={name: getattr(shown, name) for name in names})
    if request.method == "POST" and form.is_valid():

        def write() -> Campaign:
            return deeds.change(
                shown, said=form.said, attached=_files_of(request), actor=request.user.actor, at=clock.now()
            )

        if _tried(form, write) is not None:
            messages.success(request, _("Changed."))
            return redirect("campaign", shown.pk)
    return _page(
        request, form, _("Change the draft"), reverse("campaign", args=[shown.pk]), _way(shown, _("Change the draft"))
    )


def _tried(form: CampaignForm, write: Callable[[], Campaign]) -> Campaign | None:
    """What was written; ``None`` with the reason on the form."""
    try:
        return write()
    except (LearningRefusal, FileRefused) as refusal:
        form.add_error(None, str(refusal))
        return None


def _page(request: AskedRequest, form: CampaignForm, title: str, cancel: str, way: Sequence[Crumb]) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "cancel": cancel,
        "has_forgotten_files": request.method == "POST",
        "crumbs": [Crumb(_("Campaigns"), reverse("campaigns")), *way],
    }
    return render(request, "supervision/campaigns/edit.html", context, status=422 if form.errors else 200)


def _seen(request: AskedRequest, campaign_id: UUID) -> Campaign:
    return get_object_or_404(campaigns_seen_by(request.asker).select_related("office"), pk=campaign_id)


def _led(request: AskedRequest, campaign_id: UUID) -> Campaign:
    shown = _seen(request, campaign_id)
    forbid_unless(may_lead(request.asker, shown))
    return shown


def _way(shown: Campaign, last: str) -> list[Crumb]:
    return [Crumb(shown.title, reverse("campaign", args=[shown.pk])), Crumb(last)]


def _me(request: AskedRequest) -> Person:
    assert request.user.person is not None  # offices are held by people
    return request.user.person


def _files_of(request: AskedRequest) -> list[tuple[str, bytes]]:
    uploaded: Sequence[UploadedFile[bytes]] = request.FILES.getlist("files")
    for file in uploaded:
        refuse_too_large(file.size or 0)
    return [(file.name or "", file.read()) for file in uploaded]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def open_it(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    shown = _led(request, campaign_id)
    if request.method == "POST":
        opened = deeds.open_campaign(shown, actor=request.user.actor, at=clock.now())
        if opened.was_before:
            messages.success(request, _("Kept among those of before."))
        else:
            messages.success(request, _("Open. The secretaries below find it among their notices."))
        return redirect("campaign", shown.pk)
    question = _("%(title)s, for %(name)s and all below it. Its texts then stay as they are.")
    return _confirm(
        request,
        shown,
        title=_("Open the campaign?"),
        question=question % {"title": shown.title, "name": shown.office.name},
        action=_("Open it"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def drop(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    shown = _led(request, campaign_id)
    if request.method == "POST":
        deeds.drop(shown, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The draft is gone."))
        return redirect("campaigns")
    return _confirm(request, shown, title=_("Drop the draft?"), question=shown.title, action=_("Drop it"))


class CloseForm(forms.Form):
    until = forms.DateField(label=_lazy("Last day"), widget=_date_input())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def close(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    shown = _led(request, campaign_id)
    today = clock.today()
    form = CloseForm(request.POST or None, initial={"until": min(shown.until or today, today)})
    if request.method == "POST" and form.is_valid():
        deeds.close(shown, until=form.cleaned_data["until"], actor=request.user.actor, at=clock.now())
        messages.success(request, _("Closed. Each organization may write its wrap-up now, begun from records."))
        return redirect("campaign", shown.pk)
    return _confirm(
        request,
        shown,
        title=_("Close the campaign?"),
        question=_("No part is added afterwards. Records of meetings held until then may still be filed and linked."),
        action=_("Close it"),
        form=form,
    )


def _confirm(
    request: AskedRequest, shown: Campaign, *, title: str, question: str, action: str, form: forms.Form | None = None
) -> HttpResponse:
    context = {
        "title": title,
        "question": question,
        "action": action,
        "cancel": reverse("campaign", args=[shown.pk]),
        "form": form or "",
        "crumbs": [Crumb(_("Campaigns"), reverse("campaigns")), *_way(shown, title)],
    }
    return render(request, "shell/confirm.html", context, status=422 if form is not None and form.errors else 200)


# --- Over the tree -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """How a part stands in one row: a word for a branch, a sum for all others; empty where it is not owed."""

    text: str
    chip: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    row: Row
    depth: int
    url: str
    cells: tuple[Cell, ...]
    others: str
    reached: str


class Filters(forms.Form):
    """One part, or all; a part that is none of these leaves all in."""

    organization = forms.CharField(required=False, widget=forms.HiddenInput)
    part = forms.ChoiceField(label=_lazy("Part"), required=False)

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *((str(part.pk), part.title) for part in parts)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of which campaign a table speaks, and what it says."""

    campaign: Campaign
    found: Spreading


@login_required
@require_safe
@conflict_on(LearningRefusal)
def below(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    """Organizations in tree order × the parts that bind all of them. ``?organization=``, ``?part=``."""
    asked = _asked(request, campaign_id)
    page = page_of(request, asked.found.paths, usual=50)
    top, *rows = rows_at(asked.found, list(page))
    context = {
        "campaign": asked.campaign,
        "top": top.organization,
        "form": Filters(request.GET, parts=asked.found.parts),
        "columns": asked.found.columns,
        "page": page,
        "lines": [_line(asked, row) for row in ([top, *rows] if page.number == 1 else rows)],
        "has_others": bool(asked.found.all.other_owed),
        "all": asked.found.all.members,
        "xlsx": f"{reverse('campaign_below_xlsx', args=[asked.campaign.pk])}?{request.GET.urlencode()}",
        "crumbs": [Crumb(_("Campaigns"), reverse("campaigns")), *_way(asked.campaign, top.organization.name)],
    }
    return render(request, "supervision/campaigns/below.html", context)


@login_required
@require_safe
@conflict_on(LearningRefusal)
def below_xlsx(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    """The whole table, in the same order."""
    asked = _asked(request, campaign_id)
    headings = (_("Organization"), *(part.title for part in asked.found.columns), _("Other parts"), _("Reached"))
    told = rows_at(asked.found, asked.found.paths)
    rows = []
    for row in told:
        line = _line(asked, row)
        rows.append((row.organization.name, *(cell.text for cell in line.cells), line.others, line.reached))
    title = file_name(f"{asked.campaign.title} {told[0].organization.name}")
    notes = [_("Counted from filed records on %(day)s.") % {"day": clock.today()}]
    return spreadsheet(title, [Table(_("Campaigns"), headings, rows)], notes)


def _asked(request: AskedRequest, campaign_id: UUID) -> _Asked:
    shown = _seen(request, campaign_id)
    if shown.is_draft or shown.was_before:
        raise LearningRefusal(_("There is nothing to count yet: no meeting belongs to this campaign."))
    day = shown.last_day(clock.today())
    places = places_of(organizations_overseen_by(request.asker), shown, day)
    top = _top(request.GET.get("organization", ""), places)
    below = [one for one in places if one.path.startswith(top.path)]
    return _Asked(shown, spreading(shown, below, day, request.GET.get("part", "")))


def _top(asked: str, places: Sequence[Place]) -> Place:
    """The organization asked for, else the highest that the asker oversees and the campaign binds."""
    found = next((one for one in places if asked in {"", str(one.key)}), None)
    if found is None:
        raise Http404
    return found


def _line(asked: _Asked, row: Row) -> Line:
    sums, work = row.sums, reverse("campaign_work", args=[asked.campaign.pk, row.organization.pk])
    within = f"{reverse('campaign_below', args=[asked.campaign.pk])}?organization={row.organization.pk}"
    is_top = row.depth == 0
    return Line(
        row=row,
        depth=min(row.depth, _DEEPEST),
        url=work if row.is_branch else "" if is_top else within,
        cells=tuple(_cell(row, part) for part in asked.found.columns),
        others=_of(sums.other_done, sums.other_owed) if sums.other_owed else "",
        reached=_of(sums.members.reached, sums.members.members),
    )


def _cell(row: Row, part: Part) -> Cell:
    if row.is_branch:
        state = row.state(part.pk)
        return Cell(word(state), _CHIPS[state], part.title) if state is not None else Cell("", "", part.title)
    return Cell(_of(row.sums.done[part.pk], row.sums.owed[part.pk]), "", part.title)


def _of(some: int, of: int) -> str:
    return _("%(some)s of %(all)s") % {"some": some, "all": of}
