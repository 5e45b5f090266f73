"""Reads one cell: text, codes, names, dates, hours as people type them. Pure; knows nothing of sheets.

Blank cells give "" or ``None``. What can not be read raises ``Unreadable``; nothing is guessed. Characters of names
are never normalized: Unicode's own forms would change rare ones (the compatibility ideographs).
"""

from __future__ import annotations

import datetime as dt
import math
import re

from zhibu.documents.workbooks.reading import Cell
from zhibu.domain.hours import Span, hours_of


class Unreadable(ValueError):
    """The cell holds something else than was expected of it."""


# --- Text ----------------------------------------------------------------------------------------------------------

_HALF_WIDTH = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
_HALF_WIDTH_ALPHANUMERIC = {wide: half for wide, half in _HALF_WIDTH.items() if half.isalnum()}
#: Also every dash a hyphen.
_CODE = _HALF_WIDTH | dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･．.", "·"))

#: Control and formatting characters that nobody sees. Joiners of variation sequences are no part of it.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_IDEOGRAPH = r"\u2e80-\u9fff\ue000-\ufaff\ufe30-\uffef\U00020000-\U0003ffff\U000f0000-\U0010fffd"
_BLANKS_BETWEEN_IDEOGRAPHS = re.compile(rf"(?<=[{_IDEOGRAPH}])\s+|\s+(?=[{_IDEOGRAPH}])")
_DOT_IN_NAME = re.compile(rf"(?<=[{_IDEOGRAPH}])\s*[·•‧∙⋅・･．.]\s*(?=[{_IDEOGRAPH}])")
_BLANKS = re.compile(r"\s+")
_LONGEST_SHOWN = 100


def plain(cell: Cell) -> str:
    """The cell as text, letter for letter: whole numbers without a fraction, dates as ISO writes them."""
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def shown(cell: Cell) -> str:
    """What a reader of the cell sees of it, for a message: no control characters, not endless."""
    seen = _UNSEEN.sub("", plain(cell))
    return seen if len(seen) <= _LONGEST_SHOWN else f"{seen[:_LONGEST_SHOWN]}…"


def text(cell: Cell) -> str:
    """Without stray blanks and unseen characters; full-width letters and digits become half-width.

    Blanks beside ideographs go (傅　洋 → 傅洋), between Latin words one stays. Chinese punctuation stays.
    """
    seen = _UNSEEN.sub("", plain(cell)).translate(_HALF_WIDTH_ALPHANUMERIC).strip()
    return _BLANKS.sub(" ", _BLANKS_BETWEEN_IDEOGRAPHS.sub("", seen))


def lines(cell: Cell) -> str:
    """As ``text``, line by line; empty lines go."""
    return "\n".join(filter(None, map(text, plain(cell).splitlines())))


def name(cell: Cell) -> str:
    """A person's name: as ``text``, and the dot of names such as 阿依古丽·买买提 in its one form."""
    return _DOT_IN_NAME.sub(lambda dot: dot[0].strip().translate(_DOTS), text(cell))


def code(cell: Cell) -> str:
    """A number or code typed as text or as a number: half-width, no blanks, every dash a hyphen."""
    return _BLANKS.sub("", _UNSEEN.sub("", plain(cell)).translate(_CODE))


def whole(cell: Cell) -> int | None:
    """A whole number that is not negative, with a unit or not (2, 2人)."""
    typed = code(cell)
    if not typed:
        return None
    found = re.fullmatch(r"(\d{1,9})[人名个]?", typed)
    if not found:
        raise Unreadable
    return int(found[1])


def phone(cell: Cell) -> str:
    """Digits, perhaps with a plus before them; blanks, hyphens and brackets between them go."""
    digits = re.sub(r"[-()]", "", code(cell))
    if not re.fullmatch(r"(?:\+?\d{5,16})?", digits):
        raise Unreadable
    return digits


# --- Dates ---------------------------------------------------------------------------------------------------------

FIRST_YEAR, LAST_YEAR = 1900, 2100
_SERIAL_ZERO = dt.date(1899, 12, 30)
#: Serial numbers from 1910 on; smaller ones are years (1998) or slips.
_SERIALS = range(3654, (dt.date(LAST_YEAR, 12, 31) - _SERIAL_ZERO).days + 1)
_COMPACT = range(FIRST_YEAR * 10_000, (LAST_YEAR + 1) * 10_000)

