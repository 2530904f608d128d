"""How far did people come, what do both sides aim for, and does the past give it?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from handraiser.agreement.model import Agreement
from handraiser.reports.intervals import Rate, rate

__all__ = ["Stage", "Target", "targets"]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """How many people came so far: those after `mqls` since they were an MQL."""

    stage: str
    people: int
    of_before: Rate


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One aim of the agreement.

    found  what the past gives: of `mqls_per_month` the median of whole months; null where it cannot be told
    rate   of a share, with its interval; null otherwise
    met    null where it cannot be told
    note   why it cannot
    """

    target: str
    wanted: float
    found: float | None
    rate: Rate | None
    met: bool | None
    note: str = ""


def targets(agreement: Agreement, whole_months: Sequence[int], funnel: Sequence[Stage]) -> list[Target]:
    """Return the targets that the agreement gives beside what the back-test found.

    whole_months  the MQLs of each month that was recorded from its first day to its last
    """
    wanted = agreement.targets
    people = {stage.stage: stage.people for stage in funnel}
    found = []
    if wanted.mqls_per_month is not None:
        found.append(_per_month(wanted.mqls_per_month, whole_months))
    shares = (
        ("mql_to_sql", wanted.mql_to_sql, "sql", "mqls"),
        ("sql_to_customer", wanted.sql_to_customer, "customers", "sql"),
    )
    for name, aim, part, whole in shares:
        if aim is not None:
            found.append(_share(name, aim, rate(people[part], people[whole])))
    for name, aim in (
        ("accepted_in_time", wanted.accepted_in_time),
        ("contacted_in_time", wanted.contacted_in_time),
    ):
        if aim is not None:
            note = "files do not say when a lead was handed off"
            found.append(Target(target=name, wanted=aim, found=None, rate=None, met=None, note=note))
    return found


def _per_month(wanted: float, whole: Sequence[int]) -> Target:
    if not whole:
        note = "no whole month lies between the first MQL, or the first event, and the last MQL"
        return Target(target="mqls_per_month", wanted=wanted, found=None, rate=None, met=None, note=note)
    median = float(np.median(whole))
    return Target(target="mqls_per_month", wanted=wanted, found=median, rate=None, met=median >= wanted)


def _share(name: str, wanted: float, share: Rate) -> Target:
    if share.value is None:
        note = f"{share.needs} more cases are needed"
        return Target(target=name, wanted=wanted, found=None, rate=share, met=None, note=note)
    return Target(target=name, wanted=wanted, found=share.value, rate=share, met=share.value >= wanted)
