"""How does what the live system keeps become the inputs that everything else reads?

Rows that were taken in are clean: nothing of them is checked again. What their JSON says is read exactly as
`open_inputs` reads the same data from files, so that a score is the same whoever computes it.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, NamedTuple

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraiser.facts.inputs import Column, Inputs, Kind, Source
from handraiser.facts.mailbox import email_domain, email_kind
from handraiser.facts.standing import Standing
from handraiser.scoring.registers import FOREVER, NEVER
from handraiser.tables.cells import as_value
from handraiser.tables.jsontext import NUMBERS, Objects, read_keys
from handraiser.tables.parts import Form
from handraiser.tables.properties import STRUCTURAL
from handraiser.tables.quoting import quoted

__all__ = [
    "ABOUT_EVENTS", "ABOUT_ROWS", "EVENTS", "SESSION", "Seen", "columns_of_text",
    "kept_inputs", "keys_read", "mailbox_columns", "mailboxes", "outcomes_kept",
]  # fmt: skip

Seen = Mapping[str, Mapping[str, frozenset[str]]]
"""By `lead`, `company` or `event` and a name in small letters: the JSON types of all values ever seen, as
`jsontext.Objects` has them."""

_Keys = tuple[tuple[str, frozenset[str]], ...]
Ints = npt.NDArray[np.int64]
_NONE: Mapping[str, frozenset[str]] = {}
_LEADS = ("row", "lead_id", "company_id", "valid_from", "known_at", "created_at")
_COMPANIES = ("row", "company_id", "valid_from", "known_at")
EVENTS = ("lead_id", "event", "event_id", "verdict", "occurred_at", "known_at")
_MAILBOX = {"email_domain": '"a:email_domain"', "email_kind": '"a:email_kind"'}
SESSION = {"session_id": Column("session_id", '"p:session_id"', Kind.TEXT)}
ABOUT_EVENTS = STRUCTURAL | {"session_id"}
ABOUT_ROWS = frozenset({"lead_id", "company_id", "valid_from", "known_at", "created_at"})


def kept_inputs(
    con: duckdb.DuckDBPyConnection | Standing,
    *,
    leads: pa.Table,
    companies: pa.Table,
    events: pa.Table,
    seen: Seen,
    wanted: Mapping[str, Collection[str]] | None = None,
    outcomes: pa.Table | None = None,
    customers: Mapping[str, int] | None = None,
) -> Inputs:
    """Return what is kept as inputs on a connection, in place of those that were on it before.

    Who has one batch after the other makes `Standing(con)` once and gives that, so that DuckDB plans once.

    leads      lead_id, company_id; valid_from, known_at, created_at (microseconds); attributes, a JSON
               object with names in small letters as text
    companies  company_id, valid_from, known_at, attributes
    events     lead_id, event, event_id, verdict, occurred_at, known_at, session_id, properties
    seen       what there has ever been, which decides of what kind an attribute or property is
    wanted     by scope the names that are read, all of them unless said. Whether a row changes an attribute
               is asked of all that it says, whatever is wanted
    outcomes   lead_id, stage, at, reason, agreement, in the order in which they apply
    customers  by company since when it is a customer; unless said, as outcomes of these leads say
    """
    standing = con if isinstance(con, Standing) else Standing(con)
    numbers = pc.unique(leads.column("lead_id"))
    return Inputs(
        con=standing.con,
        leads=_leads(standing, leads, numbers, seen.get("lead", _NONE), _only(wanted, "lead")),
        companies=_companies(standing, companies, seen.get("company", _NONE), _only(wanted, "company")),
        events=_events(standing, events, numbers, seen.get("event", _NONE), _only(wanted, "event")),
        outcomes=outcomes_kept(standing, outcomes),
        rejects=[],
        customers=None if customers is None else dict(customers),
        standing=standing,
    )


def outcomes_kept(standing: Standing, outcomes: pa.Table | None) -> Source | None:
    """Return what sales said as a source; None where it said nothing, so that nobody asks."""
    if outcomes is None or not outcomes.num_rows:
        return None
    standing.put("kept_outcomes", outcomes.append_column("row", _count(outcomes)))
    return Source(relation="kept_outcomes", columns={}, has=frozenset({"reason", "agreement"}))


def _only(wanted: Mapping[str, Collection[str]] | None, scope: str) -> frozenset[str] | None:
    return None if wanted is None else frozenset(wanted.get(scope, ()))


def _leads(
    standing: Standing,
    rows: pa.Table,
    numbers: pa.Array,
    seen: Mapping[str, frozenset[str]],
    wanted: frozenset[str] | None,
) -> Source:
    given = rows.append_column("row", _count(rows))
    derived = mailbox_columns(seen, wanted)
    for name, values in mailboxes(rows, derived).items():
        given = given.append_column(f"a:{name}", values)
    standing.put("kept_leads", given)
    ids = {name: Column(name, name, Kind.TEXT) for name in ("lead_id", "company_id")}
    own = (*_LEADS, *(column.sql for column in derived.values()))
    reading = columns_of_text("kept_leads", "attributes", "a:", own, keys_read(seen, wanted, ABOUT_ROWS))
    said = {
        "hash": _hashes(rows.column("lead_id"), numbers),
        "signature": _signatures(rows, ["lead_id", "company_id"], seen),
        "company": rows.column("company_id"),
        "created": pc.fill_null(rows.column("created_at"), FOREVER),
    }
    return Source(
        relation=reading.relation,
        columns=ids | reading.columns | derived,
        has=frozenset({"lead_id", "company_id", "valid_from", "known_at", "created_at"}),
        rows=_in_order("lead_id", given, said),
    )


def _companies(
    standing: Standing,
    rows: pa.Table,
    seen: Mapping[str, frozenset[str]],
    wanted: frozenset[str] | None,
) -> Source:
    given = rows.append_column("row", _count(rows))
    standing.put("kept_companies", given)
    own = (*_COMPANIES, "CAST(NULL AS BIGINT) AS created_at")
    reading = columns_of_text("kept_companies", "attributes", "a:", own, keys_read(seen, wanted, ABOUT_ROWS))
    return Source(
        relation=reading.relation,
        columns={"company_id": Column("company_id", "company_id", Kind.TEXT)} | reading.columns,
        has=frozenset({"company_id", "valid_from", "known_at"}),
        rows=_in_order("company_id", given, {"signature": _signatures(rows, ["company_id"], seen)}),
    )


def _events(
    standing: Standing,
    rows: pa.Table,
    numbers: pa.Array,
    seen: Mapping[str, frozenset[str]],
    wanted: frozenset[str] | None,
) -> Source:
    standing.put("kept_events", rows.append_column("lead_hash", _hashes(rows.column("lead_id"), numbers)))
    own = (*EVENTS, "lead_hash", "TRUE AS usable", 'session_id AS "p:session_id"')
    keys = keys_read(seen, wanted, ABOUT_EVENTS)
    reading = columns_of_text("kept_events", "properties", "p:", own, keys)
    return Source(relation=reading.relation, columns=SESSION | reading.columns, has=frozenset(EVENTS))


def _hashes(ids: pa.ChunkedArray, numbers: pa.Array) -> pa.Array:
    """Return what leads are found by: their number, where the search begins and where two are told apart."""
    number = pc.fill_null(pc.index_in(ids, value_set=numbers), len(numbers)).to_numpy().astype(np.uint64)
    number += np.uint64(1)
    return pa.array(number << np.uint64(32) | number)


def _in_order(owner: str, given: pa.Table, said: Mapping[str, object]) -> pa.Table:
    """Return the rows as `scoring.attributes.rows_of` would ask for them."""
    valid, known = given.column("valid_from"), given.column("known_at")
    table = pa.table(
        {
            "owner": given.column(owner),
            "begin": pc.fill_null(pc.max_element_wise(valid, known), NEVER),
            "valid": pc.fill_null(valid, NEVER),
            "known": pc.fill_null(pc.coalesce(known, valid), NEVER),
            "row": given.column("row"),
            **said,
        }
    )
    return table.sort_by([(name, "ascending") for name in ("owner", "begin", "valid", "known", "row")])


def keys_read(
    seen: Mapping[str, frozenset[str]], wanted: frozenset[str] | None, taken: frozenset[str]
) -> _Keys:
    """The names that are read, with the types of their values; those `taken` mean something else."""
    return tuple(
        (name, types)
        for name, types in sorted(seen.items())
        if name and "\0" not in name and name not in taken and (wanted is None or name in wanted)
    )


class _Reading(NamedTuple):
    """A relation with a column for each name, and what these columns are."""

    relation: str
    columns: dict[str, Column]


@lru_cache(maxsize=256)
def columns_of_text(given: str, text: str, prefix: str, own: tuple[str, ...], keys: _Keys) -> _Reading:
    """Return how the keys of a text column of a table are read, beside columns that stand as they are."""
    read = read_keys(text, "", {name: [name] for name, _ in keys}, Objects(dict(keys), broken=False))
    columns: dict[str, Column] = {}
    values, finite = [], []
    for cell in read.cells:
        kind, sql = as_value(cell)
        column = Column(cell.name, quoted(prefix + cell.name), kind)
        columns[cell.name] = column
        values.append(f"{sql} AS {column.sql}")
        if cell.form is Form.JSON_NUMBER:
            finite.append(f"CASE WHEN isfinite({column.sql}) THEN {column.sql} END AS {column.sql}")
    relation = f"(SELECT {', '.join([*own, *values])} FROM {read.over(given)}) AS kept"
    if finite:
        relation = f"(SELECT * REPLACE ({', '.join(finite)}) FROM {relation}) AS kept"
    return _Reading(relation, columns)


def _count(rows: pa.Table) -> pa.Array:
    return pa.array(np.arange(1, rows.num_rows + 1))


def _signatures(rows: pa.Table, ids: list[str], seen: Mapping[str, frozenset[str]]) -> Ints:
    """Number what rows say: rows of one lead or company have equal ones where all attributes are equal."""
    times_seen = Counter(rows.column(ids[0]).to_pylist())
    if len(times_seen) == rows.num_rows:
        return np.arange(rows.num_rows)  # only rows of one lead or company are ever compared
    spellings = {name: spelling for name, types in seen.items() if (spelling := _spelling(types - {"NULL"}))}
    known = seen.keys() - ABOUT_ROWS
    numbers: dict[object, int] = {}
    found = []
    named = zip(*(rows.column(name).to_pylist() for name in ids), strict=True)
    for place, (own, said) in enumerate(zip(named, rows.column("attributes").to_pylist(), strict=True)):
        several = times_seen[own[0]] > 1
        what = (own, _spelled(said, spellings, known)) if several else place
        found.append(numbers.setdefault(what, len(numbers)))
    return np.array(found)


def _spelled(
    said: str, spellings: Mapping[str, Callable[[object], object]], known: AbstractSet[str]
) -> frozenset[tuple[str, object]]:
    """Return what a row says, such that two are equal where all attributes are."""
    if said == "{}":
        return frozenset()
    row = [
        (name, spellings[name](value) if name in spellings else value)
        for name, value in _attributes.decode(said).items()
        if value is not None and name in known
    ]
    return frozenset([pair for pair in row if pair[1] is not None])


def _spelling(types: frozenset[str]) -> Callable[[object], object] | None:
    """Return what makes values alike that are read alike, None where only equal ones are."""
    if types in ({"VARCHAR"}, {"BOOLEAN"}):
        return None
    return _number if types <= NUMBERS else _text


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # all its values are numbers
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r"\.0*$", "", text) if isinstance(value, float) else text


class _Addressed(msgspec.Struct):
    """Of what a row says only this; all else is passed over."""

    email: Any = None


_addressed = msgspec.json.Decoder(_Addressed)
_attributes = msgspec.json.Decoder(dict[str, Any])


def mailbox_columns(seen: Mapping[str, object], wanted: frozenset[str] | None) -> dict[str, Column]:
    """Return the columns of leads that are derived from their e-mail addresses."""
    if "email" not in seen:
        return {}
    names = [name for name in _MAILBOX if name not in seen and (wanted is None or name in wanted)]
    return {name: Column(name, _MAILBOX[name], Kind.TEXT) for name in names}


def mailboxes(rows: pa.Table, derived: Collection[str]) -> dict[str, pa.Array]:
    """Return what the e-mail addresses of leads say, as far as it is derived from them."""
    if not derived:
        return {}
    said = rows.column("attributes").to_pylist()
    emails = [None if text == "{}" else _addressed.decode(text).email for text in said]
    domains = [None if email is None else email_domain(_text(email)) for email in emails]
    kind_of = {domain: email_kind(domain) for domain in set(domains) if domain is not None}
    kinds = [None if domain is None else kind_of[domain] for domain in domains]
    found = {"email_domain": domains, "email_kind": kinds}
    return {name: pa.array(found[name], type=pa.string()) for name in derived}
