"""What do inputs say whatever an agreement makes of it, and which of its events are hits of whose rules?

The ground that several agreements share: leads, their states, and the hits of all rules that any of them
asks about, found in one pass over the events. Rules that ask the same thing are asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.facts.inputs import Column, Inputs
from handraiser.scoring import hits as kernels
from handraiser.scoring.attributes import Population, attribute_rows, customers
from handraiser.scoring.expressions import points, truth
from handraiser.scoring.registers import FOREVER, NEVER
from handraiser.scoring.stream import Hits, Tally, Wanted, each, read_hits
from handraiser.scoring.timeline import States, build_states

__all__ = ["Ground", "View", "asks", "event_rules", "survey", "view"]

Ints = npt.NDArray[np.int64]
Kept = dict[tuple[object, ...], npt.NDArray[np.uint32]]
_LEAVES, _RETURNS = Wanted(event=("Unsubscribed",)), Wanted(event=("Subscribed",))
_EVERY = Wanted(event=())  # every event is part of a visit, whatever rules it meets


class View(NamedTuple):
    """Hits as one agreement numbers their rules.

    kept    what `distinct` and `at_most` keep, as far as it has been asked, by those limits: it stays while
            points, decays, windows or thresholds change (filled by `score.prepare`)
    """

    hits: Hits
    kept: Kept


class Ground(NamedTuple):
    """What holds for every agreement over one set of inputs.

    floor   per lead, before which there is no moment
    wanted  what the hits are of, in the order of their numbers
    views   the hits as agreements number them, by the places of their rules in `wanted`
    """

    inputs: Inputs
    leads: Population
    floor: Ints
    states: States
    wanted: tuple[Wanted, ...]
    hits: Hits
    tally: Tally
    views: dict[tuple[int, ...], View]


def event_rules(agreement: Agreement) -> list[EventRule]:
    """Return the event rules in the order in which hits number them."""
    return [rule for rule in agreement.engagement.rules if isinstance(rule, EventRule)]


def survey(
    agreements: Sequence[Agreement],
    inputs: Inputs,
    *,
    threads: int,
    progress: Callable[[int], None] = lambda rows: None,
) -> Ground:
    """Return the ground of some agreements; `progress` is called with the number of events read so far."""
    leads, lead_rows, company_rows = attribute_rows(inputs)
    derive_unsubscribed = "unsubscribed" not in inputs.leads.columns
    derive_customer = inputs.companies is None or "is_customer" not in inputs.companies.columns
    wanted: list[Wanted] = []
    for agreement in agreements:
        for place, rule in zip(_places(wanted, asked := asks(agreement, inputs)), asked, strict=True):
            if place < 0:
                wanted.append(rule)
    derives_sessions = "session_id" not in inputs.events.columns and any(rule.by_visit for rule in wanted)
    streamed = [*wanted, *([_EVERY] if derives_sessions else [])]
    leaves = len(streamed)
    if derive_unsubscribed:
        streamed += [_LEAVES, _RETURNS]
    hits, tally = read_hits(inputs, leads, streamed, threads=threads, progress=progress)
    if derives_sessions:
        _mark_visits(wanted, hits, threads)
    states = build_states(
        lead_rows,
        company_rows,
        _flips(hits, leaves, derive=derive_unsubscribed),
        customers(inputs, lead_rows, company_rows) if derive_customer else _never(company_rows.offsets),
        derive_unsubscribed=derive_unsubscribed,
        derive_customer=derive_customer,
    )
    first_row = lead_rows.begin[lead_rows.offsets[:-1]]
    return Ground(
        inputs=inputs,
        leads=leads,
        floor=np.where(leads.created != NEVER, leads.created, first_row),
        states=states,
        wanted=tuple(wanted),
        hits=hits,
        tally=tally,
        views={},
    )


def view(agreement: Agreement, ground: Ground, *, threads: int = 1) -> View | None:
    """Return the hits as an agreement numbers them, None where the ground lacks some that it asks for."""
    places = _places(ground.wanted, asks(agreement, ground.inputs))
    if min(places, default=0) < 0:
        return None
    if places not in ground.views:
        own_order = places == tuple(range(len(places)))
        if not own_order and len(places) > kernels.PER_MASK:
            return None
        hits = ground.hits if own_order else _renumbered(ground.hits, places, threads)
        ground.views[places] = View(hits, {})
    return ground.views[places]


def asks(agreement: Agreement, inputs: Inputs) -> list[Wanted]:
    """Return what an agreement's event rules ask of the events, rule by rule."""

    def column(scope: str, name: str) -> Column | None:
        return inputs.events.columns.get(name)

    wanted = []
    for rule in event_rules(agreement):
        expression = isinstance(rule.points, Sql)
        wanted.append(
            Wanted(
                event=rule.event,
                where=None if rule.where is None else truth(rule.where.text, column, agreement.lists),
                weight=points(rule.points.text, column, agreement.lists)
                if isinstance(rule.points, Sql)
                else None,
                key=_key(rule, inputs),
                by_visit=_by_visit(rule) and "session_id" not in inputs.events.columns,
                humans=not rule.count_machines,
                ordered=expression and (rule.distinct is not None or rule.at_most is not None),
            )
        )
    return wanted


