"""How soon a phone shows something: first contentful paint at 1.6 Mbit/s and 150 ms, nothing kept before.

Serves a demo, opens pages as a member in a real Chromium of 360 × 740 with its network slowed down and its caches
empty, a fresh profile for each visit, and reads what the browser itself noted. Prints medians and the bytes that were
loaded; exits 1 where a page takes longer than 1.5 s or loads more than 100 KB.

    python -m bench.paint [--data DIR] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.live import run, server

#: Seconds and bytes to hold; bits a second and seconds of the line.
FIRST, HEAVIEST = 1.5, 100 * 1024
LINE, LATENCY = 1_600_000, 0.150

_READ = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return [paint.startTime / 1000, loaded.reduce((sum, each) => sum + each.transferSize, 0)];
}"""


def member() -> dict[str, object]:
    """The session of a member with something to learn, and the pages to open."""
    import django

    django.setup()

    from django.conf import settings
    from django.test import Client

    from zhibu.apps.learning.models import Unit
    from zhibu.apps.people.models import Account

    noted = json.loads((settings.DATA_DIR / "demo.json").read_text())
    login = next(row["login"] for row in noted["accounts"] if row["role"] == "member")
    account = Account.objects.get(login=login)
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    unit = Unit.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True, reach="house").first()
    pages = ["/accounts/login/", "/today/", "/learn/", "/learn/kept/", "/forum/", "/me/"]
    return {
        "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "pages": [*pages, f"/learn/units/{unit.pk}/"] if unit else pages,
    }


def visit(browser: Browser, address: str, session: str, path: str) -> tuple[float, int]:
    screen = {"width": 360, "height": 740}
    context = browser.new_context(viewport=screen, device_scale_factor=2, is_mobile=True, locale="zh-CN")
    try:
        if path != "/accounts/login/":
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        slow = {
            "offline": False,
            "latency": LATENCY * 1000,
            "downloadThroughput": LINE / 8,
            "uploadThroughput": LINE / 8,
        }
        line.send("Network.emulateNetworkConditions", slow)
        page.goto(f"{address}{path}", wait_until="load")
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
        seconds, loaded = page.evaluate(_READ)
        return float(seconds), int(loaded)
    finally:
        context.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a demo that is there already, or is made there and kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(member()))
        return 0
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    is_held = True
    with tempfile.TemporaryDirectory(prefix="zhibu-paint-") as scratch:
        folder = asked.data or Path(scratch) / "demo"
        env = {**os.environ, "ZHIBU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "zhibu.config.settings"}
        run("demo", "--data", str(folder), "--no-serve", "--json", env=env)
        told = subprocess.run(
            [sys.executable, "-m", "bench.paint", "--child"], env=env, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        made = json.loads(told)
        with server(env) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for path in made["pages"]:
                seen = [visit(browser, address, made["session"], path) for _round in range(asked.rounds)]
                seconds, loaded = statistics.median(one for one, _bytes in seen), max(size for _one, size in seen)
                is_held &= seconds <= FIRST and loaded <= HEAVIEST
                print(f"{path:56} {seconds:5.2f} s  {loaded / 1024:5.0f} KB", flush=True)
            browser.close()
    print(f"≤ {FIRST} s, ≤ {HEAVIEST // 1024} KB: {'held' if is_held else 'NOT held'}; load {os.getloadavg()[0]:.1f}")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
