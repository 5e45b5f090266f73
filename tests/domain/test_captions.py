"""Captions: WebVTT is read strictly, refused by line, and written anew with nothing but its cues."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.captions import CaptionFault, CaptionsRefused, Cue, read_captions, said, written

GOOD = """\ufeffWEBVTT 字幕

NOTE 第一稿

1
00:00.000 --> 00:02.500 align:start
<v 主持人>今天讲交接班。

00:02.500 --> 01:00:04.000
先看&lt;交接簿&gt;，
再看<b>未办结</b>事项。
"""


def test_cues_are_read_without_marks_settings_and_notes():
    assert read_captions(GOOD.replace("\n", "\r\n")) == (
        Cue(0, 2500, "今天讲交接班。"),
        Cue(2500, 3_604_000, "先看<交接簿>，\n再看未办结事项。"),
    )


def test_what_is_written_holds_cues_only_and_what_is_said_reads_without_the_video():
    cues = read_captions(GOOD)
    assert read_captions(written(cues)) == cues
    assert "NOTE" not in written(cues)
    assert said(cues) == "今天讲交接班。\n先看<交接簿>， 再看未办结事项。"


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("", 1, CaptionFault.NO_HEADER),
        ("1\n00:00.000 --> 00:01.000\n话", 1, CaptionFault.NO_HEADER),
        ("WEBVTT", 1, CaptionFault.NO_CUES),
        ("WEBVTT\n00:00.000 --> 00:01.000\n话", 2, CaptionFault.MARKUP),
        ("WEBVTT\n\n00:00,000 --> 00:01,000\n话", 3, CaptionFault.NO_TIMING),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\n话", 3, CaptionFault.BACKWARDS),
        ("WEBVTT\n\n00:02.000 --> 00:03.000\n话\n\n00:01.000 --> 00:04.000\n话", 6, CaptionFault.BACKWARDS),
        ("WEBVTT\n\n00:02.000 --> 00:03.000\n\n", 3, CaptionFault.EMPTY),
        ("WEBVTT\n\n00:02.000 --> 00:03.000\n话\n00:04.000 --> 00:05.000\n话", 5, CaptionFault.NO_TIMING),
        ("WEBVTT\n\nSTYLE\n::cue { background: url(//a) }\n\n00:00.000 --> 00:01.000\n话", 3, CaptionFault.MARKUP),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n<img src=x onerror=alert(1)>", 4, CaptionFault.MARKUP),
        (f"WEBVTT\n\n00:00.000 --> 00:01.000\n{'长' * 301}", 3, CaptionFault.TOO_LONG),
    ],
)
def test_what_can_not_be_taken_is_refused_by_its_line(text, line, fault):
    with pytest.raises(CaptionsRefused) as refused:
        read_captions(text)
    assert (refused.value.line, refused.value.fault) == (line, fault)


def test_too_many_cues_are_refused():
    cue = "00:00.000 --> 00:01.000\n话"
    with pytest.raises(CaptionsRefused) as refused:
        read_captions("\n\n".join(["WEBVTT", *[cue] * 2001]))
    assert refused.value.fault is CaptionFault.MANY


_TEXT = st.text("甲乙<>& a-", min_size=1, max_size=9).map(str.strip).filter(lambda text: text and "-->" not in text)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), _TEXT), min_size=1, max_size=6))
def test_what_was_written_is_read_again(rows):
    cues = tuple(Cue(since, since + length, text) for since, length, text in sorted(rows))
    assert read_captions(written(cues)) == cues
