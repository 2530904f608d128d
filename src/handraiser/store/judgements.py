"""What has somebody said of who did something, a person or a machine?

Activities keep the verdict that they came with, and so do files made of them. What was said since stands
beside them, and whoever reads what was done reads it with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from handraiser.store.bulk import Question, among, query

__all__ = ["Judged", "asking_verdicts", "judged"]


class Judged(NamedTuple):
    """What was said last of something that was done; `was` is the verdict before."""

    verdict: str
    was: str
    by: str
    at: int


def asking_verdicts(people: Iterable[int] | None, *, before: int | None = None) -> Question:
    """Return the question of what was said of what some people did, or all did.

    The answer has numbers of activities and verdicts; of each the latest counts.

    before  an instant: what was said at it or later is left out
    """
    sql = "SELECT activity_id, verdict FROM store_judgement"
    conditions: list[str] = []
    parameters: list[object] = []
    if people is not None:
        condition, parameters = among("person_id", people)
        conditions.append(condition)
    if before is not None:
        conditions.append("at < %s")
        parameters = [*parameters, before]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return Question(f"{sql}{where} ORDER BY id", parameters)


def judged(activities: Iterable[int]) -> dict[int, Judged]:
    """Return what was said last of activities, by their numbers; those are left out that nobody judged."""
    condition, parameters = among("activity_id", activities)
    sql = f"SELECT activity_id, verdict, was, by, at FROM store_judgement WHERE {condition} ORDER BY id"
    return {number: Judged(*said) for number, *said in query(sql, parameters)}
