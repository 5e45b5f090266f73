"""What a test asks of a page in a real browser."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TookTooLong

AXE = (Path(__file__).parent / "vendor/axe-core/axe.min.js").read_text()

#: WCAG 2.2, levels A and AA, and what axe calls good practice (one heading of the first rank, landmarks …).
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: By how many pixels the page is wider than the screen; null while the browser has yet to build it.
WIDER = "(page => page && page.scrollWidth - page.clientWidth)(document.documentElement)"

_RUN = """async rules => {
  const found = await window.axe.run(document, {runOnly: {type: "tag", values: rules}});
  return found.violations.map(fault => `${fault.id}: ${fault.help}\\n` +
    fault.nodes.map(node => `    ${node.target.join(" ")}  ${node.html.slice(0, 160)}`).join("\\n"));
}"""


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing on the page as it stands."""
    page.evaluate(f"() => {{ {AXE} }}")  # through the debugger: the page's policy would refuse a script element
    faults = page.evaluate(_RUN, RULES)
    assert faults == [], "\n".join([page.url, *faults])


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways, once it has settled."""
    page.wait_for_load_state()
    with suppress(TookTooLong):
        page.wait_for_function(
            f"() => {{ const wider = {WIDER}; return wider !== null && wider <= 0; }}", timeout=3000
        )
    wider = page.evaluate(f"() => {WIDER}")
    assert wider <= 0, f"{page.url} is {wider} px wider than the screen"


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page in the folder that ZHIBU_SHOTS names; nothing without it."""
    folder = os.environ.get("ZHIBU_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9]+', '-', name)}-{width}.png", full_page=True)


def assert_good(page: Page, name: str) -> None:
    """The three together: a page is looked at, fits its screen and is accessible."""
    shoot(page, name)
    assert_fits(page)
    assert_accessible(page)
