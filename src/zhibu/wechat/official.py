"""公众号: the calls of an official account, as documented at developers.weixin.qq.com/doc/offiaccount."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from zhibu.wechat.errors import MaybeSent, PlatformAway, PlatformRefused
from zhibu.wechat.line import Line
from zhibu.wechat.messages import fitting
from zhibu.wechat.port import Button, Note, Piece

#: The platform's own addresses; a stand-in, or a proxy, has others.
BASE = "https://api.weixin.qq.com"
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"

#: Numbers that say: the token is not known (any more).
_TOKEN_REFUSED = frozenset({40001, 40014, 42001})
#: Numbers that say: later. Busy, or too many calls.
_LATER = frozenset({-1, 45009, 45011, 45047})
#: There is no menu.
_NO_MENU = 46003
#: Seconds before its end at which a token is asked for anew.
_EARLIER = 300


@dataclass(frozen=True, slots=True)
class Secrets:
    """Of one account: its id, its secret, and the number of the template by which people are told."""

    app_id: str
    secret: str
    template: str = ""


class OfficialAccount:
    """The port's side of an official account. One at a time asks for a token; threads may share it.

    ``line``: how the platform is reached, where that is not at ``base`` itself.
    """

    def __init__(
        self,
        secrets: Secrets,
        *,
        base: str = BASE,
        authorize: str = AUTHORIZE,
        monotonic: Callable[[], float] = time.monotonic,
        line: Line | None = None,
    ) -> None:
        self._secrets, self._authorize, self._monotonic = secrets, authorize, monotonic
        self._line = line or Line(base)
        self._guard = threading.RLock()
        self._token, self._token_until = "", 0.0

    # --- What the port asks ---

    def tell(self, note: Note) -> None:
        """模板消息: dropped by the platform where it had one of this ``client_msg_id`` within ten minutes."""
        data = {"thing1": {"value": note.word}, "time2": {"value": note.day}}
        document = {
            "touser": note.to,
            "template_id": self._secrets.template,
            "url": note.url,
            "client_msg_id": note.id,
            "data": data,
        }
        self._call("/cgi-bin/message/template/send", document)

    def say(self, to: str, text: str) -> None:
        document = {"touser": to, "msgtype": "text", "text": {"content": fitting(text)}}
        self._call("/cgi-bin/message/custom/send", document)

    def who(self, code: str) -> str:
        query = {
            "appid": self._secrets.app_id,
            "secret": self._secrets.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        with self._guard:
            found = _checked(self._line.call("/sns/oauth2/access_token", query))
        return str(found["openid"])

    def authorize_url(self, redirect: str, state: str) -> str:
        query = {
            "appid": self._secrets.app_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._authorize}?{urlencode(query)}#wechat_redirect"

    def set_menu(self, buttons: Sequence[Button], *, label: int | None = None) -> None:
        """自定义菜单, or 个性化菜单 by label: of those the newest counts, so earlier ones of the label go first."""
        document: dict[str, Any] = {"button": [_button(one) for one in buttons]}
        if label is not None:
            self._drop_menus_of(label)
            if buttons:
                self._call("/cgi-bin/menu/addconditional", document | {"matchrule": {"tag_id": str(label)}})
        elif buttons:
            self._call("/cgi-bin/menu/create", document)
        else:
            self._call("/cgi-bin/menu/delete")

    def _drop_menus_of(self, label: int) -> None:
        try:
            found = self._call("/cgi-bin/menu/get").get("conditionalmenu") or []
        except PlatformRefused as refusal:
            if refusal.code != _NO_MENU:
                raise
            return
        for one in found:
            rule = one.get("matchrule") or {}
            if str(label) in {str(rule.get("tag_id")), str(rule.get("group_id"))}:
                self._call("/cgi-bin/menu/delconditional", {"menuid": str(one["menuid"])})

    def label(self, name: str) -> int:
        for tag in self._call("/cgi-bin/tags/get").get("tags") or []:
            if tag.get("name") == name:
                return int(tag["id"])
        return int(self._call("/cgi-bin/tags/create", {"tag": {"name": name}})["tag"]["id"])

    def put_label(self, label: int, people: Sequence[str], *, is_on: bool = True) -> None:
        deed = "batchtagging" if is_on else "batchuntagging"
        self._call(f"/cgi-bin/tags/members/{deed}", {"openid_list": list(people), "tagid": label})

    def draft(self, piece: Piece) -> str:
        article = {
            "title": fitting(piece.title, 96),
            "digest": fitting(piece.digest, 180),
            "content": piece.html,
            "content_source_url": piece.url,
            "thumb_media_id": self._cover(),
            "need_open_comment": 0,
        }
        return str(self._call("/cgi-bin/draft/add", {"articles": [article]})["media_id"])

    def close(self) -> None:
        """Hang up; the next call opens a line again."""
        with self._guard:
            self._line.close()

    # --- How ---

    def _cover(self) -> str:
        """Every article of the platform has a picture: the latest one among the account's own materials."""
        asked = {"type": "image", "offset": 0, "count": 1}
        items = self._call("/cgi-bin/material/batchget_material", asked).get("item") or []
        if not items:
            raise PlatformRefused(40007, "the account has no picture among its materials")
        return str(items[0]["media_id"])

    def _call(self, path: str, document: object = None) -> dict[str, Any]:
        """With a token; GET without a document; one that is refused is asked for anew, once."""
        with self._guard:
            try:
                return _checked(self._line.call(path, {"access_token": self._valid_token()}, document))
            except _TokenRefused:
                self._token_until = 0.0
            try:
                query = {"access_token": self._valid_token(anew=True)}
                return _checked(self._line.call(path, query, document))
            except _TokenRefused as error:
                raise PlatformAway(f"the token is refused: {error}") from error

    def _valid_token(self, *, anew: bool = False) -> str:
        """``stable_token``: asked for twice it stays the same, so that two processes do not end each other's."""
        if self._monotonic() < self._token_until:
            return self._token
        document = {
            "grant_type": "client_credential",
            "appid": self._secrets.app_id,
            "secret": self._secrets.secret,
            "force_refresh": anew,
        }
        try:
            found = _checked(self._line.call("/cgi-bin/stable_token", {}, document))
        except MaybeSent as error:
            raise PlatformAway(str(error)) from error
        except PlatformRefused as error:
            raise PlatformAway(f"no token is given: {error}") from error
        self._token = str(found["access_token"])
        lasts = float(found["expires_in"])
        self._token_until = self._monotonic() + max(lasts - _EARLIER, lasts / 2)
        return self._token


class _TokenRefused(PlatformRefused):
    """Nothing was done: the token is not valid."""


def _checked(found: Mapping[str, Any]) -> dict[str, Any]:
    code = int(found.get("errcode") or 0)
    if code in _TOKEN_REFUSED:
        raise _TokenRefused(code, str(found.get("errmsg", "")))
    if code in _LATER:
        raise PlatformAway(f"{code} {found.get('errmsg', '')}")
    if code:
        raise PlatformRefused(code, str(found.get("errmsg", "")))
    return dict(found)


def _button(one: Button) -> dict[str, Any]:
    if one.below:
        return {"name": one.name, "sub_button": [_button(other) for other in one.below]}
    if one.url:
        return {"type": "view", "name": one.name, "url": one.url}
    return {"type": "click", "name": one.name, "key": one.key}
