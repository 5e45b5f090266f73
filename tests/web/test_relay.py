"""The relay: takes what the door would take, keeps it until it is fetched, once; and nobody else gets anything."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.db import OperationalError

from tests.official import APP, REAL, TOKEN, Caller, Sent, call_at, playing, set_account, text
from tests.web.test_callback import HEARD, forged, too_large
from tests.world import AT
from zhibu.apps.account_content.models import Incoming
from zhibu.web.official_account import fetching
from zhibu.web.official_account.answering import answer_due
from zhibu.web.official_account.fetching import fetch_due
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import platform_of
from zhibu.wechat.errors import MaybeSent, NotSigned, PlatformAway
from zhibu.wechat.line import Line
from zhibu.wechat.messages import LARGEST
from zhibu.wechat.relay.inner import Relay
from zhibu.wechat.relay.outer import Outer
from zhibu.wechat.relay.signing import Heard, ask, asked, said, say
from zhibu.wechat.relay.store import LASTS, Store
from zhibu.wechat.stand_in.facts import DEMO

pytestmark = pytest.mark.django_db

SECRET = "a-secret-that-both-sides-have-and-no-other"
NOWHERE = "http://127.0.0.1:1"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Nothing is written down."""


@contextmanager
def served(outer: Outer) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, outer, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def outside():
    return clock.outside()


def relay_in(folder, *, sealed=True, account=APP, token=TOKEN, platform=NOWHERE, **more):
    store = Store(folder / "relay.sqlite3", **more)
    return Outer(account, token, SECRET, store, Line(platform), is_plain=not sealed, clock=outside)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "outside", lambda: REAL)
    monkeypatch.setattr(fetching, "there", fetching.there)


@pytest.fixture(params=[False, True], ids=["plain", "sealed"])
def sealed(request):
    return request.param


@pytest.fixture
def outer(tmp_path, sealed):
    return relay_in(tmp_path, sealed=sealed)


@pytest.fixture
def caller(settings, sealed, outer):
    """Signs as the platform does; the main server is set up to fetch from ``outer``."""
    set_account(settings, sealed=sealed)
    with served(outer) as address:
        set_relay(settings, address)
        yield Caller(sealed=sealed)
        fetching.there().close()


def set_relay(settings, address, secret=SECRET):
    settings.WECHAT_RELAY, settings.WECHAT_RELAY_SECRET = address, secret
    line = Relay(address, secret, clock=outside)
    fetching.there = lambda: line
    fetching._PAUSE.end()


def at_relay(outer, sent, *, path=f"/wechat/{APP}/", method="POST", length=None):
    return call_at(outer, path, sent.query, sent.body, method=method, length=length)


def kept():
    return list(Incoming.objects.values_list("text", flat=True))


# --- From the phone and back ---------------------------------------------------------------------------------------


def test_what_is_said_to_the_account_comes_in_by_the_relay_and_its_answer_goes_out_by_it(tmp_path, settings):
    with playing(settings) as stand_in:
        settings.WECHAT_TOKEN, settings.WECHAT_API = DEMO.token, NOWHERE  # by itself it reaches nobody
        outer = relay_in(tmp_path, sealed=False, account=DEMO.app_id, token=DEMO.token, platform=stand_in.url)
        with served(outer) as address:
            set_relay(settings, address)
            platform_of.cache_clear()
            platform = platform_of_relay(settings)
            stand_in.platform.phone("oPhone1").last_sent = stand_in.platform.clock()
            sent = Caller(token=DEMO.token).signed(text("帮助", sender="oPhone1"))
            assert at_relay(outer, sent, path=f"/wechat/{DEMO.app_id}/") == (200, b"success")
            assert (fetch_due(clock.now), answer_due(clock.now)) == (1, 1)
            (line,) = stand_in.platform.phones["oPhone1"].lines
            assert line.text.startswith("可以发送：")
            platform.close()
            fetching.there().close()
            outer.platform.close()
        secrets_said = (DEMO.secret, *stand_in.platform._tokens)
        held = (tmp_path / "relay.sqlite3").read_bytes() + (tmp_path / "relay.sqlite3-wal").read_bytes()
        assert not [one for one in secrets_said if one.encode() in held]


