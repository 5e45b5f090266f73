"""Text with Markdown's few signs as a page shows it, and as a search or a message has it. None of it is trusted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: What is left of what the signs mean; no picture, no style, no address but of a page.
_TAGS = {
    *("p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}

#: The page has its own heading above: # becomes the second rank.
_HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")


def html(text: str) -> str:
    """``text`` as HTML of a few tags; whatever is no sign of Markdown, HTML above all, is shown as it was typed.

    Links lead to pages of this house; of others the address is written out, to be seen before it is gone to.
    """
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
        if token.children:
            token.children = list(_at_home(token.children))
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(rendered, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(), link_rel=None)


def _at_home(tokens: list[Token]) -> Iterator[Token]:
    leads: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            leads.append(str(token.attrGet("href") or ""))
        if token.type not in {"link_open", "link_close"} or _is_here(leads[-1]):
            yield token
        elif token.type == "link_close":
            yield Token("text", "", 0, content=f" ({leads[-1]})")
        if token.type == "link_close":
            leads.pop()


def _is_here(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))


def plain(text: str) -> str:
    """``text`` without the signs: a line for each paragraph, cell and point."""
    return "\n".join(filter(None, (line.strip() for line in _lines(_parser().parse(text)))))


def _lines(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(
                "\n" if child.type in {"softbreak", "hardbreak"} else child.content for child in token.children or ()
            )
        elif token.content:
            yield token.content
