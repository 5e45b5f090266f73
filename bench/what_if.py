"""What if, over the whole bureau: a rule for everybody, and a date of one branch, from the rows to what differs.

Makes a demo (or takes one), and tries four changes in turn, as the page does for the whole house: rows of the tree,
facts, two evaluations, what differs. Prints medians of the
processor's time (what others do on the machine does not count) and how many statements; exits 1 above one second.

    python -m bench.what_if [--rounds 5] [--demo DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.live import run

GOAL = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--demo", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = asked.demo or Path(folder) / "demo"
        if not demo.exists():
            run("demo", "--no-serve", "--data", str(demo), env=dict(os.environ))
        return measure(demo, asked.rounds)


def measure(demo: Path, rounds: int) -> int:
    os.environ["ZHIBU_DATA_DIR"] = str(demo)
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.oversight.what_if import Sandbox, what_if
    from zhibu.domain.requirements import Period
    from zhibu.domain.terms import OrganizationKind
    from zhibu.domain.what_if import OtherRule, OtherState
    from zhibu.web.shell import clock

    today = clock.today()
    since, until = dt.date(today.year, 1, 1), dt.date(today.year + 1, 12, 31)
    branch = Organization.objects.filter(kind=OrganizationKind.BRANCH.value).order_by("path")[0]
    tried = {
        "general meeting each month": Sandbox(OtherRule(id="general_meeting", since=today, period=Period.MONTH)),
        "theme day switched off": Sandbox(OtherRule(id="theme_day", since=today, is_on=False)),
        "40 hours for each member": Sandbox(OtherRule(id="learning_hours", since=today, count=40)),
        "a branch dissolved": Sandbox(path=branch.path, state=OtherState(dissolved=today, since=today)),
    }
    taken: dict[str, list[float]] = {name: [] for name in tried}
    told: dict[str, tuple[int, int]] = {}
    for _round in range(rounds + 1):
        for name, sandbox in tried.items():
            with CaptureQueriesContext(connection) as asked:
                began = time.process_time()
                rows = list(Organization.objects.all())
                found = what_if(rows, sandbox, since=since, until=until)
                taken[name].append(time.process_time() - began)
            told[name] = len(found), len(asked)
    print(f"{len(rows)} organizations, load {os.getloadavg()[0]:.1f}")
    for name, seconds in taken.items():
        differs, statements = told[name]
        median = statistics.median(seconds[1:])
        print(f"{name:28} {median * 1000:6.0f} ms  {statements} statements  {differs} differ")
    return int(max(statistics.median(seconds[1:]) for seconds in taken.values()) > GOAL)


if __name__ == "__main__":
    sys.exit(main())
