"""Editions of the compendium as they are read: as a page, as .docx and .pdf, and said once to be understood."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.lists.access import (
    editions_read_by,
    lists_written_by,
    may_say_understood,
    may_see_who_understood,
    may_write_lists,
)
from zhibu.apps.lists.actions.editions import say_understood
from zhibu.apps.lists.models import Edition, Understanding
from zhibu.apps.lists.papers import TITLE, paper_of
from zhibu.apps.lists.queries import changes_in, published, who_is_asked
from zhibu.documents.compendium import compendium_docx, compendium_pdf
from zhibu.domain.terms import Readership
from zhibu.web.member.lists import by_kind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, signed


@login_required
@require_safe
def compendium(request: AskedRequest) -> HttpResponse:
    """All editions one may read, the latest first."""
    rows = editions_read_by(request.asker).select_related("organization").order_by("-published_at", "-number")
    context = {"page": page_of(request, rows), "may_write": lists_written_by(request.asker).exists()}
    return render(request, "member/lists/compendium.html", context)


def _edition(request: AskedRequest, edition: UUID) -> Edition:
    rows = editions_read_by(request.asker).select_related("organization", "document")
    return get_object_or_404(rows, pk=edition)


@login_required
@require_safe
def edition(request: AskedRequest, edition: UUID) -> HttpResponse:
    """The book as it was published, from what was sealed."""
    found = _edition(request, edition)
    told = published(found)
    said = Understanding.objects.filter(edition=found, person=request.asker.person).first()
    title = _named(found)
    context = {
        "title": title,
        "edition": found,
        "told": told,
        "lists": by_kind(told.sections),
        "changes": changes_in(found),
        "said": said,
        "is_asked": said is None and may_say_understood(request.asker, found),
        "who": who_is_asked(found, clock.today()) if may_see_who_understood(request.asker, found) else None,
        "may_write": may_write_lists(request.asker, found.organization),
        "public": request.build_absolute_uri(reverse("public_edition", args=[found.pk]))
        if found.readership == Readership.PUBLIC
        else "",
        "crumbs": [Crumb(_("Compendium"), reverse("compendium")), Crumb(title)],
    }
    return render(request, "member/lists/edition.html", context)


def _named(edition: Edition) -> str:
    return f"{edition.organization.name}{TITLE}（第{edition.number}版）"


@login_required
@require_POST
def understood(request: AskedRequest, edition: UUID) -> HttpResponse:
    """Said once; said again, it stays as it was."""
    found = _edition(request, edition)
    forbid_unless(may_say_understood(request.asker, found))
    say_understood(edition=found, person=me(request), **signed(request))
    messages.success(request, _("Noted. You will not be asked again for this edition."))
    return redirect(reverse("edition", args=[found.pk]))


@login_required
@require_safe
def edition_pdf(request: AskedRequest, edition: UUID) -> HttpResponse:
    return _printed(_edition(request, edition), "pdf")


@login_required
@require_safe
def edition_docx(request: AskedRequest, edition: UUID) -> HttpResponse:
    return _printed(_edition(request, edition), "docx")


def _printed(edition: Edition, ending: str) -> HttpResponse:
    """The same bytes each time: the file's time of making is that of the edition."""
    make = compendium_pdf if ending == "pdf" else compendium_docx
    return paper(make(paper_of(edition), at=edition.published_at), _named(edition), ending)


# --- Without an account --------------------------------------------------------------------------------------------


def _public(edition: UUID) -> Edition:
    rows = Edition.objects.filter(readership=Readership.PUBLIC).select_related("organization", "document")
    return get_object_or_404(rows, pk=edition)


@require_safe
def public_edition(request: HttpRequest, edition: UUID) -> HttpResponse:
    """An edition that is open to everybody. Who reads it is not known here."""
    found = _public(edition)
    told = published(found)
    context = {"title": _named(found), "edition": found, "told": told, "lists": by_kind(told.sections)}
    return render(request, "member/lists/public.html", context)


@require_safe
def public_edition_pdf(_request: HttpRequest, edition: UUID) -> HttpResponse:
    return _printed(_public(edition), "pdf")
