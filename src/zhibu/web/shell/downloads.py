"""Files that a page hands over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import IO

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from zhibu.documents.plain import one_line
from zhibu.documents.tables import Table, workbook
from zhibu.web.shell import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: As what a paper is handed out, by the ending of its name.
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": XLSX,
}

#: What a system somewhere does not take in the name of a file; and the letters that leave room for 255 bytes.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')
_LONGEST_NAME = 80


def paper(content: bytes, name: str, ending: str) -> HttpResponse:
    """A paper to save under a name that may hold a title somebody typed."""
    return attachment(content, f"{file_name(name)}.{ending}", KINDS[ending])


def file_name(text: str) -> str:
    """``text`` as every system takes it for the name of a file: one line, nothing of a path, not too long."""
    return _NOT_IN_NAMES.sub(" ", one_line(text))[:_LONGEST_NAME].strip(" .") or "zhibu"


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """The bytes as a file to save under ``name``, whatever characters that has."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition or "attachment"})


def kept_file(place: str, name: str, kind: str) -> FileResponse:
    """A file that somebody handed in, to be saved and never shown by the browser: what is in it is not ours."""
    try:
        content = default_storage.open(place)
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def shown_file(request: HttpRequest, place: str, name: str, kind: str) -> FileResponse:
    """A picture or a recording that a page of ours shows, whole or the part of it that a player asks for.

    By itself it can do nothing: it is what we say it is, and stands in a box of its own.
    """
    answer = kept_file(place, name, kind)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    answer["Accept-Ranges"] = "bytes"
    size = int(answer["Content-Length"])
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()):
        return answer
    first, last = _between(asked[1], asked[2], size)
    content = answer.file_to_stream
    assert content is not None
    if first > last:
        content.close()  # the file alone: to close the answer would end the connection to the database
        refused = FileResponse(b"", status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, content_type=kind)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    content.seek(first)
    answer.streaming_content = _pieces(content, last - first + 1)
    answer.status_code = HTTPStatus.PARTIAL_CONTENT
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    return answer


#: One range; of several the whole is sent, as anybody may who is asked for them.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def _between(first: str, last: str, size: int) -> tuple[int, int]:
    """The first byte and the last, both included; without a first one the last so many are meant."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last or size), size - 1)


def _pieces(content: IO[bytes], left: int) -> Iterator[bytes]:
    while left > 0 and (piece := content.read(min(left, 65536))):
        left -= len(piece)
        yield piece


def spreadsheet(title: str, tables: Sequence[Table], notes: Sequence[str] = ()) -> HttpResponse:
    """The tables as an .xlsx file named after ``title``."""
    return attachment(workbook(tables, title=title, made_at=clock.now(), notes=notes), f"{title}.xlsx", XLSX)


def json_file(title: str, document: Mapping[str, object]) -> HttpResponse:
    text = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return attachment(text.encode(), f"{title}.json", "application/json; charset=utf-8")
