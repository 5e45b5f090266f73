"""What an organization does in a campaign: its parts, the meetings that serve them, whom it has not reached."""

from __future__ import annotations

from collections.abc import Sequence
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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.files import refuse_too_large
from zhibu.apps.learning.access import (
    campaigns_seen_by,
    is_bound,
    may_lead,
    may_link,
    may_see_part,
    may_see_state,
    may_see_unreached,
    may_serve,
)
from zhibu.apps.learning.actions import parts as deeds
from zhibu.apps.learning.actions.campaigns import LONGEST_TITLE
from zhibu.apps.learning.actions.parts import Asked
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Link, Material, Part
from zhibu.apps.learning.queries import MOST_OFFERED, PartLine, meetings_that_serve, part_lines, parts_for, reach_in
from zhibu.apps.meetings.access import meetings_seen_by
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.learning import PartState
from zhibu.domain.terms import HELD_BY, MeetingKind, OrganizationKind
from zhibu.domain.tree import STEP
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed
from zhibu.web.shell.templatetags.words import word

_CHIPS = {PartState.DONE: "done", PartState.UNDER_WAY: "open", PartState.OPEN: "quiet"}

#: What a branch or its groups can hold.
_KINDS = [kind for kind in MeetingKind if {OrganizationKind.BRANCH, OrganizationKind.GROUP} & set(HELD_BY[kind])]


# --- Who comes in --------------------------------------------------------------------------------------------------


def campaign_seen(request: AskedRequest, campaign_id: UUID) -> Campaign:
    return get_object_or_404(campaigns_seen_by(request.asker).select_related("office"), pk=campaign_id)


def at_work(request: AskedRequest, campaign_id: UUID, organization: UUID) -> tuple[Campaign, Organization]:
    """A campaign and an organization that it binds, where the asker serves it: 404 where it is not theirs to see."""
    campaign, place = looked_at(request, campaign_id, organization)
    forbid_unless(may_serve(request.asker, campaign, place))
    return campaign, place


def looked_at(request: AskedRequest, campaign_id: UUID, organization: UUID) -> tuple[Campaign, Organization]:
    """The same for whoever may see how far the organization is."""
    campaign = campaign_seen(request, campaign_id)
    place = get_object_or_404(Organization, pk=organization)
    not_found_unless(is_bound(place, campaign))
    not_found_unless(may_serve(request.asker, campaign, place) or may_see_state(request.asker, campaign, place))
    return campaign, place


def crumbs(campaign: Campaign, place: Organization, *rest: Crumb) -> list[Crumb]:
    return [
        Crumb(_("Campaigns"), reverse("campaigns")),
        Crumb(campaign.title, reverse("campaign", args=[campaign.pk])),
        Crumb(place.name, reverse("campaign_work", args=[campaign.pk, place.pk])) if rest else Crumb(place.name),
        *rest,
    ]


# --- How far it is -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A part as the secretary sees it; ``is_ours``: asked by this very organization."""

    told: PartLine
    is_ours: bool

    @property
    def chip(self) -> str:
        return _CHIPS[self.told.state]


@login_required
@require_safe
def work(request: AskedRequest, campaign_id: UUID, organization: UUID) -> HttpResponse:
    """Part by part with its meetings. By name whom it has not reached: the branch's own secretary and deputy only."""
    campaign, place = looked_at(request, campaign_id, organization)
    materials = list(campaign.materials.filter(part__isnull=False))
    lines = [Line(told, told.part.organization_id == place.pk) for told in part_lines(campaign, place, materials)]
    is_branch = place.word is OrganizationKind.BRANCH
    reach = reach_in(campaign, place, campaign.last_day(clock.today())) if is_branch else None
    context = {
        "campaign": campaign,
        "place": place,
        "lines": lines,
        "is_branch": is_branch,
        "serves": may_serve(request.asker, campaign, place),
        "runs": campaign.is_running,
        "reached": reach.in_sums if reach else None,
        "unreached": reach.unreached if reach and may_see_unreached(request.asker, place) else None,
        "crumbs": crumbs(campaign, place),
    }
    return render(request, "secretary/campaigns/work.html", context)


# --- Parts ---------------------------------------------------------------------------------------------------------


