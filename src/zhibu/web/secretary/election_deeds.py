"""The deeds of an election: begin it, enter letters, put up candidates, name tellers, count, take the posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive import files
from zhibu.apps.archive.errors import BearsMark, FileRefused
from zhibu.apps.elections.access import (
    organizations_electing,
)
from zhibu.apps.elections.actions import counting, running
from zhibu.apps.elections.actions.counting import LONGEST_TERM, SHORTEST_TERM
from zhibu.apps.elections.actions.running import (
    LONGEST_REASON,
    LONGEST_REFERENCE,
    MOST_NOMINEES,
    MOST_SEATS,
    Begun,
    Given,
)
from zhibu.apps.elections.errors import ElectionRefusal
from zhibu.apps.elections.models import ElectionLetter, TermElection
from zhibu.apps.elections.queries import (
    electable,
    items_for,
    state_of,
)
from zhibu.apps.people.models import Person
from zhibu.apps.rules.queries import rule
from zhibu.domain.assembly import Ballots, ElectionResult
from zhibu.domain.elections import (
    ORDER,
    SURPLUS_RULE,
    UNMARKED,
    Body,
    Contest,
    Letter,
    TellerRole,
    Way,
)
from zhibu.domain.terms import COMMITTEE_POSTS, PostKind
from zhibu.web.secretary.meetings.fields import (
    MOST_OFFERED,
    LinesField,
    PersonField,
    day_field,
    label_of,
    person_called,
)
from zhibu.web.secretary.term_elections import contest_of, crumbs_of, ground, needs, run, seen, word_of
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.asking import Asked, ask, asked_page, sent
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.rule_words import cited
from zhibu.web.shell.rule_words import says as said_by
from zhibu.web.shell.signing import signed

#: Rows for names that were written in.
WRITTEN_IN = 3

_NUMBER = {"inputmode": "numeric"}


def _number(label: Any, *, least: int = 0, most: int = 32000, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, widget=forms.TextInput(_NUMBER), **options
    )


# --- Deeds ---------------------------------------------------------------------------------------------------------


_PAGE = "secretary/elections/deed.html"

_REFUSALS = (BearsMark, ElectionRefusal, FileRefused)


def _asked(of: TermElection, title: str, question: str, action: str, notes: Sequence[str] = ()) -> Asked:
    back = reverse("term_election", args=[of.pk])
    crumbs = crumbs_of(Crumb(of.organization.name, back), Crumb(title))
    return Asked(title, question, action, back, crumbs, _PAGE, {"notes": [note for note in notes if note]})


# --- Begin ---------------------------------------------------------------------------------------------------------


class BeginForm(forms.Form):
    organization = forms.ChoiceField(label=_lazy("Organization"))
    way = forms.ChoiceField(label=_lazy("Who elects"), choices=Way.choices(), widget=forms.RadioSelect)
    seats = _number(
        _lazy("Seats of the committee"), most=MOST_SEATS, help_text=_lazy("0 where the meeting elects directly.")
    )
    deputies = _number(_lazy("Deputies"), most=MOST_SEATS, help_text=_lazy("0 for none."))
    planned_on = day_field(_lazy("Planned day of the general meeting"))

    def __init__(self, *args: Any, request: AskedRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.among = list(organizations_electing(request.asker).order_by("path"))
        organization = self.fields["organization"]
        assert isinstance(organization, forms.ChoiceField)
        organization.choices = [(one.code, one.name) for one in self.among]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.offices))
    initial = {
        "organization": request.GET.get("organization", ""),
        "way": Way.COMMITTEE.value,
        "seats": 3,
        "deputies": 0,
    }
    form = BeginForm(sent(request), request=request, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        place = next(one for one in form.among if one.code == said["organization"])
        begun = Begun(
            way=Way(said["way"]), seats=said["seats"], deputies=said["deputies"], planned_on=said["planned_on"]
        )
        try:
            made = running.begin(place, begun, **signed(request))
        except ElectionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Begun. The page says what is next."))
            return redirect("term_election", made.pk)
    asked = Asked(
        _("Begin an election"),
        _("From the request to the posts: each step waits for the one before, each paper is filled in from here."),
        _("Begin"),
        reverse("elections"),
        crumbs_of(Crumb(_("New"))),
        _PAGE,
    )
    return asked_page(request, asked, form)


# --- Letters, candidates, tellers, meetings ---


class LetterForm(forms.Form):
    dated = day_field(_lazy("Day of the letter"))
    reference = forms.CharField(
        label=_lazy("Number of the letter"),
        max_length=LONGEST_REFERENCE,
        help_text=_lazy("As it stands on the letter."),
    )
    file = forms.FileField(label=_lazy("The letter as a file"), required=False)

    def __init__(self, *args: Any, which: Letter, **kwargs: Any) -> None:
        """An answer from above always has a number; a letter of one's own may have none."""
        super().__init__(*args, **kwargs)
        self.fields["reference"].required = which.is_from_above


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: AskedRequest, term_id: UUID, letter: str) -> HttpResponse:
    of, which = run(request, term_id), word_of(Letter, letter)
    there = of.letters.filter(letter=which.value).first()
    initial = {"dated": there.dated, "reference": there.reference} if there else {"dated": clock.today()}
    form = LetterForm(sent(request), request.FILES or None, initial=initial, which=which)
    question = (
        _("It came from above: type its day and its number, and attach it.")
        if which.is_from_above
        else _("Print it from the page of the election, send it, and enter its day.")
    )

    def give() -> str:
        said = form.cleaned_data
        sent = said["file"]
        given = Given(
            dated=said["dated"],
            reference=said["reference"],
            file=(sent.name, sent.read()) if sent is not None else None,
        )
        running.give_letter(of, which, given, **signed(request))
        return _("It is on record.")

    return ask(request, _asked(of, which.zh, question, _("Put it on record")), form, give, *_REFUSALS)


