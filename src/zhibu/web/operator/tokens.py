"""``zhibu tokens``: personal API tokens in bulk, for drills. Operator only, short-lived, itself on record."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhibu.web.operator.terminal import DataFolder, messages, refuse, start

if TYPE_CHECKING:
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.queries import Holder


class TokenRole(StrEnum):
    STAFF = "staff"
    MEMBER = "member"
    SECRETARY = "secretary"
    COMMITTEE = "committee"
    WINDOW_MANAGER = "window_manager"
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


def tokens(
    role: Annotated[TokenRole, typer.Option(help="Whose tokens.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write; readable by its owner only.")],
    organization: Annotated[str | None, typer.Option(help="Only within this organization (code).")] = None,
    hours: Annotated[float, typer.Option(help="How long the tokens last.", min=0.01, max=24 * 7)] = 1,
    data: DataFolder = None,
) -> None:
    """Write staff_number,token,organization,post for everybody in this role today; closed accounts get none."""
    start(data)
    from django.db import transaction

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.people.actions.accounts import issue_tokens, open_accounts
    from zhibu.apps.people.errors import PeopleRefusal
    from zhibu.web.shell import clock

    at = clock.now()
    within = Organization.objects.filter(code=organization).first()
    if organization is not None and within is None:
        refuse(f"--organization: there is no organization {organization}.")
    try:
        with transaction.atomic():
            people = [holder.person for holder in _holders(role, within, at.date()) if holder.person is not None]
            open_accounts(people, actor=OPERATOR, at=at)
            open_ones = [
                (holder, holder.account)
                for holder in _holders(role, within, at.date())
                if holder.account is not None and holder.account.is_active
            ]
            if not open_ones:
                refuse(f"Nobody is {role} here today. Nothing was written.")
            made = issue_tokens(
                [account for _holder, account in open_ones],
                label=f"zhibu tokens --role {role}",
                lasts=dt.timedelta(hours=hours),
                actor=OPERATOR,
                at=at,
            )
            _write(out, zip((holder for holder, _account in open_ones), made, strict=True))
    except PeopleRefusal as refusal:
        refuse(str(refusal))
    except OSError as error:
        refuse(f"--out {out}: {error.strerror}. No token was made.")
    messages.print(f"{len(made)} tokens for {hours:g} h in {out}", highlight=False)


def _holders(role: TokenRole, within: Organization | None, on: dt.date) -> list[Holder]:
    from zhibu.apps.people import queries
    from zhibu.domain.terms import Role

    match role:
        case TokenRole.STAFF:
            return queries.staff_on(within, on)
        case TokenRole.MEMBER:
            return queries.members_on(within, on)
        case TokenRole.SECRETARY:
            return queries.secretaries_on(within, on)
        case TokenRole.COMMITTEE:
            return queries.committees_on(within, on)
        case _:
            return queries.granted_on(Role(role.value), within, on)


def _write(out: Path, rows: Iterable[tuple[Holder, str]]) -> None:
    """A new file, whole or not at all: an older one, and whoever may read it, is put aside."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["staff_number", "token", "organization", "post"])
            for holder, token in rows:
                writer.writerow([holder.staff_number, token, holder.organization, holder.post])
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
