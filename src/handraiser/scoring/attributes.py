"""Which leads are there, what is known of them when, and what do the fit conditions say of it?

Leads are numbered in the order of their ids. Their rows, their companies' rows and the derived truths
become states (see `timeline`); every attribute condition of an agreement is then asked once per state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from handraiser.errors import Unavailable
from handraiser.facts.inputs import Inputs, Source
from handraiser.scoring.hits import index_of_leads
from handraiser.scoring.questions import Asking, attribute_columns, selected
from handraiser.scoring.registers import FALSE, FOREVER, NEVER, NULL, TRUE, VALUE
from handraiser.scoring.timeline import Rows, States, customers_since, winners

__all__ = ["Population", "ask", "attribute_rows", "customers", "values_at"]

Ints = npt.NDArray[np.int64]
# The first is quick, and its collisions can be made on purpose; the other is for leads that share one.
_CAREFUL = "md5_number_lower"
_HASHES = ("hash(lead_id)", f"{_CAREFUL}(lead_id)")


class Population(NamedTuple):
    """The leads of a run.

    ids        their ids in order; the position is the lead's number
    companies  ids of companies by their numbers
    created    `created_at`, NEVER where unknown
    hashed     SQL of the hash of an event's lead, by which events find it
    slots      table, mask and low of `hits.index_of_leads`
    """

    ids: pa.StringArray
    companies: pa.StringArray
    created: Ints
    hashed: str
    slots: tuple[npt.NDArray[np.uint64], np.uint64, np.uint64]


def attribute_rows(inputs: Inputs) -> tuple[Population, Rows, Rows]:
    """Return the leads that have a row in the leads input, those rows, and the rows of companies.

    Companies are those that have rows of their own, then those that only leads name.
    """
    for hashed in _HASHES if inputs.standing is None else ("lead_hash",):
        leads = rows_of(inputs, inputs.leads, "lead_id", hashed)
        first, lead_of = _owners(leads)
        *index, clash = index_of_leads(_array(leads, "hash").astype(np.uint64)[first])
        if clash < 0:
            break
    else:
        clashing = leads.column("owner")[int(first[clash])]
        raise Unavailable(f"The lead {clashing} cannot be told from another; give it another lead_id.")
    # Without companies there is still a table of their rows: those of leads, of which it takes none.
    companies = (
        leads.slice(0, 0) if inputs.companies is None else rows_of(inputs, inputs.companies, "company_id")
    )
    owning, company_of = _owners(companies)
    names = pa.concat_arrays([_column(companies, "owner").take(pa.array(owning)), _column(leads, "company")])
    known = names.dictionary_encode()
    named = pc.fill_null(known.indices, -1).to_numpy().astype(np.int64)[len(owning) :]
    created = np.minimum.reduceat(_array(leads, "created"), first) if len(first) else np.empty(0, np.int64)
    return (
        Population(
            ids=_column(leads, "owner").take(pa.array(first)),
            companies=known.dictionary,
            created=np.where(created == FOREVER, NEVER, created),
            hashed=hashed,
            slots=(index[0], index[1], index[2]),
        ),
        _rows(leads, lead_of, named, len(first)),
        _rows(companies, company_of, np.full(len(company_of), -1), len(known.dictionary)),
    )


def rows_of(inputs: Inputs, source: Source, owner: str, hashed: str = "0") -> pa.Table:
    """Return the attribute rows of leads or companies in the order of their ids, then as `Rows` has it.

    Columns: owner, its hash; begin, valid, known; row, signature; company and created, of leads.
    """
    if source.rows is not None:
        return source.rows
    attributes = [column.sql for column in source.columns.values()]
    of_lead = owner == "lead_id"
    company = "company_id" if of_lead else "CAST(NULL AS VARCHAR)"
    created = f"coalesce(created_at, {FOREVER})" if of_lead else "0"
    signed = ", ".join([owner, *(["company_id"] if of_lead else []), *attributes])
    return inputs.con.sql(
        f"SELECT {owner} AS owner, {hashed} AS hash, "
        f"coalesce(greatest(valid_from, known_at), {NEVER}) AS begin, "
        f"coalesce(valid_from, {NEVER}) AS valid, coalesce(known_at, valid_from, {NEVER}) AS known, row, "
        f"hash({signed}) AS signature, {company} AS company, {created} AS created "
        f"FROM {source.relation} ORDER BY {owner}, begin, valid, known, row"
    ).to_arrow_table()


def _owners(table: pa.Table) -> tuple[Ints, Ints]:
    """Return where the rows of each owner begin, and for each row the number of its owner."""
    owner = _column(table, "owner")
    new = np.ones(len(owner), dtype=bool)
    new[1:] = pc.not_equal(owner[1:], owner[:-1]).to_numpy(zero_copy_only=False)
    return np.flatnonzero(new), np.cumsum(new) - 1


def _rows(table: pa.Table, owners: Ints, company: Ints, count: int) -> Rows:
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=count), out=offsets[1:])
    return Rows(
        offsets=offsets,
        begin=_array(table, "begin"),
        valid=_array(table, "valid"),
        known=_array(table, "known"),
        row=_array(table, "row"),
        signature=_array(table, "signature").astype(np.uint64),
        company=company,
    )


def _numbers(source: Source, name: str) -> str:
    return (
        f"SELECT {name}, row_number() OVER (ORDER BY {name}) - 1 AS number "
        f"FROM (SELECT DISTINCT {name} FROM {source.relation}) AS ids"
    )


def customers(inputs: Inputs, names: pa.StringArray, leads: Rows, companies: Rows) -> Ints:
    """Return per company the instant from which `company.is_customer` holds, FOREVER for never.

    Outcomes that have a column `company_id` say themselves who bought; else it is where the lead was then.

    names  ids of the companies by their numbers
    """
    since = np.full(len(companies.offsets) - 1, FOREVER, dtype=np.int64)
    if inputs.customers is not None:
        _known_customers(inputs.customers, names, since)
    elif inputs.outcomes is None:
        pass
    elif "company_id" in inputs.outcomes.has:
        bought = inputs.con.sql(
            f'SELECT company_id, min("at") FROM {inputs.outcomes.relation} '
            "WHERE stage = 'customer' AND company_id IS NOT NULL GROUP BY company_id"
        ).fetchall()
        _known_customers(dict(bought), names, since)
    else:
        bought = inputs.con.sql(
            f'SELECT ids.number AS lead, bought."at" AS happened FROM {inputs.outcomes.relation} AS bought '
            f"JOIN ({_numbers(inputs.leads, 'lead_id')}) AS ids ON ids.lead_id = bought.lead_id "
            "WHERE bought.stage = 'customer'"
        ).to_arrow_table()
        holds = winners(leads.offsets, leads.begin, leads.valid, leads.known)
        customers_since(
            _array(bought, "lead"),
            _array(bought, "happened"),
            leads.offsets,
            leads.begin,
            holds,
            leads.company,
            since,
        )
    return since


def _known_customers(known: Mapping[str, int], names: pa.StringArray, since: Ints) -> None:
    """Lower `since` to what is known of companies by their ids."""
    ids, instants = pa.array(known, pa.string()), np.array([*known.values()], dtype=np.int64)
    places = pc.index_in(ids, names)
    there = pc.is_valid(places).to_numpy(zero_copy_only=False)
    since[pc.drop_null(places).to_numpy()] = instants[there]


def ask(
    inputs: Inputs, states: States, asking: Asking
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Return per state and question its number (0 where a truth) and what it may be (see registers)."""
    numbers = np.zeros((len(states.start), len(asking.truths)))
    may = np.full((len(states.start), len(asking.truths)), VALUE, dtype=np.uint8)
    if not asking.truths or not len(states.start):
        return numbers, may
    table = pa.table(
        {
            "number": np.arange(len(states.start)),
            "lead_row": states.lead_row,
            "company_row": states.company_row,
            "unsubscribed": _truth(states.unsubscribed),
            "is_customer": _truth(states.is_customer),
        }
    )
    found = _answers(inputs, asking.sql, table)
    order, _ = next(found)
    for k, (truth, (values, null)) in enumerate(zip(asking.truths, found, strict=True)):
        if truth:
            may[order, k] = np.where(null, NULL, np.where(values, TRUE, FALSE))
        else:
            numbers[order, k] = values
            may[order, k] = np.where(null, NULL, VALUE)
    return numbers, may


