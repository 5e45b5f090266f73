"""Keeps the Chinese catalogs in step with the code: one catalog a room, edited by hand, checked by this.

    tools/messages.py [ROOM…]            adds what is new, drops what is gone, keeps what is translated
    tools/messages.py --check [ROOM…]    writes nothing; exit 1 and a list where something is missing, stale or odd

A room is ``web/shell`` or ``apps/people``; without one, all of them. Needs Babel and Django, no GNU gettext. Catalogs
hold no dates and no line numbers, so that a change of code that changes no text changes no catalog.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parent.parent / "src" / "zhibu"
LOCALE = "zh_Hans"
HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

#: The functions of Django that mark a text, and which of their arguments are text, plural and context.
KEYWORDS: Mapping[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def rooms() -> list[Path]:
    return sorted(path.parent for floor in ("apps", "web") for path in (SOURCE / floor).glob("*/__init__.py"))


def name_of(room: Path) -> str:
    return room.relative_to(SOURCE).as_posix()


def catalog_file(room: Path) -> Path:
    return room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def _python_of(file: Path) -> str:
    """The text of a Python file, or a template as Python that holds the same calls.

    What is no text of a template becomes rows of X; its indentation means nothing to Python.
    """
    text = file.read_text()
    if file.suffix == ".py":
        return text
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(file)).splitlines())


def found_in(room: Path) -> Catalog:
    """Every text of a room, as its code and templates mark it."""
    catalog = Catalog(locale=LOCALE)
    files = [*room.rglob("*.py"), *room.rglob("templates/**/*.html"), *room.rglob("templates/**/*.txt")]
    for file in sorted(files):
        stream = io.BytesIO(_python_of(file).encode())
        for _line, text, comments, context in extract("python", stream, KEYWORDS, ["Translators:"]):
            if text not in {"", ("", "")}:
                catalog.add(text, context=context, auto_comments=comments)
    return catalog


def read(room: Path) -> Catalog:
    if not catalog_file(room).exists():
        return Catalog(locale=LOCALE)
    with catalog_file(room).open("rb") as file:
        return read_po(file, locale=LOCALE)


def merged(found: Catalog, kept: Catalog) -> Catalog:
    """What the code says, with the translations that are there."""
    catalog = Catalog(locale=LOCALE)
    for message in texts_of(found):
        old = kept.get(_key(message), message.context)
        catalog.add(
            message.id,
            old.string if old else message.string,
            context=message.context,
            auto_comments=message.auto_comments,
            user_comments=old.user_comments if old else (),
        )
    return catalog


def written(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalog, width=118, no_location=True, omit_header=True, sort_output=True)
    return HEADER.encode() + stream.getvalue().rstrip(b"\n") + b"\n"


def texts_of(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _translation(message: Message) -> str:
    """In Chinese one form is singular and plural; empty where it is not translated."""
    match message.string:
        case str(string) | (str(string), *_):
            return string
        case _:
            return ""


def _last_form(message: Message) -> str:
    """The plural where there is one: the single Chinese form stands for it."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def _placeholders(text: str) -> Counter[str]:
    return Counter(re.findall(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}", text))


def faults(room: Path) -> Iterator[str]:
    """What is wrong with the catalog of a room, in words."""
    found, kept = found_in(room), read(room)
    for message in texts_of(found):
        old = kept.get(_key(message), message.context)
        if old is None or not _translation(old):
            yield f"missing: {_key(message)!r}"
        elif type(old.id) is not type(message.id) or old.fuzzy:
            yield f"to be looked at again: {_key(message)!r}"
    for message in texts_of(kept):
        if found.get(_key(message), message.context) is None:
            yield f"no longer used: {_key(message)!r}"
        if _translation(message) and _placeholders(_translation(message)) != _placeholders(_last_form(message)):
            yield f"{_key(message)!r}: its placeholders are not those of {_translation(message)!r}"


def contradictions(all_rooms: list[Path]) -> Iterator[str]:
    """Texts that two rooms translate differently: Django merges the catalogs, so one would silently lose."""
    said: defaultdict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    for room in all_rooms:
        for message in filter(_translation, texts_of(read(room))):
            string = _translation(message)
            said[_key(message), message.context].setdefault(string, name_of(room))
    for (text, _context), strings in said.items():
        if len(strings) > 1:
            places = ", ".join(f"{string} in {room}" for string, room in strings.items())
            yield f"{text!r} is {places}: agree on one, or tell them apart by a context"


def check(chosen: list[Path]) -> int:
    report = [f"{name_of(room)}: {fault}" for room in chosen for fault in faults(room)]
    report += contradictions(rooms())
    print("\n".join(report) or f"{len(chosen)} rooms, every text in Chinese")
    return 1 if report else 0


def update(chosen: list[Path]) -> int:
    for room in chosen:
        catalog, target = merged(found_in(room), read(room)), catalog_file(room)
        if len(catalog):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(written(catalog))
        elif target.exists():
            target.unlink()
        waiting = sum(not _translation(message) for message in texts_of(catalog))
        print(f"{name_of(room)}: {len(catalog)} texts, {waiting} to translate")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", metavar="ROOM")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    known = {name_of(room): room for room in rooms()}
    for name in given.rooms:
        if name not in known:
            parser.error(f"no room {name}; there are: {', '.join(known)}")
    chosen = [known[name] for name in given.rooms] or list(known.values())
    return check(chosen) if given.check else update(chosen)


if __name__ == "__main__":
    sys.exit(main())
