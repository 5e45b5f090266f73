"""Exhibitions for tests: of the inspection branch, with a picture of Chen and an old seal."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from PIL import Image

from tests.world import AT, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.exhibitions.actions import asking, writing
from zhibu.apps.exhibitions.actions.writing import Framed, Said
from zhibu.apps.exhibitions.models import Exhibit, Exhibition, ShownPerson
from zhibu.domain.terms import ExhibitKind, Readership

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}


def later(minutes: int = 60) -> dict[str, Any]:
    return {"actor": OPERATOR, "at": AT + dt.timedelta(minutes=minutes)}


def drawing(color: str = "red", size: tuple[int, int] = (60, 40)) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, color).save(made, "PNG")
    return made.getvalue()


def begun(house: Bureau, readership: Readership = Readership.HOUSE, title: str = "窗口三十年") -> Exhibition:
    framed = Framed(title=title, foreword="从一枚印章说起。", readership=readership)
    return writing.begin_exhibition(house.inspection, framed, **DONE)


def seal_said(**other: Any) -> Said:
    said: dict[str, Any] = {
        "kind": ExhibitKind.OBJECT,
        "title": "老印章",
        "text": "恢复通关时的第一枚印章。",
        "source": "档案室，1984年",
        "has_people": False,
    }
    return Said(**{**said, **other})


def picture_said(**other: Any) -> Said:
    said: dict[str, Any] = {
        "kind": ExhibitKind.PICTURE,
        "title": "夜班的灯",
        "text": "除夕夜的查验台前。",
        "source": "陈星借展，2012年",
        "alt": "一个人站在查验台前",
        "has_people": True,
        "picture": drawing(),
    }
    return Said(**{**said, **other})


def with_seal(of: Exhibition, **other: Any) -> Exhibit:
    return writing.add_exhibit(of, seal_said(**other), **DONE)


def with_chen(of: Exhibition, house: Bureau, **other: Any) -> tuple[Exhibit, ShownPerson]:
    """A picture of Chen, who is asked."""
    made = writing.add_exhibit(of, picture_said(**other), **DONE)
    return made, asking.ask_person(made, house.chen, **DONE)


def says(shown: ShownPerson, agrees: bool = True) -> None:
    shown.refresh_from_db()
    asking.answer(shown, agrees=agrees, seen_at=shown.asked_at.isoformat(), **DONE)
