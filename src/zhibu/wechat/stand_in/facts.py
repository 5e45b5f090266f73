"""Whose account the stand-in plays, and what its platform holds of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Played:
    """The account: what both sides were told. ``key`` is empty in plain mode."""

    app_id: str
    secret: str
    token: str
    key: str
    template: str
    callback: str


#: The account of a demo. Known to everybody: nothing in a demo is worth keeping from anybody.
DEMO = Played(
    app_id="wx0zhibudemo00001",
    secret="zhibu-demo-secret",  # noqa: S106 - see above
    token="zhibudemo",  # noqa: S106 - see above
    key="zhibu0demo0zhibu0demo0zhibu0demo0zhibu0demo",
    template="zhibu-demo-template",
    callback="http://localhost:8000/wechat/wx0zhibudemo00001/",
)


@dataclass(slots=True)
class Line:
    """What stands in a chat: ``way`` is ``sent``, ``answer``, ``notice`` or ``platform``."""

    number: int
    way: str
    text: str
    url: str = ""
    id: str = ""


@dataclass(slots=True)
class Phone:
    """Somebody who follows the account, by the name that the platform gives them towards it."""

    openid: str
    follows: bool = True
    last_sent: float = 0.0
    lines: list[Line] = field(default_factory=list)
