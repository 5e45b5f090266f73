"""``zhibu codes`` and ``zhibu grant``: what only whoever keeps the server may do for accounts.

An administrator's code is made here and on no page: whoever prints a code could use it. A role is given here when no
security administrator is left to give it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zhibu.web.operator.terminal import AsJson, DataFolder, fail_usage, messages, print_json, refuse, start

if TYPE_CHECKING:
    import datetime as dt

    from zhibu.apps.people.models import Account

Login = Annotated[str, typer.Argument(help="The login of an account, or the staff number of somebody without one.")]


def codes(login: Login, data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Print a new one-time code for one account; an earlier code ends, a closed account opens again."""
    start(data)
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.people.actions.accounts import renew_code
    from zhibu.web.shell import clock

    at = clock.now()
    slip = renew_code(_account(login, at), actor=OPERATOR, at=at)
    if as_json:
        print_json(
            {"login": slip.account.login, "one_time_code": slip.code, "expires_at": slip.expires_at.isoformat()}
        )
        return
    print(f"login: {slip.account.login}  one-time code: {slip.code}")  # noqa: T201
    messages.print(f"Good until {slip.expires_at:%Y-%m-%d %H:%M}, for one log-in.", highlight=False)


def grant(
    login: Login,
    role: Annotated[str, typer.Argument(help="system, security, audit or window_manager.")],
    organization: Annotated[str | None, typer.Option(help="A window manager's unit (code).")] = None,
    data: DataFolder = None,
) -> None:
    """Give an account a role from today. No one holds two of the three administrators' roles."""
    start(data)
    from django.db import transaction

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.actions import accounts
    from zhibu.apps.people.errors import PeopleRefusal
    from zhibu.domain.terms import Role
    from zhibu.web.shell import clock

    if role not in list(Role):
        fail_usage(f"ROLE: {role} is none of {', '.join(Role)}.")
    unit = Organization.objects.filter(code=organization).first()
    if organization is not None and unit is None:
        refuse(f"--organization: there is no organization {organization}.")
    at = clock.now()
    try:
        with transaction.atomic():
            account = _account(login, at)
            accounts.grant(account, role=Role(role), organization=unit, on=at.date(), actor=OPERATOR, at=at)
    except PeopleRefusal as refusal:
        refuse(str(refusal))
    messages.print(f"{account.login} is {role} from today. To come in: zhibu codes {account.login}", highlight=False)


def _account(login: str, at: dt.datetime) -> Account:
    """The account of that name; opened for somebody on the staff who has none. Ends with exit 1 where nobody is."""
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.people.actions.accounts import open_accounts
    from zhibu.apps.people.errors import PeopleRefusal
    from zhibu.apps.people.models import Account, Person

    person = Person.objects.filter(staff_number=login, account=None).first()
    if person is not None:
        try:
            open_accounts([person], actor=OPERATOR, at=at)
        except PeopleRefusal as refusal:
            refuse(str(refusal))
    account = (
        Account.objects.filter(login=login).first() or Account.objects.filter(person__staff_number=login).first()
    )
    if account is None:
        refuse(f"Nobody here has the login or the staff number {login}.")
    return account
