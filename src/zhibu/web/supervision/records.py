"""Filed records for those who oversee: found, read, commented on. Ordered by day, tree or title, never by a rate."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.meetings.access import (
    comments_seen_by,
    may_comment,
    may_oversee,
    may_see_reasons,
    may_settle,
    meetings_seen_by,
    office_above,
)
from zhibu.apps.meetings.actions import filing as deeds
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.filed import (
    Exchange,
    FiledRecord,
    Order,
    Talk,
    Wanted,
    comments_about,
    filed_records,
    organizations_with_records,
    read,
    read_for_table,
    talk_about,
)
from zhibu.apps.meetings.models import Comment, Filing, Meeting
from zhibu.apps.meetings.papers import sheet_of
from zhibu.apps.meetings.queries import month_or_year
from zhibu.apps.organizations.models import Organization
from zhibu.documents.tables import Table
from zhibu.domain.minutes import register_fields
from zhibu.domain.terms import MeetingKind
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.forms import MOST_OFFERED, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import signed
from zhibu.web.shell.templatetags.words import word

# --- The list -------------------------------------------------------------------------------------------------------

_ALL = ("", _lazy("All"))

_TALKS = {
    Talk.OPEN: _lazy("with open requests"),
    Talk.ANSWERED: _lazy("answered, to be read"),
    Talk.REMARK: _lazy("with any comment"),
}

_ORDERS = {
    Order.NEWEST: _lazy("the latest first"),
    Order.OLDEST: _lazy("the earliest first"),
    Order.PLACE: _lazy("by place in the tree"),
    Order.TITLE: _lazy("by title"),
}


class Filters(forms.Form):
    """Which records, and in which order. A filter that can not be read leaves everything in."""

    q = forms.CharField(
        label=_lazy("Title or agenda"), required=False, max_length=60, widget=forms.TextInput({"type": "search"})
    )
    organization = forms.CharField()
    kind = forms.ChoiceField(label=_lazy("Kind"), required=False)
    month = forms.RegexField(
        r"^\d{4}(-\d{1,2})?$",
        label=_lazy("Year or month"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "placeholder": "2026-11"}),
    )
    talk = forms.ChoiceField(
        label=_lazy("Comments"),
        required=False,
        choices=[_ALL, *((talk.value, name) for talk, name in _TALKS.items())],
    )
    sort = forms.ChoiceField(
        label=_lazy("Order"), required=False, choices=[(order.value, name) for order, name in _ORDERS.items()]
    )

    def __init__(self, *args: Any, organizations: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"] = organization_field(_("Organization, and all below it"), organizations)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [_ALL, *((kind.value, word(kind)) for kind in MeetingKind)]

    @property
    def is_used(self) -> bool:
        return any(self.data.get(name) for name in self.fields if name != "sort")

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        asked = self.cleaned_data if self.is_bound else {}
        return Wanted(
            text=asked.get("q", ""),
            organization=asked.get("organization", ""),
            kind=MeetingKind(asked["kind"]) if asked.get("kind") else None,
            within=month_or_year(asked.get("month", "")),
            talk=Talk(asked["talk"]) if asked.get("talk") else None,
            order=Order(asked["sort"]) if asked.get("sort") else Order.NEWEST,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A record with the chip that says how far the talk about it has come; no chip where nothing was said."""

    record: FiledRecord
    says: str
    chip: str

    @property
    def meeting(self) -> Meeting:
        return self.record.filing.meeting


@login_required
@require_safe
def records(request: AskedRequest) -> HttpResponse:
    form, rows = _asked(request)
    page = page_of(request, rows)
    return render(
        request,
        "supervision/records.html",
        {
            "form": form,
            "page": page,
            "lines": list(_lines(read(page))),
            "order": form.wanted.order.value,
            "xlsx": f"{reverse('records_xlsx')}?{request.GET.urlencode()}",
        },
    )


