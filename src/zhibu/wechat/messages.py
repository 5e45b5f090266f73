"""What comes in and goes out as XML: one flat document a message.

Entities are neither declared nor fetched: a document type of any kind is refused before anything in it is read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from zhibu.wechat.errors import Unreadable

#: No message of the platform is larger; larger bodies are not read.
LARGEST = 64 * 1024
#: Of a text, so many characters are kept: the platform lets nobody type more.
LONGEST_TEXT = 2048
#: Bytes of an answer's text.
LONGEST_ANSWER = 2048

_MOST_ELEMENTS, _DEEPEST = 200, 6
#: Right below the root.
_FIELD = 2

#: Characters of a name, of a kind, digits of a time: those of the platform are shorter.
_LONGEST_NAME, _LONGEST_KIND, _LONGEST_TIME = 64, 32, 11

#: Kinds of message.
TEXT, EVENT = "text", "event"


class _Reader:
    """Collects the elements right below the root; what stands deeper is passed over."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._depth = self._elements = 0
        self._said: list[str] = []

    def start(self, _name: str, _attributes: object) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise Unreadable("too many elements")
        self._said = []

    def end(self, name: str) -> None:
        if self._depth == _FIELD:
            self.fields.setdefault(name, "".join(self._said))
        self._depth -= 1
        self._said = []

    def text(self, said: str) -> None:
        self._said.append(said)


def _refuse(*_declared: object) -> NoReturn:
    raise Unreadable("a document type")


def fields_of(document: bytes) -> dict[str, str]:
    """The elements right below the root, by name; the first of a name counts. Raises ``Unreadable``."""
    parser, reader = expat.ParserCreate(), _Reader()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.UnparsedEntityDeclHandler = parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(str(error)) from error
    return reader.fields


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody sent, or what happened: ``event`` in lower case, ``key`` of the menu's line or the code scanned.

    ``id`` is the platform's number of a message, empty for events. ``made_at``: seconds since 1970, by its clock.
    """

    receiver: str
    sender: str
    kind: str
    made_at: int
    id: str = ""
    text: str = ""
    event: str = ""
    key: str = ""
    status: str = ""

    def once(self, account: str) -> str:
        """The same for each delivery of one message, other for any other message of this account."""
        parts = (account, self.id) if self.id else (account, self.sender, str(self.made_at), self.event, self.key)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def message_of(document: bytes) -> Message:
    """Raises ``Unreadable``."""
    fields = fields_of(document)
    receiver, sender, made_at = fields.get("ToUserName", ""), fields.get("FromUserName", ""), fields.get("CreateTime")
    kind = fields.get("MsgType", "").lower()
    if not (receiver and sender and kind and made_at and made_at.isascii() and made_at.isdigit()):
        raise Unreadable("no message")
    if max(len(sender), len(receiver)) > _LONGEST_NAME or len(kind) > _LONGEST_KIND or len(made_at) > _LONGEST_TIME:
        raise Unreadable("no message")
    return Message(
        receiver=receiver,
        sender=sender,
        kind=kind,
        made_at=int(made_at),
        id=(fields.get("MsgId") or "")[:64] if kind != EVENT else "",
        text=(fields.get("Content") or "")[:LONGEST_TEXT] if kind == TEXT else "",
        event=(fields.get("Event") or "").lower()[:40] if kind == EVENT else "",
        key=(fields.get("EventKey") or fields.get("MsgID") or "")[:128] if kind == EVENT else "",
        status=(fields.get("Status") or "")[:40] if kind == EVENT else "",
    )


def cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def fitting(text: str, most: int = LONGEST_ANSWER) -> str:
    """The beginning of a text that takes at most so many bytes; a whole number of characters."""
    whole = text.encode()
    return text if len(whole) <= most else whole[: most - 3].decode(errors="ignore") + "…"


def _without_controls(text: str) -> str:
    return "".join(character for character in text if character >= " " or character in "\t\n")


def text_answer(message: Message, text: str, *, at: int) -> str:
    """The answer to a message, as it is given in the answer to its call (被动回复)."""
    said = fitting(_without_controls(text))
    return (
        f"<xml><ToUserName>{cdata(message.sender)}</ToUserName><FromUserName>{cdata(message.receiver)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{cdata(said)}</Content></xml>"
    )
