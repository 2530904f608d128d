"""What must not matter does not: threads, the order of rows, whether events come one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import opened, prepared
from handraiser.scoring.explain import moment
from handraiser.scoring.score import find_episodes, score_table
from strategies import Case, cases
from test_engine_against_oracle import microseconds

Row = dict[str, Any]


def table_of(case: Case, at: datetime, *, threads: int = 1) -> list[Row]:
    inputs = opened(case)
    ready = prepared(case, inputs, threads=threads)
    table = score_table(ready, microseconds(at), points=True, threads=threads).to_pylist()
    inputs.con.close()
    return table


def episodes_of(case: Case, until: datetime) -> dict[str, list[tuple[datetime, bool]]]:
    inputs = opened(case)
    ready = prepared(case, inputs)
    found = find_episodes(ready, microseconds(until), first_only=False, threads=1)
    inputs.con.close()
    return {
        lead_id: [
            (moment(int(found.at[k])), bool(found.hand_raise[k]))
            for k in range(found.offsets[lead], found.offsets[lead] + found.found[lead])
        ]
        for lead, lead_id in enumerate(ready.matched.leads.ids.to_pylist())
    }


@given(case=cases(), threads=st.integers(2, 5))
def test_the_number_of_threads_never_matters(case: Case, threads: int) -> None:
    at = max(case.instants)
    assert table_of(case, at) == table_of(case, at, threads=threads)


def without_ties(rows: list[Row], *keys: str) -> list[Row]:
    """Keep of rows that the order in the file would decide between only the first."""
    kept: dict[tuple[Any, ...], Row] = {}
    for number, row in enumerate(rows):
        identity = tuple(row.get(key) for key in keys)
        kept.setdefault((number,) if identity[0] is None else identity, row)
    return list(kept.values())


@given(case=cases(), seed=st.integers(0, 1_000))
def test_the_order_of_rows_matters_only_between_equals(case: Case, seed: int) -> None:
    def known(row: Row) -> Row:
        begin = row.get("known_at") or row.get("occurred_at")
        return row | {"_known": begin}

    events = without_ties([known(row) for row in case.events], "event_id", "_known")
    case = replace(
        case,
        leads=without_ties(case.leads, "lead_id", "valid_from", "known_at"),
        companies=without_ties(case.companies, "company_id", "valid_from", "known_at"),
        events=[{key: value for key, value in row.items() if key != "_known"} for row in events],
        outcomes=without_ties(case.outcomes, "lead_id", "at"),
    )
    shuffle = random.Random(seed).sample
    other = replace(
        case,
        leads=shuffle(case.leads, len(case.leads)),
        companies=shuffle(case.companies, len(case.companies)),
        events=shuffle(case.events, len(case.events)),
        outcomes=shuffle(case.outcomes, len(case.outcomes)),
    )
    at = max(case.instants)
    assert table_of(case, at) == table_of(other, at)


@given(case=cases())
def test_events_one_by_one_give_the_episodes_of_the_whole_file(case: Case) -> None:
    def known(row: Row) -> datetime:
        at: datetime = row.get("known_at") or row["occurred_at"]
        return at

    last = max(case.instants)
    whole = episodes_of(case, last)
    steps = sorted({known(row) for row in case.events if known(row) <= last})
    for now in steps[:: max(1, len(steps) // 5)]:
        so_far = replace(
            case,
            events=[row for row in case.events if known(row) <= now],
            outcomes=[row for row in case.outcomes if row["at"] <= now],
        )
        begun = {lead: [one for one in found if one[0] <= now] for lead, found in whole.items()}
        assert episodes_of(so_far, now) == begun
