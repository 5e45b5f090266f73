"""Honors on record."""

from __future__ import annotations

import pytest

from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.honors.actions import bestow

pytestmark = pytest.mark.django_db


def test_the_same_honor_again_leaves_one_honor_and_one_event():
    chen = world.person("陈星")
    first = bestow(chen, title="援外抗疫", year=2015, actor=OPERATOR, at=world.AT)
    again = bestow(chen, title="援外抗疫", year=2015, actor=OPERATOR, at=world.AT)
    assert first == again
    bestow(chen, title="援外抗疫", year=2016, actor=OPERATOR, at=world.AT)
    assert Event.objects.filter(type="honor_bestowed", subject=chen.pk).count() == 2
