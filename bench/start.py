"""How soon the server answers, how much memory it takes, and what a first visit weighs.

    python -m bench.start [--demo DIR] [--rounds 5]

Starts ``zhibu serve`` on a demo again and again. Prints the seconds from the command to the first good answer, the
memory of its two processes (the one that answers, the one that watches over it) after some pages, and the bytes over
the wire of the log-in page with all that it loads. Exits 1 where a goal is missed: 2 s (of the processor, where
others use the machine), 120 MB, 100 KB.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin

import httpx

from bench.live import Server, run

SECONDS, MEGABYTES, KILOBYTES = 2.0, 120, 100
_TICKS = os.sysconf("SC_CLK_TCK")
_LOADED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_PAGES = ("/accounts/login/", "/accounts/first/", "/menu/", "/robots.txt")


def _processes(group: int) -> list[Path]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            found.append(folder)
    return found


def _megabytes(group: int, kind: str = "Pss") -> list[float]:
    """Of each process; ``Pss``: its own and its part of what it shares, ``Rss``: all that it has in memory."""
    sizes = []
    for folder in _processes(group):
        told = re.search(rf"^{kind}:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)
        sizes.append(int(told[1]) / 1000 if told else 0.0)
    return sorted(sizes, reverse=True)


def _sum(sizes: list[float]) -> str:
    return " + ".join(f"{size:.0f}" for size in sizes)


def processor_seconds(group: int) -> float:
    """Of all processes of a group until now."""
    total = 0
    for folder in _processes(group):
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _weight(address: str) -> float:
    """Kilobytes of the log-in page with its assets, compressed as they come, headers left out."""
    headers = {"Accept-Encoding": "br, gzip", "Accept-Language": "zh-CN"}
    with httpx.Client(headers=headers) as client:
        with client.stream("GET", f"{address}/accounts/login/") as page:
            text = page.read().decode()
            total = page.num_bytes_downloaded
        for asset in set(_LOADED.findall(text)):
            with client.stream("GET", urljoin(address, asset)) as answer:
                answer.read()
                total += answer.num_bytes_downloaded
    return total / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    folder = asked.demo or Path(tempfile.mkdtemp(prefix="zhibu-start-")) / "demo"
    env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DATABASE_URL": ""}
    if asked.demo is None:
        run("demo", "--no-serve", "--data", str(folder), env=env)
    walls, spent, sizes, weight = [], [], [], 0.0
    for number in range(asked.rounds + 1):
        server = Server(env)
        wall = server.start()
        try:
            assert server.process is not None
            group = server.process.pid
            seconds = processor_seconds(group)
            for page in _PAGES:
                httpx.get(server.address + page)
            weight = _weight(server.address)
            together, each = _megabytes(group), _megabytes(group, "Rss")
        finally:
            server.kill()
        if number == 0:  # gathers the static files, once for an installation
            continue
        walls.append(wall)
        spent.append(seconds)
        sizes.append(max(each))
        print(
            f"answers after {wall:5.2f} s ({seconds:4.2f} s of the processor)  "
            f"memory {_sum(each)} MB, less what they share {_sum(together)} MB"
        )
    if asked.demo is None:
        shutil.rmtree(folder.parent)
    middle = statistics.median
    print(
        f"median: {middle(walls):.2f} s, {middle(spent):.2f} s of the processor; {middle(sizes):.0f} MB the larger "
        f"process; first load {weight:.0f} KB; load {os.getloadavg()[0]:.1f}; "
        f"goals: {SECONDS:.0f} s, {MEGABYTES} MB, {KILOBYTES} KB"
    )
    well = min(middle(walls), middle(spent)) <= SECONDS and middle(sizes) <= MEGABYTES and weight <= KILOBYTES
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
