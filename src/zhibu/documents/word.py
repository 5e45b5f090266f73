"""A .docx out of WordprocessingML templates and the same plain data that the press is given.

Jinja escapes every value; the package is zipped with a fixed date, so that the same input gives the same bytes.
Why the templates are XML texts and not .docx files: ``docs/decisions/0005-papers-from-text-templates.md``.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from zhibu.documents.press import TEMPLATES

if TYPE_CHECKING:
    import jinja2

#: The parts of each package and the templates they are made from; the document itself comes first in reading order.
_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "docProps/core.xml": "core.xml",
    "docProps/app.xml": "app.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/styles.xml": "styles.xml",
    "word/fontTable.xml": "font_table.xml",
    "word/settings.xml": "settings.xml",
    "word/header.xml": "header.xml",
    "word/footer.xml": "footer.xml",
    "word/footer_even.xml": "footer_even.xml",
}

#: The earliest date that a zip can hold.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def docx(template: str, paper: Mapping[str, Any], *, title: str, at: dt.datetime, official: bool = False) -> bytes:
    """Make a .docx from ``paper`` by ``templates/word/{template}.xml``.

    ``at`` is written into the file as its time of making. ``official`` is the page of GB/T 9704-2012 with its
    page numbers on the outer side; otherwise the page is that of a form. Texts are expected to be clean.
    """
    told = {
        **paper,
        "file_title": title,
        "made_at": f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "official": official,
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part, source in {**_PARTS, "word/document.xml": f"{template}.xml"}.items():
            entry = zipfile.ZipInfo(part, _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # the same on every system
            package.writestr(entry, _templates().get_template(source).render(told).encode())
    return made.getvalue()


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "word"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
