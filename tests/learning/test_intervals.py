"""Intervals hold what they promise, and nothing is claimed of a handful of cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.reports.intervals import ENOUGH, rate, spread, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # As tabulated: Newcombe, Statistics in Medicine 17 (1998), 857, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(of=st.integers(1, 5000), data=st.data())
def test_a_share_lies_in_its_interval_and_both_within_0_and_1(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1


@pytest.mark.parametrize("of", [0, 1, ENOUGH - 1])
def test_on_too_few_cases_there_is_no_rate_but_how_many_more_it_needs(of: int) -> None:
    found = rate(0, of)
    assert (found.value, found.low, found.high, found.needs) == (None, None, None, ENOUGH - of)
    assert rate(0, ENOUGH).needs == 0


@pytest.mark.parametrize("n", [6, 9, 20, 51, 400])
def test_the_interval_of_a_median_leaves_out_no_more_than_a_fortieth_on_either_side(n: int) -> None:
    values = np.arange(1.0, n + 1)
    found = spread(values)
    assert found.low is not None
    assert found.high is not None
    k = int(found.low)
    outside = sum(math.comb(n, j) for j in range(k)) / 2**n
    assert outside <= 0.025 < outside + math.comb(n, k) / 2**n
    assert found.high == n + 1 - k
    assert found.median == np.median(values)


def test_five_values_give_a_median_without_an_interval_and_none_give_nothing() -> None:
    assert (spread([1, 2, 3, 4, 5]).median, spread([1, 2, 3, 4, 5]).low) == (3, None)
    assert spread([]).median is None
