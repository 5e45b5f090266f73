"""Signatures, envelopes and messages beside what the platform documents, and what is no message."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.official import APP, KEY, TOKEN, event, text
from zhibu.wechat.envelope import Envelope, key_of
from zhibu.wechat.errors import Unreadable
from zhibu.wechat.messages import (
    LONGEST_ANSWER,
    LONGEST_TEXT,
    fields_of,
    fitting,
    message_of,
    text_answer,
)
from zhibu.wechat.signature import FRESH_FOR, is_fresh, is_signed, signature_of

ENVELOPE = Envelope(TOKEN, key_of(KEY), APP)

#: The example of the documentation of WeCom (加解密方案说明): token, corp id and key are those above.
SAMPLE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvu"
    "JTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwG"
    "c2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9"
    "EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0"
    "lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)


def test_the_example_of_the_documentation_is_signed_and_opened():
    assert is_signed("477715d11cdb4164915debcba66cb864d751f3e6", TOKEN, "1409659813", "1372623149", SAMPLE)
    message = message_of(ENVELOPE.open(SAMPLE))
    assert (message.receiver, message.sender, message.kind, message.text) == (APP, "mycreate", "text", "hello")
    assert (message.made_at, message.id) == (1409659813, "4561255354251345929")


def test_a_signature_of_whatever_characters_is_compared_and_refused():
    assert is_signed(signature_of(TOKEN, "1", "2"), "2", "1", TOKEN)
    for wrong in ("", "签", "\ud800", "a" * 40, signature_of(TOKEN, "1", "2").upper()):
        assert not is_signed(wrong, TOKEN, "1", "2")


@pytest.mark.parametrize(
    ("timestamp", "is_good"),
    [
        (str(1000 - FRESH_FOR), True),
        (str(1000 + FRESH_FOR), True),
        (str(1000 - FRESH_FOR - 1), False),
        (str(1000 + FRESH_FOR + 1), False),
        ("", False),
        ("-1000", False),
        ("1e3", False),
        ("１０００", False),
        ("1000.0", False),
        ("9" * 5000, False),
    ],
)
def test_a_call_is_at_most_five_minutes_old_or_young(timestamp, is_good):
    assert is_fresh(timestamp, 1000.0) == is_good


@given(st.text(max_size=3000))
def test_what_is_sealed_is_opened_again(said):
    whole = said.encode("utf-8", "replace")
    assert ENVELOPE.open(ENVELOPE.seal(whole)) == whole


@given(st.binary(max_size=200))
def test_what_was_not_sealed_here_is_refused(raw):
    with pytest.raises(Unreadable):
        ENVELOPE.open(base64.b64encode(raw).decode())


@pytest.mark.parametrize(
    "other",
    [Envelope(TOKEN, key_of(KEY), "wx0"), Envelope(TOKEN, key_of("a" * 43), APP)],
    ids=["receiver", "key"],
)
def test_another_accounts_envelope_is_refused(other):
    with pytest.raises(Unreadable):
        ENVELOPE.open(other.seal(b"<xml/>"))


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "签" * 43, "=" * 43])
def test_a_key_is_43_letters_and_digits(key):
    with pytest.raises(ValueError):
        key_of(key)


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + text("&b;")
HOSTILE = {
    "entities": BOMB,
    "file": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + text("&f;"),
    "fetched": '<!DOCTYPE x SYSTEM "http://169.254.169.254/">' + text("x"),
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>' + text("x"),
    "empty doctype": "<!DOCTYPE xml>" + text("x"),
    "quadratic": '<!DOCTYPE x [<!ENTITY a "' + "a" * 5000 + '">]><xml>' + "&a;" * 5000 + "</xml>",
    "unknown entity": "<xml>&a;</xml>",
    "deep": "<a>" * 5000 + "</a>" * 5000,
    "wide": "<xml>" + "<a/>" * 5000 + "</xml>",
    "cut": text("x")[:-9],
    "two": text("x") + text("x"),
    "nothing": "",
    "json": '{"MsgType": "text"}',
    "no sender": text("x").replace("FromUserName", "From"),
    "no time": text("x").replace("<CreateTime>1795400000", "<CreateTime>soon"),
    "control": text("x").replace("x]]", "\x00]]"),
    "encoding": '<?xml version="1.0" encoding="gbk"?>' + text("x"),
    "no encoding": '<?xml version="1.0" encoding="zhibu"?>' + text("x"),
    "long name": text("x", sender="o" * 65),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_message_is_refused_and_costs_nothing(document):
    with pytest.raises(Unreadable):
        message_of(document.encode())


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe<", b"<xml>\xed\xa0\x80</xml>", b"<xml>\xc0\xaf</xml>", "签".encode("gbk")]
)
def test_bytes_that_are_no_text_are_refused(raw):
    with pytest.raises(Unreadable):
        message_of(raw)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "said", ["😀👨‍👩‍👧", "堃喆旻镕玥犇", "𠮷野家", "العربية", "a]]>b<c>&d;", "　", "x" * LONGEST_TEXT]
)
def test_rare_characters_come_in_as_they_are(said, encoding):
    assert message_of(text(said).encode(encoding)).text == said


def test_of_a_very_long_text_the_beginning_is_kept():
    assert message_of(text("长" * 20000).encode()).text == "长" * LONGEST_TEXT


def test_each_message_has_a_name_of_its_own_and_each_delivery_the_same():
    names = [
        message_of(document.encode()).once(account)
        for document in (
            text("x"),
            text("x", number="2"),
            event("CLICK", key="本月"),
            event("CLICK", key="会议"),
            event("CLICK", key="本月", sender="oLin"),
            event("CLICK", key="本月", made_at=1795400001),
            event("subscribe", key="本月"),
        )
        for account in (APP, "wx0")
    ]
    assert len(set(names)) == len(names)
    assert message_of(text("x").encode()).once(APP) == message_of(text("x").encode()).once(APP)


def test_an_answer_is_read_back_as_it_was_said():
    message = message_of(text("x").encode())
    said = "a]]>b<c>&d;😀"
    fields = fields_of(text_answer(message, said + "\x00", at=7).encode())
    assert fields == {
        "ToUserName": "oChen",
        "FromUserName": "gh_1",
        "CreateTime": "7",
        "MsgType": "text",
        "Content": said,
    }


@given(st.text(max_size=3000))
def test_an_answer_is_never_too_long_and_never_cut_in_a_character(said):
    whole = said.encode("utf-8", "replace").decode()
    short = fitting(whole)
    assert len(short.encode()) <= LONGEST_ANSWER
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))
