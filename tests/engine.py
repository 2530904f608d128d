"""The engine as the property tests ask it: one case in, every number of every lead out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings

import handraiser.agreement as agreements
from databases import empty_database
from handraiser.facts.inputs import Inputs
from handraiser.scoring.match import match
from handraiser.scoring.score import Prepared, prepare
from handraiser.tables import open_inputs
from strategies import Case

Row = dict[str, Any]


@contextmanager
def opened(case: Case) -> Iterator[Inputs]:
    """The case's rows as inputs; empty lists are inputs without rows, as an empty file would be."""

    nobody: Row = {"lead_id": "nobody", "event": "Nothing", "occurred_at": case.instants[0]}
    with empty_database() as con:
        yield open_inputs(
            leads=case.leads,
            companies=case.companies or None,
            events=case.events or [nobody],
            outcomes=case.outcomes or None,
            con=con,
        )


def prepared(case: Case, inputs: Inputs, *, threads: int = 1) -> Prepared:
    agreement = agreements.load(case.text)
    return prepare(agreement, match(agreement, inputs, threads=threads))


def microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def examples(part: int) -> settings:
    """So many of the profile's examples: a case takes a fifth of a second, and every theme has its own."""
    return settings(max_examples=max(3, settings.default.max_examples // part))
