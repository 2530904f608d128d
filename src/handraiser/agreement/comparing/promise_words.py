"""How is that said which sales promises: how long, who is told, and to whom leads go?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handraiser.agreement.comparing.speaking import Speaker
from handraiser.agreement.model import Escalation, Promise, PromiseUnit, Route
from handraiser.agreement.proving.clauses import read_clause
from handraiser.agreement.wording import counted, exact, length

__all__ = ["escalated", "part_of", "promised", "routed"]

_LONG = timedelta(days=3)  # up to which time on the wall is told in hours, as opposed to business days


def promised(promise: Promise) -> str:
    """How long there is for a promise: 4 business hours, 2 business days, 36 hours."""
    if promise.unit is PromiseUnit.BUSINESS_DAYS:
        return counted(promise.days, "business day")
    if promise.unit is PromiseUnit.WALL:
        return _in_hours(promise.length) if promise.length <= _LONG else length(promise.length)
    return _in_hours(promise.length, "business ")


def _in_hours(length: timedelta, of: str = "") -> str:
    hours = length.total_seconds() / 3600
    return counted(hours, f"{of}hour") if hours.is_integer() else counted(hours * 60, f"{of}minute")


def part_of(at: float) -> str:
    """A part of a promise's time: 80 %."""
    return f"{exact(round(at * 100, 9))} %"


def escalated(step: Escalation) -> str:
    """Who is told when a promise runs out, or what happens: the manager is told at 100 %."""
    known = {"manager": "the manager is told", "reassign": "somebody else gets the lead"}
    return f"{known.get(step.to, f'{step.to} is told')} at {part_of(step.at)}"


def routed(routes: Sequence[Route]) -> str:
    """To whom leads go, behind `to`."""
    speaker = Speaker()
    said = [
        route.to
        if route.when is None
        else f"{route.to} if {speaker.says(read_clause(route.when, names={}, lists={}))}"
        for route in routes
    ]
    return ", else ".join(said) or "nobody in particular"
