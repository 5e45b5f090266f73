"""The press: a typst template and plain data in, the bytes of a PDF out.

Data reach a template as one JSON text and stay strings there; typst never reads them as markup. The only fonts are
ours, so that a paper is the same on every machine, and the only time is the one handed in.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from zhibu.documents.plain import spelled

if TYPE_CHECKING:
    import typst

_ROOM = Path(__file__).parent
TEMPLATES = _ROOM / "templates"


def pdf(template: str, paper: object, *, title: str, at: dt.datetime) -> bytes:
    """Print ``paper`` (what JSON can say) by ``templates/{template}.typ``; the same input gives the same bytes.

    ``at`` is written into the file as its time of making. Texts are expected to be clean (see ``plain``); a
    character that our fonts lack is spelled out.
    """
    import typst

    press = typst.Compiler(TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts())
    # typst takes neither a named zone nor parts of a second
    moment = at.astimezone(dt.timezone(at.utcoffset() or dt.timedelta())).replace(microsecond=0)
    made = press.compile(format="pdf", sys_inputs=_told(paper, title), timestamp=moment)
    if not isinstance(made, bytes):
        raise TypeError(f"{template}.typ printed {type(made).__name__}, not one file")
    return made


def pages_asked(template: str, paper: object, *, title: str) -> list[int]:
    """The page of each heading, as the template tells it under the name ``pages``."""
    import typst

    asked = typst.query(
        TEMPLATES / f"{template}.typ",
        "<pages>",
        field="value",
        one=True,
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs=_told(paper, title),
    )
    pages = json.loads(asked)
    assert isinstance(pages, list)
    return pages


def _told(paper: object, title: str) -> dict[str, str]:
    return {"paper": spelled(json.dumps(paper, ensure_ascii=False)), "title": title}


@cache
def _fonts() -> typst.Fonts:
    """Looked up once for the process; typst reads each file when a paper first needs it."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_ROOM / "fonts"])
