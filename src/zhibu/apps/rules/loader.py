"""Packs into rules: TOML files read, checked and layered. ``docs/rules.md`` describes the format key by key.

Every fault of every file is reported at once. What is refused: unknown keys and words, contradictory dates, two
versions of a rule in one layer on the same day, two rules for one vote, a lower layer that loosens a firm rule.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import TypedDict

from zhibu.apps.rules.errors import Fault, PackRefused
from zhibu.apps.rules.tables import Lines, Table, Wrong, dotted
from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    GRACE,
    AssemblyRule,
    Attribute,
    Base,
    Binding,
    Citation,
    Comparator,
    Condition,
    Contradictory,
    Decision,
    ElectionRule,
    FirstPeriod,
    Layer,
    Measure,
    Modality,
    Obligation,
    Period,
    Provision,
    Rule,
    SizeRule,
    Subject,
    TermRule,
    Threshold,
    Verified,
    is_below,
    loosened,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind, TalkKind, Word

#: The layers a folder may hold: what is shipped, and what a unit adds in its own folder.
SHIPPED = frozenset({Layer.NATIONAL, Layer.SECTOR})
OWN = frozenset({Layer.SECTOR, Layer.UNIT})

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_SHARE = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


class Kind(Word):
    """What a rule asks for; each kind has keys of its own."""

    OBLIGATION = "obligation"
    ASSEMBLY = "assembly"
    ELECTION = "election"
    SIZE = "size"
    TERM = "term"
    PROVISION = "provision"


@dataclass(frozen=True, slots=True)
class _Text:
    """A regulation as the top of a pack describes it."""

    title: str
    issuer: str
    year: int
    force: Span
    note: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A rule, and where to point when it does not fit the others."""

    rule: Rule
    file: str
    line: int
    key: str

    def fault(self, message: str) -> Fault:
        return Fault(self.file, self.line, self.key, message)


class Written(Word):
    """What a written opinion received before the meeting counts for."""

    VOTES = "votes"
    QUORUM = "quorum"


class _Common(TypedDict):
    id: str
    label: str
    layer: Layer
    citation: Citation
    force: Span
    modality: Modality | None
    binding: Binding
    note: str


def load(folders: Iterable[tuple[Path, frozenset[Layer]]]) -> tuple[Rule, ...]:
    """All rules of the ``*.toml`` files in these folders, those switched off included.

    A folder that does not exist has none. Raises ``PackRefused`` with every fault found.
    """
    faults: list[Fault] = []
    placed: list[_Placed] = []
    for folder, layers in folders:
        for file in sorted(folder.glob("*.toml")):
            found, wrong = _read(file, layers)
            placed += found
            faults += wrong
    faults += _misfits(placed)
    if faults:
        raise PackRefused(faults)
    return tuple(one.rule for one in placed)


# --- One file ------------------------------------------------------------------------------------------------------


def _read(file: Path, layers: frozenset[Layer]) -> tuple[list[_Placed], list[Fault]]:
    name = str(file)
    try:
        text = file.read_text(encoding="utf-8")
        pack = Table.parse(text)
    except UnicodeDecodeError as error:
        return [], [Fault(name, 1, "file", f"not in UTF-8: {error.reason} at byte {error.start}")]
    except tomllib.TOMLDecodeError as error:
        return [], [Fault(name, _line_of(error), "file", f"no TOML: {error}")]
    lines = Lines(text)

    def fault(wrong: Wrong) -> Fault:
        return Fault(name, lines.of(wrong.path), dotted(wrong.path) or "file", str(wrong))

    try:
        layer = pack.word("layer", Layer)
        if layer not in layers:
            raise pack.wrong("layer", f"this folder may hold {' or '.join(sorted(layers))}, not {layer}")
        texts = {key: _text(table) for key, table in pack.named_tables("texts").items()}
        tables = pack.listed_tables("rules")
        pack.done()
    except Wrong as wrong:
        return [], [fault(wrong)]
    placed, faults = [], []
    for table in tables:
        try:
            rule = _rule(table, layer, texts)
        except Wrong as wrong:
            faults.append(fault(wrong))
        else:
            place = (*table.path, "id")
            placed.append(_Placed(rule, name, lines.of(place), dotted(place)))
    return placed, faults


