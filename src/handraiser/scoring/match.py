"""What do the data say of an agreement's conditions, whatever its points, windows and thresholds?

Matching is the expensive half of scoring and knows nothing of points: it leaves hits, states and answers
in columns, from which any change of points, caps, decay, windows, limits or thresholds can be folded
again (`score`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from handraiser.agreement import conditions
from handraiser.agreement.model import Agreement, EventRule, FitRule, Sql
from handraiser.agreement.program import AttributePart
from handraiser.facts.inputs import Column, Inputs
from handraiser.scoring import hits as kernels
from handraiser.scoring.attributes import (
    Population,
    Question,
    ask,
    attribute_columns,
    attribute_rows,
    customers,
)
from handraiser.scoring.expressions import number, truth
from handraiser.scoring.programs import qualify_trees
from handraiser.scoring.registers import CLOSES, FOREVER, NEVER, NOTHING, RECYCLES
from handraiser.scoring.stream import Hits, Tally, Wanted, each, read_hits
from handraiser.scoring.timeline import States, build_states

__all__ = ["Fit", "Matched", "Outcomes", "event_rules", "match", "microseconds"]

Ints = npt.NDArray[np.int64]
_LEAVES, _RETURNS = "Unsubscribed", "Subscribed"


class Outcomes(NamedTuple):
    """What sales said, per lead in order: when, what it does (see registers), and for how long it bars."""

    offsets: Ints
    at: Ints
    effect: npt.NDArray[np.uint8]
    bars: Ints


class Fit(NamedTuple):
    """What the fit rules' conditions say per state.

    band     per state and rule the band that holds, from 1; 0 for none
    points   per state and rule the points of a band that are an expression, else 0
    """

    band: npt.NDArray[np.uint8]
    points: npt.NDArray[np.float64]


class Matched(NamedTuple):
    """The columns of one agreement over one set of inputs.

    floor    per lead, before which there is no moment
    parts    per state the numbers of the attribute parts of `qualify`, and what they may be
    part_of  where the part of an expression (0 mql, 1 hand_raise, 2 never) stands in `parts`
    kept     what `distinct` and `at_most` keep, as far as it has been asked, by those limits: it stays while
             points, decays, windows or thresholds change (filled by `score.prepare`)
    """

    leads: Population
    floor: Ints
    hits: Hits
    states: States
    fit: Fit
    parts: npt.NDArray[np.float64]
    parts_may: npt.NDArray[np.uint8]
    part_of: dict[tuple[object, ...], int]
    outcomes: Outcomes
    tally: Tally
    kept: dict[tuple[object, ...], npt.NDArray[np.uint32]]


def event_rules(agreement: Agreement) -> list[EventRule]:
    """Return the event rules in the order in which hits number them."""
    return [rule for rule in agreement.engagement.rules if isinstance(rule, EventRule)]


def microseconds(length: timedelta | None) -> int:
    """Return a duration in microseconds; `forever` is farther than any instant."""
    return FOREVER if length is None else length // timedelta(microseconds=1)


def match(
    agreement: Agreement,
    inputs: Inputs,
    *,
    threads: int,
    progress: Callable[[int], None] = lambda rows: None,
) -> Matched:
    """Return what the inputs say of the agreement's conditions."""
    leads, lead_rows, company_rows = attribute_rows(inputs)
    derive_unsubscribed = "unsubscribed" not in inputs.leads.columns
    derive_customer = inputs.companies is None or "is_customer" not in inputs.companies.columns
    wanted = _wanted(agreement, inputs)
    if _derives_sessions(agreement, inputs):
        wanted.append(Wanted(event=()))  # every event is part of a visit, whatever rules it meets
    leaves = len(wanted)
    if derive_unsubscribed:
        wanted += [Wanted(event=(_LEAVES,)), Wanted(event=(_RETURNS,))]
    hits, tally = read_hits(inputs, leads, wanted, threads=threads, progress=progress)
    if _derives_sessions(agreement, inputs):
        _mark_visits(agreement, hits, threads)
    flips = _flips(hits, leaves, derive=derive_unsubscribed)
    states = build_states(
        lead_rows,
        company_rows,
        flips,
        customers(inputs, lead_rows, company_rows) if derive_customer else _never(company_rows.offsets),
        derive_unsubscribed=derive_unsubscribed,
        derive_customer=derive_customer,
    )
    fit, parts, parts_may = _answers(agreement, inputs, states)
    first_row = lead_rows.begin[lead_rows.offsets[:-1]]
    return Matched(
        leads=leads,
        floor=np.where(leads.created != NEVER, leads.created, first_row),
        hits=hits,
        states=states,
        fit=fit,
        parts=parts,
        parts_may=parts_may,
        part_of=_part_places(agreement),
        outcomes=_outcomes(agreement, inputs, len(leads.ids)),
        tally=tally,
        kept={},
    )


def _wanted(agreement: Agreement, inputs: Inputs) -> list[Wanted]:
    def column(scope: str, name: str) -> Column | None:
        return inputs.events.columns.get(name)

    def key_of(rule: EventRule) -> exp.Expr | None:
        if rule.distinct is None or rule.distinct.lower() not in inputs.events.columns:
            return None
        found = inputs.events.columns[rule.distinct.lower()]
        value: exp.Expr = exp.maybe_parse(found.sql, dialect="duckdb")
        hashed = exp.func("hash", value)
        is_null = exp.Is(this=exp.paren(value.copy()), expression=exp.null())
        return exp.Case(
            ifs=[exp.If(this=is_null, true=exp.cast(exp.Literal.number(0), "UBIGINT", dialect="duckdb"))],
            default=hashed,
        )

    wanted = []
    for rule in event_rules(agreement):
        expression = isinstance(rule.points, Sql)
        wanted.append(
            Wanted(
                event=rule.event,
                where=None if rule.where is None else truth(rule.where.text, column, agreement.lists),
                weight=number(rule.points.text, column, agreement.lists)
                if isinstance(rule.points, Sql)
                else None,
                key=key_of(rule),
                by_visit=_by_visit(rule) and "session_id" not in inputs.events.columns,
                humans=not rule.count_machines,
                ordered=expression and (rule.distinct is not None or rule.at_most is not None),
            )
        )
    return wanted


