"""What is copied out of WPS, Word, WeChat or a page becomes Markdown: words, and the few signs that carry meaning.

Fonts, colors, pictures, scripts and hidden text stay behind. The result is text and is trusted no more than any.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

#: Characters of HTML that are read: what programs put around a page of text is much.
LONGEST = 1_000_000

_SILENT = {"script", "style", "head", "title", "template", "svg", "math", "object", "iframe", "textarea", "select"}
_EMPTY = {"br", "img", "hr", "input", "meta", "link", "col", "wbr", "area", "base", "embed", "source", "track"}
_BLOCKS = {"p", "div", "section", "article", "blockquote", "pre", "ul", "ol", "table", "header", "footer", "figure"}
_HEADINGS = {"h1": "# ", "h2": "# ", "h3": "## ", "h4": "### ", "h5": "### ", "h6": "### "}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
#: How WPS and Word write the point of a list that is none of HTML's.
_POINT = re.compile(r"^[·•●▪■◆➢✓\uf0a7\uf0b7\uf0d8]\s*")
_SIGNS = re.compile(r"([\\`*_\[\]|])")


def markdown(html: str) -> str:
    """The text of ``html``; a blank line between paragraphs, points of lists and rows of tables by their signs."""
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    reader.end_line()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line = ""
        self._before = ""
        self._bold = False
        #: Of what is open: its name, and whether nothing in it is said.
        self._open: list[tuple[str, bool]] = []
        self._names: Counter[str] = Counter()
        self._lists: list[int | None] = []
        self._cells: list[str] | None = None
        self._is_first_row = False

    @property
    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            if tag == "br" and not self._is_silent:
                self._break()
            return
        style = next((value or "" for name, value in attrs if name == "style"), "")
        self._names[tag] += 1
        self._open.append((tag, self._is_silent or tag in _SILENT or bool(_HIDDEN.search(style))))
        if not self._is_silent:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _HEADINGS:
            self._paragraph()
        if tag in _HEADINGS:
            self._before = _HEADINGS[tag]
        elif tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self.end_line()
            self._before = self._point()
        elif tag == "table":
            self._is_first_row = True
        elif tag == "tr":
            self.end_line()
            self._cells = []
        elif tag in {"b", "strong"}:
            self._mark(bold=True)

    def handle_endtag(self, tag: str) -> None:
        while self._names[tag]:
            name, was_silent = self._open.pop()
            self._names[name] -= 1
            if not was_silent:
                self._end(name)
            if name == tag:
                return

    def _end(self, tag: str) -> None:
        if tag in {"b", "strong"}:
            self._mark(bold=False)
        elif tag in {"td", "th"} and self._cells is not None:
            self._cells.append(" ".join(self._line.split()))
            self._line = ""
        elif tag == "tr" and self._cells is not None:
            self._row()
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        if tag in _BLOCKS or tag in _HEADINGS:
            self._paragraph()
        elif tag == "li":
            self.end_line()

    def handle_data(self, data: str) -> None:
        if not self._is_silent:
            self._line += _SIGNS.sub(r"\\\1", re.sub(r"\s+", " ", data))

    def _mark(self, *, bold: bool) -> None:
        """Bold within a line; a whole line of it, and in a cell, is left plain where it would hold nothing."""
        if bold != self._bold and self._cells is None:
            if not bold and self._line.rstrip().endswith("**"):
                self._line = self._line.rstrip()[:-2]
            elif bold:
                self._line += "**"
            else:
                self._line = f"{self._line.rstrip()}**"
        self._bold = bold

    def _point(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _row(self) -> None:
        cells = self._cells or []
        self._cells = None
        if not cells:
            return
        if self._is_first_row:
            self._blank()
        self.lines.append(f"| {' | '.join(cells)} |")
        if self._is_first_row:
            self.lines.append(f"|{' --- |' * len(cells)}")
        self._is_first_row = False

    def _break(self) -> None:
        if self._cells is None:
            self.end_line()
        else:
            self._line += " "

    def end_line(self) -> None:
        """What was said so far is a line."""
        if self._cells is not None:
            return
        was_bold = self._bold
        self._mark(bold=False)
        line = " ".join(self._line.split())
        self._line = ""
        if _POINT.match(line) and not self._before:
            line, self._before = _POINT.sub("", line), "- "
        if line:
            self.lines.append(f"{self._before}{line}")
            self._before = ""
        if was_bold:
            self._mark(bold=True)

    def _paragraph(self) -> None:
        if self._cells is None:
            self.end_line()
            if not self._lists:
                self._blank()
        else:
            self._line += " "

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")
