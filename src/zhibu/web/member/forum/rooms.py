"""Where one may talk: the rooms, what is talked about in each, and what is found in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.forum.access import (
    Place,
    hidings_decided_by,
    places_of,
    rooms_entered_by,
    threads_read_by,
)
from zhibu.apps.forum.actions import following
from zhibu.apps.forum.actions.writing import room_at
from zhibu.apps.forum.models import Post, Room, Thread
from zhibu.apps.forum.queries import followed_by, follows, looked_for, news_of, posts_with, threads_in, with_all
from zhibu.apps.search.errors import SearchRefused
from zhibu.apps.search.queries import Found, Marked, part
from zhibu.domain.grams import LONGEST
from zhibu.web.member.forum.doors import place_at, room_entered
from zhibu.web.member.forum.words import READERS, crumbs, name_of, place_of, title_of
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of, page_of_whole
from zhibu.web.shell.signing import me, my_id


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_lazy("Any part of a text"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": _lazy("Look for at most %(limit_value)d characters.")},
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )


@dataclass(frozen=True, slots=True)
class Door:
    """A room that one may enter. ``last``: when something was last written there; ``None``: nothing yet."""

    name: str
    place: Place
    readers: str
    last: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A thread in a list."""

    thread: Thread
    title: str
    room: str


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A post that was found, with the thread in which it stands."""

    post: Post
    text: Marked
    url: str
    thread: str
    room: str


@login_required
@require_safe
def forum(request: AskedRequest) -> HttpResponse:
    """``?q=``: looked for in all rooms that the reader enters."""
    form = SearchForm(request.GET)
    if request.GET.get("q", "").strip():
        return _found(request, form, None)
    places = places_of(request.asker)
    news = news_of([place.key for place in places])
    context = {
        "form": form,
        "doors": [Door(name_of(place), place, str(READERS[place.kind]), news.get(place.key)) for place in places],
        "appeals": hidings_decided_by(request.asker).count() if request.asker.offices else 0,
        "crumbs": crumbs(),
    }
    return render(request, "member/forum/rooms.html", context)


@login_required
@require_safe
def room(request: AskedRequest, room_key: str) -> HttpResponse:
    """``?q=``: looked for here; ``?show=open``: questions without an accepted answer."""
    entered = room_entered(request, room_key)
    form = SearchForm(request.GET)
    if request.GET.get("q", "").strip():
        return _found(request, form, entered)
    show = request.GET.get("show", "")
    threads = threads_in(entered) if entered.pk else Thread.objects.none()
    if show == "open":
        threads = threads.filter(is_question=True, accepted__isnull=True)
    page = page_of_whole(request, threads, with_all(threads))
    context = {
        "form": form,
        "room": entered,
        "title": name_of(entered),
        "readers": READERS[entered.word],
        "page": page,
        "lines": lines_of(page),
        "show": show,
        "is_followed": bool(entered.pk) and follows(my_id(request), room=entered),
        "crumbs": crumbs(Crumb(name_of(entered))),
    }
    return render(request, "member/forum/room.html", context)


def lines_of(threads: object) -> list[Line]:
    return [Line(thread, title_of(thread), name_of(thread.room)) for thread in threads]  # type: ignore[attr-defined]


def _found(request: AskedRequest, form: SearchForm, within: Room | None) -> HttpResponse:
    """Title hits first, then the newest."""
    text, result = request.GET["q"], Found()
    if form.is_valid():
        entered = rooms_entered_by(request.asker)
        rooms = entered if within is None else entered.filter(pk=within.pk)
        try:
            result = looked_for(form.cleaned_data["q"], rooms)
        except SearchRefused as refusal:
            form.add_error("q", str(refusal))
    page = page_of(request, result.keys)
    name = name_of(within) if within is not None else ""
    context = {
        "form": form,
        "text": text,
        "room": within,
        "name": name,
        "page": page,
        "lines": _found_lines(list(page), text),
        "are_more": result.are_more,
        "crumbs": crumbs(Crumb(_("Found in “%(name)s”") % {"name": name} if name else _("Found in the forum"))),
    }
    return render(request, "member/forum/found.html", context, status=422 if form.errors else 200)


def _found_lines(keys: list[int], text: str) -> list[FoundLine]:
    """Nothing found costs nothing."""
    posts = posts_with(keys) if keys else []
    return [
        FoundLine(post, part(post.text, text), place_of(post), title_of(post.thread), name_of(post.thread.room))
        for post in posts
    ]


# --- Followed ------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def followed(request: AskedRequest) -> HttpResponse:
    """What the reader follows, the one in which something was written last first."""
    rows = threads_read_by(request.asker).filter(pk__in=followed_by(my_id(request)).values("pk"))
    page = page_of(request, with_all(rows).order_by("-last_at", "-pk"))
    context = {"page": page, "lines": lines_of(page), "crumbs": crumbs(Crumb(_("What I follow")))}
    return render(request, "member/forum/followed.html", context)


@login_required
@require_POST
def follow_room(request: AskedRequest, room_key: str) -> HttpResponse:
    """``do=stop``: not any more."""
    entered = room_entered(request, room_key)
    if request.POST.get("do") == "stop":
        if entered.pk:
            following.follow_no_more(me(request), room=entered)
    else:
        following.follow(me(request), room=entered if entered.pk else room_at(place_at(entered)))
    return redirect("forum_room", room_key)
