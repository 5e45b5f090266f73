"""Order in a room, by those who keep it there, and appeals, by those above them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.forum.access import hidings_decided_by
from zhibu.apps.forum.actions import moderating as deeds
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.queries import earlier_texts_of
from zhibu.domain.forum import AppealOutcome, PostState
from zhibu.web.member.forum.doors import post_moderated, thread_moderated
from zhibu.web.member.forum.forms import DecisionForm, ReasonForm
from zhibu.web.member.forum.words import at_room, at_thread, crumbs, name_of, place_of, shown, title_of
from zhibu.web.shell.answers import conflict_on, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, signed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ForumRefusal)
def hide(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    post = post_moderated(request, forum_post_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deeds.hide_post(post, because=form.cleaned_data["because"], by=me(request), **signed(request))
        messages.success(request, _("Hidden. The writer is told why, and may appeal once."))
        return redirect(place_of(post))
    context = {
        "title": _("Hide this post"),
        "question": _("Others read that it is hidden. The writer reads the reason and that it was you."),
        "action": _("Hide"),
        "cancel": place_of(post),
        "form": form,
        "crumbs": at_room(post.thread.room, Crumb(title_of(post.thread), place_of(post)), Crumb(_("Hide"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(ForumRefusal)
def unhide(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    post = post_moderated(request, forum_post_id)
    deeds.unhide_post(post, **signed(request))
    messages.success(request, _("It is shown again."))
    return redirect(place_of(post))


@login_required
@require_safe
def versions(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    """What a post said before, for the moderators; its writer reads it on a page of their own."""
    post = post_moderated(request, forum_post_id)
    not_found_unless(post.word is not PostState.DELETED)
    context = {
        "post": post,
        "text": shown(post.text),
        "earlier": [(each, shown(each.text)) for each in earlier_texts_of(post)],
        "there": place_of(post),
        "crumbs": at_room(post.thread.room, Crumb(title_of(post.thread), place_of(post)), Crumb(_("Earlier texts"))),
    }
    return render(request, "member/forum/versions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ForumRefusal)
def lock(request: AskedRequest, thread_id: UUID) -> HttpResponse:
    thread = thread_moderated(request, thread_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deeds.lock_thread(thread, because=form.cleaned_data["because"], by=me(request), **signed(request))
        messages.success(request, _("Locked. It is read, and nothing more is written in it."))
        return redirect("forum_thread", thread.pk)
    context = {
        "title": _("Lock this thread"),
        "question": _("Nothing more is written in it. The reason stands above it."),
        "action": _("Lock"),
        "cancel": reverse("forum_thread", args=[thread.pk]),
        "form": form,
        "crumbs": at_thread(thread, Crumb(_("Lock"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def unlock(request: AskedRequest, thread_id: UUID) -> HttpResponse:
    thread = thread_moderated(request, thread_id)
    deeds.unlock_thread(thread, **signed(request))
    messages.success(request, _("Open again."))
    return redirect("forum_thread", thread.pk)


# --- Appeals -------------------------------------------------------------------------------------------------------

_WITH_POST = ("post__writer", "post__thread__room__home", "post__thread__room__section", "by")


@login_required
@require_safe
def appeals(request: AskedRequest) -> HttpResponse:
    """Those that wait for the asker, the longest waiting first."""
    rows = hidings_decided_by(request.asker).select_related(*_WITH_POST).order_by("appealed_at")
    page = page_of(request, rows)
    context = {
        "page": page,
        "lines": [(hiding, name_of(hiding.post.thread.room)) for hiding in page],
        "crumbs": crumbs(Crumb(_("Appeals"))),
    }
    return render(request, "member/forum/appeals.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ForumRefusal)
def appeal(request: AskedRequest, appeal_id: UUID) -> HttpResponse:
    """The post, why it was hidden and what its writer says; nothing else of the room."""
    rows = hidings_decided_by(request.asker).select_related(*_WITH_POST)
    hiding = get_object_or_404(rows, pk=appeal_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        outcome = AppealOutcome(said["outcome"])
        deeds.decide_appeal(hiding, outcome, words=said["words"], by=me(request), **signed(request))
        messages.success(request, _("Decided. The writer is told."))
        return redirect("forum_appeals")
    context = {
        "hiding": hiding,
        "text": shown(hiding.post.text),
        "room_name": name_of(hiding.post.thread.room),
        "form": form,
        "crumbs": crumbs(Crumb(_("Appeals"), reverse("forum_appeals")), Crumb(_("Appeal"))),
    }
    return render(request, "member/forum/appeal.html", context, status=422 if form.errors else 200)
