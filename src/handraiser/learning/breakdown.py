"""For which sources, segments, grades and sizes of company does an agreement work?

A person is counted once: by what was known of it when it became an MQL, else when it bought, else at the end.
Of the names that a source, a segment or a size may have, the first one counts that says anything of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraiser.agreement.functions import number_in
from handraiser.facts.inputs import Inputs
from handraiser.learning.people import People
from handraiser.learning.replay import Run
from handraiser.reports.intervals import Rate, rate
from handraiser.scoring.attributes import values_at
from handraiser.scoring.questions import attribute_columns
from handraiser.scoring.registers import FOREVER, NEVER
from handraiser.scoring.score import grade_names
from handraiser.scoring.timeline import States

__all__ = ["Breakdown", "Share", "breakdowns"]

Ints = npt.NDArray[np.int64]
UNKNOWN = "unknown"
_MOST = 12  # values that stand for themselves; the rest stand together
_REST = "all others"
_SIZES = (10, 50, 200, 500, 1_000, 5_000)

# What the field calls them, the most telling name first.
_SOURCES = ("source", "lead_source", "original_source", "utm_source", "origin", "channel")
_SEGMENTS = ("segment", "industry", "sector", "vertical", "country")
_EMPLOYEES = ("employees", "number_of_employees", "employee_count", "company_size", "headcount", "size")
_NAMES = {
    "source": [("lead", name) for name in _SOURCES],
    "segment": [(of, name) for name in _SEGMENTS for of in ("lead", "company")],
    "company size": [(of, name) for of in ("company", "lead") for name in _EMPLOYEES],
}


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The people of one value."""

    value: str
    leads: int
    mqls: int
    customers: int
    customers_reached: int
    precision: Rate
    recall: Rate


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """`attribute` is what the people were told apart by: an attribute, a property of events, or the grade."""

    by: str
    attribute: str
    rows: list[Share]


class _Column(NamedTuple):
    by: str
    attribute: str
    values: npt.NDArray[np.object_]
    order: Sequence[str]


def breakdowns(
    run: Run, who: People, inputs: Inputs, *, counted: npt.NDArray[np.bool_], until: int
) -> list[Breakdown]:
    """Return the people who count, by source, segment, grade and size of company, as far as the data tell."""
    mql, bought = run.mql_at != NEVER, who.customer != NEVER
    at = np.where(mql, run.mql_at, np.where(bought, who.customer, until))
    states = run.prepared.matched.states
    which = _state_at(states, at)
    reached = mql & bought & (run.mql_at < who.customer)
    return [
        Breakdown(
            by=column.by,
            attribute=column.attribute,
            rows=_shares(column, [counted, mql & counted, bought & counted, reached & counted]),
        )
        for column in _columns(run, inputs, states, which, counted)
    ]


def _columns(
    run: Run, inputs: Inputs, states: States, which: Ints, counted: npt.NDArray[np.bool_]
) -> list[_Column]:
    found = []
    known = attribute_columns(inputs)
    named = {by: [name for name in names if known(*name) is not None] for by, names in _NAMES.items()}
    wanted = list(dict.fromkeys(name for names in named.values() for name in names))
    table = values_at(inputs, states, which, wanted) if wanted else pa.table({})
    for by, given in named.items():
        columns = {f"{scope}.{name}": table.column(f"{scope}.{name}") for scope, name in given}
        attribute = next((name for name, column in columns.items() if _says_anything(column, counted)), None)
        if attribute is None and by == "source" and "utm_source" in inputs.events.columns:
            values, order = _texts(_first_touch(run, inputs), counted)
            found.append(_Column(by, "utm_source of the first visit that has one", values, order))
        elif columns:
            attribute = attribute or next(iter(columns))
            numbers = _numbers(columns[attribute]) if by == "company size" else None
            values, order = _texts(columns[attribute], counted) if numbers is None else _sized(numbers)
            found.append(_Column(by, attribute, values, order))
    if run.agreement.grades:
        names = grade_names(run.agreement)
        grades = np.array(names, dtype=object)[run.prepared.fit.grade[which]]
        found.append(_Column("grade", "grade", grades, names))
    return found


def _says_anything(column: pa.ChunkedArray, counted: npt.NDArray[np.bool_]) -> bool:
    texts = pc.fill_null(column.cast(pa.string()), "").combine_chunks().filter(pa.array(counted))
    return bool(pc.any(pc.not_equal(texts, "")).as_py())


