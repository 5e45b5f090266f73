"""What is personal or internal in a text is found before it leaves the branch."""

from __future__ import annotations

import pytest

from zhibu.domain.personal import Finding, Inside, findings

NAMES, NUMBERS = {"林一", "陈夜班", "陈夜"}, {"10001", "A0042"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("每月召开一次，15日内归档，2026年起。", []),
        ("请找林一签字。", [(Inside.NAME, "林一")]),
        ("陈夜班与陈夜班", [(Inside.NAME, "陈夜班")]),
        ("电话10012345678或 100-1234-5678", [(Inside.PHONE, "10012345678"), (Inside.PHONE, "100-1234-5678")]),
        ("值班电话020-12345678", [(Inside.PHONE, "020-12345678")]),
        ("值班电话 87654321", [(Inside.PHONE, "87654321")]),
        ("工号10001和A0042，不是100012", [(Inside.STAFF_NUMBER, "10001"), (Inside.STAFF_NUMBER, "A0042")]),
        ("证件44010119900101001X", [(Inside.IDENTITY, "44010119900101001X")]),
        ("密级：秘密", [(Inside.SECRET, "密级：秘密")]),
        ("本资料为内部资料", [(Inside.INTERNAL, "内部资料")]),
    ],
)
def test_names_numbers_and_marks_are_found(text, told):
    assert findings(text, names=NAMES, numbers=NUMBERS) == [Finding(*one) for one in told]


def test_only_names_and_words_of_the_house_may_be_meant_otherwise():
    assert [kind for kind in Inside if kind.may_be_meant_otherwise] == [Inside.NAME, Inside.INTERNAL]