def _line_of(error: tomllib.TOMLDecodeError) -> int:
    """Python 3.11 tells the line only inside the message."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else 1


def _text(table: Table) -> _Text:
    text = _Text(
        title=table.text("title"),
        issuer=table.text("issuer"),
        year=table.number("year", least=1921),
        force=_span(table, table.day("since"), table.day_or_none("until")),
        note=table.text_or_none("note") or "",
    )
    table.done()
    return text


def _span(table: Table, since: dt.date, until: dt.date | None) -> Span:
    if until is not None and until <= since:
        raise table.wrong("until", f"{until} is not after {since}, the first day in force")
    return Span(since, until)


# --- One rule ------------------------------------------------------------------------------------------------------


def _rule(table: Table, layer: Layer, texts: dict[str, _Text]) -> Rule:
    kind = table.word("kind", Kind)
    make = _MAKERS[kind]
    common = _common(table, layer, texts, kind)
    try:
        rule = make(table, common)
    except Contradictory as error:
        raise table.wrong(error.key, str(error)) from error
    table.done()
    return rule


def _common(table: Table, layer: Layer, texts: dict[str, _Text], kind: Kind) -> _Common:
    text = _choose_text(table, texts)
    return _Common(
        id=_id(table, layer),
        label=table.text("label"),
        layer=layer,
        citation=_citation(table, text),
        force=_force(table, text),
        modality=table.word_or_none("modality", Modality),
        binding=_binding(table.table("binds"), kind),
        note=(table.text_or_none("note") or "") + text.note,
    )


def _choose_text(table: Table, texts: dict[str, _Text]) -> _Text:
    key = table.text("text")
    if key not in texts:
        raise table.wrong("text", f"no text {key!r} in this file; there are: {', '.join(texts) or 'none'}")
    return texts[key]


def _id(table: Table, layer: Layer) -> str:
    name = table.text("id")
    if not _ID.fullmatch(name):
        raise table.wrong("id", f"{name!r} is no id such as general_meeting or unit.lesson")
    owner = name.partition(".")[0]
    if owner in {Layer.SECTOR, Layer.UNIT} and owner != layer:
        raise table.wrong("id", f"{name!r} in a pack of the layer {layer}")
    return name


def _citation(table: Table, text: _Text) -> Citation:
    verified = table.word("verified", Verified)
    article = table.number_or_none("article", least=1)
    if article is not None and verified is not Verified.FULL:
        raise table.wrong(
            "article", "a number that was not checked is not cited; leave it out, or say it in the note"
        )
    return Citation(text.title, text.issuer, text.year, article, verified)


def _force(table: Table, text: _Text) -> Span:
    """The dates of the text, unless the rule came later or went earlier."""
    since, until = table.day_or_none("since") or text.force.since, table.day_or_none("until") or text.force.until
    if since < text.force.since:
        raise table.wrong("since", f"{since} is before {text.force.since}, when the text came into force")
    if text.force.until is not None and (until is None or until > text.force.until):
        raise table.wrong("until", f"{until} is after {text.force.until}, when the text went out of force")
    return _span(table, since, until)


def _binding(table: Table, kind: Kind) -> Binding:
    """A vote is judged on its roll, so its rule has no conditions; only obligations bind posts and people."""
    kinds = table.words("kinds", OrganizationKind)
    conditions: list[Condition] = []
    subject = Subject.ORGANIZATION
    posts: frozenset[PostKind] = frozenset()
    if kind not in {Kind.ASSEMBLY, Kind.ELECTION}:
        when = table.table_or_none("when")
        conditions = _conditions(when) if when else []
    if kind is Kind.OBLIGATION:
        subject = table.word_or_none("subject", Subject) or subject
        posts = table.words("posts", PostKind) if subject is Subject.POST else posts
    table.done()
    return Binding(kinds, frozenset(conditions), subject, posts)


def _conditions(table: Table) -> list[Condition]:
    asked = [(attribute, table.table_or_none(attribute)) for attribute in Attribute]
    table.done()
    return [_condition(attribute, bounds) for attribute, bounds in asked if bounds]


def _condition(attribute: Attribute, table: Table) -> Condition:
    least, most = table.number_or_none("at_least"), table.number_or_none("at_most")
    table.done()
    if least is None and most is None:
        raise Wrong(table.path, "give at_least, at_most or both")
    if least is not None and most is not None and most < least:
        raise table.wrong("at_most", f"{most} is below at_least, {least}")
    return Condition(attribute, least, most)


def _threshold(table: Table) -> Threshold:
    base = table.word("base", Base)
    given = [(comparator, text) for comparator in Comparator if (text := table.text_or_none(comparator))]
    table.done()
    if len(given) != 1:
        raise Wrong(table.path, f"give one of {', '.join(Comparator)}")
    comparator, written = given[0]
    share = _SHARE.fullmatch(written)
    if share is None:
        raise table.wrong(comparator, f"{written!r} is no fraction such as 4/5")
    try:
        return Threshold(base, comparator, Fraction(int(share[1]), int(share[2])))
    except ValueError as error:
        raise table.wrong(comparator, str(error)) from error


def _threshold_or_none(table: Table, key: str) -> Threshold | None:
    inner = table.table_or_none(key)
    return None if inner is None else _threshold(inner)


def _obligation(table: Table, common: _Common) -> Rule:
    usual = table.number_or_none("usual_quarter", least=1)
    if usual is not None and usual > 4:  # noqa: PLR2004 - a year has four
        raise table.wrong("usual_quarter", f"{usual} is no quarter of a year")
    grace = table.number_or_none("grace")
    return Obligation(
        **common,
        requirement=table.text("requirement"),
        period=table.word("period", Period),
        count=table.number("count", least=1),
        measure=table.word_or_none("measure", Measure) or Measure.TIMES,
        meetings=table.words_or_none("meetings", MeetingKind) or frozenset(),
        talks=table.words_or_none("talks", TalkKind) or frozenset(),
        usual_quarter=usual,
        grace=GRACE if grace is None else grace,
        first_period=table.word_or_none("first_period", FirstPeriod) or FirstPeriod.NEXT_FULL,
    )


def _assembly(table: Table, common: _Common) -> Rule:
    decisions = table.words("decisions", Decision)
    if Decision.ELECTION in decisions:
        raise table.wrong("decisions", 'an election is a rule of the kind "election"')
    written = table.words_or_none("written", Written) or frozenset()
    return AssemblyRule(
        **common,
        meetings=table.words("meetings", MeetingKind),
        decisions=decisions,
        quorum=_threshold_or_none(table, "quorum"),
        passing=_threshold_or_none(table, "passing"),
        written_as_votes=Written.VOTES in written,
        written_to_quorum=Written.QUORUM in written,
        one_at_a_time=table.flag("one_at_a_time"),
        needed_to_meet=table.flag("needed_to_meet"),
    )


def _election(table: Table, common: _Common) -> Rule:
    return ElectionRule(
        **common,
        meetings=table.words("meetings", MeetingKind),
        decisions=frozenset({Decision.ELECTION}),
        quorum=_threshold(table.table("quorum")),
        passing=_threshold(table.table("passing")),
        leaving_open=_threshold(table.table("leaving_open")),
    )


def _size(table: Table, common: _Common) -> Rule:
    size = table.table("size")
    conditions = _conditions(size)
    if len(conditions) != 1:
        raise Wrong(size.path, "give one attribute")
    return SizeRule(**common, size=conditions[0])


def _term(table: Table, common: _Common) -> Rule:
    return TermRule(**common, years=table.number("years", least=1))


def _provision(table: Table, common: _Common) -> Rule:
    return Provision(**common, says=table.text("says"))


_MAKERS: dict[Kind, Callable[[Table, _Common], Rule]] = {
    Kind.OBLIGATION: _obligation,
    Kind.ASSEMBLY: _assembly,
    Kind.ELECTION: _election,
    Kind.SIZE: _size,
    Kind.TERM: _term,
    Kind.PROVISION: _provision,
}

# --- All rules together --------------------------------------------------------------------------------------------


def _misfits(placed: list[_Placed]) -> Iterator[Fault]:
    """What no rule alone shows. A rule that is switched off disturbs no other."""
    known = {(one.rule.id, one.rule.layer) for one in placed}
    for one in placed:
        yield from _without_upper(one, known)
    for first, second in combinations([one for one in placed if one.rule.is_on], 2):
        if first.rule.force.meets(second.rule.force):
            yield from _clash(first, second)


def _without_upper(one: _Placed, known: set[tuple[str, Layer]]) -> Iterator[Fault]:
    rule = one.rule
    if rule.layer is Layer.NATIONAL or rule.id.startswith(f"{rule.layer}."):
        return
    if not any((rule.id, layer) in known for layer in Layer if is_below(rule.layer, layer)):
        yield one.fault(f"no layer above has {rule.id!r}; call a rule of one's own {rule.layer}.{rule.id}")


def _clash(first: _Placed, second: _Placed) -> Iterator[Fault]:
    if first.rule.id != second.rule.id:
        if judge_the_same(first.rule, second.rule):
            yield second.fault(
                f"{first.file}:{first.line} ({first.rule.id}) already rules this vote on the same days"
            )
    elif first.rule.layer is second.rule.layer:
        yield second.fault(f"two versions of {first.rule.id} in force at once: also {first.file}:{first.line}")
    elif is_below(first.rule.layer, second.rule.layer):
        yield from _loosening(first, second.rule)
    else:
        yield from _loosening(second, first.rule)


def judge_the_same(first: Rule, second: Rule) -> bool:
    """Whether both rule a vote that the other rules, too."""
    return (
        isinstance(first, AssemblyRule)
        and isinstance(second, AssemblyRule)
        and bool(first.meetings & second.meetings)
        and bool(first.decisions & second.decisions)
        and bool(first.binding.kinds & second.binding.kinds)
    )


def _loosening(lower: _Placed, upper: Rule) -> Iterator[Fault]:
    part = loosened(lower.rule, upper)
    if part is not None and (upper.is_firm or type(lower.rule) is not type(upper)):
        strength = "stated plainly" if upper.modality is None else upper.modality
        yield lower.fault(f"{part} asks less than {upper.citation} ({strength}); a lower layer adds or tightens")