def _first_touch(run: Run, inputs: Inputs) -> pa.ChunkedArray:
    """Return the `utm_source` of each lead's first event that has one."""
    source, events = inputs.events.columns["utm_source"].sql, inputs.events.relation
    con = inputs.con
    con.register("everybody", pa.table({"number": np.arange(len(run.ids)), "lead_id": run.ids}))
    try:
        return (
            con.sql(
                "SELECT min_by(touches.value, touches.occurred_at) AS value FROM everybody LEFT JOIN ("
                f"SELECT lead_id, occurred_at, CAST({source} AS VARCHAR) AS value FROM {events} "
                f"WHERE usable AND {source} IS NOT NULL) AS touches ON touches.lead_id = everybody.lead_id "
                "GROUP BY everybody.number ORDER BY everybody.number"
            )
            .to_arrow_table()
            .column("value")
        )
    finally:
        con.unregister("everybody")


def _texts(
    column: pa.ChunkedArray, counted: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.object_], list[str]]:
    """Return the values as text with the rare ones together, and the values, the most frequent first."""
    texts = pc.fill_null(column.cast(pa.string()), UNKNOWN).combine_chunks()
    texts = pc.if_else(pc.equal(texts, ""), UNKNOWN, texts)
    frequent = pc.value_counts(texts.filter(pa.array(counted))).to_pylist()
    frequent.sort(key=lambda each: (each["values"] == UNKNOWN, -each["counts"], each["values"]))
    kept = [each["values"] for each in frequent if each["values"] != UNKNOWN]
    rest = kept[_MOST:] if len(kept) > _MOST + 1 else []
    kept = kept[: len(kept) - len(rest)]
    if rest:
        is_rest = pc.is_in(texts, value_set=pa.array(rest, pa.string()))
        texts = pc.if_else(is_rest, _REST, texts)
    order = [*kept, *([_REST] if rest else []), UNKNOWN]
    return texts.to_numpy(zero_copy_only=False), order


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64] | None:
    """Return the values as numbers if most of them are such; in CSV they stand as text.

    NaN stands for none, and for what conditions take for no number either, such as `5000+` among numbers.
    """
    if pa.types.is_floating(column.type):
        return np.asarray(column.to_numpy(), dtype=np.float64)
    texts = column.cast(pa.string()).to_pylist()
    read = [number_in(text) if text else None for text in texts]
    numbers = np.array([np.nan if each is None else each for each in read], dtype=np.float64)
    given = sum(1 for text in texts if text)
    return numbers if 2 * np.count_nonzero(~np.isnan(numbers)) > given or not given else None


def _sized(numbers: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.object_], list[str]]:
    """Return numbers of employees as the ranges in which the field counts them; below 1 it is none."""
    names, below = [], 1
    for most in _SIZES:
        names.append(f"{below:,}–{most:,}")
        below = most + 1
    names += [f"{below:,} and more", UNKNOWN]
    place = np.searchsorted(np.array(_SIZES), numbers)
    place = np.where(numbers >= 1, place, len(names) - 1)
    return np.array(names, dtype=object)[place], names


def _shares(column: _Column, groups: Sequence[npt.NDArray[np.bool_]]) -> list[Share]:
    place = {value: k for k, value in enumerate(column.order)}
    # Who is not counted may have a value that nobody else has.
    codes = np.array([place.get(value, -1) for value in column.values], dtype=np.int64)
    counts = [np.bincount(codes[group], minlength=len(place)) for group in groups]
    return [
        Share(
            value=value,
            leads=int(leads),
            mqls=int(mqls),
            customers=int(customers),
            customers_reached=int(reached),
            precision=rate(int(reached), int(mqls)),
            recall=rate(int(reached), int(customers)),
        )
        for value, leads, mqls, customers, reached in zip(column.order, *counts, strict=True)
        if leads
    ]


def _state_at(states: States, at: Ints) -> Ints:
    """Return which state of each lead holds at an instant of its own."""
    sizes = np.diff(states.offsets)
    begun = states.start <= np.minimum(np.repeat(at, sizes), FOREVER)
    before = np.concatenate([[0], np.cumsum(begun)])
    count = before[states.offsets[1:]] - before[states.offsets[:-1]]
    found: Ints = states.offsets[:-1] + np.maximum(count, 1) - 1
    return found