_SEPARATOR = r"[-/.。．、_]"
_YEAR_MONTH_DAY = re.compile(rf"(\d{{4}})(?:年|{_SEPARATOR})(\d{{1,2}})(?:月|{_SEPARATOR})(\d{{1,2}})(?:日|号)?\.?")
_YEAR_MONTH = re.compile(rf"(\d{{4}})(?:年|{_SEPARATOR})?(\d{{1,2}})月?")
_TIME_OF_DAY = re.compile(r"(?<=[\d日号])[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0", "两": "2"}
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})[日号])?"
)


def day(cell: Cell) -> dt.date | None:
    """A date: a real one, a serial number, or text, year first (1996/06/08, 20050523, 2004年3月11日, 二〇〇四年…)."""
    match cell:
        case dt.datetime():
            return _in_range(cell.date())
        case dt.date():
            return _in_range(cell)
        case bool() | dt.time() | dt.timedelta():
            raise Unreadable
        case int() | float():
            return _numbered(cell)
    typed = _dateline(cell)
    if not typed:
        return None
    if typed.isdecimal():
        return _numbered(int(typed))
    found = _YEAR_MONTH_DAY.fullmatch(typed)
    if not found:
        raise Unreadable
    return _date(*map(int, found.groups()))


def day_of(cell: Cell, year: int | None) -> dt.date | None:
    """As ``day``; text may be followed by its weekday, or be without the year where that is known (3月20日)."""
    try:
        return day(cell)
    except Unreadable:
        said = roster_day(cell) if isinstance(cell, str) else None
        if said is None or said[1] is None or (said[0] or year) is None:
            raise
        return _date(said[0] or year or 0, said[1], said[2])


def month(cell: Cell) -> dt.date:
    """The first day of a month typed without a day (1995.07, 1995年7月, 199507)."""
    found = _YEAR_MONTH.fullmatch(_dateline(plain(cell)))
    # 19957 has no month to be sure of, nor has the number 1995.1: it may have been typed as 1995.10.
    if not found or (len(found[2]) == 1 and (found[0].isdecimal() or not isinstance(cell, str))):
        raise Unreadable
    return _date(int(found[1]), int(found[2]), 1)


def year(cell: Cell) -> int | None:
    """A year with four digits (2015, 2015年, 2015年度)."""
    if isinstance(cell, dt.date):
        return cell.year
    typed = code(cell)
    if not typed:
        return None
    found = re.fullmatch(r"(\d{4})(?:年度?)?", typed)
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise Unreadable
    return int(found[1])


def _dateline(cell: str) -> str:
    typed = _UNSEEN.sub("", cell).translate(_CODE).strip()
    return _arabic(_BLANKS.sub("", _TIME_OF_DAY.sub("", typed)))


def _arabic(typed: str) -> str:
    """A date in Chinese numerals with digits instead; anything else as it is."""
    found = _CHINESE.fullmatch(typed)
    if not found:
        return typed
    years = "".join(_DIGITS[digit] for digit in found[1])
    return f"{years}年{_below_hundred(found[2])}月" + (f"{_below_hundred(found[3])}日" if found[3] else "")


def _below_hundred(numeral: str) -> int:
    """三十一 → 31; one that is none becomes 0, which is in no date."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int(_DIGITS[ones]) if len(ones) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * int(_DIGITS.get(tens, "1")) + int(_DIGITS.get(ones, "0"))


def _numbered(number: float) -> dt.date:
    if not math.isfinite(number):
        raise Unreadable
    if int(number) in _COMPACT and number == int(number):
        return _date(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100)
    if int(number) in _SERIALS:
        return _SERIAL_ZERO + dt.timedelta(days=int(number))
    raise Unreadable


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return _in_range(dt.date(year, month, day))
    except ValueError as error:
        raise Unreadable from error


def _in_range(found: dt.date) -> dt.date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable
    return found


# --- Hours and weekdays --------------------------------------------------------------------------------------------

_CLOCK = re.compile(r"(次日|翌日|第二天|\+1)?(\d{1,2})(?:[:时点](\d{2})?分?)(?::00)?")
_DAY_MINUTES = 24 * 60


def clock(cell: Cell) -> tuple[dt.time, bool] | None:
    """The time of day, and whether it is the next day's: 24:00 is 00:00 of the next day, as is 次日00:00."""
    match cell:
        case dt.datetime() | dt.date() if cell.year in {1899, 1900}:
            # An hour of 24 and more, which Excel keeps as a number of days.
            hour = cell.time() if isinstance(cell, dt.datetime) else dt.time()
            return hour, True
        case dt.time():
            return cell.replace(second=0, microsecond=0), False
        case dt.timedelta():
            return _minutes(cell / dt.timedelta(minutes=1))
        case bool() | dt.date():
            raise Unreadable
        case int() | float():
            return _minutes(cell * _DAY_MINUTES)
    typed = code(cell)
    if not typed:
        return None
    found = _CLOCK.fullmatch(typed)
    if not found:
        raise Unreadable
    next_day, hours, minutes = found.groups()
    if int(minutes or 0) > 59 or int(hours) * 60 + int(minutes or 0) > _DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
        raise Unreadable
    at, overflows = _minutes(int(hours) * 60 + int(minutes or 0))
    if next_day and overflows:
        raise Unreadable
    return at, overflows or bool(next_day)


