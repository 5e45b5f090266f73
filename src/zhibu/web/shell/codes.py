"""An address as a picture that a phone reads (QR)."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe


def picture_of(address: str) -> SafeString:
    """As an SVG that stands in the page, in the size that its place gives it."""
    import segno

    drawn = segno.make_qr(address, error="m").svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308 - drawn by segno: paths and numbers, nothing of the address
