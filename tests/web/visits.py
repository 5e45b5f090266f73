"""Who comes in by a test client, and what they read."""

from __future__ import annotations

import re

from django.test import Client

from tests import world
from tests.web.strict import faults_of
from zhibu.apps.people.models import Person


def client_of(person: Person) -> Client:
    """Logged in, reading Chinese."""
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def text(answer) -> str:
    """All of an answer, on one line."""
    return " ".join(answer.content.decode().split())


def text_of(answer, status: int = 200) -> str:
    """The words of the main part of a page that keeps to the security policy."""
    assert answer.status_code == status, answer.status_code
    html = answer.content.decode()
    assert faults_of(html) == []
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))
