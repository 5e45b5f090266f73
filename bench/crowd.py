"""Many people at one server, cheaply: a connection for each, the request ready before it is opened.

A client library costs more of the processor than the server's answer does, and both share one machine here.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

OK, GONE, UNAVAILABLE = 200, 410, 503

#: A code of the room is shown for twenty seconds and good for twenty more; the screen is looked at this often.
_LOOK = 5.0


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    retry_after: float
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody was told in the end, after so many seconds and tries; status 0 where they gave up."""

    status: int
    seconds: float
    tries: int
    recorded_at: str = ""


class _Call(asyncio.Protocol):
    """One connection, one request, one reply; a connection that ends before its reply is a ``ConnectionError``."""

    def __init__(self, request: bytes, reply: asyncio.Future[Reply]) -> None:
        self.request, self.reply, self.read = request, reply, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, ended, body = bytes(self.read).partition(b"\r\n\r\n")
        if not ended or self.reply.done():
            return
        first, *lines = head.split(b"\r\n")
        fields = {name.lower(): value.strip() for name, _colon, value in (line.partition(b":") for line in lines)}
        if len(body) >= int(fields.get(b"content-length", 0)):
            self.reply.set_result(Reply(int(first.split()[1]), float(fields.get(b"retry-after", 1)), body))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.reply.done():
            self.reply.set_exception(exc if isinstance(exc, ConnectionError) else ConnectionResetError())


class Door:
    """A server as a crowd meets it."""

    def __init__(self, address: str, patience: float = 60.0) -> None:
        parts = urlsplit(address)
        self.host, self.port, self.patience = parts.hostname or "127.0.0.1", parts.port or 80, patience

    def request(self, method: str, path: str, token: str, body: object = None, scheme: str = "Bearer") -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: {scheme} {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + content

    async def call(self, request: bytes) -> Reply:
        """Raises ``OSError`` (also ``TimeoutError``) where no reply came."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        async with asyncio.timeout(self.patience):
            transport, _call = await loop.create_connection(lambda: _Call(request, reply), self.host, self.port)
            try:
                return await reply
            finally:
                transport.close()


class Room:
    """The screen of the room: the code that is shown now."""

    def __init__(self, door: Door, session: str, token: str) -> None:
        self.door, self.session = door, session
        self.asks = door.request("GET", f"/api/v1/sessions/{session}/code", token)
        self.code = ""
        self.turns = asyncio.Condition()

    async def look(self) -> None:
        try:
            shown = await self.door.call(self.asks)
        except OSError:
            return
        if shown.status == OK and shown.json()["code"] != self.code:
            async with self.turns:
                self.code = shown.json()["code"]
                self.turns.notify_all()

    async def other_than(self, code: str) -> None:
        """Until the screen shows another one: nobody scans the same code again and again."""
        async with self.turns:
            await self.turns.wait_for(lambda: self.code != code)

    async def keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            await self.look()


async def sign_in(room: Room, token: str, wait: float, tries: int) -> Answer:
    """One person: scans, signs in, and tries again with the same nonce while no answer or a 503 comes.

    Who is told that the code has turned scans the one that is shown now; that too is the same nonce.
    """
    nonce, path = uuid4().hex, f"/api/v1/sessions/{room.session}/sign-in"
    await asyncio.sleep(wait)
    began, status = time.perf_counter(), 0
    for number in range(1, tries + 1):
        code = room.code
        request = room.door.request("POST", path, token, {"code": code, "nonce": nonce})
        try:
            reply = await room.door.call(request)
        except OSError:
            await asyncio.sleep(random.uniform(0.2, 0.6))
            continue
        status = reply.status
        if status == OK:
            return Answer(status, time.perf_counter() - began, number, reply.json()["recorded_at"])
        if status == GONE:
            await room.other_than(code)
        elif status == UNAVAILABLE:
            await asyncio.sleep(reply.retry_after)
        else:
            break
    return Answer(status, time.perf_counter() - began, number)


async def everybody(
    address: str, session: str, people: Sequence[str], convener: str, over: float, tries: int = 8
) -> list[Answer]:
    """All of them, evenly over so many seconds; the answers in their order."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room = Room(Door(address), session, convener)
    await room.look()
    screen = asyncio.create_task(room.keep_looking())
    try:
        return await asyncio.gather(
            *(sign_in(room, token, over * number / len(people), tries) for number, token in enumerate(people))
        )
    finally:
        screen.cancel()
