"""What a rule is: the text it comes from, its days in force, whom it binds and what it asks.

Rules are read from packs by ``apps.rules``; ``assembly`` judges meetings by them. Nothing here reads a file, and
nothing here judges a meeting. Also here: which of several layers holds on a day, and what counts as loosening.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from zhibu.domain.periods import Span, add_months
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind, TalkKind, Word

# --- Words ---------------------------------------------------------------------------------------------------------


class Layer(Word):
    """Who made the rule, the highest first: a lower layer may add to a higher one or tighten it."""

    NATIONAL = "national", "全国"
    SECTOR = "sector", "系统"
    UNIT = "unit", "本单位"


class Modality(Word):
    """How strongly the text says it, the strongest first."""

    MUST = "must", "必须"
    SHOULD = "should", "应当"
    GENERALLY = "generally", "一般"
    MAY = "may", "可以"


class Verified(Word):
    """How far the rule was compared with its text. What is ``NONE`` is shipped switched off."""

    FULL = "full", "原文已核"
    CONTENT = "content", "内容已核，条号待核"
    NONE = "none", "未核"


class Decision(Word):
    """What a vote is about; each has its own rule."""

    RESOLUTION = "resolution", "作出决议"
    ADMISSION = "admission", "接收预备党员"
    CONFIRMATION = "confirmation", "预备党员转正"
    ELECTION = "election", "选举"


class Base(Word):
    """Of whom a share is taken."""

    VOTERS = "voters", "应到会有表决权的人数"
    VOTERS_PRESENT = "voters_present", "实到会有表决权的人数"
    BRANCH_COMMITTEE = "branch_committee", "支部委员会委员人数"


class Comparator(Word):
    AT_LEAST = "at_least", "不少于"
    MORE_THAN = "more_than", "超过"


class Period(Word):
    MONTH = "month", "月"
    QUARTER = "quarter", "季度"
    HALF_YEAR = "half_year", "半年"
    YEAR = "year", "年"
    TERM = "term", "届"

    @property
    def months(self) -> int | None:
        """Its length in months of the calendar; ``None`` for a term, which has its own dates."""
        return _MONTHS.get(self)


_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}


class Measure(Word):
    """What an obligation counts."""

    TIMES = "times", "次"
    HOURS = "hours", "学时"


class Subject(Word):
    """Who owes it: the organization itself, the holder of a post in it, or each of its members."""

    ORGANIZATION = "organization", "党组织"
    POST = "post", "职务"
    PERSON = "person", "党员"


class FirstPeriod(Word):
    """What one who is bound in the middle of a period owes for the rest of it."""

    NEXT_FULL = "next_full", "自下一个完整周期起"
    CURRENT = "current", "自当期起"


class Attribute(Word):
    """What is counted of an organization on a day."""

    MEMBERS = "members", "党员人数"
    FULL_MEMBERS = "full_members", "正式党员人数"
    COMMITTEE_MEMBERS = "committee_members", "委员人数"
    GROUPS = "groups", "党小组数"


# --- Parts of a rule -----------------------------------------------------------------------------------------------

_DIGITS = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """1 to 999 as it stands in the number of an article: 十一, 二十, 一百零三."""
    if not 1 <= number <= 999:  # noqa: PLR2004 - no text has a thousand articles
        raise ValueError(f"no article has the number {number}")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule stands. ``article`` is ``None`` where its number was not checked, or the text has none."""

    title: str
    issuer: str
    year: int
    article: int | None
    verified: Verified

    @property
    def zh(self) -> str:
        """As it is printed: 《…》第十一条; without a checked number by title and year, and saying so."""
        if self.article is not None:
            return f"《{self.title}》第{numeral(self.article)}条"
        if self.verified is Verified.FULL:
            return f"《{self.title}》"
        return f"《{self.title}》（{self.year}年，条号待核）"

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of a base that must be reached (``at_least``) or exceeded (``more_than``). Exact: no floats."""

    base: Base
    comparator: Comparator
    share: Fraction

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or (self.share == 1 and self.comparator is Comparator.MORE_THAN):
            raise ValueError(f"nobody can reach {self.comparator} {self.share}, or nobody need")

    def needed(self, whole: int) -> int:
        """The smallest number out of ``whole`` that reaches it; never 0, so that nobody decides nothing."""
        part, each = whole * self.share.numerator, self.share.denominator
        least = -(-part // each) if self.comparator is Comparator.AT_LEAST else part // each + 1
        return max(least, 1)


@dataclass(frozen=True, slots=True)
class State:
    """An organization on a day, as far as rules ask. Without a committee ``committee_members`` is 0."""

    members: int
    full_members: int
    committee_members: int = 0
    groups: int = 0

    def of(self, attribute: Attribute) -> int:
        number: int = getattr(self, attribute.value)
        return number


@dataclass(frozen=True, slots=True)
class Condition:
    """A number of the organization's state lies in a range; both ends belong to it, ``None`` is open."""

    attribute: Attribute
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, state: State) -> bool:
        number = state.of(self.attribute)
        return (self.at_least is None or self.at_least <= number) and (self.at_most is None or number <= self.at_most)