def _places(wanted: Sequence[Wanted], asked: Iterable[Wanted]) -> tuple[int, ...]:
    """Return where each of those asked stands among the wanted, −1 for nowhere; no place is given twice."""
    free = list(range(len(wanted)))
    places = []
    for rule in asked:
        place = next((k for k in free if wanted[k] == rule), -1)
        if place >= 0:
            free.remove(place)
        places.append(place)
    return tuple(places)


def _renumbered(hits: Hits, places: tuple[int, ...], threads: int) -> Hits:
    own = np.full(max(places, default=0) + 2 * kernels.PER_MASK, -1, dtype=np.int64)
    own[list(places)] = np.arange(len(places))
    rows = hits.rows.copy()
    each(
        lambda start, stop: kernels.renumber(hits.offsets[start], hits.offsets[stop], own, rows),
        hits.offsets,
        threads,
    )
    met = frozenset(number for number, place in enumerate(places) if place in hits.met)
    return hits._replace(
        rows=rows, weight_of=hits.weight_of[list(places)], key_of=hits.key_of[list(places)], met=met
    )


def _key(rule: EventRule, inputs: Inputs) -> exp.Expr | None:
    """Return the hash of the distinct value, 0 for NULL and for nothing else (DuckDB's hash of 0 is 0)."""
    if rule.distinct is None or rule.distinct.lower() not in inputs.events.columns:
        return None
    found = inputs.events.columns[rule.distinct.lower()]
    value: exp.Expr = exp.maybe_parse(found.sql, dialect="duckdb")
    is_null = exp.Is(this=exp.paren(value.copy()), expression=exp.null())
    nothing = exp.cast(exp.Literal.number(0), "UBIGINT", dialect="duckdb")
    one = exp.cast(exp.Literal.number(1), "UBIGINT", dialect="duckdb")
    return exp.Case(
        ifs=[exp.If(this=is_null, true=nothing)], default=exp.func("greatest", exp.func("hash", value), one)
    )


def _by_visit(rule: EventRule) -> bool:
    return rule.distinct is not None and rule.distinct.lower() == "session_id"


def _mark_visits(wanted: Sequence[Wanted], hits: Hits, threads: int) -> None:
    for number_, rule in enumerate(wanted):
        if rule.by_visit:
            column = int(hits.key_of[number_])

            def work(start: int, stop: int, column: int = column) -> None:
                kernels.sessions(start, stop, hits.offsets, hits.rows, hits.begin, hits.keys, column)

            each(work, hits.offsets, threads)


def _flips(hits: Hits, leaves: int, *, derive: bool) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
    leads = len(hits.offsets) - 1
    lead, at, value = _room(0)
    if derive and {leaves, leaves + 1} & hits.met:
        arguments = (hits.offsets, hits.rows, hits.begin, leaves, leaves + 1)
        lead, at, value = _room(kernels.flips(*arguments, lead, at, value))
        kernels.flips(*arguments, lead, at, value)
    return np.searchsorted(lead, np.arange(leads + 1)).astype(np.int64), at, value


def _room(size: int) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
    return np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64), np.empty(size, dtype=np.uint8)


def _never(offsets: Ints) -> Ints:
    return np.full(len(offsets) - 1, FOREVER, dtype=np.int64)
