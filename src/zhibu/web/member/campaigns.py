"""Campaigns (学习教育) as everybody reads them, and one's own study note. Opening a page notes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, Q, When
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.archive.files import place_of
from zhibu.apps.learning.access import (
    campaigns_seen_by,
    is_bound,
    may_lead,
    may_see_part,
    may_see_state,
    may_serve,
    may_write_note,
    organizations_opened_for_by,
    organizations_served_by,
)
from zhibu.apps.learning.actions import study_notes as deeds
from zhibu.apps.learning.actions.campaigns import FOLDER
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, Material, StudyNote
from zhibu.apps.learning.queries import PartLine, notes_for, part_lines
from zhibu.apps.meetings.access import OPEN_TO_MEMBERS, PRIVATE
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import Asker
from zhibu.domain.learning import PartState
from zhibu.domain.terms import OrganizationKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.asking import sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me

_CHIPS = {PartState.DONE: "done", PartState.UNDER_WAY: "open", PartState.OPEN: "quiet"}

#: As a search asks for them.
RUNNING, OVER = "running", "over"


class Filters(forms.Form):
    q = forms.CharField(
        label=_lazy("Title or document"), required=False, max_length=40, widget=forms.TextInput({"type": "search"})
    )
    state = forms.ChoiceField(
        label=_lazy("Which"),
        required=False,
        choices=[("", _lazy("All")), (RUNNING, _lazy("Under way")), (OVER, _lazy("Over"))],
    )


@login_required
@require_safe
def campaigns(request: AskedRequest) -> HttpResponse:
    """Drafts of one's own and what runs come first, then what is over, the latest first."""
    form = Filters(request.GET)
    rows = campaigns_seen_by(request.asker).select_related("office")
    if form.is_valid():
        text, state = form.cleaned_data["q"].strip(), form.cleaned_data["state"]
        if text:
            rows = rows.filter(Q(title__icontains=text) | Q(document__icontains=text))
        if state:
            rows = rows.filter(closed_at__isnull=state == RUNNING)
    is_over = Case(When(closed_at__isnull=True, then=0), default=1)
    opens = bool(request.asker.offices) and organizations_opened_for_by(request.asker).exists()
    context = {
        "page": page_of(request, rows.alias(is_over=is_over).order_by("is_over", "-since", "-pk")),
        "form": form,
        "is_narrowed": form.is_valid() and any(form.cleaned_data.values()),
        "opens": opens,
    }
    return render(request, "member/campaigns/list.html", context)


def _seen(request: AskedRequest, campaign_id: UUID) -> Campaign:
    return get_object_or_404(campaigns_seen_by(request.asker).select_related("office", "by"), pk=campaign_id)


@dataclass(frozen=True, slots=True)
class Line:
    """A part for its readers, with the meetings that they may open."""

    told: PartLine
    meetings: Sequence[tuple[Meeting, bool]]
    shows_state: bool

    @property
    def chip(self) -> str:
        return _CHIPS[self.told.state]


