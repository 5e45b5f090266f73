"""The stand-in as a server: the platform's calls, and a page to chat on. Only for this machine."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from zhibu.wechat.stand_in.delivery import OUT_OF_ORDER, deliver, event, message
from zhibu.wechat.stand_in.facts import Played
from zhibu.wechat.stand_in.platform import Platform, Refused

_LARGEST = 256 * 1024
_FILES = {
    "/": ("page.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/page.css": ("page.css", "text/css"),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class StandIn:
    """Serves ``platform`` at ``host:port`` (0: any free one) from a thread until closed."""

    def __init__(self, played: Played, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.platform = Platform(played)
        outer = self

        class Talk(_Talk):
            stand_in = outer

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                if not isinstance(sys.exception(), ConnectionError):  # whoever called may be gone
                    super().handle_error(request, client_address)

        self._server = Server((host, port), Talk)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, name="stand-in", daemon=True).start()
        return self

    def __exit__(self, *_ended: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # --- What somebody does with the phone ---

    def say(self, openid: str, text: str) -> str:
        """Somebody writes; returns the answer in the answer, empty where there is none."""
        platform = self.platform
        phone = platform.phone(openid)
        phone.last_sent = platform.clock()
        platform.write(openid, "sent", text)
        document = message(openid, number=platform.next_message(), text=text, at=platform.clock())
        return self._delivered(openid, document)

    def do(self, openid: str, name: str, key: str = "") -> str:
        """Somebody taps a line of the menu (``CLICK``), follows (``subscribe``) or leaves (``unsubscribe``)."""
        phone = self.platform.phone(openid)
        phone.last_sent = self.platform.clock()
        if name in {"subscribe", "unsubscribe"}:
            phone.follows = name == "subscribe"
        return self._delivered(openid, event(openid, name=name, key=key, at=self.platform.clock()))

    def _delivered(self, openid: str, document: str) -> str:
        done = deliver(self.platform.played, document, openid=openid)
        if not done.is_taken:
            self.platform.write(openid, "platform", OUT_OF_ORDER)
        elif done.text:
            self.platform.write(openid, "answer", done.text)
        return done.text


class _Talk(BaseHTTPRequestHandler):
    """One connection. The calls of the platform by path, then those of the page."""

    stand_in: StandIn
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing is written down."""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        query = dict(parse_qsl(where.query))
        if where.path in _FILES:
            self._file(*_FILES[where.path])
        elif where.path == "/chat":
            self._json(self._chat(query))
        elif where.path == "/connect/oauth2/authorize":
            self._authorize(query)
        else:
            self._called(where.path, query, query)

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST:
            self._json({"errcode": 45001, "errmsg": "too large"})
            self.close_connection = True
            return
        try:
            given = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            given = None
        if not isinstance(given, dict):
            self._json({"errcode": 47001, "errmsg": "data format error"})
        elif where.path == "/do":
            self._json(self._do(given))
        else:
            self._called(where.path, dict(parse_qsl(where.query)), given)

    # --- The platform's calls ---

    def _called(self, path: str, query: Mapping[str, str], given: Mapping[str, Any]) -> None:
        platform = self.stand_in.platform
        open_to_all: dict[str, Callable[[], dict[str, Any]]] = {
            "/cgi-bin/token": lambda: platform.token(given),
            "/cgi-bin/stable_token": lambda: platform.stable_token(given),
            "/sns/oauth2/access_token": lambda: platform.who(query),
        }
        with_token: dict[str, Callable[[], dict[str, Any]]] = {
            "/cgi-bin/message/custom/send": lambda: platform.custom(given),
            "/cgi-bin/message/template/send": lambda: platform.template(given),
            "/cgi-bin/message/subscribe/bizsend": lambda: platform.subscribed(given),
            "/cgi-bin/menu/create": lambda: platform.create_menu(given),
            "/cgi-bin/menu/addconditional": lambda: platform.create_menu_of(given),
            "/cgi-bin/menu/get": platform.menus,
            "/cgi-bin/menu/delete": platform.delete_menus,
            "/cgi-bin/menu/delconditional": lambda: platform.delete_menu_of(given),
            "/cgi-bin/tags/get": platform.tags,
            "/cgi-bin/tags/create": lambda: platform.create_tag(given),
            "/cgi-bin/tags/members/batchtagging": lambda: platform.put_tag(given, is_on=True),
            "/cgi-bin/tags/members/batchuntagging": lambda: platform.put_tag(given, is_on=False),
            "/cgi-bin/ticket/getticket": platform.ticket,
            "/cgi-bin/draft/add": lambda: platform.add_draft(given),
            "/cgi-bin/material/batchget_material": lambda: platform.pictures(given),
        }
        try:
            if path in open_to_all:
                self._json(open_to_all[path]())
            elif path in with_token:
                platform.check(query.get("access_token", ""))
                self._json(with_token[path]())
            else:
                self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")
        except Refused as refused:
            self._json({"errcode": refused.code, "errmsg": refused.text})

    def _authorize(self, query: Mapping[str, str]) -> None:
        """The page inside WeChat that asks nobody anything (snsapi_base) and goes back at once."""
        played = self.stand_in.platform.played
        back = query.get("redirect_uri", "")
        is_known = query.get("appid") == played.app_id and query.get("scope") == "snsapi_base"
        if not is_known or query.get("response_type") != "code" or urlsplit(back).scheme not in {"http", "https"}:
            self._answer(HTTPStatus.BAD_REQUEST, "redirect_uri 参数错误".encode(), "text/plain")
            return
        code = self.stand_in.platform.authorize(query.get("phone", "oPhone1"))
        joined = "&" if urlsplit(back).query else "?"
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", f"{back}{joined}{urlencode({'code': code, 'state': query.get('state', '')})}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    # --- The page ---

    def _chat(self, query: Mapping[str, str]) -> dict[str, Any]:
        platform = self.stand_in.platform
        phone = platform.phone(query.get("phone", "oPhone1")[:64])
        since = int(query["since"]) if query.get("since", "").isdecimal() else 0
        with platform.guard:
            lines = [asdict(line) for line in phone.lines if line.number > since]
        menu = platform.menu_of(phone.openid)
        return {"lines": lines, "follows": phone.follows, "menu": menu, "phones": sorted(platform.phones)}

    def _do(self, given: Mapping[str, Any]) -> dict[str, Any]:
        openid = str(given.get("phone", "oPhone1"))[:64]
        if given.get("text"):
            self.stand_in.say(openid, str(given["text"])[:4000])
        elif given.get("event") in {"CLICK", "VIEW", "subscribe", "unsubscribe"}:
            self.stand_in.do(openid, str(given["event"]), str(given.get("key", "")))
        return {}

    def _file(self, name: str, media_type: str) -> None:
        content = files("zhibu.wechat.stand_in").joinpath(name).read_bytes()
        self._answer(HTTPStatus.OK, content, f"{media_type}; charset=utf-8")

    def _json(self, document: Mapping[str, Any]) -> None:
        self._answer(HTTPStatus.OK, json.dumps(document, ensure_ascii=False).encode(), "application/json")

    def _answer(self, status: HTTPStatus, content: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)
