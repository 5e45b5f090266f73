"""What is owed in one statement of plain SQL, for the simple ones of the rules: to stand beside `zhibu evaluate`.

What an organization owes itself, so many times in a month, a quarter, half a year or a year, without conditions: with
dated and layered rules and quorums, evidence, reasons, and why nothing is owed. Not in it: conditions on members,
posts, terms, hours, and all sums up the tree.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

STATEMENT = """
with written as (
    select *, case layer when 'national' then 0 when 'sector' then 1 else 2 end as depth from '{facts}/rules.parquet'
),
day as (select unnest(generate_series({since}, {until}, interval 1 day))::date as day),
period as (
    select period, first, (first + months * interval 1 month - interval 1 day)::date as last
    from (values ('month', 1), ('quarter', 3), ('half_year', 6), ('year', 12)) as length (period, months)
    join (select day as first from day where day(day) = 1) on (month(first) - 1) % months = 0
),
duty as (
    select rule, requirement, period.first, last, last + grace as due, "count" as needed, kinds, meetings, conditions,
        subject, measure, type,
        exists (
            select 1 from written as later
            where later.rule = written.rule and later.since <= last and (later.until is null or later.until > last)
        ) as stays
    from written
    join period on written.period = period.period
    where since <= period.first and (until is null or until > period.first)
    qualify row_number() over (partition by rule, period.first order by depth desc) = 1
),
cell as (
    select o.organization, rule, requirement, first, last, due, needed, meetings,
        case
            when dissolved <= least(last, {on}) then 'dissolved'
            when began > last then 'not_begun'
            when not stays then 'repealed'
            when founded > first then 'not_founded'
        end as why_not
    from '{facts}/organizations.parquet' as o
    join (
        select *, unnest(kinds) as kind from duty
        where type = 'obligation' and subject = 'organization' and measure = 'times' and len(conditions) = 0
    ) using (kind)
    where (founded is null or founded <= least(last, {on}))
        and (dissolved is null or dissolved > {on} or dissolved > first)
),
quorum as (
    select kind, word, day, arg_max(split_part(share, '/', 1)::int, depth) as part,
        arg_max(split_part(share, '/', 2)::int, depth) as whole, arg_max(comparator, depth) as comparator
    from (
        select *, unnest(kinds) as kind
        from (select *, unnest(meetings) as word from written where type = 'quorum')
    )
    join day on since <= day and (until is null or until > day)
    group by all
),
record as (
    select m.organization, m.id, m.word, held_on, filed_on,
        coalesce(
            voters_present >= greatest(
                1, case comparator when 'at_least' then (voters * part + whole - 1) // whole
                   else voters * part // whole + 1 end
            ),
            true
        ) as had
    from '{facts}/meetings.parquet' as m
    join '{facts}/organizations.parquet' as o on o.organization = m.organization
    left join quorum on quorum.kind = o.kind and quorum.word = m.word and day = held_on
    where filed_on <= {on}
),
found as (
    select organization, rule, first,
        list(id order by held_on, filed_on, id) filter (had) as evidence,
        list(id order by held_on, filed_on, id) filter (not had) as without_quorum,
        list_sort(list(filed_on) filter (had))[any_value(needed)] as completed_on
    from (select *, unnest(meetings) as word from cell where why_not is null)
    join record using (organization, word)
    where held_on between first and last
    group by all
),
reason as (
    select organization, requirement, first, accepted_on, reason from '{facts}/waivers.parquet'
    where post is null and accepted_on <= {on}
)
select organization, rule, first, last, due,
    case
        when why_not is not null then 'not_applicable'
        when completed_on <= due then 'met'
        when completed_on is not null then 'late'
        when {on} < first then 'upcoming'
        when {on} <= due then 'due'
        when accepted_on is not null then 'explained'
        else 'missing'
    end as status,
    evidence, without_quorum, completed_on, case when why_not is null then reason end as reason, why_not
from cell
left join found using (organization, rule, first)
left join reason using (organization, requirement, first)
"""

#: What the statement finds and the evaluation does not, or the other way, over the rules that both have.
_DIFFERENCE = """
with ours as (
    select organization, rule, first, last, due, status, evidence, without_quorum, completed_on, reason, why_not
    from '{cells}' where rule in (select distinct rule from '{sql}')
),
theirs as (
    select * replace (coalesce(evidence, []) as evidence, coalesce(without_quorum, []) as without_quorum) from '{sql}'
)
select (select count(*) from (select * from ours except all select * from theirs))
    + (select count(*) from (select * from theirs except all select * from ours)) as different,
    (select count(*) from theirs) as cells
"""


def connection() -> duckdb.DuckDBPyConnection:
    """In memory, with all cores."""
    database = duckdb.connect()
    database.execute("set enable_progress_bar = false")
    return database


def evaluate(facts: Path, on: dt.date, since: dt.date, until: dt.date, out: Path) -> None:
    """Write the cells into the file ``out``."""
    days = {name: f"date '{day}'" for name, day in (("on", on), ("since", since), ("until", until))}
    with connection() as database:
        statement = STATEMENT.format(facts=facts, **days)
        database.execute(f"copy ({statement}) to '{out}' (format parquet, compression lz4_raw)")


def difference(cells: Path, sql: Path) -> tuple[int, int]:
    """In how many cells the two differ, and how many the statement found."""
    with connection() as database:
        found = database.execute(_DIFFERENCE.format(cells=cells / "*.parquet", sql=sql)).fetchone()
    assert found is not None
    return found[0], found[1]
