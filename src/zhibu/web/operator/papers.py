"""Papers at the terminal, the same as a secretary gets: ledger, minutes, compendium (``contracts.md``)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from zhibu.web.operator.terminal import DataFolder, fail_usage, messages, refuse, start, write_whole

if TYPE_CHECKING:
    from zhibu.domain.minutes import RegisterSheet


class PaperFormat(StrEnum):
    DOCX = "docx"
    PDF = "pdf"


class PaperForm(StrEnum):
    REGISTER = "register"
    SUMMARY = "summary"


def ledger(
    organization: Annotated[str, typer.Argument(help="The code of the organization.")],
    year: Annotated[int, typer.Argument(help="The year, such as 2026.", min=1900, max=9998)],
    out: Annotated[Path, typer.Option("-o", "--out", help="The .xlsx file to write.", dir_okay=False)],
    data: DataFolder = None,
) -> None:
    """Write the ledger of a year (三会一课台账) as .xlsx."""
    start(data)
    from django.utils.translation import gettext as _

    from zhibu.apps.meetings.books import ledger_of
    from zhibu.apps.organizations.models import Organization
    from zhibu.documents.ledger import ledger_xlsx
    from zhibu.web.shell import clock

    of = Organization.objects.filter(code=organization).first()
    if of is None:
        refuse(_("There is no organization %(code)s.") % {"code": organization})
    told = ledger_of(of, year, on=clock.today(), reasons=True)
    _write(out, ledger_xlsx(told, at=clock.now()))
    _say(told.nothing or _("%(count)s records in %(file)s") % {"count": len(told.records), "file": out})


def minutes(
    meeting: Annotated[UUID, typer.Argument(help="The id of the meeting, as it stands in its address.")],
    paper_format: Annotated[PaperFormat, typer.Option("--format", help="The kind of file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.", dir_okay=False)],
    form: Annotated[PaperForm, typer.Option(help="会议记录 or 纪要.")] = PaperForm.REGISTER,
    data: DataFolder = None,
) -> None:
    """Write the minutes of a meeting as .docx or .pdf: the filed record, or its draft."""
    start(data)
    from django.utils.translation import gettext as _

    from zhibu.apps.meetings.models import Meeting
    from zhibu.apps.meetings.papers import sheet_now
    from zhibu.apps.meetings.queries import filing_of
    from zhibu.web.shell import clock

    at = clock.now()
    of = Meeting.objects.select_related("organization", "host", "convener", "chair", "recorder").filter(pk=meeting)
    one = of.first()
    if one is None:
        refuse(_("There is no meeting %(id)s.") % {"id": meeting})
    if one.filed_at is None and not one.roll_of.sessions.exists():
        refuse(_("“%(title)s” has no time and place yet, so it has no minutes.") % {"title": one.title})
    filed = filing_of(one)
    sheet = sheet_now(one, filed, on=at.date(), reasons=True)
    issued_on = filed.filed_at.astimezone(at.tzinfo).date() if filed else at.date()
    _write(out, _printed(sheet, form, paper_format, issued_on=issued_on, at=at))
    _say(str(out) if filed else _("%(file)s is a draft: the record is not filed yet.") % {"file": out})


def _printed(
    sheet: RegisterSheet, form: PaperForm, paper_format: PaperFormat, *, issued_on: dt.date, at: dt.datetime
) -> bytes:
    from zhibu.documents import minutes as papers
    from zhibu.domain.summary import summary_of

    if form is PaperForm.SUMMARY:
        summary = summary_of(sheet, issued_on=issued_on)
        return (papers.summary_pdf if paper_format is PaperFormat.PDF else papers.summary_docx)(summary, at=at)
    return (papers.register_pdf if paper_format is PaperFormat.PDF else papers.register_docx)(sheet, at=at)


def compendium(
    organization: Annotated[str, typer.Argument(help="The code of the organization.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The .pdf or .docx file to write.", dir_okay=False)],
    edition: Annotated[
        int | None, typer.Option(help="The number of the edition; the last unless said.", min=1)
    ] = None,
    data: DataFolder = None,
) -> None:
    """Write an edition of the compendium (制度汇编) as .pdf or .docx, as its ending says."""
    start(data)
    from django.utils.translation import gettext as _

    from zhibu.apps.lists.models import Edition
    from zhibu.apps.lists.papers import paper_of
    from zhibu.apps.organizations.models import Organization
    from zhibu.documents.compendium import compendium_docx, compendium_pdf

    try:
        made_as = {".pdf": compendium_pdf, ".docx": compendium_docx}[out.suffix.lower()]
    except KeyError:
        fail_usage(f"--out: {out.name} ends neither in .pdf nor in .docx.")
    of = Organization.objects.filter(code=organization).first()
    if of is None:
        refuse(_("There is no organization %(code)s.") % {"code": organization})
    published = Edition.objects.filter(organization=of).select_related("document").order_by("-number")
    one = published.filter(number=edition).first() if edition else published.first()
    if one is None and edition and published.exists():
        facts = {"name": of.name, "number": edition, "last": published[0].number}
        refuse(_("%(name)s has no edition %(number)s; its last is %(last)s.") % facts)
    if one is None:
        refuse(_("%(name)s has published no compendium yet.") % {"name": of.name})
    _write(out, made_as(paper_of(one), at=one.published_at))
    _say(_("Edition %(number)s of %(name)s in %(file)s") % {"number": one.number, "name": of.name, "file": out})


def _write(out: Path, content: bytes) -> None:
    from django.utils.translation import gettext as _

    try:
        write_whole(out, content)
    except OSError as error:
        refuse(_("%(file)s can not be written: %(reason)s.") % {"file": out, "reason": error.strerror})


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False, soft_wrap=True)
