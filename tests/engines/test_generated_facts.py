"""The facts that `bench.facts` makes, read back and judged by the pure form: no engine wrote or read these twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from bench import facts as generated

from tests.engines.houses import SINCE, UNTIL, House, cells_in, sums_in, sums_of
from zhibu.domain.compliance import Organization, Record, StateSince, Status, TermKnown, Waiver, WhyNot
from zhibu.domain.requirements import State
from zhibu.domain.terms import OrganizationKind, PostKind
from zhibu.engines.compliance.run import Question, evaluate
from zhibu.engines.compliance.snapshot import Placed

SIZE = 1200
ON = dt.date(2026, 12, 20)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "facts"
    generated.write(folder, SIZE, seed=7)
    return folder


def rows_of(folder, name):
    """The rows of a file by the number of their organization, without it."""
    found = defaultdict(list)
    for row in pq.read_table(folder / f"{name}.parquet").to_pylist():
        found[row.pop("organization")].append(row)
    return found


def read_back(folder):
    states, terms, meetings, waivers = (rows_of(folder, name) for name in ("states", "terms", "meetings", "waivers"))
    places = [rows[0] for rows in rows_of(folder, "organizations").values()]
    keys = [UUID(bytes=row["id"]) for row in places]
    placed = [
        Placed(
            Organization(
                id=key,
                kind=OrganizationKind(row["kind"]),
                began=row["began"],
                founded=row["founded"],
                dissolved=row["dissolved"],
                states=tuple(StateSince(state.pop("since"), State(**state)) for state in states[number]),
                terms=tuple(TermKnown(**term) for term in terms[number]),
            ),
            None if row["parent"] is None else keys[row["parent"]],
        )
        for number, (key, row) in enumerate(zip(keys, places, strict=True))
    ]
    records = [
        Record(**row | {"id": UUID(bytes=row["id"]), "organization": keys[number]})
        for number, rows in meetings.items()
        for row in rows
    ]
    accepted = [
        Waiver(organization=keys[number], subject=PostKind(post) if post else keys[number], **row)
        for number, rows in waivers.items()
        for row in rows
        for post in [row.pop("post")]
    ]
    return House(placed, records, accepted, generated.rules())


@pytest.fixture(scope="module")
def house(facts):
    return read_back(facts)


@pytest.fixture(scope="module")
def judged(house):
    return house.judged(ON)


@pytest.mark.slow
def test_a_thousand_generated_organizations_stand_as_the_pure_form_has_them(facts, house, judged, tmp_path):
    outcome = evaluate(Question(facts=facts, on=ON, since=SINCE, until=UNTIL), tmp_path / "out", size=500)
    assert outcome.organizations == SIZE
    assert cells_in(tmp_path / "out") == judged
    assert sums_in(tmp_path / "out") == sums_of(house, judged)


def test_every_awkward_case_is_among_them(house, judged):
    assert {cell[8] for cell in judged} == {status.value for status in Status} - {Status.UPCOMING.value}
    # Nothing is repealed in the year: what ends in it has another version.
    assert {cell[15] for cell in judged} - {None} == {why.value for why in WhyNot} - {WhyNot.REPEALED.value}
    assert {cell[1] for cell in judged} == {None, "secretary"}
    assert any(cell[11] for cell in judged), "without a quorum"
    versions = {(cell[2], cell[3]) for cell in judged}
    assert {since for name, since in versions if name == "theme_day"} >= {dt.date(2026, 7, 1)}
    organizations = [one.organization for one in house.placed]
    assert any(one.dissolved is not None and one.dissolved < SINCE for one in organizations)
    held_by = Counter((record.id, record.word) for record in house.records)
    assert max(held_by.values()) == 2, "a joint meeting"
    assert any(record.voters is None for record in house.records)
    assert {one.kind for one in organizations} == set(OrganizationKind)


def test_the_same_seed_makes_the_same_and_a_longer_tree_begins_as_a_shorter_one(facts, tmp_path):
    generated.write(tmp_path / "again", SIZE, seed=7)
    generated.write(tmp_path / "other", SIZE, seed=8)
    generated.write(tmp_path / "longer", generated.PIECE + 10, seed=7)
    mine, again, other, longer = (
        pq.read_table(folder / "organizations.parquet")
        for folder in (facts, tmp_path / "again", tmp_path / "other", tmp_path / "longer")
    )
    assert mine.equals(again)
    assert pq.read_table(facts / "meetings.parquet").equals(pq.read_table(tmp_path / "again" / "meetings.parquet"))
    assert not mine.equals(other)
    assert longer.slice(0, SIZE).column("parent").equals(mine.column("parent"))
