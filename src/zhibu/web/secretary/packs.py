"""Study packs: downloaded from a unit or a lesson, taken in as a lesson of the branch, and undone."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.errors import BearsMark, FileRefused
from zhibu.apps.learning.access import organizations_opened_for_by, packs_taken_by
from zhibu.apps.learning.actions.packs import pack_of_lesson, pack_of_unit, take_in, undo_pack
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.documents.packs import LARGEST
from zhibu.domain.learning import STUDY
from zhibu.domain.terms import OrganizationKind
from zhibu.web.secretary.meetings.doors import run
from zhibu.web.secretary.units import kept_unit, unit_crumbs
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import attachment, file_name
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, signed


@login_required
@require_safe
@conflict_on(LearningRefusal)
def unit_pack(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    found = kept_unit(request, unit_id)
    return attachment(pack_of_unit(found), f"{file_name(found.title)}.zip", "application/zip")


@login_required
@require_safe
@conflict_on(LearningRefusal)
def lesson_pack(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """The agenda, the papers, what was conveyed, and the units that stand for a lesson."""
    meeting = run(request, meeting_id)
    not_found_unless(meeting.word in STUDY)
    return attachment(pack_of_lesson(meeting), f"{file_name(meeting.title)}.zip", "application/zip")


class PackForm(MarkedForm):
    organization = forms.ChoiceField(label=_lazy("Branch"))
    pack = forms.FileField(
        label=_lazy("Study pack"),
        help_text=_lazy("The .zip that the superior made, up to 100 MB."),
        widget=forms.FileInput({"accept": ".zip"}),
    )

    def clean_pack(self) -> bytes:
        uploaded = self.cleaned_data["pack"]
        if uploaded.size > LARGEST:
            raise forms.ValidationError(_("The pack is larger than 100 MB. Ask for a smaller one."))
        content: bytes = uploaded.read()
        return content


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request: AskedRequest) -> HttpResponse:
    """Those taken in, and the form for another: all of it becomes a lesson, or nothing does."""
    offered = organizations_opened_for_by(request.asker).filter(kind=OrganizationKind.BRANCH.value)
    branches = {str(one.pk): one for one in offered.order_by("path")}
    forbid_unless(bool(branches))
    form = PackForm(request.POST or None, request.FILES or None)
    form.fields["organization"].choices = [(key, one.name) for key, one in branches.items()]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        branch, content = branches[form.cleaned_data["organization"]], form.cleaned_data["pack"]
        try:
            is_no_mark = form.has_tick
            taken = take_in(
                branch, content, by=me(request), account=request.user, is_no_mark=is_no_mark, **signed(request)
            )
        except BearsMark as refusal:
            form.refuse(refusal)
        except (LearningRefusal, MeetingRefusal, FileRefused) as refusal:
            form.add_error("pack", str(refusal))
        else:
            messages.success(
                request, _("It is a lesson of the branch now, as a draft. Set its time and announce it.")
            )
            return redirect("meeting", taken.meeting_id)
    rows = packs_taken_by(request.asker).select_related("organization", "meeting").order_by("-taken_at")
    context = {"form": form, "page": page_of(request, rows), "crumbs": unit_crumbs(Crumb(_("Study packs")))}
    return render(request, "secretary/units/packs.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal, MeetingRefusal)
def pack_undo(request: AskedRequest, pack_id: UUID) -> HttpResponse:
    taken = get_object_or_404(packs_taken_by(request.asker).select_related("meeting"), pk=pack_id)
    if request.method == "POST":
        undo_pack(taken, **signed(request))
        messages.success(request, _("Taken back: the lesson is given up, its units are withdrawn."))
        return redirect("packs")
    context = {
        "title": _("Take the pack back?"),
        "question": taken.title,
        "action": _("Take the pack back"),
        "cancel": reverse("packs"),
        "crumbs": unit_crumbs(Crumb(_("Study packs"), reverse("packs")), Crumb(_("Take the pack back?"))),
    }
    return render(request, "shell/confirm.html", context)
