"""Panels of an exhibition (展板), A3 across, one exhibit each: a dataclass in, a PDF out."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from zhibu.documents.plain import cleaned, one_line, paragraphs
from zhibu.documents.press import pdf


@dataclass(frozen=True, slots=True)
class Panel:
    """``picture``: a JPEG with its ``width`` and ``height`` in pixels, b"" without one. ``address``: of its page."""

    number: int
    kind: str
    section: str
    title: str
    text: str
    source: str
    address: str
    picture: bytes = b""
    width: int = 0
    height: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Panels:
    organization: str
    exhibition: str
    panels: tuple[Panel, ...]


def panels_pdf(panels: Panels, *, at: dt.datetime) -> bytes:
    """One page a panel. A long text is set smaller; what does not fit then is read on the page of its QR code."""
    paper = _paper(panels)
    return pdf("panels", paper, title=paper["exhibition"], at=at)


def _paper(panels: Panels) -> dict[str, Any]:
    panels = cleaned(panels)
    return {
        "organization": one_line(panels.organization),
        "exhibition": one_line(panels.exhibition),
        "panels": [_panel(one) for one in panels.panels],
    }


def _panel(panel: Panel) -> dict[str, Any]:
    import segno

    return {
        "number": panel.number,
        "kind": panel.kind,
        "section": one_line(panel.section),
        "title": one_line(panel.title),
        "paragraphs": list(paragraphs(panel.text)),
        "source": one_line(panel.source),
        "address": panel.address,
        "qr": segno.make_qr(panel.address, error="m").svg_inline(border=0),
        "picture": _framed(panel) if panel.picture else "",
        "alt": one_line(panel.alt),
        "wide": panel.width > panel.height,
    }


def _framed(panel: Panel) -> str:
    """The picture inside a drawing: the press is handed texts only, and a drawing is one. All of it is ours."""
    size = f'width="{panel.width}" height="{panel.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {panel.width} {panel.height}">'
        f'<image {size} href="data:image/jpeg;base64,{b64encode(panel.picture).decode("ascii")}"/></svg>'
    )
