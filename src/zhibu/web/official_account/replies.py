"""What the account says: one function a word. Each asks what the member's page asks, and leads to that page.

An answer stands on a locked screen, and in another company's computers: words, days and numbers, no name of a person
or an organization, no title, no place, nothing from a record.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.account_content.actions.binding import bind_by_code, plain_code, unbind
from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Binding
from zhibu.apps.account_content.queries import account_of, binding_of, public_articles
from zhibu.apps.guides.queries import answers
from zhibu.apps.learning.making_up import Missed, missed_by
from zhibu.apps.learning.units import next_units
from zhibu.apps.lists.queries import duties_at, places_of
from zhibu.apps.meetings.mine import Ahead, ahead_of, tasks_held_by
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.mine import owed_by
from zhibu.apps.oversight.queries import calendar_kept, cells_around
from zhibu.apps.people.access import Asker, organizations_convened_by
from zhibu.apps.people.models import Account
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rules.queries import use_edition
from zhibu.domain.compliance import Status, opens
from zhibu.domain.learning import MakeUpState
from zhibu.domain.requirements import Measure
from zhibu.domain.terms import AccountApp, GuideAudience, MeetingKind, OrganizationKind
from zhibu.web.shell import clock
from zhibu.web.shell.owed import owed, period_in_words
from zhibu.web.shell.platforms import knows_people
from zhibu.web.shell.rule_words import as_written
from zhibu.wechat.messages import EVENT, TEXT

#: So many lines of what is due are said; the page has all.
MOST_LINES = 5
#: Guides that are said to answer somebody's words. Only public ones, to whomever: internal ones do not leave.
MOST_ANSWERS = 3
#: Looked at for the next session: those that are off or over are passed over.
_LOOKED_AT = 20
#: A code that has just bound this phone may be delivered again.
_JUST_NOW = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who wrote from a bound phone, and when."""

    account: Account
    asker: Asker
    person: UUID
    at: dt.datetime


def reply_to(app: AccountApp, sender: str, kind: str, text: str, event: str, key: str) -> str:
    """The answer; empty where there is nothing to say. Words of the menu are answered like words that are typed."""
    with override(settings.LANGUAGE_CODE):
        if kind == EVENT:
            return _happened(app, sender, event, key)
        if kind != TEXT:
            return _("Only text can be read here. %(help)s") % {"help": _words()}
        return _said(app, sender, text)


def _happened(app: AccountApp, sender: str, event: str, key: str) -> str:
    match event:
        case "subscribe" | "enter_agent":
            return _("Welcome. %(help)s") % {"help": _words()}
        case "unsubscribe":
            for bound in Binding.objects.filter(app=app, sender=sender).select_related("account"):
                unbind(bound, actor=bound.account.actor, at=clock.now())
            return ""
        case "click":
            return _said(app, sender, key)
        case _:
            return ""


def _said(app: AccountApp, sender: str, text: str) -> str:
    said = unicodedata.normalize("NFKC", text).strip()
    if not knows_people():
        return _public(said)
    code = plain_code(said)
    if code is not None:
        return _bind(app, sender, code)
    account = account_of(app, sender)
    if said in _UNBIND:
        return _unbind(app, account)
    answer = WORDS.get(said)
    if answer is None:
        return _public(said)
    if account is None or account.person_id is None:
        return _not_bound()
    at = clock.now()
    asker = asker_of(account, at.date())
    use_edition(asker.edition)
    return answer(Asked(account, asker, account.person_id, at))


# --- Phones --------------------------------------------------------------------------------------------------------

_UNBIND = frozenset({"解绑", "解除绑定"})


def _bind(app: AccountApp, sender: str, code: str) -> str:
    at = clock.now()
    try:
        bind_by_code(code, app=app, sender=sender, at=at)
    except AccountContentRefusal as refusal:
        account = account_of(app, sender)
        bound = binding_of(account, app) if account is not None else None
        if bound is None or at - bound.since > _JUST_NOW:
            return str(refusal)
    return _("This phone is yours from now on. %(help)s") % {"help": _words()}


