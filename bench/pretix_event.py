# mypy: ignore-errors
"""Run by the interpreter that pretix is installed in: an event whose tickets wait to be redeemed.

Writes one JSON document: the token of a team that may redeem, the check-in list, and the tickets' secrets.
"""

import datetime as dt
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretix.settings")
django.setup()

from django.utils.timezone import now  # noqa: E402 - only after the set-up
from django_scopes import scopes_disabled  # noqa: E402
from pretix import __version__  # noqa: E402
from pretix.base.models import Event, Order, OrderPosition, Organizer, Team  # noqa: E402

with scopes_disabled():
    house = Organizer.objects.create(name="Bureau", slug="bureau")
    lesson = Event.objects.create(organizer=house, name="Lesson", slug="lesson", date_from=now(), live=True)
    place = lesson.items.create(name="Place", default_price=0, admission=True)
    door = lesson.checkin_lists.create(name="Door", all_products=True)
    team = Team.objects.create(organizer=house, name="Door", all_events=True, all_event_permissions=True)
    channel = house.sales_channels.get(identifier="web")
    secrets = []
    for number in range(int(sys.argv[1])):
        order = Order.objects.create(
            code=f"B{number:05}",
            event=lesson,
            email="somebody@example.com",
            status=Order.STATUS_PAID,
            datetime=now(),
            expires=now() + dt.timedelta(days=1),
            total=0,
            locale="en",
            sales_channel=channel,
        )
        named = {"_scheme": "full", "full_name": f"Person {number}"}
        position = OrderPosition.objects.create(
            order=order, item=place, variation=None, price=0, attendee_name_parts=named, secret=f"ticket{number:06}"
        )
        secrets.append(position.secret)
    made = {
        "version": __version__,
        "token": team.tokens.create(name="bench").token,
        "list": door.pk,
        "secrets": secrets,
    }
    sys.stdout.write(json.dumps(made))
