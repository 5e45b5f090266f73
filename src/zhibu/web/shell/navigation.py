"""The rooms one can go to, by who asks. A new page for everybody's menu is one line in ``ENTRIES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhibu.apps.people.access import Asker, is_administrator, may_audit, may_import, may_manage_accounts
from zhibu.web.shell.platforms import has_account

#: How many entries the bar at the foot of a phone's screen holds, beside "More".
TABS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu: its url name, what it is called, who gets it, its picture and its group."""

    name: str
    label: Promise
    may: Callable[[Asker], bool]
    icon: str
    group: Promise


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    icon: str
    is_here: bool
    is_tab: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    entries: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Navigation:
    groups: tuple[Group, ...]


def _has_account(asker: Asker) -> bool:
    return asker.account is not None


def _is_person(asker: Asker) -> bool:
    return asker.person is not None


def _belongs(asker: Asker) -> bool:
    return bool(asker.belongs or asker.offices or asker.windows)


def _belongs_or_leads(asker: Asker) -> bool:
    return bool(asker.belongs or asker.offices)


def _holds_office(asker: Asker) -> bool:
    return bool(asker.offices)


def _convenes(asker: Asker) -> bool:
    return bool(asker.offices or asker.led)


def _tells_the_public(asker: Asker) -> bool:
    return _is_person(asker) and bool(asker.offices or asker.windows)


def _sets_menus(asker: Asker) -> bool:
    """Where the unit has an account at all."""
    return may_import(asker) and has_account()


def _plans(asker: Asker) -> bool:
    return bool(asker.offices)


def _sees_tree(asker: Asker) -> bool:
    return _belongs(asker) or is_administrator(asker)


def _notes_talks(asker: Asker) -> bool:
    """The secretaries of the branch they are a member of."""
    return bool(set(asker.secretary_of) & set(asker.branches))


def _prints_codes(asker: Asker) -> bool:
    return bool(asker.secretary_of) or may_manage_accounts(asker)


def starts_elsewhere(asker: Asker) -> bool:
    """Whose start page is one of the pages below: who holds an office, leads a group, or has no other task here."""
    if asker.offices or asker.led:
        return True
    return _is_person(asker) and not (asker.windows or asker.roles)


def _starts_here(asker: Asker) -> bool:
    return not starts_elsewhere(asker)


def _manages_windows(asker: Asker) -> bool:
    return bool(asker.windows)


def _reads_roles(asker: Asker) -> bool:
    return may_manage_accounts(asker) or may_audit(asker)


_MINE, _BRANCH, _WINDOWS, _OFFICE = _("Mine"), _("Organizations"), _("Service windows"), _("Administration")

#: As they follow each other in the menu of a desk.
GROUPS = (_MINE, _BRANCH, _WINDOWS, _OFFICE)

#: What matters most first: a phone's bar shows the first four. An entry whose page is not there yet is left out.
ENTRIES: tuple[Entry, ...] = (
    Entry("home", _("Start"), _starts_here, "home", _MINE),
    Entry("today", _("Today"), _is_person, "check", _MINE),
    Entry("windows_now", _("Windows now"), _manages_windows, "window", _WINDOWS),
    Entry("rosters", _("Rosters"), _manages_windows, "calendar", _WINDOWS),
    Entry("this_month", _("This month"), _convenes, "note", _BRANCH),
    Entry("meetings", _("Meetings"), _belongs, "calendar", _BRANCH),
    Entry("my_record", _("My record"), _is_person, "person", _MINE),
    Entry("obligations", _("Obligations"), _convenes, "check", _BRANCH),
    Entry("plan", _("Plan"), _plans, "calendar", _BRANCH),
    Entry("notices", _("Notices"), _is_person, "note", _MINE),
    Entry("forum", _("Forum"), _is_person, "people", _MINE),
    Entry("my_roster", _("My roster"), _is_person, "calendar", _MINE),
    Entry("windows", _("Window posts"), _manages_windows, "list", _WINDOWS),
    Entry("swaps", _("Changes of shifts"), _manages_windows, "people", _WINDOWS),
    Entry("rotations", _("Rotations"), _manages_windows, "document", _WINDOWS),
    Entry("guides", _("Guides"), _is_person, "document", _WINDOWS),
    Entry("questions", _("Questions"), _manages_windows, "note", _WINDOWS),
    Entry("feedback", _("Feedback"), _manages_windows, "people", _WINDOWS),
    Entry("evaluations", _("Evaluations"), _manages_windows, "check", _WINDOWS),
    Entry("account_articles", _("Articles"), _tells_the_public, "document", _BRANCH),
    Entry("learn", _("Learning"), _is_person, "document", _MINE),
    Entry("campaigns", _("Campaigns"), _belongs_or_leads, "document", _BRANCH),
    Entry("figures", _("Figures"), _holds_office, "figures", _BRANCH),
    Entry("records", _("Filed records"), _holds_office, "list", _BRANCH),
    Entry("terms", _("Term calendar"), _holds_office, "calendar", _BRANCH),
    Entry("elections", _("Elections"), _holds_office, "check", _BRANCH),
    Entry("organizations", _("Organizations"), _sees_tree, "tree", _BRANCH),
    Entry("lists", _("Lists"), _belongs, "list", _BRANCH),
    Entry("ballots", _("Ballots"), _is_person, "check", _MINE),
    Entry("playbooks", _("Playbooks"), _belongs, "document", _BRANCH),
    Entry("visits", _("Visits"), _belongs, "calendar", _BRANCH),
    Entry("exhibitions", _("Exhibitions"), _belongs, "document", _BRANCH),
    Entry("honors", _("Honors"), _belongs, "check", _BRANCH),
    Entry("rules", _("Rules"), _sees_tree, "document", _BRANCH),
    Entry("search", _("Search"), _sees_tree, "search", _BRANCH),
    Entry("talks", _("Talks"), _notes_talks, "people", _BRANCH),
    Entry("codes", _("One-time codes"), _prints_codes, "document", _BRANCH),
    Entry("imports", _("Imports"), may_import, "upload", _OFFICE),
    Entry("account_menus", _("Menus of the account"), _sets_menus, "list", _OFFICE),
    Entry("accounts", _("Accounts"), may_manage_accounts, "key", _OFFICE),
    Entry("grants", _("Roles"), _reads_roles, "shield", _OFFICE),
    Entry("events", _("Events"), may_audit, "list", _OFFICE),
    Entry("account", _("Account and security"), _has_account, "shield", _MINE),
)


def address(name: str, *arguments: object) -> str | None:
    """Where a page is; ``None`` while no room has it."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return None


def _links(request: HttpRequest, asker: Asker) -> Iterator[tuple[Promise, Link]]:
    shown = 0
    for entry in ENTRIES:
        url = address(entry.name)
        if url is None or not entry.may(asker):
            continue
        shown += 1
        here = request.path == url or (entry.name != "home" and request.path.startswith(url))
        yield entry.group, Link(str(entry.label), url, entry.icon, is_here=here, is_tab=shown <= TABS)


def navigation_for(request: HttpRequest, asker: Asker) -> Navigation:
    """The menu of ``asker``, by group, with the entry of the present page marked."""
    links = list(_links(request, asker))
    groups = [(group, tuple(link for of, link in links if of is group)) for group in GROUPS]
    return Navigation(tuple(Group(str(group), found) for group, found in groups if found))
