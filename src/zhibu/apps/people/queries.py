"""Reads about people: who asks, who held what on which day."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value

from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Account, Appointment, Employment, Grant, Membership, Person
from zhibu.apps.rules.queries import edition_of, marks
from zhibu.domain.terms import OFFICES, SECRETARIES, OrganizationKind, PostKind, Role, Word


def asker_of(account: Account, on: dt.date) -> Asker:
    """What access needs to know of this account on a day, in one query."""
    held, person = holds_on(on), Q(person=account.person_id)
    rows = (
        Appointment.objects.filter(held, person, organization__dissolved__isnull=True)
        .values_list(Value("post", CharField()), F("post"), F("organization__path"))
        .order_by()
        .union(
            Membership.objects.filter(held, person)
            .values_list(Value("branch", CharField()), F("standing"), F("organization__path"))
            .order_by(),
            Employment.objects.filter(held, person, organization__isnull=False)
            .values_list(Value("unit", CharField()), Value("", CharField()), F("organization__path"))
            .order_by(),
            Grant.objects.filter(held, account=account)
            .values_list(Value("grant", CharField()), F("role"), F("organization__path"))
            .order_by(),
            marks(Value("rule", CharField())),
            all=True,
        )
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    roles: set[Role] = set()
    marked: list[tuple[str, str | None]] = []
    for kind, word, path in rows:
        match kind:
            case "post":
                found["offices" if word in OFFICES else "led"].append(path)
                if word in SECRETARIES:
                    found["secretary_of"].append(path)
            case "grant" if word == Role.WINDOW_MANAGER:
                found["windows"].append(path)
                roles.add(Role.WINDOW_MANAGER)
            case "grant":
                roles.add(Role(word))
            case "rule":
                marked.append((word, path))
            case _:
                found[kind].append(path)
    return Asker(
        account=account.pk,
        person=account.person_id,
        on=on,
        offices=tuple(sorted(set(found["offices"]))),
        secretary_of=tuple(sorted(set(found["secretary_of"]))),
        led=tuple(sorted(set(found["led"]))),
        branches=tuple(sorted(set(found["branch"]))),
        units=tuple(sorted(set(found["unit"]))),
        windows=tuple(sorted(set(found["windows"]))),
        roles=frozenset(roles),
        edition=edition_of(marked),
    )


def members_of(path: str, on: dt.date) -> QuerySet[Membership]:
    """The memberships that held on ``on`` in the subtree that stands at ``path`` today."""
    return Membership.objects.on(on).filter(organization__path__gte=path, organization__path__lte=path + "z" * 60)


def holders_of(post: PostKind, organization_id: UUID, on: dt.date) -> QuerySet[Person]:
    """Who held the post of that organization on ``on``."""
    return Person.objects.filter(
        holds_on(on, "appointments__"), appointments__post=post, appointments__organization=organization_id
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in a role on a day: the account where there is one, and the place and post they have it by."""

    person: Person | None
    account: Account | None
    organization: str
    post: str

    @property
    def staff_number(self) -> str:
        if self.person is not None:
            return self.person.staff_number
        return self.account.login if self.account is not None else ""


