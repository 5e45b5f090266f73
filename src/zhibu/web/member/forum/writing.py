"""A thread is begun, one's own posts are put right, withdrawn, deleted, and looked over in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.forum.access import own_posts
from zhibu.apps.forum.actions import moderating, taking_back, writing
from zhibu.apps.forum.actions.writing import About, Kind
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Post
from zhibu.apps.forum.queries import earlier_texts_of, open_hidings
from zhibu.apps.guides.access import guides_read_by
from zhibu.apps.meetings.access import OPEN_TO_MEMBERS, PRIVATE, meetings_seen_by
from zhibu.apps.meetings.models import AgendaItem
from zhibu.domain.forum import PostState, RoomKind
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP
from zhibu.web.member.forum.doors import place_at, post_met, room_entered
from zhibu.web.member.forum.forms import AppealForm, EditForm, ThreadForm
from zhibu.web.member.forum.words import at_room, crumbs, name_of, place_of, said_instead, shown, title_of
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import me, signed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest, room_key: str) -> HttpResponse:
    """``?item=``, ``?meeting=`` or ``?guide=``: what it belongs to; what the asker may not see is not there."""
    entered = room_entered(request, room_key)
    about = _about(request, entered.word, entered.home.path)
    form = ThreadForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kind = Kind(is_question=said["is_question"], asks_confirmation=said["asks_confirmation"], about=about)
        try:
            begun = writing.begin_thread(
                place_at(entered), form.words(request), writer=me(request), kind=kind, **signed(request)
            )
        except (BearsMark, ForumRefusal) as refusal:
            form.refuse(refusal)
        else:
            return redirect("forum_thread", begun.pk)
    context = {
        "form": form,
        "title": _("New thread"),
        "about": about,
        "back": reverse("forum_room", args=[room_key]),
        "action": _("Send"),
        "crumbs": crumbs(Crumb(name_of(entered), reverse("forum_room", args=[room_key])), Crumb(_("New thread"))),
    }
    return render(request, "member/forum/write.html", context, status=422 if form.errors else 200)


def _about(request: AskedRequest, kind: RoomKind, home: str) -> About:
    """A meeting only in the room of the branch that holds it, whose members all see it; a guide anywhere."""
    asked = {name: _uuid(request.GET.get(name, "")) for name in ("item", "meeting", "guide")}
    if asked["guide"]:
        return About(guide=get_object_or_404(guides_read_by(request.asker), pk=asked["guide"]))
    if not (asked["item"] or asked["meeting"]):
        return About()
    seen = meetings_seen_by(request.asker).filter(kind__in=[word.value for word in OPEN_TO_MEMBERS])
    seen = seen.exclude(stage__in=[stage.value for stage in PRIVATE]).select_related("organization")
    item = None
    if asked["item"]:
        item = get_object_or_404(AgendaItem.objects.filter(meeting__in=seen.values("pk")), pk=asked["item"])
    meeting = get_object_or_404(seen, pk=item.meeting_id if item is not None else asked["meeting"])
    path = meeting.organization.path
    held_by = path[:-STEP] if meeting.organization.word is OrganizationKind.GROUP else path
    forbid_unless(kind is RoomKind.BRANCH and held_by == home)
    return About(meeting=meeting, agenda_item=item)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# --- One's own -----------------------------------------------------------------------------------------------------


def _own(request: AskedRequest, post_id: UUID) -> Post:
    """404 where it is not met, 403 where somebody else wrote it; one's own also in a room one has left."""
    rows = own_posts(request.asker).select_related("thread__room__home", "thread__room__section", "thread__first")
    post = rows.filter(pk=post_id).first()
    if post is None:
        post_met(request, post_id)
    forbid_unless(post is not None)
    assert post is not None
    return post


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ForumRefusal)
def edit(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    own = _own(request, forum_post_id)
    post_met(request, forum_post_id)
    kept = list(own.pictures.all())
    form = EditForm(
        request.POST if request.method == "POST" else None,
        is_first=own.is_first,
        kept=kept,
        initial={"title": own.title, "text": own.text},
    )
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data.get("drop", ()))
        drop = [picture for picture in kept if str(picture.pk) in chosen]
        try:
            writing.edit_post(own, form.words(request), drop=drop, **signed(request))
        except (BearsMark, ForumRefusal) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved. What it said before is kept for the moderators."))
            return redirect(place_of(own))
    context = {
        "form": form,
        "title": _("Edit"),
        "pictures": kept,
        "back": place_of(own),
        "action": _("Save"),
        "crumbs": at_room(own.thread.room, Crumb(title_of(own.thread), place_of(own)), Crumb(_("Edit"))),
    }
    return render(request, "member/forum/write.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Mine:
    """A post of one's own in the list."""

    post: Post
    title: str
    room: str


@login_required
@require_safe
def mine(request: AskedRequest) -> HttpResponse:
    """All that one wrote, also in rooms that one has left."""
    rows = own_posts(request.asker).select_related("thread__first", "thread__room__home", "thread__room__section")
    page = page_at_once(request, rows.order_by("-written_at", "-pk"))
    lines = [Mine(post, title_of(post.thread), name_of(post.thread.room)) for post in page]
    context = {"page": page, "lines": lines, "crumbs": crumbs(Crumb(_("What I wrote")))}
    return render(request, "member/forum/mine.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BearsMark, ForumRefusal)
def own(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    """One's own post: what became of it, why it was hidden, and the appeal, which is sent by POST."""
    post = _own(request, forum_post_id)
    hiding = open_hidings([post.pk]).first() or post.hidings.select_related("by", "decided_by").first()
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        moderating.appeal(post, text=form.cleaned_data["text"], **signed(request))
        messages.success(request, _("A superior's moderator is asked. The answer will stand here."))
        return redirect("forum_own", post.pk)
    context: dict[str, Any] = {
        "post": post,
        "title": title_of(post.thread),
        "text": shown(post.text),
        "state": "" if post.word is PostState.SHOWN else said_instead(post),
        "room_name": name_of(post.thread.room),
        "hiding": hiding,
        "may_appeal": hiding is not None and hiding.lifted_at is None and hiding.appealed_at is None,
        "earlier": earlier_texts_of(post),
        "form": form,
        "there": place_of(post),
        "crumbs": crumbs(Crumb(_("What I wrote"), reverse("forum_mine")), Crumb(title_of(post.thread))),
    }
    return render(request, "member/forum/own.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@conflict_on(ForumRefusal)
def withdraw(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    """``do=show``: shown again."""
    post = _own(request, forum_post_id)
    if request.POST.get("do") == "show":
        taking_back.show_again(post, **signed(request))
        messages.success(request, _("It is shown again."))
    else:
        taking_back.withdraw_post(post, **signed(request))
        messages.success(request, _("Withdrawn. You and the moderators still read it; nobody else does."))
    return redirect("forum_own", post.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ForumRefusal)
def delete(request: AskedRequest, forum_post_id: UUID) -> HttpResponse:
    post = _own(request, forum_post_id)
    if request.method == "POST":
        taking_back.delete_post(post, **signed(request))
        messages.success(request, _("Deleted. Nothing of it is left."))
        return redirect("forum_mine")
    question = _("Text, pictures, earlier texts and your name are gone for good. An empty place is left.")
    return _asks(request, title=_("Delete this post?"), question=question, cancel=place_of(post))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_all(request: AskedRequest) -> HttpResponse:
    if request.method == "POST":
        taking_back.delete_all_of(me(request), **signed(request))
        messages.success(request, _("Deleted. Nothing of what you wrote in the forum is left."))
        return redirect("forum_mine")
    question = _(
        "All you wrote in the forum is gone for good, with pictures and earlier texts; empty places are left. Views "
        "that stand in minutes stay there. Take your record away first if you want to keep it."
    )
    return _asks(request, title=_("Delete all I wrote?"), question=question, cancel=reverse("forum_mine"))


def _asks(request: AskedRequest, *, title: str, question: str, cancel: str) -> HttpResponse:
    context = {"title": title, "question": question, "action": _("Delete for good"), "cancel": cancel}
    return render(request, "shell/confirm.html", context)
