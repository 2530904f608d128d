"""Which rows has the database that segments are made of, in the order in which they were written?

They are written by one at a time (`flows.resolve`), so their numbers become visible in their order: who has
seen one has seen all before. None is ever changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from handraiser.store.bulk import among, query
from handraiser.store.segments import COLUMNS, Kind, Segment, owner

__all__ = ["described", "is_copy", "mark_of", "marked", "rows_after", "rows_between", "rows_of"]

_LAYOUT = 1  # of the files; another number makes them anew
_SELECTED = {
    Kind.ACTIVITIES: (
        "SELECT each.id, person_id, event, event_id, verdict, occurred_at, known_at, session_id, properties "
        "FROM store_activity AS each"
    ),
    Kind.PEOPLE: (
        'SELECT each.id, person_id, valid_from, known_at, "values", company.key FROM store_personpatch '
        "AS each LEFT JOIN store_company AS company ON company.id = each.company_id"
    ),
    Kind.COMPANIES: (
        'SELECT each.id, company.key, valid_from, known_at, "values" FROM store_companypatch AS each '
        "JOIN store_company AS company ON company.id = each.company_id"
    ),
}


def described() -> str:
    """Return which database it is and what its tables are like, as text: no secret is in it."""
    settings = connection.settings_dict
    told: list[object] = [connection.vendor]
    if connection.vendor == "postgresql":
        # A database that was dropped and made again has another number.
        ((number,),) = query("SELECT oid::bigint FROM pg_database WHERE datname = current_database()")
        told += [settings["HOST"], settings["PORT"], settings["NAME"], number]
    else:
        told.append(os.path.abspath(settings["NAME"]))
    migrations = query("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY name")
    digest = hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()
    return json.dumps({"database": digest, "migration": migrations[-1][0], "layout": _LAYOUT})


def rows_after(kind: Kind, number: int, most: int) -> pa.Table:
    """Return the rows behind a number, in their order, at most so many."""
    return _table(
        kind, query(f"{_SELECTED[kind]} WHERE each.id > %s ORDER BY each.id LIMIT %s", [number, most])
    )


def _table(kind: Kind, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS[kind])
    schema = COLUMNS[kind]
    return pa.table(
        [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def rows_between(kind: Kind, first: int, last: int | None, *, page: int = 50_000) -> Iterator[pa.Table]:
    """Yield the rows from one number to another, or to the end, some at a time."""
    behind = first - 1
    while True:
        rows = rows_after(kind, behind, page)
        if not rows.num_rows:
            return
        behind = rows.column("id")[-1].as_py()
        if last is not None and behind > last:
            yield rows.filter(pc.less_equal(rows.column("id"), last))
            return
        yield rows
        if rows.num_rows < page:
            return


def marked(rows: pa.Table) -> str:
    """Return what tells the last of some rows from any other."""
    (row,) = rows.slice(rows.num_rows - 1).to_pylist()
    return hashlib.blake2b(repr(list(row.values())).encode(), digest_size=16).hexdigest()


def mark_of(kind: Kind, number: int) -> str | None:
    """Return the same of the last row up to a number, None where there is none.

    Where it is that of a segment, what came before in both is the same too: two histories that have parted
    do not meet again. The row of that number itself may be somebody's who was forgotten.
    """
    rows = _table(
        kind, query(f"{_SELECTED[kind]} WHERE each.id <= %s ORDER BY each.id DESC LIMIT 1", [number])
    )
    return marked(rows) if rows.num_rows else None


def rows_of(kind: Kind, owners: Collection[int | str], first: int, last: int) -> pa.Table:
    """Return the rows of some people, or of companies by their keys, from one number to another."""
    whose, values = ("company.key", "text") if kind is Kind.COMPANIES else ("person_id", "bigint")
    condition, parameters = among(whose, owners, values)
    between = f"{condition} AND each.id BETWEEN %s AND %s"
    return _table(kind, query(f"{_SELECTED[kind]} WHERE {between}", [*parameters, first, last]))


def is_copy(folder: Path, chains: Mapping[Kind, Sequence[Segment]]) -> bool:
    """Return whether the segments in a folder are of this database, and it has all that they have."""
    if owner(folder) != described():
        return False
    return all(mark_of(kind, chain[-1].last) == chain[-1].mark for kind, chain in chains.items() if chain)