def _derives_sessions(agreement: Agreement, inputs: Inputs) -> bool:
    asked = any(_by_visit(rule) for rule in event_rules(agreement))
    return asked and "session_id" not in inputs.events.columns


def _mark_visits(agreement: Agreement, hits: Hits, threads: int) -> None:
    for number_, rule in enumerate(event_rules(agreement)):
        if _by_visit(rule):
            column = int(hits.key_of[number_])

            def work(start: int, stop: int, column: int = column) -> None:
                kernels.sessions(start, stop, hits.offsets, hits.rows, hits.begin, hits.keys, column)

            each(work, hits.offsets, threads)


def _by_visit(rule: EventRule) -> bool:
    return rule.distinct is not None and rule.distinct.lower() == "session_id"


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


def _answers(
    agreement: Agreement, inputs: Inputs, states: States
) -> tuple[Fit, npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    columns = attribute_columns(inputs)
    questions: list[Question] = []
    used: set[tuple[str, str]] = set()

    def add(text: str, *, as_truth: bool) -> int:
        used.update(conditions.names(text))
        make = truth if as_truth else number
        questions.append(Question(make(text, columns, agreement.lists), as_truth))
        return len(questions) - 1

    rules = [rule for rule in agreement.fit.rules if isinstance(rule, FitRule)]
    bands = [[add(band.when.text, as_truth=True) for band in rule.bands] for rule in rules]
    points = [
        [add(band.points.text, as_truth=False) if isinstance(band.points, Sql) else -1 for band in rule.bands]
        for rule in rules
    ]
    parts = [add(part.text, as_truth=part.kind == "truth") for _, _, part in _attribute_parts(agreement)]
    numbers, may = ask(inputs, states, questions, sorted(used))
    fit = Fit(
        band=np.zeros((len(states.start), len(rules)), dtype=np.uint8),
        points=np.zeros((len(states.start), len(rules))),
    )
    for r in range(len(rules)):
        for place in reversed(range(len(bands[r]))):
            holds = may[:, bands[r][place]] == 2
            fit.band[holds, r] = place + 1
            expression = points[r][place]
            fit.points[holds, r] = numbers[holds, expression] if expression >= 0 else 0.0
    return fit, numbers[:, parts], may[:, parts]


def _attribute_parts(agreement: Agreement) -> list[tuple[int, int, AttributePart]]:
    return [
        (place, index, part)
        for place, tree in enumerate(qualify_trees(agreement))
        if tree is not None
        for index, part in enumerate(tree.attributes)
    ]


def _part_places(agreement: Agreement) -> dict[tuple[object, ...], int]:
    return {(place, index): k for k, (place, index, _) in enumerate(_attribute_parts(agreement))}


def _outcomes(agreement: Agreement, inputs: Inputs, count: int) -> Outcomes:
    if inputs.outcomes is None:
        none = np.empty(0, dtype=np.int64)
        return Outcomes(np.zeros(count + 1, dtype=np.int64), none, none.astype(np.uint8), none)
    own = exp.Literal.string(agreement.name).sql("duckdb")
    found = inputs.con.sql(
        'SELECT ids.number AS lead, said."at" AS happened, said.stage AS stage, said.reason AS reason '
        f"FROM {inputs.outcomes.relation} AS said JOIN ("
        f"SELECT lead_id, row_number() OVER (ORDER BY lead_id) - 1 AS number "
        f"FROM (SELECT DISTINCT lead_id FROM {inputs.leads.relation}) AS ids) AS ids "
        f"ON ids.lead_id = said.lead_id WHERE said.agreement IS NULL OR said.agreement = {own} "
        "ORDER BY lead, happened, said.row"
    ).to_arrow_table()
    lead = found.column("lead").to_numpy()
    stage, reason = found.column("stage"), found.column("reason")
    refusing = [r.name for r in agreement.recycle.reasons if r.disqualify]
    closes = pc.is_in(stage, value_set=pa.array(["customer", "lost", "disqualified"])).to_numpy()
    recycles = pc.equal(stage, "recycled").to_numpy()
    refused = pc.is_in(reason, value_set=pa.array(refusing, type=pa.string())).to_numpy()
    effect = np.full(len(lead), NOTHING, dtype=np.uint8)
    effect[recycles] = RECYCLES
    effect[closes | (recycles & refused)] = CLOSES
    bars = np.full(len(lead), microseconds(agreement.recycle.requalify_after), dtype=np.int64)
    for known in agreement.recycle.reasons:
        if known.requalify_after is not None:
            named = pc.fill_null(pc.equal(reason, known.name), False).to_numpy()
            bars[named] = microseconds(known.requalify_after)
    return Outcomes(
        offsets=np.searchsorted(lead, np.arange(count + 1)).astype(np.int64),
        at=np.array(found.column("happened").to_numpy()),
        effect=effect,
        bars=bars,
    )
