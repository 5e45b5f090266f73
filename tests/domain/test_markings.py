"""What marks a text as not for everybody, and what only speaks of it."""

from __future__ import annotations

import pytest

from zhibu.domain.markings import inside_words, secret_marks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("秘密★1年", ("秘密★",)),
        ("机密 ☆ 长期", ("机密 ☆",)),
        ("密级：绝密", ("密级：绝密",)),
        ("通知\n秘密\n各支部：", ("秘密",)),
        ("# 【工作秘密】\n正文", ("# 【工作秘密】",)),
        ("**機密**", ("**機密**",)),
        ("保守党和国家秘密，不得泄露机密。", ()),
        ("秘密花园书店", ()),
    ],
)
def test_a_degree_of_secrecy_is_a_mark_and_speaking_of_it_is_none(text: str, found: tuple[str, ...]) -> None:
    assert secret_marks(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("内部资料，请勿外传", ("内部资料", "请勿外传")),
        ("內部文件", ("內部文件",)),
        ("内部\n关于……的通知", ("内部",)),
        ("文件不得对外公开，文件不得对外", ("不得对外",)),
        ("工作秘密管理办法学习", ("工作秘密",)),
        ("科室内部分工调整，内部装修", ()),
    ],
)
def test_words_by_which_papers_call_themselves_internal(text: str, found: tuple[str, ...]) -> None:
    assert inside_words(text) == found
