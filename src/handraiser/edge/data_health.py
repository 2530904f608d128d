"""How healthy are the data that an agreement reads, as the live system has them?

Some thousand leads are looked at, drawn without looking at what they are; all where there are no more.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow.compute as pc

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.flows.wanted import wanted_names
from handraiser.learning.health import Health, health
from handraiser.scoring.survey import Ground, survey
from handraiser.store.drawn import draw_leads
from handraiser.store.history import history_of, names_seen
from handraiser.store.snapshot import as_of_now
from handraiser.tables.kept import kept_inputs

__all__ = ["LOOKED_AT", "health_of"]

LOOKED_AT = 2_000
"""So many leads at most; a share is then told to two points or so."""


def health_of(agreement: Agreement, *, now: int, most: int = LOOKED_AT) -> Health | None:
    """Return how healthy the data are that an agreement reads, as of now; None while there are no leads.

    Raises `django.db.Error`.
    """
    with as_of_now():
        drawn = draw_leads(most)
        if not drawn.leads:
            return None
        history, seen = history_of(drawn.leads), names_seen()
    names = wanted_names([agreement])
    wanted = {**names, "event": names["event"] | {"channel"}}
    with duckdb.connect(config={"threads": 1}) as con:
        inputs = kept_inputs(
            con, leads=history.leads, companies=history.companies, events=history.events, seen=seen,
            wanted=wanted, outcomes=history.outcomes, customers=history.customers,
        )  # fmt: skip
        ground = survey([agreement], inputs, threads=1)
        return health(agreement, ground, _came(inputs, ground), at=now, leads=drawn.of)


def _came(inputs: Inputs, ground: Ground) -> list[str]:
    """Return by which channel each lead came first, empty where none is known."""
    column = inputs.events.columns.get("channel")
    found = np.full(len(ground.leads.ids), "", dtype=object)
    if column is None:
        return list(found)
    rows = inputs.con.sql(
        "SELECT DISTINCT ON (lead_id) lead_id, channel "
        "FROM (SELECT lead_id, occurred_at, known_at, event_id, "
        f"CAST({column.sql} AS VARCHAR) AS channel FROM {inputs.events.relation}) AS came "
        "WHERE channel IS NOT NULL ORDER BY lead_id, occurred_at, known_at, event_id"
    ).to_arrow_table()
    place = pc.index_in(rows.column("lead_id"), value_set=ground.leads.ids)
    there = pc.is_valid(place).to_numpy(zero_copy_only=False)
    channels = np.array(rows.column("channel").to_pylist(), dtype=object)
    found[pc.drop_null(place).to_numpy()] = channels[there]
    return [str(each) for each in found]
