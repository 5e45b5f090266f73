"""The forum for tests: the small house with its windows; Lin keeps order in the branch, Fang stands above her."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.guides import Guides
from tests.windows import DONE
from zhibu.apps.forum.access import Place
from zhibu.apps.forum.actions import writing
from zhibu.apps.forum.actions.writing import Kind, Words
from zhibu.apps.forum.models import Post, Room, Thread
from zhibu.apps.people.models import Person
from zhibu.domain.forum import RoomKind


class Forum(Guides):
    def __init__(self) -> None:
        super().__init__()
        self.fang, self.qiu = self.house.fang, self.house.qiu
        root = self.house.root
        self.branch = Place(RoomKind.BRANCH, self.unit)
        self.all = Place(RoomKind.HOUSE, root)
        self.business = Place(RoomKind.SECTION, root, self.section)
        self.guidance = Place(RoomKind.UNITS, root)
        self.elsewhere = Place(RoomKind.BRANCH, self.house.quay)
        self.places = [self.all, self.branch, self.business, self.guidance, self.elsewhere]

    def thread(
        self, title: str = "学习体会", text: str = "大家谈谈。", *, by: Person | None = None, **said: Any
    ) -> Thread:
        """In the branch's room unless ``at`` says another; facts of ``Kind`` besides."""
        done = said.pop("done", DONE)
        place, pictures = said.pop("place", self.branch), said.pop("pictures", ())
        words = Words(title=title, text=text, pictures=pictures, is_no_mark=said.pop("is_no_mark", False))
        return writing.begin_thread(place, words, writer=by or self.chen, kind=Kind(**said), **done)

    def answered(self, thread: Thread, text: str = "我也谈一点。", *, by: Person | None = None, **said: Any) -> Post:
        done = said.pop("done", DONE)
        return writing.write_post(thread, Words(text=text, **said), writer=by or self.lin, **done)

    def room(self, place: Place) -> Room:
        return writing.room_at(place)


def photo(color: tuple[int, int, int] = (20, 90, 160), size: tuple[int, int] = (60, 40)) -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "WHERECAMERA"
    Image.new("RGB", size, color).save(made, "JPEG", exif=exif)
    return made.getvalue()
