"""An election from its request to the day it is held: letters, candidates, tellers, the meetings that elect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.elections.access import ELECTING
from zhibu.apps.elections.errors import ElectionRefusal
from zhibu.apps.elections.models import ElectionLetter, ElectionTeller, Nominee, TermElection
from zhibu.apps.elections.queries import State, electable, items_for, lacking, state_of
from zhibu.apps.meetings.actions.roll import seat_committee
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import AgendaItem
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.elections import (
    Body,
    Contest,
    Letter,
    Step,
    TellerRole,
    TellersRefused,
    Way,
    contests,
    missing_before,
    tellers_refused,
)
from zhibu.domain.guidance import kept_line
from zhibu.domain.seal import Canonical

#: The folder of the letters; characters of a number, of a reason; seats of a committee, candidates of a contest.
FOLDER = "elections"
LONGEST_REFERENCE, LONGEST_REASON, MOST_SEATS, MOST_NOMINEES = 60, 100, 30, 40


def under_way(election: TermElection) -> State:
    """It and its state, its row locked. Raises ``ElectionRefusal`` where it is over."""
    held = TermElection.objects.select_for_update(of=("self",)).select_related("organization").get(pk=election.pk)
    if not held.is_under_way:
        raise ElectionRefusal(_("This election is over. What stands there stays."))
    return state_of(held)


def require(state: State, step: Step) -> None:
    """Raises ``ElectionRefusal`` where something has to be done before ``step``."""
    missing = missing_before(step, state.order, state.done)
    if missing is not None:
        raise ElectionRefusal(
            _("“%(missing)s” comes before “%(step)s”. Do that first.") % {"missing": missing.zh, "step": step.zh}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """``seats``: of the committee, 0 where the meeting elects directly. ``planned_on``: the day of the meeting."""

    way: Way
    seats: int
    deputies: int
    planned_on: dt.date


@transaction.atomic
def begin(organization: Organization, said: Begun, *, actor: Actor, at: dt.datetime) -> TermElection:
    """An election begins, of which no other is under way there."""
    if organization.word not in ELECTING:
        raise ElectionRefusal(_("%(name)s has no term of its own.") % {"name": organization.name})
    if TermElection.objects.filter(organization=organization, posts_on__isnull=True, called_off="").exists():
        raise ElectionRefusal(
            _("An election of %(name)s is under way. Go on with that one.") % {"name": organization}
        )
    today = localtime(at).date()
    if said.planned_on < today:
        raise ElectionRefusal(_("%(day)s has passed. Choose a later day.") % {"day": said.planned_on})
    seats = said.seats if said.way is Way.COMMITTEE else 0
    if said.way is Way.COMMITTEE and not 1 + said.deputies <= seats <= MOST_SEATS:
        raise ElectionRefusal(
            _("A committee has %(least)s to %(most)s seats: secretary and deputies are among its members.")
            % {"least": 1 + said.deputies, "most": MOST_SEATS}
        )
    if not 0 <= said.deputies < MOST_SEATS:
        raise ElectionRefusal(_("Say how many deputies are elected, 0 for none."))
    made = TermElection.objects.create(
        organization=organization,
        way=said.way.value,
        seats=seats,
        deputies=said.deputies,
        planned_on=said.planned_on,
        begun_on=today,
    )
    document: dict[str, Canonical] = {
        "organization": str(organization.pk),
        "way": said.way.value,
        "seats": seats,
        "deputies": said.deputies,
        "planned_on": said.planned_on.isoformat(),
    }
    record("term_election_begun", made.pk, actor=actor, at=at, document=document)
    return made


@transaction.atomic
def call_off(election: TermElection, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """It ends without a result; what was done stays on file."""
    state = under_way(election)
    said = _reason(reason)
    state.election.called_off = said
    state.election.save(update_fields=["called_off"])
    record("term_election_called_off", election.pk, actor=actor, at=at, document={"reason": said})


def _reason(reason: str) -> str:
    said = kept_line(reason)[:LONGEST_REASON]
    if not said:
        raise ElectionRefusal(_("Say in a few words why; it stands on file."))
    return said


# --- Letters -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A letter as it was sent or came: its day, its number (发文字号), the file where there is one."""

    dated: dt.date
    reference: str = ""
    file: tuple[str, bytes] | None = None


@transaction.atomic
def give_letter(
    election: TermElection, letter: Letter, given: Given, *, actor: Actor, at: dt.datetime
) -> ElectionLetter:
    """Put it on record, in its turn. Entered wrong, it is entered again, until the next one is on record.

    Raises ``ElectionRefusal`` out of turn, before the letter it follows, of a day to come, and for an answer from
    above without its number; ``FileRefused`` for its file, ``BearsMark`` for its name.
    """
    state = under_way(election)
    require(state, Step(letter.value))
    reference = kept_line(given.reference)
    _refuse_letter(state, letter, given.dated, reference, localtime(at).date())
    values: dict[str, object] = {"dated": given.dated, "reference": reference}
    if given.file is not None:
        name = given.file[0]
        refuse_marks([name.rpartition(".")[0] or name], is_no_mark=True)
        kept = files.looked_at(*given.file)
        files.keep(FOLDER, kept, given.file[1])
        values |= {"name": kept.name, "media_type": kept.media_type, "sha256": kept.sha256}
    made, _made = ElectionLetter.objects.update_or_create(
        election=state.election, letter=letter.value, defaults=values
    )
    document: dict[str, Canonical] = {
        "letter": letter.value,
        "dated": given.dated.isoformat(),
        "reference": reference,
        "sha256": made.sha256,
    }
    record("election_letter_given", election.pk, actor=actor, at=at, document=document)
    return made


