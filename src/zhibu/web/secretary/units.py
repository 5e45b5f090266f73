"""Units are written here, on a phone or at a desk: text and questions, what is attached, published and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.learning.access import may_keep_unit, organizations_opened_for_by, units_kept_by, units_seen_by
from zhibu.apps.learning.actions import unit_files, units
from zhibu.apps.learning.actions.unit_files import LARGEST_OF_ALL, LONGEST_SAID, LONGEST_TRANSCRIPT, Brought
from zhibu.apps.learning.actions.units import LONGEST_TEXT, LONGEST_TITLE, LONGEST_TOPIC, UnitWords
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Part, Unit, UnitFile, UnitVersion
from zhibu.apps.learning.units import being_kept, last_of, parts_for_units
from zhibu.apps.organizations.models import Organization
from zhibu.documents.pasted import LONGEST as LONGEST_PASTED
from zhibu.documents.pasted import markdown
from zhibu.domain.learning import MOST_MINUTES, USUAL_MINUTES, UnitReach
from zhibu.domain.questions import Question, QuestionsRefused, read_questions, typed
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.asking import sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.signing import me, signed

#: Digits of a number that a form hands back.
_LONGEST_NUMBER = 9
_LONGEST_QUESTIONS = 20_000


def unit_crumbs(*further: Crumb) -> list[Crumb]:
    way = [Crumb(_("Learning"), reverse("learn"))]
    if not further:
        return [*way, Crumb(_("Write units"))]
    return [*way, Crumb(_("Write units"), reverse("units_edit")), *further]


# --- Which there are -----------------------------------------------------------------------------------------------


@login_required
@require_safe
def units_edit(request: AskedRequest) -> HttpResponse:
    """Drafts, published and withdrawn ones of the asker's organizations."""
    forbid_unless(organizations_opened_for_by(request.asker).exists())
    context = {"page": page_at_once(request, being_kept(units_kept_by(request.asker))), "crumbs": unit_crumbs()}
    return render(request, "secretary/units/list.html", context)


def kept_unit(request: AskedRequest, unit_id: UUID) -> Unit:
    """404 where it is not visible, 403 where others keep it."""
    rows = units_seen_by(request.asker).select_related("organization", "part")
    found = get_object_or_404(rows, pk=unit_id)
    forbid_unless(may_keep_unit(request.asker, found))
    return found


# --- Written -------------------------------------------------------------------------------------------------------


