"""`zhibu evaluate --engine spark`: a cluster of two executors finds what this process finds, and refuses the same."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from importlib.util import find_spec

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench import facts as generated

from tests.engines.houses import SINCE, UNTIL, sums_in
from zhibu.engines.compliance.run import Question, evaluate

pytestmark = [
    pytest.mark.slow,
    pytest.mark.spark,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="no Spark found"),
]

#: More than one range of 10,000, and the sums of the province reach over the border.
SIZE = 10_400
ON = dt.date(2026, 12, 20)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark") / "facts"
    generated.write(folder, SIZE, seed=3)
    return folder


def on_spark(facts, out):
    """In a process of its own: what Spark starts lives until its end."""
    words = ["evaluate", "--facts", facts, "--on", ON.isoformat(), "--out", out, "--engine", "spark", "--json"]
    code = "from zhibu.web.operator.main import run; run()"
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=False)


def test_two_executors_find_what_this_process_finds_to_the_last_bit(facts, tmp_path):
    here = evaluate(Question(facts=facts, on=ON, since=SINCE, until=UNTIL), tmp_path / "here")
    done = on_spark(facts, tmp_path / "there")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"out": str(tmp_path / "there"), **here.as_json()}
    assert len(list((tmp_path / "there" / "cells").iterdir())) == 2
    assert sums_in(tmp_path / "there") == sums_in(tmp_path / "here")
    for path in (tmp_path / "here" / "cells").iterdir():
        assert pq.read_table(tmp_path / "there" / "cells" / path.name).equals(pq.read_table(path))


def test_facts_that_can_not_be_are_refused_by_the_executor_that_reads_them(facts, tmp_path):
    generated.write(tmp_path / "facts", SIZE, seed=3)
    path = tmp_path / "facts" / "meetings.parquet"
    table = pq.read_table(path)
    voters = table.column("voters").to_pylist()
    voters[-1] = -1
    place = table.column_names.index("voters")
    pq.write_table(table.set_column(place, table.field("voters"), pa.array(voters, pa.int32())), path)
    done = on_spark(tmp_path / "facts", tmp_path / "out")
    assert (done.returncode, done.stdout) == (1, "")
    refusal = f"meetings.parquet, row {len(voters)}: fewer than nobody came or has a vote."
    assert refusal in " ".join(done.stderr.split())
    assert {path.name for path in tmp_path.iterdir()} == {"facts"}
