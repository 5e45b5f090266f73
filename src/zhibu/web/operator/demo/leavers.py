"""Those who were here within the two years and have left: most retired, some went elsewhere."""

from __future__ import annotations

import datetime as dt
from random import Random

from zhibu.domain.periods import add_months
from zhibu.domain.terms import Affiliation, Gender, Standing
from zhibu.web.operator.demo.days import Days
from zhibu.web.operator.demo.house import BY_CODE, FOUNDED_UNIT, MERGED_UNIT, MOVED_UNIT, UNITS
from zhibu.web.operator.demo.names import Names
from zhibu.web.operator.demo.people import Belongs, Person, Work, chance

#: How many left, from how many months ago until when; those who held a post come on top.
_COUNT, _FIRST, _LAST = 52, 23, 4
_SHARE_RETIRED, _SHARE_OF_MEMBERS, _SHARE_OF_WOMEN = 0.75, 0.55, 0.4
_RETIREMENT = {Gender.MALE: 60, Gender.FEMALE: 55}
_WENT_ELSEWHERE = range(29, 38)
_AGE_AT_BEGINNING = 22


def leavers(days: Days, names: Names) -> list[Person]:
    """Nobody of the units whose own story turns on who came and went."""
    draw = chance("leavers")
    units = [unit.code for unit in UNITS if unit.code not in {MERGED_UNIT, FOUNDED_UNIT, MOVED_UNIT}]
    draw.shuffle(units)
    gone = []
    for place in range(_COUNT):
        is_member, is_retired = draw.random() < _SHARE_OF_MEMBERS, draw.random() < _SHARE_RETIRED
        left = days.ago(_FIRST - place * (_FIRST - _LAST) // (_COUNT - 1), draw.randrange(18))
        age = None if is_retired else draw.choice(_WENT_ELSEWHERE)
        gone.append(_leaver(units[place % len(units)], left, names, draw, age=age, is_member=is_member))
    return gone


def retired_from(unit: str, left: dt.date, names: Names) -> Person:
    """A member who retired on that day."""
    return _leaver(unit, left, names, chance(f"retired from {unit}"), age=None, is_member=True)


def _leaver(code: str, left: dt.date, names: Names, draw: Random, *, age: int | None, is_member: bool) -> Person:
    """Left in the weeks after turning ``age``, ``None`` being that of retirement."""
    unit = BY_CODE[code]
    gender = Gender.FEMALE if draw.random() < _SHARE_OF_WOMEN else Gender.MALE
    age = age or _RETIREMENT[gender]
    born = add_months(left, -12 * age) - dt.timedelta(days=draw.randrange(5, 25))
    began = add_months(born.replace(month=7, day=1), 12 * _AGE_AT_BEGINNING)
    group = f"{code}-{draw.randrange(unit.groups) + 1}" if unit.groups else None
    return Person(
        name=names.give(gender=gender, born=2026 - age, unit=code),
        gender=gender,
        born=born,
        began=began,
        service=age - _AGE_AT_BEGINNING,
        affiliation=Affiliation.FULL_MEMBER if is_member else Affiliation.NONE,
        work=[Work(began, code, unit.name)],
        membership=[Belongs(add_months(began, 40), code, group, Standing.FULL)] if is_member else [],
        left=left,
    )
