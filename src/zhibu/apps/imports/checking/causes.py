"""Which lost row a failed reference belongs to, where the reference itself does not name it.

A guess that is wrong does no harm: the error stands either way, ``because`` only says what to mend first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from zhibu.apps.imports.checking.context import Context
from zhibu.apps.imports.checking.keys import Keys
from zhibu.apps.imports.facts import Fact
from zhibu.domain.terms import OrganizationKind

F = TypeVar("F", bound=Fact)


def find_causes(context: Context) -> None:
    facts = context.facts
    # The roll of members names its branches; the other references give a code only.
    for person in facts.people or ():
        if person.branch and context.place(person.branch) is None:
            context.organizations.cause(person.branch, person.branch_name)
    for code in dict.fromkeys(_organizations_referred_to(context)):
        if code and context.place(code) is None:
            _blame_organization(context, code)
    posts = dict.fromkeys(person.post for person in facts.people or () if person.post)
    _blame_the_only_one(context.window_posts, (code for code in posts if not context.has_window_post(code)))
    shifts = dict.fromkeys(code for fact in facts.roster or () for code in fact.shifts.values())
    _blame_the_only_one(context.shifts, (code for code in shifts if not context.has_shift(code)))


def _blame_organization(context: Context, code: str) -> None:
    """Codes grow downwards: of the lost rows the one under GZ-A may have been GZ-A-07; else it was the root's."""
    if context.organizations.cause(code) is not None:
        return
    suspects = [
        fact
        for fact in context.organizations.suspects()
        if fact.superior and fact.superior != code and code.startswith(fact.superior)
    ]
    if not suspects:
        suspects = [fact for fact in context.organizations.suspects() if fact.kind == OrganizationKind.LEADING_GROUP]
    if len(suspects) == 1:
        context.organizations.blame(code, suspects[0])


def _blame_the_only_one(keys: Keys[F], codes: Iterable[str]) -> None:
    for code in codes:
        suspects = keys.suspects()
        if len(suspects) == 1 and keys.cause(code) is None:
            keys.blame(code, suspects[0])


def _organizations_referred_to(context: Context) -> Iterator[str]:
    facts = context.facts
    for person in facts.people or ():
        yield from (person.branch, person.group, person.unit)
    for organization in facts.organizations or ():
        yield organization.superior
    for appointment in facts.appointments or ():
        yield appointment.organization
    for window_post in facts.window_posts or ():
        yield window_post.organization
    for line in facts.ledger or ():
        yield line.organization
