"""Who belongs to the bureau on the served date, and how each of them came to stand there.

A ``Person`` carries a whole life in dated steps. ``staff`` makes those who are here on the served date; what they
went through before is written into their steps by ``moves``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from random import Random

from zhibu.domain.periods import add_months
from zhibu.domain.terms import Affiliation, Gender, Standing
from zhibu.web.operator.demo.days import Days
from zhibu.web.operator.demo.house import UNITS, WINDOW_SERVICE, WINDOW_UNIT, Unit
from zhibu.web.operator.demo.names import Names

#: Another number makes another bureau; with the same one and the same date it is the same.
SEED = 19

FIRST_NUMBER = 20001
_SHARE_OF_WOMEN = 0.47
#: How many of a hundred have so many whole years of work: fewer newcomers, fewer shortly before retirement.
_SERVICE_WEIGHTS = (20, 25, *[30] * 9, *[32] * 10, *[27] * 10, *[15] * 5)
#: Those who can hold an office: full members for five years and more.
SETTLED_SERVICE = 7
#: Years of work and age at their beginning come to this at most, so that everybody is below sixty.
_OLDEST = 57
_LEAGUE_UNTIL = 28


def chance(topic: str) -> Random:
    """One stream for each topic: what one of them draws does not move the others."""
    return Random(f"{SEED} {topic}")  # noqa: S311 - a demo is to be the same each time


@dataclass(frozen=True, slots=True)
class Work:
    since: dt.date
    unit: str
    department: str


@dataclass(frozen=True, slots=True)
class Belongs:
    since: dt.date
    branch: str
    group: str | None
    standing: Standing


@dataclass(slots=True, eq=False)
class Person:
    """``work`` and ``membership`` are dated steps, the latest last; ``membership`` is empty for others.

    ``is_busy``: holds or held a post, so no other story is told of this person.
    """

    name: str
    gender: Gender
    born: dt.date
    began: dt.date
    service: int
    affiliation: Affiliation
    work: list[Work]
    membership: list[Belongs] = field(default_factory=list)
    left: dt.date | None = None
    is_busy: bool = False
    number: str = ""
    phone: str = ""

    @property
    def unit(self) -> str:
        return self.work[-1].unit

    @property
    def is_settled(self) -> bool:
        return self.service >= SETTLED_SERVICE and [step.standing for step in self.membership] == [Standing.FULL]

    def came_from(self, unit: str, *, on: dt.date, department: str, group: str | None) -> None:
        """Until ``on`` the person worked in another unit, and belonged to its branch."""
        first = self.work[0]
        self.work.insert(0, Work(first.since, unit, department))
        self.work[1] = replace(first, since=on)
        before = [replace(step, branch=unit, group=group) for step in self.membership if step.since < on]
        if before:
            here = replace(self.membership[len(before) - 1], since=on)
            self.membership[:] = [*before, here, *self.membership[len(before) :]]

    def join_group(self, group: str) -> None:
        self.membership[:] = [replace(step, group=group) for step in self.membership]


def staff(days: Days, names: Names) -> dict[str, list[Person]]:
    """Everybody of the served date by unit, in the order in which the unit lists them: its crews go by it."""
    draw = chance("staff")
    return {unit.code: _staff_of(unit, days, names, draw) for unit in UNITS}


def _staff_of(unit: Unit, days: Days, names: Names, draw: Random) -> list[Person]:
    if unit.code == WINDOW_UNIT:
        service = list(WINDOW_SERVICE)
    else:
        service = draw.choices(range(len(_SERVICE_WEIGHTS)), _SERVICE_WEIGHTS, k=unit.staff)
    draw.shuffle(service)
    people = [_person(unit, years, days, names, draw) for years in service]
    for person in _members_among(people, unit.members, draw):
        person.affiliation = Affiliation.FULL_MEMBER
        person.membership.append(Belongs(_confirmed(person, days, draw), unit.code, None, Standing.FULL))
    return people


def _members_among(people: list[Person], count: int, draw: Random) -> list[Person]:
    """Rather the older ones, in the order of the list."""
    by_lot = sorted(people, key=lambda person: -(person.service + 4) * draw.random() ** 0.5)
    chosen = set(map(id, by_lot[:count]))
    return [person for person in people if id(person) in chosen]


def _person(unit: Unit, service: int, days: Days, names: Names, draw: Random) -> Person:
    gender = Gender.FEMALE if draw.random() < _SHARE_OF_WOMEN else Gender.MALE
    began = _began(service, days, draw)
    age = min(draw.choice((21, 22, 22, 22, 23, 23, 24, 25, 26)), _OLDEST - service)
    born = add_months(began, -12 * age) - dt.timedelta(days=draw.randrange(360))
    return Person(
        name=names.give(gender=gender, born=_year_of_birth(service, age), unit=unit.code),
        gender=gender,
        born=born,
        began=began,
        service=service,
        affiliation=_affiliation(service + age, draw),
        work=[Work(began, unit.code, unit.name)],
    )


def _year_of_birth(service: int, age: int) -> int:
    """As if it were 2026: who is called what does not change with the served date."""
    return 2026 - service - age


def _began(service: int, days: Days, draw: Random) -> dt.date:
    """The first day of work. Whoever came since the bureau began with zhibu came in one of four intakes."""
    month, intake = draw.choice((7, 7, 8)), draw.randrange(2)
    match service:
        case 0:
            return days.ago((10, 5)[intake])
        case 1:
            return days.ago((22, 17)[intake])
        case _:
            return days.began(service, month=month)


def _affiliation(age: int, draw: Random) -> Affiliation:
    lot = draw.random()
    if age <= _LEAGUE_UNTIL:
        return Affiliation.LEAGUE_MEMBER if lot < 0.7 else Affiliation.NONE  # noqa: PLR2004 - a share
    return Affiliation.OTHER_PARTY if lot < 0.2 else Affiliation.NONE  # noqa: PLR2004 - a share


def _confirmed(person: Person, days: Days, draw: Random) -> dt.date:
    """Since when a full member: long ago, or, for the younger ones, already at school."""
    lot = draw.random()
    if person.service < SETTLED_SERVICE:
        return person.began
    earliest, latest = person.began + dt.timedelta(days=400), add_months(days.today, -60)
    return earliest + dt.timedelta(days=int(lot * max(0, (latest - earliest).days)))


def give_numbers(everybody: list[Person]) -> None:
    """Staff numbers in the order in which people came; phone numbers of a range that nobody has."""
    draw = chance("phones")
    phones = draw.sample(range(10**8), len(everybody))
    ordered = sorted(everybody, key=lambda person: -person.service)
    for place, (person, phone) in enumerate(zip(ordered, phones, strict=True)):
        person.number = str(FIRST_NUMBER + place)
        person.phone = f"100{phone:08}"
