"""Puts constraints and indexes into the operations that make their models: ``fold_migrations.py [--check]``.

``makemigrations`` gives a model that points to another its constraints one by one afterwards, and for each of them
Django builds all models anew: folded, an installation is ready in half the time. Run it after a room's first
migration was remade; ``--check`` writes nothing and fails where there is something to fold.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import django
from django.apps import apps
from django.db.migrations import AddConstraint, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter
from django.db.models import BaseConstraint, Index, Q
from django.db.models.expressions import Expression, F


def folded(operations: list[Operation]) -> list[Operation]:
    """The same end with fewer operations; what needs a field that comes later stays where it is."""
    kept: list[Operation] = []
    made: dict[str, CreateModel] = {}
    for operation in operations:
        if isinstance(operation, CreateModel):
            made[operation.name_lower] = operation
        elif isinstance(operation, AddConstraint | AddIndex):
            model = made.get(operation.model_name_lower)
            what = operation.constraint if isinstance(operation, AddConstraint) else operation.index
            if model is not None and _names_in(what) <= {name for name, _field in model.fields}:
                kind = "constraints" if isinstance(operation, AddConstraint) else "indexes"
                model.options.setdefault(kind, []).append(what)
                continue
        kept.append(operation)
    return kept


def _names_in(what: BaseConstraint | Index) -> set[str]:
    names = {name.lstrip("-") for name in getattr(what, "fields", ())}
    names |= set(getattr(what, "include", None) or ())
    condition = getattr(what, "condition", None)
    return {name.partition("__")[0] for name in names | _names_of(condition)} - {"pk"}


def _names_of(one: object) -> set[str]:
    if isinstance(one, Q):
        return set().union(*map(_names_of, one.children))
    if isinstance(one, tuple):
        return {str(one[0])} | _names_of(one[1])
    if isinstance(one, F):
        return {getattr(one, "name", "")}
    if isinstance(one, Expression):
        return set().union(*map(_names_of, one.get_source_expressions()))
    return set()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibu.config.settings")
    django.setup()
    is_check, unfolded = "--check" in sys.argv, 0
    for config in apps.get_app_configs():
        if not config.name.startswith("zhibu."):
            continue
        for path in sorted(Path(config.path, "migrations").glob("0*.py")):
            module = import_module(f"{config.name}.migrations.{path.stem}")
            migration = module.Migration
            before = len(migration.operations)
            migration.operations = folded(migration.operations)
            if len(migration.operations) == before:
                continue
            unfolded += 1
            print(f"{path}: {before - len(migration.operations)} operations to fold")
            if not is_check:
                path.write_text(
                    MigrationWriter(migration(path.stem, config.label), include_header=False).as_string(),
                    encoding="utf-8",
                )
    return 1 if is_check and unfolded else 0


if __name__ == "__main__":
    sys.exit(main())
