"""A mail server that keeps what it takes, and can have its client killed before or after it took a letter."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from types import TracebackType
from typing import Self


class MailServer:
    """``taken``: the Message-ID of each letter, in the order in which they came.

    ``on`` is called with ``offered`` and the number of the letter before it is read, with ``taken`` and the number
    before it is acknowledged; ``slow``: how many seconds each letter takes.
    """

    def __init__(self, on: Callable[[str, int], None] = lambda _what, _number: None, *, slow: float = 0) -> None:
        self.taken: list[str] = []
        self._offered, self._on, self._slow = 0, on, slow
        outer = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer._talk(self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Talk)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def _talk(self, asked, answer) -> None:
        def say(text: str) -> None:
            with suppress(OSError):  # whoever asked has been killed
                answer.write(f"{text}\r\n".encode())

        say("220 here")
        while line := asked.readline():
            match line.split()[0].upper():
                case b"DATA":
                    self._offered += 1
                    self._on("offered", self._offered)
                    say("354 go on")
                    self._take(asked)
                    say("250 taken")
                case b"QUIT":
                    say("221 bye")
                    return
                case _:
                    say("250 ok")

    def _take(self, asked) -> None:
        lines = []
        while (line := asked.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        if line:
            time.sleep(self._slow)
            self.taken.append(message_from_bytes(b"".join(lines))["Message-ID"])
            self._on("taken", len(self.taken))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
