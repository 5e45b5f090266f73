"""The codes by which rows are referred to: which row has which, and what became of a code that no row has.

A row whose code is missing, or taken by another row, is *lost*: whatever refers to it finds nothing. Such a failed
reference is only a consequence, and says so (``because``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from zhibu.apps.imports.facts import Fact, Told
from zhibu.apps.imports.findings import Code, Findings, place

F = TypeVar("F", bound=Fact)


class Keys(Generic[F]):
    """The rows of one sheet by their code.

    ``called``: by which names the other sheets call the owner of a code. Of two rows with one code that one keeps
    it which is called so, else the first; the other has a duplicate.
    """

    def __init__(
        self,
        sheet: str,
        column: str,
        told: Told[F] | None,
        *,
        key: Callable[[F], str],
        name: Callable[[F], str],
        called: Mapping[str, Collection[str]],
        findings: Findings,
        unreadable: str | None,
    ) -> None:
        self.sheet, self._name, self._unreadable = sheet, name, unreadable
        self.rows: dict[str, F] = {}
        self.lost: list[F] = []
        self._causes: dict[str, str] = {}
        self._blamed: set[int] = set()
        claims: defaultdict[str, list[F]] = defaultdict(list)
        for fact in told or ():
            if key(fact):
                claims[key(fact)].append(fact)
            else:
                self.lost.append(fact)
        for code, facts in claims.items():
            owner = next((fact for fact in facts if name(fact) and name(fact) in called.get(code, ())), facts[0])
            self.rows[code] = owner
            for fact in facts:
                if fact is not owner:
                    self.lost.append(fact)
                    findings.error(
                        sheet,
                        fact.row,
                        column,
                        code,
                        Code.DUPLICATE,
                        _("%(code)s stands in row %(row)s already. Give one of them another code.")
                        % {"code": code, "row": owner.row},
                    )

    def cause(self, code: str, name: str = "") -> str | None:
        """Whose fault it is that a reference fails: the lost row of that name; ``None`` where nobody knows."""
        if self._unreadable is not None:
            return self._unreadable
        if code in self._causes:
            return self._causes[code]
        found = next((fact for fact in self.lost if name and self._name(fact) == name), None)
        if found is None:
            return None
        if code in self.rows:
            return place(self.sheet, found.row)
        return self.blame(code, found)

    def blame(self, code: str, fact: F) -> str:
        """Remember, for all that refer to ``code``, that it is the lost ``fact``'s."""
        self._blamed.add(fact.row)
        return self._causes.setdefault(code, place(self.sheet, fact.row))

    def suspects(self) -> list[F]:
        """The lost rows that no failed reference has been put down to yet."""
        return [fact for fact in self.lost if fact.row not in self._blamed]
