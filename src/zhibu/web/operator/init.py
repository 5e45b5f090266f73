"""``zhibu init``: a real installation, its database and the first three administrators."""

from __future__ import annotations

from zhibu.web.operator.terminal import AsJson, DataFolder, messages, print_json, refuse, start


def init(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Make the database and one account for each of the three administrators, with printed one-time codes."""
    start(data)
    from django.db import transaction

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.people.actions.accounts import make_administrator
    from zhibu.apps.people.models import Grant
    from zhibu.domain.terms import ADMINISTRATORS
    from zhibu.web.shell import clock

    at = clock.now()
    if Grant.objects.on(at.date()).filter(role__in=ADMINISTRATORS).exists():
        refuse("This installation already has administrators. New codes: zhibu codes LOGIN.")
    with transaction.atomic():
        made = [
            {
                "role": role.value,
                "login": role.value,
                "one_time_code": make_administrator(role, actor=OPERATOR, at=at),
            }
            for role in ADMINISTRATORS
        ]
    if as_json:
        print_json({"administrators": made})
        return
    messages.print("Three administrators; hand each code to one person. No one may hold two.")
    for row in made:
        print(f"{row['role']:10} login: {row['login']:10} one-time code: {row['one_time_code']}")  # noqa: T201
    messages.print("Next: zhibu serve")