def _unbind(app: AccountApp, account: Account | None) -> str:
    bound = binding_of(account, app) if account is not None else None
    if account is None or bound is None:
        return _("This phone is bound to nobody.")
    unbind(bound, actor=account.actor, at=clock.now())
    return _("This phone is bound to nobody any more.")


def _not_bound() -> str:
    return _("This is for people of the house. Bind this phone first: %(address)s") % {
        "address": _page("bound_phone")
    }


# --- What is public ------------------------------------------------------------------------------------------------


def _public(said: str) -> str:
    """For everybody, in both profiles."""
    if said in _HELP or not said:
        return _words()
    if said in _ARTICLES:
        return _latest()
    found = answers(said, on=clock.today(), audience=GuideAudience.PUBLIC, limit=MOST_ANSWERS)
    if not found:
        return _("Nothing was found for these words. %(help)s") % {"help": _words()}
    return "\n\n".join(f"{one.title}\n{one.excerpt}\n{settings.URL}{one.path}" for one in found)


_HELP = frozenset({"帮助", "?", "help"})
_ARTICLES = frozenset({"文章", "动态"})


def _latest() -> str:
    lines = [
        f"{article.title}\n{_page('public_article', article.pk)}" for article in public_articles()[:_ARTICLES_SAID]
    ]
    return "\n".join(lines) or _("No article has been published yet.")


_ARTICLES_SAID = 3


def _words() -> str:
    """What can be asked, in one line."""
    known = [*WORDS, "文章", "帮助"] if knows_people() else ["文章", "帮助"]
    return _("You can write %(words)s, or what you want to know.") % {"words": "、".join(known)}


# --- What is mine --------------------------------------------------------------------------------------------------


def learn(asked: Asked) -> str:
    """学习: hours of this year, and what comes next: a lesson to make up, a unit, else the next lesson."""
    today = asked.at.date()
    mine = owed_by(asked.person, since=dt.date(today.year, 1, 1), until=dt.date(today.year, 12, 31), on=today)
    hours = sum((one.record.amount for one in mine.study), Fraction(0))
    said = _("Organized study this year: %(hours)s hours.") % {"hours": _in_hours(hours)}
    needed = next((cell.needed for cell in mine.cells if cell.rule.measure is Measure.HOURS), None)
    if needed is not None:
        said = _("Organized study this year: %(hours)s of %(needed)s hours.") % {
            "hours": _in_hours(hours),
            "needed": needed,
        }
    missed = next((one for one in missed_by(asked.person, today, most=_LOOKED_AT) if not _waits(one)), None)
    if missed is not None:
        return _lines(said, _("A lesson waits to be made up:"), _page("make_up", missed.meeting.pk))
    unit = next(iter(next_units(asked.asker, today, most=1)), None)
    if unit is not None:
        return _lines(said, _("Your next unit, a few minutes:"), _page("unit", unit.pk))
    lesson = next((one for one in _ahead(asked) if _is_lesson(one)), None)
    if lesson is None:
        return _lines(said, _("No lesson is announced."), _page("my_owed"))
    return _lines(said, _("Next lesson: %(when)s") % {"when": _when(lesson)}, _page("meeting", lesson.meeting.pk))


def _waits(one: Missed) -> bool:
    """Declared, and for another to confirm."""
    return one.make_up is not None and one.make_up.word is MakeUpState.DECLARED


def _is_lesson(one: Ahead) -> bool:
    return any(meeting.word is MeetingKind.LESSON for meeting in one.meetings)


def month(asked: Asked) -> str:
    """本月: what is due for me, and for the organizations whose meetings I convene."""
    today = asked.at.date()
    last = _last_of_month(today)
    mine = owed_by(asked.person, since=today.replace(day=1), until=last, on=today)
    open_ = [
        _line(cell.rule.requirement, cell.rule.label, period_in_words(cell.rule.period, cell.first, cell.last))
        for cell in mine.cells
        if cell.status in {Status.DUE, Status.MISSING}
    ]
    tasks = tasks_held_by(asked.person, today).filter(done_on__isnull=True).count()
    if tasks:
        open_.append(_("tasks: %(number)s") % {"number": tasks})
    theirs = _owed_where_convening(asked.asker, today)
    shown = [*open_, *theirs][:MOST_LINES]
    if not shown:
        return _lines(_("Nothing is due for you this month."), _page("my_owed"))
    page = _page("this_month") if theirs else _page("my_owed")
    return _lines(_("Due this month: %(number)s") % {"number": len(open_) + len(theirs)}, *shown, page)