def platform_of_relay(settings):
    """The line of the account has the relay's clock too: the tests live on a day of their own."""
    from zhibu.domain.terms import AccountApp

    platform = platform_of(AccountApp.OFFICIAL)
    platform._line._clock = outside
    return platform


def test_the_platform_hears_its_echo_from_the_relay(outer):
    query = Caller().signed("").query | {"echostr": "5837397576500011341"}
    path = f"/wechat/{APP}/"
    assert call_at(outer, path, query, method="GET") == (200, b"5837397576500011341")
    assert call_at(outer, path, query | {"nonce": "2"}, method="GET")[0] == 403
    assert call_at(outer, path, query, method="PUT")[0] == 405
    assert call_at(outer, "/wechat/wx0/", query, method="GET")[0] == 404
    assert call_at(outer, "/healthz", "", method="GET") == (200, b"ok")


# --- Each once -----------------------------------------------------------------------------------------------------


def test_a_message_comes_in_once_however_often_it_is_delivered_and_is_then_forgotten(outer, caller):
    same = caller.signed(text("本月"))
    for sent in (same, same, caller.signed(text("本月")), caller.signed(text("会议", number="2"))):
        assert at_relay(outer, sent) == (200, b"success")
    assert fetch_due(clock.now) == 3
    assert kept() == ["本月", "会议"]
    assert fetch_due(clock.now) == 0
    assert outer.store.hand_over([], most=9, largest=LARGEST) == []
    assert at_relay(outer, same) == (200, b"success")  # heard on the wire and sent again: it is there already
    fetch_due(clock.now)
    assert kept() == ["本月", "会议"]


def test_killed_before_the_commit_nothing_is_lost_and_killed_after_it_nothing_comes_twice(outer, caller, monkeypatch):
    for number in range(3):
        at_relay(outer, caller.signed(text(f"第{number}", number=str(number))))

    def away(_rows):
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "take_in", away)
        with pytest.raises(OperationalError):
            fetch_due(clock.now)
    assert kept() == []
    told = iter([False, True])  # ends after the commit, before the relay hears of it
    assert fetch_due(clock.now, lambda: next(told)) == 3
    assert len(outer.store.hand_over([], most=9, largest=LARGEST)) == 3
    fetch_due(clock.now)
    assert kept() == ["第0", "第1", "第2"]
    assert outer.store.hand_over([], most=9, largest=LARGEST) == []


def test_many_are_fetched_in_turns_in_the_order_in_which_they_came(outer, caller):
    for number in range(120):
        at_relay(outer, caller.signed(text(f"{number}", number=str(number))))
    assert fetch_due(clock.now) == 120
    assert kept() == [str(number) for number in range(120)]


def test_large_messages_are_fetched_in_turns_that_a_line_reads(outer, caller):
    for number in range(20):
        assert at_relay(outer, caller.signed(text("长" * 13_000, number=str(number))))[0] == 200
    assert fetch_due(clock.now) == 20
    assert len(kept()) == 20


# --- Hostile calls -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_of_forged_stale_and_hostile_calls_at_the_relay_none_comes_in_and_each_true_one_once(outer, caller):
    first = caller.signed(text("真的", number="0"))
    HEARD.clear()
    HEARD.update({name: first.query[name] for name in ("signature", "timestamp", "nonce")})
    assert at_relay(outer, first) == (200, b"success")
    fetch_due(clock.now)
    answers = {}
    for tried, sent in enumerate(islice(forged(caller, random.Random(7)), 1200), start=1):
        status, _body = at_relay(outer, sent)
        answers[status] = answers.get(status, 0) + 1
        if tried % 50 == 0:
            assert at_relay(outer, caller.signed(text("真的", number=str(tried))))[0] == 200
            fetch_due(clock.now)
    fetch_due(clock.now)
    assert kept() == ["真的"] * 25
    # What is signed with the token, and only the key shows that it is for another, passes: the inner side looks.
    assert set(answers) <= {200, 400, 403, 413}
    assert answers[200] <= 1200 * (0.2 if caller.sealed else 0.1)


