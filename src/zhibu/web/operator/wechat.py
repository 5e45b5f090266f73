"""``zhibu wechat``: the platform's side for tests and demos, and the relay of the outer zone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from zhibu.web.operator.serve import Host, refuse_taken, server_for
from zhibu.web.operator.terminal import DataFolder, begin_beside, fail_usage, messages
from zhibu.wechat.stand_in.facts import DEMO, Played

_HOST = "127.0.0.1"
#: Seconds between two looks at whether the one it stands beside has ended.
_BLINK = 0.5

app = typer.Typer(no_args_is_help=True, help="The official account: a stand-in for the platform, and the relay.")

Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]
Callback = Annotated[str, typer.Option(help="Where messages are delivered; the demo's own address unless given.")]
Plain = Annotated[bool, typer.Option("--plain", help="Deliver in plain mode; sealed (AES) unless given.")]
Beside = Annotated[int, typer.Option(hidden=True, help="End when the process of this id has ended.")]

Open = Annotated[bool, typer.Option("--plain", help="Messages come in plain mode; sealed (AES) unless given.")]

#: The settings that name the account, and the part of it that each gives.
_NAMED = {
    "app_id": "ZHIBU_WECHAT_APP_ID",
    "secret": "ZHIBU_WECHAT_SECRET",
    "token": "ZHIBU_WECHAT_TOKEN",
    "key": "ZHIBU_WECHAT_AES_KEY",
    "template": "ZHIBU_WECHAT_TEMPLATE",
}


@app.command("stand-in")
def stand_in(port: Port = 8100, callback: str = "", *, plain: Plain = False, beside: Beside = 0) -> None:
    """Play the platform's side of an account, with a page to chat on, until stopped. Nothing is kept.

    The account is the demo's, or the one that the settings ZHIBU_WECHAT_… name.
    """
    from zhibu.wechat.stand_in.server import StandIn

    refuse_taken(_HOST, port)
    with StandIn(played(callback, plain=plain), host=_HOST, port=port) as running:
        messages.print(f"The stand-in listens on {running.url}", highlight=False)
        while not beside or os.getppid() == beside:
            time.sleep(_BLINK)


def played(callback: str = "", *, plain: bool = False) -> Played:
    given = {part: os.environ.get(name, getattr(DEMO, part)) for part, name in _NAMED.items()}
    if plain:
        given["key"] = ""
    return Played(**given, callback=callback or f"http://localhost:8000/wechat/{given['app_id']}/")


@app.command("relay")
def relay(host: Host = "127.0.0.1", port: Port = 8200, data: DataFolder = None, *, plain: Open = False) -> None:
    """Take the platform's calls in the outer zone and keep them until the main server fetches them, until stopped.

    Needs ZHIBU_WECHAT_APP_ID, ZHIBU_WECHAT_TOKEN and ZHIBU_WECHAT_RELAY_SECRET, and no other setting or database.
    """
    from zhibu.wechat.relay.served import PLAIN, outer_of

    folder = data or Path(os.environ.get("ZHIBU_DATA_DIR") or user_data_path("zhibu-relay", appauthor=False))
    os.environ["ZHIBU_DATA_DIR"] = str(folder.absolute())
    if plain:
        os.environ[PLAIN] = "1"
    refuse_taken(host, port)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        outer_of(os.environ)
    except (ValueError, OSError) as error:
        fail_usage(str(error))
    messages.print(f"The relay listens on http://{host}:{port}", highlight=False)
    server_for("zhibu.wechat.relay.served:application", host, port).serve()


# --- Beside a demo -------------------------------------------------------------------------------------------------


def settings_of_demo(port: int) -> dict[str, str]:
    """What makes a served demo talk with a stand-in on this port."""
    return {name: getattr(DEMO, part) for part, name in _NAMED.items()} | {
        "ZHIBU_WECHAT_PROFILE": "full",
        "ZHIBU_WECHAT_API": f"http://localhost:{port}",
        "ZHIBU_WECHAT_AUTHORIZE": f"http://localhost:{port}/connect/oauth2/authorize",
    }


@contextmanager
def a_stand_in_beside(port: int, served: int) -> Iterator[None]:
    """A stand-in in a process of its own for the demo that is served on ``served``, as long as this lasts."""
    callback = f"http://localhost:{served}/wechat/{DEMO.app_id}/"
    process = begin_beside("wechat", "stand-in", "--port", str(port), "--callback", callback)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
