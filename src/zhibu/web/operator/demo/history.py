"""The whole story of the bureau: what is recorded on which day, from its first day with zhibu to the served date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from zhibu.domain.terms import Role
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.accounts import accounts, doors
from zhibu.web.operator.demo.articles import articles
from zhibu.web.operator.demo.ballots import ballots
from zhibu.web.operator.demo.campaigns import Writers, campaigns
from zhibu.web.operator.demo.circulars import circulars
from zhibu.web.operator.demo.days import Days, workday
from zhibu.web.operator.demo.deeds import Deed, Found, MeetingDeed, in_order
from zhibu.web.operator.demo.elections import elections
from zhibu.web.operator.demo.exhibitions import exhibitions
from zhibu.web.operator.demo.figures import SEED, census
from zhibu.web.operator.demo.folder import Account
from zhibu.web.operator.demo.forum import BUSINESS, forum
from zhibu.web.operator.demo.guides import feedback, guides, two_of
from zhibu.web.operator.demo.honors import honors, pioneers
from zhibu.web.operator.demo.house import WINDOW_UNIT
from zhibu.web.operator.demo.learning import learning
from zhibu.web.operator.demo.leavers import leavers
from zhibu.web.operator.demo.lists import lists
from zhibu.web.operator.demo.meetings import meetings
from zhibu.web.operator.demo.moves import tell_moves
from zhibu.web.operator.demo.names import Names
from zhibu.web.operator.demo.organizations import organizations
from zhibu.web.operator.demo.packs import TAKER, study_packs
from zhibu.web.operator.demo.people import Belongs, Person, chance, give_numbers, staff
from zhibu.web.operator.demo.playbooks import playbooks
from zhibu.web.operator.demo.posts import SECRETARY, Elections, Posts, form_groups
from zhibu.web.operator.demo.selections import selections
from zhibu.web.operator.demo.standing import Shifts, Standings
from zhibu.web.operator.demo.visits import visits
from zhibu.web.operator.demo.windows import Place, exchanges, places, rosters, rotations, staffing, windows


@dataclass(frozen=True, slots=True)
class Bureau:
    """``story`` is in the order in which it is recorded."""

    today: dt.date
    story: tuple[Deed, ...]
    accounts: tuple[Account, ...]


def bureau(today: dt.date) -> Bureau:
    """The same date gives the same bureau, to the letter."""
    days, names = Days(today), Names(chance("names"))
    people = staff(days, names)
    held = Elections(days, people, names).held()
    led = form_groups(days, people, names)
    posts = Posts(held.terms, [*held.tenures, *led.tenures], [*held.gone, *led.gone])
    tell_moves(days, people)
    gone = [*posts.gone, *leavers(days, names)]
    give_numbers([*chain.from_iterable(people.values()), *gone])

    seated = places(people[WINDOW_UNIT])
    known = accounts(days, people, posts)
    login = {account.role: account.login for account in known}
    tree = list(organizations(days))
    office = [
        *tree,
        *_lives([*chain.from_iterable(people.values()), *gone], days, tree),
        *_offices(posts, days),
        *windows(days, seated, gone),
        *staffing(days),
        *rotations(days),
        *rosters(days, people, seated),
        *honors(days, people),
        *pioneers(days, seated),
        *ballots(days, seated),
        *doors(days, known),
        *exchanges(days, seated, known),
        *guides(days, seated),
        *feedback(days, login[Role.WINDOW_MANAGER.value]),
        *articles(
            days,
            secretary=login["secretary"],
            manager=login[Role.WINDOW_MANAGER.value],
            committee=login["committee"],
        ),
    ]
    taken = list(study_packs(days, posts.holder(TAKER, SECRETARY).number))
    year = _year(days, office, Shifts(people, seated), known, people[WINDOW_UNIT], seated, taken)
    told = tuple(in_order([*office, *year]))
    counted = census(told, today)
    assert counted == SEED, counted
    return Bureau(today, told, tuple(known))


def _year(
    days: Days,
    office: Sequence[Deed],
    shifts: Shifts,
    known: Sequence[Account],
    windows: Sequence[Person],
    seated: Sequence[Place],
    taken: Sequence[MeetingDeed],
) -> Iterator[Deed]:
    """The meetings, what is studied together, and the accounts of those who run them."""
    ordered = in_order(office)
    standings = Standings(ordered)
    held = list(meetings(days, ordered, standings, shifts))
    held += elections(days, standings)
    by = _writers(known, windows)
    held += circulars(days, by.committee)
    held += list(campaigns(days, held, by))
    held += list(learning(days, held, by))
    readers = tuple(one.number for one in windows if one.is_settled and not one.is_busy)[:6]
    held += lists(days, by.committee, by.branch, readers)
    held += list(playbooks(days, by.committee, by.branch, held))
    held += list(selections(days, by.committee, by.branch, seated))
    held += list(visits(days, by, standings))
    held += list(exhibitions(days, by))
    held += list(forum(days, held, by, two_of(seated, BUSINESS, days)))
    held += taken
    doers = {deed.by for deed in held} | {account.login for account in known if account.organization}
    yield deeds.OpenAccounts(on=workday(days.meetings_since - dt.timedelta(days=21)), numbers=tuple(sorted(doers)))
    yield from held


def _writers(known: Sequence[Account], windows: Sequence[Person]) -> Writers:
    """Who writes what is not a meeting; the two who share a note hold no post."""
    login = {account.role: account.login for account in known}
    settled = sorted((one for one in windows if one.is_settled and not one.is_busy), key=lambda one: one.service)
    return Writers(login["committee"], login["secretary"], settled[-1].number, settled[0].number)


# --- People --------------------------------------------------------------------------------------------------------


def _lives(everybody: Sequence[Person], days: Days, tree: Sequence[Deed]) -> Iterator[Deed]:
    founded = {deed.code: deed.since for deed in tree if isinstance(deed, Found)}
    for person in everybody:
        yield from _work(person, days)
        yield from _membership(person, days, founded)
        if person.left:
            yield deeds.Leave(on=person.left, number=person.number)


def _work(person: Person, days: Days) -> Iterator[Deed]:
    first, *later = person.work
    yield deeds.Employ(
        on=max(days.start, first.since),
        number=person.number,
        since=first.since,
        name=person.name,
        gender=person.gender,
        born=person.born,
        phone=person.phone,
        affiliation=person.affiliation,
        unit=first.unit,
        department=first.department,
    )
    for step in later:
        yield deeds.TransferWork(on=step.since, number=person.number, to=step.unit, department=step.department)


def _membership(person: Person, days: Days, founded: Mapping[str, dt.date]) -> Iterator[Deed]:
    """Of what was before the first day only the last step is known; nobody belongs to a branch not yet founded."""
    known = person.membership
    while len(known) > 1 and known[1].since <= days.start:
        known = known[1:]
    for first in known[:1]:
        yield deeds.Admit(
            on=max(days.start, first.since),
            number=person.number,
            since=max(first.since, founded[first.branch]),
            to=first.branch,
            group=first.group,
            standing=first.standing,
        )
    for before, after in pairwise(known):
        yield _step(person, before, after)


def _step(person: Person, before: Belongs, after: Belongs) -> Deed:
    if after.standing != before.standing:
        return deeds.ChangeStanding(on=after.since, number=person.number, to=after.standing)
    return deeds.TransferMembership(on=after.since, number=person.number, to=after.branch, group=after.group)


# --- Posts ---------------------------------------------------------------------------------------------------------


def _offices(posts: Posts, days: Days) -> Iterator[Deed]:
    for term in posts.terms:
        yield deeds.BeginTerm(on=max(days.start, term.since), code=term.of, since=term.since, ends=term.ends)
    for held in posts.tenures:
        recorded = max(days.start, held.since)
        yield deeds.Appoint(on=recorded, number=held.person.number, post=held.post, of=held.of, since=held.since)
        if held.until:
            yield deeds.EndAppointment(on=held.until, number=held.person.number, post=held.post, of=held.of)
