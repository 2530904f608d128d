"""What do inputs say whatever an agreement makes of it, and which of its events are hits of whose rules?

The ground that several agreements share: leads, their states, and the hits of all rules that any of them
asks about, found in one pass over the events. Rules that ask the same thing are asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.scoring import hits as kernels
from handraiser.scoring.attributes import Population, attribute_rows, customers
from handraiser.scoring.keeping import joined
from handraiser.scoring.plan import Plan, asks, event_plan, places_of
from handraiser.scoring.questions import Asking
from handraiser.scoring.registers import FOREVER, NEVER
from handraiser.scoring.room import zeros
from handraiser.scoring.stream import Hits, Tally, each, read_hits
from handraiser.scoring.timeline import States, build_states
from handraiser.scoring.wanted import Shape, Wanted

__all__ = ["Answers", "Ground", "View", "survey", "view"]

Ints = npt.NDArray[np.int64]
Kept = dict[tuple[object, ...], npt.NDArray[np.uint32]]
Answers = tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]


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
    wanted  what the hits are of, in the order of their numbers; further rules are what is derived from events
    hits    all hits, and `fresh`, those of the inputs' own events, without what was kept from before
    views   the hits as agreements number them, by the places of their rules in `wanted`
    answers  numbers and truths per state, by what was asked of the attributes (filled by `match.matched`)
    plan    by which it was made, if there was one
    """

    inputs: Inputs
    leads: Population
    floor: Ints
    states: States
    wanted: tuple[Wanted, ...]
    hits: Hits
    fresh: Hits
    tally: Tally
    views: dict[tuple[int, ...], View]
    answers: dict[Asking, Answers]
    plan: Plan | None


def survey(
    agreements: Sequence[Agreement],
    inputs: Inputs,
    *,
    threads: int,
    progress: Callable[[int], None] = lambda rows: None,
    earlier: Callable[[Population, Shape], Hits | None] = lambda leads, shape: None,
    plan: Plan | None = None,
) -> Ground:
    """Return the ground of some agreements; `progress` is called with the number of events read so far.

    earlier  gives the hits of these leads that were kept from before, in this shape, None for none. They are
             joined with those of the events, whatever the order of the instants
    plan     of the same agreements over inputs with the same columns, where many inputs are to be read
    """
    asked = plan.events if plan is not None else event_plan(agreements, inputs)
    leads, lead_rows, company_rows = attribute_rows(inputs)
    fresh, tally = read_hits(inputs, leads, asked.queries, asked.shape, threads=threads, progress=progress)
    before = earlier(leads, asked.shape)
    hits = fresh if before is None else joined(before, fresh)
    if asked.derives_sessions:
        _mark_visits(asked.wanted, hits, threads)
    states = build_states(
        lead_rows,
        company_rows,
        _flips(hits, asked.leaves, derive=asked.derives_unsubscribed),
        customers(inputs, leads.companies, lead_rows, company_rows)
        if asked.derives_customer
        else _never(company_rows.offsets),
        derive_unsubscribed=asked.derives_unsubscribed,
        derive_customer=asked.derives_customer,
    )
    first_row = lead_rows.begin[lead_rows.offsets[:-1]]
    return Ground(
        inputs=inputs,
        leads=leads,
        floor=np.where(leads.created != NEVER, leads.created, first_row),
        states=states,
        wanted=asked.wanted,
        hits=hits,
        fresh=fresh,
        tally=tally,
        views={},
        answers={},
        plan=plan,
    )


def view(agreement: Agreement, ground: Ground, *, threads: int = 1) -> View | None:
    """Return the hits as an agreement numbers them, None where the ground lacks some that it asks for."""
    planned = None if ground.plan is None else ground.plan.of(agreement)
    places = places_of(ground.wanted, asks(agreement, ground.inputs)) if planned is None else planned.places
    if min(places, default=0) < 0:
        return None
    if places not in ground.views:
        own_order = places == tuple(range(len(places)))
        if not own_order and len(places) > kernels.PER_MASK:
            return None
        hits = ground.hits if own_order else _renumbered(ground.hits, places, threads)
        ground.views[places] = View(hits, {})
    return ground.views[places]


def _renumbered(hits: Hits, places: tuple[int, ...], threads: int) -> Hits:
    own = np.full(max(places, default=0) + 2 * kernels.PER_MASK, -1, dtype=np.int64)
    own[list(places)] = np.arange(len(places))
    rows = zeros(hits.rows.shape, np.int64)
    rows[:] = hits.rows
    each(
        lambda start, stop: kernels.renumber(hits.offsets[start], hits.offsets[stop], own, rows),
        hits.offsets,
        threads,
    )
    met = frozenset(number for number, place in enumerate(places) if place in hits.met)
    return hits._replace(
        rows=rows, weight_of=hits.weight_of[list(places)], key_of=hits.key_of[list(places)], met=met
    )


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
