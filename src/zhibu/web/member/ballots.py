"""Consultative ballots as people meet them: what is asked, one's vote, the receipt, and what was counted.

How somebody voted passes through ``vote`` once, in the body of a request, and stands in no address, message or log.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.access import ballots_seen_by, may_keep_ballot
from zhibu.apps.ballots.actions import voting
from zhibu.apps.ballots.errors import BallotRefusal
from zhibu.apps.ballots.models import Ballot, Option
from zhibu.apps.ballots.queries import forward_of, is_in_the_box, line_in, line_of, tellers_of, turnout
from zhibu.domain.ballots import BallotState, may_be_told
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import attachment, file_name
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me

_CHIPS = {
    BallotState.OPEN: "open",
    BallotState.CLOSED: "note",
    BallotState.COUNTED: "done",
}

#: Letters of a receipt as somebody may type them.
_LONGEST_CODE = 40


def ballot_seen(request: AskedRequest, ballot_id: UUID) -> Ballot:
    rows = ballots_seen_by(request.asker).select_related("organization", "among_tied_of")
    return get_object_or_404(rows, pk=ballot_id)


def _crumbs(ballot: Ballot, *further: Crumb) -> list[Crumb]:
    here = Crumb(ballot.question, reverse("ballot", args=[ballot.pk])) if further else Crumb(ballot.question)
    return [Crumb(_("Ballots"), reverse("ballots")), here, *further]


@login_required
@require_safe
def ballots(request: AskedRequest) -> HttpResponse:
    """Those one votes in, tells or keeps; the latest first."""
    at = clock.now()
    page = page_of(request, ballots_seen_by(request.asker).select_related("organization"))
    mine = set(
        Ballot.objects.filter(
            pk__in=[ballot.pk for ballot in page], roll__person=request.asker.person, roll__has_voted=False
        ).values_list("pk", flat=True)
    )
    lines = [
        {
            "ballot": ballot,
            "state": (state := ballot.state(at)),
            "chip": _CHIPS.get(state, "quiet"),
            "waits": state is BallotState.OPEN and ballot.pk in mine,
        }
        for ballot in page
    ]
    context = {"page": page, "lines": lines, "may_hold": bool(request.asker.offices)}
    return render(request, "member/ballots/list.html", context)


@login_required
@never_cache
@require_safe
def ballot(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    found, at = ballot_seen(request, ballot_id), clock.now()
    state = found.state(at)
    options, tellers = list(found.options.all()), tellers_of(found)
    line = line_of(found, request.asker.person)
    told = turnout(found) if found.opened_at else None
    keeps = may_keep_ballot(request.asker, found)
    has_all_keys = all(teller.public_key is not None for teller in tellers)
    if state is BallotState.PREPARING and has_all_keys:
        state = BallotState.READY
    tells = any(teller.person_id == request.asker.person for teller in tellers)
    before_end = not found.outcome
    context = {
        "ballot": found,
        "state": state,
        "chip": _CHIPS.get(state, "quiet"),
        "options": options,
        "tellers": tellers,
        "turnout": told,
        "line": line,
        "may_vote": state is BallotState.OPEN and line is not None and not line.has_voted,
        "makes_key": tells and found.opened_at is None and before_end,
        "opens": keeps and state is BallotState.READY,
        "counts": tells and state is BallotState.CLOSED and told is not None and may_be_told(told.voted),
        "too_few": state is BallotState.CLOSED and told is not None and not may_be_told(told.voted),
        "gives_up": keeps and state is BallotState.CLOSED,
        "withdraws": keeps and before_end,
        "keeps": keeps,
        "leaves": keeps and before_end,
        "result": _result(found, options),
        "again": list(found.again.all()),
        "crumbs": _crumbs(found),
    }
    return render(request, "member/ballots/ballot.html", context)


def _result(ballot: Ballot, options: list[Option]) -> dict[str, Any] | None:
    """What was counted, in the order of the options; ``None`` where nothing was."""
    if ballot.outcome != BallotState.COUNTED:
        return None
    forward = forward_of(ballot, options)
    places = set(forward.clear) if forward else set()
    tied = set(forward.tied) if forward else set()
    return {
        "lines": [
            {"option": option, "is_clear": option.place in places, "is_tied": option.place in tied}
            for option in options
        ],
        "forward": forward,
        "tied": [option.text for option in options if option.place in tied],
    }


# --- One's vote -----------------------------------------------------------------------------------------------------


class VoteForm(forms.Form):
    """What can be marked; nothing marked abstains. ``code``: of the receipt, made when the page was."""

    code = forms.CharField(max_length=_LONGEST_CODE, widget=forms.HiddenInput)
    marks: forms.Field

    def __init__(self, *args: Any, ballot: Ballot, options: list[Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(option.place), option.text) for option in options if option.left_at is None]
        label = _("Mark one, or none to abstain") if ballot.most == 1 else _most_in_words(ballot.most)
        if ballot.most == 1:
            none = ("", _("none: I abstain"))
            self.fields["marks"] = forms.ChoiceField(
                label=label, choices=[*choices, none], widget=forms.RadioSelect, required=False
            )
        else:
            self.fields["marks"] = forms.MultipleChoiceField(
                label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
            )

        self._most = ballot.most

    def clean_code(self) -> bytes:
        code = sealing.from_letters(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("This page is damaged. Open the ballot anew and vote again."))
        return code

    def clean_marks(self) -> str | list[str]:
        said: str | list[str] = self.cleaned_data["marks"]
        if not isinstance(said, str) and len(said) > self._most:
            raise forms.ValidationError(
                _("%(number)s are marked. Mark at most %(most)s, or none to abstain.")
                % {"number": len(said), "most": self._most}
            )
        return said

    @property
    def places(self) -> list[int]:
        said = self.cleaned_data["marks"]
        return [int(place) for place in ([said] if isinstance(said, str) else said) if place]


def _most_in_words(most: int) -> str:
    return _("Mark at most %(most)s, or none to abstain") % {"most": most}


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BallotRefusal)
def vote(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    """Mark, look at it once more, lay it in. The receipt is the answer itself and is shown once.

    POST ``sure=1`` lays it in. Sent again with the same ``code`` it is the same vote and the same receipt.
    """
    line = line_in(ballot_id, request.asker.person)
    if line is None:
        ballot_seen(request, ballot_id)
        raise PermissionDenied
    found = line.ballot
    if request.method != "POST":
        _refuse_to_begin(found, has_voted=line.has_voted)
    options = list(found.options.all())
    form = VoteForm(
        request.POST or None,
        ballot=found,
        options=options,
        initial={"code": sealing.in_letters(sealing.new_code())},
    )
    context: dict[str, Any] = {"ballot": found, "form": form, "crumbs": _crumbs(found, Crumb(_("Cast my vote")))}
    if request.method != "POST" or "again" in request.POST or not form.is_valid():
        context["left"] = [option for option in options if option.left_at is not None]
        return render(request, "member/ballots/vote.html", context, status=422 if form.errors else 200)
    places, code = form.places, form.cleaned_data["code"]
    if request.POST.get("sure") != "1":
        context |= {"places": places, "chosen": [option.text for option in options if option.place in places]}
        return render(request, "member/ballots/sure.html", context)
    voting.vote(found, me(request), places, code=code, at=clock.now())
    return render(request, "member/ballots/receipt.html", {"ballot": found, "code": sealing.in_letters(code)})


def _refuse_to_begin(ballot: Ballot, *, has_voted: bool) -> None:
    if ballot.state(clock.now()) is not BallotState.OPEN:
        raise BallotRefusal(_("Voting has not begun, or it has ended."))
    if has_voted:
        raise BallotRefusal(_("You have voted already. Your receipt finds your ballot."))


# --- Receipts -------------------------------------------------------------------------------------------------------


class ReceiptForm(forms.Form):
    code = forms.CharField(
        label=_lazy("Code of the receipt"),
        max_length=_LONGEST_CODE,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_lazy("Sixteen letters and digits. Dashes, spaces and small letters do not matter."),
    )

    def clean_code(self) -> bytes:
        code = sealing.from_letters(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("A code has sixteen of the letters A to Z and the digits 2 to 7."))
        return code


@sensitive_post_parameters("code")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(BallotRefusal)
def receipt(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    """Whether the ballot of a receipt is in the box, or was counted. Anybody's code may be asked, by anybody here."""
    found = ballot_seen(request, ballot_id)
    not_found_unless(found.opened_at is not None)
    form = ReceiptForm(request.POST or None)
    is_there: bool | None = None
    if request.method == "POST" and form.is_valid():
        is_there = is_in_the_box(found, form.cleaned_data["code"])
    context = {
        "ballot": found,
        "form": form,
        "is_there": is_there,
        "was_counted": found.outcome == BallotState.COUNTED,
        "is_over": bool(found.outcome),
        "crumbs": _crumbs(found, Crumb(_("Receipt"))),
    }
    return render(request, "member/ballots/check.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def codes(request: AskedRequest, ballot_id: UUID) -> HttpResponse:
    """The receipts of all ballots that were counted, sorted: for whoever wants to compare them by themself."""
    found = ballot_seen(request, ballot_id)
    not_found_unless(found.outcome == BallotState.COUNTED)
    text = f"{found.question}\n{found.codes}\n"
    return attachment(text.encode(), f"{file_name(found.question)}.txt", "text/plain; charset=utf-8")
