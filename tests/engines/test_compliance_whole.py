"""The whole form of what is owed: over files, equal to the pure form cell for cell, whatever is drawn."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.domain.test_compliance import GENERAL, QUORUMS
from tests.engines.houses import SINCE, UNTIL, House, cells_in, drawn, sums_in, sums_of
from zhibu.engines.compliance import rules as rule_rows
from zhibu.engines.compliance import run, snapshot
from zhibu.engines.compliance.errors import EvaluationRefused, FactsRefused
from zhibu.engines.compliance.files import SCHEMAS, Facts
from zhibu.engines.compliance.rules import rules_of, table_of
from zhibu.engines.compliance.run import Question, evaluate
from zhibu.engines.compliance.tables import CELLS, SUMS

ON = dt.date(2026, 9, 20)


def question(facts, on=ON, since=SINCE, until=UNTIL):
    return Question(facts=facts, on=on, since=since, until=until)


@pytest.mark.slow
@given(
    st.integers(0, 2**32),
    st.dates(dt.date(2025, 12, 1), dt.date(2027, 2, 1)),
    st.sampled_from([(SINCE, UNTIL), (dt.date(2025, 1, 1), UNTIL), (dt.date(2026, 5, 10), dt.date(2026, 8, 3))]),
    st.integers(1, 13),
)
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_the_whole_form_has_the_cells_the_evidence_and_the_sums_of_the_pure_form(seed, on, periods, size):
    house = drawn(seed)
    judged = house.judged(on, *periods)
    with tempfile.TemporaryDirectory() as folder:
        facts, out = house.write(Path(folder) / "facts"), Path(folder) / "out"
        outcome = evaluate(question(facts, on, *periods), out, size=size)
        assert cells_in(out) == judged
        assert sums_in(out) == sums_of(house, judged)
        assert outcome.cells == len(judged)


@pytest.fixture
def house():
    return drawn(2026, size=60)


@pytest.fixture
def facts(house, tmp_path):
    return house.write(tmp_path / "facts")


def test_the_checksum_is_the_same_however_the_organizations_are_cut(facts, tmp_path):
    outcomes = [evaluate(question(facts), tmp_path / str(size), size=size) for size in (1, 7, 60, 1000)]
    assert outcomes[1:] == outcomes[:1] * 3


def test_the_checksum_tells_of_another_record_reason_or_rule(house, facts, tmp_path):
    judged = house.judged(ON)
    evidence = next(cell[10][0] for cell in judged if cell[10])
    other_records = [record for record in house.records if record.id != evidence]
    accepted = next(cell for cell in judged if cell[14])
    other_waivers = [
        replace(waiver, reason="另有理由") if waiver.organization == accepted[0] else waiver
        for waiver in house.waivers
    ]
    longer = [replace(one, grace=one.grace + 1) if hasattr(one, "grace") else one for one in house.rules]
    checksums = {evaluate(question(facts), tmp_path / "out").checksum}
    for number, other in enumerate(
        [
            replace(house, records=other_records),
            replace(house, waivers=other_waivers),
            replace(house, rules=tuple(longer)),
        ]
    ):
        found = evaluate(question(other.write(tmp_path / f"f{number}")), tmp_path / f"o{number}")
        checksums.add(found.checksum)
    assert len(checksums) == 4


def test_records_in_any_order_within_an_organization_are_the_same_facts(house, facts, tmp_path):
    expected = evaluate(question(facts), tmp_path / "out")
    meetings = pq.read_table(facts / "meetings.parquet")
    backwards = meetings.take(pa.array(range(len(meetings) - 1, -1, -1))).sort_by("organization")
    assert backwards.column("id") != meetings.column("id")
    pq.write_table(backwards, facts / "meetings.parquet")
    assert evaluate(question(facts), tmp_path / "again") == expected


def test_nobody_and_nothing_is_a_house_too(tmp_path):
    facts = House([], [], []).write(tmp_path / "facts")
    outcome = evaluate(question(facts), tmp_path / "out")
    assert (outcome.organizations, outcome.cells, outcome.sums) == (0, 0, 0)


def test_a_range_that_owes_nothing_may_have_records(house, tmp_path):
    asks_branches_only = replace(house, rules=(GENERAL, *QUORUMS))
    facts, out = asks_branches_only.write(tmp_path / "facts"), tmp_path / "out"
    evaluate(question(facts), out, size=1)
    assert cells_in(out) == asks_branches_only.judged(ON)


def test_files_of_another_program_may_be_empty_have_no_statistics_and_other_widths(house, facts, tmp_path):
    expected = evaluate(question(facts), tmp_path / "out")
    for path in facts.iterdir():
        table = pq.read_table(path)
        wide = [
            field.with_type(pa.int64())
            if field.type == pa.int32()
            else field.with_type(pa.large_string())
            if field.type in {pa.string(), pa.dictionary(pa.int32(), pa.string())}
            else field
            for field in table.schema
        ]
        pq.write_table(table.cast(pa.schema(wide)), path, row_group_size=50, write_statistics=False)
    assert evaluate(question(facts), tmp_path / "wide", size=10) == expected
    for name in ("meetings", "states", "terms", "waivers"):
        path = facts / f"{name}.parquet"
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    nothing = House([replace(one, organization=bare(one.organization)) for one in house.placed], [], [])
    found = evaluate(question(facts), tmp_path / "empty")
    assert found == evaluate(question(nothing.write(tmp_path / "bare")), tmp_path / "bare out")


def bare(organization):
    return replace(organization, states=(), terms=())


def test_rules_come_back_from_their_table_as_they_were(house):
    once = table_of(house.rules)
    assert table_of(rules_of(once)).equals(once)
    assert [(rule.id, rule.force) for rule in rules_of(once)] == [(rule.id, rule.force) for rule in house.rules]


# --- Facts that are none -------------------------------------------------------------------------------------------


def changed(facts, name, change):
    """Write a file anew with its rows changed by hand."""
    path = facts / f"{name}.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    plain = [
        field.with_type(pa.string()).with_nullable(True)
        if pa.types.is_dictionary(field.type)
        else field.with_nullable(True)
        for field in table.schema
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(plain)), path)


def setting(row, **values):
    return lambda rows: rows[row].update(values)


LONG_BEFORE = dt.date(1950, 1, 1)

WRONG = [
    ("meetings", setting(-1, organization=60), "meetings.parquet, row {last}: organization 60 is not among the 60"),
    ("meetings", setting(0, organization=-1), "meetings.parquet, row 1: organization -1 is not among the 60"),
    ("meetings", setting(0, organization=59), "meetings.parquet, row 2: organization"),
    ("meetings", setting(4, held_on=None), "meetings.parquet, row 5: held_on is empty."),
    ("meetings", setting(4, voters=-1), "meetings.parquet, row 5: fewer than nobody"),
    ("waivers", setting(2, post="king"), "waivers.parquet, row 3: its post is not known."),
    ("waivers", setting(-1, organization=2026), "waivers.parquet, row {last}: organization 2026 is not among the 60"),
    ("organizations", setting(7, kind="club"), "organizations.parquet, row 8: its kind is not known."),
    ("organizations", setting(7, parent=7), "organizations.parquet, row 8: its parent does not stand before it."),
    ("organizations", setting(7, organization=8), "organizations.parquet, row 8: its number is not the number of"),
    (
        "organizations",
        setting(5, founded=dt.date(2026, 1, 1), dissolved=dt.date(2026, 1, 1)),
        "organizations.parquet, row 6: it was dissolved before it was founded.",
    ),
    ("terms", setting(3, until=LONG_BEFORE), "terms.parquet, row 4: the term ends before it begins."),
    ("rules", setting(1, period="fortnight"), "rules.parquet, row 2: 'fortnight' is not a valid Period"),
]


@pytest.mark.parametrize(("name", "change", "text"), WRONG, ids=[case[2][:60] for case in WRONG])
def test_facts_that_can_not_be_are_refused_by_file_and_row(facts, tmp_path, name, change, text):
    changed(facts, name, change)
    last = pq.read_metadata(facts / f"{name}.parquet").num_rows
    with pytest.raises(FactsRefused) as refusal:
        evaluate(question(facts), tmp_path / "out", size=20)
    assert text.format(last=last) in str(refusal.value)
    assert {path.name for path in tmp_path.iterdir()} == {"facts"}


def test_a_meeting_outside_the_life_of_its_organization_is_refused_by_its_id(house, tmp_path):
    record = house.records[0]
    for life, word in (
        (
            {"founded": record.held_on + dt.timedelta(days=1), "dissolved": None},
            "before its organization was founded",
        ),
        ({"founded": None, "dissolved": record.held_on}, "when its organization was dissolved already"),
    ):
        placed = [
            replace(one, organization=replace(one.organization, **life))
            if one.organization.id == record.organization
            else one
            for one in house.placed
        ]
        only = House(placed, [record], [])
        facts = only.write(tmp_path / word)
        with pytest.raises(FactsRefused, match=f"row 1: {record.id} was held {word}"):
            evaluate(question(facts), tmp_path / "out")


def test_numbers_of_other_programs_may_be_wider_but_not_larger(facts, tmp_path):
    expected = evaluate(question(facts), tmp_path / "expected")
    path = facts / "meetings.parquet"
    table = pq.read_table(path)
    names = ("organization", "voters", "voters_present")
    wide = [
        pa.field(field.name, pa.int64()) if field.name in names else field.with_nullable(True)
        for field in table.schema
    ]
    table = table.cast(pa.schema(wide))
    pq.write_table(table, path)
    assert evaluate(question(facts), tmp_path / "wide") == expected
    place = table.column_names.index("voters")
    pq.write_table(table.set_column(place, "voters", pa.array([2**40] * len(table))), path)
    with pytest.raises(FactsRefused, match=r"meetings\.parquet, column voters: Integer value 1099511627776"):
        evaluate(question(facts), tmp_path / "large")


def test_states_out_of_order_are_refused(facts, tmp_path):
    changed(facts, "states", lambda rows: rows.insert(0, rows[0] | {"since": dt.date(2090, 1, 1)}))
    with pytest.raises(FactsRefused, match=r"states\.parquet, row 2: it begins before the one before it"):
        evaluate(question(facts), tmp_path / "out")


def test_a_subtree_that_is_not_in_one_piece_and_a_chain_without_end_are_refused(house, tmp_path):
    keys = [one.organization.id for one in house.placed]

    def tree(name, parents):
        placed = [
            replace(one, parent=None if parent is None else keys[parent])
            for one, parent in zip(house.placed, parents, strict=False)
        ]
        return House(placed, [], []).write(tmp_path / name)

    assert Facts(tree("whole", [None, 0, 1, 0, 3])).until.tolist() == [5, 3, 3, 5, 5]
    with pytest.raises(
        FactsRefused, match=r"organizations\.parquet, row 5: it does not follow its parent in one piece"
    ):
        Facts(tree("in two", [None, 0, 1, 0, 1]))
    organizations = pq.read_table(tmp_path / "whole" / "organizations.parquet").slice(0, 1).to_pylist()
    changed(
        tmp_path / "whole",
        "organizations",
        lambda rows: rows.__setitem__(
            slice(None), [organizations[0] | {"organization": n, "parent": n - 1 if n else None} for n in range(100)]
        ),
    )
    with pytest.raises(FactsRefused, match="row 65: it stands more than 64 levels down"):
        Facts(tmp_path / "whole")


def test_a_missing_a_broken_and_a_foreign_file_are_refused_by_name(facts, tmp_path):
    path = facts / "terms.parquet"
    whole = path.read_bytes()
    for content, text in (
        (whole[: len(whole) // 2], "terms.parquet can not be read as Parquet"),
        (b"organization,since\n", "terms.parquet can not be read as Parquet"),
        (None, "has no terms.parquet"),
    ):
        path.unlink() if content is None else path.write_bytes(content)
        with pytest.raises(FactsRefused, match=text):
            evaluate(question(facts), tmp_path / "out")
    pq.write_table(pa.table({"organization": pa.array([0], pa.int32())}), path)
    with pytest.raises(FactsRefused, match=r"terms\.parquet has no column since"):
        evaluate(question(facts), tmp_path / "out")
    columns = {"organization": [0], "since": ["2024"], "ends": [None], "until": [None]}
    pq.write_table(pa.table(columns), path)
    with pytest.raises(FactsRefused, match="column since is string, it should be date32"):
        evaluate(question(facts), tmp_path / "out")


def test_pages_that_were_damaged_in_the_middle_are_refused_and_leave_nothing(facts, tmp_path):
    path = facts / "meetings.parquet"
    content = bytearray(path.read_bytes())
    content[20 : len(content) // 3] = bytes(len(content) // 3 - 20)
    path.write_bytes(bytes(content))
    with pytest.raises(FactsRefused, match=r"meetings\.parquet"):
        evaluate(question(facts), tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"facts"}


# --- Runs that end early -------------------------------------------------------------------------------------------


class Interrupted(Exception):
    pass


def interrupted_after(count):
    def tell(done, _all):
        if done >= count:
            raise Interrupted

    return tell


def test_an_interrupted_run_goes_on_and_ends_as_if_nothing_had_been(facts, tmp_path, monkeypatch):
    expected = evaluate(question(facts), tmp_path / "in one go", size=10)
    out = tmp_path / "out"
    one_by_one = run.in_threads(1)
    for count in (10, 30):
        with pytest.raises(Interrupted):
            evaluate(question(facts), out, size=10, engine=one_by_one, tell=interrupted_after(count))
        assert not out.exists()
    judged = []
    judge = run.judge
    monkeypatch.setattr(run, "judge", lambda portion, *rest: judged.append(portion.begin) or judge(portion, *rest))
    assert evaluate(question(facts), out, size=10, engine=one_by_one) == expected
    assert judged == [30, 40, 50]
    assert cells_in(out) == cells_in(tmp_path / "in one go")
    assert sums_in(out) == sums_in(tmp_path / "in one go")
    assert sorted(path.name for path in out.iterdir()) == ["cells", "result.json", "sums"]
    assert {path.name for path in tmp_path.iterdir()} == {"facts", "in one go", "out"}


def test_side_by_side_it_is_the_same_and_an_interruption_begins_no_further_range(facts, tmp_path):
    expected = evaluate(question(facts), tmp_path / "in one go", size=60, engine=run.in_threads(1))
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        evaluate(question(facts), out, size=1, engine=run.in_threads(3), tell=interrupted_after(1))
    assert len(list((tmp_path / "out.part" / "cells").glob("*.parquet"))) < 60
    assert evaluate(question(facts), out, size=1, engine=run.in_threads(3)) == expected
    assert cells_in(out) == cells_in(tmp_path / "in one go")
    assert sums_in(out) == sums_in(tmp_path / "in one go")


def test_a_file_that_was_cut_off_is_made_anew(facts, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        evaluate(question(facts), out, size=10, tell=interrupted_after(30))
    half = tmp_path / "out.part" / "cells" / "000000010.parquet"
    half.write_bytes(half.read_bytes()[:100])
    evaluate(question(facts), out, size=10)
    evaluate(question(facts), tmp_path / "in one go", size=10)
    assert cells_in(out) == cells_in(tmp_path / "in one go")


def test_the_beginning_of_another_evaluation_is_not_gone_on_with(house, facts, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        evaluate(question(facts), out, size=10, tell=interrupted_after(10))
    others = [
        question(facts, ON + dt.timedelta(days=1)),
        question(replace(house, records=house.records[1:]).write(tmp_path / "other")),
    ]
    for other in others:
        with pytest.raises(EvaluationRefused, match=r"out\.part holds the beginning of another evaluation"):
            evaluate(other, out, size=10)
    assert evaluate(question(facts), out, size=10).organizations == 60


def test_facts_that_are_not_written_to_their_end_leave_nothing(house, tmp_path):
    def no_records(_chosen):
        raise Interrupted

    with pytest.raises(Interrupted):
        snapshot.write(tmp_path / "facts", house.placed, no_records, [], house.rules)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_written_over(house, facts, tmp_path):
    out = tmp_path / "out"
    evaluate(question(facts), out)
    before = cells_in(out)
    with pytest.raises(EvaluationRefused, match="is already there"):
        evaluate(question(facts, dt.date(2026, 1, 1)), out)
    with pytest.raises(EvaluationRefused, match="is already there"):
        house.write(facts)
    assert cells_in(out) == before


def test_the_page_of_files_names_every_column_and_no_other():
    told = {}
    for line in (Path(__file__).parents[2] / "docs" / "compliance.md").read_text().splitlines():
        if heading := re.match(r"### `(\S+)\.parquet`", line):
            told[heading[1]] = []
        elif row := re.match(r"\| `(\w+)` \|", line):
            told[[*told][-1]].append(row[1])
    schemas = {**SCHEMAS, "rules": rule_rows.SCHEMA, "cells/*": CELLS, "sums/*": SUMS}
    assert told == {name: schema.names for name, schema in schemas.items()}
