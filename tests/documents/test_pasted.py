"""What is copied out of WPS and WeChat becomes Markdown: the words, and the signs that carry meaning."""

from __future__ import annotations

import time

import pytest

from zhibu.documents.markdown import html
from zhibu.documents.pasted import markdown

WPS = """<html><head><meta charset="utf-8"><title>无</title><style>p { color: red }</style></head><body>
<p class="MsoNormal" style="mso-char-indent-count:2"><b><span lang="EN-US">一、</span><span>交接班</span></b></p>
<p class="MsoNormal"><span style="font-family:Wingdings">·</span><span>&nbsp;</span><span>先看交接簿</span></p>
<p class="MsoNormal">再看<b>未办结</b>事项<o:p></o:p></p>
<p style="display:none">隐藏的字</p>
<table border="1"><tr><td><p>时间</p></td><td><p>内容</p></td></tr><tr><td>8:00</td><td>交班<br>清点</td></tr></table>
</body></html>"""

WECHAT = """<section style="box-sizing:border-box"><section><h2>学什么</h2><p><span>第一</span><span>段</span></p>
<p><br></p><ol><li><p>看条例</p></li><li>想岗位<ul><li>细</li></ul></li></ol>
<img data-src="http://127.0.0.1/a.png" onerror="alert(1)"><a href="javascript:alert(1)">点我</a>
<script>alert(1)</script></section></section>"""


def test_paragraphs_points_and_tables_of_wps_stay_what_they_are():
    assert markdown(WPS) == (
        "**一、交接班**\n\n- 先看交接簿\n\n再看**未办结**事项\n\n| 时间 | 内容 |\n| --- | --- |\n| 8:00 | 交班 清点 |"
    )


def test_sections_and_lists_of_wechat_lose_their_boxes_pictures_and_scripts():
    assert markdown(WECHAT) == "# 学什么\n\n第一段\n\n1. 看条例\n2. 想岗位\n- 细\n\n点我"


def test_signs_that_were_no_signs_are_shown_as_they_were():
    assert "3*4*5 [甲] a_b" in html(markdown("<p>3*4*5 [甲] a_b</p>"))


@pytest.mark.parametrize(
    "text",
    [
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<p>[甲](javascript:alert(1))</p>",
        "<svg><script>alert(1)</script></svg>",
    ],
)
def test_hostile_text_stays_text(text):
    shown = html(markdown(text))
    assert "<script" not in shown
    assert "href" not in shown


def test_a_deep_or_endless_page_is_read_in_a_moment():
    began = time.monotonic()
    markdown("<div><b>" * 100_000 + "字")
    markdown("<b>" * 3000 + "</i>" * 30_000)
    assert time.monotonic() - began < 3
