"""What a teller does: makes a key that only the teller holds, and counts together with the other tellers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhibu.apps.ballots.actions.ending import BroughtKey, count
from zhibu.apps.ballots.actions.preparing import LONGEST_PHRASE, SHORTEST_PHRASE, make_teller_key
from zhibu.apps.ballots.errors import BallotRefusal
from zhibu.apps.ballots.models import Ballot, Teller
from zhibu.apps.ballots.queries import tellers_of
from zhibu.apps.ballots.sealing import LONGEST_KEY_FILE
from zhibu.web.member.ballots import ballot_seen
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import attachment, file_name
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import me, signed


def _crumbs(ballot: Ballot, last: str) -> list[Crumb]:
    return [
        Crumb(_("Ballots"), reverse("ballots")),
        Crumb(ballot.question, reverse("ballot", args=[ballot.pk])),
        Crumb(last),
    ]


def _as_teller(request: AskedRequest, ballot: Ballot) -> list[Teller]:
    """All tellers, where the asker is one of them."""
    tellers = tellers_of(ballot)
    forbid_unless(any(teller.person_id == request.asker.person for teller in tellers))
    return tellers


class KeyForm(forms.Form):
    phrase = forms.CharField(
        label=_lazy("Phrase"),
        strip=False,
        min_length=SHORTEST_PHRASE,
        max_length=LONGEST_PHRASE,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_lazy(
            "Ten characters or more that you use nowhere else. It is needed at the count and kept nowhere."
        ),
    )
    again = forms.CharField(
        label=_lazy("Phrase, once more"),
        strip=False,
        max_length=LONGEST_PHRASE,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("phrase") not in {None, again}:
            raise forms.ValidationError(_("The two phrases differ. Type the same one twice."))
        return again


@sensitive_post_parameters("phrase", "again")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    """POST answers with the file. The server keeps what seals and forgets what opens."""
    found = ballot_seen(request, ballot_id)
    tellers = _as_teller(request, found)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            file = make_teller_key(found, me(request), form.cleaned_data["phrase"], **signed(request))
        except BallotRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            name = _("key of %(name)s for %(ballot)s") % {"name": me(request).name, "ballot": found.question}
            return attachment(file, f"{file_name(name)}.json", "application/json")
    mine = next(teller for teller in tellers if teller.person_id == request.asker.person)
    context = {
        "title": _("Make my key"),
        "ballot": found,
        "form": form,
        "has_key": mine.public_key is not None,
        "crumbs": _crumbs(found, _("Make my key")),
    }
    return render(request, "member/ballots/key.html", context, status=422 if form.errors else 200)


class CountForm(forms.Form):
    """A key file and a phrase of each teller."""

    def __init__(self, *args: Any, tellers: list[Teller], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tellers = tellers
        for number, teller in enumerate(tellers):
            self.fields[f"file_{number}"] = forms.FileField(
                label=_("Key file of %(name)s") % {"name": teller.person.name}, max_length=255
            )
            self.fields[f"phrase_{number}"] = forms.CharField(
                label=_("Phrase of %(name)s") % {"name": teller.person.name},
                strip=False,
                max_length=LONGEST_PHRASE,
                widget=forms.PasswordInput({"autocomplete": "off"}),
            )

    def brought(self) -> dict[UUID, BroughtKey]:
        said = self.cleaned_data
        return {
            teller.pk: BroughtKey(said[f"file_{number}"].read(LONGEST_KEY_FILE + 1), said[f"phrase_{number}"])
            for number, teller in enumerate(self._tellers)
        }


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def count_ballots(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    found = ballot_seen(request, ballot_id)
    tellers = _as_teller(request, found)
    form = CountForm(request.POST or None, request.FILES or None, tellers=tellers)
    if request.method == "POST" and form.is_valid():
        try:
            count(found, form.brought(), **signed(request))
        except BallotRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Counted. The box is empty; destroy the key files now."))
            return redirect("ballot", found.pk)
    context = {
        "title": _("Count the ballots"),
        "ballot": found,
        "form": form,
        "crumbs": _crumbs(found, _("Count the ballots")),
    }
    return render(request, "member/ballots/count.html", context, status=422 if form.errors else 200)
