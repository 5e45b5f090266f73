"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from zhibu.web.shell import clock
from zhibu.web.shell.navigation import navigation_for


def day_served() -> dict[str, Any]:
    """For pages that are made without a request too."""
    return {"today": clock.today(), "is_demo": settings.SERVED_DATE is not None}


def page(request: HttpRequest) -> dict[str, Any]:
    asker = getattr(request, "asker", None)
    return day_served() | {
        "asker": asker,
        # Called by the template that draws the menu, so that a fragment pays nothing for it.
        "navigation": lambda: navigation_for(request, asker) if asker else None,
    }
