"""What do the outcomes of an input become: a table of what sales said, in the order of the file."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from handraiser.facts.inputs import Refused, Source
from handraiser.tables.entities import read_rows, sort_out
from handraiser.tables.parts import Part
from handraiser.tables.quoting import literals
from handraiser.tables.rows import Layout, gathered

__all__ = ["STAGES", "outcome_source"]

STAGES = ("accepted", "sql", "opportunity", "customer", "lost", "recycled", "disqualified", "reopened")


def outcome_source(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str
) -> tuple[Source, Refused]:
    """Return the outcomes; the columns besides those of the layout are further facts."""
    ids = ("lead_id", "stage", "reason", "agreement", "company_id")
    layout = Layout(ids=ids, times=("at",), prefix="a:", zone=zone)
    rows = gathered(parts, layout)
    unknown = (
        f"CASE WHEN NOT list_contains({literals(STAGES)}, stage) "
        f"THEN 'stage is unknown; the nearest is ' || {_nearest()} END"
    )
    late = "CASE WHEN NOT at_given THEN 'there is no at' END"
    read_rows(
        con,
        "outcomes",
        rows,
        layout,
        required=("lead_id", "stage"),
        checked=("at",),
        wrong=f"coalesce({unknown}, {late})",
    )
    sort_out(con, "outcomes", "lead_id")
    source = Source(relation="outcomes", columns=rows.columns, has=rows.has)
    return source, Refused(relation="outcomes_refused")


def _nearest() -> str:
    """SQL of the stage that takes the fewest changed letters to get to."""
    distances = ", ".join(
        f"{{d: damerau_levenshtein(lower(stage), '{stage}'), stage: '{stage}'}}" for stage in STAGES
    )
    return f"list_min([{distances}]).stage"
