"""Papers that come in: files attached to a meeting, and handed out as they came."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark, FileRefused
from zhibu.apps.archive.files import place_of, refuse_too_large
from zhibu.apps.meetings.actions import papers as deeds
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Meeting, Paper
from zhibu.web.secretary.meetings.doors import run, seen
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.downloads import kept_file
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed


@login_required
@require_POST
@conflict_on(BearsMark, MeetingRefusal, FileRefused)
def attach(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """One or several files; a refused one leaves those before it attached and says which it was."""
    meeting = run(request, meeting_id)
    files = request.FILES.getlist("files")
    if not files:
        messages.warning(request, _("Choose a file first."))
    item = _item_of(meeting, request.POST.get("item", ""))
    for file in files:
        refuse_too_large(file.size or 0)
        is_signed_sheet = "is_signed_sheet" in request.POST
        deeds.add_paper(
            meeting,
            name=file.name or "",
            content=file.read(),
            item=item,
            is_signed_sheet=is_signed_sheet,
            **signed(request),
        )
        messages.success(request, _("Attached: %(name)s") % {"name": file.name})
    return redirect("meeting", meeting.pk)


def _item_of(meeting: Meeting, wanted: str) -> AgendaItem | None:
    if not wanted:
        return None
    found = next((item for item in meeting.agenda.all() if str(item.pk) == wanted), None)
    if found is None:
        raise MeetingRefusal(_("This item is no longer on the agenda. Open the meeting again and attach anew."))
    return found


@login_required
@require_safe
def download(request: AskedRequest, meeting_id: UUID, paper_id: UUID) -> FileResponse:
    """Handed out to be saved, never to be shown by the browser: what is in it is not ours."""
    meeting = seen(request, meeting_id)
    paper = get_object_or_404(Paper, pk=paper_id, meeting=meeting)
    return kept_file(place_of(deeds.FOLDER, paper.sha256), paper.name, paper.media_type)


@login_required
@require_POST
@conflict_on(MeetingRefusal)
def remove(request: AskedRequest, meeting_id: UUID, paper_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    paper = get_object_or_404(Paper, pk=paper_id, meeting=meeting)
    deeds.remove_paper(paper, **signed(request))
    messages.success(request, _("Taken off: %(name)s") % {"name": paper.name})
    return redirect("meeting", meeting.pk)
