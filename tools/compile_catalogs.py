"""Compiles the translation catalogs beside the code, so that no GNU gettext is needed.

Runs at install (a build hook of hatchling) and as ``python tools/compile_catalogs.py``. Each room keeps its own
catalog, ``locale/zh_Hans/LC_MESSAGES/django.po``. The traditional one is made from it and never edited.
"""

from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from opencc import OpenCC

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SOURCE = Path(__file__).parent.parent / "src" / "zhibu"


def traditional(simplified: Catalog) -> Catalog:
    """The same catalog in traditional characters (OpenCC ``s2hk``)."""
    convert = OpenCC("s2hk").convert
    made = Catalog(locale="zh_Hant")
    for message in simplified:
        if message.id and message.string:
            texts = message.string
            turned = convert(texts) if isinstance(texts, str) else tuple(convert(text) for text in texts)
            made.add(message.id, turned, context=message.context)
    return made


def write(catalog: Catalog, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    catalog.creation_date = catalog.revision_date = EPOCH  # the same texts make the same file
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    target = folder / "django.mo"
    if not target.exists() or target.read_bytes() != buffer.getvalue():
        # Whoever reads meanwhile, another test run say, finds the old file or the new one, never half of it.
        fresh = target.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(buffer.getvalue())
        fresh.replace(target)


def compile_catalogs() -> int:
    """Compile every catalog under the source tree; returns how many were found."""
    found = 0
    for po in sorted(SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.po")):
        with po.open("rb") as file:
            catalog = read_po(file, locale="zh_Hans")
        write(catalog, po.parent)
        write(traditional(catalog), po.parents[2] / "zh_Hant" / "LC_MESSAGES")
        found += 1
    return found


class CatalogHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        compile_catalogs()


if __name__ == "__main__":
    print(f"{compile_catalogs()} catalogs compiled")
