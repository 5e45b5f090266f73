"""One cell, as people type it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu.documents.workbooks import cells
from zhibu.documents.workbooks.cells import Unreadable

SERIAL_ZERO = dt.date(1899, 12, 30)

#: Each takes a date and gives a cell.
STYLES = [
    lambda day: day,
    lambda day: dt.datetime.combine(day, dt.time()),
    lambda day: dt.datetime.combine(day, dt.time(13, 45)),
    lambda day: float((day - SERIAL_ZERO).days),
    lambda day: str((day - SERIAL_ZERO).days),
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day:%Y.%m.%d}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: float(f"{day:%Y%m%d}"),
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f" {day.year} 年 {day.month} 月 {day.day} 号 ",
    lambda day: f"{day:%Y-%m-%d} 00:00:00",
    lambda day: f"{day:%Y-%m-%d}T08:30:00",
    lambda day: f"{day:%Y－%m－%d}",
    lambda day: "".join(chr(ord(c) + 0xFEE0) for c in f"{day:%Y/%m/%d}"),
    lambda day: f"{day.year}年{day.month}月{day.day}日\u3000",
    lambda day: f"{_digits(day.year)}年{_numeral(day.month)}月{_numeral(day.day)}日",
]


def _digits(year: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (
        ("" if tens < 2 else "零一二三"[tens])
        + ("十" if tens else "")
        + ("一二三四五六七八九"[ones - 1] if ones else "")
    )


@given(
    day=st.dates(dt.date(1910, 1, 2), dt.date(2100, 12, 31)),
    style=st.sampled_from(STYLES),
)
def test_a_date_is_read_in_every_style(day, style):
    assert cells.day(style(day)) == day


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\xa0", "\n", "\u200b"])
def test_a_blank_is_no_date(blank):
    assert cells.day(blank) is None


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "去年夏天",
            "1998",
            1998.0,
            "1998年",
            "96/6/8",
            "6/8/1996",
            "08.06.1996",
            "1999.02.30",
            "2004-13-01",
            "2023-02-29",
        ),
        *(
            "2004-00-10",
            "2004-10-00",
            "20041301",
            "199607",
            1.0,
            0.5,
            True,
            "1899-12-31",
            "2101-01-01",
            "n/a",
            "-",
            "待定",
        ),
        *(dt.date(1900, 1, 1).replace(year=1899), dt.time(8, 30), dt.timedelta(days=3), float(10**9), -5.0, "二十年"),
        *("二〇〇四年十三月一日", "二〇〇四年三月三十二日", "2005-02-16起", "2005-02-16-2006-02-16"),
    ],
)
def test_what_is_no_date_is_not_guessed(typed):
    with pytest.raises(Unreadable):
        cells.day(typed)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.datetimes(), st.times(), st.timedeltas(), st.booleans()))
def test_no_cell_makes_reading_fail_otherwise(cell):
    for reader in (
        *(cells.plain, cells.text, cells.name, cells.code, cells.whole, cells.phone, cells.day, cells.month),
        *(cells.year, cells.clock, cells.opening_hours, cells.weekdays, cells.roster_day),
    ):
        try:
            reader(cell)
        except Unreadable:
            continue


@pytest.mark.parametrize(
    "typed", ["1995.07", "1995-7", "1995年7月", "199507", 1995.07, "１９９５年７月", "一九九五年七月"]
)
def test_a_month_is_read_where_the_day_is_left_out(typed):
    assert cells.month(typed) == dt.date(1995, 7, 1)


@pytest.mark.parametrize("typed", [1995.1, "1995.13", "19957", "1995", "七月", "", 34881.0])
def test_a_month_that_could_be_another_is_not_guessed(typed):
    with pytest.raises(Unreadable):
        cells.month(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("傅\u3000洋", "傅洋"),
        (" 傅 洋 ", "傅洋"),
        ("欧阳\xa0菊", "欧阳菊"),
        ("张\n三", "张三"),
        ("\u200b张三\ufeff", "张三"),
        ("\u202e张三", "张三"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("Li   Na", "Li Na"),
        ("José García", "José García"),
        ("J. Smith", "J. Smith"),
    ],
)
def test_stray_blanks_leave_a_name(typed, name):
    assert cells.name(typed) == name


@pytest.mark.parametrize(
    "name",
    [
        *("堃", "喆", "旻", "镕", "玥", "犇", "堃喆旻镕玥犇"),
        *("𠮷田", "龘𪚥", "\U0002f81a", "王\U00030edd", "﨑", "葛\U000e0100城", "李\ue123"),
        *("阿依古丽·买买提", "努尔古丽·阿不都热依木·艾合买提江", "次仁卓玛", "欧阳娜娜"),
    ],
)
def test_a_rare_name_passes_unharmed(name):
    assert cells.name(name) == name


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x2FA1D, categories=["Lo"]), min_size=1))
def test_no_ideograph_is_ever_turned_into_another(name):
    assert cells.name(name) == name


@given(st.text())
def test_cleaning_twice_changes_nothing_more(typed):
    for clean in (cells.text, cells.name, cells.code):
        assert clean(clean(typed)) == clean(typed)


def test_text_keeps_chinese_punctuation_and_loses_full_width_digits():
    assert cells.text("检务处（一科）　第１ 党小组") == "检务处（一科）第1党小组"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (10025.0, "10025"),
        (10025, "10025"),
        ("１０００３", "10003"),
        (" 10 003 ", "10003"),
        ("00123", "00123"),
        ("GZ—A—01", "GZ-A-01"),
        ("ＧＺ－Ａ", "GZ-A"),
        ("", ""),
        (True, "TRUE"),
    ],
)
def test_a_code_is_the_same_as_number_and_as_text(typed, code):
    assert cells.code(typed) == code


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        (10083569529.0, "10083569529"),
        ("100 8356 9529", "10083569529"),
        ("１００８３５６９５２９", "10083569529"),
        ("100-8356-9529", "10083569529"),
        ("(020)1234567", "0201234567"),
        ("+8610083569529", "+8610083569529"),
        ("", ""),
    ],
)
def test_a_phone_number_is_its_digits(typed, phone):
    assert cells.phone(typed) == phone


@pytest.mark.parametrize("typed", ["无", "12", "100835695291008356", "1008356952a", "10083569529/10083569528"])
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(Unreadable):
        cells.phone(typed)


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("08:30", (dt.time(8, 30), False)),
        ("8：30", (dt.time(8, 30), False)),
        ("8点30分", (dt.time(8, 30), False)),
        ("8时", (dt.time(8), False)),
        ("00:00", (dt.time(), False)),
        ("24:00", (dt.time(), True)),
        ("次日08:00", (dt.time(8), True)),
        ("次日 0:00", (dt.time(), True)),
        (0.5, (dt.time(12), False)),
        (1.0, (dt.time(), True)),
        (dt.time(8, 30), (dt.time(8, 30), False)),
        (dt.datetime(1899, 12, 31, 8), (dt.time(8), True)),
        (dt.date(1900, 1, 1), (dt.time(), True)),
        (dt.timedelta(hours=32), (dt.time(8), True)),
        ("", None),
    ],
)
def test_hours_know_the_next_day(typed, clock):
    assert cells.clock(typed) == clock


@pytest.mark.parametrize("typed", ["25:00", "24:01", "08:60", "次日24:00", "早上", 2.0, dt.date(2026, 1, 1), True])
def test_what_is_no_hour_is_refused(typed):
    with pytest.raises(Unreadable):
        cells.clock(typed)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("一二三四五", "12345"),
        ("周一至周五", "12345"),
        ("星期一、星期三", "13"),
        ("六日", "67"),
        ("周末", "67"),
        ("五四", "45"),
        ("1-6", "123456"),
        ("每天", "1234567"),
        ("一二三四五六天", "1234567"),
        ("", ""),
    ],
)
def test_weekdays_become_their_numbers(typed, digits):
    assert cells.weekdays(typed) == digits


@pytest.mark.parametrize("typed", ["工作日", "八", "0", "五至一", "周"])
def test_other_days_are_refused(typed):
    with pytest.raises(Unreadable):
        cells.weekdays(typed)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("08:30-12:00;13:30-17:30", "08:30-12:00;13:30-17:30"),
        ("8:30—12:00；13:30～17:30；", "08:30-12:00;13:30-17:30"),
        ("08:30至17:00", "08:30-17:00"),
        ("24小时", "00:00-24:00"),
        ("", ""),
    ],
)
def test_opening_hours_have_one_form(typed, hours):
    assert cells.opening_hours(typed) == hours


@pytest.mark.parametrize("typed", ["早九晚五", "08:30", "08:30-25:00", "08:30-12:61", "08:30-12:00;"[::-1]])
def test_other_opening_hours_are_refused(typed):
    with pytest.raises(Unreadable):
        cells.opening_hours(typed)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("11月1日", (None, 11, 1)),
        ("11/1", (None, 11, 1)),
        ("1", (None, None, 1)),
        ("1日", (None, None, 1)),
        (1.0, (None, None, 1)),
        ("1日（周日）", (None, None, 1)),
        ("11月1日\n星期日", (None, 11, 1)),
        ("11月31日", (None, 11, 31)),
        ("2026-11-01", (2026, 11, 1)),
        (dt.date(2026, 11, 1), (2026, 11, 1)),
        (46327.0, (2026, 11, 1)),
        ("备注", None),
        ("", None),
        (32.0, None),
        (0.5, None),
    ],
)
def test_the_heads_of_a_roster_say_what_they_say(typed, day):
    assert cells.roster_day(typed) == day


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("2026年11月排班表", (2026, 11)),
        ("广埠口岸局 ２０２６ 年 11 月 排班表", (2026, 11)),
        ("2026年度排班表", (2026, None)),
        ("排班表", None),
        ("2026年13月", (2026, None)),
        ("0026年11月", None),
    ],
)
def test_a_title_names_the_month(title, month):
    assert cells.month_in_title(title) == month


@pytest.mark.parametrize(("typed", "year"), [("2015", 2015), (2015.0, 2015), ("2015年度", 2015), ("", None)])
def test_a_year_has_four_digits(typed, year):
    assert cells.year(typed) == year
    with pytest.raises(Unreadable):
        cells.year("15")


@pytest.mark.parametrize(("typed", "number"), [(1.0, 1), ("2人", 2), ("０", 0), ("", None)])
def test_a_whole_number_may_have_its_unit(typed, number):
    assert cells.whole(typed) == number


@pytest.mark.parametrize("typed", [1.5, -1.0, "一", "1-2", "9999999999"])
def test_other_numbers_are_refused(typed):
    with pytest.raises(Unreadable):
        cells.whole(typed)
