"""Walks the pages of one house in this process, as each account that the demo shows; driven by ``bench.pages``.

Every address is found by following links from the front page, at most three for each kind of page and account. A line
on standard input is one more round over all addresses; the answer is a line of JSON.
"""

from __future__ import annotations

import gc
import gzip
import json
import logging
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

#: So many addresses of one kind are measured for one account.
OF_A_KIND = 3

#: Addresses on which every account looks itself up in the first place.
_DOORS = ("/", "/menu/", "/account/", "/search/?q=li", "/search/?q=1", "/search/?q=支部")

_BROWSER = {"Accept-Language": "zh-CN", "Accept-Encoding": "gzip"}

_HREF = re.compile(r'href="(/[^"#]*)')


def _kind(address: str) -> str | None:
    """The name of the page at an address; ``None`` for what is no page."""
    from django.urls import Resolver404, resolve

    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    return found.view_name


def _found(client: Client, known: list[str]) -> Iterator[tuple[str, str]]:
    """Kind and address of all that links lead to, file or page; what only redirects or refuses is left out."""
    waiting, met, kinds = [*_DOORS, *known], set(), Counter[str]()
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        if kind is None or address in met or kinds[kind] >= OF_A_KIND:
            continue
        met.add(address)
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        kinds[kind] += 1
        yield kind, address
        if "html" in answer["Content-Type"]:
            waiting += [found.replace("&amp;", "&") for found in _HREF.findall(_text(answer))]


def _text(answer: Any) -> str:
    """Answers come compressed, as browsers ask for them."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(answer.content) if packed else answer.content).decode()


class _Asked:
    """How many statements a request sends to the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def _measure(client: Client, address: str) -> tuple[float, float, int, int]:
    """Processor and wall milliseconds, statements and bytes of one request, the whole of it on the server."""
    from django.db import connection

    asked = _Asked()
    with connection.execute_wrapper(asked):
        wall, processor = time.perf_counter(), time.thread_time()
        answer = client.get(address)
        size = len(b"".join(answer.streaming_content)) if answer.streaming else len(answer.content)
        spent = time.thread_time() - processor, time.perf_counter() - wall
    return spent[0] * 1000, spent[1] * 1000, asked.count, size


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.cache import cache
    from django.test import Client

    from zhibu.apps.people.models import Account

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    logging.disable(logging.CRITICAL)
    known: dict[str, list[str]] = json.loads(sys.stdin.readline())
    clients, places = {}, []
    for login, addresses in known.items():
        client = clients[login] = Client(SERVER_NAME="localhost", headers=_BROWSER)
        client.force_login(Account.objects.get(login=login), backend=settings.AUTHENTICATION_BACKENDS[0])
        places += [(login, kind, address) for kind, address in _found(client, addresses)]
    gc.collect()
    gc.freeze()  # as the web process does (``config.wsgi``)
    print(json.dumps(places), flush=True)
    for _round in sys.stdin:
        cache.clear()
        print(json.dumps([_measure(clients[login], address) for login, _kind, address in places]), flush=True)


if __name__ == "__main__":
    main()
