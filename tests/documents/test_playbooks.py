"""A playbook file is read as it was written, the same bytes everywhere; whatever was done to it, it is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import random
import re
import time
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from zhibu.documents import playbooks
from zhibu.documents.playbooks import (
    PURPOSE,
    PlaybookFault,
    PlaybookRefused,
    Signed,
    fingerprint,
    key_of,
    read,
    write,
)
from zhibu.domain.playbooks import Item, Playbook, Saying
from zhibu.domain.seal import canonical
from zhibu.domain.terms import Bearer, ListKind, Proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def uuid(number):
    return f"01900000-0000-7000-8000-{number:012d}"


PLAYBOOK = Playbook(
    id=uuid(1),
    edition=2,
    title="倒班党支部的做法",
    house="口岸检验检疫局",
    branch="旅检一支部",
    code="LJ1",
    published_on=dt.date(2026, 5, 4),
    story="分两批开会。\n\n夜班补课。",
    items=(
        Item(uuid(10), Saying(ListKind.RULES, "会议制度", "支部党员大会每季度必须召开1次。", source="条例第十条")),
        Item(
            uuid(11),
            Saying(
                ListKind.DUTIES,
                "书记",
                "每年讲一次党课。",
                Bearer.SECRETARY,
                False,
                Proof.REQUIREMENT,
                "leader_lesson",
            ),
        ),
        Item(
            uuid(12),
            Saying(ListKind.PROHIBITIONS, "负面清单", "代他人签到。", consequence="提醒谈话", ask="纪检委员"),
        ),
    ),
)
FILE = write(PLAYBOOK, KEY)


def refused(content, **how):
    with pytest.raises(PlaybookRefused) as told:
        read(content, **how)
    return told.value.fault, told.value.what


def made(edit=None, files=(), secret=KEY, how=playbooks._zipped, **parts):
    """The playbook with other parts in its manifest and other files, signed again by whoever holds the key."""
    with zipfile.ZipFile(io.BytesIO(FILE)) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    lists = json.loads(contents["lists.json"])
    if edit is not None:
        edit(lists)
    contents |= {"lists.json": canonical(lists).encode(), **dict(files)}
    contents = {name: content for name, content in contents.items() if content is not None}
    manifest = json.loads(contents["manifest.json"]) | {
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in contents.items()
            if name not in {"manifest.json", "signature.json"}
        }
    }
    contents["manifest.json"] = canonical({k: v for k, v in (manifest | parts).items() if v is not None}).encode()
    if secret is None:  # somebody who has no key leaves the signature as it was
        return how(contents)
    contents["signature.json"] = canonical(
        {
            "algorithm": "Ed25519",
            "key": key_of(secret),
            "signature": secret.sign(PURPOSE + contents["manifest.json"]).hex(),
        }
    ).encode()
    return how(contents)


def test_what_was_written_is_read_and_written_again_it_is_the_same():
    assert read(FILE) == Signed(PLAYBOOK, key_of(KEY))
    assert write(read(FILE).playbook, KEY) == FILE == made()


def test_the_bytes_are_the_same_on_every_machine():
    """Whatever compresses there, and whichever day it is: a change of this digest is another version of the form."""
    assert hashlib.sha256(FILE).hexdigest() == "c9c63724967fe7ebe5846b86ab13222b301c29839390893b366998fb18b2d5c8"


def test_the_schema_that_is_published_is_what_is_written():
    page = (Path(__file__).parent.parent.parent / "docs" / "playbook.md").read_text()
    blocks = re.findall(r"```json\n(\{\"\$schema.*?)```", page, re.DOTALL)
    schemas = {schema["title"]: schema for schema in map(json.loads, blocks)}
    with zipfile.ZipFile(io.BytesIO(FILE)) as packed:
        manifest, lists = json.loads(packed.read("manifest.json")), json.loads(packed.read("lists.json"))
    assert (
        set(schemas["manifest.json"]["required"]) == manifest.keys() == schemas["manifest.json"]["properties"].keys()
    )
    article = schemas["lists.json"]["items"]
    assert set(article["required"]) == lists[0].keys() == article["properties"].keys()
    assert schemas["lists.json"]["maxItems"] == playbooks.MOST_ITEMS
    assert article["properties"]["list"]["enum"] == [kind.value for kind in ListKind]
    assert article["properties"]["bearer"]["enum"] == [None, *(bearer.value for bearer in Bearer)]
    assert article["properties"]["proof"]["enum"] == [proof.value for proof in Proof]
    longest = {name: field["maxLength"] for name, field in article["properties"].items() if "maxLength" in field}
    assert longest == playbooks._LONGEST


def test_a_key_is_told_by_what_two_people_can_read_to_each_other():
    assert fingerprint(key_of(KEY)) == "5647 5AA7 5463 474C 0285 DF5D"
    assert fingerprint(key_of(KEY)) != fingerprint(key_of(OTHER))


def test_it_says_when_it_is_another_publishers():
    assert refused(FILE, key=key_of(OTHER)) == (PlaybookFault.OTHER_KEY, fingerprint(key_of(KEY)))
    assert refused(made(secret=OTHER), key=key_of(KEY))[0] is PlaybookFault.OTHER_KEY
    assert read(FILE, key=key_of(KEY)).playbook == PLAYBOOK


def test_parts_that_are_not_known_are_left_alone_and_named():
    def more(lists):
        lists[0]["colour"] = "red"

    told = read(made(more, files=[("packs/one.zip", b"PK"), ("films.json", b"{}")], season="spring")).playbook
    assert replace(told, unknown=()) == PLAYBOOK
    assert told.unknown == ("season", "films.json", "packs/one.zip", "lists.json: colour")


def _twice(lists):
    lists.append(lists[0])


def _says(**fields):
    def edit(lists):
        lists[0] |= fields

    return edit


def _many(lists):
    lists[:] = [lists[0] | {"key": uuid(100 + n)} for n in range(playbooks.MOST_ITEMS + 1)]


def _deflated(contents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return out.getvalue()


def _doubled(contents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in [*contents.items(), ("story.md", b"other")]:
            packed.writestr(name, content)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("content", "fault", "what"),
    [
        (lambda: b"", PlaybookFault.NO_PLAYBOOK, ""),
        (lambda: b"PK\x03\x04" + bytes(50), PlaybookFault.NO_PLAYBOOK, ""),
        (lambda: FILE + b"\n", PlaybookFault.ALTERED, ""),
        (lambda: b"\n" + FILE, PlaybookFault.ALTERED, ""),
        (lambda: made(format="zhibu-study-pack"), PlaybookFault.NO_PLAYBOOK, ""),
        (lambda: made(title="别的", secret=None), PlaybookFault.SIGNATURE, ""),
        (lambda: made(_says(text="别的。"), secret=None), PlaybookFault.SIGNATURE, ""),
        (lambda: made(version=2), PlaybookFault.NEWER, "2"),
        (lambda: made(version=0), PlaybookFault.OLDER, "0"),
        (lambda: made(version="1"), PlaybookFault.NO_PLAYBOOK, ""),
        (lambda: made(how=_deflated), PlaybookFault.ALTERED, "manifest.json"),
        (lambda: made(how=_doubled), PlaybookFault.ODD_FILE, "story.md"),
        (lambda: made(files=[("../../etc/passwd", b"x")]), PlaybookFault.ODD_FILE, "../../etc/passwd"),
        (lambda: made(files=[("/etc/passwd", b"x")]), PlaybookFault.ODD_FILE, "/etc/passwd"),
        (lambda: made(files=[("a/b/c.json", b"x")]), PlaybookFault.ODD_FILE, "a/b/c.json"),
        (lambda: made(files={}), PlaybookFault.ODD_FILE, "extra.json"),
        (lambda: made(files=[("story.md", None)]), PlaybookFault.MISSING, "story.md"),
        (lambda: made(files=[("story.md", b"\xff")]), PlaybookFault.BAD_VALUE, "story.md"),
        (lambda: made(files=[("story.md", "字\x00".encode())]), PlaybookFault.BAD_VALUE, "story.md"),
        (lambda: made(files=[("story.md", "签\u202e名".encode())]), PlaybookFault.BAD_VALUE, "story.md"),
        (lambda: made(title=" "), PlaybookFault.BAD_VALUE, "title"),
        (lambda: made(title="长" * 121), PlaybookFault.BAD_VALUE, "title"),
        (lambda: made(title=None), PlaybookFault.BAD_VALUE, "title"),
        (lambda: made(edition=0), PlaybookFault.BAD_VALUE, "edition"),
        (lambda: made(edition=True), PlaybookFault.BAD_VALUE, "edition"),
        (lambda: made(published_on="20260504"), PlaybookFault.BAD_VALUE, "published_on"),
        (lambda: made(id=uuid(1).upper().replace("0", "A")), PlaybookFault.BAD_VALUE, "id"),
        (lambda: made(_twice), PlaybookFault.BAD_VALUE, "key"),
        (lambda: made(_many), PlaybookFault.TOO_LARGE, "lists.json"),
        (lambda: made(_says(text="")), PlaybookFault.BAD_VALUE, "text"),
        (lambda: made(_says(text=["x"])), PlaybookFault.BAD_VALUE, "text"),
        (lambda: made(_says(list="wishes")), PlaybookFault.BAD_VALUE, "'wishes' is not a valid ListKind"),
        (lambda: made(_says(list="duties")), PlaybookFault.BAD_VALUE, "支部党员大会每季度必须召开1次。"),
        (lambda: made(_says(list="prohibitions")), PlaybookFault.BAD_VALUE, "支部党员大会每季度必须召开1次。"),
        (lambda: made(_says(proof="requirement")), PlaybookFault.BAD_VALUE, "支部党员大会每季度必须召开1次。"),
        (lambda: made(_says(bearer=[])), PlaybookFault.BAD_VALUE, "[] is not a valid Bearer"),
        (lambda: made(lambda lists: lists.insert(0, None)), PlaybookFault.BAD_VALUE, "lists.json"),
        (lambda: b"PK\x01\x02" * 200, PlaybookFault.TOO_LARGE, ""),
        (lambda: bytes(playbooks.LARGEST + 1), PlaybookFault.TOO_LARGE, ""),
    ],
)
def test_another_thing_is_refused_by_name(content, fault, what):
    if what == "extra.json":
        with zipfile.ZipFile(io.BytesIO(FILE)) as packed:
            told = {name: packed.read(name) for name in packed.namelist()}
        assert refused(playbooks._zipped(told | {"extra.json": b"{}"})) == (fault, what)
    else:
        assert refused(content()) == (fault, what)


def altered(chance, content):
    """One of the things that may happen to a file, or that somebody may do to it."""
    place, other = chance.randrange(len(content)), chance.randrange(len(content))
    first, last = sorted((place, other + 1))
    swapped = bytearray(content)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    ways = [
        lambda: content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :],
        lambda: content[:place],
        lambda: content[:place] + chance.randbytes(chance.randint(1, 40)) + content[place:],
        lambda: content[:first] + content[last:],
        lambda: bytes(swapped),
        lambda: made(title=f"样板{place}", secret=None),  # a whole file, whose signature is of another
        lambda: made(_says(text=f"每季度召开{place}次。"), secret=None),
        lambda: made(title=f"样板{place}", secret=OTHER),  # honestly signed, by somebody else
    ]
    return chance.choice(ways)()


def test_of_a_thousand_altered_files_none_is_accepted():
    chance = random.Random(9)
    files = [one for one in (altered(chance, FILE) for _ in range(1100)) if one != FILE][:1000]
    accepted = []
    for one in files:
        try:
            read(one, key=key_of(KEY))
        except PlaybookRefused:
            continue
        accepted.append(one)
    assert (len(files), accepted) == (1000, [])


def test_a_file_that_says_more_than_it_holds_costs_nothing():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", bytes(200 * 2**20))
    tracemalloc.start()
    began = time.perf_counter()
    assert refused(bomb.getvalue())[0] is PlaybookFault.ALTERED
    took, (_now, most) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1
    assert most < 2 * 2**20


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100).filter(str.strip))
def test_foreign_scripts_and_hostile_words_stay_as_they_are(text):
    told = replace(
        PLAYBOOK, story=text, items=(Item(uuid(10), Saying(ListKind.RULES, text[:60].strip() or "x", text)),)
    )
    if any(char in playbooks._TURNS for char in text):
        assert refused(write(told, KEY))[0] is PlaybookFault.BAD_VALUE
    else:
        assert read(write(told, KEY)).playbook == told
