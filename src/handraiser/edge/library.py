"""What does handraiser look like from Python?

    import handraiser as hr
    agreement = hr.load("agreement.yaml")
    table = hr.score(agreement, leads="leads.csv", events="events.parquet", at="2026-06-30")

Every input may be a path (globs too), an Arrow table, a Polars or pandas frame, a DuckDB relation or a list
of dicts; what comes back is an Arrow table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from difflib import get_close_matches

import pyarrow as pa

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.edge.doubts import refuse_unusable
from handraiser.edge.several import refuse_same_names
from handraiser.errors import Diagnostic, Mistakes, Place
from handraiser.facts.inputs import Inputs, Rejects
from handraiser.facts.instants import microseconds_of
from handraiser.scoring.explain import Explanation, explain_lead
from handraiser.scoring.match import Matched, match
from handraiser.scoring.score import prepare, score_table
from handraiser.scoring.stream import Tally, processors
from handraiser.tables import event_rejects, lead_refused, open_inputs, unknown_leads

__all__ = [
    "Data",
    "Scored",
    "explain",
    "instant",
    "load",
    "met",
    "no_such_lead",
    "opened",
    "refuse_same_names",
    "refused",
    "score",
    "score_inputs",
]

Data = object  # a path, several paths, Arrow, Polars, pandas, a DuckDB relation, or a list of dicts
Progress = Callable[[int], None]


class Scored:
    """A scored table and what was met on the way: rows refused, and the tally of the events."""

    def __init__(self, table: pa.Table, rejects: list[Rejects], tally: Tally) -> None:
        self.table, self.rejects, self.tally = table, rejects, tally


def instant(at: str | date | None, *, option: str = "--at") -> int:
    """Return an instant in UTC microseconds, as `microseconds_of` reads it; now, where none is given."""
    return microseconds_of(datetime.now(UTC) if at is None else at, option=option)


def score(
    agreement: Agreement | Sequence[Agreement],
    *,
    leads: Data,
    events: Data,
    companies: Data | None = None,
    outcomes: Data | None = None,
    at: str | datetime | None = None,
    points: bool = False,
    timezone: str = "UTC",
    threads: int | None = None,
) -> pa.Table:
    """Return one row per lead, by `lead_id`: score, fit, engagement, grade, qualified, mql_at.

    With `points` also `points_<rule>` for every rule. Of several agreements the rows stand one
    agreement after the other, told apart by a first column `agreement`.
    """
    if not isinstance(agreement, Agreement):
        if not agreement or not all(isinstance(one, Agreement) for one in agreement):
            raise TypeError("score takes an agreement that `load` gives, or several")
        refuse_same_names(agreement)
    with opened(
        leads=leads, events=events, companies=companies, outcomes=outcomes, timezone=timezone, threads=threads
    ) as inputs:
        scored = score_inputs(agreement, inputs, at=instant(at), points=points, threads=threads)
        refuse_unusable(inputs, scored.rejects)
        return scored.table


def score_inputs(
    agreement: Agreement | Sequence[Agreement],
    inputs: Inputs,
    *,
    at: int,
    points: bool = False,
    threads: int | None = None,
    progress: Progress = lambda rows: None,
    look: Callable[[Agreement, Matched], None] = lambda agreement, matched: None,
) -> Scored:
    """Return the scored table of inputs that are open, with what was refused and met.

    `look` is called with each agreement and what the data say of its conditions.
    """
    threads = threads or processors()
    agreements = [agreement] if isinstance(agreement, Agreement) else list(agreement)
    tables = []
    for one in agreements:
        matched = match(one, inputs, threads=threads, progress=progress)
        table = score_table(prepare(one, matched, threads=threads), at, points=points, threads=threads)
        if not isinstance(agreement, Agreement):
            name = pa.array([one.name] * table.num_rows, type=pa.string())
            table = table.add_column(0, "agreement", name)
        tables.append(table)
        look(one, matched)
    rejects = met(inputs, matched.tally)
    return Scored(pa.concat_tables(tables, promote_options="default"), rejects, matched.tally)


def met(inputs: Inputs, tally: Tally) -> list[Rejects]:
    """Return all that could not be used of inputs whose events have been counted."""
    unusable = event_rejects(inputs) if tally.unusable else []
    strangers = unknown_leads(inputs, tally.unknown_leads) if tally.unknown_leads else []
    return [*inputs.rejects, *unusable, *strangers]


def refused(inputs: Inputs) -> list[Rejects]:
    """Return all that could not be used of the inputs, the events read once for it."""
    unknown = inputs.con.sql(
        f"SELECT count(*) FROM {inputs.events.relation} WHERE usable AND lead_id NOT IN "
        f"(SELECT lead_id FROM {inputs.leads.relation})"
    ).fetchall()[0][0]
    return [*inputs.rejects, *event_rejects(inputs), *(unknown_leads(inputs, unknown) if unknown else ())]


def no_such_lead(inputs: Inputs, lead: str) -> Diagnostic:
    """Return the mistake of asking for a lead that is not there: why it was refused, or the nearest one."""
    refused = lead_refused(inputs, lead)
    if refused is not None:
        return Diagnostic(
            code="HR602",
            at=Place("--lead", line=0),
            says=f"Lead `{lead}` was refused: {refused}.",
            fix="Mend that row of the leads.",
        )
    ids = [
        row[0] for row in inputs.con.sql(f"SELECT DISTINCT lead_id FROM {inputs.leads.relation}").fetchall()
    ]
    near = get_close_matches(lead, ids, n=1)
    fix = f"Did you mean `{near[0]}`?" if near else "Name a lead_id of the leads input."
    says = f"The leads have no lead_id `{lead}`."
    return Diagnostic(code="HR602", at=Place("--lead", line=0), says=says, fix=fix)


def explain(
    agreement: Agreement,
    *,
    lead: str,
    leads: Data,
    events: Data,
    companies: Data | None = None,
    outcomes: Data | None = None,
    at: str | datetime | None = None,
    timezone: str = "UTC",
) -> Explanation:
    """Return the proof of one lead's score at an instant, as plain values.

    `tell(explanation, rules=agreement)` of `handraiser.edge.telling` puts it into words for people;
    `msgspec.json.encode` writes it for programs.
    """
    with opened(
        leads=leads, events=events, companies=companies, outcomes=outcomes, timezone=timezone, threads=None
    ) as inputs:
        try:
            return explain_lead(agreement, inputs, lead=str(lead), at=instant(at))
        except LookupError:
            raise Mistakes([no_such_lead(inputs, str(lead))]) from None


@contextmanager
def opened(
    *,
    leads: Data,
    events: Data,
    companies: Data | None,
    outcomes: Data | None,
    timezone: str,
    threads: int | None,
) -> Iterator[Inputs]:
    """Open inputs and close their connection afterwards."""
    if threads is not None and threads < 1:
        raise ValueError(f"there have to be threads: {threads} are none")
    inputs = open_inputs(
        leads=leads,
        events=events,
        companies=companies,
        outcomes=outcomes,
        timezone=timezone,
        threads=threads or processors(),
    )
    try:
        yield inputs
    finally:
        inputs.con.close()
