"""My record: all that is held about me, what for, for how long, and who looked."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.organizations.queries import names_of
from zhibu.apps.reports.looks import Look, looks_at
from zhibu.apps.reports.records import record_document, record_of, record_tables
from zhibu.web.shell.downloads import json_file, spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me


@login_required
@require_safe
def my_record(request: AskedRequest) -> HttpResponse:
    record = record_of(me(request), is_own=True)
    return render(request, "member/record.html", {"record": record, "day": request.asker.on})


@dataclass(frozen=True, slots=True)
class LookLine:
    """``office`` is the name of the organization by whose post it was open; empty where that is not known."""

    look: Look
    office: str


@login_required
@require_safe
def my_looks(request: AskedRequest) -> HttpResponse:
    page = page_of(request, looks_at(me(request)))
    names = names_of({look.office for look in page.object_list if look.office})
    lines = [LookLine(look, names.get(look.office, "") if look.office else "") for look in page.object_list]
    return render(request, "member/looks.html", {"page": page, "lines": lines})


@login_required
@require_safe
def my_record_xlsx(request: AskedRequest) -> HttpResponse:
    return spreadsheet(_("My record"), record_tables(me(request), is_own=True))


@login_required
@require_safe
def my_record_json(request: AskedRequest) -> HttpResponse:
    return json_file(_("My record"), record_document(me(request), on=request.asker.on, is_own=True))
