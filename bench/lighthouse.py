"""What Lighthouse says of the accessibility of a member's pages, on a phone.

Serves a demo, opens the pages as a member and prints the score and what was found. Lighthouse is no part of the
project: it is a program for Node, to be installed beside it; this one says so and ends with 2 where there is none.
Exits 1 below the score to hold.

    npm install --prefix FOLDER --ignore-scripts lighthouse@12
    python -m bench.lighthouse [--lighthouse FOLDER/node_modules/.bin/lighthouse] [--data DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.live import run, server

#: Points of a hundred to hold on every page.
LEAST = 95
MORE = ("/notices/", "/meetings/", "/learn/mine/", "/forum/rooms/house/", "/me/owed/", "/campaigns/", "/public/ask/")


def judged(program: str, chromium: str, address: str, session: str, scratch: Path) -> tuple[int, list[str]]:
    """The score, and what was found. Raises where the page was another than the one that was asked for."""
    headers, told = scratch / "headers.json", scratch / "told.json"
    headers.write_text(json.dumps({"Cookie": f"sessionid={session}", "Accept-Language": "zh-CN"}))
    command = [program, address, "--quiet", "--only-categories=accessibility", "--output=json"]
    command += [f"--output-path={told}", f"--extra-headers={headers}", "--chrome-flags=--headless=new --no-sandbox"]
    subprocess.run(command, env={**os.environ, "CHROME_PATH": chromium}, check=True, stdout=subprocess.DEVNULL)
    report = json.loads(told.read_text())
    if report["finalDisplayedUrl"].split("?")[0] != address:
        raise SystemExit(f"{address} led to {report['finalDisplayedUrl']}")
    found = report["categories"]["accessibility"]
    if found["score"] is None:
        raise SystemExit(f"{address}: {report.get('runtimeError')}")
    weighed = {each["id"] for each in found["auditRefs"] if each["weight"]}
    audits = report["audits"]
    faults = [f"{name}: {audits[name]['title']}" for name in sorted(weighed) if audits[name]["score"] == 0]
    return round(found["score"] * 100), faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a demo that is there already, or is made there and kept")
    parser.add_argument("--lighthouse", help="the program; else the one on the path")
    asked = parser.parse_args()
    program = shutil.which(asked.lighthouse or "lighthouse")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or chromium is None:
        missing = "Lighthouse" if program is None else "Chromium"
        print(f"NOTHING MEASURED: {missing} is not here. See the head of bench/lighthouse.py.", file=sys.stderr)
        return 2
    scores = []
    with tempfile.TemporaryDirectory(prefix="zhibu-lighthouse-") as scratch:
        folder = asked.data or Path(scratch) / "demo"
        env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"}
        run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
        command = [sys.executable, "-m", "bench.paint", "--child"]
        made = json.loads(subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout)
        with server(env) as address:
            for path in [*made["pages"], *MORE]:
                session = "" if path == "/accounts/login/" else made["session"]
                score, faults = judged(program, chromium, f"{address}{path}", session, Path(scratch))
                scores.append(score)
                print(f"{path:56} {score:3}  {'; '.join(faults)}", flush=True)
    is_held = min(scores) >= LEAST
    print(f"≥ {LEAST} on {len(scores)} pages: {'held' if is_held else 'NOT held'}")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
