"""One thread: what was written in it, an answer, and the small deeds around it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.archive.files import place_of as file_at
from zhibu.apps.forum.access import posts_read_by
from zhibu.apps.forum.actions import asking, following
from zhibu.apps.forum.actions.pictures import FOLDER
from zhibu.apps.forum.actions.writing import write_post
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Picture, Post, Thread
from zhibu.apps.forum.queries import Line, confirmed_by, page_of_thread
from zhibu.apps.guides.access import may_read_guide, sections_kept_by
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.meetings.access import may_see_meeting
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.models import Section
from zhibu.domain.forum import ON_A_PAGE, PostState
from zhibu.web.member.forum.doors import post_met, thread_read
from zhibu.web.member.forum.forms import PostForm
from zhibu.web.member.forum.words import at_room, name_of, place_of, said_instead, shown, title_of
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: AskedRequest, thread_id: UUID) -> HttpResponse:
    """POST answers. What was typed stays in the form where it is refused."""
    found, moderates = thread_read(request, thread_id)
    form = PostForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            post = write_post(found, form.words(request), writer=me(request), **signed(request))
        except (BearsMark, ForumRefusal) as refusal:
            form.refuse(refusal)
        else:
            return redirect(place_of(post))
    return _page(request, found, form, moderates=moderates)


def _page(request: AskedRequest, found: Thread, form: PostForm, *, moderates: bool) -> HttpResponse:
    pages = Paginator(range(1, found.last_number + 1), ON_A_PAGE)
    asked = request.GET.get("page")
    page = pages.get_page(pages.num_pages if form.is_bound else asked)
    lines = page_of_thread(found, page.number, request.asker, moderates=moderates)
    is_mine = found.first is not None and found.first.writer_id == request.asker.person
    context: dict[str, Any] = {
        "thread": found,
        "title": title_of(found),
        "room_name": name_of(found.room),
        "page": page,
        "lines": [(line, _said(line)) for line in lines],
        "accepted": _accepted(found),
        "form": form,
        "moderates": moderates,
        "is_mine": is_mine,
        "may_accept": found.is_question and (is_mine or moderates),
        "sections": _sections(request.asker, found),
        "confirmed": confirmed_by(found) if is_mine and found.asks_confirmation else None,
        "about": _about(request.asker, found),
        "crumbs": at_room(found.room, Crumb(title_of(found))),
    }
    return render(request, "member/forum/thread.html", context, status=422 if form.errors else 200)


def _said(line: Line) -> str:
    return shown(line.post.text) if line.is_read else said_instead(line.post)


def _accepted(found: Thread) -> tuple[Post, str, str] | None:
    """The accepted answer, its text and where it stands."""
    post = found.accepted
    if post is None or post.word is not PostState.SHOWN:
        return None
    return post, shown(post.text), place_of(post)


def _sections(asker: Asker, found: Thread) -> list[Section]:
    """Whose guide its accepted answer may become, by the asker; none where it did already."""
    if found.accepted_id is None or found.became_id is not None:
        return []
    kept = sections_kept_by(asker)
    return list(kept.filter(pk=found.room.section_id) if found.room.section_id else kept.order_by("name"))


def _about(asker: Asker, found: Thread) -> dict[str, Any]:
    """What it belongs to, as far as the reader may open that."""
    meeting, guide, became = found.meeting, found.guide, found.became
    return {
        "meeting": meeting if meeting is not None and may_see_meeting(asker, meeting) else None,
        "guide": guide if guide is not None and may_read_guide(asker, guide) else None,
        "became": became,
        "opens_became": became is not None and may_read_guide(asker, became),
    }


@login_required
@require_safe
def post(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    """For good the same address, whatever page it stands on."""
    return redirect(place_of(post_met(request, forum_post_id)))


@login_required
@require_safe
def picture(request: AskedRequest, picture_id: UUID) -> FileResponse:
    """As long as its post is read by the asker."""
    rows = Picture.objects.filter(post__in=posts_read_by(request.asker).values("pk"))
    found = get_object_or_404(rows, pk=picture_id)
    return kept_file(file_at(FOLDER, found.sha256), f"{found.sha256[:8]}.jpg", "image/jpeg")


# --- Small deeds ---------------------------------------------------------------------------------------------------


@login_required
@require_POST
def follow(request: AskedRequest, thread_id: UUID) -> HttpResponse:
    """``do=stop``: not any more."""
    found, _moderates = thread_read(request, thread_id)
    if request.POST.get("do") == "stop":
        following.follow_no_more(me(request), thread=found)
    else:
        following.follow(me(request), thread=found)
    return redirect("forum_thread", found.pk)


@login_required
@require_POST
@conflict_on(ForumRefusal)
def confirm(request: AskedRequest, thread_id: UUID) -> HttpResponse:
    """“I have read this”, by nothing but this button. ``do=stop``: taken back."""
    found, _moderates = thread_read(request, thread_id)
    if request.POST.get("do") == "stop":
        following.take_confirmation_back(found, me(request))
    else:
        following.confirm(found, me(request))
    return redirect("forum_thread", found.pk)


@login_required
@require_POST
@conflict_on(ForumRefusal)
def accept(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    """``do=stop``: it is accepted no more."""
    answer = post_met(request, forum_post_id)
    found, moderates = thread_read(request, answer.thread_id)
    is_mine = found.first is not None and found.first.writer_id == me(request).pk
    forbid_unless(is_mine or moderates)
    if request.POST.get("do") == "stop":
        asking.accept_none(found, **signed(request))
    else:
        asking.accept_answer(found, answer, **signed(request))
        messages.success(request, _("Accepted; it stands right below the question."))
    return redirect("forum_thread", found.pk)


@login_required
@require_POST
@conflict_on(ForumRefusal, GuideRefusal)
def make_guide(request: AskedRequest, thread_id: UUID) -> HttpResponse:
    """In one step: the draft is there, and its page opens."""
    found, _moderates = thread_read(request, thread_id)
    kept = sections_kept_by(request.asker)
    section = kept.filter(pk=found.room.section_id).first() if found.room.section_id else None
    if section is None:
        forbid_unless(kept.exists())
        section = _chosen(request.POST.get("section", ""), list(kept.order_by("name")))
    draft = asking.make_guide_of_answer(found, section, writer=me(request), **signed(request))
    messages.success(request, _("The draft is there. Read it over, then hand it over for review."))
    return redirect("guide_edit", draft.guide_id)


def _chosen(asked: str, sections: list[Section]) -> Section:
    for section in sections:
        if str(section.pk) == asked or len(sections) == 1:
            return section
    raise Http404
