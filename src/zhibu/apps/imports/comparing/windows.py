"""窗口岗位 against the window posts recorded. What a post is like is a fact; only its being there is dated."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import RecordedLater
from zhibu.apps.imports.facts import WindowPostFact
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.documents.workbooks.layout import WINDOW_POSTS
from zhibu.domain.terms import OrganizationKind

SHEET = WINDOW_POSTS.name


def compare_window_posts(to: Comparison) -> None:
    to.window_posts.update(to.known.window_posts)
    told = to.facts.window_posts
    if told is None:
        return
    is_first = not to.known.window_posts
    for fact in told:
        recorded = to.known.window_posts.get(fact.code)
        if recorded is None:
            since = _since(to, fact) if is_first else to.as_of
            to.window_posts[fact.code] = to.changes.make(
                WindowPost(code=fact.code, since=since, **_facts_of(to, fact))
            )
            changed = True
        else:
            changed = to.changes.alter(recorded, until=None, **_facts_of(to, fact))
        to.counts[SHEET].add(is_new=recorded is None, is_changed=changed)
    listed = {fact.code for fact in told}
    for code, post in to.known.window_posts.items():
        if code not in listed and post.until is None:
            _leave_out(to, post)


def _facts_of(to: Comparison, fact: WindowPostFact) -> dict[str, Any]:
    """What the row says; a blank cell says nothing."""
    said: dict[str, Any] = {
        "name": fact.name,
        "site_id": _site(to, fact.site).pk,
        "section_id": _section(to, fact.section).pk,
        "opening_hours": fact.opening_hours,
        "organization_id": to.key_of(fact.organization),
        "least_staffing": fact.least_staffing,
        "weekdays": fact.weekdays,
    }
    return {name: value for name, value in said.items() if value is not None and value != ""}


def _site(to: Comparison, name: str) -> Site:
    if name not in to.known.sites:
        to.known.sites[name] = to.changes.make(Site(name=name))
    return to.known.sites[name]


def _section(to: Comparison, name: str) -> Section:
    if name not in to.known.sections:
        to.known.sections[name] = to.changes.make(Section(name=name))
    return to.known.sections[name]


def _since(to: Comparison, fact: WindowPostFact) -> dt.date:
    """As far as known, since its unit was founded, or since the whole was."""
    root = next((row for row in to.organizations.values() if row.kind == OrganizationKind.LEADING_GROUP), None)
    unit = to.organizations[fact.organization] if fact.organization else root
    founded = unit.founded if unit else None
    return to.dating.begins(founded, as_far_as_known=True)


def _leave_out(to: Comparison, post: WindowPost) -> None:
    if not to.complete:
        to.miss(SHEET, "岗位编码", post.code, post.name)
    elif post.since >= to.as_of:
        to.refuse_early(SHEET, None, "岗位编码", post.name, RecordedLater(post.since))
    else:
        to.changes.alter(post, until=to.as_of)
