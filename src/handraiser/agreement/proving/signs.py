"""Which way may something move: up, down, both ways, not at all?

A set of signs is what may happen, never what must: `UP` is a promise that nothing goes down.
"""

from __future__ import annotations

__all__ = ["ANY", "DOWN", "NONE", "UP", "Signs", "flipped", "of_number", "times"]

Signs = frozenset[int]

NONE: Signs = frozenset()
UP: Signs = frozenset({1})
DOWN: Signs = frozenset({-1})
ANY: Signs = UP | DOWN


def times(one: Signs, other: Signs) -> Signs:
    """How what depends on something moves: the way it moves times the way it is depended on."""
    return frozenset(a * b for a in one for b in other)


def flipped(signs: Signs) -> Signs:
    """The other way round."""
    return frozenset(-sign for sign in signs)


def of_number(value: float) -> Signs:
    """The sign of a number; none for 0."""
    return UP if value > 0 else DOWN if value < 0 else NONE
