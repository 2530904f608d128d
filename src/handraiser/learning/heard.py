"""When was something new last heard of an attribute?

A form that stopped asking for it, or a field that somebody renamed, looks so: it is known of those who came
before, and of nobody since.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from handraiser.facts.inputs import Inputs
from handraiser.scoring.questions import attribute_columns

__all__ = ["Heard", "last_heard"]

_DERIVED = (("lead", "unsubscribed"), ("company", "is_customer"))
Name = tuple[str, str]


class Heard(NamedTuple):
    """Whether anybody has ever had an attribute, and when it was last new of anybody (microseconds).

    derived  it is worked out from events or outcomes, and nobody can collect it
    """

    ever: bool
    at: int | None
    derived: bool = False


def last_heard(inputs: Inputs, names: Iterable[Name]) -> dict[Name, Heard]:
    """Return when attributes were last heard; of what is derived from events only that it is there."""
    return {name: _heard(inputs, name) for name in names}


def _heard(inputs: Inputs, name: Name) -> Heard:
    scope, word = name
    source = inputs.leads if scope == "lead" else inputs.companies
    if attribute_columns(inputs)(scope, word) is None:
        return Heard(False, None)
    if source is None or word not in source.columns:
        return Heard(ever=True, at=None, derived=name in _DERIVED)
    # Rows repeat what was said before: what is as it was in the row before has not been heard anew.
    said = (
        f"SELECT {scope}_id AS owner, row, coalesce(greatest(valid_from, known_at), valid_from, known_at) "
        f"AS began, {source.columns[word].sql} AS value FROM {source.relation}"
    )
    heard = (
        "SELECT began, value, lag(value) OVER (PARTITION BY owner ORDER BY began, row) AS before "
        f"FROM ({said}) AS said"
    )
    ((many, at),) = inputs.con.sql(
        f"SELECT count(*), max(began) FROM ({heard}) AS heard "
        "WHERE value IS NOT NULL AND value IS DISTINCT FROM before"
    ).fetchall()
    return Heard(bool(many), at)
