"""Files that a page hands over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from zhibu.documents.tables import Table, workbook
from zhibu.web.shell import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """The bytes as a file to save under ``name``, whatever characters that has."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition or "attachment"})


def spreadsheet(title: str, tables: Sequence[Table], notes: Sequence[str] = ()) -> HttpResponse:
    """The tables as an .xlsx file named after ``title``."""
    return attachment(workbook(tables, title=title, made_at=clock.now(), notes=notes), f"{title}.xlsx", XLSX)


def json_file(title: str, document: Mapping[str, object]) -> HttpResponse:
    text = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return attachment(text.encode(), f"{title}.json", "application/json; charset=utf-8")
