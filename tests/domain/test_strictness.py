"""How strictly a wording asks, read off its words and numbers."""

from __future__ import annotations

import pytest

from zhibu.domain.requirements import Modality
from zhibu.domain.strictness import (
    Bound,
    Comparison,
    Strictness,
    claims_of,
    compared,
    contradiction,
    loosens,
    sentences,
    strictness_of,
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("会议记录必须在5个工作日内归档。", Strictness(Modality.MUST, ((Bound.MOST, "工作日", 5),))),
        ("支部党员大会每季度召开1次。", Strictness(Modality.SHOULD, ((Bound.OFTEN, "", 4),))),
        ("支部委员会会议一般每月召开1次。", Strictness(Modality.GENERALLY, ((Bound.OFTEN, "", 12),))),
        ("每月召开两次。", Strictness(Modality.SHOULD, ((Bound.OFTEN, "", 24),))),
        ("可以邀请群众代表参加。", Strictness(Modality.MAY)),
        ("原则上必须到会。", Strictness(Modality.GENERALLY)),
        ("谈心谈话不少于十二次。", Strictness(Modality.SHOULD, ((Bound.LEAST, "次", 12),))),
        ("发言不超过５分钟。", Strictness(Modality.SHOULD, ((Bound.MOST, "分钟", 5),))),
        ("会后十五日以内整理。", Strictness(Modality.SHOULD, ((Bound.MOST, "日", 15),))),
        ("至少一百二十人到会。", Strictness(Modality.SHOULD, ((Bound.LEAST, "人", 120),))),
    ],
)
def test_words_and_numbers_are_read_off_the_text(text, told):
    assert strictness_of(text) == told


def test_what_stands_in_a_list_of_prohibitions_is_a_must():
    assert strictness_of("代他人签到。", forbids=True).modality is Modality.MUST


@pytest.mark.parametrize(
    ("mine", "theirs", "how"),
    [
        ("必须每季度召开1次。", "必须每月召开1次。", Comparison.STRICTER),
        ("必须每月召开1次。", "必须每季度召开1次。", Comparison.LOOSER),
        ("必须在5日内归档。", "必须在10日内归档。", Comparison.LOOSER),
        ("必须在5日内归档。", "必须在5日内归档。", Comparison.ALIKE),
        ("必须在5日内归档。", "必须归档。", Comparison.LOOSER),
        ("必须归档。", "应当归档。", Comparison.LOOSER),
        ("必须归档。", "必须归档，可以推迟。", Comparison.LOOSER),
        ("应当归档。", "必须归档。", Comparison.STRICTER),
        ("必须每月1次，在5日内归档。", "必须每月2次，在6日内归档。", Comparison.LOOSER),
    ],
)
def test_a_wording_is_stricter_looser_or_as_strict(mine, theirs, how):
    assert compared(strictness_of(mine), strictness_of(theirs)) is how


def test_only_a_must_is_loosened():
    assert loosens(strictness_of("必须归档。"), strictness_of("可以归档。"))
    assert not loosens(strictness_of("应当归档。"), strictness_of("可以归档。"))
    assert not loosens(strictness_of("必须归档。"), strictness_of("必须在3日内归档。"))


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("会议记录必须由专人保管。", "会议记录不得由专人保管。", True),
        ("可以用微信群代替签到。", "不得用微信群代替签到。", True),
        ("每年谈心谈话不少于6次。", "每年谈心谈话不超过4次。", True),
        ("每年谈心谈话不少于4次。", "每年谈心谈话不超过6次。", False),
        ("会议记录必须由专人保管。", "会议通知不得遗漏夜班党员。", False),
        ("会议记录必须由专人保管。", "会议记录应当由专人保管。", False),
        ("先说别的。会议记录必须由专人保管。", "也说别的；会议记录严禁由专人保管。", True),
    ],
)
def test_two_that_can_not_both_be_followed_are_found(one, other, clash):
    assert (contradiction(claims_of(one), claims_of(other)) is not None) is clash
    assert (contradiction(claims_of(other), claims_of(one)) is not None) is clash


def test_a_prohibition_contradicts_what_is_demanded_without_saying_not():
    demanded, forbidden = claims_of("应当代缺席党员签到。"), claims_of("代缺席党员签到。", forbids=True)
    assert contradiction(demanded, forbidden) is not None


def test_sentences_joined_again_are_the_text():
    text = "一；二。\n\n三！四\n五"
    assert sentences(text) == ["一；", "二。\n\n", "三！", "四\n", "五"]
