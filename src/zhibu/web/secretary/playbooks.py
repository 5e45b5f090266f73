"""A secretary publishes the branch's playbook, opens a file, and takes of another's into the drafts of the lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.access import (
    adoptions_undone_by,
    may_write_playbook,
    playbook_editions_read_by,
    playbooks_read_by,
    playbooks_written_for_by,
)
from zhibu.apps.showcases.actions import adopting, publishing
from zhibu.apps.showcases.actions.publishing import Gathering
from zhibu.apps.showcases.errors import ShowcaseRefusal
from zhibu.apps.showcases.models import PlaybookEdition
from zhibu.apps.showcases.queries import gathered, known_people, latest_of, offer, playbook_of
from zhibu.documents.playbooks import LARGEST, LONGEST_STORY, LONGEST_TITLE, fingerprint
from zhibu.domain.playbooks import Outcome
from zhibu.domain.terms import Readership
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed
from zhibu.web.shell.templatetags.words import word

UNPROCESSABLE = 422


def playbook_crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Playbooks"), reverse("playbooks")), *further]


def written_for(request: AskedRequest) -> list[Organization]:
    """Those whose lists one writes; without any there is nothing to do here."""
    found = list(playbooks_written_for_by(request.asker).filter(dissolved__isnull=True).order_by("path"))
    forbid_unless(bool(found))
    return found


def chosen(request: AskedRequest, among: Sequence[Organization]) -> Organization:
    """The one in the address, else the first."""
    asked = request.GET.get("organization")
    found = next((one for one in among if asked in {None, one.code}), None)
    if found is None:
        raise Http404
    return found


# --- Published -----------------------------------------------------------------------------------------------------


class GatherForm(forms.Form):
    title = forms.CharField(label=_lazy("Title"), max_length=LONGEST_TITLE)
    story = forms.CharField(
        label=_lazy("How we do it"),
        required=False,
        max_length=LONGEST_STORY,
        widget=forms.Textarea({"rows": 8}),
        help_text=_lazy(
            "A few paragraphs for those who read it elsewhere: what was difficult, what helped. No names."
        ),
    )
    readership = forms.ChoiceField(label=_lazy("Who may read it"), widget=forms.RadioSelect)
    looked_at = forms.BooleanField(
        label=_lazy("What was found in title and story is no name and not internal"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readers(self.fields["readership"])

    def gathering(self, keys: Sequence[str]) -> Gathering:
        said = self.cleaned_data
        return Gathering(
            title=said["title"],
            story=said["story"],
            keys=keys,
            readership=Readership(said["readership"]),
            looked_at=said["looked_at"],
        )


def readers(field: forms.Field) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(one.value, word(one)) for one in (Readership.HOUSE, Readership.BRANCH)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gather(request: AskedRequest) -> HttpResponse:
    """What stands in the branch's own lists is chosen, looked through, confirmed and published."""
    among = written_for(request)
    organization, today = chosen(request, among), clock.today()
    every = gathered(organization, known_people(), today)
    latest = latest_of(organization)
    last = playbook_of(latest) if latest else None
    initial = {
        "title": last.title if last else _("How %(name)s does it") % {"name": organization.name},
        "story": last.story if last else "",
        "readership": latest.playbook.readership if latest else Readership.HOUSE.value,
    }
    form = GatherForm(request.POST or None, initial=initial)
    keys = request.POST.getlist("key") if request.method == "POST" else [o.item.key for o in every if not o.findings]
    gone = None
    if request.method == "POST" and form.is_valid():
        gathering = form.gathering(keys)
        try:
            gone = publishing.looked_through(organization, gathering, today)
            if "publish" in request.POST:
                edition = publishing.publish(organization, gathering, **signed(request))
                messages.success(
                    request, _("Edition %(number)s of the playbook is published.") % {"number": edition.number}
                )
                return redirect("playbook", edition.pk)
        except ShowcaseRefusal as refusal:
            form.add_error(None, str(refusal))
    title = _("Publish our playbook")
    context = {
        "title": title,
        "organization": organization,
        "organizations": among,
        "form": form,
        "every": every,
        "keys": set(keys),
        "gone": gone,
        "latest": latest,
        "crumbs": playbook_crumbs(Crumb(title)),
    }
    is_confirmed = (
        gone is not None and "change" not in request.POST and (not form.errors or "publish" in request.POST)
    )
    page = "confirm" if is_confirmed else "gather"
    status = UNPROCESSABLE if form.errors else 200
    return render(request, f"secretary/playbooks/{page}.html", context, status=status)