@login_required
@require_safe
def campaign(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    """What it is, what is asked and when, the meetings of one's own branch, and one's own note."""
    shown, asker = _seen(request, campaign_id), request.asker
    around = _organizations(asker, shown)
    place = _place(asker, shown, around)
    materials = list(shown.materials.all())
    lines = [_line(told, place) for told in part_lines(shown, place, materials)]
    context = {
        "campaign": shown,
        "place": place,
        "lines": lines,
        "materials": [file for file in materials if file.part_id is None],
        "serves": [one for one in around if may_serve(asker, shown, one) and not shown.was_before],
        "oversees": [one for one in around if may_see_state(asker, shown, one) and _has_below(one)],
        "leads": may_lead(asker, shown),
        "may_write": may_write_note(asker, shown),
        "notes": notes_for(asker, shown),
        "crumbs": [Crumb(_("Campaigns"), reverse("campaigns")), Crumb(shown.title)],
    }
    return render(request, "member/campaigns/campaign.html", context)


def _organizations(asker: Asker, shown: Campaign) -> list[Organization]:
    """Those of the asker that it may bind, and its office, in tree order."""
    mine = Q(path__in=asker.belongs + asker.offices) | Q(pk=shown.office_id)
    served = organizations_served_by(asker, shown).values("pk")
    rows = Organization.objects.filter(mine | Q(pk__in=served), dissolved__isnull=True)
    return [one for one in rows.order_by("path") if is_bound(one, shown)]


def _place(asker: Asker, shown: Campaign, around: Sequence[Organization]) -> Organization:
    """Whose parts are shown: of one's branch, else of the highest organization that one stands for or works in."""
    if shown.is_draft:
        return shown.office
    for paths in (asker.branches, asker.offices, asker.units):
        for one in around:
            if one.path in paths:
                return one
    return shown.office


def _has_below(organization: Organization) -> bool:
    return organization.word is not OrganizationKind.BRANCH


def _line(told: PartLine, place: Organization) -> Line:
    """A draft and a committee's own meeting stay with those who run it; one held together may be another's."""
    open_to_all = [
        (meeting, meeting.organization.path.startswith(place.path))
        for meeting in told.meetings
        if meeting.at_stage not in PRIVATE and meeting.word in OPEN_TO_MEMBERS
    ]
    return Line(told, open_to_all, shows_state=not _has_below(place))


@login_required
@require_safe
def file(request: AskedRequest, campaign_id: UUID, material_id: UUID) -> FileResponse:
    shown = _seen(request, campaign_id)
    rows = Material.objects.filter(campaign=shown).select_related("part__organization")
    found = get_object_or_404(rows, pk=material_id)
    not_found_unless(found.part is None or may_lead(request.asker, shown) or may_see_part(request.asker, found.part))
    return kept_file(place_of(FOLDER, found.sha256), found.name, found.media_type)


# --- One's own note ------------------------------------------------------------------------------------------------


class NoteForm(MarkedForm):
    text = forms.CharField(
        label=_lazy("My study note"),
        max_length=deeds.LONGEST,
        help_text=_lazy("Voluntary. Yours alone unless you share it; nobody is told whether you wrote one."),
        widget=forms.Textarea({"rows": 12}),
    )


def _with_note(request: AskedRequest, campaign_id: UUID) -> tuple[Campaign, StudyNote | None]:
    shown = _seen(request, campaign_id)
    forbid_unless(may_write_note(request.asker, shown))
    note = StudyNote.objects.filter(campaign=shown, person=request.asker.person).first()
    return shown, note


def _mine(request: AskedRequest, campaign_id: UUID) -> StudyNote:
    """One's own note, also once one has left the branch; what others wrote is not found here."""
    rows = StudyNote.objects.filter(person=request.asker.person, person__isnull=False)
    return get_object_or_404(rows.select_related("campaign"), campaign=campaign_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    shown, kept = _with_note(request, campaign_id)
    form = NoteForm(sent(request), initial={"text": kept.text if kept else ""})
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            deeds.write_note(shown, me(request), text=text, is_no_mark=form.has_tick, at=clock.now())
        except (BearsMark, LearningRefusal) as refusal:
            form.refuse(refusal, "text")
        else:
            messages.success(request, _("Kept. Who reads it is as it was."))
            return redirect("campaign", shown.pk)
    context = {
        "title": _("My study note"),
        "question": shown.title,
        "action": _("Keep"),
        "cancel": reverse("campaign", args=[shown.pk]),
        "form": form,
        "crumbs": _crumbs(shown, _("My study note")),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(LearningRefusal)
def share(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    """``share=yes`` lets the branch read it; anything else takes that back."""
    kept = _mine(request, campaign_id)
    if request.POST.get("share") == "yes":
        deeds.share_note(kept, on=clock.today())
        messages.success(request, _("The members of your branch can read it now. You can take that back."))
    else:
        deeds.keep_note_to_oneself(kept)
        messages.success(request, _("It is yours alone again."))
    return redirect("campaign", campaign_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_away(request: AskedRequest, campaign_id: UUID) -> HttpResponse:
    kept = _mine(request, campaign_id)
    if request.method == "POST":
        deeds.take_note_away(kept)
        messages.success(request, _("Your note is gone, for everybody."))
        return redirect("campaign", campaign_id)
    context = {
        "title": _("Take your note away?"),
        "question": _("Its text is deleted, for you as for those with whom you shared it."),
        "action": _("Take it away"),
        "cancel": reverse("campaign", args=[campaign_id]),
        "crumbs": _crumbs(kept.campaign, _("Take your note away?")),
    }
    return render(request, "shell/confirm.html", context)


def _crumbs(shown: Campaign, last: str) -> list[Crumb]:
    return [
        Crumb(_("Campaigns"), reverse("campaigns")),
        Crumb(shown.title, reverse("campaign", args=[shown.pk])),
        Crumb(last),
    ]
