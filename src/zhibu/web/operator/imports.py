"""The system administrator's pages of imports: upload, look at what would happen, confirm, take back.

The same as ``zhibu import``: one plan, shown and then applied. Nothing is written before the yes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.imports.actions import bring_in, undo
from zhibu.apps.imports.errors import PlanChanged, UndoRefused
from zhibu.apps.imports.findings import Code, digest
from zhibu.apps.imports.guide import guide
from zhibu.apps.imports.models import Import
from zhibu.apps.imports.plan import Options, plan
from zhibu.apps.imports.queries import imports_newest_first, is_latest, names_of
from zhibu.apps.people.access import may_import
from zhibu.documents.workbooks.layout import LAYOUTS
from zhibu.documents.workbooks.limits import DEFAULT, MEBIBYTE
from zhibu.documents.workbooks.template import template
from zhibu.web.operator import waiting
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import SIZES, page_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: In the session: what the uploader said of each workbook that waits, by its name.
_WAITING = "waiting_workbooks"


class Said(TypedDict):
    """What the uploader said of a workbook, as a session keeps it."""

    file_name: str
    as_of: str
    month: str | None
    complete: bool


class UploadForm(forms.Form):
    file = forms.FileField(
        label=pgettext_lazy("workbook", "Workbook"),
        help_text=gettext_lazy("An .xlsx or .xls from WPS or Excel."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
    )
    as_of = forms.DateField(
        label=pgettext_lazy("workbook", "As of"),
        help_text=gettext_lazy("What has changed since the last workbook holds from this day on."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    month = forms.DateField(
        label=gettext_lazy("Month of the roster"),
        required=False,
        input_formats=["%Y-%m"],
        help_text=gettext_lazy("Only where its title does not say it, such as 2026-11."),
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )
    complete = forms.BooleanField(
        label=gettext_lazy("Who is not in the workbook has gone"),
        required=False,
        help_text=gettext_lazy(
            "Their work, membership and posts end on the day above. Otherwise they are only listed."
        ),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > DEFAULT.packed:
            limit = {"megabytes": DEFAULT.packed // MEBIBYTE}
            raise forms.ValidationError(_("The file is larger than %(megabytes)s MB. Split it.") % limit)
        return file


class Filters(forms.Form):
    """Of a long list of errors and notes: which sheet, which kind."""

    sheet = forms.ChoiceField(
        label=pgettext_lazy("workbook", "Sheet"),
        required=False,
        choices=[("", gettext_lazy("all")), *((layout.name, layout.name) for layout in LAYOUTS)],
    )
    code = forms.ChoiceField(label=pgettext_lazy("workbook", "Kind"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", _("all")), *((code.value, label) for code, label in kind_labels().items())]
        self.fields["code"].choices = kinds  # type: ignore[attr-defined] # it is a ChoiceField

    def chosen(self, report: Mapping[str, Any]) -> list[Line]:
        """Errors before notes; a wrong value asks for nothing in particular."""
        self.is_valid()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        kinds = kind_labels()
        return [
            Line(finding, kinds[Code(finding["code"])], is_error=name == "errors")
            for name in ("errors", "warnings")
            for finding in report[name]
            if all(finding[field] == value for field, value in wanted.items())
        ]


@dataclass(frozen=True, slots=True)
class Line:
    """One error or note, with its kind in words."""

    finding: Mapping[str, Any]
    kind: str
    is_error: bool


def kind_labels() -> dict[Code, str]:
    return {
        Code.MISSING: pgettext("workbook", "missing"),
        Code.DUPLICATE: pgettext("workbook", "stands twice"),
        Code.UNKNOWN: pgettext("workbook", "unknown"),
        Code.BAD_DATE: pgettext("workbook", "no date"),
        Code.BAD_VALUE: pgettext("workbook", "does not fit"),
        Code.OUT_OF_ORDER: pgettext("workbook", "in the wrong order"),
        Code.IN_FUTURE: pgettext("workbook", "in the future"),
        Code.CYCLE: pgettext("workbook", "a circle of superiors"),
        Code.TOO_BIG: pgettext("workbook", "too large"),
    }


# --- The list, the form, the template -----------------------------------------------------------------------------


@login_required
@require_safe
def imports(request: AskedRequest) -> HttpResponse:
    not_found_unless(may_import(request.asker))
    page = page_of(request, imports_newest_first())
    names = names_of(imported.actor for imported in page)
    rows = [(imported, names.get(imported.actor, _("the terminal of the server"))) for imported in page]
    return render(request, "operator/imports/list.html", {"page": page, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_import(request: AskedRequest) -> HttpResponse:
    """Uploading shows what would happen; it writes nothing but the file put aside."""
    not_found_unless(may_import(request.asker))
    at = clock.now()
    form = UploadForm(request.POST or None, request.FILES or None, initial={"as_of": at.date()})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name = waiting.keep(file.read(), at)
        month = form.cleaned_data["month"]
        said: Said = {
            "file_name": file.name,
            "as_of": form.cleaned_data["as_of"].isoformat(),
            "month": month.isoformat() if month else None,
            "complete": form.cleaned_data["complete"],
        }
        others = {key: one for key, one in _all_said(request).items() if waiting.is_fresh(key, at)}
        request.session[_WAITING] = others | {name: said}
        return redirect("waiting_import", name)
    crumbs = [Crumb(_("Imports"), reverse("imports")), Crumb(_("Import a workbook"))]
    return render(request, "operator/imports/new.html", {"form": form, "crumbs": crumbs})


@login_required
@require_safe
def import_template(request: AskedRequest) -> HttpResponse:
    not_found_unless(may_import(request.asker))
    month = clock.today().replace(day=1)
    answer = HttpResponse(template(guide(), month=month), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="zhibu-template.xlsx"'
    return answer


# --- A workbook that waits ----------------------------------------------------------------------------------------


def _all_said(request: AskedRequest) -> dict[str, Said]:
    said: dict[str, Said] = request.session.get(_WAITING, {})
    return said


def _waiting(request: AskedRequest, name: str, at: dt.datetime) -> tuple[Said, bytes]:
    """What was said of it and what it holds; 404 to everybody but the one who uploaded it, and after its hour."""
    said = _all_said(request).get(name)
    content = waiting.content_of(name, at) if said else None
    if said is None or content is None:
        raise Http404
    return said, content


def _options(said: Said) -> Options:
    return Options(
        as_of=dt.date.fromisoformat(said["as_of"]),
        month=dt.date.fromisoformat(said["month"]) if said["month"] else None,
        complete=said["complete"],
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_import(request: AskedRequest, name: str) -> HttpResponse:
    """GET shows what would happen; POST does exactly that, or shows anew what would happen now (409)."""
    not_found_unless(may_import(request.asker))
    at = clock.now()
    said, content = _waiting(request, name, at)
    if request.method != "POST":
        return _preview(request, name, said, content)
    try:
        report, imported = bring_in(
            content,
            file_name=said["file_name"],
            options=_options(said),
            actor=request.user.actor,
            at=at,
            shown=request.POST.get("shown", ""),
        )
    except PlanChanged as refusal:
        messages.warning(request, str(refusal))
        return _preview(request, name, said, content, status=HTTPStatus.CONFLICT)
    if report.errors:
        return _preview(request, name, said, content, status=HTTPStatus.CONFLICT)
    _forget(request, name)
    if imported is None:
        messages.info(request, _("The workbook says what is recorded already. Nothing was changed."))
        return redirect("imports")
    messages.success(request, _("The workbook is imported."))
    return redirect("import_of", imported.pk)


def _preview(
    request: AskedRequest, name: str, said: Said, content: bytes, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    planned = plan(content, _options(said), at=clock.now())
    changes_something = planned.changes is not None and bool(planned.changes)
    return render(
        request,
        "operator/imports/preview.html",
        {
            "name": name,
            "said": said,
            "as_of": dt.date.fromisoformat(said["as_of"]),
            "shown": digest(planned.report),
            "may_confirm": changes_something,
            "crumbs": [Crumb(_("Imports"), reverse("imports")), Crumb(said["file_name"])],
            **_report_context(request, planned.report.document()),
        },
        status=status,
    )


def _report_context(request: AskedRequest, report: Mapping[str, Any]) -> dict[str, Any]:
    """The counts, and the page of errors or notes that the reader asks for."""
    filters = Filters(request.GET)
    errors, warnings = len(report["errors"]), len(report["warnings"])
    return {
        "report": report,
        "errors": errors,
        "warnings": warnings,
        "filters": filters,
        "is_long": errors + warnings > SIZES[0],
        "page": page_of(request, filters.chosen(report)),
    }


@login_required
@require_POST
def discard_import(request: AskedRequest, name: str) -> HttpResponse:
    not_found_unless(may_import(request.asker) and name in _all_said(request))
    _forget(request, name)
    messages.info(request, _("The workbook was put away unread. Nothing was changed."))
    return redirect("imports")


def _forget(request: AskedRequest, name: str) -> None:
    waiting.discard(name)
    request.session[_WAITING] = {key: said for key, said in _all_said(request).items() if key != name}


# --- One that was imported ----------------------------------------------------------------------------------------


@login_required
@require_safe
def import_of(request: AskedRequest, imported: UUID) -> HttpResponse:
    not_found_unless(may_import(request.asker))
    found = get_object_or_404(Import.objects.defer("changes"), pk=imported)
    return render(
        request,
        "operator/imports/import.html",
        {
            "imported": found,
            "actor": names_of([found.actor]).get(found.actor, _("the terminal of the server")),
            "may_undo": is_latest(found),
            "crumbs": [Crumb(_("Imports"), reverse("imports")), Crumb(found.file_name)],
            **_report_context(request, found.report),
        },
    )


@login_required
@conflict_on(UndoRefused)
@require_http_methods(["GET", "HEAD", "POST"])
def undo_import(request: AskedRequest, imported: UUID) -> HttpResponse:
    not_found_unless(may_import(request.asker))
    found = get_object_or_404(Import, pk=imported)
    if request.method == "POST":
        undo(found, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The import is undone: everything is as it was before."))
        return redirect("import_of", found.pk)
    crumbs = [
        Crumb(_("Imports"), reverse("imports")),
        Crumb(found.file_name, reverse("import_of", args=[found.pk])),
        Crumb(_("Undo an import")),
    ]
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Undo an import"),
            "question": _("All that “%(file)s” brought and changed is taken back.") % {"file": found.file_name},
            "action": _("Undo the import"),
            "cancel": reverse("import_of", args=[found.pk]),
            "crumbs": crumbs,
        },
    )
