"""How people come in: accounts, one-time codes, passwords, tokens, grants. Secrets are kept as digests only."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.closing import close
from zhibu.apps.people.errors import CodeRefused, PeopleRefusal
from zhibu.apps.people.models import Account, ApiToken, Grant, OneTimeCode, Person
from zhibu.domain.terms import ADMINISTRATORS, Role

#: Letters and digits that nobody confuses on paper: no 0 O, no 1 I L, no U V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
#: Twelve of 29 characters: 58 bits, beyond guessing at the rate the log-in page allows.
CODE_LENGTH = 12
CODE_LASTS = dt.timedelta(days=30)
#: A token that a person makes for themselves lasts no longer.
TOKEN_LASTS_AT_MOST = dt.timedelta(days=366)


# --- One-time codes ---


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A one-time code in the clear, for the printed slip. It is shown once and kept nowhere."""

    account: Account
    person: Person | None
    code: str
    expires_at: dt.datetime


def _digest(code: str) -> str:
    """Keyed with the installation's secret: a stolen database does not let anybody try codes.

    Typed in lower case, with or without hyphens, or full-width as some input methods do, it is the same code.
    """
    plain = "".join(character for character in unicodedata.normalize("NFKC", code).upper() if character in ALPHABET)
    return salted_hmac("zhibu.people.one_time_code", plain, algorithm="sha256").hexdigest()


