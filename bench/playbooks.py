"""How long a playbook of 200 articles takes to be compared and adopted, and whether it is the same elsewhere.

Two installations of their own, each a process with a data folder and a secret key. In the first a branch publishes
its lists and another, which has as many, some alike, compares them and takes all that may be taken; in the second a
branch with the same lists does so with the file alone. Then a later edition, where both have changed things. Prints
the seconds and checksums; exits 1 above the figure to hold, where the two do not come to the same, or where one of
the altered files is accepted.

    python -m bench.playbooks [--items 200] [--altered 1000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.search import DAY, sentence

#: Seconds to compare and adopt.
PROMISED_SECONDS = 2.0

AT = dt.datetime.combine(DAY, dt.time(9), dt.UTC)


def texts(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    asked = ("必须每月召开1次", "应当在5日内归档", "一般每季度开展1次", "不得代替签到")
    return [
        f"{sentence(chance, chance.randint(20, 90))}{asked[number % 4]}。".replace("\n", "")
        for number in range(count)
    ]


def mine_beside(theirs: list[str]) -> list[str]:
    """As many: a quarter the same, a quarter alike, the rest others."""
    other = texts(len(theirs), 99)
    return [
        text if number % 4 == 0 else f"{text}按班次分批。" if number % 4 == 1 else other[number]
        for number, text in enumerate(theirs)
    ]


def _organization(code: str, path: str, depth: int, name: str) -> Any:
    from zhibu.apps.organizations.models import Organization
    from zhibu.domain.terms import OrganizationKind

    kind = OrganizationKind.LEADING_GROUP if depth == 1 else OrganizationKind.BRANCH
    return Organization.objects.create(code=code, name=name, kind=kind, began=DAY, path=path, depth=depth)


def _lists(of: Any, said: list[str]) -> list[Any]:
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.lists.actions import writing
    from zhibu.domain.terms import ListKind

    done: dict[str, Any] = {"actor": OPERATOR, "at": AT}
    section = writing.write_section(organization=of, kind=ListKind.RULES, title="制度", **done)
    return [
        writing.write_article(section=section, words=writing.Words(text=text), since=DAY, **done).article
        for text in said
    ]


def _taken(of: Any, edition: Any, at: dt.datetime) -> tuple[float, float, float, list[tuple[str, str]]]:
    """Seconds to compare and to adopt, the processor's for both, and the open drafts that came of it."""
    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.lists.models import Draft
    from zhibu.apps.showcases.actions.adopting import adopt
    from zhibu.apps.showcases.queries import offer

    began, worked = time.perf_counter(), time.process_time()
    offered = offer(of, edition, at.date())
    compared = time.perf_counter() - began
    began = time.perf_counter()
    adopt(of, edition, offered.may_be_taken, actor=OPERATOR, at=at)
    adopted = time.perf_counter() - began
    drafts = Draft.objects.filter(organization=of, state="open").order_by("written_at", "pk")
    return compared, adopted, time.process_time() - worked, list(drafts.values_list("section", "text"))


def child(folder: Path, count: int, *, publishes: bool) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from zhibu.apps.archive.actions import OPERATOR
    from zhibu.apps.lists.actions import drafting, writing
    from zhibu.apps.lists.models import Draft
    from zhibu.apps.showcases.actions.publishing import Gathering, publish, receive
    from zhibu.apps.showcases.queries import file_of, gathered, known_people

    call_command("migrate", verbosity=0)
    _organization("B", "001", 1, "局党组")
    taker, theirs = _organization("B2", "001002", 2, "第二支部"), texts(count, 1)
    _lists(taker, mine_beside(theirs))
    later, found = AT + dt.timedelta(days=30), []
    articles = []
    if publishes:
        publisher = _organization("B1", "001001", 2, "第一支部")
        articles = _lists(publisher, theirs)
    for number, at in ((1, AT), (2, later)):
        file = folder / f"edition-{number}.zip"
        if publishes:
            for article in articles[::5] if number == 2 else []:
                words = writing.words_of(article.wordings.get())
                words = replace(words, text=f"{words.text}年底通报。")
                writing.amend(article=article, words=words, since=at.date(), actor=OPERATOR, at=at)
            keys = [one.item.key for one in gathered(publisher, known_people(), at.date())]
            edition = publish(publisher, Gathering(title="样板", story="", keys=keys), actor=OPERATOR, at=at)
            file.write_bytes(file_of(edition))
        else:
            edition = receive(taker, file.read_bytes(), actor=OPERATOR, at=at)
        compared, adopted, worked, drafts = _taken(taker, edition, at)
        told = hashlib.sha256(json.dumps(drafts, ensure_ascii=False).encode()).hexdigest()
        seconds = {"compared": compared, "adopted": adopted, "worked": worked}
        found.append({**seconds, "drafts": len(drafts), "checksum": told})
        if number == 1:
            for place, draft in enumerate(Draft.objects.filter(state="open").order_by("written_at", "pk")):
                if place % 3 == 0:
                    words = replace(drafting.words_of_draft(draft), text=f"先说明。{draft.text}")
                    drafting.redraft(draft, section=draft.section, words=words, actor=OPERATOR, at=at)
    return {"editions": found}


def altered(chance: random.Random, content: bytes) -> bytes:
    """A bit, a byte more, a part less, two bytes changed about, or the end."""
    place, other = chance.randrange(len(content)), chance.randrange(len(content))
    first, last = sorted((place, other + 1))
    flipped = content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
    swapped = bytearray(content)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    more = content[:place] + chance.randbytes(chance.randint(1, 30)) + content[place:]
    return chance.choice([flipped, bytes(swapped), more, content[:first] + content[last:], content[:place]])


def accepted(content: bytes, count: int) -> tuple[int, int]:
    """Of how many that differ, how many are read all the same."""
    from zhibu.documents.playbooks import PlaybookRefused, read

    chance, tried, read_all_the_same = random.Random(3), 0, 0
    while tried < count:
        other = altered(chance, content)
        if other == content:
            continue
        tried += 1
        try:
            read(other)
        except PlaybookRefused:
            continue
        read_all_the_same += 1
    return tried, read_all_the_same


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--altered", type=int, default=1000)
    parser.add_argument("--child", choices=["publishes", "receives"])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(child(asked.folder, asked.items, publishes=asked.child == "publishes")))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="zhibu-playbooks-"))
    told = {}
    try:
        for one in ("publishes", "receives"):
            env = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "zhibu.config.settings",
                "ZHIBU_DATA_DIR": str(folder / one),
            }
            command = [sys.executable, "-m", "bench.playbooks", "--child", one, "--folder", str(folder)]
            command += ["--items", str(asked.items)]
            done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
            told[one] = json.loads(done.splitlines()[-1])["editions"]
        content = (folder / "edition-1.zip").read_bytes()
        tried, wrong = accepted(content, asked.altered)
    finally:
        shutil.rmtree(folder)
    held = wrong == 0
    for number, (here, there) in enumerate(zip(told["publishes"], told["receives"], strict=True), 1):
        for where, one in (("where it was published", here), ("with the file alone", there)):
            seconds = one["compared"] + one["adopted"]
            held &= seconds <= PROMISED_SECONDS
            print(
                f"edition {number}, {where}: compared {one['compared']:.2f} s, adopted {one['adopted']:.2f} s"
                f" ({one['worked']:.2f} s of the processor),"
                f" {one['drafts']} open drafts, {one['checksum'][:12]}"
            )
        held &= here["checksum"] == there["checksum"]
    print(f"{asked.items} articles, {len(content)} bytes; of {tried} altered files {wrong} accepted")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
