"""Of how many does a condition hold, of those that are looked at?

It is asked as scoring asks it: true, false, or not to be decided where something is not known.
"""

from __future__ import annotations

from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from handraiser.agreement.conditions import names
from handraiser.edge.web.fields.shaping import percent
from handraiser.facts.inputs import Column, Inputs
from handraiser.scoring.expressions import Columns, Lists, truth
from handraiser.scoring.questions import Question, asking, attribute_columns
from handraiser.store.history import COMPANIES, LEADS
from handraiser.store.sampling import Sample
from handraiser.tables.kept import Seen, kept_inputs

__all__ = ["Shares", "of_doings", "of_leads"]

_EVENTS = ("event", "event_id", "verdict", "occurred_at", "known_at", "session_id", "properties")


class Shares(NamedTuple):
    """Of how many a condition holds, of how many not, and of how many that cannot be decided."""

    holds: int
    fails: int
    open: int

    @property
    def of(self) -> int:
        """How many were looked at."""
        return sum(self)

    @property
    def percents(self) -> tuple[str, str, str]:
        """The three as shares."""
        return percent(self.holds, self.of), percent(self.fails, self.of), percent(self.open, self.of)

    @property
    def wide(self) -> tuple[int, int]:
        """How wide the first two are drawn, of 100; the rest is the third."""
        holds = 100 * self.holds // self.of if self.of else 0
        return holds, 100 * self.fails // self.of if self.open or not self.of else 100 - holds


def of_leads(sample: Sample, text: str, lists: Lists) -> Shares:
    """Return of how many leads a condition on them and their companies holds; it has no mistakes."""
    used = sorted(names(text))
    wanted = {scope: [name for of, name in used if of == scope] for scope in ("lead", "company")}
    with duckdb.connect(config={"threads": 1}) as con:
        inputs = kept_inputs(
            con, leads=sample.leads, companies=sample.companies, events=_events([]), seen=sample.seen,
            wanted=wanted | {"event": []},
        )  # fmt: skip
        con.register("states", _states(sample))
        asked = asking(inputs, [Question(truth(text, attribute_columns(inputs), lists), True)], used)
        return _counted(con, asked.sql)


def of_doings(done: pa.Table, seen: Seen, text: str, lists: Lists) -> Shares:
    """Return of how much of what was done a condition on its properties holds; it has no mistakes."""
    wanted = {"event": [name for _, name in names(text)], "lead": [], "company": []}
    people = [str(each) for each in done.column("person_id").to_pylist()]
    with duckdb.connect(config={"threads": 1}) as con:
        inputs = kept_inputs(
            con, leads=LEADS.empty_table(), companies=COMPANIES.empty_table(), seen=seen, wanted=wanted,
            events=_events(people, done),
        )  # fmt: skip
        condition = truth(text, _properties(inputs), lists)
        return _counted(con, f"SELECT {condition.sql('duckdb')} AS q0 FROM {inputs.events.relation}")


def _counted(con: duckdb.DuckDBPyConnection, sql: str) -> Shares:
    ((holds, fails, every),) = con.sql(
        f"SELECT count(*) FILTER (WHERE q0), count(*) FILTER (WHERE NOT q0), count(*) FROM ({sql}) AS asked"
    ).fetchall()
    return Shares(holds, fails, every - holds - fails)


def _states(sample: Sample) -> pa.Table:
    """Return a state of each lead, the one it is in now (`scoring.timeline`)."""
    place = {key: row for row, key in enumerate(sample.companies.column("company_id").to_pylist(), start=1)}
    leads, keys = (sample.leads.column(name).to_pylist() for name in ("lead_id", "company_id"))
    customer = [
        None if key is None or (key not in place and key not in sample.customers) else key in sample.customers
        for key in keys
    ]
    return pa.table(
        {
            "number": np.arange(len(leads)),
            "lead_row": np.arange(1, len(leads) + 1),
            "company_row": pa.array([place.get(key, -1) for key in keys], pa.int64()),
            "unsubscribed": pa.array([lead in sample.unsubscribed for lead in leads], pa.bool_()),
            "is_customer": pa.array(customer, pa.bool_()),
        }
    )


def _properties(inputs: Inputs) -> Columns:
    def find(qualifier: str, name: str) -> Column | None:
        return None if qualifier else inputs.events.columns.get(name)

    return find


def _events(people: list[str], done: pa.Table | None = None) -> pa.Table:
    columns = {
        name: pa.array([], pa.int64() if name.endswith("_at") else pa.string())
        if done is None
        else done.column(name)
        for name in _EVENTS
    }
    return pa.table({"lead_id": pa.array(people, pa.string()), **columns})
