"""What anybody says about the service, on one screen without an account; and what was changed because of it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.feedback.actions.saying import LONGEST, say
from zhibu.apps.feedback.errors import FeedbackRefusal, TooMuchFeedback
from zhibu.apps.feedback.queries import changed, places_of, works_alone
from zhibu.apps.windows.models import Site, WindowPost
from zhibu.domain.terms import FeedbackKind
from zhibu.web.shell import clock
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.paging import page_at_once
from zhibu.web.windows.public.places import posts_there

_TOO_MANY = 429


class FeedbackForm(MarkedForm):
    kind = forms.ChoiceField(
        label=_lazy("What it is"),
        choices=[(word.value, word.zh) for word in FeedbackKind],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_lazy("About the service"),
        max_length=LONGEST,
        help_text=_lazy("Please name nobody: it is about the service. No name, phone or address is asked or kept."),
        widget=forms.Textarea({"rows": 5}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def of_post(request: HttpRequest, code: str) -> HttpResponse:
    """About a post; about its site where one person works there alone."""
    found = get_object_or_404(posts_there(clock.today()), code=code)
    alone = works_alone(found, clock.today())
    return _say(request, found.site, found, found.site.name if alone else f"{found.site.name} {found.name}")


@require_http_methods(["GET", "HEAD", "POST"])
def of_site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    there = posts_there(clock.today()).filter(site=site_id).values("site")
    found = get_object_or_404(Site.objects.filter(pk__in=there.order_by()), pk=site_id)
    return _say(request, found, None, found.name)


def _say(request: HttpRequest, site: Site, post: WindowPost | None, place: str) -> HttpResponse:
    form = FeedbackForm(request.POST or None, initial={"kind": FeedbackKind.SUGGESTION.value})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kind = FeedbackKind(form.cleaned_data["kind"])
                words, is_no_mark = form.cleaned_data["text"], form.has_tick
                say(words, kind=kind, site=site, post=post, is_no_mark=is_no_mark, at=clock.now())
            except TooMuchFeedback as refusal:
                form.add_error(None, str(refusal))
                status = _TOO_MANY
            except (BearsMark, FeedbackRefusal) as refusal:
                form.refuse(refusal, "text")
            else:
                return redirect("public_feedback_thanks")
    return render(request, "windows/public/feedback.html", {"form": form, "place": place}, status=status)


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "windows/public/thanks.html")


@require_safe
def what_changed(request: HttpRequest) -> HttpResponse:
    """What was closed in public: what changed and where, not what was said."""
    page = page_at_once(request, changed())
    names = places_of(page.object_list, clock.today())
    lines = [(row, names[row.pk]) for row in page]
    return render(request, "windows/public/changed.html", {"page": page, "lines": lines})
