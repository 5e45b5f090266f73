"""The sheet of one-time codes that a secretary cuts up and hands out: a dataclass in, a PDF out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhibu.documents.plain import one_line
from zhibu.documents.press import pdf


@dataclass(frozen=True, slots=True)
class CodeSlip:
    """What one person is handed. ``code`` is printed as it is."""

    name: str
    staff_number: str
    code: str


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """The slips of one organization. ``valid_until`` is printed as the local time it carries."""

    organization: str
    address: str
    valid_until: dt.datetime
    slips: tuple[CodeSlip, ...]


def code_sheet(sheet: CodeSheet, *, at: dt.datetime) -> bytes:
    """The sheet as a PDF on A4, ten slips to a page with lines to cut along.

    Each slip carries the address also as a QR code (of the address alone: the code stays on paper).
    """
    import segno

    address = one_line(sheet.address)
    until = sheet.valid_until
    paper = {
        "organization": one_line(sheet.organization),
        "address": address,
        "qr": segno.make_qr(address, error="m").svg_inline(border=0),
        "valid_until": f"{until.year}年{until.month}月{until.day}日{until:%H:%M}",
        "slips": [
            {"name": one_line(slip.name), "staff_number": one_line(slip.staff_number), "code": one_line(slip.code)}
            for slip in sheet.slips
        ],
    }
    return pdf("codes", paper, title=f"{paper['organization']}一次性登录码", at=at)
