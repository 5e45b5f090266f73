"""All checks, in an order in which a fault is found before what follows from it."""

from __future__ import annotations

import datetime as dt

from zhibu.apps.imports.checking.causes import find_causes
from zhibu.apps.imports.checking.context import Context
from zhibu.apps.imports.checking.ledger import check_ledger
from zhibu.apps.imports.checking.organizations import check_organizations
from zhibu.apps.imports.checking.people import check_people, find_branches_by_name
from zhibu.apps.imports.checking.posts import check_appointments, check_honors
from zhibu.apps.imports.checking.rosters import check_roster
from zhibu.apps.imports.checking.windows import check_window_posts
from zhibu.apps.imports.facts import Facts
from zhibu.apps.imports.findings import Findings
from zhibu.apps.imports.known import Known


def check(facts: Facts, known: Known, findings: Findings, *, complete: bool, at: dt.datetime) -> None:
    """Find what does not fit together.

    ``complete``: whoever is not in the file is not there any more. ``at``: what a ledger tells of was before.
    """
    context = Context(facts, known, findings, complete=complete, at=at)
    find_branches_by_name(context)
    find_causes(context)
    check_organizations(context)
    check_people(context)
    check_appointments(context)
    check_window_posts(context)
    check_roster(context)
    check_honors(context)
    check_ledger(context)
