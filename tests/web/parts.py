"""A page with every part of the shell on it, for tests only: its addresses are the site's and ``/parts/``."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Person
from zhibu.config import urls
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of


class Filters(forms.Form):
    name = forms.CharField(label="姓名或工号", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    group = forms.ChoiceField(label="党小组", required=False, choices=[("", "全部"), ("1", "第一党小组")])


class Entry(forms.Form):
    title = forms.CharField(label="议题", help_text="一行一个议题。")
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    held_on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label="类型", widget=forms.RadioSelect, choices=[("a", "党员大会"), ("b", "支委会")])
    audience = forms.MultipleChoiceField(
        label="列席",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", "入党积极分子"), ("2", "群众代表")],
    )
    minutes = forms.FileField(label="附件", required=False)
    is_open = forms.BooleanField(label="可以用二维码签到", required=False, help_text="点名仍以记录人为准。")


@login_required
def parts(request: HttpRequest) -> HttpResponse:
    entry = Entry(request.POST, request.FILES) if request.method == "POST" else Entry()
    template = engines["django"].from_string((Path(__file__).parent / "parts.html").read_text())
    context = {
        "crumbs": [Crumb("党组织", "/"), Crumb("局本部机关党委", "/"), Crumb("检务处党支部")],
        "day": day_asked(request),
        "form": Filters(request.GET),
        "entry": entry,
        "page": page_of(request, Person.objects.all()),
    }
    return HttpResponse(template.render(context, request))


@login_required
@conflict_on(PeopleRefusal)
def refuse(request: AskedRequest) -> HttpResponse:
    raise PeopleRefusal("林悦还是书记，请先免去职务。")


def hide(request: HttpRequest) -> HttpResponse:
    not_found_unless(is_visible=False)
    return HttpResponse()


def forbid(request: HttpRequest) -> HttpResponse:
    forbid_unless(is_allowed=False)
    return HttpResponse()


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("planned")


def away(request: HttpRequest) -> HttpResponse:
    from django.db import OperationalError

    raise OperationalError("planned")


urlpatterns = [
    *urls.urlpatterns,
    path("parts/", parts, name="parts"),
    path("refuse/", refuse),
    path("hide/", hide),
    path("forbid/", forbid),
    path("fail/", fail),
    path("away/", away),
]
handler400 = urls.handler400
handler500 = urls.handler500
