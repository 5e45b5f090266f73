"""Finding people and organizations, and a person's page: the record for those to whom it is open, else the name."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhibu.apps.people.directory import organizations_called, people_called, sight_of
from zhibu.apps.people.models import Person
from zhibu.apps.reports.actions import look_at, take_away
from zhibu.apps.reports.records import Kind, history_of, record_document, record_of, record_tables
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.downloads import json_file, spreadsheet
from zhibu.web.shell.middleware import AskedRequest

#: More are not shown: whoever finds so many types one more letter.
MOST = 20

# --- Search --------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Name, pinyin, initials, staff number or code"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )


@login_required
@require_safe
def search(request: AskedRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    people = people_called(text, request.asker, most=MOST + 1) if text else []
    places = organizations_called(text, request.asker, most=MOST + 1) if text else []
    context = {
        "form": form,
        "text": text,
        "people": people[:MOST],
        "organizations": places[:MOST],
        "are_more": max(len(people), len(places)) > MOST,
    }
    fragment = getattr(request, "htmx", False)
    return render(request, "supervision/_hits.html" if fragment else "supervision/search.html", context)


# --- A person ------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def person(request: AskedRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the word of the address
    """Opening the record of somebody else is noted for them, once a day."""
    if id == request.asker.person:
        return redirect("my_record")
    sight = sight_of(id, request.asker)
    if sight is None:
        raise Http404
    if not sight.is_open:
        lines = history_of(sight.person, kinds=(Kind.MEMBERSHIP, Kind.POST))
        held = [line for line in lines if line.holds(request.asker.on)]
        return render(request, "supervision/name.html", {"person": sight.person, "held": held})
    look_at(sight.person, asker=request.asker, at=clock.now())
    return render(
        request,
        "supervision/person.html",
        {"record": record_of(sight.person, is_own=False), "day": request.asker.on},
    )


@login_required
@require_safe
def person_xlsx(request: AskedRequest, id: UUID) -> HttpResponse:  # noqa: A002
    found = _taken(request, id)
    return spreadsheet(_title(found), record_tables(found, is_own=False))


@login_required
@require_safe
def person_json(request: AskedRequest, id: UUID) -> HttpResponse:  # noqa: A002
    found = _taken(request, id)
    return json_file(_title(found), record_document(found, on=request.asker.on, is_own=False))


def _taken(request: AskedRequest, id: UUID) -> Person:  # noqa: A002
    """The person whose record is taken away, noted for them."""
    sight = sight_of(id, request.asker)
    if sight is None:
        raise Http404
    forbid_unless(sight.is_open and id != request.asker.person)
    take_away(sight.person, asker=request.asker, at=clock.now())
    return sight.person


def _title(found: Person) -> str:
    return _("Record of %(name)s") % {"name": found.name}
