"""Exhibitions as they are read: on a phone, on the screen of a hall, without an account; and one's own consents."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.files import place_of
from zhibu.apps.exhibitions.access import (
    consents_answered_by,
    exhibitions_kept_by,
    exhibitions_read_by,
    exhibits_seen_by,
    exhibits_shown_to,
    may_keep_exhibition,
    public_exhibitions,
    public_exhibits,
)
from zhibu.apps.exhibitions.actions import asking
from zhibu.apps.exhibitions.errors import ExhibitionRefusal
from zhibu.apps.exhibitions.models import Exhibit, Exhibition, ShownPerson
from zhibu.apps.exhibitions.queries import FOLDER, sections_of
from zhibu.apps.lists.access import lists_written_by
from zhibu.domain.terms import Consent
from zhibu.web.shell.asking import Asked, ask, sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import shown_file
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, signed

#: Seconds for which an exhibit stays on the screen of a hall: the fewest, usual and most.
_FEWEST, _USUAL, _MOST = 5, 20, 300

#: A page that rests looks after so many seconds whether its exhibit is still shown.
_RESTS = 60

CONFLICT = 409


@login_required
@require_safe
def exhibitions(request: AskedRequest) -> HttpResponse:
    """All one may read, those one keeps among them, the latest first."""
    rows = exhibitions_read_by(request.asker).select_related("organization")
    context = {
        "page": page_of(request, rows),
        "kept": set(exhibitions_kept_by(request.asker).values_list("pk", flat=True)),
        "may_write": lists_written_by(request.asker).exists(),
        "is_asked": consents_answered_by(request.asker).exists(),
    }
    return render(request, "member/exhibitions/list.html", context)


# --- Through two doors ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Door:
    """With an account, or without: what is read there, under which names of addresses, on which page."""

    exhibitions: QuerySet[Exhibition]
    exhibits: QuerySet[Exhibit]
    prefix: str = ""

    def context(self) -> dict[str, object]:
        names = ("exhibition", "exhibit", "exhibit_picture", "exhibition_hall")
        return {
            "at": {name: f"{self.prefix}{name}" for name in names},
            "base": "shell/bare.html" if self.prefix else "shell/base.html",
        }

    def address(self, name: str, key: UUID) -> str:
        return reverse(f"{self.prefix}{name}", args=[key])


def _inside(request: AskedRequest) -> _Door:
    return _Door(exhibitions_read_by(request.asker), exhibits_shown_to(request.asker))


def _outside() -> _Door:
    return _Door(public_exhibitions(), public_exhibits(), "public_")


def _exhibition(request: HttpRequest, door: _Door, key: UUID, **more: object) -> HttpResponse:
    found = get_object_or_404(door.exhibitions.select_related("organization"), pk=key)
    context = {
        **door.context(),
        "title": found.title,
        "exhibition": found,
        "sections": sections_of(door.exhibits.filter(exhibition=found)),
        **more,
    }
    return render(request, "member/exhibitions/exhibition.html", context)


def _exhibit(request: HttpRequest, door: _Door, key: UUID) -> HttpResponse:
    found = get_object_or_404(door.exhibits.select_related("exhibition__organization"), pk=key)
    row = list(door.exhibits.filter(exhibition=found.exhibition_id).values_list("pk", flat=True))
    here = row.index(found.pk) if found.pk in row else 0
    of = found.exhibition
    context = {
        **door.context(),
        "title": found.title,
        "exhibit": found,
        "exhibition": of,
        "before": row[here - 1] if here else None,
        "after": row[here + 1] if here + 1 < len(row) else None,
        "crumbs": [
            Crumb(_("Exhibitions"), reverse("exhibitions")),
            Crumb(of.title, door.address("exhibition", of.pk)),
            Crumb(found.title),
        ],
    }
    return render(request, "member/exhibitions/exhibit.html", context)


def _picture(request: HttpRequest, rows: QuerySet[Exhibit], key: UUID) -> FileResponse:
    """``?size=large`` for halls. Asked for each time and kept nowhere: once withdrawn, it is gone."""
    found = get_object_or_404(rows.exclude(picture=""), pk=key)
    digest = found.large if request.GET.get("size") == "large" else found.picture
    return shown_file(request, place_of(FOLDER, digest), f"{digest[:8]}.jpg", "image/jpeg")


def _hall(request: HttpRequest, door: _Door, key: UUID) -> HttpResponse:
    """One exhibit, large; ``?at=`` its place, or the next one where it is gone. ``seconds``, ``pause=1``, ``run=1``.

    Each step asks anew what is shown. Without JavaScript the page goes on by itself too.
    """
    found = get_object_or_404(door.exhibitions.select_related("organization"), pk=key)
    row = list(door.exhibits.filter(exhibition=found))
    if not row:
        raise Http404
    at = _whole(request, "at", 0)
    here = next((place for place, one in enumerate(row) if one.place >= at), 0)
    seconds = min(max(_whole(request, "seconds", _USUAL), _FEWEST), _MOST)
    rests = request.GET.get("pause") == "1"
    runs = request.GET.get("run") == "1"

    def address(place: int, **flags: int) -> str:
        said: dict[str, int] = {"at": row[place % len(row)].place, **flags}
        if seconds != _USUAL:
            said["seconds"] = seconds
        return f"{door.address('exhibition_hall', found.pk)}?{urlencode(said)}"

    goes = {"run": 1} if runs else {}
    flags = {"pause": 1} if rests else goes
    context = {
        **door.context(),
        "title": found.title,
        "exhibition": found,
        "exhibit": row[here],
        "of": len(row),
        "place": here + 1,
        "rests": rests,
        "runs": runs,
        "seconds": _RESTS if rests else seconds,
        "then": address(here, **flags) if rests else address(here + 1, **flags),
        "before": address(here - 1, **flags),
        "after": address(here + 1, **flags),
        "pause": address(here, pause=1),
        "run": address(here, run=1),
    }
    return render(request, "member/exhibitions/hall.html", context)


def _whole(request: HttpRequest, name: str, usual: int) -> int:
    said = request.GET.get(name, "")
    return int(said) if said.isdecimal() and len(said) < len("100000") else usual


# --- With an account ---


@login_required
@require_safe
def exhibition(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    door = _inside(request)
    of = door.exhibitions.select_related("organization").filter(pk=exhibition_id).first()
    crumbs = [Crumb(_("Exhibitions"), reverse("exhibitions")), Crumb(of.title if of else "")]
    may_keep = of is not None and may_keep_exhibition(request.asker, of)
    return _exhibition(request, door, exhibition_id, crumbs=crumbs, may_keep=may_keep)


@login_required
@require_safe
def exhibit(request: AskedRequest, exhibit_id: UUID) -> HttpResponse:
    return _exhibit(request, _inside(request), exhibit_id)


@login_required
@require_safe
def exhibit_picture(request: AskedRequest, exhibit_id: UUID) -> FileResponse:
    """For its readers, for who is asked for consent, and for who keeps it."""
    return _picture(request, exhibits_seen_by(request.asker), exhibit_id)


@login_required
@require_safe
def exhibition_hall(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    return _hall(request, _inside(request), exhibition_id)


# --- Without one: nobody is counted, and no cookie is set ---


@require_safe
def public_exhibition(request: HttpRequest, exhibition_id: UUID) -> HttpResponse:
    return _exhibition(request, _outside(), exhibition_id)


@require_safe
def public_exhibit(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    return _exhibit(request, _outside(), exhibit_id)


@require_safe
def public_exhibit_picture(request: HttpRequest, exhibit_id: UUID) -> FileResponse:
    return _picture(request, public_exhibits(), exhibit_id)


@require_safe
def public_exhibition_hall(request: HttpRequest, exhibition_id: UUID) -> HttpResponse:
    return _hall(request, _outside(), exhibition_id)


# --- One's own consents --------------------------------------------------------------------------------------------


def _mine(request: AskedRequest) -> QuerySet[ShownPerson]:
    return consents_answered_by(request.asker).select_related("exhibit__exhibition__organization")


@login_required
@require_safe
def exhibit_consents(request: AskedRequest) -> HttpResponse:
    """Where one is shown or named, and what one has said."""
    me(request)
    context = {"page": page_of(request, _mine(request).order_by("-asked_at", "id")), "crumbs": _crumbs()}
    return render(request, "member/exhibitions/consents.html", context)


def _crumbs(*further: Crumb) -> list[Crumb]:
    way = [Crumb(_("Exhibitions"), reverse("exhibitions"))]
    title = _("My consents")
    return [*way, Crumb(title, reverse("exhibit_consents")), *further] if further else [*way, Crumb(title)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibit_consent(request: AskedRequest, consent_id: UUID) -> HttpResponse:
    """The exhibit as it would be shown, and yes or no to it."""
    found: ShownPerson = get_object_or_404(_mine(request), pk=consent_id)
    error = ""
    if request.method == "POST" and request.POST.get("answer") in {"yes", "no"}:
        agrees = request.POST["answer"] == "yes"
        try:
            asking.answer(found, agrees=agrees, seen_at=request.POST.get("seen_at", ""), **signed(request))
        except ExhibitionRefusal as refusal:
            error = str(refusal)
        else:
            told = _("You have consented. You may withdraw it at any time.") if agrees else _("It is not shown.")
            messages.success(request, told)
            return redirect("exhibit_consents")
        found = get_object_or_404(_mine(request), pk=consent_id)
    context = {
        "found": found,
        "exhibit": found.exhibit,
        "of": found.exhibit.exhibition,
        "seen_at": found.asked_at.isoformat(),
        "has_given": found.said is Consent.GIVEN,
        "error": error,
        "crumbs": _crumbs(Crumb(_("Your consent"))),
    }
    return render(request, "member/exhibitions/consent.html", context, status=CONFLICT if error else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibit_consent_withdraw(request: AskedRequest, consent_id: UUID) -> HttpResponse:
    found: ShownPerson = get_object_or_404(_mine(request), pk=consent_id)
    back = reverse("exhibit_consents")
    asked = Asked(
        _("Withdraw your consent"),
        _(
            "Picture and text are deleted at once, from every page and file here. It can not be undone. No reason is "
            "asked; the notice to the organization says which panel to take down, not who withdrew."
        ),
        _("Withdraw"),
        back,
        _crumbs(Crumb(_("Withdraw your consent"))),
    )

    def deed() -> str:
        asking.withdraw(found, **signed(request))
        return _("It is gone. The organization is told to take the printed panel down.")

    return ask(request, asked, forms.Form(sent(request)), deed, ExhibitionRefusal)
