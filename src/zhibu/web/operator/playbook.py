"""``zhibu playbook``: a branch's practice out as one file, beside another branch's lists, and into their drafts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhibu.web.operator.terminal import (
    AsJson,
    DataFolder,
    fail_usage,
    messages,
    print_json,
    refuse,
    start,
    write_whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zhibu.apps.organizations.models import Organization
    from zhibu.apps.showcases.queries import Gathered, Offer
    from zhibu.domain.playbooks import Barred, Beside, Merged

app = typer.Typer(no_args_is_help=True, help="Playbooks (样板): published, compared and adopted as one open file.")

File = Annotated[Path, typer.Argument(help="The playbook, a .zip.", exists=True, dir_okay=False, readable=True)]
Of = Annotated[str, typer.Option("--organization", help="The code of the branch that compares or adopts.")]


@app.command("publish")
def publish(
    branch: Annotated[str, typer.Argument(help="The code of the organization.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The .zip file to write.", dir_okay=False)],
    title: Annotated[str, typer.Option(help="Its title; that of the last edition unless said.")] = "",
    data: DataFolder = None,
) -> None:
    """Publish what is in force in the branch's own lists as the next edition, and write it to a file.

    What holds names, numbers or marks of what is internal stays out and is named. Where nothing has changed since the
    last edition, the last edition is written.
    """
    start(data)
    from django.utils.translation import gettext as _

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.showcases.actions import publishing
    from zhibu.apps.showcases.errors import ShowcaseRefusal
    from zhibu.apps.showcases.queries import file_of, gathered, known_people, latest_of, playbook_of
    from zhibu.domain.terms import Readership
    from zhibu.web.shell import clock

    of, at = _organization(branch), clock.now()
    every = gathered(of, known_people(), clock.today())
    going = [one for one in every if not one.findings]
    edition = latest_of(of)
    last = playbook_of(edition) if edition else None
    named = title or (last.title if last else _("How %(name)s does it") % {"name": of.name})
    story = last.story if last else ""
    is_new = last is None or (last.title, last.items) != (named, tuple(one.item for one in going))
    if edition is None or is_new:
        readership = Readership(edition.playbook.readership) if edition else Readership.HOUSE
        gathering = publishing.Gathering(
            title=named,
            story=story,
            keys=[one.item.key for one in going],
            readership=readership,
            looked_at=bool(story),  # whoever published it said so of these words
        )
        try:
            edition = publishing.publish(of, gathering, actor=OPERATOR, at=at)
        except ShowcaseRefusal as refusal:
            refuse(str(refusal))
    _write(out, file_of(edition))
    _tell_left(one for one in every if one.findings)
    _say(
        _("Edition %(number)s with %(count)s articles in %(file)s")
        % {"number": edition.number, "count": edition.items, "file": out}
    )


def _tell_left(every: Iterable[Gathered]) -> None:
    from django.utils.translation import gettext as _

    for one in every:
        found = "、".join(f"{each.words} ({each.kind.zh})" for each in one.findings)
        _say(_("Left out: “%(text)s”, because of %(found)s.") % {"text": one.item.says.text[:40], "found": found})


@app.command("compare")
def compare(file: File, organization: Of, data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Show each article of a playbook beside the branch's own. Nothing is written down."""
    start(data)
    from django.utils.translation import gettext as _

    from zhibu.apps.showcases.actions.publishing import looked_into
    from zhibu.apps.showcases.errors import ShowcaseRefusal
    from zhibu.apps.showcases.queries import offer_of
    from zhibu.documents.playbooks import fingerprint
    from zhibu.web.shell import clock

    of = _organization(organization)
    try:
        signed = looked_into(file.read_bytes())
    except ShowcaseRefusal as refusal:
        refuse(str(refusal))
    offered = offer_of(of, signed.playbook, clock.today())
    if as_json:
        print_json({"organization": of.code, "fingerprint": fingerprint(signed.key), **_document(offered)})
        return
    for merge in offered.merges:
        _say(f"{merge.outcome.zh}  {(merge.theirs or merge.before or merge.mine.says).text}" if merge.mine else "")
    for beside in offered.besides:
        barred = f" ({beside.barred.because.zh})" if beside.barred else ""
        _say(f"{beside.standing.zh}{barred}  {beside.item.says.text}")
    _say(_("%(count)s articles may be taken.") % {"count": len(offered.may_be_taken)})


