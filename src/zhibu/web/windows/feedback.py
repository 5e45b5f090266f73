"""Feedback at the desk of those who manage the windows: closed with what changed; and the codes to hang up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.feedback.access import feedback_read_by, sites_heard_by
from zhibu.apps.feedback.actions import saying
from zhibu.apps.feedback.errors import FeedbackRefusal
from zhibu.apps.feedback.models import Feedback
from zhibu.apps.feedback.queries import places_of, posts_named
from zhibu.apps.windows.access import posts_managed_by
from zhibu.documents.tables import Table
from zhibu.domain.terms import FeedbackKind, FeedbackState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.codes import picture_of
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import me, signed

#: Rows of a workbook, and codes of a sheet.
_MOST_ROWS, _MOST_CODES = 10_000, 100


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Feedback"), reverse("feedback") if further else ""), *further]


class FilterForm(forms.Form):
    """A filter that can not be read leaves everything in."""

    state = forms.ChoiceField(
        label=_lazy("State"),
        required=False,
        choices=[("", _lazy("All")), *((word.value, word.zh) for word in FeedbackState)],
    )
    kind = forms.ChoiceField(
        label=_lazy("What it is"),
        required=False,
        choices=[("", _lazy("All")), *((word.value, word.zh) for word in FeedbackKind)],
    )
    site = forms.ChoiceField(label=_lazy("Site"), required=False)

    def __init__(self, *args: Any, sites: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *sites]


def _chosen(request: AskedRequest) -> tuple[FilterForm, QuerySet[Feedback]]:
    """The filters and what they leave: what is open first, then the latest."""
    sites = [(str(one.pk), one.name) for one in sites_heard_by(request.asker)]
    form = FilterForm(request.GET, sites=sites)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    is_open = Case(When(state=FeedbackState.OPEN.value, then=Value(0)), default=Value(1))
    rows = feedback_read_by(request.asker).filter(**asked).select_related("site", "post")
    return form, rows.order_by(is_open, "-said_on", "-pk")


@login_required
@require_safe
def inbox(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.windows))
    form, rows = _chosen(request)
    page = page_at_once(request, rows)
    names = places_of(page.object_list, clock.today())
    lines = [(row, names[row.pk]) for row in page]
    query = request.GET.urlencode()
    xlsx = reverse("feedback_xlsx") + (f"?{query}" if query else "")
    context = {"form": form, "page": page, "lines": lines, "xlsx": xlsx, "crumbs": _crumbs()}
    return render(request, "windows/feedback/inbox.html", context)


@login_required
@require_safe
def inbox_xlsx(request: AskedRequest) -> HttpResponse:
    """What the filters leave. No name stands in it."""
    forbid_unless(bool(request.asker.windows))
    _form, chosen = _chosen(request)
    rows = list(chosen[:_MOST_ROWS])
    names = places_of(rows, clock.today())
    table = Table(
        name=_("Feedback"),
        columns=(
            _("Day"),
            _("Which place"),
            _("What it is"),
            _("What was said"),
            _("State"),
            _("What changed"),
            _("Public"),
        ),
        rows=[
            (
                row.said_on.isoformat(),
                names[row.pk],
                row.word.zh,
                row.text or _("(struck)"),
                row.state_word.zh,
                row.answer,
                _("yes") if row.is_public else _("no"),
            )
            for row in rows
        ],
    )
    return spreadsheet(_("Feedback"), [table])


class CloseForm(MarkedForm):
    answer = forms.CharField(
        label=_lazy("What changed, or why nothing did"),
        max_length=saying.LONGEST,
        help_text=_lazy("Name nobody; it may be read by all."),
        widget=forms.Textarea({"rows": 4}),
    )
    is_public = forms.BooleanField(label=_lazy("Anybody reads what changed"), required=False)


def _read(request: AskedRequest, feedback_id: UUID) -> Feedback:
    return get_object_or_404(feedback_read_by(request.asker).select_related("site", "post"), pk=feedback_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AskedRequest, feedback_id: UUID) -> HttpResponse:
    found = _read(request, feedback_id)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            saying.close_feedback(
                found,
                answer=said["answer"],
                is_public=said["is_public"],
                is_no_mark=form.has_tick,
                by=me(request),
                **signed(request),
            )
        except (BearsMark, FeedbackRefusal) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Closed."))
            return redirect("feedback_one", found.pk)
    place = places_of([found], clock.today())[found.pk]
    return render(
        request,
        "windows/feedback/one.html",
        {
            "feedback": found,
            "place": place,
            "form": form,
            "is_open": found.state_word is FeedbackState.OPEN,
            "crumbs": _crumbs(Crumb(f"{found.word.zh} {found.said_on:%Y-%m-%d}")),
        },
        status=422 if form.errors else 200,
    )


@login_required
@conflict_on(FeedbackRefusal)
@require_POST
def show(request: AskedRequest, feedback_id: UUID) -> HttpResponse:
    """``public``: ``yes`` or ``no``."""
    found = _read(request, feedback_id)
    saying.show_to_all(found, is_public=request.POST.get("public") == "yes", **signed(request))
    messages.success(request, _("Saved."))
    return redirect("feedback_one", found.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def strike(request: AskedRequest, feedback_id: UUID) -> HttpResponse:
    found = _read(request, feedback_id)
    if request.method == "POST":
        saying.strike_feedback(found, **signed(request))
        messages.success(request, _("The words are gone."))
        return redirect("feedback_one", found.pk)
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Strike the words"),
            "question": _("They name somebody. They go for good; that something was said stays."),
            "action": _("Strike"),
            "cancel": reverse("feedback_one", args=[found.pk]),
            "crumbs": _crumbs(Crumb(_("Strike the words"))),
        },
    )


@dataclass(frozen=True, slots=True)
class Code:
    """A sheet to hang up: of a site, or of a post at which nobody works alone."""

    place: str
    address: str
    picture: SafeString


@login_required
@require_safe
def codes(request: AskedRequest) -> HttpResponse:
    """To be printed, one a page."""
    forbid_unless(bool(request.asker.windows))
    sites = [(one.name, reverse("public_feedback_site", args=[one.pk])) for one in sites_heard_by(request.asker)]
    posts = posts_named(clock.today(), posts_managed_by(request.asker)).select_related("site").order_by("code")
    named = [(f"{post.site.name} {post.name}", reverse("public_feedback_post", args=[post.code])) for post in posts]
    sheets = [
        Code(place, settings.URL + path, picture_of(settings.URL + path))
        for place, path in [*sites, *named][:_MOST_CODES]
    ]
    context = {"codes": sheets, "crumbs": _crumbs(Crumb(_("Codes to hang up")))}
    return render(request, "windows/feedback/codes.html", context)