def test_more_than_64_kib_is_not_read_by_the_relay(outer, caller):
    for sent in too_large(caller):
        assert at_relay(outer, sent)[0] == 413
        assert at_relay(outer, sent, length="")[0] == 413
    assert outer.store.hand_over([], most=9, largest=LARGEST) == []


def test_in_sealed_mode_nothing_of_what_people_write_can_be_read_at_the_relay(tmp_path):
    outer = relay_in(tmp_path)
    at_relay(outer, Caller(sealed=True).signed(text("血压有点高", sender="oSomebody")))
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Encrypt" in held
    assert "血压".encode() not in held
    assert b"oSomebody" not in held


# --- Only the inner server, and only once --------------------------------------------------------------------------


def request(secret=SECRET, *, at=REAL, document=None):
    return ask(secret, document or {"ask": "fetch", "done": []}, at=at)[0]


def pulls(outer, body, method="POST"):
    return call_at(outer, "/relay/", "", body, method=method)


def test_whoever_has_another_secret_asks_too_late_or_again_gets_nothing(outer, caller):
    at_relay(outer, caller.signed(text("本月")))
    good = request()
    status, body = pulls(outer, good)
    assert status == 200
    assert json.loads(body)["text"]
    altered = json.loads(request())
    wrong = [
        good,  # heard on the wire, and sent again
        request("another-secret-of-more-than-32-characters"),
        request(at=REAL - 301),
        request(at=REAL + 301),
        request(at=REAL - 1),  # from before this relay began: it does not know whether it was heard
        json.dumps(altered | {"text": json.dumps({"ask": "fetch", "done": [1]})}).encode(),
        json.dumps(altered | {"stamp": "nan"}).encode(),
        json.dumps(altered | {"code": "签" * 64}).encode(),
        json.dumps(altered | {"nonce": "\ud800"}).encode(),
        json.dumps(altered | {"code": None}).encode(),
        b"",
        b"[]",
        b"[" * 100_000,
        b"\xff\xfe",
    ]
    assert [pulls(outer, body) for body in wrong] == [(403, b"")] * len(wrong)
    assert pulls(outer, b"x" * (1024 * 1024 + 1)) == (413, b"")
    assert pulls(outer, b"", method="GET")[0] == 405
    assert pulls(outer, request(document={"ask": "all"})) == (400, b"")
    assert fetch_due(clock.now) == 1


def test_an_answer_that_is_not_the_relays_or_belongs_to_another_request_is_not_taken():
    body, nonce = ask(SECRET, {"ask": "fetch", "done": []}, at=REAL)
    assert asked(SECRET, body, Heard(since=0), at=REAL) == ({"ask": "fetch", "done": []}, nonce)
    good = say(SECRET, nonce, {"calls": []})
    assert said(SECRET, nonce, good) == {"calls": []}
    for wrong in (say("another", nonce, {}), say(SECRET, "other", {}), good.replace(b"calls", b"call5"), b"", b"{}"):
        with pytest.raises(NotSigned):
            said(SECRET, nonce, wrong)


def test_with_another_secret_or_without_the_relay_nothing_is_fetched_and_nothing_is_lost(outer, caller, settings):
    address = settings.WECHAT_RELAY
    at_relay(outer, caller.signed(text("本月")))
    for where, secret in ((address, "another-secret-of-more-than-32-characters"), (NOWHERE, SECRET)):
        fetching.there().close()
        set_relay(settings, where, secret)
        assert fetch_due(clock.now) == 0
        assert fetching._PAUSE.holds(AT)
    set_relay(settings, address)
    assert fetch_due(clock.now) == 1
    assert kept() == ["本月"]


def test_a_relay_that_says_it_took_a_call_long_ago_is_not_believed(outer, caller, monkeypatch):
    at_relay(outer, caller.signed(text("本月")))
    monkeypatch.setattr(clock, "outside", lambda: REAL + LASTS + 301)
    outer._heard = Heard(since=0)
    fetch_due(clock.now)
    assert kept() == []


