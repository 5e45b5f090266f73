"""A selection from its call to its result: notice, ballot, count, honors. Who stands in it is in ``candidates``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.honors.actions.bestowing import LONGEST_TITLE, Conferred, bestow
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Candidate, Objection, Selection, SelectionRound, SelectionVotes
from zhibu.apps.honors.queries import short_list, standing_now
from zhibu.apps.organizations.models import Organization
from zhibu.apps.rules.calendar import is_working_day
from zhibu.domain import selections as domain
from zhibu.domain.guidance import kept, kept_line, promised_day
from zhibu.domain.seal import Canonical
from zhibu.domain.selections import FEWEST_TELLERS, LEAST_NOTICE, MOST_NOTICE, UNDER_WAY, Conditions, Tally
from zhibu.domain.terms import SelectionStage

#: Places of a selection, years of service and of waiting, characters of a call and of a remark.
MOST_PLACES, MOST_YEARS, LONGEST_CALL, LONGEST_REMARK = 100, 40, 5000, 300

NO_CONDITIONS = Conditions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is selected and how. ``nominate_until`` is the last day on which somebody can be nominated."""

    title: str
    year: int
    text: str
    places: int
    nominate_until: dt.date
    conditions: Conditions = NO_CONDITIONS
    notice_days: int = LEAST_NOTICE


@transaction.atomic
def call(organization: Organization, said: Call, *, actor: Actor, at: dt.datetime) -> Selection:
    """From now on whoever belongs to the organization or below it nominates."""
    today = localtime(at).date()
    title, text = kept_line(said.title), kept(said.text)
    _refuse_words(title, text)
    _refuse_numbers(said, today)
    if Selection.objects.filter(organization=organization, title=title, year=said.year).exclude(
        stage=SelectionStage.CALLED_OFF.value
    ):
        raise HonorRefusal(
            _("“%(title)s” of %(year)s was called already. Go on with that one.")
            % {"title": title, "year": said.year}
        )
    made = Selection.objects.create(
        organization=organization,
        title=title,
        year=said.year,
        text=text,
        places=said.places,
        service_years=said.conditions.service_years,
        not_within=said.conditions.not_within,
        called_on=today,
        nominate_until=said.nominate_until,
        notice_days=said.notice_days,
    )
    document: dict[str, Canonical] = {
        "organization": str(organization.pk),
        "title": title,
        "year": said.year,
        "text": text,
        "places": said.places,
        "service_years": said.conditions.service_years,
        "not_within": said.conditions.not_within,
        "nominate_until": said.nominate_until.isoformat(),
        "notice_days": said.notice_days,
    }
    record("selection_called", made.pk, actor=actor, at=at, document=document)
    return made


def _refuse_words(title: str, text: str) -> None:
    if not title or not text:
        raise HonorRefusal(_("Say what is selected, and for what: the title and the call."))
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_CALL:
        raise HonorRefusal(
            _("A title has at most %(title)s characters, a call %(call)s. Shorten it.")
            % {"title": LONGEST_TITLE, "call": LONGEST_CALL}
        )


def _refuse_numbers(said: Call, today: dt.date) -> None:
    if not 1 <= said.places <= MOST_PLACES:
        raise HonorRefusal(_("There are 1 to %(most)s places.") % {"most": MOST_PLACES})
    if not said.year - 1 <= today.year <= said.year + 1:
        raise HonorRefusal(_("The year is this one, the last or the next."))
    if said.nominate_until < today:
        raise HonorRefusal(_("%(day)s has passed. Choose a later day.") % {"day": said.nominate_until})
    if not LEAST_NOTICE <= said.notice_days <= MOST_NOTICE:
        raise HonorRefusal(
            _("A public notice lasts %(least)s to %(most)s working days.")
            % {"least": LEAST_NOTICE, "most": MOST_NOTICE}
        )
    if not all(0 <= years <= MOST_YEARS for years in (said.conditions.service_years, said.conditions.not_within)):
        raise HonorRefusal(_("Years lie between 0 and %(most)s.") % {"most": MOST_YEARS})