@login_required
@require_safe
def records_xlsx(request: AskedRequest) -> HttpResponse:
    """The list as it is narrowed, and on a second sheet what was said and what came of it."""
    _form, rows = _asked(request)
    title = _("Filed records")
    records = _table_of_records(_lines(read_for_table(rows)))
    tables = [records, _table_of_comments(comments_about(rows, request.asker))]
    notes = (title, _("As of %(day)s") % {"day": clock.today().isoformat()})
    return spreadsheet(title, tables, notes=notes)


def _asked(request: AskedRequest) -> tuple[Filters, QuerySet[Filing]]:
    forbid_unless(bool(request.asker.offices))
    form = Filters(request.GET or None, organizations=organizations_with_records(request.asker)[: MOST_OFFERED + 1])
    return form, filed_records(request.asker, form.wanted)


def _lines(records: Iterable[FiledRecord]) -> Iterator[Line]:
    return (Line(record, *_in_words(record)) for record in records)


def _in_words(record: FiledRecord) -> tuple[str, str]:
    """What the chip says, and its kind. The day is named and not judged."""
    match record.talk:
        case Talk.OPEN:
            assert record.due is not None
            return _("supplement by %(day)s") % {"day": _short(record.due)}, "open"
        case Talk.ANSWERED:
            return _("answered, to be read"), "note"
        case Talk.SETTLED:
            return _("settled"), "done"
        case Talk.REMARK:
            return _("commented"), "quiet"
        case Talk.NONE:
            return "", ""


