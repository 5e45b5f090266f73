"""Drafts of the lists: looked through, altered, put in force, dropped; and from which playbook they came."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from zhibu.apps.lists.access import drafts_written_by
from zhibu.apps.lists.actions import drafting
from zhibu.apps.lists.actions.drafting import words_of_draft
from zhibu.apps.lists.actions.writing import LONGEST_TITLE
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Draft
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.access import playbook_editions_read_by
from zhibu.apps.showcases.models import Adoption, PlaybookEdition
from zhibu.domain.terms import DraftState, ListKind
from zhibu.web.secretary.lists import ArticleForm
from zhibu.web.secretary.playbooks import UNPROCESSABLE, chosen, written_for
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import signed


class SinceForm(forms.Form):
    since = forms.DateField(label=_lazy("In force from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def drafts_of(organization: Organization) -> str:
    return f"{reverse('list_drafts')}?{urlencode({'organization': organization.code})}"


def _crumbs(organization: Organization, *further: Crumb) -> list[Crumb]:
    writing = f"{reverse('lists_edit')}?{urlencode({'organization': organization.code})}"
    return [Crumb(_("Write the lists"), writing), *further]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_drafts(request: AskedRequest) -> HttpResponse:
    """Those that are open, by when they came; the chosen ones are put in force from a day."""
    among = written_for(request)
    organization = chosen(request, among)
    rows = Draft.objects.filter(organization=organization, state=DraftState.OPEN.value)
    form = SinceForm(request.POST or None, initial={"since": clock.today()})
    keys = request.POST.getlist("draft")
    if request.method == "POST" and form.is_valid():
        wanted = list(rows.filter(pk__in=[key for key in keys if _is_uuid(key)]).select_related("article"))
        if not wanted:
            form.add_error(None, _("No draft is chosen. Choose at least one."))
        try:
            drafting.put_in_force(wanted, since=form.cleaned_data["since"], **signed(request))
        except ListRefusal as refusal:
            form.add_error(None, str(refusal))
        if not form.errors:
            said = ngettext("%(count)s article is put in force.", "%(count)s articles are put in force.", len(wanted))
            messages.success(request, said % {"count": len(wanted)})
            return redirect(drafts_of(organization))
    title = _("Drafts of our lists")
    adoptions = list(
        Adoption.objects.filter(organization=organization)
        .select_related("edition__playbook")
        .order_by("-adopted_at")[:20]
    )
    context = {
        "title": title,
        "organization": organization,
        "organizations": among,
        "page": page_of(request, rows.order_by("written_at", "pk"), usual=50),
        "form": form,
        "adoptions": adoptions,
        "later": _later(request, adoptions),
        "crumbs": _crumbs(organization, Crumb(title)),
    }
    return render(request, "secretary/playbooks/drafts.html", context, status=UNPROCESSABLE if form.errors else 200)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _later(request: AskedRequest, adoptions: list[Adoption]) -> list[PlaybookEdition]:
    """Of playbooks from which something was taken, an edition that came later; it is offered and never forced."""
    seen: dict[UUID, int] = {}
    for one in adoptions:
        if one.undone_at is None:
            uid = one.edition.playbook.uid
            seen[uid] = max(seen.get(uid, 0), one.edition.number)
    rows = playbook_editions_read_by(request.asker).filter(playbook__uid__in=seen).select_related("playbook")
    newest: dict[UUID, PlaybookEdition] = {}
    for row in rows.order_by("number"):
        if row.number > seen[row.playbook.uid]:
            newest[row.playbook.uid] = row
    return list(newest.values())


class DraftForm(ArticleForm):
    section = forms.CharField(
        label=_lazy("Section of the list"),
        max_length=LONGEST_TITLE,
        help_text=_lazy("A section of this title is begun where there is none."),
    )
    field_order = ("section", "text")

    def __init__(self, *args: Any, kind: ListKind, **kwargs: Any) -> None:
        super().__init__(*args, kind=kind, tasks=(), is_new=False, **kwargs)
        for name in ("number", "since", "tasks"):
            self.fields.pop(name, None)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        said.setdefault("number", None)
        return said


def _draft(request: AskedRequest, key: UUID) -> Draft:
    found: Draft = get_object_or_404(drafts_written_by(request.asker).select_related("organization"), pk=key)
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ListRefusal)
def draft_edit(request: AskedRequest, draft_id: UUID) -> HttpResponse:
    """Other words before it is put in force. Where it came from stays beside it."""
    found = _draft(request, draft_id)
    initial = asdict(words_of_draft(found)) | {"section": found.section}
    form = DraftForm(request.POST or None, initial=initial, kind=found.word)
    back = drafts_of(found.organization)
    if request.method == "POST" and form.is_valid():
        drafting.redraft(found, section=form.cleaned_data["section"], words=form.words, **signed(request))
        messages.success(request, _("The draft is changed."))
        return redirect(back)
    title = _("Change the draft")
    drafts = Crumb(_("Drafts of our lists"), back)
    context = {
        "form": form,
        "title": title,
        "cancel": back,
        "crumbs": _crumbs(found.organization, drafts, Crumb(title)),
    }
    return render(request, "secretary/lists/form.html", context, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_drop(request: AskedRequest, draft_id: UUID) -> HttpResponse:
    found = _draft(request, draft_id)
    back = drafts_of(found.organization)
    if request.method == "POST":
        drafting.drop([found], **signed(request))
        messages.success(request, _("The draft is dropped. The playbook goes on offering it."))
        return redirect(back)
    title = _("Drop the draft")
    context = {
        "title": title,
        "question": found.text,
        "action": title,
        "cancel": back,
        "crumbs": _crumbs(found.organization, Crumb(_("Drafts of our lists"), back), Crumb(title)),
    }
    return render(request, "shell/confirm.html", context)
