"""Consultative ballots: who votes once, what the box tells, how each of them ends."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise, permutations
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from nacl.public import PrivateKey

from tests import world
from tests.ballots import CLOSES, DONE, OVER, PHRASE, Polled, asked
from tests.world import AT, DAY
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.ballots import access, sealing
from zhibu.apps.ballots.actions import ending
from zhibu.apps.ballots.actions.ending import BroughtKey, count
from zhibu.apps.ballots.actions.preparing import make_teller_key, open_ballot, prepare
from zhibu.apps.ballots.actions.voting import vote
from zhibu.apps.ballots.errors import BallotRefusal, BoxUnreadable, KeyRefused
from zhibu.apps.ballots.models import Ballot, Box, Voter
from zhibu.apps.ballots.queries import forward_of, is_in_the_box, turnout
from zhibu.apps.notices.models import Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.people.queries import asker_of
from zhibu.domain import ballots as domain
from zhibu.domain.ballots import BallotState, Forward, NoBallot
from zhibu.domain.terms import Audience, PostKind, Standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def polled() -> Polled:
    return Polled()


def result_of(ballot: Ballot) -> list[int | None]:
    return [option.marks for option in ballot.options.all()]


def entries_of(polled: Polled) -> list[sealing.Entry]:
    box = Box.objects.get(ballot=polled.ballot)
    return list(sealing.opened(bytes(box.content), bytes(box.salt), tellers=2))


# --- Before voting --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"question": " "}, "题目不超过120字"),
        ({"options": ("甲",)}, "2至40个选项"),
        ({"options": tuple(str(number) for number in range(41))}, "2至40个选项"),
        ({"options": ("甲", "甲 ")}, "重复"),
        ({"options": ("甲", "乙" * 81)}, "过长"),
        ({"most": 0}, "可选1至3项"),
        ({"most": 4}, "可选1至3项"),
        ({"places": 3}, "最多2名"),
        ({"audience": Audience.COMMITTEE}, "投票人范围"),
        ({"closes_at": AT}, "晚于现在"),
        ({"closes_at": AT + dt.timedelta(days=32)}, "晚于现在"),
    ],
)
def test_what_can_not_be_asked_is_refused_and_nothing_is_kept(wrong: dict[str, Any], told: str) -> None:
    house = world.bureau()
    with pytest.raises(BallotRefusal, match=told):
        prepare(house.inspection, asked(**wrong), [house.lin, house.chen], by=house.lin, **DONE)
    assert not Ballot.objects.exists()


def test_one_teller_is_not_enough_and_a_teller_does_not_stand_among_the_names() -> None:
    house = world.bureau()
    for tellers, told in (([house.lin], "2至4名监票人"), ([house.lin, house.lin], "2至4名监票人")):
        with pytest.raises(BallotRefusal, match=told):
            prepare(house.inspection, asked(), tellers, by=None, **DONE)
    with pytest.raises(BallotRefusal, match="在选项之中"):
        prepare(house.inspection, asked(house.chen.name, "乙"), [house.lin, house.chen], by=None, **DONE)


def test_names_stand_by_the_strokes_of_the_surname_and_other_options_as_written() -> None:
    house = world.bureau()
    tellers = [house.lin, house.chen]
    for are_names, order in ((True, ["丁一", "王二", "魏三"]), (False, ["魏三", "丁一", "王二"])):
        made = prepare(house.inspection, asked("魏三", "丁一", "王二", are_names=are_names), tellers, by=None, **DONE)
        assert [option.text for option in made.options.all()] == order


def test_voting_begins_once_every_teller_has_a_key_and_no_key_changes_after() -> None:
    polled = Polled(opened=False)
    make_teller_key(polled.ballot, polled.lin, PHRASE, **DONE)
    with pytest.raises(BallotRefusal, match=polled.chen.name):
        open_ballot(polled.ballot, **DONE)
    with pytest.raises(BallotRefusal, match="投票尚未开始"):
        polled.voted(polled.lin, 0)
    polled.open()
    with pytest.raises(BallotRefusal, match="投票已经开始"):
        make_teller_key(polled.ballot, polled.lin, PHRASE, **DONE)
    with pytest.raises(BallotRefusal, match="已经开始或者已经撤回"):
        open_ballot(polled.ballot, **DONE)


def test_only_a_teller_makes_a_key_and_no_short_phrase_keeps_it() -> None:
    polled = Polled(opened=False)
    with pytest.raises(BallotRefusal, match="只有本次投票的监票人"):
        make_teller_key(polled.ballot, polled.more[0], PHRASE, **DONE)
    with pytest.raises(BallotRefusal, match="10至128个字符"):
        make_teller_key(polled.ballot, polled.lin, "too short", **DONE)


def test_with_four_on_the_roll_it_does_not_open_and_the_paper_way_is_named() -> None:
    polled = Polled(more=2, opened=False)
    with pytest.raises(BallotRefusal, match="改用纸质投票"):
        polled.open()
    assert not Voter.objects.exists()


def test_the_roll_is_frozen_as_it_is_when_voting_begins() -> None:
    polled = Polled(audience=Audience.VOTERS, opened=False)
    world.member("预备的", polled.branch, standing=Standing.PROBATIONARY)
    polled.open()
    late = world.member("后来的", polled.branch)
    assert {line.person for line in polled.ballot.roll.all()} == {polled.lin, polled.chen, *polled.more}
    with pytest.raises(BallotRefusal, match="不在本次投票的名册上"):
        polled.voted(late, 0)
    assert turnout(polled.ballot).voted == 0
    assert len(entries_of(polled)) == 0


# --- One person, one vote -------------------------------------------------------------------------------------------


def test_a_second_vote_is_refused_and_the_same_one_sent_again_changes_nothing(polled: Polled) -> None:
    code = polled.voted(polled.chen, 0)
    before = entries_of(polled)
    vote(polled.ballot, polled.chen, [0], code=code, at=AT)
    with pytest.raises(BallotRefusal, match="已经投过票"):
        polled.voted(polled.chen, 1)
    assert entries_of(polled) == before
    assert turnout(polled.ballot).voted == 1


def test_the_database_itself_keeps_one_line_for_each_person(polled: Polled) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Voter.objects.create(ballot=polled.ballot, person=polled.chen)


@pytest.mark.parametrize(
    ("marks", "told"), [((0, 1), "最多可选1项"), ((7,), "不在本次投票中"), ((-1,), "不在本次投票中")]
)
def test_what_a_ballot_can_not_say_is_refused_and_the_vote_is_still_there(
    polled: Polled, marks: tuple[int, ...], told: str
) -> None:
    with pytest.raises(BallotRefusal, match=told):
        polled.voted(polled.chen, *marks)
    assert turnout(polled.ballot).voted == 0
    polled.voted(polled.chen, 0)


def test_a_code_that_somebody_else_has_is_refused(polled: Polled) -> None:
    code = polled.voted(polled.chen, 0)
    with pytest.raises(BallotRefusal, match="重新打开"):
        vote(polled.ballot, polled.lin, [0], code=code, at=AT)
    assert turnout(polled.ballot).voted == 1


@pytest.mark.parametrize(("seconds", "is_in_time"), [(-1, True), (0, False), (60, False)])
def test_a_ballot_after_the_close_is_not_laid_in(polled: Polled, seconds: int, is_in_time: bool) -> None:
    at = CLOSES + dt.timedelta(seconds=seconds)
    if is_in_time:
        vote(polled.ballot, polled.chen, [0], code=sealing.new_code(), at=at)
    else:
        with pytest.raises(BallotRefusal, match="截止"):
            vote(polled.ballot, polled.chen, [0], code=sealing.new_code(), at=at)
    assert (turnout(polled.ballot).voted, len(entries_of(polled))) == (is_in_time, is_in_time)


# --- What the database tells ----------------------------------------------------------------------------------------


def test_a_vote_leaves_no_event_no_document_and_no_notice(polled: Polled) -> None:
    before = (Event.objects.count(), Document.objects.count(), Notice.objects.count())
    polled.voted(polled.chen, 0)
    assert (Event.objects.count(), Document.objects.count(), Notice.objects.count()) == before


def test_no_row_of_roll_or_box_has_a_time_or_points_to_the_other() -> None:
    fields = {model: {field.name for field in model._meta.get_fields()} for model in (Voter, Box)}
    assert fields == {Voter: {"id", "ballot", "person", "has_voted"}, Box: {"ballot", "salt", "content"}}


def test_every_vote_writes_the_whole_box_anew(polled: Polled) -> None:
    """Two states of the box have no more bytes in common than chance gives, wherever the new ballot went."""
    states = []
    for person in polled.everybody:
        polled.voted(person, 0)
        states.append(bytes(Box.objects.get().content))
    for before, after in pairwise(states):
        same = sum(one == other for one, other in zip(before, after, strict=False))
        assert same < len(before) / 20
        assert before[40:72] not in after


def test_every_order_in_the_box_is_as_likely_as_every_other() -> None:
    size = len(sealing.sealed(domain.Ballot(bytes(10), frozenset()), [bytes(PrivateKey.generate().public_key)]))
    found: dict[tuple[int, ...], int] = dict.fromkeys(permutations(range(4)), 0)
    for _again in range(2_400):
        box = sealing.OpenBox(b"", tellers=1)
        for number in range(4):
            box.lay_in(sealing.Entry(bytes([number]) * 16, bytes(size)))
        found[tuple(entry.tag[0] for entry in box)] += 1
    # Chi-squared with 23 degrees of freedom: above 59 once in 20,000 runs.
    assert sum((number - 100) ** 2 / 100 for number in found.values()) < 59


def test_neither_one_teller_nor_the_server_opens_a_ballot(polled: Polled) -> None:
    polled.voted(polled.chen, 2)
    (entry,) = entries_of(polled)
    keys = [
        sealing.opened_key(
            polled.keys[row.pk].file, PHRASE, ballot=polled.ballot.pk, teller=row.pk, public=bytes(row.public_key)
        )
        for row in polled.ballot.tellers.order_by("pk")
    ]
    assert sealing.unsealed(entry.ballot, keys).marks == {2}
    for some in (keys[:1], keys[1:], keys[::-1]):
        with pytest.raises(NoBallot):
            sealing.unsealed(entry.ballot, some)


def test_a_box_does_not_open_under_another_secret_of_the_server(polled: Polled, settings: Any) -> None:
    polled.voted(polled.chen, 0)
    settings.SECRET_KEY = "another" * 9
    with pytest.raises(BoxUnreadable):
        polled.voted(polled.lin, 0)
    with pytest.raises(BoxUnreadable):
        polled.counted()
    assert turnout(polled.ballot).voted == 1


# --- The count ------------------------------------------------------------------------------------------------------


def test_the_count_is_exact_and_the_box_is_gone(polled: Polled) -> None:
    codes = [
        polled.voted(person, *marks)
        for person, marks in zip(polled.everybody, [[0], [0], [2], [], [0], [2]], strict=True)
    ]
    ballot = polled.counted()
    assert (ballot.ballots, ballot.void, ballot.blank, result_of(ballot)) == (6, 0, 1, [3, 0, 2])
    assert ballot.codes.split("\n") == sorted(map(sealing.in_letters, codes))
    assert not Box.objects.exists()
    with pytest.raises(BallotRefusal, match="已经结束"):
        polled.counted()


def test_the_events_hold_roll_and_count_and_no_vote(polled: Polled) -> None:
    for person in polled.everybody[:5]:
        polled.voted(person, 1)
    polled.counted()
    types = [event.type for event in Event.objects.filter(subject=polled.ballot.pk).order_by("sequence")]
    assert types == ["ballot_prepared", *["ballot_key_made"] * 2, "ballot_opened", "ballot_counted"]
    event = Event.objects.get(type="ballot_counted")
    told = json.loads(Document.objects.get(sha256=event.document_sha256).text)
    assert sorted(told) == ["ballots", "blank", "codes", "marks", "roll", "void", "voted"]
    by_number = [str(person.pk) for person in polled.everybody]
    assert (told["roll"], told["voted"]) == (by_number, by_number[:5])


def test_nothing_is_counted_before_the_close(polled: Polled) -> None:
    for person in polled.everybody:
        polled.voted(person, 1)
    with pytest.raises(BallotRefusal, match="截止前不开票"):
        count(polled.ballot, polled.keys, actor=DONE["actor"], at=CLOSES - dt.timedelta(seconds=1))
    assert result_of(polled.ballot) == [None] * 3


def test_with_four_ballots_nothing_is_told_and_the_box_is_emptied_unread(polled: Polled) -> None:
    for person in polled.everybody[:4]:
        polled.voted(person, 1)
    with pytest.raises(BallotRefusal, match="改用纸质投票"):
        polled.counted()
    ending.end_unread(polled.ballot, **OVER)
    ballot = Ballot.objects.get()
    assert (ballot.state(CLOSES), ballot.ballots, result_of(ballot)) == (BallotState.TOO_FEW, None, [None] * 3)
    assert not Box.objects.exists()


def test_the_database_itself_refuses_a_result_of_four(polled: Polled) -> None:
    told = {"outcome": "counted", "ended_at": AT, "void": 0, "blank": 0}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.update(ballots=4, **told)
    Ballot.objects.update(ballots=5, **told)


def test_with_five_ballots_nobody_empties_the_box_unread(polled: Polled) -> None:
    for person in polled.everybody[:5]:
        polled.voted(person, 1)
    with pytest.raises(BallotRefusal, match="投票人数已够"):
        ending.end_unread(polled.ballot, **OVER)
    assert Box.objects.exists()


def test_all_tellers_are_needed_each_with_the_right_file_and_phrase(polled: Polled) -> None:
    for person in polled.everybody:
        polled.voted(person, 1)
    first, second = polled.keys
    other = Polled.__new__(Polled)
    other.ballot = prepare(polled.branch, asked(), [polled.lin, polled.chen], by=None, **DONE)
    foreign = make_teller_key(other.ballot, polled.lin, PHRASE, **DONE)
    good = polled.keys[first]
    for wrong, told in (
        (None, "缺少"),
        (BroughtKey(good.file, PHRASE + "x"), "口令打不开"),
        (BroughtKey(polled.keys[second].file, PHRASE), "另一名监票人"),
        (BroughtKey(foreign, PHRASE), "另一次投票"),
        (BroughtKey(b"\xff\xd8 a picture", PHRASE), "不是监票人的密钥文件"),
        (BroughtKey(b"[" * 100_000, PHRASE), "不是监票人的密钥文件"),
        (BroughtKey(good.file.replace(b'"salt": "', b'"salt": "!'), PHRASE), "口令打不开"),
    ):
        brought = {second: polled.keys[second]} | ({first: wrong} if wrong else {})
        with pytest.raises(KeyRefused, match=told):
            count(polled.ballot, brought, **OVER)
    assert result_of(polled.ballot) == [None] * 3
    assert result_of(polled.counted()) == [0, 6, 0]


def test_a_key_made_again_replaces_the_one_before() -> None:
    polled = Polled(opened=False)
    old = make_teller_key(polled.ballot, polled.lin, PHRASE, **DONE)
    polled.open()
    for person in polled.everybody:
        polled.voted(person, 0)
    mine = polled.ballot.tellers.get(person=polled.lin).pk
    with pytest.raises(KeyRefused, match="已被后来制作的替换"):
        count(polled.ballot, polled.keys | {mine: BroughtKey(old, PHRASE)}, **OVER)


def test_a_box_with_another_number_than_the_roll_is_not_counted_but_given_up(polled: Polled) -> None:
    for person in polled.everybody:
        polled.voted(person, 0)
    Voter.objects.filter(person=polled.chen).update(has_voted=False)
    with pytest.raises(BallotRefusal, match="票箱内有6张票"):
        polled.counted()
    ending.give_up(polled.ballot, "箱与名册不符", **OVER)
    assert Ballot.objects.get().state(CLOSES) is BallotState.UNREADABLE
    assert not Box.objects.exists()


def test_a_ballot_that_was_put_in_another_s_place_is_void(polled: Polled) -> None:
    """Somebody with all keys of the server swaps what is sealed; the receipt inside does not fit its mark."""
    for person in polled.everybody:
        polled.voted(person, 0)
    box = Box.objects.get()
    first, *rest = entries_of(polled)
    keys = [bytes(teller.public_key) for teller in polled.ballot.tellers.order_by("pk")]
    forged = sealing.sealed(domain.Ballot(sealing.new_code(), frozenset({1})), keys)
    text = b"".join(entry.tag + entry.ballot for entry in [sealing.Entry(first.tag, forged), *rest])
    Box.objects.update(content=sealing.closed(sealing.OpenBox(text, tellers=2), bytes(box.salt)))
    ballot = polled.counted()
    assert (ballot.ballots, ballot.void, result_of(ballot), ballot.codes.count("\n")) == (6, 1, [5, 0, 0], 4)


# --- Receipts -------------------------------------------------------------------------------------------------------


def test_a_receipt_finds_its_ballot_in_the_box_and_among_those_counted(polled: Polled) -> None:
    codes = [polled.voted(person, 0) for person in polled.everybody]
    strange = sealing.new_code()
    assert [is_in_the_box(polled.ballot, code) for code in [*codes, strange]] == [True] * 6 + [False]
    ballot = polled.counted()
    assert [is_in_the_box(ballot, code) for code in [*codes, strange]] == [True] * 6 + [False]


def test_a_code_is_read_however_it_was_typed_and_nothing_else_is_one() -> None:
    code = sealing.new_code()
    letters = sealing.in_letters(code)
    assert [sealing.from_letters(typed) for typed in (letters, letters.lower(), letters.replace("-", " "))] == [
        code
    ] * 3
    for typed in ("", "abcd", "一二三四", letters + "AAAA", "A" * 1000):
        assert sealing.from_letters(typed) is None


# --- Odd ends -------------------------------------------------------------------------------------------------------


def test_who_leaves_in_the_middle_can_not_be_marked_and_is_put_forward_by_no_number() -> None:
    polled = Polled(places=1)
    for person in polled.everybody[:4]:
        polled.voted(person, 0)
    ending.leave(polled.option(0), "本人提出", **DONE)
    with pytest.raises(BallotRefusal, match="甲已经退出"):
        polled.voted(polled.everybody[4], 0)
    polled.voted(polled.everybody[4], 2)
    with pytest.raises(BallotRefusal, match="已经退出"):
        ending.leave(polled.option(0), "再次", **DONE)
    ballot = polled.counted()
    assert (result_of(ballot), ballot.void) == ([4, 0, 1], 0)
    assert forward_of(ballot, list(ballot.options.all())) == Forward((2,), (), 0)


def test_a_tie_is_told_as_one_and_decided_by_another_ballot_among_the_tied() -> None:
    polled = Polled(places=1)
    for person, mark in zip(polled.everybody, [0, 0, 1, 1, 2, 2], strict=True):
        polled.voted(person, mark)
    ballot = polled.counted()
    found = forward_of(ballot, list(ballot.options.all()))
    assert found == Forward((), (0, 1, 2), 1)
    again = prepare(
        polled.branch, asked(places=1), [polled.lin, polled.chen], by=polled.lin, among_tied_of=ballot, **DONE
    )
    assert list(ballot.again.all()) == [again]


def test_a_withdrawn_ballot_counts_for_nothing_and_says_why(polled: Polled) -> None:
    for person in polled.everybody[:5]:
        polled.voted(person, 0)
    with pytest.raises(BallotRefusal, match="写明理由"):
        ending.withdraw(polled.ballot, "  ", **DONE)
    ending.withdraw(polled.ballot, "问题写错了", **DONE)
    with pytest.raises(BallotRefusal, match="已撤回：问题写错了"):
        polled.voted(polled.everybody[5], 0)
    with pytest.raises(BallotRefusal, match="已经结束"):
        polled.counted()
    with pytest.raises(BallotRefusal, match="已经结束"):
        ending.leave(polled.option(0), "晚了", **DONE)
    assert not Box.objects.exists()


def test_whoever_is_called_is_told_when_it_opens_and_when_it_has_ended(polled: Polled) -> None:
    mine = Notice.objects.filter(person=polled.more[0])
    assert [(row.occasion, row.title, row.overtaken) for row in mine] == [("ballot", "推荐一名先锋岗人选", False)]
    ending.withdraw(polled.ballot, "问题写错了", **DONE)
    assert [row.overtaken for row in mine.order_by("made_at", "pk")] == [True, False]


# --- Access ---------------------------------------------------------------------------------------------------------


def test_who_keeps_and_who_meets_a_ballot_agrees_in_both_forms(polled: Polled) -> None:
    group = polled.house.first_group
    leader = world.member("组长", polled.branch, group=group)
    world.appoint(leader, group, PostKind.GROUP_LEADER)
    elsewhere = prepare(polled.house.root, asked(), [polled.house.fang, polled.house.wen], by=None, **DONE)
    for person in Person.objects.all():
        asks = asker_of(getattr(person, "account", None) or world.account(person), DAY)
        rows, places = list(Ballot.objects.all()), list(Organization.objects.all())
        assert {row for row in rows if access.may_see_ballot(asks, row)} == set(access.ballots_seen_by(asks))
        assert {row for row in rows if access.may_keep_ballot(asks, row)} == set(access.ballots_kept_by(asks))
        assert {row for row in places if access.may_hold_ballots(asks, row)} == set(
            access.organizations_holding_ballots(asks)
        )
        assert (polled.ballot in access.ballots_kept_by(asks)) == (person == polled.lin)
        assert (elsewhere in access.ballots_seen_by(asks)) == (person in {polled.house.fang, polled.house.wen})