@transaction.atomic
def end_nominations(selection: Selection, *, actor: Actor, at: dt.datetime) -> None:
    """Nobody nominates any more; who was nominated is looked at."""
    stood = at_stage(selection, SelectionStage.NOMINATING)
    _go_on(stood, SelectionStage.REVIEWING, actor=actor, at=at)


@transaction.atomic
def give_notice(selection: Selection, *, actor: Actor, at: dt.datetime) -> None:
    """The short list stands for everybody to read, for so many working days after today; then no objection is taken.

    Everybody nominated must have been looked at, and who is found fit must have agreed or withdrawn.
    """
    stood = at_stage(selection, SelectionStage.REVIEWING)
    standing = standing_now(stood)
    waiting = [one.person.name for one in standing if one.is_fit is None]
    if waiting:
        raise HonorRefusal(_("Not looked at yet: %(names)s.") % {"names": "、".join(waiting)})
    silent = [one.person.name for one in standing if one.is_fit and one.agreed_at is None]
    if silent:
        raise HonorRefusal(
            _("Not asked whether they agree, or without an answer: %(names)s. Nobody is shown against their will.")
            % {"names": "、".join(silent)}
        )
    listed = [str(one.pk) for one in standing if one.stands]
    if not listed:
        raise HonorRefusal(_("Nobody is on the short list. Call the selection off, with the reason."))
    today = localtime(at).date()
    stood.notice_since = today
    stood.notice_last = promised_day(today, is_working_day, within=stood.notice_days)
    _go_on(stood, SelectionStage.NOTICE, actor=actor, at=at, candidates=listed)


