"""The engine as the property tests ask it: one case in, every number of every lead out."""

from __future__ import annotations

from typing import Any

import handraiser.agreement as agreements
from handraiser.facts.inputs import Inputs
from handraiser.scoring.match import match
from handraiser.scoring.score import Prepared, prepare
from handraiser.tables import open_inputs
from strategies import Case


def opened(case: Case) -> Inputs:
    """The case's rows as inputs; empty lists are inputs without rows, as an empty file would be."""

    def rows(given: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        return given or None

    return open_inputs(
        leads=case.leads,
        companies=rows(case.companies),
        events=case.events or [{"lead_id": "nobody", "event": "Nothing", "occurred_at": case.instants[0]}],
        outcomes=rows(case.outcomes),
        threads=1,
    )


def prepared(case: Case, inputs: Inputs, *, threads: int = 1) -> Prepared:
    agreement = agreements.load(case.text)
    return prepare(agreement, match(agreement, inputs, threads=threads))
