"""``zhibu verify``: files of zhibu checked offline, without a database and without a setting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zhibu.documents.playbooks import LARGEST, PlaybookFault, PlaybookRefused, fingerprint, read
from zhibu.web.operator.terminal import REFUSED, AsJson, messages, print_json

_SAYS = {
    PlaybookFault.NO_PLAYBOOK: "no playbook",
    PlaybookFault.TOO_LARGE: "more than a playbook holds",
    PlaybookFault.ODD_FILE: "holds a file that belongs to no part of it",
    PlaybookFault.MISSING: "a part is missing",
    PlaybookFault.ALTERED: "not as its publisher signed it",
    PlaybookFault.SIGNATURE: "the signature is not right",
    PlaybookFault.OTHER_KEY: "signed by somebody else",
    PlaybookFault.OLDER: "of a version that never was in use",
    PlaybookFault.NEWER: "of a newer version than is known here",
    PlaybookFault.BAD_VALUE: "a part can not be read",
}

Files = Annotated[
    list[Path], typer.Argument(help="Playbooks, .zip files.", exists=True, dir_okay=False, readable=True)
]


def verify(
    files: Files,
    key: Annotated[
        str, typer.Option(help="The fingerprint that the publisher told; a file of another key is found wrong.")
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Check that playbooks are as their publisher signed them. Exit 1 where one is not."""
    told = [_checked(file, key) for file in files]
    if as_json:
        print_json({"files": told})
    else:
        for one in told:
            _tell(one)
    if not all(one["valid"] for one in told):
        raise typer.Exit(REFUSED)


def _checked(file: Path, key: str) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            signed = read(opened.read(LARGEST + 1))
    except PlaybookRefused as refused:
        return _wrong(file, refused.fault, refused.what)
    if key and _bare(key) != _bare(fingerprint(signed.key)):
        return _wrong(file, PlaybookFault.OTHER_KEY, fingerprint(signed.key))
    playbook = signed.playbook
    return {
        "file": str(file),
        "valid": True,
        "kind": "playbook",
        "playbook": playbook.id,
        "edition": playbook.edition,
        "title": playbook.title,
        "house": playbook.house,
        "branch": playbook.branch,
        "published_on": playbook.published_on.isoformat(),
        "articles": len(playbook.items),
        "unknown": list(playbook.unknown),
        "key": signed.key,
        "fingerprint": fingerprint(signed.key),
    }


def _wrong(file: Path, fault: PlaybookFault, what: str) -> dict[str, Any]:
    return {"file": str(file), "valid": False, "fault": fault.value, "what": what}


def _bare(key: str) -> str:
    return "".join(key.split()).upper()


def _tell(one: dict[str, Any]) -> None:
    if one["valid"]:
        said = f"{one['title']}, edition {one['edition']}, {one['articles']} articles, key {one['fingerprint']}"
        text = f"{one['file']}: as it was signed. {said}"
    else:
        text = f"{one['file']}: {_SAYS[PlaybookFault(one['fault'])]}. {one['what']}".rstrip()
    messages.print(text, markup=False, highlight=False, soft_wrap=True)
