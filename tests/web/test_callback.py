"""Where the platform calls: true messages come in once each; forged, stale, repeated, hostile ones change nothing."""

from __future__ import annotations

import random
import secrets

import pytest

from tests.official import APP, REAL, TOKEN, Caller, Sent, call, event, set_account, text
from tests.wechat.test_envelope import HOSTILE
from tests.world import AT
from zhibu.apps.account_content.models import Incoming
from zhibu.web.official_account import door, receiving
from zhibu.web.shell import clock
from zhibu.wechat.messages import LARGEST, cdata, fields_of
from zhibu.wechat.signature import signature_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "outside", lambda: REAL)


@pytest.fixture(params=[False, True], ids=["plain", "sealed"])
def caller(request, settings):
    set_account(settings, sealed=request.param)
    yield Caller(sealed=request.param)
    door.accounts.cache_clear()


def kept():
    return list(Incoming.objects.values_list("sender", "kind", "text", "event", "key"))


def test_the_platform_hears_its_echo_in_both_modes(caller):

    query = Caller().signed("").query | {"echostr": "5837397576500011341"}
    assert call(caller.path, query, method="GET") == (200, b"5837397576500011341")
    assert call(caller.path, query | {"nonce": "2"}, method="GET")[0] == 403


def test_a_message_is_kept_before_it_is_acknowledged_and_each_delivery_of_it_is_the_same(caller):
    assert caller.say(text("本月")) == (200, b"success")
    for _again in range(3):
        assert caller.say(text("本月")) == (200, b"success")
    assert caller.say(event("CLICK", key="会议")) == (200, b"success")
    assert caller.say(event("CLICK", key="会议"), at=REAL + 5) == (200, b"success")
    assert kept() == [("oChen", "text", "本月", "", ""), ("oChen", "event", "", "click", "会议")]
    assert all(row.work_at == row.received_at == AT for row in Incoming.objects.all())


def test_the_same_call_again_is_the_same_message(caller):
    sent = caller.signed(text("本月"))
    assert [caller.post(sent)[0] for _again in range(4)] == [200] * 4
    assert len(kept()) == 1


def test_where_somebody_is_and_what_they_opened_is_not_kept(caller):
    place = "<Latitude>23.1</Latitude><Longitude>113.3</Longitude>"
    assert caller.say(event("LOCATION", key="here", more=place)) == (200, b"success")
    assert caller.say(event("VIEW", key="https://zhibu.example.cn/me/")) == (200, b"success")
    assert [(row.text, row.key, row.work_at) for row in Incoming.objects.all()] == [("", "", None)] * 2


def test_an_account_that_is_not_this_units_is_a_page_that_is_not_there(caller):
    sent = caller.signed(text("x"))
    for path in ("/wechat/", "/wechat/wx0/", f"/wechat/{APP}/more/", f"/wechat/{APP.upper()}/"):
        assert call(path, sent.query, sent.body) == (404, b"page")
    assert call(caller.path, sent.query, sent.body, method="PUT")[0] == 405


def test_without_a_profile_nothing_answers(settings):
    set_account(settings, profile="none")
    assert Caller().say(text("x")) == (404, b"page")


def too_large(caller):
    room = text("")
    yield caller.signed(text("x" * (LARGEST + 1)))
    yield caller.signed(text("x" * (LARGEST - len(room.encode()) + 1)))
    yield caller.signed(b"<xml>" + b"<a/>" * LARGEST + b"</xml>")


def test_more_than_64_kib_is_not_read(caller):
    for sent in too_large(caller):
        assert caller.post(sent)[0] == 413
        assert caller.post(sent, length="")[0] == 413
    assert caller.post(caller.signed(text("x")), length="9" * 400)[0] in {200, 413}
    assert [row[2] for row in kept()] in ([], ["x"])


