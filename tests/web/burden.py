"""How much a task asks of somebody: taps, and fields that are typed. What can be chosen is a tap.

    burden = Burden(phone(lin), "召集支部党员大会")
    burden.tap("召集会议")
    burden.type("议题", "讨论发展党员")
    assert burden.taps <= 3

A page is opened once, at the beginning; from there on everything is reached by what the page offers. A fact that is
typed a second time is a fault: the page should have known it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page


@dataclass(slots=True)
class Burden:
    """Counts what is done with ``page``. Names are those that somebody reads on the screen."""

    page: Page
    what: str = ""
    taps: int = 0
    typed: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def tap(self, name: str | Locator, *, within: str = "main") -> None:
        """Tap the button, link or box of this name, the first that is visible; then the page has settled."""
        target = self._named(name, within) if isinstance(name, str) else name
        self.steps.append(f"· {name if isinstance(name, str) else target.inner_text().strip() or 'tap'}")
        self.taps += 1
        target.scroll_into_view_if_needed()
        target.click()
        self.page.wait_for_load_state("load")

    def _named(self, name: str, within: str) -> Locator:
        place = self.page.locator(within)
        found = place.get_by_role("button", name=name, exact=True).or_(
            place.get_by_role("link", name=name, exact=True)
        )
        boxes = place.get_by_role("checkbox", name=name, exact=True)
        folded = place.locator("summary").filter(has_text=name)
        return found.or_(boxes).or_(folded).locator("visible=true").first

    def type(self, label: str | Locator, text: str) -> None:
        """Fill a field. The same fact is typed once a task."""
        assert text not in self.typed, f"“{text}” is typed twice"
        box = self.page.locator("main").get_by_label(label).first if isinstance(label, str) else label
        self.steps.append(f"⌨ {text[:20]}")
        self.typed.append(text)
        box.fill(text)

    def __str__(self) -> str:
        return f"{self.what}: {self.taps} taps, {len(self.typed)} typed fields"