#: The kinds of organization whose office holders are the supervising committees.
COMMITTEES = (OrganizationKind.LEADING_GROUP, OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


def staff_on(within: Organization | None, on: dt.date) -> list[Holder]:
    """Everybody employed on the day, by staff number."""
    rows = Employment.objects.on(on).filter(_within(within)).select_related("person__account", "organization")
    return [
        _holder(row.person, row.organization.code if row.organization else "")
        for row in rows.order_by("person__staff_number")
    ]


def members_on(within: Organization | None, on: dt.date) -> list[Holder]:
    rows = Membership.objects.on(on).filter(_within(within)).select_related("person__account", "organization")
    return [_holder(row.person, row.organization.code) for row in rows.order_by("person__staff_number")]


def secretaries_on(within: Organization | None, on: dt.date) -> list[Holder]:
    """Secretaries and their deputies, in tree order."""
    return _appointed(Q(post__in=SECRETARIES), within, on)


def committees_on(within: Organization | None, on: dt.date) -> list[Holder]:
    """The office holders of committees and general branches, who oversee branches."""
    return _appointed(Q(post__in=OFFICES, organization__kind__in=COMMITTEES), within, on)


def granted_on(role: Role, within: Organization | None, on: dt.date) -> list[Holder]:
    rows = Grant.objects.on(on).filter(_within(within), role=role).select_related("account__person", "organization")
    return [
        Holder(row.account.person, row.account, row.organization.code if row.organization else "", row.role)
        for row in rows.order_by("account__login")
    ]


def _appointed(condition: Q, within: Organization | None, on: dt.date) -> list[Holder]:
    rows = Appointment.objects.on(on).filter(condition, _within(within))
    rows = rows.select_related("person__account", "organization").order_by("organization__path", "post", "since")
    return [_holder(row.person, row.organization.code, row.post) for row in rows]


def _within(organization: Organization | None) -> Q:
    return in_subtree(organization.path, "organization__") if organization else Q()


def _holder(person: Person, organization: str, post: str = "") -> Holder:
    return Holder(person, getattr(person, "account", None), organization, post)


# --- Finding people ------------------------------------------------------------------------------------------------

#: Sorts after whatever a name in pinyin, initials or a number may go on with.
_LAST = "z" * 40


def spelled(text: str, prefix: str = "") -> Q:
    """The condition that a person, reached over ``prefix``, is called so.

    Part of the name; or, typed in Latin letters and digits, the beginning of the name in pinyin, of its initials
    or of the staff number. Ranges, not LIKE: both databases then use the indexes. An empty text is everybody.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    if not typed.isascii():
        return Q(**{f"{prefix}name__contains": typed})
    if not typed:
        return Q()
    letters, number = typed.lower(), typed.upper()
    return (
        _begins(f"{prefix}pinyin", letters)
        | _begins(f"{prefix}initials", letters)
        | _begins(f"{prefix}staff_number", number)
    )


def _begins(field: str, text: str) -> Q:
    return Q(**{f"{field}__gte": text, f"{field}__lte": text + _LAST})


# --- How people come in ---------------------------------------------------------------------------------------------


class AccountState(Word):
    """Whether somebody can come in. The days on which they did are not kept."""

    OPEN = "open", "可登录"
    CODE_GIVEN = "code_given", "已发一次性登录码"
    NO_PASSWORD = "no_password", "未设密码"
    CLOSED = "closed", "已停用"


def state_of(account: Account | None, at: dt.datetime) -> AccountState:
    """Somebody without an account has no password either. Costs nothing where the code was selected with it."""
    if account is None:
        return AccountState.NO_PASSWORD
    if not account.is_active:
        return AccountState.CLOSED
    if account.password and account.has_usable_password():
        return AccountState.OPEN
    code = getattr(account, "one_time_code", None)
    return AccountState.CODE_GIVEN if code and code.is_good(at) else AccountState.NO_PASSWORD


def has_state(state: AccountState, at: dt.datetime) -> Q:
    """The condition that an account is in this state: the twin of ``state_of``."""
    password = ~Q(password="") & ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    code = Q(one_time_code__isnull=False, one_time_code__expires_at__gt=at)
    match state:
        case AccountState.OPEN:
            return Q(is_active=True) & password
        case AccountState.CODE_GIVEN:
            return Q(is_active=True) & ~password & code
        case AccountState.NO_PASSWORD:
            return Q(is_active=True) & ~password & ~code
        case _:
            return Q(is_active=False)


def placed_in(organization: Organization | None, on: dt.date) -> QuerySet[Person]:
    """Whose place on ``on`` is this very organization: its members, and its staff who are members nowhere.

    Without an organization: the staff of no known unit who are members nowhere. By staff number.
    """
    membership = Membership.objects.on(on)
    work = Employment.objects.on(on).filter(organization=organization)
    # As sets of a few: asked of each person there is, it would take as long as there are people.
    place = Q(pk__in=work.values("person")) & ~Q(Exists(membership.filter(person=OuterRef("pk"))))
    if organization is not None:
        place |= Q(pk__in=membership.filter(organization=organization).values("person"))
    return Person.objects.filter(place).order_by("staff_number")


def departments_on(people: Collection[UUID], on: dt.date) -> dict[UUID, str]:
    """The department of each of these people on a day, "" where none is known; who does not work then is left out."""
    rows = Employment.objects.on(on).filter(person__in=people).order_by("since")
    return dict(rows.values_list("person_id", "department"))