def test_the_longest_message_comes_in_and_its_beginning_is_kept(caller):
    room = 30_000
    assert caller.say(text("长" * (room // 3)))[0] == 200
    assert len(kept()[0][2]) == 2048


def forged(caller, chance):
    """Calls that nobody may get through, of every kind; endless."""
    number = 0
    others = Caller(sealed=caller.sealed, token="another", key="b" * 43)
    foreign = Caller(sealed=True, app="wx0000000000000000")
    while True:
        number += 1
        message = text(f"伪造{number}", number=str(10_000_000 + number), sender=f"o{number % 7}")
        good = caller.signed(message)
        query = good.query
        yield others.signed(message)
        yield Sent({}, good.body)
        yield Sent(
            {**query, "timestamp": str(int(REAL) + chance.choice((301, -301, 86400, -2 * 86400, -31_536_000)))},
            good.body,
        )
        yield caller.signed(message, at=REAL + chance.choice((301, -301, 86400 * 2, -86400 * 2, -31_536_000, 10**9)))
        flipped = list(query["msg_signature" if caller.sealed else "signature"])
        place = chance.randrange(40)
        flipped[place] = chance.choice([digit for digit in "0123456789abcdef" if digit != flipped[place]])
        yield Sent({**query, "msg_signature" if caller.sealed else "signature": "".join(flipped)}, good.body)
        yield Sent({**query, "nonce": secrets.token_hex(4)}, good.body)
        yield Sent({**query, "nonce": ""}, good.body)
        yield Sent({**query, "signature": "签" * 40, "msg_signature": "\x00"}, good.body)
        yield caller.signed(chance.choice(list(HOSTILE.values())))
        yield Sent(query, good.body[: chance.randrange(len(good.body) - 12)])
        yield Sent(query, secrets.token_bytes(chance.randrange(1, 400)))
        if caller.sealed:
            # plain where the account seals; sealed by whom it is not for; sealed text changed, signed or not
            yield Sent({name: query[name] for name in ("signature", "timestamp", "nonce")}, message.encode())
            yield foreign.signed(message)
            inside = fields_of(good.body)["Encrypt"]
            place = chance.randrange(len(inside) - 4)
            altered = inside[:place] + chance.choice("ABCxyz012") + inside[place + 1 :]
            if altered != inside:
                yield Sent(query, good.body.replace(inside.encode(), altered.encode()))
            cut = inside[: 64 * chance.randrange(1, 3)]
            again = signature_of(TOKEN, query["timestamp"], query["nonce"], cut)
            yield Sent({**query, "msg_signature": again}, f"<xml><Encrypt>{cdata(cut)}</Encrypt></xml>".encode())
        else:
            # what was heard on the wire, with another message under its signature
            yield Sent(caller.signed(text("x")).query | HEARD, message.encode())


#: A call that came in before; whoever heard it sends something else under its signature.
HEARD: dict[str, str] = {}


@pytest.mark.slow
def test_of_a_thousand_forged_stale_and_hostile_calls_none_comes_in_and_each_true_message_once(caller):
    chance = random.Random(20261130)
    first = caller.signed(text("真的", number="1"))
    HEARD.clear()
    HEARD.update({name: first.query[name] for name in ("signature", "timestamp", "nonce")})
    assert caller.post(first) == (200, b"success")
    true, answers = 1, {}
    for tried, sent in enumerate(forged(caller, chance), start=1):
        status, body = caller.post(sent)
        answers[status] = answers.get(status, 0) + 1
        assert body == b""
        if tried % 10 == 0:
            true += 1
            genuine = caller.signed(text("真的", number=str(true)))
            assert [caller.post(genuine)[0] for _again in range(chance.randrange(1, 5))][-1] == 200
        if tried == 1200:
            break
    assert set(answers) <= {400, 403, 413}, answers
    assert [row[2] for row in kept()] == ["真的"] * true


def test_a_name_given_twice_is_no_call_of_the_platform(caller):
    sent = caller.signed(text("x"))
    query = "&".join(f"{name}={value}" for name, value in sent.query.items()) + f"&nonce={sent.query['nonce']}"
    assert call(caller.path, query, sent.body)[0] == 403
    assert call(caller.path, "&" * 5000 + "a=b&" * 5000, sent.body)[0] == 403


def test_where_the_database_is_away_the_platform_is_asked_to_come_again(caller, monkeypatch):
    def away(_row, *, seconds):
        raise receiving.QueueAway

    with monkeypatch.context() as patched:
        patched.setattr(receiving.QUEUE, "put", away)
        assert caller.say(text("本月")) == (503, b"")
    assert caller.say(text("本月")) == (200, b"success")
    assert len(kept()) == 1


def test_a_call_asks_the_database_once(caller, django_assert_num_queries):
    sent = caller.signed(text("本月"))
    with django_assert_num_queries(3):  # the savepoint of the test's own transaction around it
        caller.post(sent)