def _document(offered: Offer) -> dict[str, Any]:
    told = offered.playbook
    may = set(offered.may_be_taken)
    return {
        "playbook": told.id,
        "edition": told.edition,
        "title": told.title,
        "house": told.house,
        "branch": told.branch,
        "published_on": told.published_on.isoformat(),
        "before": offered.before,
        "unknown": list(told.unknown),
        "articles": [_of_merge(one, may) for one in offered.merges]
        + [_of_beside(one, may) for one in offered.besides],
    }


def _of_beside(one: Beside, may: set[str]) -> dict[str, Any]:
    says = one.item.says
    return {
        "key": one.item.key,
        "list": says.kind.value,
        "section": says.section,
        "text": says.text,
        "standing": one.standing.value,
        "mine": one.mine.says.text if one.mine else None,
        "may_be_taken": one.item.key in may,
        **_of_bar(one.barred),
    }


def _of_merge(one: Merged, may: set[str]) -> dict[str, Any]:
    says = one.theirs or one.before
    return {
        "key": one.key,
        "list": says.kind.value if says else None,
        "section": says.section if says else None,
        "text": one.theirs.text if one.theirs else None,
        "standing": one.outcome.value,
        "before": one.before.text if one.before else None,
        "mine": one.mine.says.text if one.mine else None,
        "result": one.says.text if one.says else None,
        "clashes": [each.part for each in one.clashes],
        "may_be_taken": one.key in may,
        **_of_bar(one.barred),
    }


def _of_bar(barred: Barred | None) -> dict[str, Any]:
    if barred is None:
        return {"because": None}
    return {"because": barred.because.value, "against": [barred.one, barred.other]}


@app.command("adopt")
def adopt(
    file: File,
    organization: Of,
    key: Annotated[
        str, typer.Option(help="The fingerprint of the publisher's key, where it is another than before.")
    ] = "",
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Take all that may be taken into the drafts of the branch's lists. What may not is named."""
    start(data)
    from django.db import transaction
    from django.utils.translation import gettext as _

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.lists.errors import ListRefusal
    from zhibu.apps.showcases.actions import adopting, publishing
    from zhibu.apps.showcases.errors import ShowcaseRefusal
    from zhibu.apps.showcases.queries import offer
    from zhibu.web.shell import clock

    of, at = _organization(organization), clock.now()
    try:
        with transaction.atomic():
            edition = publishing.receive(of, file.read_bytes(), actor=OPERATOR, at=at, accepts=key)
            offered = offer(of, edition, clock.today())
            chosen = offered.may_be_taken
            adopting.adopt(of, edition, chosen, actor=OPERATOR, at=at)
    except (ShowcaseRefusal, ListRefusal) as refusal:
        refuse(str(refusal))
    barred = [(one.item.says.text, one.barred) for one in offered.besides if one.barred]
    barred += [(one.theirs.text, one.barred) for one in offered.merges if one.barred and one.theirs]
    if as_json:
        document = _document(offered)
        print_json({"organization": of.code, "taken": chosen, "articles": document["articles"]})
    for text, why in barred:
        _say(_("Not taken: “%(text)s”: %(because)s.") % {"text": text[:40], "because": why.because.zh})
    for part in offered.playbook.unknown:
        _say(_("A part that is not known here is left alone: %(part)s.") % {"part": part})
    _say(_("%(count)s articles are drafts of the lists of %(name)s.") % {"count": len(chosen), "name": of.name})


def _organization(code: str) -> Organization:
    from django.utils.translation import gettext as _

    from zhibu.apps.organizations.models import Organization
    from zhibu.domain.terms import OrganizationKind

    found = Organization.objects.filter(code=code).exclude(kind=OrganizationKind.GROUP.value).first()
    if found is None:
        refuse(_("There is no organization %(code)s.") % {"code": code})
    return found


def _write(out: Path, content: bytes) -> None:
    try:
        write_whole(out, content)
    except OSError as error:
        fail_usage(f"--out: {out} can not be written: {error.strerror}.")


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False, soft_wrap=True)
