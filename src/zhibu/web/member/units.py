"""The library, and a unit as it is learned. Opening a page notes nothing; what one answers is one's own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from zhibu.apps.archive.files import place_of
from zhibu.apps.learning.access import may_keep_unit, units_found_by, units_seen_by
from zhibu.apps.learning.actions.self_study import study
from zhibu.apps.learning.actions.unit_files import FOLDER
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Receipt, SelfStudy, Unit, UnitFile, UnitVersion
from zhibu.apps.learning.units import UNIT, Answered, answered, library, published_of, recommended, topics
from zhibu.apps.people.access import Asker
from zhibu.apps.search.errors import SearchRefused
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.queries import Scope, found_all
from zhibu.apps.search.scripts import simplified
from zhibu.documents.markdown import html
from zhibu.domain.captions import read_captions, said
from zhibu.domain.grams import LONGEST, folded
from zhibu.domain.guidance import words_in
from zhibu.domain.learning import MediaKind, UnitReach
from zhibu.domain.questions import MOST_QUESTIONS
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless, not_found_unless, wants_json
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file, shown_file
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of, page_of_whole
from zhibu.web.shell.signing import me

#: What colleagues recommend, the latest.
MOST_RECOMMENDED = 5


def learn_crumbs(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Learning"), reverse("learn")), *further] if further else [Crumb(_("Learning"))]


# --- The library ---------------------------------------------------------------------------------------------------


class LibraryForm(forms.Form):
    q = forms.CharField(
        label=_lazy("Title, text, or words that are said in it"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": _lazy("Look for at most %(limit_value)d characters.")},
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    topic = forms.ChoiceField(label=_lazy("Topic"), required=False)
    reach = forms.ChoiceField(
        label=_lazy("Which"),
        required=False,
        choices=[("", _lazy("All")), *((reach.value, reach.zh) for reach in UnitReach)],
    )
    of = forms.UUIDField(required=False, widget=forms.HiddenInput)
    campaign = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, words: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *((word, word) for word in words)]


@login_required
@require_safe
def learn(request: AskedRequest) -> HttpResponse:
    """``?of=`` an organization, ``?campaign=``: its units alone."""
    asker = request.asker
    form = LibraryForm(request.GET, words=topics(asker))
    asked = form.cleaned_data if form.is_valid() else {}
    rows = library(asker)
    if asked.get("topic"):
        rows = rows.filter(topic=asked["topic"])
    if asked.get("reach"):
        rows = rows.filter(reach=asked["reach"])
    if asked.get("of"):
        rows = rows.filter(organization=asked["of"])
    if asked.get("campaign"):
        rows = rows.filter(part__campaign=asked["campaign"])
    if asked.get("q", "").strip():
        page = page_of(request, _holding(asker, form, rows, words_in(asked["q"])))
    else:
        page = page_of_whole(request, rows.select_related(None), rows)
    context = {
        "form": form,
        "page": page,
        "is_narrowed": any(asked.values()),
        "recommended": recommended(asker)[:MOST_RECOMMENDED] if not any(asked.values()) else [],
        "keeps": bool(asker.offices),
        "crumbs": learn_crumbs(),
    }
    return render(request, "member/learn/library.html", context)


def _holding(asker: Asker, form: LibraryForm, rows: QuerySet[Unit], words: Sequence[str]) -> list[Unit]:
    """Those whose text holds every word; first those whose title does, then the latest."""
    try:
        keys = found_all(words, [Scope(UNIT, units_found_by(asker))]).keys
    except SearchRefused as refusal:
        form.add_error("q", str(refusal))
        return []
    found = rows.filter(pk__in=Indexed.objects.filter(pk__in=keys).values("subject"))
    wanted = [folded(simplified(word)) for word in words]

    def is_elsewhere(one: Unit) -> bool:
        title = folded(simplified(one.title))
        return not all(word in title for word in wanted)

    return sorted(found, key=is_elsewhere)


# --- One unit ------------------------------------------------------------------------------------------------------


def seen_unit(request: AskedRequest, unit_id: UUID) -> Unit:
    rows = units_seen_by(request.asker).select_related("organization", "part__campaign")
    return get_object_or_404(rows, pk=unit_id)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text, or a file where the text names it."""

    text: SafeString | None = None
    file: UnitFile | None = None

    @property
    def spoken(self) -> str:
        """What is said in it, to be read."""
        if self.file is None:
            return ""
        return self.file.transcript or (said(read_captions(self.file.captions)) if self.file.captions else "")


#: Where a text has a picture: 【图2】 on a line of its own.
_PLACE = re.compile(r"^[ \t]*【图(\d{1,2})】[ \t]*$", re.MULTILINE)


def blocks_of(version: UnitVersion) -> list[Block]:
    """Recordings first, then the text with its pictures where it names them, the other pictures, papers last."""
    files = list(version.files.all())
    pictures = [file for file in files if file.word is MediaKind.PICTURE]
    placed: list[Block] = []
    named: set[int] = set()
    parts = _PLACE.split(version.text)
    for place, part in enumerate(parts):
        if place % 2 == 0:
            if part.strip():
                placed.append(Block(text=mark_safe(html(part))))  # noqa: S308 - of a few tags, cleaned
        elif 0 < int(part) <= len(pictures):
            named.add(int(part) - 1)
            placed.append(Block(file=pictures[int(part) - 1]))
    recordings = [Block(file=file) for file in files if file.word in {MediaKind.AUDIO, MediaKind.VIDEO}]
    others = [Block(file=file) for place, file in enumerate(pictures) if place not in named]
    papers = [Block(file=file) for file in files if file.word is MediaKind.PDF]
    return [*recordings, *placed, *others, *papers]


