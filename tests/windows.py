"""Service windows for tests: the small house with two posts of one section, whose people take turns.

Chen and Lin belong to the first post; every other day one sits there and the other is free. Wen manages the windows
of their unit and belongs to none.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.people.models import Account, Person
from zhibu.apps.rosters.actions.keeping import change_roster
from zhibu.apps.rosters.actions.shifts import name_shift
from zhibu.apps.rosters.actions.swaps import agree_to_swap, ask_swap
from zhibu.apps.rosters.models import Shift, SwapRequest
from zhibu.apps.windows.actions.posts import open_window_post
from zhibu.apps.windows.actions.seating import seat
from zhibu.apps.windows.models import WindowPost
from zhibu.domain.terms import Role, RosterWay

DONE: dict[str, Any] = {"actor": OPERATOR, "at": world.AT}
#: Tuesday to Friday after the day on which the tests live.
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (world.DAY + dt.timedelta(days=count) for count in (1, 2, 3, 4))

HOURS = {
    "窗": (dt.time(8, 30), dt.time(17, 30)),
    "晚": (dt.time(14), dt.time(22)),
    "夜": (dt.time(20), dt.time(8)),
    "休": (None, None),
}


class Windows:
    def __init__(self) -> None:
        self.house = world.bureau()
        self.unit = self.house.inspection
        self.chen, self.lin, self.wen = self.house.chen, self.house.lin, self.house.wen
        self.shifts: dict[str, Shift] = {
            code: name_shift(
                code=code, name=f"{code}班", starts=starts, ends=ends, ends_next_day=code == "夜", **DONE
            )
            for code, (starts, ends) in HOURS.items()
        }
        self.shifts["假"] = name_shift(code="假", name="年休假", starts=None, ends=None, **DONE)
        self.post = self.opened("C01", least_staffing=1)
        self.second = self.opened("C02")
        for person in (self.chen, self.lin):
            seat(person, post=self.post, on=world.LONG_AGO, **DONE)
        self.manager: Account = world.account(self.wen)
        world.grant(self.manager, Role.WINDOW_MANAGER, of=self.unit)
        self.rostered(self.chen, "窗休窗休")
        self.rostered(self.lin, "休窗休窗")

    def opened(self, code: str, **facts: Any) -> WindowPost:
        told = {
            "name": f"报检{code}窗口",
            "site": "大厅",
            "section": "报检",
            "organization": self.unit,
            "since": world.LONG_AGO,
            "opening_hours": "08:30-12:00;13:30-17:30",
            "weekdays": "12345",
        }
        return open_window_post(code=code, **told | facts, **DONE)

    def rostered(self, person: Person, codes: str, *, since: dt.date = TUESDAY) -> None:
        """From Tuesday on, a letter a day; "-" is a day of which the roster says nothing."""
        cells = {
            since + dt.timedelta(days=count): None if code == "-" else self.shifts[code]
            for count, code in enumerate(codes)
        }
        change_roster(self.unit, month=since, cells={person.pk: cells}, way=RosterWay.PAGE, **DONE)

    def ask(
        self, *days: dt.date, asker: Person | None = None, other: Person | None = None, note: str = ""
    ) -> SwapRequest:
        return ask_swap(asker or self.chen, other or self.lin, days=days, note=note, **DONE)

    def agreed(self, *days: dt.date) -> SwapRequest:
        swap = self.ask(*days)
        agree_to_swap(swap, **DONE)
        return swap
