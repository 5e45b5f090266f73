"""What a page must not hold, whatever it shows: script and style of its own."""

from __future__ import annotations

from html.parser import HTMLParser

#: Data for a script is no script: the policy does not run it.
DATA = {"application/json", "application/ld+json"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style":
            self.faults.append("a style element")
        if tag == "script" and "src" not in given and given.get("type") not in DATA:
            self.faults.append("a script of its own")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
                self.faults.append(f"<{tag} {name}>")
            if name in {"href", "src", "action", "formaction"} and _leaves(value or ""):
                self.faults.append(f"<{tag} {name}={value}>")


def _leaves(address: str) -> bool:
    """Whether an address is a script, or of another house."""
    plain = "".join(address.split()).lower()
    return plain.startswith(("javascript:", "vbscript:", "//", "http:", "https:"))


def faults_of(html: str) -> list[str]:
    """Everything of a page that the policy forbids, and every address that leads out of the house."""
    reader = _Reader()
    reader.feed(html)
    return reader.faults