@transaction.atomic
def open_vote(selection: Selection, *, voters: int, actor: Actor, at: dt.datetime) -> None:
    """After the notice, every objection answered: those still on the short list stand on the paper.

    ``voters``: how many are entitled to vote.
    """
    stood = at_stage(selection, SelectionStage.NOTICE)
    last = stood.notice_last
    assert last is not None  # it was given
    if localtime(at).date() <= last:
        raise HonorRefusal(_("The public notice lasts until %(day)s, that day included.") % {"day": last})
    if Objection.objects.filter(candidate__selection=stood, answered_at__isnull=True).exists():
        raise HonorRefusal(_("An objection waits for its answer. Answer it first."))
    if not short_list(stood):
        raise HonorRefusal(_("Nobody is on the short list. Call the selection off, with the reason."))
    if voters < 1:
        raise HonorRefusal(_("Say how many are entitled to vote: one at least."))
    stood.voters = voters
    _go_on(stood, SelectionStage.VOTING, actor=actor, at=at, voters=voters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the tellers wrote down. ``votes``: papers that name each candidate; ``tellers``: two names at least."""

    held_on: dt.date
    issued: int
    returned: int
    void: int
    tellers: str
    votes: Mapping[UUID, int]


@transaction.atomic
def count(selection: Selection, counted: Counted, *, actor: Actor, at: dt.datetime) -> SelectionRound:
    """A ballot was counted. Where several are tied at the last place they are voted on once more."""
    stood = at_stage(selection, SelectionStage.VOTING)
    on_paper, places = ballot_paper(stood)
    if not places or not on_paper:
        raise HonorRefusal(_("Nothing is to be voted on any more. Publish the result."))
    if stood.notice_last is None or not stood.notice_last < counted.held_on <= localtime(at).date():
        raise HonorRefusal(_("The ballot was held after the public notice and not later than today."))
    tellers = kept_line(counted.tellers)
    if len(tellers.replace("、", " ").split()) < FEWEST_TELLERS:
        raise HonorRefusal(_("Two tellers at least counted. Write their names."))
    if set(counted.votes) != {one.pk for one in on_paper}:
        raise HonorRefusal(_("Write a number at every name on the paper, 0 where there is no vote."))
    try:
        why = domain.refused(
            Tally(stood.voters or 0, counted.issued, counted.returned, counted.void), counted.votes, places
        )
    except ValueError as error:
        raise HonorRefusal(_("No number lies below 0.")) from error
    if why is not None:
        raise HonorRefusal(_("This count can not be right: %(why)s. Nothing was kept.") % {"why": why.zh})
    made = SelectionRound.objects.create(
        selection=stood,
        held_on=counted.held_on,
        places=places,
        issued=counted.issued,
        returned=counted.returned,
        void=counted.void,
        tellers=tellers[:120],
    )
    SelectionVotes.objects.bulk_create(
        SelectionVotes(of=made, candidate=one, number=counted.votes[one.pk]) for one in on_paper
    )
    chosen, _tied = domain.chosen({one.pk: counted.votes[one.pk] for one in on_paper}, places)
    Candidate.objects.filter(pk__in=chosen).update(is_chosen=True)
    document: dict[str, Canonical] = {
        "held_on": counted.held_on.isoformat(),
        "issued": counted.issued,
        "returned": counted.returned,
        "void": counted.void,
        "tellers": made.tellers,
        "votes": {str(one.pk): counted.votes[one.pk] for one in on_paper},
    }
    record("selection_counted", stood.pk, actor=actor, at=at, document=document)
    return made


def ballot_paper(selection: Selection) -> tuple[Sequence[Candidate], int]:
    """Who stands on the next paper, by strokes, and for how many places: all at first, then those who were tied.

    A candidate who withdrew after a tie is on no paper any more.
    """
    listed = short_list(selection)
    last = selection.rounds.order_by("pk").last()
    if last is None:
        return listed, selection.places
    of_last = {row.candidate_id: row.number for row in last.votes.all()}
    votes = {one.pk: of_last[one.pk] for one in listed if one.pk in of_last}
    _chosen, tied = domain.chosen(votes, last.places)
    left = selection.places - sum(one.is_chosen for one in listed)
    return [one for one in listed if one.pk in tied and not one.is_chosen], max(left, 0)


@transaction.atomic
def close(selection: Selection, *, remark: str, actor: Actor, at: dt.datetime) -> list[Candidate]:
    """The result is published: who was chosen has the honor. A place that stays open needs a reason."""
    stood = at_stage(selection, SelectionStage.VOTING)
    if not stood.rounds.exists():
        raise HonorRefusal(_("No ballot was counted yet."))
    chosen = [one for one in short_list(stood) if one.is_chosen]
    said = kept_line(remark)[:LONGEST_REMARK]
    if len(chosen) < stood.places and not said:
        raise HonorRefusal(
            _("%(open)s places stay open. Say why, or hold another ballot.") % {"open": stood.places - len(chosen)}
        )
    stood.remark, stood.closed_on = said, localtime(at).date()
    for one in chosen:
        conferred = Conferred(title=stood.title, year=stood.year, conferred_by=stood.organization.name)
        bestow(one.person, conferred, actor=actor, at=at)
    _go_on(stood, SelectionStage.CLOSED, actor=actor, at=at, chosen=[str(one.person_id) for one in chosen])
    return chosen


@transaction.atomic
def call_off(selection: Selection, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """It ends without a result. What was done stays on file."""
    stood = Selection.objects.select_for_update(of=("self",)).get(pk=selection.pk)
    if stood.at_stage not in UNDER_WAY:
        raise HonorRefusal(_("It is over already."))
    said = kept_line(reason)[:LONGEST_REMARK]
    if not said:
        raise HonorRefusal(_("Say in a few words why it ends."))
    stood.remark, stood.closed_on = said, localtime(at).date()
    _go_on(stood, SelectionStage.CALLED_OFF, actor=actor, at=at, reason=said)


def at_stage(selection: Selection, *stages: SelectionStage) -> Selection:
    """The row as it is, held against others; refused where it is at none of these stages."""
    stood = Selection.objects.select_for_update(of=("self",)).select_related("organization").get(pk=selection.pk)
    if stood.at_stage not in stages:
        raise HonorRefusal(
            _("The selection is at the stage “%(stage)s” now. Load the page again.") % {"stage": stood.at_stage.zh}
        )
    return stood


def _go_on(stood: Selection, stage: SelectionStage, *, actor: Actor, at: dt.datetime, **said: Canonical) -> None:
    stood.stage = stage.value
    stood.save()
    record("selection_went_on", stood.pk, actor=actor, at=at, document={"stage": stage.value, **said})
