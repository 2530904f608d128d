"""Where do generated cases take their choices from?

Everything generated is one choice after the other among a few values, the simplest first. Hypothesis
makes the choices where a counterexample is to be shrunk; a seeded generator makes them where many cases,
each unlike the last, are to be run quickly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st

Choose = Callable[[Sequence[Any]], Any]


@cache
def places(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


def by_hypothesis(draw: st.DrawFn) -> Choose:
    return lambda values: values[draw(places(len(values)))]


def by_seed(seed: int) -> Choose:
    return random.Random(seed).choice


def chance(choose: Choose, often: int) -> bool:
    """True about so often of ten times; the simplest is False."""
    return bool(choose(range(10)) >= 10 - often)
