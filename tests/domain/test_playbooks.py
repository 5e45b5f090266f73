"""A playbook beside one's own lists, and a later edition beside what was made of the earlier one."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from zhibu.domain.playbooks import (
    Barred,
    Because,
    Clash,
    Item,
    Mine,
    Outcome,
    Saying,
    Standing,
    compare,
    merge,
    merge_texts,
    three_way,
)
from zhibu.domain.strictness import sentences
from zhibu.domain.terms import Bearer, ListKind, Proof


def rule(text, **others):
    return Saying(ListKind.RULES, "会议制度", text, **others)


def forbidden(text):
    return Saying(ListKind.PROHIBITIONS, "负面清单", text, consequence="谈话提醒", ask="纪检委员")


def beside(items, mine):
    compared = compare(
        [Item(f"t{n}", one) for n, one in enumerate(items)], [Mine(f"m{n}", one) for n, one in enumerate(mine)]
    )
    return [(one.standing, one.mine.key if one.mine else None, one.barred and one.barred.because) for one in compared]


def test_each_article_is_added_tightened_differing_or_had():
    theirs = [
        rule("支部党员大会每月召开1次。"),
        rule("会议记录由专人保管，年底装订成册。"),
        rule("会前 三天公布议题。"),
        rule("新党员由书记谈话。"),
    ]
    mine = [rule("支部党员大会每季度召开1次。"), rule("会议记录由专人保管，存放档案柜。"), rule("会前三天公布议题。")]
    assert beside(theirs, mine) == [
        (Standing.TIGHTENED, "m0", None),
        (Standing.DIFFERING, "m1", None),
        (Standing.HAD, "m2", None),
        (Standing.ADDED, None, None),
    ]


def test_a_must_is_not_loosened_and_a_should_may_be():
    assert beside([rule("会议记录可以在10日内归档。")], [rule("会议记录必须在5日内归档。")]) == [
        (Standing.LOOSENED, "m0", Because.LOOSENS)
    ]
    assert beside([rule("会议记录可以在10日内归档。")], [rule("会议记录应当在5日内归档。")]) == [
        (Standing.LOOSENED, "m0", None)
    ]


def test_what_contradicts_an_article_of_mine_is_barred_and_says_by_which_sentences():
    (one,) = compare([Item("t", rule("应当代缺席党员签到。"))], [Mine("m", forbidden("代缺席党员签到。"))])
    assert one.barred == Barred(Because.CONTRADICTS, "代缺席党员签到。", "应当代缺席党员签到。")


def test_of_two_articles_of_a_playbook_that_contradict_the_later_is_barred():
    both = [rule("会议记录必须由专人保管。"), forbidden("遗漏夜班党员。"), forbidden("会议记录由专人保管。")]
    assert [barred for *_, barred in beside(both, [])] == [None, None, Because.CONTRADICTS]


def test_what_takes_the_place_of_an_article_is_not_held_against_it():
    assert beside([rule("会议记录不得由专人保管。")], [rule("会议记录应当由专人保管。")]) == [
        (Standing.TIGHTENED, "m0", None)
    ]


def test_a_duty_is_held_against_those_of_its_bearer_only():
    duty = Saying(ListKind.DUTIES, "书记", "每月听取一次汇报。", Bearer.SECRETARY)
    assert beside([duty], [replace(duty, bearer=Bearer.DEPUTY_SECRETARY)]) == [(Standing.ADDED, None, None)]


def test_no_article_of_mine_stands_beside_two():
    same = rule("支部党员大会每季度召开1次。")
    assert [mine for _, mine, _ in beside([same, same], [same])] == ["m0", None]


# --- Three sides ---------------------------------------------------------------------------------------------------

FIRST = rule("甲事先通知。乙会后归档。丙由书记检查。")


def outcome(theirs, mine, before=FIRST):
    (one,) = three_way({"k": before}, {"k": theirs}, {"k": mine and Mine("m", mine)})
    return one.outcome, one.says and one.says.text


def test_each_meeting_of_two_changes_has_its_outcome():
    theirs, mine = (
        replace(FIRST, text="甲事先通知。乙会后归档。丙由副书记检查。"),
        replace(FIRST, text="甲提前三天通知。乙会后归档。丙由书记检查。"),
    )
    assert outcome(FIRST, FIRST) == (Outcome.SAME, None)
    assert outcome(theirs, FIRST) == (Outcome.THEIRS, theirs.text)
    assert outcome(FIRST, mine) == (Outcome.MINE, None)
    assert outcome(theirs, theirs) == (Outcome.ALIKE, None)
    assert outcome(theirs, mine) == (Outcome.MERGED, "甲提前三天通知。乙会后归档。丙由副书记检查。")
    assert outcome(theirs, None) == (Outcome.DROPPED, None)


def test_where_both_changed_one_sentence_mine_stands_and_theirs_is_shown():
    theirs, mine = (
        replace(FIRST, text="甲事先通知。乙当日归档。"),
        replace(FIRST, text="甲事先通知。乙次日归档。丙由书记检查。"),
    )
    (one,) = three_way({"k": FIRST}, {"k": theirs}, {"k": Mine("m", mine)})
    assert (one.outcome, one.says) == (Outcome.CONFLICT, None)
    assert one.clashes == (Clash("text", "乙会后归档。丙由书记检查。", "乙当日归档。", "乙次日归档。丙由书记检查。"),)


def test_what_they_repealed_stays_mine_and_what_was_not_taken_is_no_matter_here():
    kept, other = rule("对方废止。"), rule("当时没要。")
    told = three_way({"d": kept}, {"l": other}, {"d": Mine("m", kept)})
    assert [(one.key, one.outcome, one.says) for one in told] == [("d", Outcome.REPEALED, None)]


def test_a_later_edition_loosens_no_must_of_mine():
    must = rule("会议记录必须在5日内归档。")
    (one,) = three_way({"k": must}, {"k": rule("会议记录必须在9日内归档。")}, {"k": Mine("m", must)})
    assert (one.outcome, one.barred and one.barred.because, one.may_be_taken) == (
        Outcome.THEIRS,
        Because.LOOSENS,
        False,
    )


def test_a_later_edition_contradicts_nothing_that_stands():
    others, mine = [Mine("o", forbidden("代缺席党员签到。"))], rule("缺席党员补学。")
    later = rule("缺席党员补学。应当代缺席党员签到。")
    (one,) = three_way({"k": mine}, {"k": later}, {"k": Mine("m", mine)}, others)
    assert one.barred == Barred(Because.CONTRADICTS, "代缺席党员签到。", "应当代缺席党员签到。")


def test_where_it_is_not_known_what_mine_grew_from_mine_stands():
    (one,) = three_way({}, {"k": FIRST}, {"k": Mine("m", rule("自己写的。"))})
    assert (one.outcome, one.says) == (Outcome.MINE, None)


#: Sentences of which none is another; those of each side differ from the other's unless both write the shared ones.
_base = st.lists(st.sampled_from([f"原{n}。" for n in range(8)]), unique=True, max_size=8)


def _edits(side):
    return st.lists(
        st.tuples(
            st.sampled_from(["put", "strike", "alter"]),
            st.integers(0, 9),
            st.sampled_from([f"{side}{n}。" for n in range(6)] + ["同写。"]),
        ),
        max_size=6,
    )


def _edited(base, edits):
    text = list(base)
    for what, place, words in edits:
        if what == "put" and words not in text:
            text.insert(min(place, len(text)), words)
        elif text and what != "put":
            here = place % len(text)
            text[here : here + 1] = [words] if what == "alter" and words not in text else []
    return text


@given(_base, _edits("我"), _edits("他"))
def test_no_edit_of_the_adopting_branch_is_ever_lost(base, my_edits, their_edits):
    mine, theirs = _edited(base, my_edits), _edited(base, their_edits)
    merged, clashes = merge_texts("".join(base), "".join(theirs), "".join(mine))
    out = sentences(merged)
    assert not (Counter(mine) - Counter(base)) - Counter(out), "what I wrote is there"
    struck = set(base) - set(mine)
    assert not struck & set(out), "what I struck out stays out"
    my_order = [one for one in out if one in set(mine)]
    assert my_order == [one for one in mine if one in set(out)], "in my order"
    gone = set(mine) - set(out)
    assert gone <= set(base) - set(theirs), "only what they struck out and I left as it was goes"
    if not clashes:
        assert set(theirs) - set(base) <= set(out), "without a clash, what they wrote is there too"


@given(_base, _edits("我"))
def test_nothing_changed_on_one_side_gives_the_other(base, edits):
    text, edited = "".join(base), "".join(_edited(base, edits))
    assert merge_texts(text, text, edited) == (edited, [])
    assert merge_texts(text, edited, text) == (edited, [])
    assert merge_texts(text, edited, edited) == (edited, [])


_sayings = st.builds(
    Saying,
    kind=st.sampled_from(ListKind),
    section=st.sampled_from(["甲", "乙", "丙"]),
    text=st.sampled_from(["一。", "二。", "三。"]),
    bearer=st.sampled_from([None, Bearer.MEMBER, Bearer.SECRETARY]),
    is_right=st.booleans(),
    proof=st.sampled_from(Proof),
    requirement=st.sampled_from(["", "talks", "lesson"]),
    source=st.sampled_from(["", "条例", "章程"]),
    consequence=st.sampled_from(["", "提醒", "通报"]),
    ask=st.sampled_from(["", "书记", "委员"]),
)


@given(_sayings, _sayings, _sayings)
def test_every_part_that_i_changed_stays_as_i_changed_it(before, theirs, mine):
    says, _clashes = merge(before, theirs, mine)
    for part in (field.name for field in fields(Saying)):
        if getattr(mine, part) != getattr(before, part):
            assert getattr(says, part) == getattr(mine, part)


@given(st.lists(st.tuples(_sayings, _sayings, st.none() | _sayings), max_size=5))
def test_an_offer_never_alters_what_i_changed_and_never_brings_back_what_i_gave_up(rows):
    before = {str(n): was for n, (was, _, _) in enumerate(rows)}
    now = {str(n): their for n, (_, their, _) in enumerate(rows)}
    mine = {str(n): own and Mine(f"m{n}", own) for n, (_, _, own) in enumerate(rows)}
    for one, (was, _, own) in zip(three_way(before, now, mine), rows, strict=True):
        if own is None:
            assert one.says is None
        elif one.says is not None:
            changed = [f.name for f in fields(Saying) if getattr(own, f.name) != getattr(was, f.name)]
            assert [getattr(one.says, part) for part in changed] == [getattr(own, part) for part in changed]
