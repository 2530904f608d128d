"""How many states does a lead's history make?"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from handraiser.errors import Unavailable
from handraiser.scoring.survey import survey
from handraiser.scoring.timeline import Rows, build_states
from handraiser.tables import open_inputs

_NIGHTS = [date(2025, 1, 1) + timedelta(days=k) for k in range(365)]


def _states(companies: list[dict[str, object]], leads: list[dict[str, object]]) -> int:
    inputs = open_inputs(leads=leads, companies=companies, events=[], threads=1)
    return len(survey([], inputs, threads=1).states.start)


def test_exports_that_repeat_what_is_known_make_no_states() -> None:
    leads: list[dict[str, object]] = [{"lead_id": f"l{k}", "company_id": "c"} for k in range(10)]
    nightly = [{"company_id": "c", "employees": 50, "valid_from": str(night)} for night in _NIGHTS]
    assert _states(list(nightly), leads) == 10 * 2
    grown = [row | {"employees": 50 + (k >= 100)} for k, row in enumerate(nightly)]
    assert _states(list(grown), leads) == 10 * 3


def test_nights_of_a_lead_that_say_the_same_make_no_states() -> None:
    nightly: list[dict[str, object]] = [
        {"lead_id": "l", "company_id": "c", "title": "x", "valid_from": str(night)} for night in _NIGHTS
    ]
    assert _states([{"company_id": "c", "employees": 50}], nightly) == 2


def test_more_states_than_can_be_held_are_an_error_that_says_what_to_leave_out() -> None:
    times = np.arange(5, dtype=np.int64)
    rows = Rows(
        offsets=np.array([0, 5]),
        begin=times,
        valid=times,
        known=times,
        row=times + 1,
        signature=times.astype(np.uint64),
        company=np.full(5, -1),
    )
    none = np.empty(0, dtype=np.int64)
    nobody = Rows(np.zeros(1, dtype=np.int64), none, none, none, none, none.astype(np.uint64), none)
    flips = (np.zeros(2, dtype=np.int64), none, none.astype(np.uint8))
    with pytest.raises(Unavailable, match="change 6 times in all, of one lead 6 times; 4 can be held"):
        build_states(rows, nobody, flips, none, derive_unsubscribed=True, derive_customer=True, most=4)
