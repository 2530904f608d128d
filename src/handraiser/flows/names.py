"""Which names have attributes and properties had, and is there room for another?

What a name's values are decides how all of them are read, so every type is noted. Clients can make names up
without end, and each would be a column to everybody who reads: beyond so many, new ones are left out. They
are in the message still.
"""

from __future__ import annotations

from collections.abc import Mapping

from handraiser.capture.values import Json
from handraiser.store.bulk import insert
from handraiser.store.history import names_seen

__all__ = ["MOST_NAMES", "Names"]

MOST_NAMES = 2_000  # of a scope, as many as a file may have (`tables.jsontext`)
_TYPES = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR", dict: "OBJECT", list: "ARRAY"}


class Names:
    """The names that there are when a transaction begins, and those that come with it."""

    def __init__(self) -> None:
        self._seen = {
            scope: {name: set(types) for name, types in of.items()} for scope, of in names_seen().items()
        }
        self._new: list[tuple[str, str, str]] = []

    def admit(self, scope: str, values: Mapping[str, Json]) -> dict[str, Json]:
        """Return the values whose names there is room for; null makes no name known."""
        seen = self._seen[scope]
        admitted = {}
        for name, value in values.items():
            kind = _TYPES.get(type(value))
            types = seen.get(name)
            if types is None and (kind is None or len(seen) >= MOST_NAMES):
                continue
            if kind is not None and (types is None or kind not in types):
                seen.setdefault(name, set()).add(kind)
                self._new.append((scope, name, kind))
            admitted[name] = value
        return admitted

    def write(self) -> None:
        """Note the new ones."""
        kinds = {"scope": "text", "name": "text", "type": "text"}
        insert("store_name", kinds, self._new, conflict="DO NOTHING")
