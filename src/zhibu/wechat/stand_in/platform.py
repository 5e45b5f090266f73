"""What the platform does: gives tokens, takes messages, and refuses with its own numbers."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from zhibu.wechat.stand_in.facts import Line, Phone, Played

#: Seconds that a token, a ticket and a code last; how long an answer may be given, and a repeated id is dropped.
TOKEN_LASTS, TICKET_LASTS, CODE_LASTS = 7200, 7200, 300
ANSWERED_WITHIN, DROPPED_WITHIN = 48 * 3600, 600

_LONGEST_TEXT, _MOST_BUTTONS, _MOST_BELOW = 2048, 3, 5
#: Bytes of the name of a line of the menu, above and below; of a label; people who get one at once.
_LONGEST_NAME, _LONGEST_NAME_BELOW, _LONGEST_LABEL, _MOST_LABELED = 16, 60, 30, 50


class Refused(Exception):
    """The platform answers with a number and a text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Platform:
    """The platform's side of one account. All calls may come from several threads."""

    def __init__(self, played: Played, *, clock: Callable[[], float] = time.time) -> None:
        self.played, self.clock = played, clock
        self.guard = threading.RLock()
        self.phones = {f"oPhone{number}": Phone(f"oPhone{number}") for number in (1, 2, 3)}
        self.menu: list[dict[str, Any]] = []
        self.menus_of: dict[str, tuple[str, list[dict[str, Any]]]] = {}
        self.labels: dict[str, str] = {}
        self.labeled: dict[str, set[str]] = {}
        self._menus = 0
        self.drafts: dict[str, dict[str, Any]] = {}
        self.received: list[tuple[str, str]] = []
        self._tokens: dict[str, float] = {}
        self._stable = ""
        self._tickets: dict[str, float] = {}
        self._codes: dict[str, tuple[str, float]] = {}
        self._seen: dict[tuple[str, str], float] = {}
        self._lines = self._messages = 0

    # --- Chats ---

    def write(self, openid: str, way: str, text: str, *, url: str = "", id: str = "") -> None:  # noqa: A002 - the platform's word
        with self.guard:
            self._lines += 1
            self.phones[openid].lines.append(Line(self._lines, way, text, url, id))

    def next_message(self) -> int:
        """The number of the next message of anybody."""
        with self.guard:
            self._messages += 1
            return 23000000000000000 + self._messages

    def phone(self, openid: str) -> Phone:
        """Whoever it is follows the account from the first message on."""
        with self.guard:
            return self.phones.setdefault(openid, Phone(openid))

    # --- Tokens ---

    def token(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new token; the earlier one ends after five minutes."""
        self._know(given)
        with self.guard:
            now = self.clock()
            self._tokens = {token: min(until, now + 300) for token, until in self._tokens.items() if until > now}
            return self._given(self._new_token())

    def stable_token(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The same token as long as it lasts; another where that is asked for."""
        self._know(given)
        with self.guard:
            is_good = self._tokens.get(self._stable, 0.0) > self.clock()
            if not is_good or given.get("force_refresh") is True:
                self._tokens.pop(self._stable, None)
                self._stable = self._new_token()
            return self._given(self._stable)

    def _know(self, given: Mapping[str, Any]) -> None:
        if given.get("grant_type") != "client_credential":
            raise Refused(40002, "invalid grant_type")
        if given.get("appid") != self.played.app_id:
            raise Refused(40013, "invalid appid")
        if given.get("secret") != self.played.secret:
            raise Refused(40125, "invalid appsecret")

    def _new_token(self) -> str:
        made = secrets.token_urlsafe(48)
        self._tokens[made] = self.clock() + TOKEN_LASTS
        return made

    def _given(self, token: str) -> dict[str, Any]:
        return {"access_token": token, "expires_in": int(self._tokens[token] - self.clock())}

    def end_tokens(self) -> None:
        """As if somebody had asked for new ones elsewhere."""
        with self.guard:
            self._tokens.clear()

    def check(self, token: str) -> None:
        with self.guard:
            until = self._tokens.get(token)
        if until is None:
            raise Refused(40001, "invalid credential, access_token is invalid or not latest")
        if until <= self.clock():
            raise Refused(42001, "access_token expired")

    # --- Messages ---

    def custom(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """客服消息: to whoever wrote within 48 hours."""
        openid, text = str(given.get("touser", "")), str(given.get("text", {}).get("content", ""))
        if given.get("msgtype") != "text":
            raise Refused(40008, "invalid message type")
        if not text:
            raise Refused(44004, "empty content")
        if len(text.encode()) > _LONGEST_TEXT:
            raise Refused(45002, "content size out of limit")
        phone = self._follower(openid)
        if self.clock() - phone.last_sent > ANSWERED_WITHIN:
            raise Refused(45015, "response out of time limit or subscription is canceled")
        self.write(openid, "answer", text)
        return {"errcode": 0, "errmsg": "ok"}

    def template(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """模板消息: a second one of the same ``client_msg_id`` within ten minutes is dropped."""
        openid, id_ = str(given.get("touser", "")), str(given.get("client_msg_id", ""))
        if given.get("template_id") != self.played.template:
            raise Refused(40037, "invalid template_id")
        data = given.get("data")
        if not isinstance(data, dict) or not data:
            raise Refused(47001, "data format error")
        self._follower(openid)
        with self.guard:
            self.received.append((openid, id_))
            if id_ and self._seen.get((openid, id_), float("-inf")) > self.clock() - DROPPED_WITHIN:
                return {"errcode": 0, "errmsg": "ok", "msgid": self.next_message()}
            self._seen[openid, id_] = self.clock()
        words = [str(value.get("value", "")) for value in data.values()]
        self.write(openid, "notice", "\n".join(words), url=str(given.get("url", "")), id=id_)
        return {"errcode": 0, "errmsg": "ok", "msgid": self.next_message()}

    def subscribed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """订阅通知: one message for each consent; here everybody has consented."""
        openid = str(given.get("touser", ""))
        if given.get("template_id") != self.played.template:
            raise Refused(40037, "invalid template_id")
        self._follower(openid)
        words = [str(value.get("value", "")) for value in given.get("data", {}).values()]
        self.write(openid, "notice", "\n".join(words), url=str(given.get("page", "")))
        return {"errcode": 0, "errmsg": "ok"}

    def _follower(self, openid: str) -> Phone:
        with self.guard:
            phone = self.phones.get(openid)
        if phone is None:
            raise Refused(40003, "invalid openid")
        if not phone.follows:
            raise Refused(43004, "require subscribe")
        return phone

    # --- Menus ---

    def create_menu(self, given: Mapping[str, Any]) -> dict[str, Any]:
        self.menu = _checked_menu(given)
        return {"errcode": 0, "errmsg": "ok"}

    def create_menu_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """个性化菜单: the newest of a label counts."""
        label = str(given.get("matchrule", {}).get("tag_id", ""))
        if not label:
            raise Refused(40150, "invalid matchrule")
        if not self.menu:
            raise Refused(65303, "no default menu")
        if label not in self.labels:
            raise Refused(45159, "invalid tag id")
        with self.guard:
            self._menus += 1
            number = f"4000{self._menus}"
            self.menus_of[number] = label, _checked_menu(given)
        return {"menuid": number}

    def menus(self) -> dict[str, Any]:
        if not self.menu:
            raise Refused(46003, "menu no exist")
        of_labels = [
            {"button": buttons, "matchrule": {"group_id": int(label)}, "menuid": int(number)}
            for number, (label, buttons) in self.menus_of.items()
        ]
        return {"menu": {"button": self.menu}} | ({"conditionalmenu": of_labels} if of_labels else {})

    def delete_menus(self) -> dict[str, Any]:
        """All of them: those by label too."""
        self.menu = []
        self.menus_of.clear()
        return {"errcode": 0, "errmsg": "ok"}

    def delete_menu_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if self.menus_of.pop(str(given.get("menuid", "")), None) is None:
            raise Refused(65301, "no such menuid")
        return {"errcode": 0, "errmsg": "ok"}

    def menu_of(self, openid: str) -> list[dict[str, Any]]:
        """What somebody sees at the foot of the chat."""
        with self.guard:
            mine = [buttons for label, buttons in self.menus_of.values() if openid in self.labeled.get(label, set())]
            return mine[-1] if mine else self.menu

    # --- Labels ---

    def tags(self) -> dict[str, Any]:
        return {"tags": [{"id": int(label), "name": name} for label, name in self.labels.items()]}

    def create_tag(self, given: Mapping[str, Any]) -> dict[str, Any]:
        name = str(given.get("tag", {}).get("name", ""))
        if not name or len(name.encode()) > _LONGEST_LABEL:
            raise Refused(45158, "invalid tag name")
        if name in self.labels.values():
            raise Refused(45157, "duplicate tag name")
        label = str(100 + len(self.labels))
        self.labels[label] = name
        return {"tag": {"id": int(label), "name": name}}

    def put_tag(self, given: Mapping[str, Any], *, is_on: bool) -> dict[str, Any]:
        label, people = str(given.get("tagid", "")), [str(one) for one in given.get("openid_list") or []]
        if label not in self.labels:
            raise Refused(45159, "invalid tag id")
        if not 1 <= len(people) <= _MOST_LABELED:
            raise Refused(40032, "invalid openid list size")
        for openid in people:
            self._follower(openid)
        with self.guard:
            labeled = self.labeled.setdefault(label, set())
            labeled.update(people) if is_on else labeled.difference_update(people)
        return {"errcode": 0, "errmsg": "ok"}

    # --- Drafts, tickets ---

    def add_draft(self, given: Mapping[str, Any]) -> dict[str, Any]:
        articles = given.get("articles") or []
        if not articles or not all(one.get("title") and one.get("content") for one in articles):
            raise Refused(44003, "empty news data")
        if any(one.get("thumb_media_id") != "picture-1" for one in articles):
            raise Refused(40007, "invalid media_id")
        number = f"draft-{len(self.drafts) + 1}"
        self.drafts[number] = dict(articles[0])
        return {"media_id": number}

    def pictures(self, _given: Mapping[str, Any]) -> dict[str, Any]:
        return {"total_count": 1, "item_count": 1, "item": [{"media_id": "picture-1", "name": "cover.png"}]}

    def ticket(self) -> dict[str, Any]:
        """For pages inside WeChat (JS-SDK)."""
        with self.guard:
            made = secrets.token_urlsafe(64)
            self._tickets[made] = self.clock() + TICKET_LASTS
        return {"errcode": 0, "errmsg": "ok", "ticket": made, "expires_in": TICKET_LASTS}

    def is_page_signed(self, *, nonce: str, timestamp: str, url: str, signature: str) -> bool:
        """Whether a page was signed with a ticket that lasts, as ``wx.config`` asks."""
        with self.guard:
            good = [ticket for ticket, until in self._tickets.items() if until > self.clock()]
        page = f"noncestr={nonce}&timestamp={timestamp}&url={url.split('#', maxsplit=1)[0]}"
        return any(_digest(f"jsapi_ticket={ticket}&{page}") == signature for ticket in good)

    # --- 网页授权 ---

    def authorize(self, openid: str) -> str:
        """A code that says whose phone opened the page; good once, for five minutes."""
        with self.guard:
            code = secrets.token_urlsafe(24)
            self._codes[code] = openid, self.clock() + CODE_LASTS
            return code

    def who(self, given: Mapping[str, str]) -> dict[str, Any]:
        if given.get("appid") != self.played.app_id:
            raise Refused(40013, "invalid appid")
        if given.get("secret") != self.played.secret:
            raise Refused(40125, "invalid appsecret")
        with self.guard:
            openid, until = self._codes.pop(given.get("code", ""), ("", 0.0))
        if not openid:
            raise Refused(40163, "code been used")
        if until <= self.clock():
            raise Refused(40029, "invalid code")
        return {
            "access_token": secrets.token_urlsafe(32),
            "expires_in": 7200,
            "openid": openid,
            "scope": "snsapi_base",
        }


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _checked_menu(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    buttons = given.get("button") or []
    if not 1 <= len(buttons) <= _MOST_BUTTONS:
        raise Refused(40016, "invalid button size")
    for button in buttons:
        below = button.get("sub_button") or []
        if len(below) > _MOST_BELOW:
            raise Refused(40023, "invalid sub button size")
        for one in [button, *below]:
            longest = _LONGEST_NAME if one is button else _LONGEST_NAME_BELOW
            if not 1 <= len(str(one.get("name", "")).encode()) <= longest:
                raise Refused(40018, "invalid button name size")
            if not one.get("sub_button") and not (one.get("key") or one.get("url")):
                raise Refused(40019, "invalid button key size")
    return list(buttons)
