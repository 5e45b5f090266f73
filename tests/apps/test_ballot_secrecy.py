"""What somebody who reads the database, or all that its journal ever held, learns of how people voted: nothing."""

from __future__ import annotations

import random
import statistics
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from nacl.public import PrivateKey

from tests.ballots import CLOSES, DONE, PHRASE, Polled
from tests.world import AT
from zhibu.apps.archive.models import Event
from zhibu.apps.ballots import sealing
from zhibu.apps.ballots.actions import ending
from zhibu.apps.ballots.actions.voting import vote
from zhibu.apps.ballots.errors import BallotRefusal
from zhibu.apps.ballots.models import Ballot, Box
from zhibu.apps.ballots.queries import turnout

pytestmark = pytest.mark.django_db

#: So many vote that |r| of orders made by chance stays below a third but once in 100,000 runs.
VOTERS, MOST = 128, 0.37
BITS = 7


def order_told(places: list[int]) -> float:
    """Pearson's r between the order of voting and the places at which the ballots lie."""
    return statistics.correlation(range(len(places)), places)


def voted_in_order(most: int = BITS) -> tuple[Polled, list[int], list[bytes]]:
    """All vote, and their marks say who they are. Returns who voted in turn, and every state that the box had."""
    polled = Polled(VOTERS - 2, options=tuple(f"第{bit}位" for bit in range(BITS)), most=most)
    people, states = polled.everybody, []
    turns = list(range(VOTERS))
    random.Random(3).shuffle(turns)
    for number in turns:
        polled.voted(people[number], *(bit for bit in range(BITS) if number >> bit & 1))
        states.append(bytes(Box.objects.values_list("content", flat=True).get()))
    return polled, turns, states


def keys_of(polled: Polled) -> list[PrivateKey]:
    return [
        sealing.opened_key(
            polled.keys[row.pk].file, PHRASE, ballot=polled.ballot.pk, teller=row.pk, public=bytes(row.public_key)
        )
        for row in polled.ballot.tellers.order_by("pk")
    ]


def test_the_places_in_the_box_tell_no_order_even_to_whoever_has_every_secret_and_its_journal_no_ballot() -> None:
    polled, turns, states = voted_in_order()
    box, keys = Box.objects.get(), keys_of(polled)
    entries = list(sealing.opened(bytes(box.content), bytes(box.salt), tellers=2))
    numbers = [sum(1 << mark for mark in sealing.unsealed(entry.ballot, keys).marks) for entry in entries]
    assert sorted(numbers) == list(range(VOTERS))
    assert abs(order_told([numbers.index(number) for number in turns])) < MOST
    # All states after each other are more than any journal holds: no ballot stands in them, and no receipt's mark.
    journal = b"".join(states)
    assert not any(entry.ballot[:16] in journal or entry.tag in journal for entry in entries)


def test_an_order_would_be_seen() -> None:
    assert order_told(list(range(VOTERS))) == pytest.approx(1)
    assert order_told(list(range(VOTERS, 0, -1))) == pytest.approx(-1)


@pytest.mark.django_db(transaction=True)
def test_the_worker_ends_what_too_few_voted_in_and_erases_each_box_once() -> None:
    few = Polled()
    few.voted(few.chen, 0)
    assert ending.settle_due(AT) == 0  # voting is open
    assert turnout(few.ballot).voted == 1
    assert ending.settle_due(CLOSES) == 1
    ballot = Ballot.objects.get()
    assert (ballot.outcome, ballot.erased_at, Box.objects.count()) == ("too_few", CLOSES, 0)
    assert ending.settle_due(CLOSES) == 0
    assert Event.objects.filter(type="ballot_erased").count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_in_the_box_is_not_left_in_the_table(polled_five: Polled) -> None:
    polled_five.counted()
    assert Ballot.objects.get().erased_at is None
    assert ending.settle_due(CLOSES) == 1
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('ballots_box') - pg_indexes_size('ballots_box')")
            assert cursor.fetchone()[0] <= 16_384  # no row and none of the dead ones; an empty TOAST table beside it


@pytest.fixture
def polled_five() -> Polled:
    polled = Polled()
    for person in polled.everybody[:5]:
        polled.voted(person, 0)
    return polled


@pytest.mark.django_db(transaction=True)
def test_who_presses_many_times_at_once_has_one_vote() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: BEGIN IMMEDIATE; 500 presses on both: bench.ballots")
    polled = Polled()
    barrier = Barrier(10)

    def press(_number: int) -> bool:
        barrier.wait(5)
        try:
            vote(polled.ballot, polled.chen, [0], code=sealing.new_code(), at=DONE["at"])
        except BallotRefusal:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(10) as pool:
        laid_in = list(pool.map(press, range(10)))
    box = Box.objects.get()
    in_the_box = len(sealing.opened(bytes(box.content), bytes(box.salt), tellers=2))
    assert (sum(laid_in), turnout(polled.ballot).voted, in_the_box) == (1, 1, 1)