def _owed_where_convening(asker: Asker, today: dt.date) -> list[str]:
    convened = organizations_convened_by(asker).filter(dissolved__isnull=True)
    places: list[Organization] = list(convened.exclude(kind=OrganizationKind.LEADING_GROUP.value))
    if not places:
        return []
    calendar = calendar_kept(today)
    stands = [owed(cell, calendar, today) for cell in cells_around(places, today)]
    return [
        _line(one.rule.requirement, one.label, one.period)
        for one in stands
        if one.status is Status.DUE and opens(one.rule, one.cell.first, one.cell.last) <= today
    ]


def _line(requirement: str, label: str, period: str) -> str:
    """A requirement of the unit's own is not named: what it is called is the unit's affair."""
    return f"{_('a requirement of the unit') if requirement.startswith('unit.') else as_written(label)}（{period}）"


def meeting(asked: Asked) -> str:
    """会议: my next session."""
    coming = next(iter(_ahead(asked)), None)
    if coming is None:
        return _lines(_("No meeting is ahead of you."), _page("today"))
    said = _("Your next session: %(kind)s, %(when)s") % {"kind": _kinds(coming), "when": _when(coming)}
    lines = [said]
    if coming.has_leave:
        lines.append(_LEAVE[coming.granted]())
    elif coming.duty.clashes is not None:
        lines.append(_("It falls into your shift."))
    return _lines(*lines, _page("meeting", coming.meeting.pk))


_LEAVE: dict[bool | None, Callable[[], str]] = {
    None: lambda: _("Your leave is asked for."),
    True: lambda: _("Your leave is granted."),
    False: lambda: _("Your leave is not granted."),
}


def leave(asked: Asked) -> str:
    """请假: where it is asked in one tap; not here, for the reason is nobody else's affair."""
    coming = next(iter(_ahead(asked)), None)
    if coming is None:
        return _lines(_("No meeting is ahead of you."), _page("today"))
    if coming.has_leave:
        return _lines(_when(coming), _LEAVE[coming.granted](), _page("meeting", coming.meeting.pk))
    return _lines(
        _("Ask for leave from %(kind)s, %(when)s, on its page:") % {"kind": _kinds(coming), "when": _when(coming)},
        _page("meeting", coming.meeting.pk),
    )


def duties(asked: Asked) -> str:
    """职责: how many, and where they stand; their words are the branch's."""
    borne = duties_at(places_of(asked.person, asked.at.date()), asked.at.date())
    number = sum(not row.is_right for _place, rows in borne for row in rows)
    if not number:
        return _lines(_("No duties are written down for you."), _page("my_duties"))
    return _lines(_("Your duties: %(number)s") % {"number": number}, _page("my_duties"))


def _ahead(asked: Asked) -> list[Ahead]:
    """Sessions that take place, and where I have not been yet."""
    return [
        one
        for one in ahead_of(asked.person, asked.at, most=_LOOKED_AT)
        if not one.is_off and not one.is_here and one.session.ends_at > asked.at
    ]


def _kinds(one: Ahead) -> str:
    return "、".join(meeting.word.zh for meeting in one.meetings)


def _when(one: Ahead) -> str:
    starts = localtime(one.session.starts_at)
    facts = {"month": starts.month, "day": starts.day, "time": f"{starts:%H:%M}"}
    return _("%(month)s-%(day)s %(time)s") % facts


def _in_hours(amount: Fraction) -> str:
    return f"{round(float(amount), 1):g}"


def _last_of_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def _lines(*lines: str) -> str:
    return "\n".join(lines)


def _page(name: str, *arguments: object) -> str:
    return settings.URL + reverse(name, args=arguments)


#: The words that a person of the house may write; the menu says the same.
WORDS: dict[str, Callable[[Asked], str]] = {
    "学习": learn,
    "本月": month,
    "会议": meeting,
    "职责": duties,
    "请假": leave,
}