@dataclass(frozen=True, slots=True)
class Binding:
    """Whom a rule binds: organizations of these kinds that meet all conditions, or posts or people in them."""

    kinds: frozenset[OrganizationKind]
    conditions: frozenset[Condition] = frozenset()
    subject: Subject = Subject.ORGANIZATION
    posts: frozenset[PostKind] = frozenset()

    def binds(self, kind: OrganizationKind, state: State) -> bool:
        return kind in self.kinds and all(condition.holds(state) for condition in self.conditions)


class Contradictory(ValueError):
    """A rule that can not be meant so; ``key`` is the part of it that is wrong."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


#: Days after the end of a period in which a record may still be filed, unless the rule says otherwise.
GRACE = 7

# --- Rules ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of a rule. ``id`` stays the same over versions and layers.

    ``modality`` is ``None`` where the text states it plainly, without any of the four words; that binds as much
    as ``must``.
    """

    id: str
    label: str
    layer: Layer
    citation: Citation
    force: Span
    modality: Modality | None
    binding: Binding
    note: str = ""

    @property
    def is_on(self) -> bool:
        """What nobody has compared with its text does not count."""
        return self.citation.verified is not Verified.NONE

    @property
    def is_firm(self) -> bool:
        """Whether a lower layer may not loosen it. ``generally`` and ``may`` leave room by their own words."""
        return self.modality in {None, Modality.MUST, Modality.SHOULD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation(Rule):
    """So many times (or hours) in each period.

    ``requirement`` is the word under which it is shown and evidence is found; several rules may share it.
    ``meetings`` are the kinds whose filed record is evidence; empty where the evidence is no meeting.
    ``talks``: each of these kinds is owed by itself, by those whom it asks (``domain.talks``).
    ``usual_quarter`` is the quarter in which it is generally done. ``grace`` is in days after the period's end.
    """

    requirement: str
    period: Period
    count: int
    measure: Measure = Measure.TIMES
    meetings: frozenset[MeetingKind] = frozenset()
    talks: frozenset[TalkKind] = frozenset()
    usual_quarter: int | None = None
    grace: int = GRACE
    first_period: FirstPeriod = FirstPeriod.NEXT_FULL

    def __post_init__(self) -> None:
        if self.talks and (self.binding.subject is not Subject.PERSON or self.measure is Measure.HOURS):
            raise Contradictory("talks", "talks are counted in times, and each member owes them")
        if self.talks and self.meetings:
            raise Contradictory("talks", "a talk is no meeting; give one of both")

    @property
    def is_personal(self) -> bool:
        """Whether each person owes it on their own: nobody is in hours for a post."""
        is_of_post = self.binding.subject is Subject.POST
        return self.binding.subject is Subject.PERSON or (is_of_post and self.measure is Measure.HOURS)

    def owed_from(self, bound: dt.date) -> dt.date:
        """The first day of the first period owed by one whom the rule binds from ``bound`` on.

        A period that begins on that very day is full. A term is owed from the day itself.
        """
        months = self.period.months
        if months is None:
            return bound
        begins = bound.replace(month=(bound.month - 1) // months * months + 1, day=1)
        if begins == bound or self.first_period is FirstPeriod.CURRENT:
            return begins
        return add_months(begins, months)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssemblyRule(Rule):
    """When a vote may be taken in a meeting of these kinds, and when it passes.

    ``quorum`` or ``passing`` is ``None`` where the text names none. Written opinions received before the meeting
    count as votes, or towards the quorum, only where it says so. ``needed_to_meet``: without the quorum not only
    no vote may be taken, the meeting itself is none.
    """

    meetings: frozenset[MeetingKind]
    decisions: frozenset[Decision]
    quorum: Threshold | None
    passing: Threshold | None
    written_as_votes: bool = False
    written_to_quorum: bool = False
    one_at_a_time: bool = False
    needed_to_meet: bool = False

    def __post_init__(self) -> None:
        if self.quorum is not None and self.quorum.base is Base.VOTERS_PRESENT:
            raise Contradictory("quorum", f"a share of those present is no quorum; take {Base.VOTERS}")
        if self.written_as_votes and self.passing is not None and self.passing.base is not Base.VOTERS:
            raise Contradictory("written", f"who writes is not present; written votes need the base {Base.VOTERS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionRule(AssemblyRule):
    """``quorum`` makes an election valid, ``passing`` elects, ``leaving_open`` lets a seat stay empty."""

    quorum: Threshold
    passing: Threshold
    leaving_open: Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRule(Rule):
    """A number of the organization's state that should lie in a range."""

    size: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRule(Rule):
    """For how many years a committee (or a secretary without one) is elected."""

    years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision(Rule):
    """What the text says and only people can check."""

    says: str


# --- Layers --------------------------------------------------------------------------------------------------------

_DEPTH = {layer: depth for depth, layer in enumerate(Layer)}
_STRENGTH = {None: 0} | {modality: depth for depth, modality in enumerate(Modality)}


def in_force(rules: Iterable[Rule], day: dt.date) -> tuple[Rule, ...]:
    """The rules that hold on ``day``, of each id the lowest layer's; what is switched off holds on no day."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.is_on and rule.force.holds(day):
            other = found.get(rule.id)
            if other is None or _DEPTH[other.layer] < _DEPTH[rule.layer]:
                found[rule.id] = rule
    return tuple(found.values())


def is_below(lower: Layer, upper: Layer) -> bool:
    return _DEPTH[lower] > _DEPTH[upper]


def loosened(lower: Rule, upper: Rule) -> str | None:
    """In what ``lower``, a rule of the same id in a lower layer, asks less than ``upper``; ``None`` if in nothing.

    What can not be compared, such as two wordings, counts as loosened: a lower layer then adds a rule of its own.
    """
    return next(_looser_parts(lower, upper), None)


def _looser_parts(lower: Rule, upper: Rule) -> Iterator[str]:
    if type(lower) is not type(upper):
        yield "kind"
        return
    if _STRENGTH[lower.modality] > _STRENGTH[upper.modality]:
        yield "modality"
    yield from _looser_binding(lower.binding, upper.binding)
    match lower, upper:
        case Obligation(), Obligation():
            yield from _looser_obligation(lower, upper)
        case AssemblyRule(), AssemblyRule():
            yield from _looser_assembly(lower, upper)
        case SizeRule(), SizeRule():
            if not _lies_inside(lower.size, upper.size):
                yield "size"
        case TermRule(), TermRule():
            if lower.years > upper.years:
                yield "years"
        case _:
            yield "says"


def _looser_binding(lower: Binding, upper: Binding) -> Iterator[str]:
    if (
        lower.subject is not upper.subject
        or not lower.kinds >= upper.kinds
        or not lower.posts >= upper.posts
        or not lower.conditions <= upper.conditions
    ):
        yield "binds"


def _looser_obligation(lower: Obligation, upper: Obligation) -> Iterator[str]:
    if (lower.requirement, lower.measure) != (upper.requirement, upper.measure):
        yield "requirement"
    if not lower.meetings <= upper.meetings:
        yield "meetings"
    if not lower.talks >= upper.talks:
        yield "talks"
    if lower.grace > upper.grace:
        yield "grace"
    long, short = upper.period.months, lower.period.months
    if long is None or short is None:
        if long is not short:
            yield "period"
        elif lower.count < upper.count:
            yield "count"
    elif short > long:
        yield "period"
    elif lower.count * (long // short) < upper.count:
        yield "count"


def _looser_assembly(lower: AssemblyRule, upper: AssemblyRule) -> Iterator[str]:
    if not lower.meetings >= upper.meetings:
        yield "meetings"
    if not lower.decisions >= upper.decisions:
        yield "decisions"
    if _is_looser(lower.quorum, upper.quorum):
        yield "quorum"
    if _is_looser(lower.passing, upper.passing):
        yield "passing"
    if lower.written_as_votes > upper.written_as_votes or lower.written_to_quorum > upper.written_to_quorum:
        yield "written"
    if lower.one_at_a_time < upper.one_at_a_time:
        yield "one_at_a_time"
    if lower.needed_to_meet < upper.needed_to_meet:
        yield "needed_to_meet"
    if (
        isinstance(lower, ElectionRule)
        and isinstance(upper, ElectionRule)
        and _is_looser(lower.leaving_open, upper.leaving_open)
    ):
        yield "leaving_open"


def _is_looser(lower: Threshold | None, upper: Threshold | None) -> bool:
    """All who should come are never fewer than those who came, so the same share of them is tighter."""
    if upper is None:
        return False
    if lower is None:
        return True
    if lower.base is not upper.base and (lower.base, upper.base) != (Base.VOTERS, Base.VOTERS_PRESENT):
        return True
    if lower.share != upper.share:
        return lower.share < upper.share
    return upper.comparator is Comparator.MORE_THAN and lower.comparator is Comparator.AT_LEAST


def _lies_inside(lower: Condition, upper: Condition) -> bool:
    return (
        lower.attribute is upper.attribute
        and (upper.at_least is None or (lower.at_least is not None and lower.at_least >= upper.at_least))
        and (upper.at_most is None or (lower.at_most is not None and lower.at_most <= upper.at_most))
    )
