"""Which names have attributes and properties had, and is there room for another?

What a name's values are decides how all of them are read, so every type is noted. Clients can make names up
without end, and each would be a column to everybody who reads: beyond so many, new ones are left out. They
are in the message still. Those that agreements read are never left out, whoever has made up how many.

What is left out is left out of what is stored, not only of what is read: so whoever reads the files of
`export` finds the same values as the live system, of the same types.
"""

from __future__ import annotations

from collections.abc import Mapping

from handraiser.capture.values import Json
from handraiser.flows.wanted import published_names
from handraiser.store.bulk import insert
from handraiser.store.history import names_seen

__all__ = ["MOST_NAMES", "Names"]

# Of a scope. A file may have 2,000 (`tables.jsontext`); the rest is for names that agreements will read.
MOST_NAMES = 1_800
_TYPES = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR", dict: "OBJECT", list: "ARRAY"}


class Names:
    """The names that there are when a transaction begins, and those that come with it."""

    def __init__(self) -> None:
        self._seen = {
            scope: {name: set(types) for name, types in of.items()} for scope, of in names_seen().items()
        }
        self._wanted = published_names()
        self._new: list[tuple[str, str, str]] = []

    def admit(self, scope: str, values: Mapping[str, Json]) -> dict[str, Json]:
        """Return the values whose names there is room for; null makes no name known."""
        seen = self._seen[scope]
        admitted = {}
        for name, value in values.items():
            kind = _TYPES.get(type(value))
            types = seen.get(name)
            if types is None and (kind is None or not self._has_room(scope, name)):
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

    def _has_room(self, scope: str, name: str) -> bool:
        return len(self._seen[scope]) < MOST_NAMES or name in self._wanted[scope]
