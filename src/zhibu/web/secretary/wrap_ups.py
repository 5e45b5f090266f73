"""The wrap-up of a campaign: begun from records, put into one's own words, filed; as a page and as a paper."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.learning.access import may_serve
from zhibu.apps.learning.actions import wrap_ups as deeds
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, WrapUp
from zhibu.apps.learning.queries import wrap_up_from_records, wrap_up_of
from zhibu.apps.organizations.models import Organization
from zhibu.documents.papers import wrap_up_docx, wrap_up_pdf
from zhibu.domain import wrap_up as domain
from zhibu.web.secretary.campaigns import at_work, crumbs, looked_at
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

FORMS = ("docx", "pdf")


class WrapUpForm(forms.Form):
    text = forms.CharField(
        label=_lazy("Wrap-up"),
        max_length=deeds.LONGEST,
        help_text=_lazy("Lines that begin with 一、 二、 become headings."),
        widget=forms.Textarea({"rows": 18}),
    )


def _refuse_too_early(campaign: Campaign) -> None:
    if campaign.closed_at is None:
        raise LearningRefusal(_("This campaign still runs. A wrap-up is written when it is over."))
    if campaign.was_before:
        raise LearningRefusal(_("This campaign took place before it was entered here. There are no records of it."))


def _text(kept: WrapUp | None, campaign: Campaign, place: Organization) -> str:
    if kept is not None:
        return kept.sealed_text if kept.filed_at else kept.text
    return wrap_up_from_records(campaign, place, clock.today())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def wrap_up(request: AskedRequest, campaign_id: UUID, organization: UUID) -> HttpResponse:
    """Written on by those who convene there until it is filed, then read. ``?anew=yes``: from records."""
    campaign, place = looked_at(request, campaign_id, organization)
    _refuse_too_early(campaign)
    kept = wrap_up_of(campaign, place)
    serves = may_serve(request.asker, campaign, place)
    if not serves and (kept is None or kept.filed_at is None):
        raise Http404
    if request.method == "POST":
        forbid_unless(serves)
    is_anew = "anew" in request.GET and (kept is None or kept.filed_at is None)
    text = _text(None if is_anew else kept, campaign, place)
    form = WrapUpForm(request.POST or None, initial={"text": text})
    if request.method == "POST" and form.is_valid():
        deeds.save_wrap_up(campaign, place, text=form.cleaned_data["text"], **signed(request))
        if request.POST.get("then") == "file":
            return redirect("wrap_up_file", campaign.pk, place.pk)
        messages.success(request, _("Kept. It may be written on until it is filed."))
        return redirect("wrap_up", campaign.pk, place.pk)
    context = {
        "campaign": campaign,
        "place": place,
        "kept": kept,
        "is_filed": kept is not None and kept.filed_at is not None,
        "is_anew": is_anew,
        "form": form,
        "lines": _told(campaign, place, text, kept).lines,
        "crumbs": crumbs(campaign, place, Crumb(_("Wrap-up"))),
    }
    return render(request, "secretary/campaigns/wrap_up.html", context, status=422 if form.errors else 200)


def _told(campaign: Campaign, place: Organization, text: str, kept: WrapUp | None) -> domain.WrapUp:
    filed_at = kept.filed_at if kept is not None else None
    day = localtime(filed_at).date() if filed_at else clock.today()
    return domain.WrapUp(place.name, campaign.title, text, day, draft=filed_at is None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def file(request: AskedRequest, campaign_id: UUID, organization: UUID) -> HttpResponse:
    """Read it once more, then file it; afterwards nothing in it changes."""
    campaign, place = at_work(request, campaign_id, organization)
    _refuse_too_early(campaign)
    kept = wrap_up_of(campaign, place)
    if kept is None or kept.filed_at is not None:
        return redirect("wrap_up", campaign.pk, place.pk)
    if request.method == "POST":
        deeds.file_wrap_up(campaign, place, text=kept.text, **signed(request))
        messages.success(request, _("Filed. From now on nothing in it changes."))
        return redirect("wrap_up", campaign.pk, place.pk)
    context = {
        "title": _("File the wrap-up?"),
        "action": _("File it"),
        "cancel": reverse("wrap_up", args=[campaign.pk, place.pk]),
        "lines": _told(campaign, place, kept.text, kept).lines,
        "crumbs": crumbs(campaign, place, Crumb(_("File the wrap-up?"))),
    }
    return render(request, "secretary/campaigns/file.html", context)


@login_required
@require_safe
@conflict_on(LearningRefusal)
def wrap_up_paper(request: AskedRequest, campaign_id: UUID, organization: UUID, form: str) -> HttpResponse:
    """As .docx or .pdf, marked as a draft until it is filed."""
    campaign, place = looked_at(request, campaign_id, organization)
    _refuse_too_early(campaign)
    kept = wrap_up_of(campaign, place)
    if not may_serve(request.asker, campaign, place) and (kept is None or kept.filed_at is None):
        raise Http404
    told = _told(campaign, place, _text(kept, campaign, place), kept)
    make = {"docx": wrap_up_docx, "pdf": wrap_up_pdf}[form]
    return paper(make(told, at=clock.now()), f"{place.name}{told.heading}", form)