class ReadersForm(forms.Form):
    readership = forms.ChoiceField(label=_lazy("Who may read it"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readers(self.fields["readership"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def playbook_readers(request: AskedRequest, playbook_id: UUID) -> HttpResponse:
    """Another circle of readers here; a file that was handed out stays where it is."""
    found = get_object_or_404(playbooks_read_by(request.asker).select_related("organization"), pk=playbook_id)
    forbid_unless(not found.is_received and may_write_playbook(request.asker, found.organization))
    newest = found.editions.order_by("-number")[0]
    form = ReadersForm(request.POST or None, initial={"readership": found.readership})
    back = reverse("playbook", args=[newest.pk])
    if request.method == "POST" and form.is_valid():
        readership = Readership(form.cleaned_data["readership"])
        publishing.open_playbook_to(found, readership=readership, **signed(request))
        messages.success(request, _("Who may read it is changed; what it says stays as it is."))
        return redirect(back)
    title = _("Who may read it")
    context = {
        "title": title,
        "question": _("It concerns the pages here. Whoever has the file already keeps it."),
        "form": form,
        "action": _("Save"),
        "cancel": back,
        "crumbs": playbook_crumbs(Crumb(newest.title, back), Crumb(title)),
    }
    return render(request, "shell/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- Received ------------------------------------------------------------------------------------------------------


class FileForm(forms.Form):
    organization = forms.ChoiceField(label=_lazy("For"))
    playbook = forms.FileField(
        label=_lazy("Playbook"),
        help_text=_lazy("The .zip that another branch published, up to 8 MB."),
        widget=forms.FileInput({"accept": ".zip"}),
    )
    accepts = forms.CharField(
        label=_lazy("Key of the publisher, if it is new"),
        required=False,
        max_length=40,
        help_text=_lazy(
            "Only where a later edition is signed with another key than before: as the publisher reads it."
        ),
    )

    def clean_playbook(self) -> bytes:
        uploaded = self.cleaned_data["playbook"]
        if uploaded.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 8 MB, and no playbook is."))
        content: bytes = uploaded.read()
        return content

    def clean_accepts(self) -> str:
        bare = "".join(self.cleaned_data["accepts"].split()).upper()
        return " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def playbook_receive(request: AskedRequest) -> HttpResponse:
    """A file from elsewhere is looked into, and stands beside the branch's lists."""
    among = {str(one.pk): one for one in written_for(request)}
    form = FileForm(request.POST or None, request.FILES or None)
    organization = form.fields["organization"]
    assert isinstance(organization, forms.ChoiceField)
    organization.choices = [(key, one.name) for key, one in among.items()]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        of = among[said["organization"]]
        try:
            edition = publishing.receive(of, said["playbook"], accepts=said["accepts"], **signed(request))
        except ShowcaseRefusal as refusal:
            form.add_error("playbook", str(refusal))
        else:
            return redirect(_adopting(edition, of))
    title = _("Open a file")
    context = {"title": title, "form": form, "crumbs": playbook_crumbs(Crumb(title))}
    return render(request, "secretary/playbooks/receive.html", context, status=UNPROCESSABLE if form.errors else 200)


def _adopting(edition: PlaybookEdition, of: Organization) -> str:
    return f"{reverse('playbook_adopt', args=[edition.pk])}?{urlencode({'organization': of.code})}"


# --- Taken ---------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def playbook_adopt(request: AskedRequest, playbook_edition_id: UUID) -> HttpResponse:
    """Side by side with one's own lists: what is chosen becomes drafts."""
    rows = playbook_editions_read_by(request.asker).select_related("playbook__organization")
    edition: PlaybookEdition = get_object_or_404(rows, pk=playbook_edition_id)
    of = edition.playbook
    among = [one for one in written_for(request) if of.is_received or one.pk != of.organization_id]
    forbid_unless(bool(among))
    organization = chosen(request, among)
    error, status = "", 200
    if request.method == "POST":
        try:
            adoption = adopting.adopt(organization, edition, request.POST.getlist("key"), **signed(request))
        except (ShowcaseRefusal, ListRefusal) as refusal:
            error, status = str(refusal), UNPROCESSABLE
        else:
            count = adoption.taken.filter(draft__state="open").count()
            said = ngettext(
                "%(count)s article is a draft of our lists. Look it through, then put it in force.",
                "%(count)s articles are drafts of our lists. Look them through, then put them in force.",
                count,
            )
            messages.success(request, said % {"count": count})
            return redirect(f"{reverse('list_drafts')}?{urlencode({'organization': organization.code})}")
    offered = offer(organization, edition, clock.today())
    title = _("Compare with our lists")
    page = reverse("playbook", args=[edition.pk])
    context = {
        "title": title,
        "edition": edition,
        "of": of,
        "organization": organization,
        "organizations": among,
        "offered": offered,
        "changed": [one for one in offered.merges if one.outcome is not Outcome.SAME],
        "unchanged": [one for one in offered.merges if one.outcome is Outcome.SAME],
        "may": set(offered.may_be_taken),
        "error": error,
        "fingerprint": fingerprint(of.key),
        "crumbs": playbook_crumbs(Crumb(edition.title, page), Crumb(title)),
    }
    return render(request, "secretary/playbooks/adopt.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ShowcaseRefusal, ListRefusal)
def adoption_undo(request: AskedRequest, adoption_id: UUID) -> HttpResponse:
    rows = adoptions_undone_by(request.asker).select_related("edition__playbook", "organization")
    found = get_object_or_404(rows, pk=adoption_id)
    back = f"{reverse('list_drafts')}?{urlencode({'organization': found.organization.code})}"
    if request.method == "POST":
        count = adopting.undo_adoption(found, **signed(request))
        said = ngettext("Taken back: %(count)s draft is gone.", "Taken back: %(count)s drafts are gone.", count)
        messages.success(request, said % {"count": count})
        return redirect(back)
    left = adopting.articles_left(found)
    question = _("The drafts from “%(title)s” that are not in force go.") % {"title": found.edition.title}
    if left:
        question += ngettext(
            "%(count)s article is in force and stays; change or repeal it in the lists.",
            "%(count)s articles are in force and stay; change or repeal them in the lists.",
            left,
        ) % {"count": left}
    title = _("Take back what was taken over")
    context = {
        "title": title,
        "question": question,
        "action": _("Take back"),
        "cancel": back,
        "crumbs": playbook_crumbs(Crumb(title)),
    }
    return render(request, "shell/confirm.html", context)
