"""A unit in the small house, at any stage: the branch of Lin makes it unless another organization is given."""

from __future__ import annotations

from typing import Any

from tests.world import AT, Bureau
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.learning.actions.unit_files import Brought, attach
from zhibu.apps.learning.actions.units import UnitWords, begin_unit, publish_unit
from zhibu.apps.learning.models import Unit, UnitVersion
from zhibu.apps.organizations.models import Organization
from zhibu.domain.learning import UnitReach
from zhibu.domain.questions import read_questions

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}
TITLE = "交接班五分钟"
TEXT = "# 先看交接簿\n\n再看**未办结**事项。"
QUESTIONS = """\
先看什么？
* 交接簿
- 手机
> 交接簿上有上一班留下的事。

哪些要清点？
* 印章
* 单证
- 茶杯
> 印章和单证当面清点。
"""


def words(**facts: Any) -> UnitWords:
    given: dict[str, Any] = {"title": TITLE, "text": TEXT, "questions": read_questions(QUESTIONS)}
    return UnitWords(**given | facts)


def drafted(house: Bureau, of: Organization | None = None, **facts: Any) -> UnitVersion:
    return begin_unit(organization=of or house.inspection, words=words(**facts), writer=house.lin, **DONE)


def published(house: Bureau, of: Organization | None = None, *files: Brought, **facts: Any) -> Unit:
    draft = drafted(house, of, **facts)
    for file in files:
        attach(draft, brought=file, **DONE)
    draft.refresh_from_db()
    return publish_unit(draft, revision=draft.revision, **DONE)


def prescribed(house: Bureau, of: Organization | None = None, **facts: Any) -> Unit:
    return published(house, of, reach=UnitReach.PRESCRIBED, **facts)
