"""Sites and sections: the posts of each, another name for one, two that are one joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.access import (
    may_rename_section,
    may_rename_site,
    posts_seen_by,
    sections_renamed_by,
    sections_seen_by,
    sites_renamed_by,
    sites_seen_by,
)
from zhibu.apps.windows.actions import places as deeds
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Section, Site
from zhibu.apps.windows.queries import with_crews
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import signed
from zhibu.web.windows.lines import lines_at
from zhibu.web.windows.now import USUAL
from zhibu.web.windows.posts import crumbs

P = TypeVar("P", Site, Section)


@dataclass(frozen=True, slots=True)
class Kind(Generic[P]):
    """What is said and asked of a site, or of a section."""

    field: str
    word: Promise
    seen: Callable[[Asker], QuerySet[P]]
    renamed: Callable[[Asker], QuerySet[P]]
    may_rename: Callable[[Asker, P], bool]
    rename: Callable[..., None]
    join: Callable[..., None]

    @property
    def page(self) -> str:
        return f"window_{self.field}"


SITE: Kind[Site] = Kind(
    "site", _lazy("Site"), sites_seen_by, sites_renamed_by, may_rename_site, deeds.rename_site, deeds.join_sites
)
SECTION: Kind[Section] = Kind(
    "section",
    pgettext_lazy("windows", "Section"),
    sections_seen_by,
    sections_renamed_by,
    may_rename_section,
    deeds.rename_section,
    deeds.join_sections,
)


@login_required
@require_safe
def site(request: AskedRequest, site_id: UUID) -> HttpResponse:
    return _page(request, SITE, get_object_or_404(sites_seen_by(request.asker), pk=site_id))


@login_required
@require_safe
def section(request: AskedRequest, section_id: UUID) -> HttpResponse:
    return _page(request, SECTION, get_object_or_404(sections_seen_by(request.asker), pk=section_id))


def _page(request: AskedRequest, kind: Kind[P], place: P) -> HttpResponse:
    """Those of its posts that the asker sees and that are there today."""
    at = clock.now()
    posts = posts_seen_by(request.asker).filter(holds_on(at.date())).filter(**{kind.field: place})
    ordered = with_crews(posts.select_related("site", "section"), at.date())
    page = page_at_once(request, ordered.order_by("site__name", "section__name", "code"), usual=USUAL)
    return render(
        request,
        "windows/place.html",
        {
            "place": place,
            "word": kind.word,
            "page": page,
            "lines": lines_at(list(page.object_list), at),
            "edit": reverse(f"{kind.page}_edit", args=[place.pk]) if request.asker.windows else "",
            "crumbs": crumbs(Crumb(place.name)),
        },
    )


class NameForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("windows", "Name"), max_length=60)


class JoinForm(forms.Form):
    def __init__(self, *args: Any, others: Sequence[Site | Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"] = forms.ChoiceField(
            label=_("Join with"),
            help_text=_("All its posts go there; this one is gone then."),
            choices=[(str(one.pk), one.name) for one in others],
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_site(request: AskedRequest, site_id: UUID) -> HttpResponse:
    return _edit(request, SITE, get_object_or_404(sites_seen_by(request.asker), pk=site_id))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_section(request: AskedRequest, section_id: UUID) -> HttpResponse:
    return _edit(request, SECTION, get_object_or_404(sections_seen_by(request.asker), pk=section_id))


def _edit(request: AskedRequest, kind: Kind[P], place: P) -> HttpResponse:
    """Two forms: ``do`` is ``rename`` or ``join``. Only for whoever manages every post there."""
    forbid_unless(kind.may_rename(request.asker, place))
    others = list(kind.renamed(request.asker).exclude(pk=place.pk))
    do = request.POST.get("do") if request.method == "POST" else None
    name = NameForm(request.POST if do == "rename" else None, initial={"name": place.name})
    join = JoinForm(request.POST if do == "join" else None, others=others)
    form: forms.Form = join if do == "join" else name
    if do and form.is_valid():
        try:
            kept = _done(request, kind, place, others, form.cleaned_data)
        except WindowRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(kind.page, kept)
    return render(
        request,
        "windows/edit_place.html",
        {
            "place": place,
            "word": kind.word,
            "name_form": name,
            "join_form": join if others else None,
            "crumbs": crumbs(Crumb(place.name, reverse(kind.page, args=[place.pk])), Crumb(_("Alter"))),
        },
        status=422 if name.errors or join.errors else 200,
    )


def _done(request: AskedRequest, kind: Kind[P], place: P, others: Sequence[P], said: dict[str, Any]) -> UUID:
    """Returns which one is there afterwards."""
    if "into" in said:
        into = next(one for one in others if str(one.pk) == said["into"])
        kind.join(place, into, **signed(request))
        return into.pk
    kind.rename(place, name=said["name"], **signed(request))
    return place.pk
