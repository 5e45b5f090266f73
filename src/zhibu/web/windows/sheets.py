"""The roster of a month as the sheet 排班: taken away to be filled in, and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.imports.one_roster import BroughtIn, roster_in
from zhibu.apps.people.queries import departments_on
from zhibu.apps.rosters.actions.keeping import change_roster
from zhibu.apps.rosters.models import Shift
from zhibu.apps.rosters.queries import roster_of
from zhibu.documents.workbooks.limits import DEFAULT, MEBIBYTE
from zhibu.documents.workbooks.roster import RosterLine, ShiftLine, roster_book
from zhibu.domain.terms import RosterWay
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import XLSX, attachment, file_name
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import signed
from zhibu.web.windows.units import Chosen, chosen, kept


@login_required
@require_safe
def roster_xlsx(request: AskedRequest, unit: UUID, month: str) -> HttpResponse:
    """All people of the roster, or of the section asked for."""
    of = chosen(request, unit, month)
    name = f"{of.unit.name}{of.section.name if of.section else ''} {of.month:%Y-%m}"
    content = roster_book(of.month, list(_lines(of)), [_shift(shift) for shift in Shift.objects.order_by("code")])
    return attachment(content, f"{file_name(name)}.xlsx", XLSX)


def _lines(of: Chosen) -> Iterator[RosterLine]:
    people = list(of.people())
    keys = [person.pk for person in people]
    said, departments = roster_of(keys, of.days[0], of.days[-1]), departments_on(keys, of.days[-1])
    for person in people:
        by_day = said.get(person.pk, {})
        codes = [by_day[day].code if day in by_day else "" for day in of.days]
        yield RosterLine(person.staff_number, person.name, departments.get(person.pk, ""), codes)


def _shift(shift: Shift) -> ShiftLine:
    if shift.starts is None or shift.ends is None:
        return shift.code, "", "", shift.name
    next_day = "次日" if shift.ends_next_day else ""
    return shift.code, f"{shift.starts:%H:%M}", f"{next_day}{shift.ends:%H:%M}", shift.name


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_lazy("Spreadsheet"),
        help_text=_lazy("An .xlsx or .xls with the sheet 排班. A blank cell leaves its day as it is."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > DEFAULT.packed:
            limit = {"megabytes": DEFAULT.packed // MEBIBYTE}
            raise forms.ValidationError(_("The file is larger than %(megabytes)s MB. Split it.") % limit)
        return file


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: AskedRequest, unit: UUID, month: str) -> HttpResponse:
    """All of the sheet or nothing: with a fault it is listed, row by row, and no day changes."""
    of = kept(request, unit, month)
    form = SheetForm(request.POST or None, request.FILES or None)
    found = BroughtIn({})
    if request.method == "POST" and form.is_valid():
        found = roster_in(
            form.cleaned_data["file"].read(),
            month=of.month,
            people={person.staff_number: person for person in of.people()},
            shifts={shift.code: shift for shift in Shift.objects.order_by("code")},
        )
        if not found.errors:
            count = change_roster(
                of.unit, month=of.month, cells=found.cells, way=RosterWay.WORKBOOK, **signed(request)
            )
            text = _("The sheet is brought in; %(count)s days say something else now.")
            messages.success(request, text % {"count": count})
            return redirect(of.url("roster"))
    return render(
        request,
        "windows/roster_bring_in.html",
        {
            "of": of,
            "form": form,
            "errors": page_of(request, found.errors, usual=100),
            "count": len(found.errors),
            "back": of.url("roster"),
            "xlsx": of.url("roster_xlsx"),
            "crumbs": of.crumbs(Crumb(_("Bring a sheet in"))),
        },
        status=422 if form.errors or found.errors else 200,
    )
