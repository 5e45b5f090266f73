"""Votes and elections: counted in the room, judged at once, withdrawn only with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.elections.queries import election_at
from zhibu.apps.meetings.actions import decisions
from zhibu.apps.meetings.actions.stages import VOTABLE
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem, Candidate, Decision, Election, Meeting
from zhibu.apps.meetings.queries import count_of, election_rule_of, foresight_of, roll_of, rule_of
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Ballots, Count, ElectionResult, Votes, Written
from zhibu.domain.requirements import Decision as DecisionKind
from zhibu.domain.strokes import by_surname
from zhibu.domain.terms import Standing, VotingWay
from zhibu.web.secretary.meetings.doors import run, run_item
from zhibu.web.secretary.meetings.fields import person_called
from zhibu.web.secretary.meetings.forms import ReasonForm, status_of
from zhibu.web.secretary.meetings.hub import counted, counted_by
from zhibu.web.secretary.meetings.words import citation_of, decision_on, foresight_words, resolution_on, verdict_words
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import Signed, signed

#: What a vote may be about; an election has a form of its own.
VOTED = tuple(kind for kind in DecisionKind if kind is not DecisionKind.ELECTION)

_HANDS = {"inputmode": "numeric"}


def _hands(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=32000, widget=forms.NumberInput(_HANDS), **options)


class VoteForm(forms.Form):
    """A vote as counted. Left empty, a number is 0."""

    kind = forms.ChoiceField(
        label=_lazy("What is decided"), choices=[(kind.value, kind.zh) for kind in VOTED], widget=forms.RadioSelect
    )
    text = forms.CharField(label=_lazy("Text of the resolution"), max_length=4000, widget=forms.Textarea({"rows": 3}))
    way = forms.ChoiceField(label=_lazy("How it is voted"), choices=VotingWay.choices(), widget=forms.RadioSelect)
    in_favour = _hands(_lazy("In favour"))
    against = _hands(_lazy("Against"), required=False)
    abstained = _hands(_lazy("Abstained"), required=False)
    written_in_favour = _hands(_lazy("Written, in favour"), required=False)
    written_against = _hands(_lazy("Written, against"), required=False)
    about = forms.CharField(
        label=_lazy("About whom"),
        help_text=_lazy("Name or staff number; only for an admission or a confirmation."),
        max_length=60,
        required=False,
    )

    def clean_about(self) -> Person | None:
        typed: str = self.cleaned_data["about"].strip()
        return person_called(typed, Person.objects.all()) if typed else None

    @property
    def votes(self) -> Votes:
        given = {name: self.cleaned_data.get(name) or 0 for name in self.fields if name not in _NO_NUMBERS}
        written = Written(given.pop("written_in_favour"), given.pop("written_against"))
        return Votes(**given, written=written)


_NO_NUMBERS = {"kind", "text", "way", "about"}


def unanimous(item: AgendaItem, done: Signed) -> str:
    """Everybody in the room is in favour, by show of hands: the usual vote in one deed. Returns what it came to."""
    count = count_of(roll_of(item.meeting))
    came_to = decisions.take_vote(
        item,
        kind=decision_on(item.title),
        text=resolution_on(item.title),
        way=VotingWay.HANDS,
        votes=Votes(count.voters_present),
        **done,
    )
    return verdict_words(came_to.verdict, came_to.decision.citation)


def _context(meeting: Meeting, item: AgendaItem, heading: str) -> dict[str, Any]:
    return {
        "crumbs": [
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Minutes"), reverse("meeting_minutes", args=[meeting.pk])),
            Crumb(heading),
        ],
        "meeting": meeting,
        "item": item,
    }


def _foreseen(meeting: Meeting, kind: DecisionKind, count: Count) -> tuple[DecisionKind, str, str]:
    """By which article such a vote is judged, and what the chair should know before it; a resolution stands above."""
    rule = rule_of(meeting, kind)
    is_above = kind is DecisionKind.RESOLUTION
    return kind, citation_of(rule), "" if is_above else foresight_words(foresight_of(rule, count))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: AskedRequest, meeting_id: UUID, item_id: UUID) -> HttpResponse:
    item = run_item(request, meeting_id, item_id)
    meeting = item.meeting
    lines = roll_of(meeting)
    count = count_of(lines)
    initial = {
        "kind": decision_on(item.title).value,
        "text": resolution_on(item.title),
        "way": VotingWay.HANDS.value,
        "in_favour": count.voters_present,
    }
    form = VoteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _voted(request, form, item):
        return redirect("meeting_minutes", meeting.pk)
    context = {
        **_context(meeting, item, _("Vote")),
        "form": form,
        "counted": counted(meeting, lines, is_running=True),
        "rules": [_foreseen(meeting, kind, count) for kind in VOTED],
        "is_votable": meeting.at_stage in VOTABLE,
    }
    return render(request, "secretary/meetings/vote.html", context, status=status_of(form))


def _voted(request: AskedRequest, form: VoteForm, item: AgendaItem) -> bool:
    facts = form.cleaned_data
    try:
        came_to = decisions.take_vote(
            item,
            kind=DecisionKind(facts["kind"]),
            text=facts["text"],
            way=VotingWay(facts["way"]),
            votes=form.votes,
            about=facts["about"],
            **signed(request),
        )
    except MeetingRefusal as refusal:
        form.add_error(None, forms.ValidationError(str(refusal), "refused"))
        return False
    messages.success(request, verdict_words(came_to.verdict, came_to.decision.citation))
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def withdraw(request: AskedRequest, meeting_id: UUID, decision_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    decision = get_object_or_404(
        Decision.objects.select_related("agenda_item"), pk=decision_id, agenda_item__meeting=meeting
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decisions.withdraw_vote(decision, reason=form.cleaned_data["reason"], **signed(request))
        return _withdrawn(request, meeting)
    return _asks(request, meeting, form, decision.text)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(MeetingRefusal)
def withdraw_election(request: AskedRequest, meeting_id: UUID, election_id: UUID) -> HttpResponse:
    meeting = run(request, meeting_id)
    election = get_object_or_404(
        Election.objects.select_related("agenda_item"), pk=election_id, agenda_item__meeting=meeting
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decisions.withdraw_election(election, reason=form.cleaned_data["reason"], **signed(request))
        return _withdrawn(request, meeting)
    return _asks(request, meeting, form, election.what)


def _withdrawn(request: AskedRequest, meeting: Meeting) -> HttpResponse:
    messages.success(request, _("Withdrawn. That it was, and why, stays on record."))
    return redirect("meeting_minutes", meeting.pk)


def _asks(request: AskedRequest, meeting: Meeting, form: ReasonForm, what: str) -> HttpResponse:
    context = {
        "title": _("Withdraw this count"),
        "question": what,
        "action": _("Withdraw"),
        "cancel": reverse("meeting_minutes", args=[meeting.pk]),
        "form": form,
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


# --- Elections -----------------------------------------------------------------------------------------------------


class CountForm(forms.Form):
    """What the tellers counted: papers, and votes of each candidate in the order of the ballot."""

    what = forms.CharField(label=_lazy("What is elected"), max_length=120)
    seats = _hands(_lazy("Seats"))
    issued = _hands(_lazy("Ballots issued"))
    returned = _hands(_lazy("Ballots returned"))
    void = _hands(_lazy("Of these void"), required=False)

    def __init__(self, *args: Any, candidates: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        for person in candidates:
            self.fields[f"votes_{person.pk}"] = _hands(person.name)

    @property
    def papers(self) -> list[forms.BoundField]:
        return [self[name] for name in ("what", "seats", "issued", "returned", "void")]

    @property
    def counts(self) -> list[forms.BoundField]:
        return [self[f"votes_{person.pk}"] for person in self.candidates]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if (facts.get("void") or 0) > (facts.get("returned") or 0):
            self.add_error("void", _("More ballots are void than came back. Count again."))
        return facts

    @property
    def ballots(self) -> Ballots:
        facts = self.cleaned_data
        return Ballots(issued=facts["issued"], returned=facts["returned"], void=facts["void"] or 0)

    @property
    def votes(self) -> dict[Person, int]:
        return {person: self.cleaned_data[f"votes_{person.pk}"] for person in self.candidates}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def election(request: AskedRequest, meeting_id: UUID, item_id: UUID) -> HttpResponse:
    """First who stands (``?c=…``), then the count. ``?first=`` names the ballot whose tie is decided.

    An item under which a term is elected leads to that election: who stands is known there.
    """
    item = run_item(request, meeting_id, item_id)
    term = election_at(item)
    if term is not None:
        return redirect("term_election", term.pk)
    meeting = item.meeting
    lines = roll_of(meeting)
    first = _first(request, item)
    stood = list(first.candidates.select_related("person")) if first else []
    electable = [] if first else _electable(meeting)
    candidates = _candidates(request, electable, stood)
    form = None
    if candidates:
        form = CountForm(
            request.POST or None, initial=_papers(count_of(lines), first, stood, item, request), candidates=candidates
        )
        if request.method == "POST" and form.is_valid() and _counted(request, form, item, first):
            return redirect("meeting_minutes", meeting.pk)
    context = {
        **_context(meeting, item, _("Election")),
        "form": form,
        "first": first,
        "is_decided": first is not None and decisions.is_decided(first),
        "electable": [] if candidates else electable,
        "counted": counted_by(election_rule_of(meeting), meeting, lines, is_running=True),
        "is_votable": meeting.at_stage in VOTABLE,
    }
    return render(request, "secretary/meetings/election.html", context, status=status_of(form) if form else 200)


def _first(request: AskedRequest, item: AgendaItem) -> Election | None:
    wanted = request.GET.get("first")
    if not wanted:
        return None
    try:
        return get_object_or_404(Election, pk=UUID(wanted), agenda_item=item)
    except ValueError:
        return None


def _electable(meeting: Meeting) -> list[Person]:
    """Full members on the roll, in the order in which a ballot lists them: by the strokes of the surname."""
    full = Person.objects.filter(
        roll_entries__meeting=meeting.roll_of, roll_entries__standing=Standing.FULL, roll_entries__observes=False
    )
    return sorted(full, key=lambda person: (by_surname(person.name), person.staff_number))


def _candidates(request: AskedRequest, electable: list[Person], tied: list[Candidate]) -> list[Person]:
    if tied:
        return [one.person for one in tied if one.tied]
    numbers = set(request.GET.getlist("c")[:200])
    return [person for person in electable if person.staff_number in numbers]


def _papers(
    count: Count, first: Election | None, stood: list[Candidate], item: AgendaItem, request: AskedRequest
) -> dict[str, Any]:
    """All in the room got a ballot and gave it back: the usual case. ``stood``: at the first ballot."""
    papers: dict[str, Any] = {"issued": count.voters_present, "returned": count.voters_present, "void": 0}
    if first is not None:
        return papers | {"what": first.what, "seats": first.seats - sum(one.elected for one in stood)}
    seats = request.GET.get("seats", "")
    return papers | {"what": item.title.removeprefix("选举"), "seats": int(seats) if seats.isdecimal() else 1}


def _counted(request: AskedRequest, form: CountForm, item: AgendaItem, first: Election | None) -> bool:
    facts = form.cleaned_data
    try:
        result = decisions.count_election(
            item,
            what=facts["what"],
            seats=facts["seats"],
            ballots=form.ballots,
            votes=form.votes,
            first=first,
            **signed(request),
        )
    except MeetingRefusal as refusal:
        form.add_error(None, forms.ValidationError(str(refusal), "refused"))
        return False
    messages.success(request, _in_words(result))
    return True


def _in_words(result: ElectionResult[Person]) -> str:
    names = "、".join(person.name for person in result.elected)
    if result.why_void is not None:
        return _("This ballot is void: %(why)s. %(next)s.") % {"why": result.why_void.zh, "next": result.next_step.zh}
    elected = _("Elected: %(names)s.") % {"names": names} if names else _("Nobody is elected by this ballot.")
    return f"{elected} {result.next_step.zh}。"
