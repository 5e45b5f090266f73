"""Guides and questions: by when an answer is promised, when a guide is read again, what is looked for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from zhibu.domain.periods import add_months

#: Working days within which a question is answered, unless another day is said.
ANSWERED_WITHIN = 5

#: Months after which a guide is read again, unless another day is said; and after which at the latest.
READ_AGAIN_AFTER, READ_AGAIN_AT_LATEST = 12, 24

#: Days before that, on which those who keep the guide are told.
TOLD_BEFORE = 14

#: As many words are looked for at once.
MOST_WORDS = 6

#: No calendar has a longer stretch without a working day.
_LONGEST_PAUSE = 31

_ONE = dt.timedelta(days=1)


def promised_day(
    asked: dt.date, is_working_day: Callable[[dt.date], bool], *, within: int = ANSWERED_WITHIN
) -> dt.date:
    """The last of ``within`` working days after the one on which it was asked; that day itself does not count.

    Raises ``ValueError`` for a calendar that knows no working day in a month.
    """
    day = asked
    for _count in range(within):
        ahead = (day + _ONE * offset for offset in range(1, _LONGEST_PAUSE + 1))
        found = next((each for each in ahead if is_working_day(each)), None)
        if found is None:
            raise ValueError(f"no working day in {_LONGEST_PAUSE} days after {day}")
        day = found
    return day


def read_again(since: dt.date) -> dt.date:
    """The day by which a guide in force from ``since`` is looked through again, where none is said."""
    return add_months(since, READ_AGAIN_AFTER)


def may_be_read_again(on: dt.date, since: dt.date) -> bool:
    """After it is in force, and not so late that it grows old unseen."""
    return since < on <= add_months(since, READ_AGAIN_AT_LATEST)


# --- What is looked for --------------------------------------------------------------------------------------------

#: What people wrap around the matter they ask about; longer ones first, as they hold the shorter.
_WRAPPING = (
    *("请问一下", "我想问一下", "想问一下", "我想咨询", "想咨询", "请问", "你好", "您好", "我想", "麻烦", "咨询一下"),
    *("需要哪些材料", "需要什么材料", "要带什么材料", "需要带什么", "需要提供什么", "要什么材料", "要准备什么"),
    *("在哪里办理", "到哪里办理", "去哪里办理", "在哪里办", "在哪办", "去哪办", "在哪里", "在哪儿", "哪里", "在哪"),
    *("应该怎么办理", "怎么办理", "怎样办理", "如何办理", "怎么申请", "怎样申请", "如何申请", "怎么处理", "如何处理"),
    *("怎么办", "怎么样", "怎么", "怎样", "如何", "多长时间", "要多久", "多久", "几天", "什么时候", "何时"),
    *("要多少钱", "多少钱", "可以吗", "能不能", "可不可以", "是什么", "有哪些", "为什么", "什么", "哪些"),
    *("吗", "呢", "呀", "啊", "吧"),
)
_PARTED = re.compile(r"[\s　，。、；：？！,.;:?!“”\"'（）()《》【】\[\]…—]+")
_WRAPPED = re.compile("|".join(sorted(map(re.escape, _WRAPPING), key=len, reverse=True)))


def words_in(asked: str) -> tuple[str, ...]:
    """What stands between spaces and marks, each once, the first ``MOST_WORDS``."""
    return tuple(dict.fromkeys(word for word in _PARTED.split(asked) if word))[:MOST_WORDS]


def attempts(asked: str) -> tuple[tuple[str, ...], ...]:
    """What is looked for, one after the other until something is found: words that all have to stand in a guide.

    First as it was typed; then the whole in one, for whoever typed a space inside a word; then without the words
    that people wrap around the matter (产地证怎么办理 → 产地证). Nothing to look for: none.
    """
    typed = words_in(asked)
    bare = words_in(_WRAPPED.sub(" ", asked))
    tries = (typed, ("".join(typed),) if typed else (), bare, ("".join(bare),) if bare else ())
    return tuple(dict.fromkeys(words for words in tries if words))


# --- What is kept of what people type ------------------------------------------------------------------------------

#: Controls, what turns the order of letters around, and halves of characters: no database or no reader takes them.
#: Selectors and joiners stay: without them rare characters and emoji become others.
_NO_LETTER = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

#: What stands where bytes were no text: whoever typed it has to see that and type it anew.
UNREADABLE = "\ufffd"


def kept(text: str) -> str:
    """``text`` as it is kept: lines end in line feeds, nothing before and after, nothing that is no letter."""
    return _NO_LETTER.sub("", _LINE_ENDS.sub("\n", text)).strip()


def kept_line(text: str) -> str:
    """The same for what has one line: every run of white space is one space."""
    return " ".join(kept(text).split())