def _refuse_letter(state: State, letter: Letter, dated: dt.date, reference: str, today: dt.date) -> None:
    if dated > today:
        raise ElectionRefusal(
            _("%(day)s is still to come. Enter the letter when it is sent or here.") % {"day": dated}
        )
    if letter.is_from_above and not reference:
        raise ElectionRefusal(_("An answer from above has a number. Type it as it stands on the letter."))
    if len(reference) > LONGEST_REFERENCE:
        raise ElectionRefusal(_("A number has at most %(most)s characters.") % {"most": LONGEST_REFERENCE})
    order = list(Letter)
    place = order.index(letter)
    later = next((one for one in order[place + 1 :] if one in state.letters), None)
    if later is not None:
        raise ElectionRefusal(
            _("“%(letter)s” is on record already: what came before it stays.") % {"letter": later.zh}
        )
    before = [state.letters[one] for one in order[:place] if one in state.letters]
    if before and dated < before[-1].dated:
        raise ElectionRefusal(
            _("“%(letter)s” is of %(day)s; what follows it is not earlier.")
            % {"letter": Letter(before[-1].letter).zh, "day": before[-1].dated}
        )
    if letter is Letter.REPORT:
        held = [one.agenda_item.meeting.held_on for each in state.contests.values() for one in each.ballots]
        last = max((day for day in held if day is not None), default=None)
        if last is not None and dated < last:
            raise ElectionRefusal(
                _("The last ballot was held on %(day)s; its report is not earlier.") % {"day": last}
            )


# --- Candidates ----------------------------------------------------------------------------------------------------


@transaction.atomic
def put_up(
    election: TermElection, contest: Contest, people: Sequence[Person], *, actor: Actor, at: dt.datetime
) -> None:
    """Who stands in the contest, all of them at once; whoever stood and is not named does not stand.

    Once the list went to the superior it changes only where somebody left or too few stand; then it goes there again.
    Raises ``ElectionRefusal``.
    """
    state = under_way(election)
    if contest not in contests(state.election.how, state.election.deputies):
        raise ElectionRefusal(_("Nobody is elected %(post)s here.") % {"post": contest.zh})
    one = state.contests[contest]
    _refuse_nominees(state, contest, people, localtime(at).date())
    goes_again = Letter.CANDIDATES in state.letters
    if goes_again and not lacking(state, one) and not any(each.left_on for each in one.nominees):
        raise ElectionRefusal(
            _("The list is with the superior. It changes only where somebody leaves or too few stand.")
        )
    if one.ballots and not one.standing.seats_open:
        raise ElectionRefusal(_("This is decided already."))
    election.nominees.filter(contest=contest.value, left_on__isnull=True).exclude(person__in=people).delete()
    stands = set(election.nominees.filter(contest=contest.value).values_list("person", flat=True))
    Nominee.objects.bulk_create(
        Nominee(term_election=state.election, contest=contest.value, person=person)
        for person in people
        if person.pk not in stands
    )
    if goes_again:
        state.election.letters.filter(letter__in=[Letter.CANDIDATES.value, Letter.CANDIDATES_REPLY.value]).delete()
    document: dict[str, Canonical] = {
        "contest": contest.value,
        "people": [str(person.pk) for person in people],
        "goes_again": goes_again,
    }
    record("election_candidates_put_up", election.pk, actor=actor, at=at, document=document)


def _refuse_nominees(state: State, contest: Contest, people: Sequence[Person], today: dt.date) -> None:
    if not people or len(people) > MOST_NOMINEES:
        raise ElectionRefusal(_("1 to %(most)s people stand. Choose them.") % {"most": MOST_NOMINEES})
    full = set(electable(state.election.organization, today).values_list("pk", flat=True))
    left = {one.person_id for one in state.contests[contest].nominees if one.left_on is not None}
    counting = {one.person_id for tellers in state.tellers.values() for one in tellers}
    members = state.contests.get(Contest.MEMBERS)
    for person in people:
        if person.pk not in full:
            raise ElectionRefusal(
                _("%(name)s is no full member here with a vote, and can not stand.") % {"name": person.name}
            )
        if person.pk in left:
            raise ElectionRefusal(_("%(name)s has left and does not stand any more.") % {"name": person.name})
        if person.pk in counting:
            raise ElectionRefusal(
                _("%(name)s is a teller. Name other tellers first: candidates count no ballots.")
                % {"name": person.name}
            )
        if members is not None and contest is not Contest.MEMBERS:
            _refuse_outside(
                members.standing.elected
                if members.standing.is_done
                else [one.person for one in members.standing_nominees],
                person,
            )