class UnitForm(MarkedForm):
    """What a unit says, and where it belongs."""

    title = forms.CharField(label=_lazy("Heading"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=_lazy("What it says"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_lazy(
            "Paste from WPS or WeChat, or type: a blank line begins a paragraph, # before a line makes a heading, "
            "- a point of a list, **bold**. 【图1】 on a line of its own shows the first picture there."
        ),
        widget=forms.Textarea({"rows": 14}),
    )
    questions = forms.CharField(
        label=_lazy("Think about it"),
        required=False,
        max_length=_LONGEST_QUESTIONS,
        help_text=_lazy(
            "A blank line between questions. The question; then its answers, each on a line: * before a right one, - "
            "before a wrong one; then > and why."
        ),
        widget=forms.Textarea({"rows": 8}),
    )
    minutes = forms.IntegerField(
        label=_lazy("Minutes it takes"), min_value=1, max_value=MOST_MINUTES, initial=USUAL_MINUTES
    )
    topic = forms.CharField(
        label=_lazy("Topic"),
        required=False,
        max_length=LONGEST_TOPIC,
        help_text=_lazy("One word by which units are found together."),
    )
    reach = forms.ChoiceField(
        label=_lazy("Meant for"),
        choices=[
            (UnitReach.OFFERED.value, _lazy("offered to the organization and all below it")),
            (UnitReach.PRESCRIBED.value, _lazy("prescribed for the organization and all below it")),
            (UnitReach.HOUSE.value, _lazy("offered to everybody of the house")),
        ],
        initial=UnitReach.OFFERED.value,
        widget=forms.RadioSelect,
    )
    part = forms.ChoiceField(label=_lazy("Part of a campaign"), required=False)

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts = {str(part.pk): part for part in parts}
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        named = [(key, f"{part.campaign.title}：{part.title}") for key, part in self._parts.items()]
        field.choices = [("", _("none")), *named]

    def clean_questions(self) -> tuple[Question, ...]:
        try:
            return read_questions(self.cleaned_data["questions"])
        except QuestionsRefused as refused:
            raise forms.ValidationError(
                _("Line %(line)s: %(fault)s.") % {"line": refused.line, "fault": refused.fault.zh}
            ) from refused

    def words(self) -> UnitWords:
        said = self.cleaned_data
        return UnitWords(
            title=said["title"],
            text=said["text"],
            minutes=said["minutes"],
            questions=said["questions"],
            topic=said["topic"],
            reach=UnitReach(said["reach"]),
            part=self._parts.get(said["part"]),
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def unit_new(request: AskedRequest) -> HttpResponse:
    """``?of=`` the organization; whoever has several chooses first."""
    offered = list(organizations_opened_for_by(request.asker).order_by("path"))
    forbid_unless(bool(offered))
    place = next((one for one in offered if str(one.pk) == request.GET.get("of")), None)
    if place is None and len(offered) > 1:
        return render(request, "secretary/units/choose.html", {"offered": offered, "crumbs": unit_crumbs(_new())})
    place = place or offered[0]
    form = UnitForm(sent(request), parts=list(parts_for_units(place)))
    if request.method == "POST" and form.is_valid():
        try:
            begun = units.begin_unit(
                organization=place,
                words=form.words(),
                is_no_mark=form.has_tick,
                writer=me(request),
                **signed(request),
            )
        except (BearsMark, LearningRefusal) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The draft is kept. Attach what belongs to it, then publish it."))
            return redirect("unit_edit", begun.unit_id)
    return _write(request, form, place, title=_("New unit"), crumbs=unit_crumbs(_new()))


def _new() -> Crumb:
    return Crumb(_("New"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def unit_edit(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    """The draft, with what is attached; where there is none, saving begins one with what the unit says."""
    found = kept_unit(request, unit_id)
    last = last_of(found)
    form = UnitForm(sent(request), parts=_parts(found), initial=_known(found, last))
    revision = last.revision
    if request.method == "POST" and form.is_valid():
        draft = units.begin_unit_version(found, writer=me(request), **signed(request))
        based_on = _number(request.POST.get("revision", "")) if draft.pk == last.pk else draft.revision
        try:
            units.save_unit(
                draft,
                words=form.words(),
                based_on=based_on,
                is_no_mark=form.has_tick,
                writer=me(request),
                **signed(request),
            )
        except (BearsMark, LearningRefusal) as refusal:
            form.refuse(refusal)
            revision = draft.revision
        else:
            messages.success(request, _("Saved."))
            return redirect("unit_edit", found.pk)
    return _write(
        request,
        form,
        found.organization,
        title=_("Write: %(title)s") % {"title": last.title},
        crumbs=unit_crumbs(Crumb(last.title)),
        unit=found,
        version=last,
        revision=revision,
    )


def _parts(found: Unit) -> list[Part]:
    """Those that are asked now, and the one it belongs to though its campaign is over."""
    offered = list(parts_for_units(found.organization))
    if found.part_id is not None and all(part.pk != found.part_id for part in offered):
        offered.append(Part.objects.select_related("campaign").get(pk=found.part_id))
    return offered


def _known(found: Unit, last: UnitVersion) -> dict[str, object]:
    return {
        "title": last.title,
        "text": last.text,
        "questions": typed(last.asked),
        "minutes": last.minutes,
        "topic": found.topic,
        "reach": found.reach,
        "part": str(found.part_id or ""),
    }


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else 0


def _write(
    request: AskedRequest,
    form: UnitForm,
    place: Organization,
    *,
    title: str,
    crumbs: list[Crumb],
    unit: Unit | None = None,
    version: UnitVersion | None = None,
    revision: int = 0,
) -> HttpResponse:
    context = {
        "form": form,
        "attach": FileForm(),
        "place": place,
        "title": title,
        "crumbs": crumbs,
        "unit": unit,
        "version": version,
        "is_draft": version is not None and version.published_at is None,
        "files": list(version.files.all()) if version else [],
        "revision": revision,
    }
    return render(request, "secretary/units/write.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def pasted(request: AskedRequest) -> JsonResponse:
    """What was copied out of WPS or WeChat, as the text of a unit. Nothing is kept."""
    forbid_unless(bool(request.asker.offices))
    return JsonResponse({"text": markdown(request.POST.get("html", "")[:LONGEST_PASTED])})


# --- What is attached ----------------------------------------------------------------------------------------------


class FileForm(forms.Form):
    said = forms.CharField(
        label=_lazy("What it shows"),
        required=False,
        max_length=LONGEST_SAID,
        help_text=_lazy("Of a picture always: some readers hear it."),
    )
    transcript = forms.CharField(
        label=_lazy("Transcript of an audio"),
        required=False,
        max_length=LONGEST_TRANSCRIPT,
        help_text=_lazy("All that is said, in writing: at a window nobody can listen."),
        widget=forms.Textarea({"rows": 3}),
    )


@login_required
@require_POST
@conflict_on(BearsMark, LearningRefusal)
def unit_attach(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    """``file``, what is ``said`` about it, and of a recording its ``transcript`` or ``captions`` (a .vtt file)."""
    found = kept_unit(request, unit_id)
    uploaded = request.FILES.get("file")
    captions = request.FILES.get("captions")
    if uploaded is None:
        raise LearningRefusal(_("Choose a file to attach."))
    brought = Brought(
        name=uploaded.name or "",
        content=_content(uploaded, LARGEST_OF_ALL),
        said=request.POST.get("said", ""),
        transcript=request.POST.get("transcript", ""),
        captions=_text(captions),
    )
    units.attach_to(found, brought=brought, writer=me(request), **signed(request))
    messages.success(request, _("Attached."))
    return redirect("unit_edit", found.pk)


def _content(uploaded: UploadedFile[bytes], most: int) -> bytes:
    """Nothing of a file that is too large is read."""
    if (uploaded.size or 0) > most:
        raise LearningRefusal(
            _("“%(name)s” is larger than %(most)s MB. Save it smaller or cut it in two.")
            % {"name": uploaded.name, "most": most // 1024 // 1024}
        )
    content: bytes = uploaded.read()
    return content


def _text(uploaded: UploadedFile[bytes] | None) -> str:
    if uploaded is None:
        return ""
    try:
        return _content(uploaded, 1024 * 1024).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LearningRefusal(
            _("“%(name)s” is no text in UTF-8. Save the captions anew.") % {"name": uploaded.name}
        ) from error


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def unit_detach(request: AskedRequest, unit_id: UUID, file_id: UUID) -> HttpResponse:
    found = kept_unit(request, unit_id)
    rows = UnitFile.objects.select_related("version__unit")
    file = get_object_or_404(rows, pk=file_id, version__unit=found, version__published_at__isnull=True)
    if request.method == "POST":
        unit_files.detach(file, **signed(request))
        messages.success(request, _("Removed."))
        return redirect("unit_edit", found.pk)
    return _confirm(request, found, title=_("Remove this file?"), question=file.said or file.name, action=_("Remove"))


# --- Published, withdrawn, dropped ---------------------------------------------------------------------------------


def _draft(found: Unit) -> UnitVersion:
    last = last_of(found)
    if last.published_at is not None:
        raise LearningRefusal(_("Nothing is being written. Save again to begin a new version."))
    return last


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def unit_publish(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    """The draft as its readers will see it, to be read once more."""
    found = kept_unit(request, unit_id)
    draft = _draft(found)
    if request.method == "POST":
        units.publish_unit(draft, revision=_number(request.POST.get("revision", "")), **signed(request))
        messages.success(request, _("Published."))
        return redirect("unit", found.pk)
    context = {"unit": found, "version": draft, "crumbs": _at(found, _("Publish"))}
    return render(request, "secretary/units/publish.html", context)


class BecauseForm(forms.Form):
    because = forms.CharField(label=_lazy("Why"), max_length=units.LONGEST_REASON)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def unit_withdraw(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    found = kept_unit(request, unit_id)
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        units.withdraw_unit(found, because=form.cleaned_data["because"], **signed(request))
        messages.success(request, _("It is found no more. Publishing a version brings it back."))
        return redirect("units_edit")
    return _confirm(
        request,
        found,
        title=_("Withdraw the unit"),
        question=_("“%(title)s” is found no more; its address says so, and why.") % {"title": found.title},
        action=_("Withdraw"),
        form=form,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def unit_drop(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    found = kept_unit(request, unit_id)
    draft = _draft(found)
    if request.method == "POST":
        is_there = units.drop_unit_draft(draft, **signed(request))
        messages.success(request, _("The draft is gone."))
        return redirect("unit_edit", found.pk) if is_there else redirect("units_edit")
    return _confirm(
        request,
        found,
        title=_("Drop the draft"),
        question=_("What was typed in “%(title)s” is gone then. What is published stays.") % {"title": draft.title},
        action=_("Drop it"),
    )


def _at(found: Unit, last: str) -> list[Crumb]:
    return unit_crumbs(Crumb(found.title, reverse("unit_edit", args=[found.pk])), Crumb(last))


def _confirm(
    request: AskedRequest, found: Unit, *, title: str, question: str, action: str, form: forms.Form | None = None
) -> HttpResponse:
    context = {
        "title": title,
        "question": question,
        "action": action,
        "form": form,
        "cancel": reverse("unit_edit", args=[found.pk]),
        "crumbs": _at(found, title),
    }
    return render(request, "shell/confirm.html", context, status=422 if form is not None and form.errors else 200)