def _new_code() -> str:
    """In groups of four, as it is printed: 7KQM-2XWD-9HTR."""
    letters = "".join(secrets.choice(ALPHABET) for _i in range(CODE_LENGTH))
    return "-".join(letters[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def _hand_out(
    accounts: Sequence[Account], *, actor: Actor, at: dt.datetime, sheet: Organization | None = None
) -> list[HandedOut]:
    expires_at = at + CODE_LASTS
    keys = [account.pk for account in accounts]
    list(Account.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    given = [HandedOut(account, account.person, _new_code(), expires_at) for account in accounts]
    OneTimeCode.objects.filter(account__in=accounts).delete()
    OneTimeCode.objects.bulk_create(
        OneTimeCode(account=slip.account, digest=_digest(slip.code), made_at=at, expires_at=expires_at)
        for slip in given
    )
    for account in accounts:
        record(
            "code_handed_out",
            account.pk,
            actor=actor,
            at=at,
            document={"sheet": str(sheet.pk) if sheet else None},
        )
    return given


@transaction.atomic
def open_accounts(people: Iterable[Person], *, actor: Actor, at: dt.datetime) -> None:
    """Make an account for each of these people who has none; nobody can log in by it before a code is redeemed.

    Refused where somebody else's account is called by the staff number.
    """
    wanted = {person.pk: person for person in people}
    # Of two sheets printed at once the second waits for the first: it then finds the accounts made.
    list(Person.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    known = Account.objects.filter(person__in=wanted).values_list("person", flat=True)
    for key in known:
        wanted.pop(key, None)
    taken = Account.objects.filter(login__in=[person.staff_number for person in wanted.values()]).first()
    if taken is not None:
        raise PeopleRefusal(
            _("An account of somebody else is called %(login)s. Correct the staff number first.")
            % {"login": taken.login}
        )
    opened = Account.objects.bulk_create(
        Account(login=person.staff_number, name=person.name, person=person, password=make_password(None))
        for person in wanted.values()
    )
    for account in opened:
        record("account_opened", account.pk, actor=actor, at=at, document={"person": str(account.person_id)})


@transaction.atomic
def hand_out_codes(
    people: Sequence[Person], *, actor: Actor, at: dt.datetime, sheet: Organization | None = None
) -> list[HandedOut]:
    """New one-time codes for these people, by staff number; accounts are made where there are none.

    Earlier codes end; passwords stay until a code is redeemed. ``sheet`` is the organization whose sheet is
    printed. Refused where one of the accounts is closed: a code would open nothing.
    """
    open_accounts(people, actor=actor, at=at)
    accounts = list(
        Account.objects.filter(person__in=people).select_related("person").order_by("person__staff_number")
    )
    closed = [account for account in accounts if not account.is_active]
    if closed:
        raise PeopleRefusal(
            _("The account %(login)s is closed. The security administrator can open it again.")
            % {"login": closed[0].login}
        )
    return _hand_out(accounts, actor=actor, at=at, sheet=sheet)


@transaction.atomic
def renew_code(account: Account, *, actor: Actor, at: dt.datetime) -> HandedOut:
    """A new one-time code for one account; an earlier one ends. A closed account opens again by it."""
    if not account.is_active:
        account.is_active = True
        account.save(update_fields=["is_active"])
        record("account_reopened", account.pk, actor=actor, at=at)
    return _hand_out([account], actor=actor, at=at)[0]


@transaction.atomic
def redeem_code(*, login: str, code: str, password: str, at: dt.datetime) -> Account:
    """Trade the printed code for a password of one's own; the code is used up. Raises ``CodeRefused``.

    Unknown account, wrong, used and old code are told apart by nobody. A password that is too weak raises
    ``ValidationError`` and keeps the code. Whoever came in by an earlier password is out.
    """
    offered = _digest(code)
    kept = (
        OneTimeCode.objects.select_for_update()
        .select_related("account")
        .filter(account__login=login.strip(), account__is_active=True)
        .first()
    )
    matches = constant_time_compare(kept.digest if kept else "0" * 64, offered)
    if kept is None or not matches or not kept.is_good(at):
        raise CodeRefused(
            _("This number and code do not go together, or the code has been used or is too old. Ask for a new one.")
        )
    account = kept.account
    set_password(account, password, at=at, actor=account.actor)
    end_sessions(account)
    kept.delete()
    return account


# --- Passwords, sessions, the account itself ---


@transaction.atomic
def set_password(account: Account, password: str, *, at: dt.datetime, actor: Actor) -> None:
    """Raises ``ValidationError`` where the password is too weak. Sessions opened with the old one end."""
    validate_password(password, account)
    account.set_password(password)
    account.save(update_fields=["password"])
    record("password_set", account.pk, actor=actor, at=at)


def end_sessions(account: Account) -> None:
    """Whoever is logged in by this account is out with the next click, on every device."""
    for session in UserSession.objects.filter(user=account):
        session.end()


@transaction.atomic
def close_account(account: Account, *, actor: Actor, at: dt.datetime) -> None:
    """Nobody comes in by it any more: sessions, password, passkeys, codes, tokens and roles end.

    History keeps the account. A second call changes nothing.
    """
    if not Account.objects.select_for_update().get(pk=account.pk).is_active:
        return
    for held in Grant.objects.filter(account=account).filter(_still_runs(at.date())):
        end_grant(held, on=at.date(), actor=actor, at=at)
    account.is_active = False
    account.set_unusable_password()
    account.save(update_fields=["is_active", "password"])
    end_sessions(account)
    Authenticator.objects.filter(user=account).delete()
    OneTimeCode.objects.filter(account=account).delete()
    ApiToken.objects.filter(account=account).delete()
    record("account_closed", account.pk, actor=actor, at=at)


# --- Tokens for the JSON API ---


@transaction.atomic
def issue_tokens(
    accounts: Sequence[Account], *, label: str, lasts: dt.timedelta, actor: Actor, at: dt.datetime
) -> list[str]:
    """One personal token each, in the order of ``accounts``; shown once, kept as digests."""
    if not dt.timedelta() < lasts <= TOKEN_LASTS_AT_MOST:
        raise PeopleRefusal(_("A token lasts a year at most. Choose an earlier day."))
    tokens = [secrets.token_urlsafe(32) for _i in accounts]
    ApiToken.objects.bulk_create(
        ApiToken(account=account, digest=token_digest(token), label=label, made_at=at, expires_at=at + lasts)
        for account, token in zip(accounts, tokens, strict=True)
    )
    for account in accounts:
        record(
            "token_issued",
            account.pk,
            actor=actor,
            at=at,
            document={"label": label, "seconds": int(lasts.total_seconds())},
        )
    return tokens


def token_digest(token: str) -> str:
    """SHA-256 is enough: a token has 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Actor, at: dt.datetime) -> None:
    record("token_revoked", token.account_id, actor=actor, at=at, document={"label": token.label})
    token.delete()


# --- Grants ---


def _still_runs(on: dt.date) -> Q:
    """The condition that a grant holds on ``on`` or will hold later."""
    return Q(until__isnull=True) | Q(until__gt=on)


@transaction.atomic
def grant(
    account: Account,
    *,
    role: Role,
    on: dt.date,
    actor: Actor,
    at: dt.datetime,
    organization: Organization | None = None,
) -> Grant:
    """From ``on`` the account has the role; the same role again changes nothing.

    No one holds two of the three administrators' roles (GB/T 22239), and no closed account holds any.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)  # two roles given at once: one after the other
    if not account.is_active:
        raise PeopleRefusal(_("The account %(login)s is closed. Open it again first.") % {"login": account.login})
    if role == Role.WINDOW_MANAGER and organization is None:
        raise PeopleRefusal(_("A window manager looks after one unit. Choose the unit."))
    if role != Role.WINDOW_MANAGER and organization is not None:
        raise PeopleRefusal(_("An administrator's role is for the whole house. Leave the unit empty."))
    held = Grant.objects.filter(_still_runs(on), account=account)
    same = held.filter(role=role, organization=organization, until__isnull=True).first()
    if same is not None:
        return same
    other = held.filter(role__in=ADMINISTRATORS).first() if role in ADMINISTRATORS else None
    if other is not None:
        raise PeopleRefusal(
            _("%(login)s is an administrator already. No one holds two of the three roles; end the other one first.")
            % {"login": account.login}
        )
    given = Grant.objects.create(account=account, role=role, organization=organization, since=on)
    record(
        "role_granted",
        account.pk,
        actor=actor,
        at=at,
        document={
            "role": role.value,
            "organization": str(organization.pk) if organization else None,
            "on": on.isoformat(),
        },
    )
    return given


@transaction.atomic
def end_grant(held: Grant, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """``on`` is the first day without the role; a role given today ends as if it had not been given.

    A second call changes nothing. The last security administrator's role does not end: nobody could give roles any
    more.
    """
    is_last = held.role == Role.SECURITY and not _others_give_roles(held, on)
    running = Grant.objects.filter(_still_runs(on), pk=held.pk).first()
    if running is None:
        return
    if is_last:
        raise PeopleRefusal(
            _(
                "%(login)s is the last security administrator; without one nobody could give roles. "
                "Give the role to somebody else first, or at the terminal of the server: zhibu grant LOGIN security."
            )
            % {"login": held.account.login}
        )
    if running.since >= on:
        running.delete()
    else:
        close(running, on, at=at)
    record(
        "role_ended",
        running.account_id,
        actor=actor,
        at=at,
        document={
            "role": running.role,
            "organization": str(running.organization_id) if running.organization_id else None,
            "on": on.isoformat(),
        },
    )


def _others_give_roles(held: Grant, on: dt.date) -> bool:
    """Whether another open account has the security administrator's role on ``on`` without an end in sight.

    The rows stay locked to the end of the deed: of two who end each other's role at once, the second is refused.
    """
    running = Grant.objects.select_for_update(of=("self",)).filter(
        role=Role.SECURITY, since__lte=on, until__isnull=True, account__is_active=True
    )
    return any(row.pk != held.pk for row in running.order_by("pk"))


@transaction.atomic
def make_administrator(role: Role, *, actor: Actor, at: dt.datetime) -> str:
    """The first account of an administrator's role, named after it; returns its one-time code."""
    account, made = Account.objects.get_or_create(
        login=role.value, defaults={"name": role.zh, "password": make_password(None)}
    )
    if made:
        record("account_opened", account.pk, actor=actor, at=at, document={"person": None})
    grant(account, role=role, on=at.date(), actor=actor, at=at)
    return renew_code(account, actor=actor, at=at).code