class PartForm(forms.Form):
    title = forms.CharField(label=_lazy("What to do"), max_length=LONGEST_TITLE)
    kind = forms.ChoiceField(
        label=_lazy("By which meeting"),
        required=False,
        help_text=_lazy("It is done once such a meeting, linked to it, is filed. A text may be read at any meeting."),
    )
    first = forms.DateField(label=_lazy("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_lazy("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    text = forms.CharField(
        label=_lazy("What it asks"),
        max_length=deeds.LONGEST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("a text to be read")), *((kind.value, word(kind)) for kind in _KINDS)]

    @property
    def asked(self) -> Asked:
        given = self.cleaned_data
        kind = MeetingKind(given["kind"]) if given["kind"] else None
        return Asked(given["title"], given["first"], given["last"], kind, given["text"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def new_part(request: AskedRequest, campaign_id: UUID, organization: UUID) -> HttpResponse:
    campaign, place = at_work(request, campaign_id, organization)
    initial = {"first": max(campaign.since, clock.today()), "last": campaign.until}
    form = PartForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.add_part(
                campaign, place, by=_me(request), asked=form.asked, attached=files_of(request), **signed(request)
            )
        except (LearningRefusal, FileRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added."))
            return _back_from(campaign, place)
    return _part_page(request, form, campaign, place, _("Add a part"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def edit_part(request: AskedRequest, campaign_id: UUID, part_id: UUID) -> HttpResponse:
    campaign, part = _own_part(request, campaign_id, part_id)
    initial = {name: getattr(part, name) for name in ("title", "kind", "first", "last", "text")}
    form = PartForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.change_part(part, asked=form.asked, attached=files_of(request), **signed(request))
        except (LearningRefusal, FileRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Changed."))
            return _back_from(campaign, part.organization)
    return _part_page(request, form, campaign, part.organization, _("Change a part"), part)


def _own_part(request: AskedRequest, campaign_id: UUID, part_id: UUID) -> tuple[Campaign, Part]:
    """A part asked by an organization that the asker serves; other parts are read, not changed."""
    campaign = campaign_seen(request, campaign_id)
    part = get_object_or_404(Part.objects.select_related("organization"), campaign=campaign, pk=part_id)
    may = may_serve(request.asker, campaign, part.organization)
    not_found_unless(may or may_see_state(request.asker, campaign, part.organization))
    forbid_unless(may)
    return campaign, part


def _back_from(campaign: Campaign, place: Organization) -> HttpResponse:
    if campaign.is_draft:
        return redirect("campaign", campaign.pk)
    return redirect("campaign_work", campaign.pk, place.pk)


def _part_page(
    request: AskedRequest,
    form: PartForm,
    campaign: Campaign,
    place: Organization,
    title: str,
    part: Part | None = None,
) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "campaign": campaign,
        "place": place,
        "part": part,
        "materials": list(part.materials.all()) if part else [],
        "is_branch": place.word is OrganizationKind.BRANCH,
        "has_forgotten_files": request.method == "POST",
        "cancel": reverse("campaign", args=[campaign.pk])
        if campaign.is_draft
        else reverse("campaign_work", args=[campaign.pk, place.pk]),
        "crumbs": crumbs(campaign, place, Crumb(title)),
    }
    return render(request, "secretary/campaigns/part.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def remove_part(request: AskedRequest, campaign_id: UUID, part_id: UUID) -> HttpResponse:
    campaign, part = _own_part(request, campaign_id, part_id)
    if request.method == "POST":
        deeds.remove_part(part, **signed(request))
        messages.success(request, _("Taken out of the campaign."))
        return _back_from(campaign, part.organization)
    context = {
        "title": _("Take a part out?"),
        "question": part.title,
        "action": _("Take it out"),
        "cancel": reverse("part_edit", args=[campaign.pk, part.pk]),
        "crumbs": crumbs(campaign, part.organization, Crumb(_("Take a part out?"))),
    }
    return render(request, "shell/confirm.html", context)


def _me(request: AskedRequest) -> Person:
    assert request.user.person is not None  # offices are held by people
    return request.user.person


def files_of(request: AskedRequest) -> list[tuple[str, bytes]]:
    """What was attached to a form, by name and content."""
    uploaded: Sequence[UploadedFile[bytes]] = request.FILES.getlist("files")
    for file in uploaded:
        refuse_too_large(file.size or 0)
    return [(file.name or "", file.read()) for file in uploaded]


# --- Meetings that serve a part -------------------------------------------------------------------------------------


def _linking(
    request: AskedRequest, campaign_id: UUID, organization: UUID, part_id: UUID
) -> tuple[Organization, Part]:
    campaign, place = at_work(request, campaign_id, organization)
    part = get_object_or_404(Part.objects.select_related("organization"), campaign=campaign, pk=part_id)
    not_found_unless(place.path.startswith(part.organization.path))
    part.campaign = campaign
    return place, part


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def link_meeting(request: AskedRequest, campaign_id: UUID, organization: UUID, part_id: UUID) -> HttpResponse:
    """Choose a meeting of the branch that serves the part: of its kind, within its days."""
    place, part = _linking(request, campaign_id, organization, part_id)
    if request.method == "POST":
        meeting = _meeting_named(request, request.POST.get("meeting", ""))
        deeds.link(part, place, meeting, **signed(request))
        messages.success(request, _("Linked. The part is done once the record is filed."))
        return redirect("campaign_work", campaign_id, place.pk)
    offered = list(meetings_that_serve(part, place)[:MOST_OFFERED])
    context = {
        "campaign": part.campaign,
        "place": place,
        "part": part,
        "offered": offered,
        "most": MOST_OFFERED,
        "is_cut": len(offered) == MOST_OFFERED,
        "crumbs": crumbs(part.campaign, place, Crumb(part.title)),
    }
    return render(request, "secretary/campaigns/link.html", context)


@login_required
@require_POST
@conflict_on(LearningRefusal)
def unlink_meeting(request: AskedRequest, campaign_id: UUID, organization: UUID, part_id: UUID) -> HttpResponse:
    place, part = _linking(request, campaign_id, organization, part_id)
    link = get_object_or_404(Link, part=part, organization=place, meeting=_key(request.POST.get("meeting", "")))
    deeds.unlink(part, place, link.meeting, **signed(request))
    messages.success(request, _("Not linked any more. The meeting itself stays as it is."))
    return redirect("campaign_work", campaign_id, place.pk)


def _meeting_named(request: AskedRequest, key: str) -> Meeting:
    return get_object_or_404(meetings_seen_by(request.asker).select_related("organization"), pk=_key(key))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def of_meeting(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """Which parts a meeting serves, and which it could: the other way round. ``link`` and ``unlink`` name a part."""
    meeting = _meeting_named(request, str(meeting_id))
    forbid_unless(may_link(request.asker, meeting))
    is_group = meeting.organization.word is OrganizationKind.GROUP
    path = meeting.organization.path
    branch = Organization.objects.get(path=path[:-STEP]) if is_group else meeting.organization
    found = parts_for(meeting, branch)
    if request.method == "POST":
        key = request.POST.get("link") or request.POST.get("unlink", "")
        part = next((one for one in found if str(one.pk) == key), None)
        if part is None:
            raise Http404
        deed = deeds.link if "link" in request.POST else deeds.unlink
        deed(part, branch, meeting, **signed(request))
        return redirect("meeting_campaigns", meeting.pk)
    context = {
        "meeting": meeting,
        "parts": found,
        "crumbs": [
            Crumb(_("Meetings"), reverse("meetings")),
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Campaigns")),
        ],
    }
    return render(request, "secretary/campaigns/of_meeting.html", context)


# --- Files ---------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def remove_file(request: AskedRequest, campaign_id: UUID, material_id: UUID) -> HttpResponse:
    """By those who asked for it to be read: of a part its organization, else those who opened the campaign."""
    campaign = campaign_seen(request, campaign_id)
    rows = Material.objects.filter(campaign=campaign).select_related("part__organization")
    file = get_object_or_404(rows, pk=material_id)
    asker, part = request.asker, file.part
    not_found_unless(part is None or may_lead(asker, campaign) or may_see_part(asker, part))
    forbid_unless(may_lead(asker, campaign) if part is None else may_serve(asker, campaign, part.organization))
    back = reverse("part_edit", args=[campaign.pk, part.pk]) if part else reverse("campaign", args=[campaign.pk])
    if request.method == "POST":
        deeds.remove_material(file, **signed(request))
        messages.success(request, _("Removed."))
        return redirect(back)
    context = {
        "title": _("Remove this file?"),
        "question": file.name,
        "action": _("Remove"),
        "cancel": back,
        "crumbs": [
            Crumb(_("Campaigns"), reverse("campaigns")),
            Crumb(campaign.title, reverse("campaign", args=[campaign.pk])),
            Crumb(_("Remove this file?")),
        ],
    }
    return render(request, "shell/confirm.html", context)
