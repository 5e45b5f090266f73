"""Finding texts: what holds what one looks for, by kind and place, as far as one may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.forum.access import rooms_entered_by
from zhibu.apps.forum.queries import POST, rooms_found_in
from zhibu.apps.guides.access import audience_of
from zhibu.apps.guides.queries import GUIDE, guides_for
from zhibu.apps.learning.access import units_found_by
from zhibu.apps.learning.units import UNIT
from zhibu.apps.lists.access import lists_read_by
from zhibu.apps.lists.actions.indexing import ARTICLE
from zhibu.apps.meetings.access import records_found_by
from zhibu.apps.meetings.actions.indexing import RECORD
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import called
from zhibu.apps.people.access import Asker, organizations_seen_by
from zhibu.apps.search.errors import SearchRefused
from zhibu.apps.search.queries import Found, Hit, Scope, found, hits, texts_of
from zhibu.domain.grams import LONGEST
from zhibu.web.shell.forms import MOST_OFFERED, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of text that can be found: what it is called, who reads which, and where one opens a hit."""

    kind: str
    label: Promise
    scope: Callable[[Asker], Scope]
    address: Callable[[Hit], str]


#: All kinds, in the order in which they are offered. A room with texts of its own adds a line.
KINDS: tuple[TextKind, ...] = (
    TextKind(
        RECORD,
        _lazy("Filed records"),
        lambda asker: Scope(RECORD, records_found_by(asker)),
        lambda hit: reverse("meeting", args=[hit.subject]),
    ),
    TextKind(
        ARTICLE,
        _lazy("Articles of the lists"),
        lambda asker: texts_of(ARTICLE, lists_read_by(asker)),
        lambda hit: reverse("article", args=[hit.subject]),
    ),
    TextKind(
        GUIDE,
        _lazy("Guides of the windows"),
        lambda asker: guides_for(audience_of(asker)),
        lambda hit: reverse("guide_version", args=[hit.subject]),
    ),
    TextKind(
        UNIT,
        _lazy("Units"),
        lambda asker: Scope(UNIT, units_found_by(asker)),
        lambda hit: reverse("unit", args=[hit.subject]),
    ),
    TextKind(
        POST,
        _lazy("Posts in the forum"),
        lambda asker: rooms_found_in(rooms_entered_by(asker)),
        lambda hit: reverse("forum_post", args=[hit.subject]),
    ),
)


class TextForm(forms.Form):
    """What is looked for, and where. A filter that can not be read leaves everything in."""

    q = forms.CharField(
        label=_lazy("Any part of a text"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": _lazy("Look for at most %(limit_value)d characters.")},
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    kind = forms.ChoiceField(
        label=_lazy("Kind"),
        required=False,
        choices=[("", _lazy("All")), *((each.kind, each.label) for each in KINDS)],
    )
    organization = forms.CharField()

    def __init__(self, *args: Any, organizations: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"] = organization_field(_("Organization, and all below it"), organizations)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.data.get("kind") or self.data.get("organization"))


@dataclass(frozen=True, slots=True)
class Line:
    """A hit with the name of its kind and the address at which it is read."""

    hit: Hit
    kind: Promise
    url: str


@login_required
@require_safe
def search_texts(request: AskedRequest) -> HttpResponse:
    offered = list(organizations_seen_by(request.asker).order_by("path")[: MOST_OFFERED + 1])
    form = TextForm(request.GET, organizations=offered)
    text, result = request.GET.get("q", ""), Found()
    if "q" not in form.errors:
        try:
            result = _found(form, offered, request.asker)
        except SearchRefused as refusal:
            form.add_error("q", str(refusal))
    page = page_of(request, result.keys)
    context = {
        "form": form,
        "text": text,
        "is_asked": bool(text.strip()) and "q" not in form.errors,
        "page": page,
        "lines": _lines(page, text),
        "are_more": result.are_more,
    }
    return render(request, "supervision/texts.html", context)


def _found(form: TextForm, offered: Sequence[Organization], asker: Asker) -> Found:
    asked = form.cleaned_data
    within = [each.scope(asker) for each in KINDS if asked.get("kind", "") in {"", each.kind}]
    return found(asked["q"], within, under=_under(asked.get("organization", ""), offered, asker))


def _under(typed: str, offered: Sequence[Organization], asker: Asker) -> list[str] | None:
    """The paths below which is looked; ``None``: everywhere."""
    if not typed.strip():
        return None
    chosen = [one.path for one in offered if one.code == typed]
    return chosen or [one.path for one in called(typed, organizations_seen_by(asker))[:MOST_OFFERED]]


def _lines(page: Page[int], text: str) -> list[Line]:
    kinds = {each.kind: each for each in KINDS}
    if not page.object_list:
        return []
    shown = hits(list(page), text)
    return [Line(hit, kinds[hit.kind].label, kinds[hit.kind].address(hit)) for hit in shown]
