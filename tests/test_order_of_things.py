"""What must not matter does not: threads, the order of rows, whether events come one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import examples, microseconds, opened, prepared
from handraiser.facts.inputs import Inputs
from handraiser.scoring.explain import moment
from handraiser.scoring.score import find_episodes, score_table
from strategies import Case, cases
from strategies_times import THEMES

Row = dict[str, Any]


def table_of(case: Case, inputs: Inputs, at: datetime, *, threads: int = 1) -> list[Row]:
    ready = prepared(case, inputs, threads=threads)
    table: list[Row] = score_table(ready, microseconds(at), points=True, threads=threads).to_pylist()
    return table


def episodes_of(case: Case, until: datetime) -> dict[str, list[tuple[datetime, bool]]]:
    with opened(case) as inputs:
        ready = prepared(case, inputs)
    found = find_episodes(ready, microseconds(until), first_only=False, threads=1)
    return {
        lead_id: [
            (moment(int(found.at[k])), bool(found.hand_raise[k]))
            for k in range(found.offsets[lead], found.offsets[lead] + found.found[lead])
        ]
        for lead, lead_id in enumerate(ready.matched.leads.ids.to_pylist())
    }


@pytest.mark.parametrize("theme", THEMES)
@examples(12)
@given(data=st.data())
def test_the_number_of_threads_never_matters(theme: str, data: st.DataObject) -> None:
    case, threads = data.draw(cases(theme)), data.draw(st.integers(2, 5))
    at = max(case.instants)
    with opened(case) as inputs:
        assert table_of(case, inputs, at) == table_of(case, inputs, at, threads=threads)


def without_ties(rows: list[Row], *keys: str) -> list[Row]:
    """Keep of rows that the order in the file would decide between only the first."""
    kept: dict[tuple[Any, ...], Row] = {}
    for number, row in enumerate(rows):
        identity = tuple(row.get(key) for key in keys)
        kept.setdefault((number,) if identity[0] is None else identity, row)
    return list(kept.values())


@pytest.mark.parametrize("theme", THEMES)
@examples(12)
@given(data=st.data())
def test_the_order_of_rows_matters_only_between_equals(theme: str, data: st.DataObject) -> None:
    case, seed = data.draw(cases(theme)), data.draw(st.integers(0, 1_000))

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
    with opened(case) as one, opened(other) as another:
        assert table_of(case, one, at) == table_of(other, another, at)


# Not where kinds are mixed: of which kind a column is depends on all its values, later ones too.
@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme != "mixed"])
@examples(16)
@given(data=st.data())
def test_events_one_by_one_give_the_episodes_of_the_whole_file(theme: str, data: st.DataObject) -> None:
    case = data.draw(cases(theme))

    def known(row: Row) -> datetime:
        at: datetime = row.get("known_at") or row["occurred_at"]
        return at

    last = max(case.instants)
    whole = episodes_of(case, last)
    steps = sorted({known(row) for row in case.events if known(row) <= last})
    for now in steps[:: max(1, len(steps) // 3)]:
        so_far = replace(
            case,
            events=[row for row in case.events if known(row) <= now],
            outcomes=[row for row in case.outcomes if row["at"] <= now],
        )
        begun = {lead: [one for one in found if one[0] <= now] for lead, found in whole.items()}
        assert episodes_of(so_far, now) == begun
