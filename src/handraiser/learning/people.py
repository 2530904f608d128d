"""When did each lead begin, what did sales make of it, and when did it buy? No agreement is asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraiser.facts.inputs import Inputs
from handraiser.scoring.attributes import Population
from handraiser.scoring.hits import OCCURRED
from handraiser.scoring.match import said
from handraiser.scoring.registers import NEVER
from handraiser.scoring.stream import Hits
from handraiser.scoring.survey import Ground

__all__ = ["STAGES", "People", "people"]

Ints = npt.NDArray[np.int64]
STAGES = ("accepted", "sql", "opportunity", "customer")


class People(NamedTuple):
    """Per lead, instants in microseconds, NEVER where there is none.

    start     `created_at`, else its first event
    customer  its first `customer` outcome
    stages    the outcomes of STAGES, by lead and time: lead, stage (its place in STAGES), at
    tracked   the first event of anybody that a rule asks for, NEVER for none
    last      the last such event or outcome of anybody: how far the data reach
    """

    start: Ints
    customer: Ints
    stages: tuple[Ints, Ints, Ints]
    tracked: int
    last: int

    def went_on(self, stage: str, since: Ints) -> npt.NDArray[np.bool_]:
        """Return which leads came to a stage, or to a further one, at or after an instant of each."""
        lead, reached, at = self.stages
        further = (reached >= STAGES.index(stage)) & (at >= since[lead]) & (since[lead] != NEVER)
        found = np.zeros(len(since), dtype=bool)
        found[lead[further]] = True
        return found


def people(inputs: Inputs, ground: Ground, names: Collection[str], until: int) -> People:
    """Return what outcomes up to an instant say that name one of the agreements, or none."""
    told = said(inputs, names)
    lead, at = told.column("lead").to_numpy(), told.column("happened").to_numpy()
    place = {stage: number for number, stage in enumerate(STAGES)}
    stage = np.array([place.get(each, -1) for each in told.column("stage").to_pylist()], dtype=np.int64)
    tracked, last = _extent(ground.hits, until)
    latest = [int(each) for each in (last, at[at <= until].max(initial=NEVER)) if each != NEVER]
    counts = (stage >= 0) & (at <= until)
    lead, at, stage = lead[counts], at[counts], stage[counts]
    customer = np.full(len(ground.leads.ids), np.iinfo(np.int64).max)
    bought = stage == place["customer"]
    np.minimum.at(customer, lead[bought], at[bought])
    customer[customer == np.iinfo(np.int64).max] = NEVER
    return People(
        _start(inputs, ground.leads), customer, (lead, stage, at), tracked, max(latest, default=until)
    )


def _extent(hits: Hits, until: int) -> tuple[int, int]:
    """Return the first and the last event up to an instant that a rule asks for.

    They are at hand; all events would have to be read once more, which of text files takes long.
    """
    at = hits.rows[:, OCCURRED]
    at = at[at <= until]
    return (int(at.min()), int(at.max())) if len(at) else (NEVER, NEVER)


def _start(inputs: Inputs, leads: Population) -> Ints:
    """Return `created_at`, where it is unknown the first event."""
    start = leads.created.copy()
    unknown = np.flatnonzero(start == NEVER)
    if not len(unknown):
        return start
    con = inputs.con
    con.register("starters", pa.table({"number": unknown, "lead_id": leads.ids.take(pa.array(unknown))}))
    try:
        found = con.sql(
            "SELECT starters.number AS number, min(events.occurred_at) AS first "
            f"FROM {inputs.events.relation} AS events JOIN starters ON starters.lead_id = events.lead_id "
            "WHERE events.usable GROUP BY starters.number"
        ).to_arrow_table()
    finally:
        con.unregister("starters")
    start[found.column("number").to_numpy()] = found.column("first").to_numpy()
    return start
