"""The types of the columns of all files, of facts and of results."""

from __future__ import annotations

import pyarrow as pa

NUMBER, DAY, TEXT, ID = pa.int32(), pa.date32(), pa.string(), pa.binary(16)
#: A string of few that occur again and again.
WORD = pa.dictionary(pa.int32(), pa.string())


def schema_of(**columns: pa.DataType | tuple[pa.DataType]) -> pa.Schema:
    """A type in a tuple may be empty."""
    return pa.schema(
        [
            pa.field(name, kind[0], nullable=True)
            if isinstance(kind, tuple)
            else pa.field(name, kind, nullable=False)
            for name, kind in columns.items()
        ]
    )
