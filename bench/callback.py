"""How many messages of the platform a second, beside a WeRoBot without session store, plain and sealed, in one run.

Both stand on the same server: one process with eight threads, as ``zhibu serve`` starts it (here without its
worker; ``--worker`` lets it work on the messages meanwhile). Ours judges signature and age, opens the envelope, and
acknowledges after the row is on the disk (SQLite, WAL, FULL); the robot (``bench.beside_werobot``) forgets what it
has read. It is measured twice: where it says nothing, which costs it least, and where it answers in the call, which
is its way of use. So many connections that stay open, each with its next call ready; rounds in turn, a first one to
warm up. In the end the rows are counted: as many as were acknowledged. Exits 1 where they are not, or where ours is
not 3 times as quick as the robot that answers.

    python -m bench.callback [--rounds 5] [--messages 3000] [--at-once 32] [--worker] [--werobot DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.beside_werobot import APP, ASKS, KEY, TOKEN, install, werobot
from bench.live import Server
from bench.start import processor_seconds
from zhibu.wechat.envelope import Envelope, key_of
from zhibu.wechat.messages import cdata
from zhibu.wechat.signature import signature_of
from zhibu.wechat.stand_in.delivery import message

TIMES = 3.0
_numbers = count(1)
_ENVELOPE = Envelope(TOKEN, key_of(KEY), APP)


def calls(address: str, many: int, said: str, *, sealed: bool) -> list[bytes]:
    """As the platform makes them, each with a message of its own; signed now, so that none is old meanwhile."""
    host, numbers = urlsplit(address).netloc, [next(_numbers) for _one in range(many)]
    return [_call(host, f"{said} {number}", number, sealed=sealed) for number in numbers]


def _call(host: str, text: str, number: int, *, sealed: bool) -> bytes:
    openid = f"oBench{number % 500:022d}"
    body = message(openid, number=23_000_000_000_000_000 + number, text=text, at=time.time())
    timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
    query = {"signature": signature_of(TOKEN, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    query["openid"] = openid
    if sealed:
        inside = _ENVELOPE.seal(body.encode())
        query |= {"encrypt_type": "aes", "msg_signature": signature_of(TOKEN, timestamp, nonce, inside)}
        body = f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt>{cdata(inside)}</Encrypt></xml>"
    content = body.encode()
    head = (
        f"POST /wechat/{APP}/?{urlencode(query)} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/4.0\r\n"
        f"Accept: */*\r\nContent-Type: text/xml\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class _Line(asyncio.Protocol):
    """One connection that stays open: the next call goes out when the answer to the last is there."""

    def __init__(self, waiting: list[bytes], seconds: list[float], over: asyncio.Future[None]) -> None:
        self.waiting, self.seconds, self.over = waiting, seconds, over
        self.read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._go_on()

    def _go_on(self) -> None:
        if not self.waiting:
            self.over.set_result(None)
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(self.waiting.pop())

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, ended, body = bytes(self.read).partition(b"\r\n\r\n")
        if not ended or len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        self.seconds.append(time.perf_counter() - self.began)
        self.read.clear()
        if b" 200 " not in head[:16]:
            self.over.set_exception(SystemExit(f"answered {head[:80]!r}"))
            self.transport.close()
            return
        self._go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(SystemExit("a connection ended before its answer"))


async def _deliver(address: str, requests: list[bytes], at_once: int) -> tuple[list[float], float]:
    where, loop, seconds = urlsplit(address), asyncio.get_running_loop(), list[float]()
    over = [loop.create_future() for _one in range(at_once)]
    began = time.perf_counter()
    for each in over:
        await loop.create_connection(lambda end=each: _Line(requests, seconds, end), where.hostname, where.port)
    await asyncio.gather(*over)
    return seconds, time.perf_counter() - began


@dataclass(slots=True)
class Measured:
    """One of those that are compared: who, in which mode, and its rounds."""

    name: str
    address: str
    group: int
    sealed: bool
    said: str
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    sent: int = 0
    spent: float = 0.0

    def round(self, many: int, at_once: int, *, counts: bool) -> None:
        requests = calls(self.address, many, self.said, sealed=self.sealed)
        before = processor_seconds(self.group)
        seconds, took = asyncio.run(_deliver(self.address, requests, at_once))
        self.sent += len(seconds)
        if counts:
            self.rates.append(len(seconds) / took)
            self.seconds += seconds
            self.spent += processor_seconds(self.group) - before

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        return (
            f"{self.name:24} {self.rate:6.0f} a second (rounds {min(self.rates):.0f} to {max(self.rates):.0f}), "
            f"median {1000 * statistics.median(ordered):5.1f} ms, p99 "
            f"{1000 * ordered[int(len(ordered) * 0.99) - 1]:5.1f}, the longest {1000 * ordered[-1]:.0f}; "
            f"{1e6 * self.spent / len(ordered):.0f} µs of the server's processor each"
        )


def ours(folder: Path, *, sealed: bool, worker: bool) -> Server:
    """A served folder of its own, without anything in it but the account."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "ZHIBU_DATA_DIR": str(folder),
        "ZHIBU_WECHAT_PROFILE": "full",
        "ZHIBU_WECHAT_APP_ID": APP,
        "ZHIBU_WECHAT_SECRET": "bench",
        "ZHIBU_WECHAT_TOKEN": TOKEN,
        "ZHIBU_WECHAT_AES_KEY": KEY if sealed else "",
        "ZHIBU_WECHAT_API": "http://127.0.0.1:1",
    }
    return Server(env, *([] if worker else ["--no-worker"]))


def rows_in(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "zhibu.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM account_content_incoming").fetchone()[0])


def compare(measured: Sequence[Measured], rounds: int, messages: int, at_once: int) -> None:
    for turn in range(rounds + 1):
        for each in measured:
            each.round(messages, at_once, counts=turn > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("--werobot", type=Path, help="where WeRoBot is installed, or is to be and stays")
    asked = parser.parse_args()
    held = True
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhibu-callback-")))
        robots = asked.werobot or scratch / "werobot"
        print(f"WeRoBot {install(robots)}, without session store; {asked.at_once} connections", flush=True)
        for sealed in (False, True):
            held &= one_mode(scratch, robots, asked, sealed=sealed)
    return 0 if held else 1


def one_mode(scratch: Path, robots: Path, asked: argparse.Namespace, *, sealed: bool) -> bool:
    """Plain, or sealed; whether the figure is held."""
    mode = "sealed" if sealed else "plain"
    folder = scratch / mode
    folder.mkdir()
    served = ours(folder, sealed=sealed, worker=asked.worker)
    served.start()
    try:
        assert served.process is not None
        with werobot(robots, sealed=sealed) as beside:
            kept = Measured(f"{mode}: zhibu", served.address, served.process.pid, sealed, "产地证怎么办")
            silent = Measured(f"{mode}: WeRoBot, silent", *beside, sealed, "产地证怎么办")
            answers = Measured(f"{mode}: WeRoBot, answers", *beside, sealed, ASKS)
            compare((kept, silent, answers), asked.rounds, asked.messages, asked.at_once)
    finally:
        served.kill()
    for each in (kept, silent, answers):
        print(each)
    rows = rows_in(folder)
    print(
        f"{mode}: {kept.rate / answers.rate:.2f} times the robot that answers (goal {TIMES:.0f}), "
        f"{kept.rate / silent.rate:.2f} times the silent one; {kept.sent} acknowledged, {rows} rows after SIGKILL; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return rows == kept.sent and kept.rate >= TIMES * answers.rate


if __name__ == "__main__":
    sys.exit(main())
