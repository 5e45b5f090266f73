"""Questions at the desk: what waits for the section, by the day on which the answer was promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.guides.access import keeps_section, questions_answered_by
from zhibu.apps.guides.actions import answering, asking
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import Question
from zhibu.apps.guides.queries import waiting
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.windows.models import Section, WindowPost
from zhibu.domain.terms import QuestionSource, QuestionState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import me, signed
from zhibu.web.windows.public.questions import QuestionForm


def _crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Questions"), reverse("questions") if further else ""), *further]


@login_required
@require_safe
def questions(request: AskedRequest) -> HttpResponse:
    """Those that wait; ``?show=all``: those that were settled as well, the latest first."""
    mine, show_all = questions_answered_by(request.asker), request.GET.get("show") == "all"
    rows = mine.select_related("section", "unit").order_by("-asked_at", "-id") if show_all else waiting(mine)
    page = page_at_once(request, rows)
    context = {"page": page, "show_all": show_all, "today": clock.today(), "crumbs": _crumbs()}
    return render(request, "windows/guides/questions.html", context)


class AnswerForm(MarkedForm):
    text = forms.CharField(
        label=_lazy("Answer"),
        max_length=answering.LONGEST,
        widget=forms.Textarea({"rows": 6}),
        help_text=_lazy("Whoever asked reads it by the code; your name does not stand there."),
    )


class CloseForm(forms.Form):
    because = forms.CharField(label=_lazy("Why it gets no answer"), max_length=500)


class StrikeForm(forms.Form):
    because = forms.CharField(
        label=_lazy("Why it is struck"),
        max_length=300,
        help_text=_lazy("For advertising, abuse, or words that name somebody. They go for good; the reason stays."),
    )


class HandOnForm(forms.Form):
    section = forms.ChoiceField(label=_lazy("To which section"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = WindowPost.objects.filter(holds_on(clock.today()))
        field = self.fields["section"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one.pk), one.name) for one in Section.objects.filter(pk__in=posts.values("section"))]


class LaterForm(forms.Form):
    to = forms.DateField(label=_lazy("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    because = forms.CharField(label=_lazy("Why"), max_length=300)


@dataclass(frozen=True, slots=True)
class _Deed:
    """One of the forms of the page, and what it does."""

    form: type[forms.Form]
    do: Callable[[AskedRequest, Question, dict[str, Any]], None]
    done: Promise


def _answer(request: AskedRequest, found: Question, said: dict[str, Any]) -> None:
    is_no_mark = said.get("is_no_mark", False)
    answering.answer_question(found, said["text"], by=me(request), is_no_mark=is_no_mark, **signed(request))


def _close(request: AskedRequest, found: Question, said: dict[str, Any]) -> None:
    answering.close_question(found, said["because"], by=me(request), **signed(request))


def _hand_on(request: AskedRequest, found: Question, said: dict[str, Any]) -> None:
    answering.hand_on(found, Section.objects.get(pk=said["section"]), **signed(request))


def _later(request: AskedRequest, found: Question, said: dict[str, Any]) -> None:
    answering.promise_later(found, said["to"], because=said["because"], **signed(request))


def _strike(request: AskedRequest, found: Question, said: dict[str, Any]) -> None:
    answering.strike_question(found, said["because"], by=me(request), **signed(request))


_DEEDS = {
    "answer": _Deed(AnswerForm, _answer, _lazy("Answered.")),
    "close": _Deed(CloseForm, _close, _lazy("Settled.")),
    "hand_on": _Deed(HandOnForm, _hand_on, _lazy("Handed on.")),
    "strike": _Deed(StrikeForm, _strike, _lazy("The words are gone.")),
    "later": _Deed(LaterForm, _later, _lazy("Saved.")),
}


def _mine(request: AskedRequest, question_id: UUID) -> Question:
    rows = questions_answered_by(request.asker).select_related("section", "unit", "guide", "answered_by")
    return get_object_or_404(rows, pk=question_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: AskedRequest, question_id: UUID) -> HttpResponse:
    """``do`` names the form that was sent. What was typed in a form that is refused stays there."""
    found = _mine(request, question_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    shown = {
        name: deed.form(request.POST if name == do else None, auto_id=f"id_{name}_%s")
        for name, deed in _DEEDS.items()
    }
    status = 422 if request.method == "POST" else 200
    if do in _DEEDS and shown[do].is_valid():
        try:
            _DEEDS[do].do(request, found, shown[do].cleaned_data)
        except BearsMark as refusal:
            form = shown[do]
            assert isinstance(form, MarkedForm)
            form.refuse(refusal)
        except GuideRefusal as refusal:
            shown[do].add_error(None, str(refusal))
        else:
            messages.success(request, str(_DEEDS[do].done))
            still_mine = questions_answered_by(request.asker).filter(pk=found.pk).exists()
            return redirect("question", found.pk) if still_mine else redirect("questions")
    return render(
        request,
        "windows/guides/question.html",
        {
            "question": found,
            "forms": shown,
            "is_open": found.word is QuestionState.OPEN,
            "may_become_guide": (
                found.word is QuestionState.ANSWERED
                and found.guide is None
                and found.section is not None
                and keeps_section(request.asker, found.section)
            ),
            "crumbs": _crumbs(Crumb(str(found) or _("(struck)"))),
        },
        status=status,
    )


@login_required
@require_http_methods(["POST"])
def make_guide(request: AskedRequest, question_id: UUID) -> HttpResponse:
    """In one step: the draft is there, and its page opens."""
    found = _mine(request, question_id)
    forbid_unless(found.section is None or keeps_section(request.asker, found.section))
    try:
        draft = answering.make_guide_of(found, writer=me(request), **signed(request))
    except GuideRefusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("question", found.pk)
    messages.success(request, _("The draft is there. Read it over, then hand it over for review."))
    return redirect("guide_edit", draft.guide_id)


# --- Asked by somebody of the house --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AskedRequest) -> HttpResponse:
    """As the public asks: nothing of who it is is kept beside the question, and the code is shown once."""
    form = QuestionForm(request.POST or None, initial={"text": request.GET.get("q", "")[:100]})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["section"]
        try:
            asked = asking.ask(
                form.cleaned_data["text"],
                source=QuestionSource.STAFF,
                section=Section.objects.get(pk=chosen) if chosen else None,
                looked_for=request.GET.get("q", "")[:100],
                is_no_mark=form.has_tick,
                at=clock.now(),
            )
        except (BearsMark, GuideRefusal) as refusal:
            form.refuse(refusal)
        else:
            facts = {"question": asked.question, "code": asked.code, "crumbs": _crumbs(Crumb(_("Ask something")))}
            return render(request, "windows/guides/asked.html", facts)
    return render(
        request,
        "windows/form.html",
        {
            "form": form,
            "title": _("Ask a section"),
            "back": reverse("guides"),
            "action": _("Send in"),
            "crumbs": [Crumb(_("Guides"), reverse("guides")), Crumb(_("Ask something"))],
        },
        status=422 if form.errors else 200,
    )