def _short(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _table_of_records(lines: Iterable[Line]) -> Table:
    headings = (
        _("Organization"),
        _("Code"),
        _("Kind"),
        _("Meeting"),
        _("Day"),
        _("Filed"),
        _("Entered afterwards, because"),
        _("Comments"),
    )
    rows = [
        (
            line.meeting.organization.name,
            line.meeting.organization.code,
            word(line.meeting.word),
            line.meeting.title,
            line.meeting.held_on.isoformat() if line.meeting.held_on else "",
            localtime(line.record.filing.filed_at).date().isoformat(),
            line.meeting.late_reason,
            line.says,
        )
        for line in lines
    ]
    return Table(_("Filed records"), headings, rows)


def _table_of_comments(comments: Iterable[Comment]) -> Table:
    headings = (
        _("Organization"),
        _("Meeting"),
        _("Day"),
        _("Said by"),
        _("Said on"),
        _("Comment"),
        _("Supplement by"),
        _("Answer"),
        _("Settled on"),
    )
    rows = [
        (
            comment.filing.meeting.organization.name,
            comment.filing.meeting.title,
            comment.filing.meeting.held_on.isoformat() if comment.filing.meeting.held_on else "",
            f"{comment.office.name} {comment.by.name}",
            _day(comment.made_at),
            comment.text,
            comment.due.isoformat() if comment.due else "",
            "\n".join(answer.text for answer in comment.answers.all()),
            _day(comment.closed_at),
        )
        for comment in comments
    ]
    return Table(_("Comments"), headings, rows)


def _day(at: dt.datetime | None) -> str:
    return localtime(at).date().isoformat() if at else ""


# --- One record -----------------------------------------------------------------------------------------------------


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_lazy("What you want to say about this record"),
        help_text=_lazy("Those who run the meeting and the offices above read it; other members do not."),
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
    )
    due = forms.DateField(
        label=_lazy("A supplement is asked for by"),
        help_text=_lazy("Leave it empty where nothing is asked."),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_due(self) -> dt.date | None:
        due: dt.date | None = self.cleaned_data["due"]
        if due is not None and due < clock.today():
            raise forms.ValidationError(_("This day is past. Choose today or a later one."))
        return due


@dataclass(frozen=True, slots=True)
class Said:
    """A comment with its answers, and what this asker may do with it."""

    exchange: Exchange
    may_settle: bool
    may_withdraw: bool


def _overseen(request: AskedRequest, meeting_id: UUID) -> Filing:
    """The filed record; 404 where the meeting is not visible or not filed, 403 where others oversee it."""
    visible = Filing.objects.filter(meeting__in=meetings_seen_by(request.asker))
    filed: Filing = get_object_or_404(visible.select_related("document", "meeting__organization"), meeting=meeting_id)
    forbid_unless(may_oversee(request.asker, filed.meeting))
    return filed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def filed_record(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """The record, what was said about it and what came of it. POST says one thing more."""
    filed = _overseen(request, meeting_id)
    form = CommentForm(request.POST or None)
    if request.method == "POST":
        forbid_unless(may_comment(request.asker, filed.meeting))
        if form.is_valid():
            return _said(request, filed, form)
    talk = talk_about(filed)
    sheet = sheet_of(
        json.loads(filed.document.text),
        recorded_on=localtime(filed.filed_at).date(),
        reasons=may_see_reasons(request.asker, filed.meeting),
    )
    context = {
        "filed": filed,
        "meeting": filed.meeting,
        "fields": register_fields(sheet),
        "corrections": talk.unasked,
        "papers": list(filed.meeting.papers.all()),
        "comments": [_open_to(request, one) for one in talk.exchanges],
        "form": form if may_comment(request.asker, filed.meeting) else None,
        "crumbs": [Crumb(_("Filed records"), reverse("records")), Crumb(filed.meeting.title)],
    }
    return render(request, "supervision/record.html", context, status=422 if form.errors else 200)


def _said(request: AskedRequest, filed: Filing, form: CommentForm) -> HttpResponse:
    office = Organization.objects.get(path=office_above(request.asker, filed.meeting))
    assert request.user.person is not None  # whoever holds an office is a person
    facts = form.cleaned_data
    deeds.comment(
        filed, by=request.user.person, office=office, text=facts["text"], due=facts["due"], **signed(request)
    )
    messages.success(
        request,
        _("Asked. It stands on the record and on the list of those who run the meeting.")
        if facts["due"]
        else _("Your comment stands beside the record."),
    )
    return _back(filed.meeting_id)


def _open_to(request: AskedRequest, exchange: Exchange) -> Said:
    settles = may_settle(request.asker, exchange.comment)
    is_fresh = exchange.comment.closed_at is None and not exchange.answers
    return Said(exchange, may_settle=settles, may_withdraw=settles and is_fresh)


def _back(meeting_id: UUID) -> HttpResponseRedirect:
    return redirect(f"{reverse('filed_record', args=[meeting_id])}#comments")


def _settled_by(request: AskedRequest, meeting_id: UUID, comment_id: UUID) -> Comment:
    """The comment; 404 where there is none here, 403 where another committee settles it."""
    filed = _overseen(request, meeting_id)
    forbid_unless(may_comment(request.asker, filed.meeting))
    visible = comments_seen_by(request.asker).filter(filing=filed).select_related("office")
    comment = get_object_or_404(visible, pk=comment_id)
    comment.filing = filed
    forbid_unless(may_settle(request.asker, comment))
    return comment


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def settle(request: AskedRequest, meeting_id: UUID, comment_id: UUID) -> HttpResponse:
    """One tap; where it was one too many, the comment can be opened again."""
    deeds.close_comment(_settled_by(request, meeting_id, comment_id), **signed(request))
    messages.success(request, _("Settled. It can be opened again at any time."))
    return _back(meeting_id)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def reopen(request: AskedRequest, meeting_id: UUID, comment_id: UUID) -> HttpResponse:
    deeds.reopen_comment(_settled_by(request, meeting_id, comment_id), **signed(request))
    messages.success(request, _("Open again."))
    return _back(meeting_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def withdraw(request: AskedRequest, meeting_id: UUID, comment_id: UUID) -> HttpResponse:
    comment = _settled_by(request, meeting_id, comment_id)
    if request.method == "POST":
        deeds.withdraw_comment(comment, **signed(request))
        messages.success(request, _("Taken back."))
        return _back(meeting_id)
    context = {
        "title": _("Take a comment back"),
        "question": _("It no longer stands beside the record: “%(text)s”") % {"text": comment.text[:200]},
        "action": _("Take back"),
        "cancel": reverse("filed_record", args=[meeting_id]),
    }
    return render(request, "shell/confirm.html", context)
