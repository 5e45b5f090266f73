"""``zhibu serve``: the web process, and the worker beside it."""

from __future__ import annotations

import hashlib
import socket
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.db import connections

from zhibu.web.operator.terminal import DataFolder, fail_usage, messages, start
from zhibu.web.operator.worker import a_worker_beside

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

Host = Annotated[str, typer.Option(help="The address to listen on; behind a reverse proxy keep it local.")]
Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]
Worker = Annotated[bool, typer.Option("--worker/--no-worker", help="The worker beside it reminds and mails.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000, data: DataFolder = None, *, worker: Worker = True) -> None:
    """Serve the pages and the JSON API until stopped, with the worker that reminds and mails beside."""
    start(data)
    refuse_taken(host, port)
    with a_worker_beside() if worker else nullcontext():
        listen(host, port)


def listen(host: str, port: int) -> None:
    """Run the web server until a signal ends it. Django is up; this process watches over the one that answers.

    That one is forked with everything loaded, so that the two share the memory; no connection to the database is.
    """
    prepare_static()
    refuse_taken(host, port)
    import_module("zhibu.config.wsgi")  # not by a name: ``config`` stands above this floor
    _open_day()
    connections.close_all()
    messages.print(f"zhibu listens on http://{host}:{port}", highlight=False)
    server_for("zhibu.config.wsgi:application", host, port).serve()


def server_for(application: str, host: str, port: int) -> AbstractServer[Any]:
    """One server process with threads: on SQLite a second one would only wait for the same lock."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    return Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        backlog=2048,
        log_access=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    )


def _open_day() -> None:
    """What the packs say may have changed since the last start, and so may the day; pages only read what is owed."""
    from zhibu.apps.oversight import live
    from zhibu.web.shell import clock

    live.open_day(clock.today())


def refuse_taken(host: str, port: int) -> None:
    """End here where another program listens already: the server itself would say so only in a traceback."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail_usage(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.")


def prepare_static() -> None:
    """Gather the files that browsers load, hashed and compressed, where they changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    known = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            known.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    root: Path = settings.STATIC_ROOT
    note = root / ".gathered"
    if note.exists() and note.read_text() == known.hexdigest():
        return
    if root.is_dir() and any(root.iterdir()) and not note.exists() and root != settings.DATA_DIR / "static":
        fail_usage(
            f"Setting ZHIBU_STATIC_ROOT: {root} holds something else, which would go. Empty it, or choose another."
        )
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    note.write_text(known.hexdigest())
