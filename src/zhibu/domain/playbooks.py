"""Playbooks (样板): what a branch hands on of its practice, compared with another's own, and with what that became.

A playbook names its articles by ids that stay whatever becomes of their words. What the adopting branch wrote is
never altered by another's edition: where both changed the same sentence, one's own stands and theirs is shown beside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from typing import Any

from zhibu.domain.strictness import (
    LIKE,
    Claim,
    Comparison,
    Strictness,
    claims_of,
    compared,
    contradiction,
    likeness,
    loosens,
    pairs_of,
    sentences,
    strictness_of,
)
from zhibu.domain.terms import Bearer, ListKind, Proof, Word


@dataclass(frozen=True, slots=True)
class Saying:
    """What an article says, with the section it stands in; ``bearer`` is ``None`` but for a duty or a right.

    ``requirement``: the id under which the rules ask for it, where ``proof`` is that.
    """

    kind: ListKind
    section: str
    text: str
    bearer: Bearer | None = None
    is_right: bool = False
    proof: Proof = Proof.NONE
    requirement: str = ""
    source: str = ""
    consequence: str = ""
    ask: str = ""

    @property
    def forbids(self) -> bool:
        return self.kind is ListKind.PROHIBITIONS

    @property
    def strictness(self) -> Strictness:
        return strictness_of(self.text, forbids=self.forbids)

    @property
    def claims(self) -> list[Claim]:
        return claims_of(self.text, forbids=self.forbids)


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a playbook holds it. ``key``: its id where it was written; the same in every edition."""

    key: str
    says: Saying


