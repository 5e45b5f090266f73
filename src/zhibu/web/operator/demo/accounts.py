"""Who can look around in the demo: one account for each kind of user, all with the same password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from zhibu.domain.terms import ADMINISTRATORS, Role, Standing
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.folder import PASSWORD, Account
from zhibu.web.operator.demo.house import MERGED_UNIT, WINDOW_UNIT
from zhibu.web.operator.demo.people import Person
from zhibu.web.operator.demo.posts import LEADER, SECRETARY, Posts
from zhibu.web.operator.demo.rotations import LONG_NIGHT
from zhibu.web.operator.demo.windows import heads, on_shift

#: Whose member is shown: people there work in two shifts, and one crew goes in tonight.
NIGHT_UNIT = MERGED_UNIT
SUPERVISING = "GZ-1"


def accounts(days: Days, people: Mapping[str, Sequence[Person]], posts: Posts) -> list[Account]:
    group = f"{WINDOW_UNIT}-1"
    held = (
        ("member", NIGHT_UNIT, _tonight(days, people)),
        ("secretary", WINDOW_UNIT, posts.holder(WINDOW_UNIT, SECRETARY)),
        ("group_leader", group, posts.holder(group, LEADER)),
        ("committee", SUPERVISING, posts.holder(SUPERVISING, SECRETARY)),
        (Role.WINDOW_MANAGER.value, WINDOW_UNIT, heads(people[WINDOW_UNIT])[0]),
    )
    return [
        *(Account(role, person.number, person.name, organization) for role, organization, person in held),
        *(Account(role.value, role.value, role.zh, None) for role in ADMINISTRATORS),
    ]


def _tonight(days: Days, people: Mapping[str, Sequence[Person]]) -> Person:
    """A full member without a post, who starts this evening and comes home in the morning."""
    return next(
        person
        for person in on_shift(people, NIGHT_UNIT, LONG_NIGHT, days.today)
        if person.membership and person.membership[-1].standing is Standing.FULL and not person.is_busy
    )


def doors(days: Days, known: Sequence[Account]) -> Iterator[Deed]:
    """The administrators come first of all; the others when the story is told."""
    for account in known:
        if account.organization is None:
            yield deeds.MakeAdministrator(on=days.start, role=Role(account.role), password=PASSWORD)
            continue
        branch = "-".join(account.organization.split("-")[:2])
        yield deeds.OpenAccount(on=days.last, number=account.login, branch=branch, password=PASSWORD)
        if account.role == Role.WINDOW_MANAGER:
            yield deeds.GrantRole(
                on=days.last, number=account.login, role=Role.WINDOW_MANAGER, organization=account.organization
            )
