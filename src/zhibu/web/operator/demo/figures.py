"""The figures of the seed, and the count of a story: both as the same record, so that they compare as a whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhibu.domain.periods import whole_years
from zhibu.domain.terms import COMMITTEE_POSTS, OFFICES, SECRETARIES, OrganizationKind, PostKind, Standing
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import WINDOW_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Full members include those whose rights are suspended; years of work are those of the window division."""

    committees: int
    general_branches: int
    branches: int
    secretaries: int
    committee_members: int
    branch_committee_members: int
    post_holders: int
    staff: int
    members: int
    full_members: int
    window_posts: int
    window_sites: int
    window_sections: int
    at_least_15_years: int
    at_least_20_years: int
    longest_years: int
    honored: int


#: Statements 6, 19, 20, 24 and 25 of the seed; the full members are the demo's own.
SEED = Figures(
    committees=3,
    general_branches=1,
    branches=54,
    secretaries=62,
    committee_members=35,
    branch_committee_members=180,
    post_holders=277,
    staff=1300,
    members=640,
    full_members=624,
    window_posts=22,
    window_sites=2,
    window_sections=5,
    at_least_15_years=14,
    at_least_20_years=5,
    longest_years=31,
    honored=8,
)


@dataclass(slots=True)
class _Count:
    """How things stand after some deeds. Keys are codes and staff numbers."""

    kinds: dict[str, OrganizationKind] = field(default_factory=dict)
    began: dict[str, dt.date] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    posts: list[tuple[str, PostKind, str]] = field(default_factory=list)
    window_posts: list[deeds.OpenWindowPost] = field(default_factory=list)
    honored: set[str] = field(default_factory=set)

    def do(self, deed: Deed) -> None:
        match deed:
            case deeds.Found(code=code, kind=kind):
                self.kinds[code] = kind
            case deeds.Dissolve(code=code):
                del self.kinds[code]
            case deeds.Employ(number=number, unit=unit, since=since):
                self.units[number], self.began[number] = unit, since
            case deeds.TransferWork(number=number, to=unit):
                self.units[number] = unit
            case deeds.Admit(number=number, standing=standing) | deeds.ChangeStanding(number=number, to=standing):
                self.standings[number] = standing
            case deeds.OpenWindowPost():
                self.window_posts.append(deed)
            case deeds.Bestow(number=number):
                self.honored.add(number)
            case deeds.Leave(number=number):
                self.posts = [post for post in self.posts if post[2] != number]
                self.units.pop(number)
                self.standings.pop(number, None)
            case _:
                self._do_with_posts(deed)

    def _do_with_posts(self, deed: Deed) -> None:
        match deed:
            case deeds.BeginTerm(code=code):
                self.posts = [post for post in self.posts if post[0] != code]
            case deeds.Appoint(of=of, post=post, number=number):
                if post in {PostKind.SECRETARY, PostKind.GROUP_LEADER}:
                    self.posts = [held for held in self.posts if held[:2] != (of, post)]
                self.posts.append((of, post, number))
            case deeds.EndAppointment(of=of, post=post, number=number):
                self.posts.remove((of, post, number))

    def figures(self, on: dt.date) -> Figures:
        kinds = Counter(self.kinds.values())
        service = [whole_years(self.began[number], on) for number, unit in self.units.items() if unit == WINDOW_UNIT]
        in_branches = [post for of, post, _number in self.posts if self.kinds[of] is OrganizationKind.BRANCH]
        above = [
            post
            for of, post, _number in self.posts
            if self.kinds[of] in {OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH}
        ]
        return Figures(
            committees=kinds[OrganizationKind.COMMITTEE],
            general_branches=kinds[OrganizationKind.GENERAL_BRANCH],
            branches=kinds[OrganizationKind.BRANCH],
            secretaries=sum(post in SECRETARIES for post in in_branches + above),
            committee_members=sum(post in COMMITTEE_POSTS for post in above),
            branch_committee_members=sum(post in COMMITTEE_POSTS for post in in_branches),
            post_holders=len({number for _of, post, number in self.posts if post in OFFICES}),
            staff=len(self.units),
            members=len(self.standings),
            full_members=sum(standing is not Standing.PROBATIONARY for standing in self.standings.values()),
            window_posts=len(self.window_posts),
            window_sites=len({post.site for post in self.window_posts}),
            window_sections=len({post.section for post in self.window_posts}),
            at_least_15_years=sum(years >= 15 for years in service),  # noqa: PLR2004 - statement 25
            at_least_20_years=sum(years >= 20 for years in service),  # noqa: PLR2004 - statement 25
            longest_years=max(service),
            honored=len(self.honored),
        )


def census(story: Sequence[Deed], on: dt.date) -> Figures:
    """What the story comes to at the end of ``on``, counted without a database."""
    count = _Count()
    for deed in story:
        if deed.on <= on:
            count.do(deed)
    return count.figures(on)
