"""Full text: what is put into the index is found by any part of it, on both databases, by whoever may read it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world
from tests.world import DAY, Bureau
from zhibu.apps.organizations.models import Organization
from zhibu.apps.search.actions import Text, index, index_all, unindex, unindex_kind
from zhibu.apps.search.errors import SearchRefused
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.queries import MOST, Found, Marked, Scope, found, found_all, hits, texts_of
from zhibu.apps.search.scripts import simplified
from zhibu.domain.grams import LONGEST, PIECE, folded

EVERYTHING = (Scope("article", [Q()]), Scope("record", [Q()]))


@pytest.fixture(params=["by the index", "read through"])
def house(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """Few texts are read through and many are found by the index; here each way is taken for the same few."""
    monkeypatch.setattr("zhibu.apps.search.queries._FEW", 0 if request.param == "by the index" else 10**6)
    return world.bureau()


def key(name: str) -> UUID:
    return uuid5(UUID(int=0), name)


def put(house: Bureau, text: str, title: str = "无题", kind: str = "article", name: str = "", **facts: Any) -> UUID:
    subject = key(name or f"{title}{text}")
    given = {"organization": house.inspection, "since": DAY}
    index(kind, Text(subject=subject, title=title, text=text, **given | facts))
    return subject


def subjects(query: str, within: tuple[Scope, ...] = EVERYTHING, **asked: Any) -> list[UUID]:
    return [hit.subject for hit in hits(found(query, within, **asked).keys, query)]


# --- What is found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["口岸", "口", "岸", "岸。", "空港口岸", "空港口岸旅检一科", "ｇｚ－ａ", "z-A-0", "１", " 空港 "]
)
def test_any_part_is_found_of_one_two_and_many_characters(house: Bureau, query: str) -> None:
    there = put(house, "空港口岸旅检一科 GZ-A-01，空港口岸。")
    put(house, "岸口港空")
    assert there in subjects(query)
    assert subjects(query)[0] == there or len(folded(query)) == 1


@pytest.mark.parametrize("query", ["岸空", "口岸旅检二科", "空港　口岸", "GZ-A-1", "没"])
def test_what_is_not_part_of_the_text_is_not_found(house: Bureau, query: str) -> None:
    put(house, "空港口岸旅检一科 GZ-A-01 岸、空")
    assert subjects(query) == []


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("產地證", "货物的产地证在这里签发"),
        ("产地证", "貨物的產地證在這裏簽發"),
        ("簽", "签证放行"),
        ("檢驗檢疫", "报检人向检验检疫机构"),
        ("裏", "这里"),
    ],
)
def test_simplified_and_traditional_characters_find_each_other(house: Bureau, query: str, text: str) -> None:
    there = put(house, text, title=text)
    hit = hits(found(query, EVERYTHING).keys, query)[0]
    assert (hit.subject, folded(simplified(hit.text.hit))) == (there, folded(simplified(query)))
    assert hit.text.hit in text  # it is shown as it was written


def test_several_words_are_found_in_whatever_order_they_stand(house: Bureau) -> None:
    both = put(house, "先报检，再缴费，最后签证放行")
    put(house, "先报检，后查验")
    in_title = put(house, "无", title="缴费与报检")
    assert [hit.subject for hit in hits(found_all(["缴", "报检"], EVERYTHING).keys, "缴")] == [in_title, both]
    assert found_all(["报检", "产地证"], EVERYTHING) == Found()
    assert found_all(["报检", " "], EVERYTHING) == found("报检", EVERYTHING)
    assert found_all([], EVERYTHING) == Found()


SIGNS = (
    *('"', "*", "-", "OR", ":", "^口", "口*", "'", "%", "_", "\\", "!", "<->", "( )", "a & b", "\x00", "\ud800"),
    *("口岸 OR 窗口", "title : 口岸", "NEAR(口 岸)", "口岸' OR 1=1 --"),
)


@pytest.mark.parametrize("query", SIGNS)
def test_signs_of_query_languages_are_text(house: Bureau, query: str) -> None:
    put(house, "空港口岸和窗口")
    assert subjects(query) == []
    if folded(query):
        there = put(house, f"这里有{query}一处".encode("utf-8", "ignore").decode())
        assert subjects(query) == [there]


@pytest.mark.parametrize("query", ["", " ", "\n\t", "\u200b"])
def test_an_empty_query_finds_nothing(house: Bureau, query: str) -> None:
    put(house, "空 港")
    assert found(query, EVERYTHING) == Found()


def test_a_query_that_is_too_long_is_refused_in_words(house: Bureau) -> None:
    long = "口岸" * (LONGEST // 2)
    there = put(house, long * 3)
    assert subjects(long) == [there]
    for query in (long + "口", "口" * 10_000, " " * 10_000):
        with pytest.raises(SearchRefused, match=str(LONGEST)):
            found(query, EVERYTHING)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("口岸支部aAé１ \n，\"*'"), min_size=1, max_size=300), st.data())
def test_the_database_finds_every_part_and_nothing_else(house: Bureau, text: str, data: st.DataObject) -> None:
    there = put(house, text, name="the same one")
    begin = data.draw(st.integers(0, len(text) - 1))
    part = text[begin : begin + data.draw(st.integers(1, 8))]
    other = data.draw(st.text(st.sampled_from("口岸支部aAé１ ，"), min_size=1, max_size=4))
    for query in (part, other):
        is_part = folded(query) != "" and folded(query) in folded(text)
        assert subjects(query) == ([there] if is_part else [])


def test_a_word_that_comes_a_thousand_times_hides_none_of_its_neighbours(house: Bureau) -> None:
    there = put(house, "哈" * 1000 + "呀" + "哈" * 19_000)
    assert subjects("哈哈呀哈") == [there]
    assert subjects("呀呀") == []


def test_a_long_text_is_found_at_its_end_and_across_its_pieces_once(house: Bureau) -> None:
    words = [f"第{number}号" for number in range(12_000)]
    there = put(house, "".join(words))
    assert Indexed.objects.filter(subject=there).count() > 2
    assert subjects("第11999号") == [there]
    text = "".join(words)
    for cut in (PIECE, 2 * PIECE):
        assert subjects(text[cut - 20 : cut + 20]) == [there]
    assert subjects("号") == [there]


# --- In which order -------------------------------------------------------------------------------------------------


def test_hits_in_the_title_come_first_then_the_newest(house: Bureau) -> None:
    days = [DAY - dt.timedelta(days=number) for number in (0, 30, 10)]
    newest, oldest, between = (put(house, "夜班学习", name=str(day), since=day) for day in days)
    titled = put(house, "别的", title="夜班学习制度", since=DAY - dt.timedelta(days=900))
    both = put(house, "夜班学习", title="夜班学习", since=DAY - dt.timedelta(days=800))
    assert subjects("夜班") == [both, titled, newest, between, oldest]
    assert subjects("班") == [both, titled, newest, between, oldest]


def test_more_than_are_listed_is_said(house: Bureau) -> None:
    given = {"organization": house.inspection, "title": "题", "since": DAY}
    index_all("article", [Text(subject=key(str(number)), text="夜班", **given) for number in range(MOST + 1)])
    assert (len(found("夜班", EVERYTHING).keys), found("夜班", EVERYTHING).are_more) == (MOST, True)
    unindex("article", [key("7")])
    assert (len(found("夜班", EVERYTHING).keys), found("夜班", EVERYTHING).are_more) == (MOST, False)


# --- What changes ---------------------------------------------------------------------------------------------------


def test_what_is_put_again_is_found_by_its_new_words_only(house: Bureau) -> None:
    there = put(house, "旧的条文", title="旧名", name="one")
    other = put(house, "旧的条文", name="other")
    assert put(house, "新的条文", title="新名", name="one", since=DAY - dt.timedelta(days=3)) == there
    assert subjects("旧的") == [other]
    assert subjects("旧名") == []
    assert subjects("新的") == subjects("新名") == [there]
    assert Indexed.objects.count() == 2


def test_what_is_taken_out_is_gone_and_taking_out_again_changes_nothing(house: Bureau) -> None:
    there, other = put(house, "夜班学习" * 9000), put(house, "夜班学习")
    record = put(house, "夜班学习", kind="record")
    for _ in range(2):
        unindex("article", [there])
        assert set(subjects("夜班")) == {other, record}
    unindex_kind("article")
    assert subjects("夜班") == [record]
    assert subjects("班") == [record]


def test_nothing_of_it_stays_in_the_index_of_the_database(house: Bureau) -> None:
    before = rows_in_fts5()
    put(house, "夜班学习" * 9000, title="夜班")
    put(house, "白班", title="夜班", name="again")
    put(house, "白班二", title="夜班二", name="again")
    if connection.vendor == "sqlite":
        assert len(rows_in_fts5() - before) == 3
    unindex_kind("article")
    assert not Indexed.objects.exists()
    assert rows_in_fts5() == before


def rows_in_fts5() -> set[int]:
    """Those with any word; what other tests left, whose tables were emptied from outside, among them."""
    if connection.vendor != "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_grams (search_grams) VALUES ('integrity-check')")
        cursor.execute("SELECT rowid FROM search_grams WHERE search_grams MATCH 'a* OR b* OR c* OR d* OR e*'")
        return {number for (number,) in cursor}


# --- For whom -------------------------------------------------------------------------------------------------------


def test_only_what_may_be_read_is_found_and_nothing_is_told_of_the_rest(house: Bureau) -> None:
    here = put(house, "夜班学习安排")
    there = put(house, "夜班学习安排，绝不外传", organization=house.quay)
    for number in range(MOST + 5):
        put(house, "夜班学习", name=str(number), organization=house.quay)
    mine = texts_of("article", Organization.objects.filter(pk=house.inspection.pk))
    assert found("夜班", (mine,)) == Found(found("夜班", (mine,)).keys, are_more=False)
    assert subjects("夜班", (mine,)) == [here]
    assert found("绝不外传", (mine,)) == Found()
    assert subjects("绝不外传") == [there]
    assert found("夜班", ()) == Found()
    assert found("夜班", (Scope("article", [Q(pk__in=[])]),)) == Found()
    assert found("夜班", (Scope("article", []),)) == Found()


def test_a_kind_is_read_by_its_own_rule_and_an_audience_narrows_it(house: Bureau) -> None:
    everybody = Organization.objects.all()
    article, record = put(house, "夜班"), put(house, "夜班", kind="record", audience="office")
    assert subjects("夜班", (texts_of("article", everybody),)) == [article]
    assert subjects("夜班", (texts_of("record", everybody),)) == [record]
    assert subjects("夜班", (texts_of("record", everybody, "members"),)) == []
    assert subjects("夜班", (texts_of("record", everybody, "members", "office"),)) == [record]


def test_found_below_a_place_and_in_force_on_a_day(house: Bureau) -> None:
    here = put(house, "夜班", until=DAY + dt.timedelta(days=5))
    there = put(house, "夜班", organization=house.quay, name="there", since=DAY + dt.timedelta(days=5))
    assert subjects("夜班", under=[house.inspection.path]) == [here]
    assert subjects("夜班", under=[house.office.path, house.station.path]) == [here]
    assert subjects("夜班", under=[]) == []
    assert subjects("夜班", on=DAY + dt.timedelta(days=4)) == [here]
    assert subjects("夜班", on=DAY + dt.timedelta(days=5)) == [there]


# --- What is shown --------------------------------------------------------------------------------------------------


def test_a_hit_is_shown_as_it_was_written_with_what_stands_around_it(house: Bureau) -> None:
    put(house, "开头" * 30 + "\n《ＧＺ－01》<b>夜班</b>" + "末尾" * 90, title="空港 Gz-01")
    (hit,) = hits(found("gz-01", EVERYTHING).keys, "gz-01")
    assert hit.title == Marked("空港 ", "Gz-01", "")
    assert hit.text == Marked("…" + "开头" * 14 + " 《", "ＧＺ－01", "》<b>夜班</b>" + hit.text.after[10:])
    assert hit.text.after.endswith("末尾…") or hit.text.after.endswith("末…")
    (hit,) = hits(found("夜班", EVERYTHING).keys, "夜班")
    assert hit.title == Marked("空港 Gz-01", "", "")
    assert hit.text.hit == "夜班"


def test_a_title_alone_is_shown_with_the_beginning_of_its_text(house: Bureau) -> None:
    put(house, "第一行\n  第二行" + "长" * 200, title="夜班制度")
    (hit,) = hits(found("夜班", EVERYTHING).keys, "夜班")
    assert hit.text.before.startswith("第一行 第二行长")
    assert hit.text.before.endswith("长…")
    assert hit.text[1:] == ("", "")


def test_what_vanished_meanwhile_is_left_out(house: Bureau) -> None:
    there = put(house, "夜班")
    keys = found("夜班", EVERYTHING).keys
    unindex("article", [there])
    assert hits(keys, "夜班") == []
