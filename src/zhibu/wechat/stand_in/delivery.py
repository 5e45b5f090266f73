"""How the platform delivers: signed, sealed where the account seals, four times at most, five seconds each."""

from __future__ import annotations

import http.client
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from zhibu.wechat.envelope import Envelope, key_of
from zhibu.wechat.errors import Unreadable
from zhibu.wechat.messages import cdata, fields_of
from zhibu.wechat.signature import is_signed, signature_of
from zhibu.wechat.stand_in.facts import Played

#: Once, and three times more.
TRIES, PATIENCE = 4, 5.0

#: What the platform writes into the chat where nobody answers.
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(frozen=True, slots=True)
class Delivered:
    """``text``: the answer in the answer; empty where there was none. ``tries``: how often it was delivered."""

    is_taken: bool
    text: str
    tries: int


def message(openid: str, *, number: int, text: str, at: float) -> str:
    return _xml(
        openid, at, f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(text)}</Content><MsgId>{number}</MsgId>"
    )


def event(openid: str, *, name: str, key: str, at: float) -> str:
    said = f"<MsgType><![CDATA[event]]></MsgType><Event>{cdata(name)}</Event><EventKey>{cdata(key)}</EventKey>"
    return _xml(openid, at, said)


def _xml(openid: str, at: float, said: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_standin]]></ToUserName><FromUserName>{cdata(openid)}</FromUserName>"
        f"<CreateTime>{int(at)}</CreateTime>{said}</xml>"
    )


def deliver(played: Played, document: str, *, openid: str) -> Delivered:
    """The same message until it is taken; each call is signed anew."""
    for tried in range(1, TRIES + 1):
        try:
            status, body = _call(played, document, openid)
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
            continue
        if status == http.client.OK:
            return Delivered(is_taken=True, text=_read(played, body), tries=tried)
        time.sleep(0.2)
    return Delivered(is_taken=False, text="", tries=TRIES)


def _call(played: Played, document: str, openid: str) -> tuple[int, bytes]:
    timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
    query = {
        "signature": signature_of(played.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": openid,
    }
    if played.key:
        sealed = _envelope(played).seal(document.encode())
        query |= {"encrypt_type": "aes", "msg_signature": signature_of(played.token, timestamp, nonce, sealed)}
        document = f"<xml><ToUserName>gh_standin</ToUserName><Encrypt>{cdata(sealed)}</Encrypt></xml>"
    where = urlsplit(played.callback)
    make = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    line = make(where.hostname or "", where.port, timeout=PATIENCE)
    try:
        line.request(
            "POST", f"{where.path}?{urlencode(query)}", document.encode(), {"Content-Type": "text/xml; charset=utf-8"}
        )
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def echo(played: Played) -> bool:
    """Whether the address answers as its owner has to show when the account is set up."""
    timestamp, nonce, said = str(int(time.time())), secrets.token_hex(5), secrets.token_hex(8)
    query = {"signature": signature_of(played.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    where = urlsplit(played.callback)
    line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
    try:
        line.request("GET", f"{where.path}?{urlencode(query | {'echostr': said})}")
        answer = line.getresponse()
        return answer.status == http.client.OK and answer.read().decode() == said
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _envelope(played: Played) -> Envelope:
    return Envelope(played.token, key_of(played.key), played.app_id)


def _read(played: Played, body: bytes) -> str:
    """The text of an answer in the answer. One that is not sealed and signed as it must be counts as none."""
    if body in {b"", b"success"}:
        return ""
    try:
        fields = fields_of(body)
        if played.key:
            sealed, signature = fields.get("Encrypt", ""), fields.get("MsgSignature", "")
            if not is_signed(signature, played.token, fields.get("TimeStamp", ""), fields.get("Nonce", ""), sealed):
                return OUT_OF_ORDER
            fields = fields_of(_envelope(played).open(sealed))
    except Unreadable:
        return OUT_OF_ORDER
    return fields.get("Content", "")
