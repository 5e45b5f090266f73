"""Who keeps an exhibition puts it together, asks those who are shown, opens and closes it, and prints its panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.archive.files import place_of
from zhibu.apps.exhibitions.access import (
    exhibitions_read_by,
    is_ready,
    may_keep_exhibition,
    shown_people_kept_by,
)
from zhibu.apps.exhibitions.actions import asking, pictures, writing
from zhibu.apps.exhibitions.actions.writing import Framed, Said
from zhibu.apps.exhibitions.errors import ExhibitionRefusal
from zhibu.apps.exhibitions.models import Exhibit, Exhibition, ShownPerson
from zhibu.apps.exhibitions.queries import FOLDER, ready_in
from zhibu.apps.lists.access import lists_written_by
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import people_seen_by
from zhibu.apps.people.models import Person
from zhibu.documents.exhibitions import Panel, Panels, panels_pdf
from zhibu.domain.terms import Consent, ExhibitionStage, ExhibitKind, Readership
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.asking import Asked, ask, sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed
from zhibu.web.shell.templatetags.words import word

UNPROCESSABLE = 422


def _crumbs(of: Exhibition | None, *further: Crumb) -> list[Crumb]:
    way = [Crumb(_("Exhibitions"), reverse("exhibitions"))]
    if of is not None:
        way.append(Crumb(of.title, reverse("exhibition_keep", args=[of.pk])))
    return [*way, *further]


def _kept(request: AskedRequest, exhibition_id: UUID) -> Exhibition:
    """404 where it is not visible, 403 where others keep it."""
    rows = exhibitions_read_by(request.asker).select_related("organization")
    found: Exhibition = get_object_or_404(rows, pk=exhibition_id)
    forbid_unless(may_keep_exhibition(request.asker, found))
    return found


def _kept_exhibit(request: AskedRequest, exhibit_id: UUID) -> Exhibit:
    """One that was withdrawn too: its number is all that is left of it."""
    rows = Exhibit.objects.filter(exhibition__in=exhibitions_read_by(request.asker).order_by().values("pk"))
    rows = rows.select_related("exhibition__organization").prefetch_related("shown__person")
    found: Exhibit = get_object_or_404(rows, pk=exhibit_id)
    if not may_keep_exhibition(request.asker, found.exhibition):
        raise Http404  # what its readers see of it is on other pages
    return found


# --- The exhibition ------------------------------------------------------------------------------------------------


class ExhibitionForm(MarkedForm):
    title = forms.CharField(label=_lazy("Title"), max_length=writing.LONGEST_TITLE)
    foreword = forms.CharField(
        label=_lazy("Foreword"),
        required=False,
        max_length=writing.LONGEST_FOREWORD,
        widget=forms.Textarea({"rows": 5}),
    )
    readership = forms.ChoiceField(
        label=_lazy("Who may see it"),
        widget=forms.RadioSelect,
        help_text=_lazy("If more people may see it than before, everybody who is shown is asked again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["readership"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, word(one)) for one in Readership]

    def framed(self) -> Framed:
        said = self.cleaned_data
        return Framed(
            title=said["title"],
            foreword=said["foreword"],
            readership=Readership(said["readership"]),
            is_no_mark=self.has_tick,
        )


class OrganizationForm(forms.Form):
    organization = forms.ChoiceField(label=_lazy("Whose exhibition"))

    def __init__(self, *args: Any, among: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in among]


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    cancel: str
    crumbs: list[Crumb]


def _write(
    request: AskedRequest, page: _Page, form: MarkedForm, keep: Callable[[], str], besides: forms.Form | None = None
) -> HttpResponse:
    """The form; where it is good and ``keep`` takes it, on to the address that this returns."""
    if request.method == "POST" and all([form.is_valid(), besides is None or besides.is_valid()]):
        try:
            to = keep()
        except (ExhibitionRefusal, BearsMark) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(to)
    is_refused = bool(form.errors or (besides and besides.errors))
    context = {
        "title": page.title,
        "form": form,
        "besides": besides,
        "cancel": page.cancel,
        "crumbs": page.crumbs,
    }
    status = UNPROCESSABLE if is_refused else 200
    return render(request, "secretary/exhibitions/write.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibition_new(request: AskedRequest) -> HttpResponse:
    among = list(lists_written_by(request.asker).filter(dissolved__isnull=True).order_by("path"))
    forbid_unless(bool(among))
    besides = OrganizationForm(sent(request), among=among)
    form = ExhibitionForm(sent(request), initial={"readership": Readership.HOUSE.value})

    def keep() -> str:
        of = next(one for one in among if one.code == besides.cleaned_data["organization"])
        made = writing.begin_exhibition(of, form.framed(), **signed(request))
        return reverse("exhibition_keep", args=[made.pk])

    title = _("Put an exhibition together")
    return _write(request, _Page(title, reverse("exhibitions"), _crumbs(None, Crumb(title))), form, keep, besides)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibition_edit(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    of = _kept(request, exhibition_id)
    initial = {"title": of.title, "foreword": of.foreword, "readership": of.readership}
    form = ExhibitionForm(sent(request), initial=initial)
    back = reverse("exhibition_keep", args=[of.pk])

    def keep() -> str:
        writing.rewrite_exhibition(of, form.framed(), **signed(request))
        return back

    title = _("Title, foreword, readers")
    return _write(request, _Page(title, back, _crumbs(of, Crumb(title))), form, keep)


@dataclass(frozen=True, slots=True)
class Line:
    """An exhibit as its keepers see it: whether it is shown, and how many answers are missing or no."""

    exhibit: Exhibit
    is_ready: bool
    missing: int
    refused: int
    needs_names: bool


def _line(exhibit: Exhibit) -> Line:
    said = [one.said for one in exhibit.shown.all()]
    return Line(
        exhibit,
        is_ready(exhibit),
        said.count(Consent.ASKED),
        said.count(Consent.REFUSED),
        exhibit.has_people and not said,
    )


@login_required
@require_safe
def exhibition_keep(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    """Its exhibits in order, with what is missing for each to be shown."""
    of = _kept(request, exhibition_id)
    context = {
        "of": of,
        "lines": [_line(one) for one in of.exhibits.prefetch_related("shown")],
        "is_written": of.at_stage is not ExhibitionStage.CLOSED,
        "public": settings.URL + reverse("public_exhibition", args=[of.pk])
        if of.readership == Readership.PUBLIC.value and of.at_stage is ExhibitionStage.OPEN
        else "",
        "crumbs": _crumbs(None, Crumb(of.title)),
    }
    return render(request, "secretary/exhibitions/keep.html", context)


def _asked(of: Exhibition, title: str, question: str, action: str) -> Asked:
    return Asked(title, question, action, reverse("exhibition_keep", args=[of.pk]), _crumbs(of, Crumb(title)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibition_open(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    of = _kept(request, exhibition_id)
    asked = _asked(
        of,
        _("Open the exhibition"),
        _("From now on these may see it: %(readers)s. Exhibits that wait for a consent appear with it.")
        % {"readers": word(Readership(of.readership))},
        _("Open"),
    )

    def deed() -> str:
        count = writing.open_exhibition(of, **signed(request))
        said = ngettext("Open: %(count)s exhibit is shown.", "Open: %(count)s exhibits are shown.", count)
        return said % {"count": count}

    return ask(request, asked, forms.Form(sent(request)), deed, ExhibitionRefusal)


class WhyForm(forms.Form):
    why = forms.CharField(label=_lazy("Why"), max_length=writing.LONGEST_WHY)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibition_close(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    of = _kept(request, exhibition_id)
    asked = _asked(
        of,
        _("Close the exhibition"),
        _("Nobody but its keepers sees it then. It can be opened again as it was."),
        _("Close the exhibition"),
    )
    form = WhyForm(sent(request))

    def deed() -> str:
        writing.close_exhibition(of, why=form.cleaned_data["why"], **signed(request))
        return _("It is closed.")

    return ask(request, asked, form, deed, ExhibitionRefusal, at="why")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibition_drop(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    of = _kept(request, exhibition_id)
    asked = _asked(
        of,
        _("Drop the draft of the exhibition"),
        _("All exhibits and pictures go; it can not be taken back."),
        _("Drop it"),
    )

    def deed() -> str:
        writing.drop_exhibition(of, **signed(request))
        return _("The draft is gone.")

    return ask(request, asked, forms.Form(sent(request)), deed, ExhibitionRefusal, to=reverse("exhibitions"))


# --- Exhibits ------------------------------------------------------------------------------------------------------

_NOBODY, _PEOPLE = "nobody", "people"


class ExhibitForm(MarkedForm):
    kind = forms.ChoiceField(label=_lazy("What it is"), choices=[(one.value, one.zh) for one in ExhibitKind])
    section = forms.CharField(
        label=_lazy("Section of the exhibition"),
        required=False,
        max_length=writing.LONGEST_SECTION,
        help_text=_lazy("Exhibits that follow each other in the same section stand under one heading."),
    )
    title = forms.CharField(label=_lazy("Title"), max_length=writing.LONGEST_NAME)
    text = forms.CharField(
        label=_lazy("Text of the exhibit"),
        required=False,
        max_length=writing.LONGEST_TEXT,
        widget=forms.Textarea({"rows": 6}),
    )
    source = forms.CharField(
        label=_lazy("Source"),
        max_length=writing.LONGEST_SOURCE,
        help_text=_lazy("Where it comes from, who lent it, from when it is."),
    )
    picture = forms.FileField(
        label=_lazy("Picture"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_lazy("JPEG, PNG or WebP up to 12 MB. Place and time of the shot are taken out of the file."),
    )
    alt = forms.CharField(
        label=_lazy("What the picture shows"),
        required=False,
        max_length=writing.LONGEST_ALT,
        help_text=_lazy("For those who can not see it, in one or two sentences."),
    )
    drops_picture = forms.BooleanField(label=_lazy("Take the picture away"), required=False)
    people = forms.ChoiceField(
        label=_lazy("People in it"),
        widget=forms.RadioSelect,
        choices=[
            (_PEOPLE, _lazy("Somebody can be recognised or is named: I list them, and it is shown once all consent")),
            (_NOBODY, _lazy("Nobody can be recognised, and nobody is named")),
        ],
    )
    names_are_none = forms.BooleanField(label=_lazy("Words in it that look like a name are none"), required=False)

    def __init__(self, *args: Any, has_picture: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_picture:
            del self.fields["drops_picture"]

    def clean_picture(self) -> bytes | None:
        uploaded = self.cleaned_data["picture"]
        if uploaded is None:
            return None
        if uploaded.size > pictures.LARGEST:
            raise forms.ValidationError(_("The picture is larger than 12 MB. Send it smaller."))
        content: bytes = uploaded.read()
        return content

    def said(self) -> Said:
        said = self.cleaned_data
        return Said(
            kind=ExhibitKind(said["kind"]),
            title=said["title"],
            source=said["source"],
            section=said["section"],
            text=said["text"],
            alt=said["alt"],
            has_people=said["people"] == _PEOPLE,
            picture=said["picture"],
            drops_picture=bool(said.get("drops_picture")),
            names_are_none=said["names_are_none"],
            is_no_mark=self.has_tick,
        )


def _files(request: AskedRequest) -> Any:
    return request.FILES if request.method == "POST" else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibit_new(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    of = _kept(request, exhibition_id)
    last = of.exhibits.filter(withdrawn_at__isnull=True).last()
    form = ExhibitForm(sent(request), _files(request), initial={"section": last.section if last else ""})

    def keep() -> str:
        made = writing.add_exhibit(of, form.said(), **signed(request))
        return reverse("exhibit_keep", args=[made.pk])

    title = _("Add an exhibit")
    back = reverse("exhibition_keep", args=[of.pk])
    return _write(request, _Page(title, back, _crumbs(of, Crumb(title))), form, keep)


def _there(request: AskedRequest, exhibit_id: UUID) -> Exhibit:
    found = _kept_exhibit(request, exhibit_id)
    if found.withdrawn_at is not None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibit_edit(request: AskedRequest, exhibit_id: UUID) -> HttpResponse:
    found = _there(request, exhibit_id)
    initial = {
        "kind": found.kind,
        "section": found.section,
        "title": found.title,
        "text": found.text,
        "source": found.source,
        "alt": found.alt,
        "people": _PEOPLE if found.has_people else _NOBODY,
    }
    form = ExhibitForm(sent(request), _files(request), initial=initial, has_picture=bool(found.picture))
    back = reverse("exhibit_keep", args=[found.pk])

    def keep() -> str:
        writing.rewrite_exhibit(found, form.said(), **signed(request))
        return back

    title = _("Change the exhibit")
    crumbs = _crumbs(found.exhibition, Crumb(found.title, back), Crumb(title))
    return _write(request, _Page(title, back, crumbs), form, keep)


@login_required
@require_POST
@conflict_on(ExhibitionRefusal)
def exhibit_move(request: AskedRequest, exhibit_id: UUID) -> HttpResponse:
    """``to``: ``up`` or ``down``."""
    found = _there(request, exhibit_id)
    writing.move_exhibit(found, up=request.POST.get("to") == "up", **signed(request))
    return redirect(f"{reverse('exhibition_keep', args=[found.exhibition_id])}#exhibit-{found.pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibit_drop(request: AskedRequest, exhibit_id: UUID) -> HttpResponse:
    found = _there(request, exhibit_id)
    title = _("Take the exhibit away")
    asked = Asked(
        title,
        _("“%(title)s” goes, with its picture and its list of people; it can not be taken back.")
        % {"title": found.title},
        _("Take it away"),
        reverse("exhibit_keep", args=[found.pk]),
        _crumbs(found.exhibition, Crumb(title)),
    )

    def deed() -> str:
        writing.drop_exhibit(found, **signed(request))
        return _("It is gone.")

    to = reverse("exhibition_keep", args=[found.exhibition_id])
    return ask(request, asked, forms.Form(sent(request)), deed, ExhibitionRefusal, to=to)


# --- People --------------------------------------------------------------------------------------------------------


class PersonForm(forms.Form):
    person = forms.CharField(
        label=_lazy("Somebody of the house"),
        max_length=40,
        help_text=_lazy("Name or staff number, of somebody you meet in your work here. They are asked by a notice."),
    )

    def __init__(self, *args: Any, request: AskedRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = request.asker

    def clean_person(self) -> Person:
        typed = self.cleaned_data["person"].strip()
        among = people_seen_by(self.asker).filter(Q(staff_number=typed) | Q(name=typed))
        found = list(among.order_by("staff_number")[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(
                _("Several are called “%(typed)s”. Type the staff number.") % {"typed": typed}
            )
        raise forms.ValidationError(
            _("Nobody you meet here is called “%(typed)s”. Note the consent as that of somebody else.")
            % {"typed": typed}
        )


class OtherForm(forms.Form):
    name = forms.CharField(label=_lazy("Somebody else, or somebody dead"), max_length=asking.LONGEST_NAME)
    how = forms.CharField(
        label=_lazy("Who consented, when and how"),
        max_length=asking.LONGEST_HOW,
        help_text=_lazy("Such as: on paper of 3 March 2026, kept in folder 12; his daughter, by phone on 5 March."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exhibit_keep(request: AskedRequest, exhibit_id: UUID) -> HttpResponse:
    """The exhibit, and who is in it. ``do``: ``ask`` somebody of the house, or ``note`` the consent of another."""
    found = _kept_exhibit(request, exhibit_id)
    posted = sent(request) if found.withdrawn_at is None else None
    do = posted.get("do") if posted is not None else None
    person = PersonForm(posted if do == "ask" else None, request=request)
    other = OtherForm(posted if do == "note" else None)
    form: forms.Form = person if do == "ask" else other
    if do in {"ask", "note"} and form.is_valid():
        try:
            if do == "ask":
                asking.ask_person(found, person.cleaned_data["person"], **signed(request))
                messages.success(request, _("They are asked."))
            else:
                said = other.cleaned_data
                asking.note_other(found, said["name"], how=said["how"], **signed(request))
                messages.success(request, _("The consent is noted."))
        except ExhibitionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("exhibit_keep", found.pk)
    title = found.title or _("Panel %(panel)s") % {"panel": found.number}
    context = {
        "title": title,
        "exhibit": found,
        "of": found.exhibition,
        "line": _line(found),
        "person_form": person,
        "other_form": other,
        "crumbs": _crumbs(found.exhibition, Crumb(title)),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "secretary/exhibitions/exhibit.html", context, status=status)


def _shown(request: AskedRequest, consent_id: UUID) -> ShownPerson:
    rows = shown_people_kept_by(request.asker).select_related("person", "exhibit__exhibition")
    found: ShownPerson = get_object_or_404(rows, pk=consent_id)
    return found


def _about_shown(found: ShownPerson, title: str, question: str, action: str) -> Asked:
    exhibit = found.exhibit
    back = reverse("exhibit_keep", args=[exhibit.pk])
    return Asked(title, question, action, back, _crumbs(exhibit.exhibition, Crumb(exhibit.title, back), Crumb(title)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shown_drop(request: AskedRequest, consent_id: UUID) -> HttpResponse:
    found = _shown(request, consent_id)
    name = found.person.name if found.person else found.name
    asked = _about_shown(
        found,
        _("Take off the list"),
        _("%(name)s is neither shown nor named in it. Somebody of the house is told that you say so.")
        % {"name": name},
        _("Take off the list"),
    )

    def deed() -> str:
        asking.drop_shown(found, **signed(request))
        return _("They are off the list.")

    return ask(request, asked, forms.Form(sent(request)), deed, ExhibitionRefusal)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shown_withdraw(request: AskedRequest, consent_id: UUID) -> HttpResponse:
    """Somebody told the keeper that they withdraw, or their family did."""
    found = _shown(request, consent_id)
    asked = _about_shown(
        found,
        _("A consent was withdrawn"),
        _("Picture and text are deleted at once, everywhere; it can not be undone. Then take the panel down."),
        _("Withdraw"),
    )

    def deed() -> str:
        asking.withdraw(found, **signed(request))
        return _("It is gone. Take the printed panel down.")

    return ask(request, asked, forms.Form(sent(request)), deed, ExhibitionRefusal)


# --- Panels --------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def exhibition_panels(request: AskedRequest, exhibition_id: UUID) -> HttpResponse:
    """All panels that may be shown, A3, in one file."""
    of = _kept(request, exhibition_id)
    found = ready_in(of)
    if not found:
        raise Http404
    return _printed(of, found, _("Panels of %(title)s") % {"title": of.title})


@login_required
@require_safe
def exhibit_panel(request: AskedRequest, exhibit_id: UUID) -> HttpResponse:
    """One panel; none of an exhibit that may not be shown."""
    found = _there(request, exhibit_id)
    if not is_ready(found):
        raise Http404
    return _printed(found.exhibition, [found], _("Panel %(panel)s") % {"panel": found.number})


def _printed(of: Exhibition, exhibits: Sequence[Exhibit], name: str) -> HttpResponse:
    panels = Panels(of.organization.name, of.title, tuple(_panel(of, one) for one in exhibits))
    return paper(panels_pdf(panels, at=clock.now()), name, "pdf")


def _panel(of: Exhibition, exhibit: Exhibit) -> Panel:
    prefix = "public_" if of.readership == Readership.PUBLIC.value else ""
    return Panel(
        number=exhibit.number,
        kind=exhibit.word.zh,
        section=exhibit.section,
        title=exhibit.title,
        text=exhibit.text,
        source=exhibit.source,
        address=settings.URL + reverse(f"{prefix}exhibit", args=[exhibit.pk]),
        picture=_bytes_of(exhibit),
        width=exhibit.width,
        height=exhibit.height,
        alt=exhibit.alt,
    )


def _bytes_of(exhibit: Exhibit) -> bytes:
    if not exhibit.large:
        return b""
    try:
        with default_storage.open(place_of(FOLDER, exhibit.large)) as kept:
            content: bytes = kept.read()
    except FileNotFoundError as error:  # withdrawn since it was looked up
        raise Http404 from error
    return content