@dataclass(frozen=True, slots=True)
class Playbook:
    """One edition: ``id`` is the playbook's, ``edition`` from 1. ``house`` and ``branch``: names, as credit.

    ``story``: how they do it, in plain paragraphs; may be empty. ``unknown``: parts that this version does not know,
    by name; they are left alone.
    """

    id: str
    edition: int
    title: str
    house: str
    branch: str
    code: str
    published_on: dt.date
    story: str
    items: tuple[Item, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mine:
    """An article of one's own, or one that holds from above (``is_own`` false). ``key``: its id here."""

    key: str
    says: Saying
    is_own: bool = True


# --- Two sides -----------------------------------------------------------------------------------------------------


class Standing(Word):
    """How an article of a playbook stands beside one's own."""

    ADDED = "added", "新增"
    TIGHTENED = "tightened", "更严"
    DIFFERING = "differing", "不同"
    LOOSENED = "loosened", "放宽"
    HAD = "had", "已有"


class Because(Word):
    """Why an article can not be taken."""

    LOOSENS = "loosens", "会放宽本组织“必须”的要求"
    CONTRADICTS = "contradicts", "与另一条相互矛盾"


@dataclass(frozen=True, slots=True)
class Barred:
    """``one`` and ``other``: the sentences that do not go together; of what loosens, mine and theirs as a whole."""

    because: Because
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An article of a playbook beside the one of mine it is closest to; ``None``: there is none.

    ``barred`` is ``None`` where it may be taken.
    """

    item: Item
    standing: Standing
    mine: Mine | None = None
    barred: Barred | None = None

    @property
    def may_be_taken(self) -> bool:
        return self.barred is None and self.standing is not Standing.HAD


def compare(items: Sequence[Item], mine: Sequence[Mine]) -> list[Beside]:
    """Each article of a playbook beside mine, in its order. No article of mine stands beside two.

    What contradicts an article of mine that would stay, or one before it in the playbook, is barred.
    """
    matched = _matched(items, mine)
    found = [_beside(item, matched.get(place)) for place, item in enumerate(items)]
    return _without_contradictions(found, mine)


def _matched(items: Sequence[Item], mine: Sequence[Mine]) -> dict[int, Mine]:
    """By place of the item; the most alike first, one's own before what holds from above."""
    ours = [(one, pairs_of(one.says.text)) for one in mine]
    scored = []
    for place, item in enumerate(items):
        pairs = pairs_of(item.says.text)
        for index, (one, its) in enumerate(ours):
            if _whose(one.says) != _whose(item.says):
                continue
            score = likeness(pairs, its)
            if score >= LIKE:
                scored.append((-score, not one.is_own, place, index))
    taken: set[int] = set()
    found: dict[int, Mine] = {}
    for _score, _above, place, index in sorted(scored):
        if place not in found and index not in taken:
            found[place] = ours[index][0]
            taken.add(index)
    return found


def _whose(says: Saying) -> tuple[ListKind, Bearer | None, bool]:
    return says.kind, says.bearer, says.is_right


def _beside(item: Item, mine: Mine | None) -> Beside:
    if mine is None:
        return Beside(item, Standing.ADDED)
    if _tidy(item.says.text) == _tidy(mine.says.text) and _particulars(item.says) == _particulars(mine.says):
        return Beside(item, Standing.HAD, mine)
    before, after = mine.says.strictness, item.says.strictness
    standing = {
        Comparison.ALIKE: Standing.DIFFERING,
        Comparison.STRICTER: Standing.TIGHTENED,
        Comparison.LOOSER: Standing.LOOSENED,
    }[compared(before, after)]
    return Beside(item, standing, mine, _bar_loosening(mine.says, item.says))


def _bar_loosening(mine: Saying, theirs: Saying) -> Barred | None:
    return Barred(Because.LOOSENS, mine.text, theirs.text) if loosens(mine.strictness, theirs.strictness) else None


def _tidy(text: str) -> str:
    return "".join(text.split())


def _particulars(says: Saying) -> tuple[str, str]:
    return _tidy(says.consequence), _tidy(says.ask)


def _without_contradictions(found: Sequence[Beside], mine: Sequence[Mine]) -> list[Beside]:
    """What would be taken is held against all that would then be in force: mine that stay, and what came before."""
    stands = [(one.key, one.says.claims) for one in mine]
    told: list[Beside] = []
    for one in found:
        if not one.may_be_taken:
            told.append(one)
            continue
        own = one.mine.key if one.mine is not None and one.mine.is_own else ""
        claims, rest = one.item.says.claims, [other for other in stands if other[0] != own]
        barred = _bar_contradicting(claims, rest)
        if barred is None:
            stands = [*rest, (own or f"+{one.item.key}", claims)]
        told.append(replace(one, barred=barred))
    return told


# --- Three sides ---------------------------------------------------------------------------------------------------


class Outcome(Word):
    """What a later edition means for an article, seen from the adopting branch."""

    SAME = "same", "无变化"
    THEIRS = "theirs", "对方有更新"
    MINE = "mine", "只有本组织改过"
    ALIKE = "alike", "双方改成一样"
    MERGED = "merged", "双方各改一处，可以合并"
    CONFLICT = "conflict", "双方改了同一处"
    REPEALED = "repealed", "对方已废止"
    DROPPED = "dropped", "本组织已废止"


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both changed: ``part`` is a field of ``Saying``; mine stands."""

    part: str
    before: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Merged:
    """``says``: what taking the offer would make of mine; ``None``: nothing is offered for it."""

    key: str
    outcome: Outcome
    before: Saying | None
    theirs: Saying | None
    mine: Mine | None
    says: Saying | None = None
    clashes: tuple[Clash, ...] = ()
    barred: Barred | None = None

    @property
    def may_be_taken(self) -> bool:
        """A conflict is taken by saying that mine stays where both changed; what is to be merged beside it is."""
        return self.barred is None and (self.says is not None or self.outcome is Outcome.CONFLICT)


def three_way(
    before: Mapping[str, Saying],
    now: Mapping[str, Saying],
    mine: Mapping[str, Mine | None],
    others: Iterable[Mine] = (),
) -> list[Merged]:
    """Each article that was taken, beside what a later edition says: in its order, then what it dropped.

    ``before``: what was taken, as it said then. ``mine``: for the key of each, what it is here today; ``None`` where
    the branch has given it up. ``others``: whatever else holds here.
    """
    keys = [*(key for key in now if key in mine), *(key for key in mine if key not in now)]
    found = [_merged(key, before.get(key), now.get(key), mine[key]) for key in keys]
    return _guarded(found, [*(one for one in mine.values() if one is not None), *others])


def _merged(key: str, before: Saying | None, theirs: Saying | None, own: Mine | None) -> Merged:
    if own is None:
        return Merged(key, Outcome.DROPPED, before, theirs, None)
    if theirs is None:
        return Merged(key, Outcome.REPEALED, before, None, own)
    base = before or theirs  # what it grew from is not known: mine stands
    says, clashes = merge(base, theirs, own.says)
    return Merged(
        key, _outcome(base, theirs, own.says, says, clashes), before, theirs, own, _offer(says, own), clashes
    )


def _offer(says: Saying, own: Mine) -> Saying | None:
    return says if says != own.says else None


def _outcome(before: Saying, theirs: Saying, mine: Saying, says: Saying, clashes: Sequence[Clash]) -> Outcome:
    if clashes:
        return Outcome.CONFLICT
    if theirs == mine:
        return Outcome.SAME if theirs == before else Outcome.ALIKE
    if theirs == before:
        return Outcome.MINE
    if mine == before:
        return Outcome.THEIRS
    return Outcome.MINE if says == mine else Outcome.MERGED


def merge(before: Saying, theirs: Saying, mine: Saying) -> tuple[Saying, tuple[Clash, ...]]:
    """Each part by itself, and the text sentence by sentence; where both changed, mine.

    Every sentence that is mine and was not in ``before`` is in what comes out, and none that I struck out comes back
    unless they wrote it anew.
    """
    clashes: list[Clash] = []
    text, of_text = merge_texts(before.text, theirs.text, mine.text)
    clashes += of_text
    said: dict[str, Any] = {"text": text}
    for part in (field.name for field in fields(Saying) if field.name not in {"text", "proof", "requirement"}):
        was, their, my = (getattr(one, part) for one in (before, theirs, mine))
        said[part] = their if my == was else my
        if _all_differ(was, their, my):
            clashes.append(Clash(part, str(was), str(their), str(my)))
    seen_by = [(one.proof, one.requirement) for one in (before, theirs, mine)]
    said["proof"], said["requirement"] = seen_by[1] if seen_by[2] == seen_by[0] else seen_by[2]
    if _all_differ(*seen_by):
        clashes.append(Clash("proof", *(" ".join(one).strip() for one in seen_by)))
    return Saying(**said), tuple(clashes)


def _all_differ(*said: object) -> bool:
    """Both changed it, differently."""
    return len(set(said)) == len(said)


def merge_texts(before: str, theirs: str, mine: str) -> tuple[str, list[Clash]]:
    """Three texts by their sentences. What both changed in one place stays as mine is."""
    was, their, my = sentences(before), sentences(theirs), sentences(mine)
    wrote = set(my) - set(was)  # that both wrote, each in another place, stands once, where I put it
    out: list[str] = []
    clashes: list[Clash] = []
    at_was = at_their = at_my = 0
    for stop_was, stop_their, stop_my, size in (*_shared(was, their, my), (len(was), len(their), len(my), 0)):
        old, yours, ours = was[at_was:stop_was], their[at_their:stop_their], my[at_my:stop_my]
        out += [one for one in yours if one not in wrote] if ours == old else ours
        if ours not in (old, yours) and yours != old:
            clashes.append(Clash("text", "".join(old), "".join(yours), "".join(ours)))
        out += was[stop_was : stop_was + size]
        at_was, at_their, at_my = stop_was + size, stop_their + size, stop_my + size
    return "".join(out), clashes


def _shared(was: list[str], their: list[str], my: list[str]) -> list[tuple[int, int, int, int]]:
    """Stretches that stand in all three: where they begin in each, and how long they are."""
    at_their = _places(was, their)
    at_my = _places(was, my)
    found: list[tuple[int, int, int, int]] = []
    for place in range(len(was)):
        if place not in at_their or place not in at_my:
            continue
        here = (place, at_their[place], at_my[place])
        if found and here == tuple(start + found[-1][3] for start in found[-1][:3]):
            found[-1] = (*found[-1][:3], found[-1][3] + 1)
        else:
            found.append((*here, 1))
    return found


def _places(was: list[str], other: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, was, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _guarded(found: Sequence[Merged], standing: Sequence[Mine]) -> list[Merged]:
    """What would loosen a must of mine, or contradict what stands, is barred."""
    stands = [(one.key, one.says.claims) for one in standing]
    told = []
    for one in found:
        if one.says is None or one.mine is None:
            told.append(one)
            continue
        claims, rest = one.says.claims, [other for other in stands if other[0] != one.mine.key]
        barred = _bar_loosening(one.mine.says, one.says) or _bar_contradicting(claims, rest)
        if barred is None:
            stands = [*rest, (one.mine.key, claims)]
        told.append(replace(one, barred=barred))
    return told


def _bar_contradicting(claims: Sequence[Claim], stands: Iterable[tuple[str, Sequence[Claim]]]) -> Barred | None:
    for _key, others in stands:
        clash = contradiction(others, claims)
        if clash is not None:
            return Barred(Because.CONTRADICTS, clash[0].text, clash[1].text)
    return None
