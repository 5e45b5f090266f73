"""A question to a section, and its answer by the code that was shown once. Who asks is not asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.guides.actions.asking import LONGEST, ask
from zhibu.apps.guides.errors import GuideRefusal, TooManyQuestions
from zhibu.apps.guides.models import GuidedUnit, Question
from zhibu.apps.guides.queries import address, question_of, units_on, version_in_force
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.windows.models import Section, WindowPost
from zhibu.domain.terms import GuideAudience, QuestionSource
from zhibu.web.shell import clock
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.windows.public import guides

_TOO_MANY = 429


class QuestionForm(MarkedForm):
    section = forms.ChoiceField(label=_lazy("About which business"), required=False)
    text = forms.CharField(
        label=_lazy("Your question"),
        max_length=LONGEST,
        help_text=_lazy("Please name no person and write no number of an identity card, a phone or an account."),
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = WindowPost.objects.filter(holds_on(clock.today()))
        sections = Section.objects.filter(pk__in=posts.values("section"))
        field = self.fields["section"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("I do not know"))] + [(str(one.pk), one.name) for one in sections]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """``?q=``: what was looked for, ``?section=`` and ``?unit=``: whose it is. After it the code is shown, once."""
    looked_for = request.GET.get("q", "").strip()[: guides.LONGEST]
    asks = _unit(request)
    initial = {"text": looked_for, "section": request.GET.get("section", "")}
    form = QuestionForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                asked = ask(
                    form.cleaned_data["text"],
                    source=QuestionSource.UNIT if asks else QuestionSource.PUBLIC,
                    section=_chosen(form.cleaned_data["section"]),
                    unit=asks,
                    looked_for=looked_for,
                    is_no_mark=form.has_tick,
                    at=clock.now(),
                )
            except TooManyQuestions as refusal:
                form.add_error(None, str(refusal))
                status = _TOO_MANY
            except (BearsMark, GuideRefusal) as refusal:
                form.refuse(refusal, "text")
            else:
                told = {"question": asked.question, "code": asked.code}
                return render(request, "windows/public/asked.html", told)
    return render(request, "windows/public/ask.html", {"form": form, "unit": asks}, status=status)


def _chosen(asked: str) -> Section | None:
    return Section.objects.get(pk=asked) if asked else None


def _unit(request: HttpRequest) -> GuidedUnit | None:
    try:
        asked = UUID(request.GET.get("unit", ""))
    except ValueError:
        return None
    return get_object_or_404(units_on(clock.today()), pk=asked)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_lazy("Code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """By the code: in the body of a form, so that it stands in no address and no log."""
    form = CodeForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = question_of(form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _("There is no question of this code. Compare it letter by letter."))
    return render(
        request,
        "windows/public/answer.html",
        {"form": form, "question": found, "guide_url": _guide(found)},
        status=422 if form.errors else 200,
    )


def _guide(question: Question | None) -> str:
    """Where the guide that answers it is read; "" where there is none, or the public does not read it yet."""
    if question is None or question.guide is None or question.guide.word is GuideAudience.INTERNAL:
        return ""
    return address(question.guide.number) if version_in_force(question.guide, clock.today()) else ""