def _refuse_outside(committee: Sequence[Person], person: Person) -> None:
    if person not in committee:
        raise ElectionRefusal(
            _("%(name)s does not stand for the committee: its secretary and deputies come from among it.")
            % {"name": person.name}
        )


@transaction.atomic
def leave(election: TermElection, person: Person, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Somebody does not stand any more, or gives up a seat before it was approved, in all contests.

    Ballots stay valid: marks for who left count for nobody. Nobody moves up; where too few stand, others are put up.
    """
    state = under_way(election)
    said, today = _reason(reason), localtime(at).date()
    standing = [
        each for one in state.contests.values() for each in one.standing_nominees if each.person_id == person.pk
    ]
    written_in = [one.contest for one in state.contests.values() if person in one.standing.elected]
    if not standing and not written_in:
        raise ElectionRefusal(_("%(name)s does not stand.") % {"name": person.name})
    for contest in written_in:
        Nominee.objects.get_or_create(term_election=state.election, contest=contest.value, person=person)
    election.nominees.filter(person=person, left_on__isnull=True).update(left_on=today, left_for=said)
    record(
        "election_candidate_left",
        election.pk,
        actor=actor,
        at=at,
        document={"person": str(person.pk), "reason": said},
    )


# --- Tellers -------------------------------------------------------------------------------------------------------


def _says(found: tuple[TellersRefused, Person | None]) -> str:
    why, person = found
    return f"{person.name}：{why.zh}" if person is not None else why.zh


@transaction.atomic
def name_tellers(
    election: TermElection,
    body: Body,
    roles: Sequence[tuple[Person, TellerRole]],
    *,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Who oversees and who counts where ``body`` votes, nobody who stands; these replace those named before."""
    state = under_way(election)
    if body not in state.tellers:
        raise ElectionRefusal(_("No committee votes in this election."))
    standing = {each.person for one in state.contests.values() if one.body is body for each in one.standing_nominees}
    found = tellers_refused(list(roles), standing, body)
    if found is not None:
        raise ElectionRefusal(_("%(why)s. Choose others.") % {"why": _says(found)})
    full = set(electable(state.election.organization, localtime(at).date()).values_list("pk", flat=True))
    for person, role in roles:
        if person.pk not in full:
            raise ElectionRefusal(_("%(name)s is no full member here with a vote.") % {"name": person.name})
        members = state.contests.get(Contest.MEMBERS)
        is_outside = members is not None and members.standing.is_done and person not in members.standing.elected
        if body is Body.COMMITTEE and role is not TellerRole.COUNTER and is_outside:
            raise ElectionRefusal(_("%(name)s is not in the committee that votes.") % {"name": person.name})
    election.tellers.filter(body=body.value).delete()
    ElectionTeller.objects.bulk_create(
        ElectionTeller(term_election=state.election, body=body.value, role=role.value, person=person)
        for person, role in roles
    )
    document: dict[str, Canonical] = {
        "body": body.value,
        "tellers": [[str(person.pk), role.value] for person, role in roles],
    }
    record("election_tellers_named", election.pk, actor=actor, at=at, document=document)


# --- The meetings --------------------------------------------------------------------------------------------------


@transaction.atomic
def hold_at(election: TermElection, body: Body, item: AgendaItem, *, actor: Actor, at: dt.datetime) -> None:
    """It is elected under this item of a meeting. Until a ballot was counted there another can be chosen."""
    state = under_way(election)
    if body not in state.items:
        raise ElectionRefusal(_("No committee votes in this election."))
    if any(one.ballots for one in state.contests.values() if one.body is body):
        raise ElectionRefusal(_("A ballot was counted there already. What was elected stays at that meeting."))
    if not items_for(state.election, body).filter(pk=item.pk).exists():
        raise ElectionRefusal(_("This item is of no meeting that can elect. Choose another."))
    name = "meeting_item" if body is Body.MEETING else "committee_item"
    setattr(state.election, name, item)
    state.election.save(update_fields=[name])
    if body is Body.COMMITTEE:
        require(state, Step.COMMITTEE)
        state = State(state.election, state.contests, state.tellers, state.letters, state.items | {body: item})
        seat_elected(state, body, actor=actor, at=at)
    document: dict[str, Canonical] = {"body": body.value, "meeting": str(item.meeting_id), "item": str(item.pk)}
    record("election_meeting_chosen", election.pk, actor=actor, at=at, document=document)


def seat_elected(state: State, body: Body, *, actor: Actor, at: dt.datetime) -> None:
    """Where the new committee votes, the roll of its meeting is the elected: their posts begin with the approval."""
    item = state.items[body]
    if body is not Body.COMMITTEE or item is None:
        return
    try:
        seat_committee(item.meeting, state.contests[Contest.MEMBERS].elected, actor=actor, at=at)
    except MeetingRefusal as refusal:
        raise ElectionRefusal(str(refusal)) from refusal