def _minutes(count: float) -> tuple[dt.time, bool]:
    if not 0 <= count < 2 * _DAY_MINUTES:
        raise Unreadable
    days, rest = divmod(round(count), _DAY_MINUTES)
    return dt.time(rest // 60, rest % 60), bool(days)


_DATE_BEFORE = re.compile(r"\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}[日号]?")
#: Words that tell a part of the day; behind the later ones 3 means 15.
_MORNING, _AFTERNOON = ("凌晨", "清晨", "早上", "上午"), ("中午", "下午", "傍晚", "晚上", "晚")
_HALF_DAY = 12
_PART = "|".join(_MORNING + _AFTERNOON)
_PARTS_OF_DAY = frozenset({*_MORNING, *_AFTERNOON, "全天", "上下午"})
_AN_HOUR = rf"({_PART})?(次日|翌日|第二天)?(\d{{1,2}})(?:[:时点](\d{{1,2}}|半|整)?分?)?(?::00)?"
_MEETING_SPAN = re.compile(rf"{_AN_HOUR}(?:(?:-{{1,2}}|~|至|到){_AN_HOUR})?")
_NIGHT_BEGINS, _NIGHT_ENDS = dt.time(18), dt.time(8)


def meeting_hours(cell: Cell) -> str:
    """The hours of a meeting in the form of ``domain.hours``; a part of the day (下午) stays a word.

    15:00至16:30, 15时-16时30分, 下午3点半, 9:00-10:00；14:00-15:00. An end before the beginning is a slip, unless
    the meeting was at night.
    """
    if isinstance(cell, dt.datetime) and cell.year > FIRST_YEAR:
        cell = cell.time()
    if not isinstance(cell, str):
        found = clock(cell)
        return "" if found is None else str(Span(found[0]))
    typed = _DATE_BEFORE.sub("", code(cell), count=1)
    if not typed or typed in _PARTS_OF_DAY:
        return typed
    return hours_of(_meeting_span(part) for part in re.split(r"[;,、，；]", typed.strip(";,、，；")))


def _meeting_span(typed: str) -> Span:
    found = _MEETING_SPAN.fullmatch(typed)
    if not found or not re.search(r"[:时点至到~-]|午|晚|早|晨", typed):
        raise Unreadable
    first, last = found.groups()[:4], found.groups()[4:]
    starts = _hour_of(*first)
    if starts >= _DAY_MINUTES:
        raise Unreadable
    if last[2] is None:
        return Span(dt.time(starts // 60, starts % 60))
    ends = _hour_of(*last)
    if first[0] in _AFTERNOON and last[0] is None and ends + _HALF_DAY * 60 > starts and ends < _HALF_DAY * 60:
        ends += _HALF_DAY * 60
    return _span(starts, ends, says_next_day=last[1] is not None)


def _span(starts: int, ends: int, *, says_next_day: bool) -> Span:
    if ends > _DAY_MINUTES:
        raise Unreadable
    begins, until = dt.time(starts // 60, starts % 60), dt.time(ends // 60 % 24, ends % 60)
    is_overnight = says_next_day or ends == _DAY_MINUTES
    if not is_overnight and ends <= starts:
        if begins < _NIGHT_BEGINS or until > _NIGHT_ENDS:
            raise Unreadable
        is_overnight = True
    return Span(begins, until, is_overnight)


def _hour_of(part: str | None, _next_day: str | None, hour: str, minute: str | None) -> int:
    """Minutes since midnight."""
    minutes = {"半": 30, "整": 0}.get(minute or "")
    if minutes is None:
        minutes = int(minute or 0)
    hours = int(hour)
    if part in _AFTERNOON and hours < _HALF_DAY - (part == "中午"):
        hours += _HALF_DAY
    if minutes > 59:  # noqa: PLR2004 - minutes of an hour
        raise Unreadable
    return hours * 60 + minutes


_OPENING = re.compile(r"(\d{1,2}:\d{2})(?:-|~|至|到)(\d{1,2}:\d{2})")


def opening_hours(cell: Cell) -> str:
    """``08:30-12:00;13:30-17:30``, however it was separated; round the clock is ``00:00-24:00``."""
    typed = code(cell).replace("~", "-").replace("～", "-")
    if not typed:
        return ""
    if typed in {"24小时", "全天"}:
        return "00:00-24:00"
    spans = []
    for part in re.split(r"[;,、，；/]", typed.strip(";,、，；/")):
        found = _OPENING.fullmatch(part)
        if not found:
            raise Unreadable
        spans.append("-".join(_hours(found[i]) for i in (1, 2)))
    return ";".join(spans)


def _hours(typed: str) -> str:
    hours, minutes = map(int, typed.split(":"))
    if minutes > 59 or hours * 60 + minutes > _DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
        raise Unreadable
    return f"{hours:02}:{minutes:02}"


_WEEKDAYS = {letter: str(number) for number, letter in enumerate("一二三四五六日", 1)} | {"天": "7", "末": "67"}
_WEEKDAYS |= {str(number): str(number) for number in range(1, 8)}
_EVERY_DAY = frozenset({"每天", "每日", "全周", "天天"})
_WEEKDAY_SPAN = re.compile(r"([一二三四五六日天1-7])[-至到]([一二三四五六日天1-7])")


def weekdays(cell: Cell) -> str:
    """ISO weekdays as digits in order: 一二三四五 → 12345, 周一至周六 → 123456, 每天 → 1234567."""
    typed = re.sub(r"周末", "末", code(cell))
    if typed in _EVERY_DAY:
        return "1234567"
    letters = re.sub(r"星期|礼拜|周|[,、，;；/]", "", typed)
    spelled = _WEEKDAY_SPAN.sub(_spell_span, letters)
    if any(letter not in _WEEKDAYS for letter in spelled) or bool(spelled) != bool(typed):
        raise Unreadable
    return "".join(sorted(set("".join(_WEEKDAYS[letter] for letter in spelled))))


def _spell_span(found: re.Match[str]) -> str:
    first, last = int(_WEEKDAYS[found[1]]), int(_WEEKDAYS[found[2]])
    if last < first:
        raise Unreadable
    return "".join(str(number) for number in range(first, last + 1))


# --- The heads of a roster -----------------------------------------------------------------------------------------

_WEEKDAY_NOTE = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?$")
_MONTH_DAY = re.compile(rf"(?:(\d{{1,2}})(?:月|{_SEPARATOR}))?(\d{{1,2}})[日号]?")


def roster_day(cell: Cell) -> tuple[int | None, int | None, int] | None:
    """Year, month and day that stand above a column, as far as they do: 11月1日, 11/1, 1日, 1, or a full date.

    ``None`` for anything that is no day. Whether the month has such a day is not asked.
    """
    if isinstance(cell, str):
        typed = _WEEKDAY_NOTE.sub("", _dateline(cell))
        found = _MONTH_DAY.fullmatch(typed)
        if found:
            return None, int(found[1]) if found[1] else None, int(found[2])
        full = _YEAR_MONTH_DAY.fullmatch(typed)
        return (int(full[1]), int(full[2]), int(full[3])) if full else None
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell in range(1, 32):
        return None, None, int(cell)
    try:
        found_day = day(cell)
    except Unreadable:
        return None
    return (found_day.year, found_day.month, found_day.day) if found_day else None


_YEAR_IN_TITLE = re.compile(r"(\d{4})\s*年(?:度)?(?:\s*(\d{1,2})\s*月)?")


def month_in_title(title: str) -> tuple[int, int | None] | None:
    """The year, and the month where it is there, of a title such as 2026年11月排班表."""
    found = _YEAR_IN_TITLE.search(title.translate(_HALF_WIDTH))
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    number = int(found[2]) if found[2] and 1 <= int(found[2]) <= 12 else None  # noqa: PLR2004 - months
    return int(found[1]), number
