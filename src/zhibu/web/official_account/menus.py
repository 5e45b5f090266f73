"""The menus of the account: set by the system administrator, looked at before, sent by the worker, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.account_content.access import may_set_menus
from zhibu.apps.account_content.actions import menus as deeds
from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Menu
from zhibu.apps.account_content.queries import menus
from zhibu.domain.menus import LONGEST, LONGEST_BELOW, MOST, MOST_BELOW, Fault, Line, Wrong, faults
from zhibu.domain.terms import AccountApp, MenuAudience
from zhibu.web.official_account.replies import WORDS
from zhibu.web.official_account.setting_menus import PAGE
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.platforms import has_labels, knows_people, platform_of
from zhibu.web.shell.signing import signed

#: Words that the account answers to everybody, and pages that everybody reads.
_PUBLIC_WORDS = ("文章", "帮助")
_PUBLIC_PAGES: Mapping[str, Promise] = {
    "public": _lazy("Service windows"),
    "public_guides": _lazy("Guides"),
    "public_articles": _lazy("Articles"),
    "public_ask": _lazy("Ask something"),
    "public_answer": _lazy("Read an answer"),
    "public_changed": _lazy("What was changed"),
}
#: Pages behind the log-in.
_OWN_PAGES: Mapping[str, Promise] = {
    "today": _lazy("Today"),
    "meetings": _lazy("Meetings"),
    "my_roster": _lazy("My roster"),
    "my_owed": _lazy("My study and what I owe"),
    "my_record": _lazy("My record"),
    "notices": _lazy("Notices"),
    "guides": _lazy("Guides of the house"),
    "bound_phone": _lazy("Bind a phone"),
}


def _choices() -> list[tuple[str, Any]]:
    """What a line can do: nothing that is typed freely, so that no menu leads out of the house."""
    words = [*WORDS, *_PUBLIC_WORDS] if knows_people() else _PUBLIC_WORDS
    pages = {**_PUBLIC_PAGES, **_OWN_PAGES} if knows_people() else _PUBLIC_PAGES
    return [
        ("", "—"),
        (_("answers to the word"), [(word, word) for word in words]),
        (_("opens the page"), [(PAGE + name, label) for name, label in pages.items()]),
    ]


def _said(does: str) -> str:
    """What a line does, in words."""
    name = does.removeprefix(PAGE)
    if name == does:
        return _("answers to “%(word)s”") % {"word": does}
    label = _PUBLIC_PAGES.get(name) or _OWN_PAGES.get(name) or name
    return _("opens “%(page)s”") % {"page": label}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the page shows it."""

    name: str
    says: str
    below: tuple[Shown, ...]


def _shown(lines: Sequence[Line]) -> tuple[Shown, ...]:
    return tuple(Shown(line.name, _said(line.does) if line.does else "", _shown(line.below)) for line in lines)


# --- Looked at -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stand:
    """The menu of an audience. ``menu`` is ``None`` where none was ever set."""

    audience: MenuAudience
    menu: Menu | None
    lines: tuple[Shown, ...]


@login_required
@require_safe
def account_menus(request: AskedRequest) -> HttpResponse:
    forbid_unless(may_set_menus(request.asker))
    kept = menus()
    stands = []
    for audience in _audiences(kept):
        menu = kept.get(audience)
        stands.append(Stand(audience, menu, _shown(deeds.lines_of(menu)) if menu else ()))
    return render(
        request,
        "official_account/menus.html",
        {
            "stands": stands,
            "can_be_sent": platform_of(AccountApp.OFFICIAL) is not None,
            "has_labels": has_labels(),
            "crumbs": _crumbs(),
        },
    )


def _audiences(kept: Mapping[MenuAudience, Menu]) -> list[MenuAudience]:
    """That of bound phones where the account can have it, or once had it."""
    bound = [MenuAudience.BOUND] if has_labels() or MenuAudience.BOUND in kept else []
    return [MenuAudience.EVERYBODY, *bound]


def _crumbs(*further: Crumb) -> list[Crumb]:
    way = Crumb(_("Menus of the account"), reverse("account_menus"))
    return [way, *further] if further else [Crumb(_("Menus of the account"))]


# --- Set -----------------------------------------------------------------------------------------------------------