@login_required
@require_safe
def letter_file(request: AskedRequest, term_id: UUID, letter: str) -> FileResponse:
    of = seen(request, term_id)
    found = get_object_or_404(ElectionLetter.objects.exclude(sha256=""), election=of, letter=letter)
    return kept_file(files.place_of(running.FOLDER, found.sha256), found.name, found.media_type)


class PeopleForm(forms.Form):
    """Some of a few tapped on, of many typed by name."""

    def __init__(self, *args: Any, among: Any, chosen: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.among = among
        offered = list(among.order_by("pinyin", "staff_number")[: MOST_OFFERED + 1])
        self.known = {person.staff_number: person for person in offered}
        self.is_short = len(offered) <= MOST_OFFERED
        if self.is_short:
            self.fields["people"] = forms.MultipleChoiceField(
                label=_("Who stands"),
                choices=[(person.staff_number, label_of(person, offered)) for person in offered],
                widget=forms.CheckboxSelectMultiple,
                initial=[person.staff_number for person in chosen],
            )
        else:
            self.fields["people"] = LinesField(
                label=_("Who stands"),
                help_text=_("Names or staff numbers, one a line."),
                most=MOST_NOMINEES,
                longest=60,
                initial="\n".join(person.staff_number for person in chosen),
            )

    def clean_people(self) -> list[Person]:
        typed: list[str] = self.cleaned_data["people"]
        if self.is_short:
            return [self.known[number] for number in typed]
        return [person_called(each, self.among) for each in typed]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def candidates(request: AskedRequest, term_id: UUID, contest: str) -> HttpResponse:
    of, which = run(request, term_id), word_of(Contest, contest)
    state = state_of(of)
    one = contest_of(state, which)
    form = PeopleForm(
        sent(request),
        among=electable(of.organization, clock.today()),
        chosen=[each.person for each in one.standing_nominees],
    )
    surplus = rule(SURPLUS_RULE, of.planned_on)
    notes = [
        f"{said_by(surplus)} {cited(surplus)}" if surplus is not None and which is Contest.MEMBERS else "",
        needs(state, one),
        ground(state, ORDER),
    ]
    question = _(
        "%(seats)s to be elected. Full members stand; the ballot lists them by the strokes of the surname."
    ) % {"seats": one.seats}

    def put_up() -> str:
        running.put_up(of, which, form.cleaned_data["people"], **signed(request))
        return _("They stand.")

    title = _("Candidates: %(post)s") % {"post": which.zh}
    return ask(request, _asked(of, title, question, _("Save"), notes), form, put_up, *_REFUSALS)


class LeaveForm(forms.Form):
    person = forms.ChoiceField(label=_lazy("Who"))
    reason = forms.CharField(
        label=_lazy("Reason"), max_length=LONGEST_REASON, help_text=_lazy("A few words; they stand on the papers.")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AskedRequest, term_id: UUID) -> HttpResponse:
    of = run(request, term_id)
    state = state_of(of)
    known = {
        person.staff_number: person
        for one in state.contests.values()
        for person in [each.person for each in one.standing_nominees] + one.elected
    }
    form = LeaveForm(sent(request))
    person = form.fields["person"]
    assert isinstance(person, forms.ChoiceField)
    person.choices = [(number, label_of(each, list(known.values()))) for number, each in known.items()]
    question = _(
        "Who leaves can not be put up again. Ballots handed out stay valid: marks for them count for nobody. Nobody "
        "moves up; an elected one's seat is open again."
    )

    def leaves() -> str:
        said = form.cleaned_data
        running.leave(of, known[said["person"]], reason=said["reason"], **signed(request))
        return _("On record. The page says whether others must stand.")

    return ask(request, _asked(of, _("Somebody leaves"), question, _("Put it on record")), form, leaves, *_REFUSALS)


class TellersForm(forms.Form):
    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.among = among
        self.fields["chief"] = PersonField(among, label=TellerRole.CHIEF.zh, required=False)
        for role in (TellerRole.OVERSEER, TellerRole.COUNTER):
            self.fields[role.value] = LinesField(
                label=role.zh,
                help_text=_("Names or staff numbers, one a line."),
                most=20,
                longest=60,
                rows=3,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        roles = [(said["chief"], TellerRole.CHIEF)] if said.get("chief") else []
        for role in (TellerRole.OVERSEER, TellerRole.COUNTER):
            for typed in said.get(role.value) or []:
                try:
                    roles.append((person_called(typed, self.among), role))
                except ValidationError as error:
                    self.add_error(role.value, error)
        said["roles"] = roles
        return said


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tellers(request: AskedRequest, term_id: UUID, body: str) -> HttpResponse:
    of, which = run(request, term_id), word_of(Body, body)
    state = state_of(of)
    if which not in state.tellers:
        raise Http404
    there: dict[str, Any] = {role.value: [] for role in TellerRole}
    for one in state.tellers[which]:
        there[one.role].append(one.person)
    initial = {role: "\n".join(person.staff_number for person in people) for role, people in there.items()}
    initial["chief"] = there["chief"][0].staff_number if there["chief"] else ""
    among = electable(of.organization, clock.today()).order_by("pinyin", "staff_number")
    form = TellersForm(sent(request), among=among, initial=initial)
    question = _("Nobody who stands. They hand out the ballots, keep the stubs, and count.")

    def name() -> str:
        running.name_tellers(of, which, form.cleaned_data["roles"], **signed(request))
        return _("They are named. The meeting confirms them by a vote.")

    title = _("Tellers: %(body)s") % {"body": which.zh}
    return ask(request, _asked(of, title, question, _("Save"), [ground(state, UNMARKED)]), form, name, *_REFUSALS)


class ItemForm(forms.Form):
    item = forms.ChoiceField(label=_lazy("Meeting and item"), widget=forms.RadioSelect)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: AskedRequest, term_id: UUID, body: str) -> HttpResponse:
    of, which = run(request, term_id), word_of(Body, body)
    known = {str(one.pk): one for one in items_for(of, which)[:60]}
    form = ItemForm(sent(request))
    item = form.fields["item"]
    assert isinstance(item, forms.ChoiceField)
    item.choices = [
        (key, " · ".join(filter(None, (str(one.meeting.held_on or ""), one.meeting.title, one.title))))
        for key, one in known.items()
    ]
    question = _("Under which item of which meeting it is elected; the count stands in its minutes.")
    if not known:
        question = _("No meeting that could elect is called. Convene it, with the election as an item.")

    def hold() -> str:
        running.hold_at(of, which, known[form.cleaned_data["item"]], **signed(request))
        return _("It is elected there.")

    title = _("Where it is elected: %(body)s") % {"body": which.zh}
    return ask(request, _asked(of, title, question, _("Choose")), form, hold, *_REFUSALS)


class CountForm(forms.Form):
    """Papers first, then votes of each on the ballot, then of those written in."""

    issued = _number(_lazy("Ballots issued, by the stubs"))
    returned = _number(_lazy("Ballots returned"))
    void = _number(_lazy("Of these void"), required=False)

    def __init__(
        self, *args: Any, on_ballot: Sequence[Person], among: Any, takes_others: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.on_ballot, self.among = on_ballot, among
        for person in on_ballot:
            self.fields[f"votes_{person.pk}"] = _number(_("Votes for %(name)s") % {"name": person.name})
        self.others = range(1, WRITTEN_IN + 1) if takes_others else range(0)
        for place in self.others:
            self.fields[f"other_{place}"] = forms.CharField(
                label=_("Written in"), required=False, max_length=60, help_text=_("Name or staff number.")
            )
            self.fields[f"other_votes_{place}"] = _number(_("Votes for who was written in"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if (said.get("void") or 0) > (said.get("returned") or 0):
            self.add_error("void", _("More ballots are void than came back. Count again."))
        votes = {person: said.get(f"votes_{person.pk}") or 0 for person in self.on_ballot}
        for place in self.others:
            typed = (said.get(f"other_{place}") or "").strip()
            if not typed:
                continue
            try:
                person = person_called(typed, self.among)
            except ValidationError as error:
                self.add_error(f"other_{place}", error)
                continue
            if person in votes:
                self.add_error(f"other_{place}", _("%(name)s stands above already.") % {"name": person.name})
            votes[person] = said.get(f"other_votes_{place}") or 0
        said["votes"] = votes
        return said


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def count(request: AskedRequest, term_id: UUID, contest: str) -> HttpResponse:
    of, which = run(request, term_id), word_of(Contest, contest)
    state = state_of(of)
    one = contest_of(state, which)
    form = CountForm(
        sent(request),
        on_ballot=one.on_ballot,
        among=electable(of.organization, clock.today()),
        takes_others=one.first is None,
        initial={"void": 0},
    )
    notes = [
        _("More returned than issued: the whole ballot is void and held again."),
        _("A ballot with more marks than %(seats)s, a number or a sign is void.")
        % {"seats": one.standing.seats_open},
        _("Who left: leave marks for them out; the ballot stays valid.")
        if any(each.left_on for each in one.nominees)
        else "",
        ground(state, UNMARKED),
    ]
    question = (
        _("A second ballot among those who were tied, for %(seats)s; the most votes decide.")
        if one.first is not None
        else _("For %(seats)s. Elected is who has more than half of the voters present.")
    ) % {"seats": one.standing.seats_open}

    def counted() -> str:
        said = form.cleaned_data
        ballots = Ballots(issued=said["issued"], returned=said["returned"], void=said["void"] or 0)
        return _came_to(counting.count(of, which, ballots=ballots, votes=said["votes"], **signed(request)))

    title = _("Count: %(post)s") % {"post": which.zh}
    return ask(request, _asked(of, title, question, _("Save the count"), notes), form, counted, *_REFUSALS)


def _came_to(result: ElectionResult[Person]) -> str:
    names = "、".join(person.name for person in result.elected)
    if result.why_void is not None:
        return _("This ballot is void: %(why)s. %(next)s.") % {"why": result.why_void.zh, "next": result.next_step.zh}
    elected = _("Elected: %(names)s.") % {"names": names} if names else _("Nobody is elected by this ballot.")
    return f"{elected} {result.next_step.zh}。"


class OpenForm(forms.Form):
    in_favour = _number(_lazy("In favour"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave_open(request: AskedRequest, term_id: UUID, contest: str) -> HttpResponse:
    of, which = run(request, term_id), word_of(Contest, contest)
    form = OpenForm(sent(request))
    question = _(
        "Where those elected are near the number, the meeting may leave the rest open: more than half of the voters "
        "present agree. Otherwise vote again."
    )

    def opened() -> str:
        counting.leave_open(of, which, in_favour=form.cleaned_data["in_favour"], **signed(request))
        return _("The seats stay open.")

    return ask(request, _asked(of, _("Leave seats open"), question, _("Enter the consent")), form, opened, *_REFUSALS)


class PostsForm(forms.Form):
    on = day_field(_lazy("Posts are held from"))
    years = _number(_lazy("Years of the term"), least=SHORTEST_TERM, most=LONGEST_TERM)

    def __init__(self, *args: Any, others: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others
        for person in others:
            self.fields[f"work_{person.pk}"] = forms.ChoiceField(
                label=_("Work of %(name)s") % {"name": person.name},
                choices=[(post.value, post.zh) for post in COMMITTEE_POSTS],
                initial=PostKind.COMMITTEE_MEMBER.value,
            )

    @property
    def work(self) -> dict[Person, PostKind]:
        return {person: PostKind(self.cleaned_data[f"work_{person.pk}"]) for person in self.others}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def posts(request: AskedRequest, term_id: UUID) -> HttpResponse:
    of = run(request, term_id)
    state = state_of(of)
    taken = counting.posts_of(state, {})
    others = [person for person, post in taken.items() if post is PostKind.COMMITTEE_MEMBER]
    approved = state.letters.get(Letter.APPROVAL)
    form = PostsForm(sent(request), others=others, initial={"on": approved.dated if approved else None, "years": 3})
    question = _("The term before ends with its posts; who follows in a post takes over its duties and tasks.")
    notes = ["、".join(f"{person.name}（{post.zh}）" for person, post in taken.items())]

    def take() -> str:
        said = form.cleaned_data
        counting.take_posts(of, on=said["on"], years=said["years"], work=form.work, **signed(request))
        return _("The posts are taken. The election is finished.")

    return ask(request, _asked(of, _("Take the posts"), question, _("Take them"), notes), form, take, *_REFUSALS)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_lazy("Reason"), max_length=LONGEST_REASON)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: AskedRequest, term_id: UUID) -> HttpResponse:
    of = run(request, term_id)
    form = ReasonForm(sent(request))

    def end() -> str:
        running.call_off(of, reason=form.cleaned_data["reason"], **signed(request))
        return _("The election is called off.")

    question = _("It ends without a result. What was done stays on file.")
    return ask(
        request, _asked(of, _("Call off the election"), question, _("Call off the election")), form, end, *_REFUSALS
    )