def _answers(
    inputs: Inputs, query: str, states: pa.Table
) -> Iterator[tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_]]]:
    """Return the columns of an answer about states: their values, 0 for NULL, and where they are NULL."""
    if inputs.standing is not None:
        inputs.standing.put("states", states)
        found = inputs.standing.answer(query).values()
        return iter([(np.ma.filled(each, 0), np.ma.getmaskarray(each)) for each in found])
    inputs.con.register("states", states)
    try:
        columns = inputs.con.sql(query).to_arrow_table().columns
    finally:
        inputs.con.unregister("states")
    return iter([_numpy(column.combine_chunks()) for column in columns])


def _numpy(column: pa.Array) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_]]:
    nothing = False if pa.types.is_boolean(column.type) else 0
    values = column.fill_null(nothing).to_numpy(zero_copy_only=False)
    return values, column.is_null().to_numpy(zero_copy_only=False)


def values_at(inputs: Inputs, states: States, which: Ints, names: Sequence[tuple[str, str]]) -> pa.Table:
    """Return the values of attributes in some states, in their order: a column `scope.name` for each."""
    columns = attribute_columns(inputs)
    table = pa.table(
        {
            "number": np.arange(len(which)),
            "lead_row": states.lead_row[which],
            "company_row": states.company_row[which],
            "unsubscribed": _truth(states.unsubscribed[which]),
            "is_customer": _truth(states.is_customer[which]),
        }
    )
    read = []
    for scope, name in names:
        column = columns(scope, name)
        value = "NULL" if column is None else column.sql
        read.append(
            exp.alias_(exp.maybe_parse(value, dialect="duckdb"), f"{scope}.{name}", quoted=True).sql("duckdb")
        )
    con = inputs.con
    con.register("states_asked", table)
    try:
        return con.sql(
            f"SELECT {', '.join(read)} FROM states_asked AS states "
            f"LEFT JOIN ({selected(inputs, 'lead', names)}) AS lead ON lead.row = states.lead_row "
            f"LEFT JOIN ({selected(inputs, 'company', names)}) AS company "
            "ON company.row = states.company_row ORDER BY states.number"
        ).to_arrow_table()
    finally:
        con.unregister("states_asked")


def _truth(values: npt.NDArray[np.uint8]) -> pa.Array:
    return pa.array(values == 1, mask=values > 1)


def _column(table: pa.Table, name: str) -> pa.Array:
    return table.column(name).combine_chunks()


def _array(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    # A copy of our own: Arrow's memory is read-only, which to a kernel would be another type.
    return np.array(table.column(name).to_numpy(), order="C")
