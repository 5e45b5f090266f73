"""The deeds around the exhibition, done through the actions of the house; its pictures are drawn by code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import singledispatchmethod
from io import BytesIO
from typing import TYPE_CHECKING

from zhibu.apps.exhibitions.actions import asking, writing
from zhibu.apps.exhibitions.actions.writing import Framed, Said
from zhibu.apps.exhibitions.models import Exhibition, ShownPerson
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.domain.terms import Readership
from zhibu.web.operator.demo import exhibitions
from zhibu.web.operator.demo.exhibitions import TITLE, Piece, ShowDeed
from zhibu.web.shell.signing import Signed

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_SIZE = (960, 640)
_PAPER, _INK, _RED, _WOOD, _NIGHT, _LAMP = "#f6efe2", "#3b332b", "#a61b29", "#8a5a2b", "#1d2940", "#f4c95d"


#: Which of the windows is lit.
_LIT = 2


class Showing:
    """Whoever does a deed has an account."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._organizations, self._people = organizations, people

    @singledispatchmethod
    def do(self, deed: ShowDeed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    @do.register
    def _(self, deed: exhibitions.PutTogether, at: dt.datetime) -> None:
        framed = Framed(title=TITLE, foreword=deed.foreword, readership=Readership.PUBLIC)
        of = writing.begin_exhibition(self._organizations[deed.organization], framed, **_signed(deed, at))
        for piece in deed.pieces:
            self._add(of, piece, _signed(deed, at))

    @do.register
    def _(self, deed: exhibitions.AddPiece, at: dt.datetime) -> None:
        self._add(Exhibition.objects.get(title=TITLE), deed.piece, _signed(deed, at))

    @do.register
    def _(self, deed: exhibitions.SayYes, at: dt.datetime) -> None:
        for shown in ShownPerson.objects.filter(person=self._people[deed.by]):
            asking.answer(shown, agrees=True, seen_at=shown.asked_at.isoformat(), **_signed(deed, at))

    @do.register
    def _(self, deed: exhibitions.OpenDoors, at: dt.datetime) -> None:
        writing.open_exhibition(Exhibition.objects.get(title=TITLE), **_signed(deed, at))

    @do.register
    def _(self, deed: exhibitions.WithdrawConsent, at: dt.datetime) -> None:
        asking.withdraw(ShownPerson.objects.get(person=self._people[deed.by]), **_signed(deed, at))

    def _add(self, of: Exhibition, piece: Piece, signed: Signed) -> None:
        said = Said(
            kind=piece.kind,
            title=piece.title,
            source=piece.source,
            section=piece.section,
            text=piece.text,
            alt=piece.alt,
            has_people=bool(piece.shown or piece.other),
            picture=drawn(piece.shape, piece.title) if piece.shape else None,
            names_are_none=True,
        )
        made = writing.add_exhibit(of, said, **signed)
        if piece.other:
            name, how = piece.other
            asking.note_other(made, name, how=how, **signed)
        if piece.shown:
            asking.ask_person(made, self._people[piece.shown], **signed)


def _signed(deed: ShowDeed, at: dt.datetime) -> Signed:
    return {"actor": Account.objects.get(login=deed.by).actor, "at": at}


# --- Drawn ---------------------------------------------------------------------------------------------------------


def drawn(shape: str, title: str) -> bytes:
    """A PNG of plain shapes; two titles of the same shape are two pictures."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", _SIZE, _NIGHT if shape in {"night", "torch"} else _PAPER)
    pen = ImageDraw.Draw(picture)
    _SHAPES[shape](pen)
    for place in range(len(title)):
        pen.rectangle((20 + place * 14, 612, 28 + place * 14, 620), fill=_WOOD)
    made = BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


def _stamp(pen: ImageDraw) -> None:
    pen.ellipse((280, 100, 680, 500), outline=_RED, width=18)
    pen.ellipse((310, 130, 650, 470), outline=_RED, width=4)
    pen.regular_polygon((480, 300, 80), 3, fill=_RED)
    pen.regular_polygon((480, 300, 80), 3, rotation=180, fill=_RED)


def _abacus(pen: ImageDraw) -> None:
    pen.rectangle((160, 140, 800, 480), outline=_WOOD, width=22)
    pen.rectangle((160, 240, 800, 254), fill=_WOOD)
    for rod in range(9):
        x = 220 + rod * 65
        pen.line((x, 150, x, 470), fill=_INK, width=4)
        up = rod in {3, 5}
        for y in (180 if up else 210, *(range(275, 400, 30) if up else range(330, 455, 30))):
            pen.ellipse((x - 24, y, x + 24, y + 26), fill=_RED)


def _book(pen: ImageDraw) -> None:
    for left in (150, 485):
        pen.rectangle((left, 110, left + 325, 520), fill="#fffdf7", outline=_WOOD, width=6)
        for line in range(8):
            pen.line((left + 40, 165 + line * 42, left + 280 - line % 3 * 40, 165 + line * 42), fill=_INK, width=5)


def _sheet(pen: ImageDraw) -> None:
    pen.rectangle((290, 50, 670, 590), fill="white", outline=_INK, width=3)
    for line in range(13):
        pen.line((340, 110 + line * 34, 610, 110 + line * 34), fill=_INK, width=5)
    pen.line((620, 178, 655, 150), fill=_RED, width=6)
    pen.line((340, 246, 470, 246), fill=_RED, width=9)


def _receipt(pen: ImageDraw) -> None:
    for left, paper in ((140, "#e8dcc2"), (520, "white")):
        pen.rectangle((left, 160, left + 300, 480), fill=paper, outline=_INK, width=3)
        for line in range(5):
            pen.line((left + 40, 220 + line * 46, left + 250, 220 + line * 46), fill=_INK, width=4)
    pen.ellipse((190, 230, 350, 400), fill="#cdbb95")
    pen.ellipse((700, 380, 790, 470), outline=_RED, width=8)


def _windows(pen: ImageDraw) -> None:
    for place in range(6):
        x = 90 + place * 135
        fill = _LAMP if place == _LIT else "#2d3c5c"
        pen.rectangle((x, 220, x + 100, 420), fill=fill, outline=_PAPER, width=4)


def _desk(pen: ImageDraw) -> None:
    pen.ellipse((430, 120, 530, 220), fill=_INK)
    pen.polygon([(380, 400), (430, 240), (530, 240), (580, 400)], fill=_INK)
    pen.rectangle((180, 400, 780, 450), fill=_WOOD)
    pen.ellipse((600, 375, 720, 410), fill="white", outline=_INK, width=3)


def _torch(pen: ImageDraw) -> None:
    pen.polygon([(360, 290), (900, 90), (900, 550), (360, 350)], fill=_LAMP)
    pen.rectangle((130, 295, 330, 345), fill="#8d97a8")
    pen.rectangle((310, 275, 370, 365), fill="#b9c1ce")


def _halls(pen: ImageDraw) -> None:
    for left, count in ((90, 13), (540, 9)):
        pen.polygon([(left - 30, 240), (left + 170, 130), (left + 370, 240)], fill=_RED)
        pen.rectangle((left, 240, left + 340, 500), fill="white", outline=_INK, width=4)
        for place in range(count):
            x, y = left + 20 + place % 7 * 45, 290 + place // 7 * 95
            pen.rectangle((x, y, x + 30, y + 60), fill="#9db7cf")


_SHAPES: dict[str, Callable[[ImageDraw], None]] = {
    "stamp": _stamp,
    "abacus": _abacus,
    "book": _book,
    "sheet": _sheet,
    "receipt": _receipt,
    "night": _windows,
    "desk": _desk,
    "torch": _torch,
    "halls": _halls,
}