@login_required
@require_safe
def unit(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    """What it says, its questions, and, for who answered them before, what they chose. Nothing is noted."""
    found = seen_unit(request, unit_id)
    version = published_of(found)
    if version is None:
        return redirect("unit_edit", found.pk)  # only those who write it see it now
    return _page(request, found, version, _own(request, found))


def _own(request: AskedRequest, found: Unit) -> SelfStudy | None:
    rows = SelfStudy.objects.filter(person=request.asker.person, person__isnull=False, unit=found)
    return rows.select_related("version").first()


def _answered(mine: SelfStudy | None) -> list[Answered]:
    """By the version that was answered: the unit may say something else since."""
    if mine is None or mine.version is None or not any(mine.answers):
        return []
    return answered(mine.version, mine.answers)


def _page(
    request: AskedRequest, found: Unit, version: UnitVersion, mine: SelfStudy | None, receipt: Receipt | None = None
) -> HttpResponse:
    lines = _answered(mine)
    context = {
        "unit": found,
        "version": version,
        "blocks": [] if found.withdrawn_at else blocks_of(version),
        "questions": list(enumerate(version.asked)),
        "answered": lines,
        "answered_earlier": bool(lines) and mine is not None and mine.version_id != version.pk,
        "mine": mine,
        "receipt": receipt,
        "nonce": fresh_nonce(),
        "recommended": list(recommended(request.asker).filter(unit=found)[:MOST_RECOMMENDED]),
        "keeps": may_keep_unit(request.asker, found),
        "is_person": request.asker.person is not None,
        "crumbs": learn_crumbs(Crumb(found.title)),
    }
    return render(request, "member/learn/unit.html", context)


def fresh_nonce() -> str:
    """Of one form on one page: whoever sends it twice is heard once."""
    return secrets.token_urlsafe(18)


@login_required
@require_POST
@conflict_on(LearningRefusal)
def unit_study(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    """``version`` that was read, ``q0`` … the answers chosen, ``nonce`` of the form.

    A script that asks for JSON hears ``status`` (``received``, ``already`` or ``refused``), when, and which answers
    were right.
    """
    forbid_for_another(request)
    found = seen_unit(request, unit_id)
    rows = found.versions.filter(published_at__isnull=False)
    key = _key(request.POST.get("version", ""))
    version = rows.filter(pk=key).prefetch_related("files").first() if key else None
    if version is None:
        raise LearningRefusal(_("This page is too old. Open the unit again; what you chose stays on this page."))
    answers = [_places(request.POST.getlist(f"q{place}")) for place in range(MOST_QUESTIONS)]
    receipt = study(version, me(request), answers=answers, nonce=request.POST.get("nonce", ""), at=clock.now())
    mine = _own(request, found)
    if wants_json(request):
        told = [{"right": line.is_right, "explanation": line.question.explanation} for line in _answered(mine)]
        return received_as_json(receipt, answers=told)
    return _page(request, found, version, mine, receipt)


def forbid_for_another(request: AskedRequest) -> None:
    """What a phone kept names the account that did it (``account``): under another log-in it is not taken."""
    given = request.POST.get("account")
    forbid_unless(given is None or given == str(request.user.pk))


def received_as_json(receipt: Receipt, **told: object) -> JsonResponse:
    status = "already" if receipt.already else "received"
    return JsonResponse({"status": status, "received_at": localtime(receipt.received_at).isoformat(), **told})


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _places(chosen: Sequence[str]) -> list[int]:
    return [int(place) for place in chosen if place.isdecimal() and len(place) == 1]


@login_required
@require_safe
def unit_file(request: AskedRequest, unit_id: UUID, file_id: UUID) -> FileResponse:
    """A file of a published version; of a draft for those who write it. A paper is saved, the others are shown."""
    found = seen_unit(request, unit_id)
    file = get_object_or_404(UnitFile.objects.select_related("version"), pk=file_id, version__unit=found)
    is_out = file.version.published_at is not None and found.withdrawn_at is None
    not_found_unless(is_out or may_keep_unit(request.asker, found))
    place = place_of(FOLDER, file.sha256)
    if file.word is MediaKind.PDF:
        return kept_file(place, file.name, file.media_type)
    return shown_file(request, place, file.name, file.media_type)


@login_required
@require_safe
def unit_captions(request: AskedRequest, unit_id: UUID, file_id: UUID) -> HttpResponse:
    """The captions of a video, as a player reads them."""
    found = seen_unit(request, unit_id)
    file = get_object_or_404(UnitFile.objects.select_related("version"), pk=file_id, version__unit=found)
    is_out = file.version.published_at is not None and found.withdrawn_at is None
    not_found_unless(bool(file.captions) and (is_out or may_keep_unit(request.asker, found)))
    answer = HttpResponse(file.captions, content_type="text/vtt; charset=utf-8", status=HTTPStatus.OK)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
