"""The papers of an election, filled in from its records: letters, lists, ballots, counts, results, the volume."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from zhibu.apps.elections.models import TermElection
from zhibu.apps.elections.queries import State, electable, state_of, told_of
from zhibu.documents.elections import (
    ElectionBallots,
    ballots_docx,
    ballots_pdf,
    letter_docx,
    letter_pdf,
    sheet_docx,
    sheet_pdf,
)
from zhibu.documents.papers import volume_docx, volume_pdf
from zhibu.domain.election_papers import ContestTold, Told
from zhibu.domain.elections import Body, Contest, Letter
from zhibu.web.secretary.term_elections import seen
from zhibu.web.shell import clock
from zhibu.web.shell.downloads import paper
from zhibu.web.shell.middleware import AskedRequest

FORMS = ("docx", "pdf")


@login_required
@require_safe
def election_paper(request: AskedRequest, term_id: UUID, paper_name: str, form: str) -> HttpResponse:
    """``volume``, ``list``, ``letter-request``, ``ballots-members``, ``count-members``, ``result-members`` …"""
    of = seen(request, term_id)
    if form not in FORMS:
        raise Http404
    state = state_of(of)
    told = told_of(state, clock.today())
    kind, _dash, about = paper_name.partition("-")
    make = _MAKERS.get(kind)
    if make is None:
        raise Http404
    content, name = make(of, state, told, about, form)
    return paper(content, name, form)


_Maker = Callable[[TermElection, State, Told, str, str], tuple[bytes, str]]


def _volume(_of: TermElection, _state: State, told: Told, _about: str, form: str) -> tuple[bytes, str]:
    make = {"docx": volume_docx, "pdf": volume_pdf}[form]
    return make(told, at=clock.now()), told.heading


def _list(_of: TermElection, _state: State, told: Told, _about: str, form: str) -> tuple[bytes, str]:
    sheet = told.list_of_candidates()
    make = {"docx": sheet_docx, "pdf": sheet_pdf}[form]
    return make(sheet, at=clock.now()), f"{told.organization}{sheet.heading}"


def _letter(_of: TermElection, _state: State, told: Told, about: str, form: str) -> tuple[bytes, str]:
    if about not in {Letter.REQUEST, Letter.CANDIDATES, Letter.REPORT}:
        raise Http404
    letter = told.letter(Letter(about))
    make = {"docx": letter_docx, "pdf": letter_pdf}[form]
    return make(letter, at=clock.now()), letter.heading


def _ballots(of: TermElection, state: State, told: Told, about: str, form: str) -> tuple[bytes, str]:
    """As many as there are voters. What stands on one does not tell who has it, nor when the file was made."""
    one = _contest(told, about)
    contest = state.contests[one.contest]
    copies = (
        len(state.contests[Contest.MEMBERS].elected)
        if contest.body is Body.COMMITTEE
        else electable(of.organization, of.planned_on).count()
    )
    ballots = ElectionBallots(
        organization=told.organization,
        what=one.contest.zh,
        names=tuple(person.name for person in contest.on_ballot),
        seats=contest.standing.seats_open,
        copies=copies,
    )
    make = {"docx": ballots_docx, "pdf": ballots_pdf}[form]
    return make(ballots), f"{told.organization}选举{one.contest.zh}选票"


def _count(_of: TermElection, state: State, told: Told, about: str, form: str) -> tuple[bytes, str]:
    one = _contest(told, about)
    contest = state.contests[one.contest]
    sheet = told.count_sheet(one, [person.name for person in contest.on_ballot], contest.standing.seats_open)
    make = {"docx": sheet_docx, "pdf": sheet_pdf}[form]
    return make(sheet, at=clock.now()), f"{told.organization}{sheet.heading}"


def _result(_of: TermElection, _state: State, told: Told, about: str, form: str) -> tuple[bytes, str]:
    one = _contest(told, about)
    sheet = told.result_sheet(one)
    make = {"docx": sheet_docx, "pdf": sheet_pdf}[form]
    return make(sheet, at=clock.now()), f"{told.organization}{sheet.heading}"


def _contest(told: Told, about: str) -> ContestTold:
    for one in told.contests:
        if one.contest.value == about:
            return one
    raise Http404


_MAKERS: dict[str, _Maker] = {
    "volume": _volume,
    "list": _list,
    "letter": _letter,
    "ballots": _ballots,
    "count": _count,
    "result": _result,
}
