"""Guides for tests: the windows of the small house, where Chen writes, Lin reviews and Wen manages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.windows import DONE, Windows
from tests.world import DAY
from zhibu.apps.guides.actions import reviewing, writing
from zhibu.apps.guides.actions.writing import Words
from zhibu.apps.guides.models import GuideVersion
from zhibu.domain.terms import GuideAudience

NEXT_YEAR = dt.date(2027, 11, 23)


class Guides(Windows):
    def __init__(self) -> None:
        super().__init__()
        self.section = self.post.section

    def begun(self, title: str = "产地证办理", text: str = "带合同和发票。", **said: Any) -> GuideVersion:
        keywords = said.pop("keywords", "")
        given = {"section": self.section, "audience": GuideAudience.PUBLIC, "writer": self.chen} | said
        return writing.begin_guide(words=Words(title=title, text=text, keywords=keywords), **given, **DONE)

    def published(self, title: str = "产地证办理", text: str = "带合同和发票。", **said: Any) -> GuideVersion:
        since = said.pop("since", DAY)
        return self.let_through(self.begun(title, text, **said), since=since)

    def let_through(self, version: GuideVersion, *, since: dt.date = DAY, **said: Any) -> GuideVersion:
        writing.hand_over(version, **DONE)
        version.refresh_from_db()
        given = {"reviewer": self.lin, "revision": version.revision, "read_again_by": NEXT_YEAR} | said
        return reviewing.publish_guide(version, since=since, **given, **DONE)