class MenuForm(forms.Form):
    """Three lines, and five below each. What is left empty is no line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _choices()
        for place in PLACES:
            below = len(place) > 1
            self.fields[_field("name", place)] = forms.CharField(
                label=_("Text of the line"), required=False, max_length=(LONGEST_BELOW if below else LONGEST) * 2
            )
            self.fields[_field("does", place)] = forms.ChoiceField(
                label=_("What it does"), required=False, choices=choices
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            places, lines = self._typed()
            for fault in faults(lines):
                self._tell(fault, places)
        return said

    def lines(self) -> tuple[Line, ...]:
        return self._typed()[1]

    def _typed(self) -> tuple[dict[tuple[int, ...], tuple[int, ...]], tuple[Line, ...]]:
        """The lines that say something, and where each was typed."""
        places: dict[tuple[int, ...], tuple[int, ...]] = {}
        lines: list[Line] = []
        for first in range(1, MOST + 1):
            below = [(first, second) for second in range(1, MOST_BELOW + 1) if self._at((first, second))]
            if not below and not self._at((first,)):
                continue
            places[len(lines) + 1,] = (first,)
            places |= {(len(lines) + 1, number): typed for number, typed in enumerate(below, 1)}
            name, does = self._at((first,)) or ("", "")
            lines.append(Line(name, does, tuple(Line(*(self._at(typed) or ("", ""))) for typed in below)))
        return places, tuple(lines)

    def _at(self, place: tuple[int, ...]) -> tuple[str, str] | None:
        name, does = (self.cleaned_data.get(_field(what, place), "").strip() for what in ("name", "does"))
        return (name, does) if name or does else None

    def _tell(self, fault: Fault, places: Mapping[tuple[int, ...], tuple[int, ...]]) -> None:
        if not fault.place:
            self.add_error(None, _FAULTS[fault.wrong]())
            return
        what = "name" if fault.wrong in {Wrong.NO_NAME, Wrong.TOO_LONG} else "does"
        said = _FAULTS[fault.wrong]()
        if fault.wrong is Wrong.TOO_LONG:
            longest = LONGEST if len(fault.place) == 1 else LONGEST_BELOW
            said = _("The platform shows %(most)s characters here. Shorten it.") % {"most": longest}
        self.add_error(_field(what, places[fault.place]), said)

    def groups(self) -> list[Group]:
        """The fields by line of the menu."""
        return [
            Group(
                first,
                self._fields((first,)),
                [self._fields((first, second)) for second in range(1, MOST_BELOW + 1)],
            )
            for first in range(1, MOST + 1)
        ]

    def _fields(self, place: tuple[int, ...]) -> list[forms.BoundField]:
        return [self[_field(what, place)] for what in ("name", "does")]


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of a line, and of those below it."""

    number: int
    line: list[forms.BoundField]
    below: list[list[forms.BoundField]]

    @property
    def is_open(self) -> bool:
        """Whether something stands below."""
        return any(field.value() or field.errors for fields in self.below for field in fields)


PLACES = tuple(
    place
    for first in range(1, MOST + 1)
    for place in ((first,), *((first, second) for second in range(1, MOST_BELOW + 1)))
)


def _field(what: str, place: tuple[int, ...]) -> str:
    return "_".join([what, *map(str, place)])


_FAULTS = {
    Wrong.NO_NAME: lambda: _("Give it a name."),
    Wrong.TOO_LONG: lambda: _("This name is too long."),
    Wrong.DOES_NOTHING: lambda: _("Choose what it does, or fill in lines below it."),
    Wrong.DOES_TWO_THINGS: lambda: _("It holds other lines, so it does nothing itself: choose “—”."),
    Wrong.TOO_MANY: lambda: _("The platform takes three lines, and five below each."),
    Wrong.NOTHING: lambda: _("A menu has at least one line. To have none, take it back."),
}


def _typed_before(menu: Menu | None) -> dict[str, str]:
    known: dict[str, str] = {}
    for first, line in enumerate(deeds.lines_of(menu) if menu else (), 1):
        for place, one in (((first,), line), *(((first, number), each) for number, each in enumerate(line.below, 1))):
            known |= {_field("name", place): one.name, _field("does", place): one.does}
    return known


def _audience(request: AskedRequest, word: str) -> MenuAudience:
    forbid_unless(may_set_menus(request.asker))
    found = next((each for each in MenuAudience if each.value == word), None)
    if found is None or found not in _audiences(menus()):
        raise Http404
    return found


@login_required
@conflict_on(AccountContentRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, audience: str) -> HttpResponse:
    """``do``: ``look`` shows it as a phone does, ``save`` sends it on its way."""
    word = _audience(request, audience)
    form = MenuForm(request.POST or None, initial=_typed_before(menus().get(word)))
    is_good = request.method == "POST" and form.is_valid()
    if is_good and request.POST.get("do") != "look":
        try:
            deeds.set_menu(word, form.lines(), **signed(request))
        except AccountContentRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The menu is on its way to the platform."))
            return redirect("account_menus")
    return render(
        request,
        "official_account/menu.html",
        {
            "form": form,
            "title": _("Menu: %(audience)s") % {"audience": word.zh},
            "looked": _shown(form.lines()) if is_good else (),
            "crumbs": _crumbs(Crumb(word.zh)),
        },
        status=422 if form.errors else 200,
    )


@login_required
@conflict_on(AccountContentRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: AskedRequest, audience: str) -> HttpResponse:
    word = _audience(request, audience)
    if request.method == "POST":
        deeds.take_back_menu(word, **signed(request))
        messages.success(request, _("The menu is being taken back."))
        return redirect("account_menus")
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Take the menu back"),
            "question": _("The platform shows this menu no more. What can be written to the account stays the same."),
            "action": _("Take the menu back"),
            "cancel": reverse("account_menus"),
            "crumbs": _crumbs(Crumb(word.zh)),
        },
    )
