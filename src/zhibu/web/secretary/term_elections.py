"""The election of a term, step by step: what is next and by which article; letters, candidates, tellers, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.elections.access import (
    elections_seen_by,
    may_run_election,
    organizations_electing,
)
from zhibu.apps.elections.models import TermElection
from zhibu.apps.elections.queries import (
    ContestState,
    State,
    asks_surplus,
    lacking,
    state_of,
)
from zhibu.apps.rules.queries import rule
from zhibu.domain.assembly import NextStep
from zhibu.domain.elections import (
    GROUNDS,
    Body,
    Contest,
    Letter,
    Step,
    TellerRole,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, Word
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import cited


def crumbs_of(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Elections"), reverse("elections")), *further]


def seen(request: AskedRequest, term_id: UUID) -> TermElection:
    rows = elections_seen_by(request.asker).select_related(
        "organization", "meeting_item__meeting", "committee_item__meeting"
    )
    return get_object_or_404(rows, pk=term_id)


def run(request: AskedRequest, term_id: UUID) -> TermElection:
    found = seen(request, term_id)
    forbid_unless(may_run_election(request.asker, found))
    return found


def word_of(words: type[Word], text: str) -> Any:
    """The word in an address; 404 for any other."""
    try:
        return words(text)
    except ValueError as error:
        raise Http404 from error


# --- The list ------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def elections(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.offices))
    rows = elections_seen_by(request.asker).select_related("organization")
    if request.GET.get("open"):
        rows = rows.filter(posts_on__isnull=True, called_off="")
    context = {
        "page": page_of(request, rows),
        "is_narrowed": bool(request.GET.get("open")),
        "may_begin": organizations_electing(request.asker).exists(),
    }
    return render(request, "secretary/elections/list.html", context)


# --- The page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepLine:
    """``url`` is empty where nothing is to be done, or by somebody else."""

    step: Step
    is_done: bool
    is_next: bool
    ground: str
    url: str


@login_required
@require_safe
def term_election(request: AskedRequest, term_id: UUID) -> HttpResponse:
    found = seen(request, term_id)
    state = state_of(found)
    runs = may_run_election(request.asker, found) and found.is_under_way
    lines = _lines(state, runs=runs)
    following = next((line for line in lines if line.is_next), None)
    context = {
        "election": found,
        "runs": runs,
        "lines": lines,
        "following": following,
        "helps": _helps(state, following) if runs and following else (),
        "contests": [(one, needs(state, one), _result(one)) for one in state.contests.values()],
        "tellers": [
            (body, [(TellerRole(each.role), each.person) for each in people])
            for body, people in state.tellers.items()
        ],
        "last_letter": [letter for letter in Letter if letter in state.letters][-1:],
        "letters": [(letter, state.letters.get(letter)) for letter in Letter],
        "meetings": [(body, item) for body, item in state.items.items() if item is not None],
        "is_printable": bool(state.letters),
        "leaves_open": [one.contest for one in state.contests.values() if _may_stay_open(one)],
        "crumbs": crumbs_of(Crumb(found.organization.name)),
    }
    return render(request, "secretary/elections/election.html", context)


def _lines(state: State, *, runs: bool) -> list[StepLine]:
    following = state.next_step
    return [
        StepLine(
            step,
            step in state.done,
            step is following,
            ground(state, GROUNDS[step]),
            _step_url(state, step) if runs else "",
        )
        for step in state.order
    ]


def ground(state: State, rule_id: str) -> str:
    found = rule(rule_id, state.election.planned_on)
    return cited(found) if found is not None else ""


def _step_url(state: State, step: Step) -> str:
    key = state.election.pk
    if step in {Step.NOMINEES, Step.POSTS}:
        lacks = next((one for one in state.contests.values() if lacking(state, one)), None)
        contest = lacks.contest if lacks else next(iter(state.contests))
        named = {
            Step.NOMINEES: reverse("term_election_candidates", args=[key, contest.value]),
            Step.POSTS: reverse("term_election_posts", args=[key]),
        }
        return named[step]
    body = {Step.MEETING: Body.MEETING, Step.COMMITTEE: Body.COMMITTEE}.get(step)
    if body is not None:
        return reverse("term_election_meeting", args=[key, body.value])
    body = {Step.MEETING_TELLERS: Body.MEETING, Step.COMMITTEE_TELLERS: Body.COMMITTEE}.get(step)
    if body is not None:
        return reverse("term_election_tellers", args=[key, body.value])
    if step.value in set(Letter):
        return reverse("term_election_letter", args=[key, step.value])
    return reverse("term_election_count", args=[key, step.value])


def _helps(state: State, following: StepLine) -> list[tuple[str, str]]:
    """Pages that help with the next step: its name and its address."""
    code = state.election.organization.code
    if following.step is Step.MEETING:
        plan = f"{reverse('plan_election')}?organization={code}&month={state.election.planned_on:%Y-%m}"
        kind = MeetingKind.GENERAL_MEETING
        return [
            (_("Can four fifths sit together?"), plan),
            (_("Convene the meeting"), f"{reverse('convene')}?organization={code}&kind={kind.value}"),
        ]
    if following.step is Step.COMMITTEE:
        is_branch = state.election.organization.word is OrganizationKind.BRANCH
        kind = MeetingKind.BRANCH_COMMITTEE_MEETING if is_branch else MeetingKind.COMMITTEE_MEETING
        return [(_("Convene the meeting"), f"{reverse('convene')}?organization={code}&kind={kind.value}")]
    return []


def needs(state: State, one: ContestState) -> str:
    """What is said about the number of candidates."""
    lacks = lacking(state, one)
    if lacks and not one.ballots:
        return _("%(number)s more must stand.") % {"number": lacks}
    if one.contest is Contest.MEMBERS and not asks_surplus(state.election.planned_on):
        return _("That candidates exceed the seats by a fifth is a rule not confirmed here: see Rules.")
    return ""


def _result(one: ContestState) -> str:
    if one.standing.next_step is None:
        return ""
    if one.standing.next_step is NextStep.DONE:
        return _("Decided.")
    return one.standing.next_step.zh


def _may_stay_open(one: ContestState) -> bool:
    waits = one.standing.next_step is NextStep.VOTE_AGAIN_OR_LEAVE_OPEN
    return waits and bool(one.standing.elected) and one.contest is not Contest.SECRETARY


def contest_of(state: State, contest: Contest) -> ContestState:
    if contest not in state.contests:
        raise Http404
    return state.contests[contest]
