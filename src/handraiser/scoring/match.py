"""What do the data say of an agreement's conditions, whatever its points, windows and thresholds?

Matching is the expensive half of scoring and knows nothing of points: it leaves hits, states and answers
in columns, from which any change of points, caps, decay, windows, limits or thresholds can be folded
again (`score`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.scoring.attributes import Population, ask
from handraiser.scoring.plan import event_rules
from handraiser.scoring.questions import Asking, Questions, questions_of
from handraiser.scoring.registers import CLOSES, FOREVER, NOTHING, RECYCLES, REOPENS
from handraiser.scoring.stream import Hits, Tally
from handraiser.scoring.survey import Answers, Ground, Kept, survey, view
from handraiser.scoring.timeline import States

__all__ = ["Fit", "Matched", "Outcomes", "event_rules", "match", "matched", "microseconds", "said"]

Ints = npt.NDArray[np.int64]
_KEPT = 4  # answers of the attributes to as many agreements


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
    kept     as `survey.View` has it
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
    kept: Kept


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
    ground = survey([agreement], inputs, threads=threads, progress=progress)
    found = matched(agreement, ground, threads=threads)
    if found is None:
        raise AssertionError("the ground of an agreement has all that it asks for")
    return found


def matched(
    agreement: Agreement,
    ground: Ground,
    *,
    names: Collection[str] | None = None,
    regardless: bool = False,
    threads: int = 1,
) -> Matched | None:
    """Return what the ground says of an agreement's conditions, None where it lacks hits of some rule.

    names       whose outcomes count, beside those that name no agreement: its own, unless said
    regardless  of `recycled` and `lost`, as over history (section 8)
    """
    seen = view(agreement, ground, threads=threads)
    if seen is None:
        return None
    planned = None if ground.plan is None else ground.plan.of(agreement)
    questions = questions_of(agreement, ground.inputs) if planned is None else planned.questions
    fit, parts, parts_may = _answers(questions, ground)
    return Matched(
        leads=ground.leads,
        floor=ground.floor,
        hits=seen.hits,
        states=ground.states,
        fit=fit,
        parts=parts,
        parts_may=parts_may,
        part_of=questions.part_of,
        outcomes=_outcomes(agreement, ground, names or (agreement.name,), regardless=regardless),
        tally=ground.tally,
        kept=seen.kept,
    )


def _answers(
    questions: Questions, ground: Ground
) -> tuple[Fit, npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    numbers, may = _asked(questions.asking, ground)
    states, rules = ground.states, len(questions.bands)
    fit = Fit(
        band=np.zeros((len(states.start), rules), dtype=np.uint8),
        points=np.zeros((len(states.start), rules)),
    )
    for r, bands in enumerate(questions.bands):
        for place in reversed(range(len(bands))):
            holds = may[:, bands[place]] == 2
            fit.band[holds, r] = place + 1
            expression = questions.points[r][place]
            fit.points[holds, r] = numbers[holds, expression] if expression >= 0 else 0.0
    parts = list(questions.parts)
    return fit, numbers[:, parts], may[:, parts]


def _asked(asking: Asking, ground: Ground) -> Answers:
    """Return what the attributes say: what has been asked once is kept, as numbers of an agreement change."""
    if asking not in ground.answers:
        while len(ground.answers) >= _KEPT:
            del ground.answers[next(iter(ground.answers))]
        ground.answers[asking] = ask(ground.inputs, ground.states, asking)
    return ground.answers[asking]


def _outcomes(agreement: Agreement, ground: Ground, names: Collection[str], *, regardless: bool) -> Outcomes:
    count, inputs = len(ground.leads.ids), ground.inputs
    if inputs.outcomes is None:
        none = np.empty(0, dtype=np.int64)
        return Outcomes(np.zeros(count + 1, dtype=np.int64), none, none.astype(np.uint8), none)
    found = said(inputs, names)
    if regardless:
        found = found.filter(~pc.field("stage").isin(["recycled", "lost"]))
    lead = found.column("lead").to_numpy()
    stage, reason = found.column("stage"), found.column("reason")
    refusing = [r.name for r in agreement.recycle.reasons if r.disqualify]
    closes = pc.is_in(stage, value_set=pa.array(["customer", "lost", "disqualified"])).to_numpy()
    recycles = pc.equal(stage, "recycled").to_numpy()
    refused = pc.is_in(reason, value_set=pa.array(refusing, type=pa.string())).to_numpy()
    effect = np.full(len(lead), NOTHING, dtype=np.uint8)
    effect[recycles] = RECYCLES
    effect[pc.equal(stage, "reopened").to_numpy()] = REOPENS
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


def said(inputs: Inputs, names: Collection[str]) -> pa.Table:
    """Return the outcomes that name one of the agreements or none, lead by lead, in the order they apply.

    Columns: lead (its number), happened (microseconds), stage, reason.
    """
    if inputs.outcomes is None:
        return pa.table(
            {
                "lead": pa.array([], pa.int64()),
                "happened": pa.array([], pa.int64()),
                "stage": pa.array([], pa.string()),
                "reason": pa.array([], pa.string()),
            }
        )
    own = ", ".join(exp.Literal.string(name).sql("duckdb") for name in sorted(names))
    return inputs.con.sql(
        'SELECT ids.number AS lead, said."at" AS happened, said.stage AS stage, said.reason AS reason '
        f"FROM {inputs.outcomes.relation} AS said JOIN ("
        f"SELECT lead_id, row_number() OVER (ORDER BY lead_id) - 1 AS number "
        f"FROM (SELECT DISTINCT lead_id FROM {inputs.leads.relation}) AS ids) AS ids "
        f"ON ids.lead_id = said.lead_id WHERE said.agreement IS NULL OR said.agreement IN ({own}) "
        "ORDER BY lead, happened, said.row"
    ).to_arrow_table()
