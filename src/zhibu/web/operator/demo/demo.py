"""``zhibu demo``: the command. Makes the demo bureau where there is none yet, and serves it."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer

from zhibu.web.operator.demo.days import EARLIEST, LATEST
from zhibu.web.operator.demo.folder import PASSWORD, STUDY_PACK, Demo, FolderRefused, chosen, kept
from zhibu.web.operator.demo.making import make
from zhibu.web.operator.serve import Port, listen, refuse_taken
from zhibu.web.operator.terminal import AsJson, DataFolder, fail_usage, print_json, refuse, start
from zhibu.web.operator.wechat import a_stand_in_beside, settings_of_demo
from zhibu.web.operator.worker import a_worker_beside

_HOST = "127.0.0.1"
_EVERY = 0.1

Today = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The date on which the demo lives; the real one unless given."),
]
NoServe = Annotated[bool, typer.Option("--no-serve", help="Make it and stop.")]


def demo(
    port: Port = 8000,
    data: DataFolder = None,
    *,
    no_serve: NoServe = False,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Make a fictional bureau in a folder of its own (a second run keeps it) and serve it."""
    served = today.date() if today else None
    if served and not EARLIEST <= served <= LATEST:
        fail_usage(f"--today: the demo lives between {EARLIEST} and {LATEST}, not on {served}.")
    if not no_serve:
        refuse_taken(_HOST, port)
    there = _made(chosen(data), served)

    chat = 0 if no_serve else _chat_port(port)

    def report() -> None:
        _report(there, f"http://localhost:{port}", chat, as_json=as_json)

    if no_serve:
        report()
        return
    os.environ.setdefault("ZHIBU_URL", f"http://localhost:{port}")
    if chat:
        os.environ.update(settings_of_demo(chat))
    start(there.folder)
    threading.Thread(target=_when_it_answers, args=(port, report), daemon=True).start()
    with a_stand_in_beside(chat, port) if chat else nullcontext(), a_worker_beside():
        listen(_HOST, port)


def _chat_port(port: int) -> int:
    """Where one talks to the account; 0 where the settings name a real one.

    A hundred above the demo's own port: 8100 beside 8000. Any free one where that is taken.
    """
    if "ZHIBU_WECHAT_PROFILE" in os.environ:
        return 0
    for tried in (port + 100, 0):
        with socket.socket() as probe, suppress(OSError, OverflowError):
            probe.bind((_HOST, tried))
            found: int = probe.getsockname()[1]
            return found
    return 0


def _made(folder: Path, today: dt.date | None) -> Demo:
    """The demo in the folder, made now where there is none. One that lives on another date is not made anew."""
    try:
        there = kept(folder)
        if there is None:
            if code := make(folder, today):
                raise typer.Exit(code)
            there = kept(folder)
            assert there is not None
    except FolderRefused as refusal:
        refuse(str(refusal))
    if today and there.today != today.isoformat():
        refuse(f"The demo in {folder} lives on {there.today}. Choose another folder with --data, or delete that one.")
    return there


def _when_it_answers(port: int, report: Callable[[], None]) -> None:
    while not _answers(port):
        time.sleep(_EVERY)
    report()


def _answers(port: int) -> bool:
    pulse = http.client.HTTPConnection(_HOST, port, timeout=5)
    try:
        pulse.request("GET", "/healthz")
        return pulse.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        pulse.close()


def _report(there: Demo, url: str, chat: int, *, as_json: bool) -> None:
    if as_json:
        accounts = [
            {
                "role": account.role,
                "login": account.login,
                "password": PASSWORD,
                "organization": account.organization,
            }
            for account in there.accounts
        ]
        print_json({"url": url, "data_dir": str(there.folder), "today": there.today, "accounts": accounts})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("role", "login", "name", "organization", title=f"The demo lives on {there.today}: {url}")
    for account in there.accounts:
        table.add_row(account.role, account.login, account.name, account.organization or "")
    console = Console()
    console.print(table)
    if chat:
        console.print(f"Talk to the official account: http://localhost:{chat}", highlight=False)
    if (pack := there.folder / STUDY_PACK).exists():
        console.print(f"A study pack to take in at /learn/packs/: {pack}", highlight=False, soft_wrap=True)
    console.print(f"Everybody's password: {PASSWORD}    Folder: {there.folder}", highlight=False, soft_wrap=True)