def test_a_relay_that_somebody_took_over_can_not_make_the_main_server_take_what_nobody_signed(outer, caller):
    good = caller.signed(text("真的"))
    forged_ones = [
        Caller(sealed=caller.sealed, token="another").signed(text("伪造", number="2")),
        Sent(good.query | {"timestamp": str(int(REAL) - 301)}, good.body),
        Sent({}, good.body),
        Sent(good.query, b"<xml/>"),
    ]
    for number, sent in enumerate([*forged_ones, good]):
        outer.store.put(str(number), sent.query, sent.body, at=REAL)
    assert fetch_due(clock.now) == 5
    assert kept() == ["真的"]


# --- No more than there is room for --------------------------------------------------------------------------------


def test_a_full_relay_asks_the_platform_to_come_again_and_takes_more_once_it_was_fetched(tmp_path):
    caller = Caller(sealed=True)
    sent = [caller.signed(text("x", number=str(number))) for number in range(4)]
    for bound in ({"most": 3}, {"largest": 3 * len(sent[0].body)}):
        folder = tmp_path / next(iter(bound))
        folder.mkdir()
        outer = relay_in(folder, **bound)
        assert [at_relay(outer, one)[0] for one in sent] == [200, 200, 200, 503]
        held = outer.store.hand_over([], most=9, largest=LARGEST)
        outer.store.hand_over([held[0].id, held[0].id, 10**9], most=9, largest=LARGEST)  # what is gone frees no room
        assert [at_relay(outer, one)[0] for one in (sent[1], sent[3], sent[0])] == [200, 200, 503]


def test_what_nobody_fetched_within_twenty_hours_is_dropped(tmp_path, monkeypatch):
    outer, caller = relay_in(tmp_path), Caller(sealed=True)
    at_relay(outer, caller.signed(text("old")))
    later = REAL + LASTS + 1
    monkeypatch.setattr(clock, "outside", lambda: later)
    at_relay(outer, caller.signed(text("new", number="2"), at=later))
    assert [one.received_at for one in outer.store.hand_over([], most=9, largest=LARGEST)] == [later]


def test_a_relay_whose_disk_is_away_says_so(tmp_path):
    outer = relay_in(tmp_path / "no-such-folder")
    assert at_relay(outer, Caller(sealed=True).signed(text("x"))) == (503, b"")
    assert call_at(outer, "/healthz", "", method="GET") == (503, b"")
    assert pulls(outer, request()) == (503, b"")


# --- What goes out -------------------------------------------------------------------------------------------------


def test_what_goes_out_by_the_relay_is_sent_not_sent_or_maybe_sent_and_goes_nowhere_else(tmp_path):
    outer = relay_in(tmp_path)
    with served(outer) as address:
        line = Relay(address, SECRET, clock=outside)
        with pytest.raises(PlatformAway) as away:
            line.call("/cgi-bin/stable_token", {}, {})
        assert not isinstance(away.value, MaybeSent)
        for path in ("/", "/relay/", "//other.example.cn/cgi-bin/", "/cgi-bin"):
            with pytest.raises(PlatformAway, match="refuses"):
                line.call(path, {}, {})
        with served(lambda _environ, begin: (begin("500 No", [("Content-Length", "0")]), [b""])[1]) as broken:
            outer.platform = Line(broken)
            with pytest.raises(MaybeSent):
                line.call("/cgi-bin/message/custom/send", {}, {})
        line.close()
    gone = Relay(address, SECRET, clock=outside)
    with pytest.raises(PlatformAway) as away:
        gone.call("/cgi-bin/stable_token", {}, {})
    assert not isinstance(away.value, MaybeSent)


def test_the_numbers_of_messages_are_remembered_longer_than_the_relay_keeps_them():
    from zhibu.apps.account_content.actions.answering import KEPT

    assert dt.timedelta(seconds=LASTS) < KEPT
