"""How rooms, threads and posts are said, and a text as a page shows it."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhibu.apps.forum.access import Place
from zhibu.apps.forum.models import Post, Room, Thread
from zhibu.domain.forum import PostState, RoomKind, page_with
from zhibu.web.shell.crumbs import Crumb

#: Who reads what is written in a room.
READERS: dict[RoomKind, Promise] = {
    RoomKind.HOUSE: _lazy("Everybody in the house reads here."),
    RoomKind.BRANCH: _lazy("The members of the branch read here, and nobody else."),
    RoomKind.SECTION: _lazy("Those at the posts of the section and who manages them read here."),
    RoomKind.UNITS: _lazy("Those whose sections guide units read here."),
}


def name_of(room: Room | Place) -> str:
    """What a room is called."""
    kind = room.word if isinstance(room, Room) else room.kind
    match kind:
        case RoomKind.BRANCH:
            return room.home.name
        case RoomKind.SECTION:
            assert room.section is not None
            return room.section.name
        case RoomKind.HOUSE:
            return _("The whole house")
        case RoomKind.UNITS:
            return _("Guidance of units")


def title_of(thread: Thread) -> str:
    """Its title, or why there is none to read."""
    first = thread.first
    return first.title if first is not None and first.word is PostState.SHOWN else said_instead(first)


def said_instead(post: Post | None) -> str:
    """What stands where a post can not be read."""
    match post.word if post is not None else PostState.DELETED:
        case PostState.WITHDRAWN:
            return _("withdrawn by its writer")
        case PostState.HIDDEN:
            return _("hidden by a moderator")
        case _:
            return _("deleted")


def place_of(post: Post) -> str:
    """The address of a post: its page in the thread, and its place there."""
    page = page_with(post.number)
    asked = f"?page={page}" if page > 1 else ""
    return f"{reverse('forum_thread', args=[post.thread_id])}{asked}#p{post.number}"


def crumbs(*further: Crumb) -> list[Crumb]:
    way = Crumb(_("Forum"), reverse("forum") if further else "")
    return [way, *further]


def at_room(room: Room, *further: Crumb) -> list[Crumb]:
    address = reverse("forum_room", args=[room.key]) if further else ""
    return crumbs(Crumb(name_of(room), address), *further)


def at_thread(thread: Thread, *further: Crumb) -> list[Crumb]:
    address = reverse("forum_thread", args=[thread.pk]) if further else ""
    return at_room(thread.room, Crumb(title_of(thread), address), *further)


# --- A text --------------------------------------------------------------------------------------------------------

#: A page of this house, as somebody types or pastes its address.
_PAGE = re.compile(r"(?<![\w/:.])/(?!/)(?:[\w-]+/)+(?:\?[\w=&%-]*)?(?:#[\w-]+)?", re.ASCII)


def shown(text: str) -> SafeString:
    """Paragraphs with their lines, and links to pages of this house; another address is text. Nothing is markup."""
    here = text.replace(f"{settings.URL}/", "/")
    parts = [part for part in re.split(r"\n\s*\n", here) if part.strip()]
    return format_html_join("\n", "<p>{}</p>", ((_lines(part),) for part in parts))


def _lines(part: str) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((_linked(line),) for line in part.split("\n")))


def _linked(line: str) -> SafeString:
    said, end = SafeString(""), 0
    for found in _PAGE.finditer(line):
        said += escape(line[end : found.start()]) + format_html('<a href="{0}">{0}</a>', found.group())
        end = found.end()
    return said + escape(line[end:])
